package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// stream is a body that is sent while it is made, because it may be of any size. It is made from something whose name says
// all about it, so that name is what its tag is made of.
type stream struct {
	name string
	kind string // content type
	size int64  // -1: nobody knows
	file string // what it is to be called where it is saved; empty: nothing
	copy func(ctx context.Context, out io.Writer) error
}

func streamed(s stream) reply { return reply{status: http.StatusOK, stream: &s} }

// stalled is how long a caller may take nothing of a stream.
const stalled = time.Minute

// heldBack is how much of a stream must be there before its answer begins. Git often writes a little before it sees that it
// cannot go on.
const heldBack = 64 << 10

// writeStream sends a stream. What goes wrong before its answer begins is answered as anywhere else; later nothing can be said any
// more, and the connection is cut, so that nobody takes half of it for the whole.
func (a *API) writeStream(w http.ResponseWriter, c *call, rep reply) (status, size int) {
	out := &patient{w: w, begin: func() {
		h := w.Header()
		a.writeCommon(h, c, &rep)
		h[tagHeader] = []string{tagOf(c, []byte(rep.stream.name))}
		h["Content-Type"] = []string{rep.stream.kind}
		if rep.stream.size >= 0 {
			h["Content-Length"] = []string{strconv.FormatInt(rep.stream.size, 10)}
		}
		if rep.stream.file != "" {
			h["Content-Disposition"] = []string{"attachment; filename=" + rep.stream.file}
		}
		h["Status"] = statusLine(rep.status)
		c.done(false)
		a.writeQuota(h, c)
		w.WriteHeader(rep.status)
	}}
	if c.request.Method == http.MethodHead {
		_ = out.flush()
		return rep.status, 0
	}
	err := rep.stream.copy(c.request.Context(), out)
	switch {
	case err == nil && out.flush() == nil:
		out.end()
	case err == nil:
		c.cut = true
	case !out.begun:
		return a.write(w, c, a.fail(c, err))
	default:
		c.cut = true
		if c.request.Context().Err() == nil && !errors.Is(err, errGone) {
			a.logFailure(c, err, rep.status)
		}
	}
	return rep.status, out.size
}

// patient writes to a caller for as long as they take something. It begins an answer when there is more than it holds back, or
// all.
type patient struct {
	w     http.ResponseWriter
	begin func()
	begun bool
	held  []byte // until it has begun
	size  int
}

var errGone = errors.New("the caller is gone")

func (p *patient) Write(b []byte) (int, error) {
	if !p.begun {
		p.held = append(p.held, b...)
		if len(p.held) <= heldBack {
			return len(b), nil
		}
		return len(b), p.flush()
	}
	return p.send(b)
}

// flush begins the answer, if that was not done, and sends what was held back.
func (p *patient) flush() error {
	if p.begun {
		return nil
	}
	p.begun = true
	p.begin()
	held := p.held
	p.held = nil
	if len(held) == 0 {
		return nil
	}
	_, err := p.send(held)
	return err
}

func (p *patient) send(b []byte) (int, error) {
	p.until(time.Now().Add(stalled))
	n, err := p.w.Write(b)
	p.size += n
	if err != nil {
		err = errGone
	}
	return n, err
}

func (p *patient) end() { p.until(time.Time{}) }

func (p *patient) until(t time.Time) {
	_ = http.NewResponseController(p.w).SetWriteDeadline(t) // not every writer can
}
