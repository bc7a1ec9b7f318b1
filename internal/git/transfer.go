package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Service is one of the two sides of a transfer that a server offers.
type Service string

// The services of git's smart protocol.
const (
	UploadPack  Service = "git-upload-pack"  // what clone and fetch ask for
	ReceivePack Service = "git-receive-pack" // what push asks for
)

// silenceAlone is how long a push may be silent once its client is gone.
const silenceAlone = time.Minute

// Transfer is one request of a clone or a push.
type Transfer struct {
	Service   Service
	Advertise bool      // list the refs; nothing is read
	Protocol  string    // what the client wrote into Git-Protocol; only versions of fetches are passed on
	In        io.Reader // not read to its end when git ends before it
	Out       io.Writer

	client context.Context //nolint:containedctx // ends when the client is gone; a push goes on
}

// Transfer runs one request of a clone or a push. A clone ends when ctx does. A push does not: when its client is gone, In
// ends, and git, which then has all of it or too little, finishes or gives up by itself and leaves nothing lying about. What a
// push has moved is on disk when Transfer returns, whatever the error.
//
// Unavailable: the repository cannot be read, or too many transfers are under way (with RetryAfter). Malformed, TooLarge: it
// is no request of the protocol. Refusals of single refs, git's and ours, are part of the protocol and no error.
func (g *Repositories) Transfer(ctx context.Context, r *slipway.Repository, t Transfer) error {
	op := "git: " + string(t.Service)
	repo, err := g.at(r)
	if err != nil {
		return err
	}
	if !repo.present() {
		return unavailable(op, errAbsent)
	}
	t.client = ctx
	if t.Service == ReceivePack && !t.Advertise {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, done, err := g.begin(ctx)
	if err != nil {
		return unavailable(op, err)
	}
	defer done()
	leave, err := g.laneOf(t.Service).enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if t.Service == ReceivePack && !t.Advertise {
		return g.receive(ctx, op, repo, t)
	}
	return broken(op, g.transfer(ctx, repo, t))
}

// receive runs a push without what it asks of refs that nobody may push: that is refused in the report.
func (g *Repositories) receive(ctx context.Context, op string, repo *repository, t Transfer) error {
	asked, err := readOrder(t.In)
	if err != nil {
		return err
	}
	refused := asked.refused()
	if refused > 0 && (refused == len(asked.moves) || asked.understands(atomic)) {
		_, _ = io.Copy(io.Discard, t.In) // a client that is still sending would not listen
		_, _ = io.WriteString(t.Out, asked.refusal())
		return nil
	}
	t.In = io.MultiReader(strings.NewReader(asked.accepted()), t.In)
	report := &amended{out: t.Out, lines: asked.refusals(), banded: asked.understands(bands)}
	if refused > 0 {
		t.Out = report
	}
	began := time.Now()
	leave := g.enter(repo)
	err = g.transfer(ctx, repo, t)
	leave(err != nil)
	g.upkeep.need(repo)
	if err = errors.Join(err, repo.sync(began)); err != nil {
		return broken(op, err)
	}
	_ = report.end() // nobody hears whether the client does
	return nil
}

func (g *Repositories) laneOf(s Service) *lane {
	if s == ReceivePack {
		return g.pushes
	}
	return g.clones
}

// transfer runs the service and feeds it.
func (g *Repositories) transfer(ctx context.Context, repo *repository, t Transfer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	quiet := time.AfterFunc(g.patience(t), func() { cancel(errSilent) })
	defer quiet.Stop()
	alive := func() { quiet.Reset(g.patience(t)) }
	defer context.AfterFunc(t.client, alive)()

	cmd, said := g.command(ctx, run{args: t.args(repo), env: t.env()})
	cmd.Stdout = alert{g.out(t, func() { cancel(errSlow) }), alive}
	feed, err := t.feed(cmd, alive)
	if err != nil {
		return err
	}
	if err := g.start(cmd); err != nil {
		return g.finish(ctx, cmd, said, err)
	}
	defer g.warden.forget(cmd.Process.Pid)
	fed := feed()
	err = g.blame(ctx, repo, g.finish(ctx, cmd, said, cmd.Wait()))
	select {
	case <-fed:
	case <-ctx.Done(): // In may wait for a client for ever
	}
	return err
}

// patience is how long a transfer may go on without progress in either direction. A large clone is silent while its objects
// are counted, a large push while they are checked and its refs written, if the client wants no progress; a list of refs has
// no reason to be.
func (g *Repositories) patience(t Transfer) time.Duration {
	switch {
	case t.Advertise:
		return g.options.Timeout
	case t.client.Err() != nil:
		return min(silenceAlone, g.options.Silence)
	default:
		return g.options.Silence
	}
}

var (
	errSilent = errors.New("nothing came or went for too long")
	errSlow   = errors.New("what was asked for is taken too slowly")
)

// slack is how long readers may have us wait before their pace counts.
const slack = time.Minute

func (g *Repositories) paced(out io.Writer, late func()) io.Writer {
	return &paced{Writer: out, least: g.options.Pace, slack: min(slack, g.options.Silence), late: late}
}

func (t Transfer) args(repo *repository) []string {
	args := []string{strings.TrimPrefix(string(t.Service), "git-")}
	if t.Service == UploadPack {
		args = append(args, "--strict")
	}
	args = append(args, "--stateless-rpc")
	if t.Advertise {
		args = append(args, "--advertise-refs")
	}
	return append(args, "--end-of-options", repo.dir())
}

// env passes the protocol's version on. A push has only one, whatever the client offers.
func (t Transfer) env() []string {
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789=:.-"
	if t.Service != UploadPack || t.Protocol == "" || len(t.Protocol) > 200 || strings.Trim(t.Protocol, allowed) != "" {
		return nil
	}
	return []string{"GIT_PROTOCOL=" + t.Protocol}
}

// out is where git's answer goes. A push whose client is gone, or slow, is finished all the same, so nobody hears that it is.
func (g *Repositories) out(t Transfer, late func()) io.Writer {
	if t.Service == ReceivePack {
		return deaf{t.Out}
	}
	return g.paced(t.Out, late)
}

// deaf is a writer that takes everything, also when nobody listens.
type deaf struct{ io.Writer }

func (d deaf) Write(p []byte) (int, error) {
	_, _ = d.Writer.Write(p)
	return len(p), nil
}

// feed prepares to copy In to the process, and to read In to its end when the process does not want it: a client that is
// still sending would not listen to the answer. What it gives starts that, and says when it is over.
func (t Transfer) feed(cmd *exec.Cmd, alive func()) (start func() <-chan struct{}, err error) {
	fed := make(chan struct{})
	if t.In == nil {
		close(fed)
		return func() <-chan struct{} { return fed }, nil
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("a pipe: %w", err)
	}
	return func() <-chan struct{} {
		go func() {
			defer close(fed)
			_, err := io.Copy(alert{stdin, alive}, t.In)
			_ = stdin.Close()
			if err != nil {
				_, _ = io.Copy(io.Discard, t.In) // ends at once when it was In that failed
			}
		}()
		return fed
	}, nil
}

// keepAlive is what git says when it has said nothing for five seconds, whatever the reason. It is no sign of life.
const keepAlive = "0005\x01"

// mostKeepAlive is more than git says so in one go.
const mostKeepAlive = 20 * len(keepAlive)

// alert is a writer that reports signs of life.
type alert struct {
	io.Writer
	alive func()
}

func (a alert) Write(p []byte) (int, error) {
	n, err := a.Writer.Write(p)
	if strings.ReplaceAll(string(p[:min(len(p), mostKeepAlive)]), keepAlive, "") != "" {
		a.alive()
	}
	return n, err
}
