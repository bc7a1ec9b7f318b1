package githttp

import (
	"bytes"
	"net/http"
	"time"
)

// maxHeld is how much of a push's report waits for its events. Of a longer one – more than 50,000 refs – the beginning is
// sent, and the end, without which no client believes it, still waits.
const maxHeld = 4 << 20

// reply is what git answers, on its way to the client. Until something has been sent, the request can still fail properly.
type reply struct {
	w         http.ResponseWriter
	control   *http.ResponseController
	stall     time.Duration
	mediaType string

	sieve sieve
	early bytes.Buffer // progress that need not wait
	held  bytes.Buffer // everything else
	wire  *wire        // nil: there is no request's body to wait for
	push  bool         // the report waits for finish

	status int   // 0: nothing sent
	sent   int64 // bytes
	gone   bool  // nobody listens any more
}

// Write takes a part of git's answer and passes on what may go.
//
// Nothing goes before the request has been read: between git and us there are servers that do one thing after the other.
func (r *reply) Write(p []byte) (int, error) {
	r.sieve.sift(p, r)
	if r.wire != nil && !r.wire.ended.Load() {
		r.early.Reset()
		return len(p), nil
	}
	return len(p), r.pass()
}

// data takes bytes of the answer proper.
func (r *reply) data(p []byte) { r.held.Write(p) }

// notice takes a packet that only says that git is still working. It may overtake nothing.
func (r *reply) notice(p []byte) {
	if r.push && r.held.Len() == 0 {
		r.early.Write(p)
		return
	}
	r.held.Write(p)
}

// pass sends what may be sent now.
func (r *reply) pass() error {
	if err := r.send(&r.early, r.early.Len()); err != nil {
		return err
	}
	if r.push {
		return r.send(&r.held, r.held.Len()-maxHeld)
	}
	return r.send(&r.held, r.held.Len())
}

// finish sends the rest: the request has succeeded.
func (r *reply) finish() error {
	r.push = false
	r.begin()
	return r.pass()
}

// begin sends the header.
func (r *reply) begin() {
	if r.status != 0 {
		return
	}
	h := r.w.Header()
	h.Set("Content-Type", r.mediaType)
	neverCache(h)
	r.status = http.StatusOK
	r.w.WriteHeader(r.status)
}

// send sends the first n bytes of a buffer, if n is positive.
func (r *reply) send(from *bytes.Buffer, n int) error {
	if n <= 0 {
		return nil
	}
	part := from.Next(n)
	if r.gone {
		return errGone
	}
	_ = r.control.SetWriteDeadline(time.Now().Add(r.stall)) // not every connection has deadlines
	r.begin()
	sent, err := r.w.Write(part)
	r.sent += int64(sent)
	if err == nil {
		err = r.control.Flush()
	}
	if err != nil {
		r.gone = true
		return errGone
	}
	return nil
}
