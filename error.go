package slipway

import (
	"errors"
	"time"
)

// Kind says what a failure means to the caller. The zero Kind is Internal: an error nobody thought about is never shown.
type Kind int

// The kinds, with the HTTP status an edge gives them.
const (
	Internal     Kind = iota // 500
	Malformed                // 400
	Unauthorized             // 401
	Forbidden                // 403
	NotFound                 // 404
	Conflict                 // 409
	Gone                     // 410
	TooLarge                 // 413
	Unsupported              // 415
	Invalid                  // 422
	Limited                  // 403 or 429, with RetryAfter
	Unavailable              // 503
	Full                     // 507
)

// Error is a failure in two storeys: a kind and a sentence for the caller, and the cause for the log. Message and Details
// are shown as they are, so they never hold text from Go, SQL, git or a path.
type Error struct {
	Kind       Kind
	Message    string // the exact sentence; empty: the kind's own
	Details    []Detail
	Conflicts  []string      // paths of a merge's textual conflict, shown as "conflicts" when there are any (contract 3.9)
	RetryAfter time.Duration // > 0: said to the caller
	Op         string        // what was being done, for the log
	Err        error         // the cause, for the log
}

// Detail is one entry of errors[]. Text alone is printed as a bare string.
type Detail struct {
	Resource string
	Field    string
	Code     string
	Message  string
	Contexts []ContextState // only for refused commit statuses; printed, even if empty, when not nil
	Text     string
}

// ContextState is one context of a refused deployment.
type ContextState struct {
	Context string
	State   string
}

// Error is for the log; callers are shown Message and Details.
func (e *Error) Error() string {
	s := e.Op
	if e.Message != "" {
		if s != "" {
			s += ": "
		}
		s += e.Message
	}
	if e.Err != nil {
		if s != "" {
			s += ": "
		}
		s += e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf says what err means; Internal for errors that are not ours.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Sentence is what the caller is told: Message, else the kind's own words. Internal errors never say more than those.
func (e *Error) Sentence() string {
	if e.Message != "" && e.Kind != Internal {
		return e.Message
	}
	return e.Kind.Message()
}

// Message is what a failure of this kind is called when nobody said it better. It gives nothing away.
func (k Kind) Message() string {
	if m, ok := kindMessages[k]; ok {
		return m
	}
	return kindMessages[Internal]
}

// String is the kind's name, for the log.
func (k Kind) String() string { return k.Message() }

var kindMessages = map[Kind]string{
	Internal:     "Server Error",
	Malformed:    "Problems parsing JSON",
	Unauthorized: "Requires authentication",
	Forbidden:    "Forbidden",
	NotFound:     "Not Found",
	Conflict:     "Conflict",
	Gone:         "Gone",
	TooLarge:     "Request body is too large",
	Unsupported:  "Unsupported Media Type",
	Invalid:      "Validation Failed",
	Limited:      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
	Unavailable:  "Service unavailable. Please try again.",
	Full:         "The server has no space left to store this.",
}

// Fail makes an Error of a kind with a sentence for the caller.
func Fail(k Kind, message string, details ...Detail) *Error {
	return &Error{Kind: k, Message: message, Details: details}
}

// Because makes an Error of a kind out of a cause that only the log may see.
func Because(k Kind, op string, cause error) *Error { return &Error{Kind: k, Op: op, Err: cause} }

// ValidationFailed is GitHub's 422 with one or more fields.
func ValidationFailed(details ...Detail) *Error {
	return &Error{Kind: Invalid, Message: "Validation Failed", Details: details}
}

// InvalidRequest is the 422 of routes that check a schema: a sentence about the request and no fields (contract 1.5).
func InvalidRequest(sentence string) *Error { return Fail(Invalid, "Invalid request.\n\n"+sentence) }
