package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

const (
	questionTime = 5 * time.Second // for one answer of a reader, and to be given one
	mostObject   = 4 << 20         // bytes kept of an object; the rest is read and forgotten
)

// What a reader says about names that are no object.
var (
	errMissing   = errors.New("no such object")
	errAmbiguous = errors.New("several objects begin so")
)

// reader is a `git cat-file --batch-command` that stays: a question costs some tens of microseconds, a process milliseconds.
// It answers one question at a time.
type reader struct {
	repo  *repository
	where *location // of the repository when this was started
	packs uint64    // the generation it has open
	cmd   *exec.Cmd
	said  *tail
	in    io.WriteCloser
	out   *bufio.Reader
	since time.Time // idle
	end   context.CancelFunc
	gone  func() // is told when it has ended
}

// startReader starts one. It ends with the repositories, or by close.
func (g *Repositories) startReader(repo *repository) (*reader, error) {
	if !repo.present() {
		return nil, errAbsent
	}
	where, packs := repo.where.Load(), repo.packs.look(repo.path("objects", "pack"))
	ctx, end := context.WithCancel(g.life)
	cmd, said := g.command(ctx, run{repo: repo, args: []string{"cat-file", "--batch-command"}})
	cmd.Cancel = func() error { killGroup(cmd); return nil } // it writes nothing, so it need not tidy up
	in, err := cmd.StdinPipe()
	if err != nil {
		end()
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		end()
		return nil, err
	}
	if err := g.start(cmd); err != nil {
		end()
		return nil, err
	}
	return &reader{
		repo: repo, where: where, packs: packs, cmd: cmd, said: said, in: in, out: bufio.NewReader(out), end: end,
		gone: func() { g.warden.forget(cmd.Process.Pid) },
	}, nil
}

// close ends the process and waits for it, but not for one that does not even notice that it is killed, as a disk is stuck.
func (r *reader) close() {
	r.end()
	_ = r.in.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = r.cmd.Wait() // killed: there is always an error, and nothing to learn from it
		r.gone()
	}()
	stuck := time.NewTimer(grace)
	defer stuck.Stop()
	select {
	case <-ended:
	case <-stuck.C:
	}
}

// object is what a reader says of a name.
type object struct {
	sha  slipway.SHA
	kind string // commit, tree, blob or tag
	size int64
	body []byte // only when the contents were asked for
}

// ask asks one question: info or contents, and a name without spaces or line ends. errMissing and errAmbiguous are answers;
// after any other error, which the end of ctx is too, the reader is of no use any more.
func (r *reader) ask(ctx context.Context, question, name string) (object, error) {
	stop := context.AfterFunc(ctx, r.end)
	defer stop()
	if strings.ContainsAny(name, " \n\x00") {
		return object{}, errMissing // it would be two questions
	}
	if _, err := io.WriteString(r.in, question+" "+name+"\n"); err != nil {
		return object{}, err
	}
	line, err := r.out.ReadString('\n')
	if err != nil {
		return object{}, err
	}
	o, err := parseAnswer(strings.TrimSuffix(line, "\n"))
	if err != nil || question != "contents" {
		return o, err
	}
	o.body = make([]byte, min(o.size, mostObject))
	if _, err := io.ReadFull(r.out, o.body); err != nil {
		return object{}, err
	}
	_, err = io.CopyN(io.Discard, r.out, o.size-int64(len(o.body))+1) // and the line end behind it
	return o, err
}

// parseAnswer reads the first line of an answer: name, kind and size, or the name as it was asked for and what is wrong.
func parseAnswer(line string) (object, error) {
	fields := strings.Fields(line)
	switch {
	case strings.HasSuffix(line, " missing"):
		return object{}, errMissing
	case strings.HasSuffix(line, " ambiguous"):
		return object{}, errAmbiguous
	case len(fields) != 3:
		return object{}, fmt.Errorf("cat-file says %.100q", line)
	}
	sha, ok := slipway.ParseSHA(fields[0])
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if !ok || err != nil || size < 0 {
		return object{}, fmt.Errorf("cat-file says %.100q", line)
	}
	return object{sha: sha, kind: fields[1], size: size}, nil
}

// ask has a reader of the repository answer a question. Readers that died while they were idle are replaced, all that
// there are; one that was started for the question is the last word. errMissing and errAmbiguous are
// answers; other errors mean that the repository cannot be read, or nobody has time.
func (g *Repositories) ask(ctx context.Context, repo *repository, question, name string) (object, error) {
	ctx, done, err := g.begin(ctx)
	if err != nil {
		return object{}, err
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, min(questionTime, g.options.Timeout))
	defer cancel()
	for {
		r, err := g.readers.take(ctx, repo)
		if err != nil {
			return object{}, err
		}
		o, err := r.ask(ctx, question, name)
		if err == nil || errors.Is(err, errMissing) || errors.Is(err, errAmbiguous) {
			g.readers.giveBack(r)
			return o, err
		}
		g.readers.drop(r)
		if r.since.IsZero() || ctx.Err() != nil { // never idle before
			return object{}, &failure{args: r.cmd.Args[1:], code: -1, said: r.said.String(), err: errors.Join(ctx.Err(), err)}
		}
	}
}
