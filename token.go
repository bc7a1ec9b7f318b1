package slipway

import "time"

// TokenKind is the letter after "sl" in a token's prefix.
type TokenKind string

// The kinds of token (contract 1.9). Only classic tokens exist so far.
const (
	ClassicToken TokenKind = "p"
)

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
}
