// Package githttp serves repositories over Git's smart HTTP protocol, so that `git clone`, `fetch` and `push` work with the
// tokens of the API:
//
//	git clone http://x-access-token:TOKEN@HOST/OWNER/NAME.git
//
// It is an edge: it finds out who calls, asks [slipway.Allowed], and connects the request to a `git upload-pack` or
// `git receive-pack` process. What git says in the protocol goes to the client; what git says besides – its errors, which
// name files and objects – never does. The dumb protocol is not served: it would be a second way to the objects.
//
// A push is acknowledged only when its events are recorded. The intent is written before git receives anything, git's
// report waits in memory until [Decisions.EndPush] has succeeded, and a push that cannot be recorded ends without an
// answer (decisions §5).
//
// Standard CGI with `git http-backend` would not do: Go's net/http/cgi refuses chunked bodies, in which git sends every
// push of more than http.postBuffer.
package githttp

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
)

// Decisions is what this edge asks of the rules. *deploy.Decisions satisfies it.
type Decisions interface {
	Authenticate(ctx context.Context, secret string) (slipway.Actor, error)
	FindRepository(ctx context.Context, a slipway.Actor, owner, name string) (deploy.Access, error)
	BeginPush(ctx context.Context, a slipway.Actor, r slipway.Repository) (intent int64, err error)
	EndPush(ctx context.Context, repositoryID, intent int64) error
}

// Repos runs git. *git.Repositories satisfies it.
type Repos interface {
	Transfer(ctx context.Context, r *slipway.Repository, t git.Transfer) error
}

// Options are choices with useful zero values.
type Options struct {
	Log   *slog.Logger  // nil: discard
	Stall time.Duration // a client that moves no byte for so long is cut off; zero: 60 s
}

const defaultStall = 60 * time.Second

// New is the handler of /OWNER/NAME(.git)/{info/refs,git-upload-pack,git-receive-pack}.
func New(decisions Decisions, repos Repos, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Stall == 0 {
		o.Stall = defaultStall
	}
	return &handler{decisions: decisions, repos: repos, log: o.Log, stall: o.Stall}
}

type handler struct {
	decisions Decisions
	repos     Repos
	log       *slog.Logger
	stall     time.Duration
}

// call is one request on its way through the edge.
type call struct {
	*handler
	w       http.ResponseWriter
	control *http.ResponseController
	request *http.Request
	reply   *reply
	target  target
	actor   slipway.Actor
	repo    slipway.Repository
}

// ServeHTTP answers one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := &call{handler: h, w: w, control: http.NewResponseController(w), request: r}
	c.reply = &reply{w: w, control: c.control, stall: h.stall}
	// The server's next request on this connection must not find our deadline.
	defer c.control.SetWriteDeadline(time.Time{}) //nolint:errcheck // not every writer has deadlines
	defer func() { c.logAccess(time.Since(start)) }()
	if err := c.answer(); err != nil {
		c.fail(err)
	}
}

// answer makes the checks in the order of decisions §2 and then lets git speak.
func (c *call) answer() (err error) {
	if c.target, err = targetOf(c.request); err != nil {
		return err
	}
	if err := c.authorize(c.request.Context()); err != nil {
		return err
	}
	if c.target.advertise {
		return c.advertise()
	}
	return c.exchange()
}

// logAccess writes one line a request. It names no path and no query as they came: people put secrets there.
func (c *call) logAccess(took time.Duration) {
	ctx := c.request.Context()
	if !c.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	c.log.LogAttrs(ctx, slog.LevelInfo, "git request",
		slog.String("service", c.target.service), slog.Bool("advertise", c.target.advertise), slog.Int("status", c.reply.status),
		slog.String("repository", c.repository()), slog.String("login", c.actor.Account.Login),
		slog.Int64("bytes", c.reply.sent), slog.Duration("took", took))
}

// repository is OWNER/NAME as it is known here, for the log; empty until it is found.
func (c *call) repository() string {
	if c.repo.ID == 0 {
		return ""
	}
	return c.repo.FullName()
}
