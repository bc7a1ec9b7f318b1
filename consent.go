package slipway

import "time"

// Grant is a person's consent to an app: what it may do for them. The tokens it was given can do no more, and end with it.
type Grant struct {
	ID        int64
	AccountID int64
	AppID     int64
	Scopes    Scopes // of OAuth apps; a GitHub App has permissions instead
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Code is a code of the web flow as the server remembers it: never the code, only its SHA-256.
type Code struct {
	ID          int64
	Hash        []byte
	AccountID   int64
	AppID       int64
	Scopes      Scopes
	RedirectURI string // as the request said it; empty: it did not
	Challenge   string // PKCE's; empty: none
	TokenID     int64  // what it was exchanged for; 0: it was not used yet
	CreatedAt   time.Time
}

// Expired reports whether the code is of no use any more at a time.
func (c Code) Expired(now time.Time) bool { return now.Sub(c.CreatedAt) >= CodeLifetime }

// DeviceState says how far a device code has come.
type DeviceState string

// The states of a device code. One that was exchanged is gone.
const (
	DevicePending DeviceState = "pending"
	DeviceGranted DeviceState = "granted"
	DeviceRefused DeviceState = "denied"
)

// DeviceCode is a request of the device flow: the device polls with one code while a person types another.
type DeviceCode struct {
	ID        int64
	Hash      []byte // SHA-256 of the device's code
	UserHash  []byte // SHA-256 of the person's
	AppID     int64
	AccountID int64 // who let it in; 0: nobody yet
	Scopes    Scopes
	State     DeviceState
	Pause     time.Duration // between two polls
	PolledAt  *time.Time    // nil: never
	CreatedAt time.Time
}

// Expired reports whether the code is of no use any more at a time.
func (c DeviceCode) Expired(now time.Time) bool { return now.Sub(c.CreatedAt) >= DeviceLifetime }

// Poll says what a poll at a time is answered, if not with a token, and how the code stands after it: a poll that comes before
// its time makes the pause five seconds longer (RFC 8628, 3.5). The error is an *OAuthError.
func (c DeviceCode) Poll(now time.Time) (DeviceCode, error) {
	if c.Expired(now) {
		return c, ExpiredDeviceCode
	}
	early := c.PolledAt != nil && now.Sub(*c.PolledAt) < c.Pause
	c.PolledAt = &now
	switch {
	case c.State == DeviceRefused:
		return c, DeviceDenied
	case early:
		c.Pause += DeviceInterval
		return c, SlowDown(c.Pause)
	case c.State == DevicePending:
		return c, AuthorizationPending
	}
	return c, nil
}

// Refresh is a refresh token as the server remembers it. Each renews once; all that came out of one consent are a family.
type Refresh struct {
	ID        int64
	Hash      []byte
	Family    int64 // the id of its first access token
	TokenID   int64 // the access token that was given with it
	AccountID int64
	AppID     int64
	Scopes    Scopes
	Device    bool // came out of the device flow, whose apps have no secret
	Used      bool
	CreatedAt time.Time
}

// Expired reports whether the refresh token is of no use any more at a time.
func (r Refresh) Expired(now time.Time) bool { return now.Sub(r.CreatedAt) >= RefreshTokenLifetime }

// Authorization is a token as the Authorizations API of 2011–2020 shows it (contract 9.3).
type Authorization struct {
	Token
	NoteURL     string // may be empty
	Fingerprint string // tells tokens of one app apart; may be empty
	UpdatedAt   time.Time
	App         *App // nil: a personal token
}
