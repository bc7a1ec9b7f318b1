package githttp

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// brittle is a connection that breaks.
type brittle struct {
	*httptest.ResponseRecorder
	err error
}

func (b *brittle) Write(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return b.ResponseRecorder.Write(p)
}

func (b *brittle) Unwrap() http.ResponseWriter { return b.ResponseRecorder }

func newReply(push bool) (*reply, *brittle) {
	w := &brittle{ResponseRecorder: httptest.NewRecorder()}
	return &reply{w: w, control: http.NewResponseController(w), stall: time.Minute, wire: &wire{}, push: push}, w
}

func (r *reply) says(t *testing.T, text string) {
	t.Helper()
	if n, err := r.Write([]byte(text)); err != nil || n != len(text) {
		t.Fatalf("wrote %d of %q: %v", n, text, err)
	}
}

func TestNothingIsSaidBeforeTheRequestIsRead(t *testing.T) {
	r, w := newReply(false)
	r.says(t, line("ACK"))
	if w.Flushed || w.Body.Len() > 0 {
		t.Errorf("%q was sent", w.Body)
	}
	r.wire.ended.Store(true)
	r.says(t, line("NAK"))
	if got := w.Body.String(); got != line("ACK")+line("NAK") || !w.Flushed {
		t.Errorf("sent %q, flushed %v", got, w.Flushed)
	}
}

func TestReportWaits(t *testing.T) {
	r, w := newReply(true)
	progress := band(2, "Resolving deltas: 100% (3/3)\r")
	r.says(t, progress) // the client is still sending: nobody would look
	r.wire.ended.Store(true)
	r.says(t, band(1, ""))
	r.says(t, progress)
	if got, want := w.Body.String(), band(1, "")+progress; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	w.Body.Reset()
	report := band(1, line("unpack ok")) + progress + "0000"
	r.says(t, report)
	if w.Body.Len() > 0 {
		t.Errorf("%q was sent before the end", w.Body)
	}
	if err := r.finish(); err != nil || w.Body.String() != report {
		t.Errorf("sent %q, want %q: %v", w.Body, report, err)
	}
}

// TestEndOfLongReportWaits: of a report that is too long to be kept, what counts is still held back.
func TestEndOfLongReportWaits(t *testing.T) {
	r, w := newReply(true)
	r.wire.ended.Store(true)
	ok := line("ok refs/heads/" + strings.Repeat("b", 1000))
	for range maxHeld/len(ok) + 10 {
		r.says(t, ok)
	}
	if w.Body.Len() == 0 || r.held.Len() != maxHeld {
		t.Errorf("%d bytes sent, %d held", w.Body.Len(), r.held.Len())
	}
	if err := r.finish(); err != nil || !strings.HasSuffix(w.Body.String(), ok) {
		t.Errorf("the end is missing: %v", err)
	}
}

// TestNobodyListens: a connection that breaks ends the answer, and is not taken for a success.
func TestNobodyListens(t *testing.T) {
	r, w := newReply(false)
	r.wire.ended.Store(true)
	w.err = errors.New("broken pipe")
	for range 2 {
		if _, err := r.Write([]byte(band(1, ""))); !errors.Is(err, errGone) {
			t.Errorf("%v, want errGone", err)
		}
	}
	r.held.WriteString("0000")
	if err := r.finish(); !errors.Is(err, errGone) {
		t.Errorf("at the end: %v, want errGone", err)
	}
}
