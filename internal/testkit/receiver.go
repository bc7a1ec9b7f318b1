package testkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v93/github"
)

// A Received is one request that a receiver got, whatever it answered.
type Received struct {
	At     time.Time
	GUID   string // X-GitHub-Delivery
	Event  string // X-GitHub-Event
	Action string // of the body, where it has one
	Header http.Header
	Body   []byte // the JSON payload
	Signed bool   // go-github's own check accepted the signature
	Answer int    // the status it was answered with; 0: not with one
}

// A Manner is how a receiver answers a request. It returns the status it answered with.
type Manner func(w http.ResponseWriter, r *http.Request) int

// Status answers with a status and a short body.
func Status(code int) Manner {
	return func(w http.ResponseWriter, _ *http.Request) int {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, http.StatusText(code))
		return code
	}
}

// Silence accepts a request and never answers it.
func Silence(_ http.ResponseWriter, r *http.Request) int {
	<-r.Context().Done()
	return 0
}

// Trickle answers 200 and then one byte at a time for ever, which is a time-out to those who count the whole exchange.
func Trickle(w http.ResponseWriter, r *http.Request) int {
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		if _, err := io.WriteString(w, "."); err != nil {
			return 0
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return 0
		case <-tick.C:
		}
	}
}

// Flood answers 200 with a body of many megabytes.
func Flood(w http.ResponseWriter, _ *http.Request) int {
	chunk := bytes.Repeat([]byte("slipway "), 8192)
	for range 1024 {
		if _, err := w.Write(chunk); err != nil {
			return 0
		}
	}
	return http.StatusOK
}

// Hangup closes the connection without an answer.
func Hangup(w http.ResponseWriter, _ *http.Request) int {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
	return 0
}

// Redirect sends deliveries elsewhere.
func Redirect(to string) Manner {
	return func(w http.ResponseWriter, r *http.Request) int {
		http.Redirect(w, r, to, http.StatusFound)
		return http.StatusFound
	}
}

// Receiver is a webhook receiver on a loopback port. It verifies every delivery with go-github's ValidatePayload, answers
// 200 unless told otherwise, and remembers what it got.
type Receiver struct {
	t       testing.TB
	secret  []byte
	address string

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever something arrives or has been answered
	got     []Received
	manner  func(n int, d Received) Manner // n counts from 1
	server  *http.Server
}

// NewReceiver listens until the test ends. An empty secret leaves Signed false.
func NewReceiver(t testing.TB, secret string) *Receiver {
	t.Helper()
	r := &Receiver{t: t, secret: []byte(secret), changed: make(chan struct{})}
	r.Up()
	t.Cleanup(r.Down)
	return r
}

// URL is its address; it stays the same through Down and Up.
func (r *Receiver) URL() string { return "http://" + r.address + "/hook" }

// Behave sets how deliveries are answered from now on.
func (r *Receiver) Behave(m Manner) { r.BehaveEach(func(int, Received) Manner { return m }) }

// BehaveEach chooses a manner for each delivery. n counts from 1 over the receiver's life.
func (r *Receiver) BehaveEach(manner func(n int, d Received) Manner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.manner = manner
}

// Down closes the port and every connection to it.
func (r *Receiver) Down() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server != nil {
		_ = r.server.Close()
		r.server = nil
	}
}

// Up opens the port, the same one as before.
func (r *Receiver) Up() {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server != nil {
		return
	}
	if r.address == "" {
		r.address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		r.t.Fatalf("receiver: %v", err)
	}
	r.address = l.Addr().String()
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve), ReadHeaderTimeout: 10 * time.Second}
	go func(s *http.Server) {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			r.t.Errorf("receiver: %v", err)
		}
	}(r.server)
}

func (r *Receiver) serve(w http.ResponseWriter, req *http.Request) {
	d, err := r.read(req)
	if err != nil {
		return // the sender gave up
	}
	r.mu.Lock()
	n := len(r.got)
	r.got = append(r.got, d)
	manner := Status(http.StatusOK)
	if r.manner != nil {
		manner = r.manner(n+1, d)
	}
	r.tell()
	r.mu.Unlock()

	answer := manner(w, req)

	r.mu.Lock()
	r.got[n].Answer = answer
	r.tell()
	r.mu.Unlock()
}

// tell wakes those who wait. The caller holds the lock.
func (r *Receiver) tell() {
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *Receiver) read(req *http.Request) (Received, error) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return Received{}, err
	}
	d := Received{
		At: time.Now(), GUID: req.Header.Get("X-GitHub-Delivery"), Event: req.Header.Get("X-GitHub-Event"),
		Header: req.Header.Clone(), Body: raw,
	}
	req.Body = io.NopCloser(bytes.NewReader(raw))
	if payload, err := github.ValidatePayload(req, r.secret); err == nil {
		d.Body, d.Signed = payload, len(r.secret) > 0
	}
	var body struct{ Action string }
	if json.Unmarshal(d.Body, &body) == nil {
		d.Action = body.Action
	}
	return d, nil
}

// Received is everything that has arrived, in the order of arrival.
func (r *Receiver) Received() []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Received(nil), r.got...)
}

// Wait waits until what has arrived is enough, and gives it. It fails the test when that takes longer than within.
func (r *Receiver) Wait(within time.Duration, enough func([]Received) bool) []Received {
	r.t.Helper()
	late := time.After(within)
	for {
		r.mu.Lock()
		got, changed := append([]Received(nil), r.got...), r.changed
		r.mu.Unlock()
		if enough(got) {
			return got
		}
		select {
		case <-changed:
		case <-late:
			r.t.Fatalf("receiver: not enough after %s; got %d deliveries", within, len(got))
		}
	}
}

// WaitFor waits for a number of events of a kind.
func (r *Receiver) WaitFor(event string, n int, within time.Duration) []Received {
	r.t.Helper()
	of := func(all []Received) (some []Received) {
		for _, d := range all {
			if d.Event == event && d.Answer != 0 {
				some = append(some, d)
			}
		}
		return some
	}
	return of(r.Wait(within, func(all []Received) bool { return len(of(all)) >= n }))
}
