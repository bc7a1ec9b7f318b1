package slipway

import (
	"crypto/sha256"
	"encoding/base64"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// TokenKind is the letter after "sl" in a token's prefix.
type TokenKind string

// The kinds of token (contract 1.9).
const (
	ClassicToken      TokenKind = "p" // a person's, limited by scopes
	OAuthToken        TokenKind = "o" // a person's, given to an OAuth app, limited by scopes
	AppUserToken      TokenKind = "u" // a person's, given to a GitHub App, limited by the app's permissions
	InstallationToken TokenKind = "s" // a GitHub App's own, for one installation
	RefreshToken      TokenKind = "r" // renews another token, and opens nothing by itself
	FineGrainedToken  TokenKind = "f" // a person's, limited by permissions and repositories
	DeploymentToken   TokenKind = "d" // of one deployment, for whoever carries it out
)

// tokenKinds are the letters of all kinds.
const tokenKinds = "pousrfd"

// Scoped reports whether scopes say what a token of this kind may do; so they do where there is no token and hence no scope.
// Of the others permissions say it.
func (k TokenKind) Scoped() bool { return k == ClassicToken || k == OAuthToken || k == "" }

// Token is a credential as the server remembers it: never the secret, only its SHA-256.
type Token struct {
	ID         int64
	AccountID  int64
	Kind       TokenKind
	Name       string
	Hash       []byte // SHA-256 of the secret, 32 bytes
	LastEight  string // the secret's last eight characters, to recognise it by
	Scopes     Scopes
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: never
	LastUsedAt *time.Time // nil: never used; written at most once a minute

	AppID           int64       // the app it was given to; 0: none
	InstallationID  int64       // the installation it is for; 0: none
	Permissions     Permissions // of installation and fine-grained tokens
	AllRepositories bool        // of those: every repository that whoever gave it could choose from,
	RepositoryIDs   []int64     // else only these
}

// Expired reports whether the token is of no use any more at a time.
func (t Token) Expired(now time.Time) bool { return t.ExpiresAt != nil && !now.Before(*t.ExpiresAt) }

// A token's secret is a prefix that secret scanners know, thirty random characters, and six that check them.
const (
	base62         = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	tokenRandom    = 30 // characters, 178 bits
	tokenChecksum  = 6  // enough for 32 bits
	tokenPrefixLen = len("slp_")
	tokenLen       = tokenPrefixLen + tokenRandom + tokenChecksum
)

// NewTokenSecret makes the secret of a token, for example slp_ and 36 characters, out of a source of random bytes
// (crypto/rand.Reader). It panics when the source fails: a guessable token must never exist.
func NewTokenSecret(kind TokenKind, random io.Reader) string {
	body := make([]byte, 0, tokenRandom)
	for buf := make([]byte, tokenRandom); len(body) < tokenRandom; {
		if _, err := io.ReadFull(random, buf); err != nil {
			panic("slipway: no random bytes for a token: " + err.Error())
		}
		for _, b := range buf {
			// 248 is the largest multiple of 62 in a byte: what is above would favour the first characters.
			if b < 248 && len(body) < tokenRandom {
				body = append(body, base62[b%62])
			}
		}
	}
	return "sl" + string(kind) + "_" + string(body) + checksum(string(body))
}

// CheckTokenSecret reports whether a string can be the secret of a token, and of which kind. It tells typing errors and
// other people's tokens apart without asking anybody; it does not say that the token exists.
func CheckTokenSecret(secret string) (TokenKind, bool) {
	if len(secret) != tokenLen || !strings.HasPrefix(secret, "sl") || strings.IndexByte(tokenKinds, secret[2]) < 0 || secret[3] != '_' {
		return "", false
	}
	body, sum := secret[tokenPrefixLen:tokenLen-tokenChecksum], secret[tokenLen-tokenChecksum:]
	if strings.Trim(body, base62) != "" || sum != checksum(body) {
		return "", false
	}
	return TokenKind(secret[2:3]), true
}

// SecretOf reads the value of an Authorization header: the secret in `token T`, `Bearer T` or Basic, whose case does not
// matter (contract 1.4). ok is false when it holds none; what is there need not be a token's.
func SecretOf(authorization string) (secret string, ok bool) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(scheme) {
	case "token", "bearer":
		return rest, rest != ""
	case "basic":
		return basicSecret(rest)
	default:
		return "", false
	}
}

// basicSecret takes the token from either position: user:TOKEN, x-access-token:TOKEN, TOKEN:x-oauth-basic, TOKEN:. The other
// position is not looked at.
func basicSecret(encoded string) (secret string, ok bool) {
	plain, err := base64.StdEncoding.DecodeString(encoded)
	user, password, pair := strings.Cut(string(plain), ":")
	if err != nil || !pair {
		return "", false
	}
	if _, ok := CheckTokenSecret(password); ok {
		return password, true
	}
	if _, ok := CheckTokenSecret(user); ok || password == "" {
		return user, user != ""
	}
	return password, true
}

// PairOf reads two words out of an Authorization header of the form Basic that holds no token: a login and a password, or a
// client id and secret. ok is false for every other.
func PairOf(authorization string) (name, secret string, ok bool) {
	scheme, encoded, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	name, secret, pair := strings.Cut(string(plain), ":")
	if !strings.EqualFold(scheme, "basic") || err != nil || !pair || name == "" || secret == "" {
		return "", "", false
	}
	for _, word := range []string{name, secret} {
		if _, token := CheckTokenSecret(word); token || word == "x-access-token" || word == "x-oauth-basic" {
			return "", "", false
		}
	}
	return name, secret, true
}

// BadCredentials is the answer to every credential that does not hold, whatever is wrong with it (contract 1.4).
func BadCredentials() *Error { return Fail(Unauthorized, "Bad credentials") }

// HashToken is what the server remembers of a secret: its SHA-256, 32 bytes.
func HashToken(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// checksum is the CRC-32 of a secret's random part as six base62 digits, the form secret scanners know from GitHub.
func checksum(body string) string {
	n := crc32.ChecksumIEEE([]byte(body))
	digits := make([]byte, tokenChecksum)
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = base62[n%62]
		n /= 62
	}
	return string(digits)
}
