package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// statuses is the staircase: what each kind of failure is over HTTP. Limited is 403 for the primary limit and 429 for
// the secondary one.
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
	slipway.Limited:      http.StatusForbidden,
	slipway.Unavailable:  http.StatusServiceUnavailable,
	slipway.Full:         http.StatusInsufficientStorage,
}

// fail turns an error into GitHub's shape (contract 1.5). Only the sentence and the details of a *slipway.Error are shown;
// the rest goes to the log.
func (a *API) fail(c *call, err error) reply {
	e := shown(err)
	status := statuses[e.Kind]
	if e.Kind == slipway.Limited && strings.HasPrefix(e.Message, secondarySentence) {
		status = http.StatusTooManyRequests
	}
	if status >= http.StatusInternalServerError && !errors.Is(err, errBusy) {
		a.logFailure(c, err, status)
	}
	rep := reply{
		status: status,
		body:   wire.FromError(e, status, a.documentation(c, e)),
		retry:  e.RetryAfter,
	}
	if e.Kind == slipway.Unavailable && rep.retry == 0 {
		rep.retry = time.Second
	}
	rep.closing = e.Kind == slipway.TooLarge
	return rep
}

// shown is the part of an error that a caller may see. An error nobody thought about shows nothing.
func shown(err error) *slipway.Error {
	var e *slipway.Error
	switch {
	case errors.As(err, &e) && e.Kind != slipway.Internal:
		if _, known := statuses[e.Kind]; known {
			return e
		}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return slipway.Fail(slipway.Unavailable, "")
	}
	return slipway.Fail(slipway.Internal, "")
}

// documentation is the page an error points at: the route's, and the root for what is not about a route.
func (a *API) documentation(c *call, e *slipway.Error) string {
	switch {
	case e.Kind == slipway.Unauthorized && a.options.Era == slipway.E0:
		return "" // as was recorded
	case e.Kind == slipway.Limited:
		return a.docs.base + a.docs.limits
	case c.row == nil, e.Message == slipway.BadCredentials().Message:
		return a.docs.base // also where a row had to be found to know (contract 1.4)
	default:
		return c.row.docURL
	}
}
