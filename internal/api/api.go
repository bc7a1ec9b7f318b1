// Package api is the REST edge: it translates HTTP into calls of package deploy and what comes of them into GitHub's
// answers. It holds no rule about deployments; an "if" about one here would be a bug.
//
// A request goes through the files in this order:
//
//	server.go     request id, body limit, panic guard, admission, access log
//	auth.go       who calls                                                      401
//	limits.go     how often they may                                             403, 429
//	match.go      which row of routes.go the path names                          404
//	authorize.go  slipway.Allowed, once, before any handler; deny by default     401, 403, 404
//	{noun}.go     one call becomes one reply
//	errors.go     an error becomes GitHub's shape, in one staircase
//	reply.go      the one place that answers: validators, caching, limits, scopes, pages
//
// The routes are one table. HEAD, OPTIONS, POST for PATCH, the scope headers, documentation_url, the log's route name and
// the generated tests all come from it:
//
//	{method: "GET", pattern: "R/deployments/#id", need: slipway.ToReadDeployments, scopes: "repo, repo_deployment", …}
//
// [API] answers below /api/v3 and, on a host of its own or one that begins "api.", below /. What GitHub has no word for is a
// second table in the same machinery, extension.go, below /api/slipway/v1 or /slipway/v1. [API.Local] is the handler of
// the administrators' socket.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// Options are the server's choices that the protocol depends on. Only URLs and Era must be set.
type Options struct {
	URLs             slipway.URLs
	Era              slipway.Era // slipway.E11 unless an older day is asked for
	DocumentationURL string      // empty: https://docs.github.com

	RateLimit          int // requests an hour and account; 0: no limit
	RateLimitAnonymous int // requests an hour and address; 0: no limit
	RequireUserAgent   bool
	QueryTokens        bool           // ?access_token= counts in every era
	PasswordAuth       bool           // Basic may hold a login and a password
	AuthorizationsAPI  bool           // the Authorizations API is served
	TrustedProxies     []netip.Prefix // whose X-Forwarded-For is believed

	Server      wire.Server // of the extension's /server; what the edge knows itself is filled in
	Description []byte      // of the extension API, in JSON, as it is served; empty: none

	InstalledVersion string   // of /meta
	MetaHooks        []string // CIDRs of /meta that deliveries leave from

	MaxInWork int           // requests in work at once, reads and writes each; 0: 128
	MaxQueued int           // requests that may wait for that, reads and writes each; 0: 512
	Timeout   time.Duration // of one request, with all that it asks of git and the database; 0: 8 s (promise P12)

	BodyTimeout time.Duration // until a request's body has arrived; 0: 60 s

	GraphQL GraphQL // answers POST /graphql; nil: there is no such route

	Log     *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
	Observe Observer         // nil: nobody is told
}

// Observer is told of every request that was answered, for metrics. route is the row's pattern, empty for none.
type Observer func(method, route string, status int, took time.Duration)

// GraphQL executes the body of POST /graphql for an actor (package graph). operation says for the log what was asked. An error
// is one of the whole request.
type GraphQL func(ctx context.Context, a slipway.Actor, body []byte, q slipway.Quota) (answer []byte, operation string, err error)

// API answers GitHub's REST API. It may be used from any number of goroutines.
type API struct {
	deploy  *deploy.Decisions
	options Options
	log     *slog.Logger
	now     func() time.Time

	router    *router // GitHub's
	extension *router // our own
	graph     *router // GraphQL's
	accepts   *acceptReader
	quotas    *quotas
	reads     *admission
	writes    *admission

	ready   atomic.Bool
	secure  bool // the public address is https
	docs    documentation
	handler http.Handler
}

// New wires the edge. It panics when a route's row is not filled in: such a server must not start.
func New(d *deploy.Decisions, o Options) *API {
	a := &API{
		deploy: d, options: o, log: o.Log, now: o.Now,
		secure:  strings.HasPrefix(o.URLs.API, "https://"),
		docs:    documentationOf(o.DocumentationURL, o.Era),
		accepts: newAcceptReader(o.Era),
		reads:   newAdmission(or(o.MaxInWork, 128), or(o.MaxQueued, 512), patience),
		writes:  newAdmission(or(o.MaxInWork, 128), or(o.MaxQueued, 512), patience),
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.options.Timeout = or(o.Timeout, 8*time.Second)
	a.options.BodyTimeout = or(o.BodyTimeout, time.Minute)
	a.quotas = newQuotas(o.RateLimit, o.RateLimitAnonymous, a.now)
	a.router = newRouter(a.prepare(a.served(routes())))
	a.extension = newRouter(a.prepare(extensionRoutes()))
	a.graph = newRouter(nil)
	if o.GraphQL != nil {
		a.graph = newRouter(a.prepare(graphRoutes()))
	}
	a.handler = compressed(http.HandlerFunc(a.serve))
	return a
}

// patience is how long a request waits for room before it is turned away.
const patience = 2 * time.Second

// smallestCompressed is from where on compressing saves packets rather than only costing time.
const smallestCompressed = 4 << 10

// compressed wraps a handler with gzip, and makes its tags weak where that changed the bytes.
func compressed(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(smallestCompressed), gzhttp.CompressionLevel(1))
	if err != nil {
		panic(err) // only for settings that cannot be
	}
	inner := wrap(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(&weakTags{ResponseWriter: w}, r)
	})
}

// SetReady says whether the server has started and is not stopping; readiness asks the database besides.
func (a *API) SetReady(ready bool) { a.ready.Store(ready) }

// ServeHTTP answers whatever it is given; what is not below the API is 404 in its words.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/healthz":
		a.health(w, r)
	case "/readyz":
		a.readiness(w, r)
	default:
		a.handler.ServeHTTP(w, r)
	}
}

// The bases of the tables. On a host of the API's own they lie at / and at what follows /api (contract 1.1).
const (
	githubBase    = "/api/v3"
	graphBase     = "/api/graphql"
	extensionBase = "/api/slipway/v1"
)

// table finds the table that a request's path belongs to, and cuts its base off the path, which stays escaped.
func (a *API) table(r *http.Request) (t *router, path string, ok bool) {
	path = r.URL.EscapedPath()
	own := a.options.URLs.OwnsHost(r.Host)
	for _, base := range []struct {
		text  string
		table *router
		here  bool
	}{
		{githubBase, a.router, true},
		{graphBase, a.graph, true},
		{strings.TrimPrefix(graphBase, "/api"), a.graph, own},
		{extensionBase, a.extension, true},
		{strings.TrimPrefix(extensionBase, "/api"), a.extension, own},
	} {
		if rest, found := strings.CutPrefix(path, base.text); base.here && found && (rest == "" || rest[0] == '/') {
			return base.table, or(rest, "/"), true
		}
	}
	return a.router, path, own
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// work is the context of a request: bounded in time. A write goes on when its caller hangs up: half of it is done by then.
func (a *API) work(r *http.Request, write bool) (context.Context, context.CancelFunc) {
	ctx := r.Context()
	if write {
		ctx = context.WithoutCancel(ctx)
	}
	return context.WithTimeout(ctx, a.options.Timeout)
}
