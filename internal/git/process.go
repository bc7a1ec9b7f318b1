package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Bounds of one run of git.
const (
	mostOutput = 64 << 20    // bytes kept of its standard output
	mostSaid   = 4 << 10     // bytes kept of its standard error
	grace      = time.Second // from being asked to end to being killed
)

// settings are forced on every process, whatever a repository's own config says.
var settings = []struct{ key, value string }{
	{"safe.directory", "*"},     // the folder is ours, whoever owns its files
	{"protocol.allow", "never"}, // nothing we run fetches from anywhere

	// What is acknowledged is on disk.
	{"core.fsync", "objects,derived-metadata,reference"},
	{"core.fsyncMethod", "fsync"},
	// A push and a merge wait for each other rather than fail.
	{"core.filesRefLockTimeout", "2000"},
	{"core.packedRefsTimeout", "10000"},

	{"receive.denyNonFastForwards", "false"},
	{"receive.fsckObjects", "true"},
	{"receive.advertisePushOptions", "false"},
	{"receive.unpackLimit", "16"}, // each loose object costs a sync of its own
	{"transfer.hideRefs", strings.TrimSuffix(ownRefs, "/")},
	{"tar.tar.gz.command", "git archive gzip"}, // git's own; a repository's config could name any program
	{"tar.tgz.command", "git archive gzip"},
	{"uploadpack.allowFilter", "true"},
	{"uploadpack.allowAnySHA1InWant", "true"}, // what was deployed can be fetched after its branch has moved on

	// Upkeep runs when we say so, and never in the background of a push. What was deployed is never thrown away.
	{"receive.autoGC", "false"},
	{"maintenance.auto", "false"},
	{"gc.auto", "0"},
	{"gc.autoDetach", "false"},
	{"gc.cruftPacks", "true"},
	{"gc.pruneExpire", "never"},
	{"gc.writeCommitGraph", "true"},
	{"pack.windowMemory", "128m"},
	{"core.logAllRefUpdates", "false"}, // the events say who moved what
}

// ownRefs is where refs of the server itself live. Nobody can see or push them.
const ownRefs = "refs/slipway/"

// environment is what every git process is given: nothing of ours but PATH and a place for temporary files.
func environment(home string) []string {
	env := []string{
		"HOME=" + home,
		"LC_ALL=C",
		"TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_SYSTEM=" + os.DevNull,
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_NO_REPLACE_OBJECTS=1", // or a push of refs/replace would make one commit look like another
		"GIT_CONFIG_COUNT=" + strconv.Itoa(len(settings)),
	}
	for i, s := range settings {
		n := strconv.Itoa(i)
		env = append(env, "GIT_CONFIG_KEY_"+n+"="+s.key, "GIT_CONFIG_VALUE_"+n+"="+s.value)
	}
	for _, name := range []string{"PATH", "TMPDIR", "SYSTEMROOT", "TEMP"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// run is one run of git.
type run struct {
	repo  *repository // nil: none
	args  []string
	env   []string // besides the environment
	in    io.Reader
	limit int           // of the output, in bytes; 0: mostOutput
	cut   bool          // more output than that ends the run without being an error
	time  time.Duration // 0: Options.Timeout
}

// failure is a run of git that did not end well. Its text is for the log.
type failure struct {
	args []string
	code int // of its exit; -1: it was killed, or did not start
	said string
	err  error
}

func (f *failure) Error() string {
	return fmt.Sprintf("git %s: %v: %s", strings.Join(f.args, " "), f.err, strings.TrimSpace(f.said))
}

func (f *failure) Unwrap() error { return f.err }

// exitCode is the exit code inside an error, -1 when there is none.
func exitCode(err error) int {
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return -1
}

// output runs git in a repository and gives what it prints.
func (g *Repositories) output(ctx context.Context, repo *repository, args ...string) ([]byte, error) {
	return g.run(ctx, run{repo: repo, args: args})
}

// line is output for what prints one line.
func (g *Repositories) line(ctx context.Context, repo *repository, args ...string) (string, error) {
	out, err := g.output(ctx, repo, args...)
	return strings.TrimSuffix(string(out), "\n"), err
}

// run waits for its turn and runs git to its end. The error is a *failure, or the context's, or errAbsent.
func (g *Repositories) run(ctx context.Context, r run) ([]byte, error) {
	if r.repo != nil && !r.repo.present() {
		return nil, errAbsent
	}
	ctx, done, err := g.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	setDefault(&r.time, g.options.Timeout)
	ctx, cancel := context.WithTimeout(ctx, r.time)
	defer cancel()
	if err := g.slots.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("waiting for git's turn: %w", err)
	}
	defer g.slots.Release(1)
	out := &capped{limit: r.limit}
	setDefault(&out.limit, mostOutput)
	cmd, said := g.command(ctx, r)
	cmd.Stdin, cmd.Stdout = r.in, out
	if err := g.start(cmd); err != nil {
		return nil, g.finish(ctx, cmd, said, err)
	}
	ended, err := g.wait(ctx, cmd)
	if !ended {
		return nil, err
	}
	err = g.finish(ctx, cmd, said, err)
	if exit := exitCode(err); (err == nil || exit == 1) && complains(said.String()) {
		err = &failure{args: cmd.Args[1:], code: codeDamaged, said: said.String(), err: errComplained}
	}
	switch {
	case out.full && r.cut:
		err = nil
	case out.full:
		err = errors.Join(errTooMuch, err)
	}
	return out.kept.Bytes(), err
}

// command prepares a process in a group of its own, which is asked to end when ctx does, and killed a little later.
func (g *Repositories) command(ctx context.Context, r run) (*exec.Cmd, *tail) {
	args := r.args
	if r.repo != nil {
		args = append([]string{"--git-dir=" + r.repo.dir()}, args...)
	}
	said := &tail{}
	cmd := exec.CommandContext(ctx, g.binary, args...)
	cmd.Dir = g.homeDir()
	cmd.Env = append(g.env[:len(g.env):len(g.env)], r.env...)
	cmd.Stderr = said
	cmd.WaitDelay = grace
	ownGroup(cmd)
	cmd.Cancel = func() error { return askToEnd(cmd) }
	return cmd, said
}

// start starts a process, and has it killed with its children when this server is. g.warden.forget must follow its end.
func (g *Repositories) start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	g.warden.watch(cmd.Process.Pid)
	return nil
}

// wait waits for a process to end. ended is false when it was killed and does not even notice, as it waits for a disk that is
// stuck: nobody need wait with it, and what it has written so far must not be looked at.
func (g *Repositories) wait(ctx context.Context, cmd *exec.Cmd) (ended bool, err error) {
	exit := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		g.warden.forget(cmd.Process.Pid)
		exit <- err
	}()
	select {
	case err := <-exit:
		return true, err
	case <-ctx.Done():
	}
	stuck := time.NewTimer(grace + grace/2)
	defer stuck.Stop()
	select {
	case err := <-exit:
		return true, err
	case <-stuck.C:
		killGroup(cmd)
		return false, &failure{args: cmd.Args[1:], code: -1, err: context.Cause(ctx)}
	}
}

// finish makes an error of how a process ended. What is left of the group of one that was killed is killed too.
func (g *Repositories) finish(ctx context.Context, cmd *exec.Cmd, said *tail, err error) error {
	if err == nil {
		return nil
	}
	f := &failure{args: cmd.Args[1:], code: -1, said: said.String(), err: errors.Join(context.Cause(ctx), err)}
	if cmd.ProcessState != nil {
		f.code = cmd.ProcessState.ExitCode()
	}
	if f.code == -1 || errors.Is(err, exec.ErrWaitDelay) { // the latter: a child of its own holds its output
		killGroup(cmd)
	}
	return f
}

// codeDamaged is the exit code git has when it cannot go on.
const codeDamaged = 128

var errComplained = errors.New("it went on without what it could not read")

// complains reports whether git met an error, however it ended. Where objects are missing it often takes them for empty, or
// a history for ended, and gives a wrong answer: "no", or the merge of a tree with nothing.
func complains(said string) bool {
	return strings.HasPrefix(said, "error: ") || strings.Contains(said, "\nerror: ")
}

// died reports whether a run ended by a signal or a deadline.
func died(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.code == -1
}

// hurt reports whether a run that failed may have left something lying about: one that was killed, or had no space.
func hurt(err error) bool {
	var f *failure
	return errors.As(err, &f) && (f.code == -1 || isFull(f.said))
}

// capped keeps what is written to it, up to a limit.
type capped struct {
	kept  bytes.Buffer
	limit int
	full  bool
}

var errTooMuch = errors.New("too much output")

func (c *capped) Write(p []byte) (int, error) {
	if room := c.limit - c.kept.Len(); len(p) > room {
		c.kept.Write(p[:max(0, room)])
		c.full = true
		return 0, errTooMuch
	}
	return c.kept.Write(p)
}

// tail keeps the first of what a process says on standard error.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	t.Buffer.Write(p[:min(len(p), max(0, mostSaid-t.Len()))])
	return len(p), nil
}

// The sentences for callers when git has no answer.
const (
	sentenceDamaged = "The repository cannot be read. The reason is in the server's log."
	sentenceLocked  = "The branch is locked. Please try again."
	sentenceSlow    = "Git did not answer in time. Please try again."
	sentenceBusy    = "The server has too much to do to run Git. Please try again."
)

// unavailable is the error for a repository that is damaged or missing, or a git that does not answer. cause is for the
// log. A full disk is Full.
func unavailable(op string, cause error) error {
	e := &slipway.Error{Kind: slipway.Unavailable, Message: sentenceDamaged, Op: op, Err: cause}
	var f *failure
	switch {
	case errors.As(cause, &f) && isFull(f.said), errors.Is(cause, errDiskFull):
		e.Kind, e.Message = slipway.Full, ""
	case errors.Is(cause, context.DeadlineExceeded), errors.Is(cause, errSilent), errors.Is(cause, errSlow), errors.Is(cause, context.Canceled), errors.Is(cause, errClosed):
		e.Message, e.RetryAfter = sentenceSlow, time.Second
	case errors.As(cause, &f) && isLocked(f.said):
		e.Message, e.RetryAfter = sentenceLocked, 5*time.Second
	case isBusy(cause):
		e.Message, e.RetryAfter = sentenceBusy, time.Second
	}
	return e
}

// isBusy reports whether the system had no file descriptor, process or memory to spare.
func isBusy(cause error) bool {
	for _, short := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOMEM} {
		if errors.Is(cause, short) {
			return true
		}
	}
	return false
}

// isFull recognises the C library's words for a disk or a quota without space.
func isFull(said string) bool {
	return strings.Contains(said, "No space left on device") || strings.Contains(said, "Disk quota exceeded")
}

// isLocked recognises that somebody else holds the lock of a ref.
func isLocked(said string) bool {
	return strings.Contains(said, "cannot lock ref") && strings.Contains(said, ".lock': File exists")
}

func notFound(op string, cause error) error { return slipway.Because(slipway.NotFound, op, cause) }
