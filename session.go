package slipway

import "time"

// Session is a person signed in with a browser. It opens pages and never the API, whose only credentials are tokens.
type Session struct {
	ID         int64
	AccountID  int64
	Hash       []byte // SHA-256 of the secret in the cookie, 32 bytes
	Address    string // where it was last used from
	Agent      string // the browser's own description, shortened; as untrusted as any header
	CreatedAt  time.Time
	LastUsedAt time.Time
}

// SessionIdle is how long a session lives without being used (decisions §4).
const SessionIdle = 30 * 24 * time.Hour

// Expired reports whether the session has not been used for too long.
func (s Session) Expired(now time.Time) bool { return now.Sub(s.LastUsedAt) >= SessionIdle }

// SessionSecret is what the cookie of a session holds: no token of any kind, and no use as one.
const SessionSecret TokenKind = "w"
