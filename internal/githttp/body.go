package githttp

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/slipway-deploy/slipway"
)

// maxWants bounds what a fetch may say, decompressed: 300,000 lines. git http-backend's bound is 10 MiB. Pushes have none.
const maxWants = 16 << 20

// flush is the packet that ends a list. As the whole of a request it asks for nothing: git sends it to see whether its
// credentials are good before it sends a large request.
const flush = "0000"

// body is what the client sends, decompressed.
type body struct {
	*bufio.Reader
	wire   *wire
	failed atomic.Pointer[error] // the first error of the decompressed side, but for the end
}

// openBody checks what a request says about its body, and gives it. For fetches it is bounded.
func (c *call) openBody() (*body, error) {
	r := c.request
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != c.target.mediaType("request") {
		return nil, slipway.Fail(slipway.Unsupported, "The Content-Type is not the one of this service.")
	}
	b := &body{wire: &wire{from: r.Body, control: c.control, stall: c.stall, patient: c.target.push(), began: time.Now()}}
	var decoded io.ReadCloser = b.wire
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		unzip, err := gzip.NewReader(b.wire)
		if err != nil {
			return nil, b.cause(err)
		}
		decoded = unzip
	default:
		return nil, slipway.Fail(slipway.Unsupported, "This Content-Encoding is not understood. Please use gzip or none.")
	}
	if !c.target.push() {
		decoded = http.MaxBytesReader(c.w, decoded, maxWants)
	}
	b.Reader = bufio.NewReader(&remembering{from: decoded, failed: &b.failed})
	return b, nil
}

// asks reports whether the request asks for anything. It waits for the first packet, so that nothing is started for
// clients that send none.
func (b *body) asks() (bool, error) {
	first, err := b.Peek(len(flush))
	if err == nil {
		return string(first) != flush, nil
	}
	if errors.Is(err, io.EOF) {
		return false, slipway.Fail(slipway.Malformed, "The request is not complete.")
	}
	return false, b.cause(err)
}

// broken says what was wrong with the body as far as it was read; nil if nothing was.
func (b *body) broken() error {
	if err := b.failed.Load(); err != nil {
		return b.cause(*err)
	}
	return nil
}

// cause tells a bad request from a client that has gone.
func (b *body) cause(err error) error {
	var corrupt flate.CorruptInputError
	switch tooLarge := (*http.MaxBytesError)(nil); {
	case errors.As(err, &tooLarge):
		return slipway.Fail(slipway.TooLarge, "The request is too large.")
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt),
		b.wire.ended.Load() && errors.Is(err, io.ErrUnexpectedEOF), b.wire.ended.Load() && errors.Is(err, io.EOF):
		return slipway.Fail(slipway.Malformed, "The request is not compressed as it says.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w: silent for %s", errGone, b.wire.stall)
	default:
		return fmt.Errorf("%w: %w", errGone, err)
	}
}

// remembering keeps the first error of a reader but the end: who reads it is a process, which only sees the end.
type remembering struct {
	from   io.Reader
	failed *atomic.Pointer[error]
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

// wire is the body as it comes, from a client that must not fall silent.
type wire struct {
	from    io.ReadCloser
	control *http.ResponseController
	stall   time.Duration
	patient bool // a client that packs what it pushes is silent now and then, and slow at other times
	began   time.Time
	taken   int64
	ended   atomic.Bool // read to its end
}

// leastPace is how many bytes a second of a fetch must come on average, beyond one stall: it says what it wants in one go.
const leastPace = 8 << 10

func (w *wire) Read(p []byte) (int, error) {
	deadline := time.Now().Add(w.stall)
	if late := w.began.Add(w.stall + time.Duration(w.taken/leastPace)*time.Second); !w.patient && late.Before(deadline) {
		deadline = late
	}
	_ = w.control.SetReadDeadline(deadline) // not every connection has deadlines
	n, err := w.from.Read(p)
	w.taken += int64(n)
	if err != nil {
		// The server goes on reading, to notice when the client leaves; that may take as long as git works.
		_ = w.control.SetReadDeadline(time.Time{})
		if errors.Is(err, io.EOF) {
			w.ended.Store(true)
		}
	}
	return n, err
}

func (w *wire) Close() error { return w.from.Close() }
