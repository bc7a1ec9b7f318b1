package deploy

import (
	"time"

	"github.com/slipway-deploy/slipway"
)

// Tokens remembers credentials.
type Tokens interface {
	TokenByHash(hash []byte) (slipway.Token, slipway.Account, error)
	Token(id int64) (slipway.Token, error)
	InsertToken(t *slipway.Token) error
	ListTokens(accountID int64) ([]slipway.Token, error) // 0: of everybody; oldest first
	RemoveToken(id int64) error
	TouchToken(id int64, at time.Time) error
}
