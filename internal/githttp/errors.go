package githttp

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/slipway-deploy/slipway"
)

// statuses are what the kinds of failure are in HTTP.
var statuses = map[slipway.Kind]int{
	slipway.Internal:     http.StatusInternalServerError,
	slipway.Malformed:    http.StatusBadRequest,
	slipway.Unauthorized: http.StatusUnauthorized,
	slipway.Forbidden:    http.StatusForbidden,
	slipway.NotFound:     http.StatusNotFound,
	slipway.Conflict:     http.StatusConflict,
	slipway.Gone:         http.StatusGone,
	slipway.TooLarge:     http.StatusRequestEntityTooLarge,
	slipway.Unsupported:  http.StatusUnsupportedMediaType,
	slipway.Invalid:      http.StatusUnprocessableEntity,
	slipway.Limited:      http.StatusTooManyRequests,
	slipway.Unavailable:  http.StatusServiceUnavailable,
	slipway.Full:         http.StatusInsufficientStorage,
}

// wrongMethod is a request for something that has another method.
type wrongMethod struct{ allow string }

func (*wrongMethod) Error() string { return "wrong method" }

// errGone says that the client has left, or has been silent for too long: there is nobody to answer.
var errGone = errors.New("the client has gone")

// fail ends a request that did not succeed: with a sentence, which git shows its user as "remote: …". Once a part of git's
// answer has been sent, or when nobody listens, all that is left is to break the connection off, so that nothing looks
// complete.
func (c *call) fail(err error) {
	if gone := c.request.Context().Err(); gone != nil && !errors.Is(err, errGone) {
		err = fmt.Errorf("%w: %w", errGone, err)
	}
	c.logFailure(err)
	if c.reply.status != 0 || errors.Is(err, errGone) {
		panic(http.ErrAbortHandler)
	}
	status, sentence := http.StatusMethodNotAllowed, "This address has another method."
	header := c.w.Header()
	if wrong := (*wrongMethod)(nil); errors.As(err, &wrong) {
		header.Set("Allow", wrong.allow)
	} else {
		status, sentence = c.describe(err)
	}
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	neverCache(header)
	c.reply.status = status
	_ = c.control.SetWriteDeadline(time.Now().Add(c.stall))
	c.w.WriteHeader(status)
	_, _ = io.WriteString(c.w, sentence+"\n")
}

// describe gives the status and the sentence for a failure, and sets the headers that belong to it.
func (c *call) describe(err error) (status int, sentence string) {
	kind := slipway.KindOf(err)
	sentence = kind.Message()
	retry := time.Duration(0)
	if e := (*slipway.Error)(nil); errors.As(err, &e) {
		sentence, retry = e.Sentence(), e.RetryAfter
	}
	switch kind {
	case slipway.Unauthorized:
		challenge(c.w.Header())
	case slipway.Unavailable, slipway.Limited, slipway.Full:
		c.w.Header().Set("Retry-After", strconv.Itoa(max(1, int(retry.Round(time.Second)/time.Second))))
	}
	return statuses[kind], sentence
}

// logFailure says why, to the log only.
func (c *call) logFailure(err error) {
	level := slog.LevelDebug
	wrong := (*wrongMethod)(nil)
	switch kind := slipway.KindOf(err); {
	case errors.Is(err, errGone), errors.As(err, &wrong):
	case kind == slipway.Internal:
		level = slog.LevelError
	case kind == slipway.Unavailable, kind == slipway.Full:
		level = slog.LevelWarn
	}
	c.log.LogAttrs(c.request.Context(), level, "git request failed",
		slog.String("service", c.target.service), slog.String("repository", c.repository()), slog.String("error", err.Error()))
}

// neverCache is the protocol's demand on every answer (gitprotocol-http).
func neverCache(h http.Header) {
	h.Set("Expires", "Fri, 01 Jan 1980 00:00:00 GMT")
	h.Set("Pragma", "no-cache")
	h.Set("Cache-Control", "no-cache, max-age=0, must-revalidate")
}
