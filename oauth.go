package slipway

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// How long things of OAuth live (contract 9.4, 9.5).
const (
	CodeLifetime         = 10 * time.Minute
	DeviceLifetime       = 15 * time.Minute
	DeviceInterval       = 5 * time.Second // between two polls, and by how much a poll too early lengthens it
	AppTokenLifetime     = 28800 * time.Second
	RefreshTokenLifetime = 15811200 * time.Second
)

// OAuthError is a failure in the words of OAuth: a code that clients match, and a sentence. Answers with one have the status
// 200, as GitHub's do.
type OAuthError struct {
	Code        string
	Description string
	Interval    time.Duration // of slow_down only: how long to wait between polls from now on
}

// Error is for the log.
func (e *OAuthError) Error() string { return e.Code + ": " + e.Description }

// The failures that clients match on (contract 9.4, 9.5).
var (
	BadVerificationCode        = &OAuthError{Code: "bad_verification_code", Description: "The code passed is incorrect or expired."}
	IncorrectClientCredentials = &OAuthError{Code: "incorrect_client_credentials", Description: "The client_id and/or client_secret passed are incorrect."}
	RedirectURIMismatch        = &OAuthError{Code: "redirect_uri_mismatch", Description: "The redirect_uri MUST match the registered callback URL for this application."}
	BadRefreshToken            = &OAuthError{Code: "bad_refresh_token", Description: "The refresh token passed is incorrect or expired."}
	UnsupportedGrantType       = &OAuthError{Code: "unsupported_grant_type", Description: "The grant_type passed is not supported."}
	MalformedOAuthRequest      = &OAuthError{Code: "invalid_request", Description: "The request could not be read."}
	AccessDenied               = &OAuthError{Code: "access_denied", Description: "The user has denied your application access."}
	DeviceDenied               = &OAuthError{Code: "access_denied", Description: "The authorization request was denied."}
	AuthorizationPending       = &OAuthError{Code: "authorization_pending", Description: "The authorization request is still pending."}
	ExpiredDeviceCode          = &OAuthError{Code: "expired_token", Description: "The `device_code` has expired."}
	IncorrectDeviceCode        = &OAuthError{Code: "incorrect_device_code", Description: "The device_code provided is not valid."}
	DeviceFlowDisabled         = &OAuthError{Code: "device_flow_disabled", Description: "Device Flow must be explicitly enabled for this App"}
	ChallengeMethodRefused     = &OAuthError{Code: "invalid_request", Description: "The code_challenge_method must be S256 and the code_challenge 43 characters of base64url."}
)

// SlowDown is the answer to a device that polls too early, with how long it waits from now on.
func SlowDown(interval time.Duration) *OAuthError {
	return &OAuthError{Code: "slow_down", Description: "Too many requests have been made in the same timeframe.", Interval: interval}
}

// Redirect is the rule of redirect_uri (contract 9.4): it must equal one of the registered callbacks in scheme, host and port,
// with a path that is the same or below; on loopback the port may differ. Without one it is the first callback. What comes
// back is the address to send people to; ok is false when there is none, and then nobody is sent anywhere.
func (a App) Redirect(asked string) (address string, ok bool) {
	if asked == "" && len(a.CallbackURLs) > 0 {
		asked = a.CallbackURLs[0]
	}
	u, ok := callback(asked)
	ok = ok && slices.ContainsFunc(a.CallbackURLs, func(registered string) bool {
		r, ok := callback(registered)
		return ok && u.below(r)
	})
	if !ok {
		return "", false
	}
	return asked, true
}

// callbackURL is an address that people may be sent to, taken apart.
type callbackURL struct {
	scheme, host, port, path, query string
	loopback                        bool
}

// callback takes an address apart. Whatever browsers and net/url might read differently is no callback: user names, fragments,
// backslashes, control characters, dots that are escaped.
func callback(address string) (callbackURL, bool) {
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return callbackURL{}, false
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || u.Opaque != "" || u.User != nil || u.Fragment != "" || strings.Contains(address, "#") || u.Hostname() == "" && u.Path == "" {
		return callbackURL{}, false
	}
	switch u.Scheme {
	case "javascript", "data", "vbscript", "file", "about", "blob":
		return callbackURL{}, false
	case "http", "https":
		if u.Hostname() == "" {
			return callbackURL{}, false
		}
	}
	if p := strings.ToLower(u.EscapedPath()); strings.Contains(p, "%2e") || strings.Contains(p, "%2f") || strings.Contains(p, "%5c") {
		return callbackURL{}, false
	}
	if !leavesRoom(u.RawQuery) {
		return callbackURL{}, false
	}
	host := strings.ToLower(u.Hostname())
	c := callbackURL{scheme: u.Scheme, host: host, port: u.Port(), path: path.Clean("/" + u.Path), query: u.RawQuery}
	if c.port == "" {
		c.port = map[string]string{"http": "80", "https": "443"}[c.scheme]
	}
	ip, err := netip.ParseAddr(host)
	c.loopback = host == "localhost" || err == nil && ip.Unmap().IsLoopback()
	return c, true
}

// leavesRoom reports whether an answer can follow a callback's own query: one that holds a part of an answer already could put
// another person's code before the app, which would not know the two apart.
func leavesRoom(query string) bool {
	values, err := url.ParseQuery(query)
	return err == nil && !slices.ContainsFunc(answerNames, values.Has)
}

var answerNames = []string{"code", "state", "error", "error_description", "error_uri"}

// below reports whether people may be sent to c where r is registered.
func (c callbackURL) below(r callbackURL) bool {
	if c.scheme != r.scheme || c.host != r.host || c.port != r.port && !c.loopback {
		return false
	}
	return c.path == r.path || strings.HasPrefix(c.path, strings.TrimSuffix(r.path, "/")+"/")
}

// CallbackOrigin is the scheme and host of an address people are sent to: what a page's policy has to name so that its form
// may lead there. Empty for what is none.
func CallbackOrigin(address string) string {
	c, ok := callback(address)
	if !ok {
		return ""
	}
	if c.scheme != "http" && c.scheme != "https" {
		return c.scheme + ":"
	}
	u, _ := url.Parse(address)
	return c.scheme + "://" + strings.ToLower(u.Host)
}

const challengeLength = 43 // of a SHA-256 in base64url without padding

// CheckChallenge says whether a request's PKCE challenge can be kept: none, or S256. The error is an *OAuthError.
func CheckChallenge(challenge, method string) error {
	if challenge == "" && method == "" {
		return nil
	}
	if method != "S256" || len(challenge) != challengeLength {
		return ChallengeMethodRefused
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(challenge); err != nil {
		return ChallengeMethodRefused
	}
	return nil
}

// VerifyChallenge reports whether a verifier answers the challenge its code was given for. A verifier where there was no
// challenge is refused as well: somebody may have taken the challenge away.
func VerifyChallenge(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// NewHexSecret is a code of that many hexadecimal digits out of a source of random bytes: 20 for a code of the web flow, 40
// for a device's. It panics when the source fails.
func NewHexSecret(digits int, random io.Reader) string {
	b := make([]byte, digits/2)
	if _, err := io.ReadFull(random, b); err != nil {
		panic("slipway: no random bytes for a code: " + err.Error())
	}
	return hex.EncodeToString(b)
}

// userCodeLetters make no words and are not mistaken for one another (RFC 8628, 6.1).
const userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// NewUserCode is what a person types: eight letters, WDJB-MJHT. It panics when the source fails.
func NewUserCode(random io.Reader) string {
	code := make([]byte, 0, 9)
	for b := make([]byte, 1); len(code) < 9; {
		if _, err := io.ReadFull(random, b); err != nil {
			panic("slipway: no random bytes for a code: " + err.Error())
		}
		if len(code) == 4 {
			code = append(code, '-')
		}
		if b[0] < 240 { // the largest multiple of 20 in a byte
			code = append(code, userCodeLetters[b[0]%20])
		}
	}
	return string(code)
}

// NormalUserCode is a user code as it was given out, however it was typed: WDJB-MJHT for "wdjb mjht". ok is false for what
// cannot be one.
func NormalUserCode(typed string) (code string, ok bool) {
	letters := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\t' || r == '\u2013' || r == '\u2014' {
			return -1
		}
		return r
	}, strings.ToUpper(typed))
	if len(letters) != 8 || strings.Trim(letters, userCodeLetters) != "" {
		return "", false
	}
	return letters[:4] + "-" + letters[4:], true
}
