package slipway

import (
	"crypto/subtle"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// AppKind says what an app is.
type AppKind string

// The kinds of app. A GitHub App is installed on repositories, has permissions of its own and a key to prove who it is; an
// OAuth app acts only for people who let it, within scopes (contract 9.4, 9.6). Both have a client id and client secrets.
const (
	GitHubApp AppKind = "github"
	OAuthApp  AppKind = "oauth"
)

// App is a program that acts for people, or for itself.
type App struct {
	ID             int64
	Kind           AppKind
	Slug           string // of its address and its bot: the name in lower case, with hyphens
	Name           string
	Owner          Account
	ClientID       string
	Description    string   // may be empty
	ExternalURL    string   // may be empty
	CallbackURLs   []string // where people may be sent back to
	DeviceFlow     bool     // people may let it in by typing a code
	ExpiringTokens bool     // the tokens it gets for people end after eight hours
	Permissions    Permissions
	Events         []string
	PublicKeys     [][]byte // PKIX, DER: a JWT that one of them verifies is the app's
	SecretHashes   [][]byte // SHA-256 of each client secret, oldest first
	BotID          int64    // the account it acts as by itself; 0: none
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// BotSuffix ends the logins of bots: no account that people make can have it.
const BotSuffix = "[bot]"

// BotLoginOf is the login of an app's bot, {slug}[bot].
func BotLoginOf(slug string) string { return slug + BotSuffix }

// HasSecret reports whether a client secret is one of the app's. How long that takes says nothing about how close it came.
func (a App) HasSecret(secret string) bool {
	hash, found := HashToken(secret), 0
	for _, known := range a.SecretHashes {
		found |= subtle.ConstantTimeCompare(hash, known)
	}
	return found == 1
}

// maxAppName is as long as an app's name may be, as on GitHub.
const maxAppName = 34

// CheckAppName says whether an app may be called so: one line of at most 34 characters with a letter or digit that its slug
// can be made of. The error is Invalid.
func CheckAppName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return ValidationFailed(Detail{Resource: "Integration", Field: "name", Code: "missing_field"})
	case !utf8.ValidString(name), utf8.RuneCountInString(name) > maxAppName, strings.ContainsFunc(name, unicode.IsControl):
		return invalidAppName("name must be one line of at most 34 characters")
	case AppSlug(name) == "":
		return invalidAppName("name must have a letter from a to z or a digit")
	}
	return nil
}

func invalidAppName(message string) error {
	return ValidationFailed(Detail{Resource: "Integration", Field: "name", Code: "custom", Message: message})
}

// maxCallbacks is how many callback URLs an app may have, as on GitHub.
const maxCallbacks = 10

// CheckCallbacks says whether people may be sent back to these addresses: absolute http(s) URLs that browsers and servers read
// alike, without a part of an answer in their query. The error is Invalid.
func CheckCallbacks(urls []string) error {
	if len(urls) > maxCallbacks {
		return callbackError("there may be at most 10 callback URLs")
	}
	for _, text := range urls {
		c, ok := callback(text)
		if !ok || c.scheme != "https" && c.scheme != "http" || len(text) > maxCallback ||
			strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
			return callbackError("a callback URL must be an absolute http or https address without a fragment, and without code, state or error in its query")
		}
	}
	return nil
}

const maxCallback = 1024

func callbackError(message string) error {
	return ValidationFailed(Detail{Resource: "Integration", Field: "callback_urls", Code: "custom", Message: message})
}

// AppSlug is the name as addresses have it: lower case, everything but letters and digits a single hyphen.
func AppSlug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// InstallationExcess refuses a token that could do more than its installation (contract 9.6). Clients match the sentence.
func InstallationExcess() *Error {
	return Fail(Invalid, "The permissions requested are not granted to this installation.")
}

// InstallationLacks refuses a token for a repository that its installation is not on. It does not say which.
func InstallationLacks() *Error {
	return Fail(Invalid, "There is at least one repository that does not exist or is not accessible to the parent installation.")
}

// Installation is a GitHub App on the repositories of one account: what it may do there. Its tokens can do no more, and what
// is taken from it is taken from them.
type Installation struct {
	ID              int64
	AppID           int64
	Account         Account // whose repositories
	Permissions     Permissions
	AllRepositories bool    // of the account, also those that are made later
	RepositoryIDs   []int64 // otherwise these
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Includes reports whether the installation is on a repository: one of its account that was selected.
func (i Installation) Includes(r Repository) bool {
	return i.Account.ID == r.Owner.ID && (i.AllRepositories || slices.Contains(i.RepositoryIDs, r.ID))
}
