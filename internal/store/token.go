package store

import (
	"errors"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// TokenByHash finds a token by the SHA-256 of its secret, with its owner.
func (t *tx) TokenByHash(hash []byte) (slipway.Token, slipway.Account, error) {
	row, err := t.q.GetTokenByHash(t.ctx, hash)
	if err != nil {
		return slipway.Token{}, slipway.Account{}, t.failed("token by hash", err)
	}
	return tokenOf(row.Token), accountOf(row.Account), nil
}

// Token finds a token by its id.
func (t *tx) Token(id int64) (slipway.Token, error) {
	row, err := t.q.GetToken(t.ctx, id)
	return tokenOf(row), t.failed("token", err)
}

// InsertToken adds a token.
func (t *tx) InsertToken(k *slipway.Token) error {
	id, err := t.q.InsertToken(t.ctx, db.InsertTokenParams{
		AccountID: k.AccountID, Kind: string(k.Kind), Name: k.Name, Hash: k.Hash, LastEight: k.LastEight,
		Scopes: scopeText(k.Scopes), CreatedAt: micro(k.CreatedAt),
		ExpiresAt: microPointer(k.ExpiresAt), LastUsedAt: microPointer(k.LastUsedAt),
		AppID: nonZero(k.AppID), InstallationID: nonZero(k.InstallationID), Permissions: k.Permissions.String(),
		AllRepositories: k.AllRepositories, RepositoryIds: idList(k.RepositoryIDs),
	})
	if err != nil {
		return t.failed("insert token", err)
	}
	k.ID = id
	return nil
}

// ListTokens lists an account's tokens, or with account 0 everybody's, oldest first.
func (t *tx) ListTokens(accountID int64) ([]slipway.Token, error) {
	var rows []db.Token
	var err error
	if accountID == 0 {
		rows, err = t.q.ListTokens(t.ctx)
	} else {
		rows, err = t.q.ListTokensOf(t.ctx, accountID)
	}
	tokens := make([]slipway.Token, 0, len(rows))
	for _, row := range rows {
		tokens = append(tokens, tokenOf(row))
	}
	return tokens, t.failed("list tokens", err)
}

// SetToken changes a token's name, scopes and secret.
func (t *tx) SetToken(k slipway.Token) error {
	n, err := t.q.UpdateToken(t.ctx, db.UpdateTokenParams{Name: k.Name, Hash: k.Hash, LastEight: k.LastEight, Scopes: scopeText(k.Scopes), ID: k.ID})
	return errors.Join(t.changed("set token", n, err), t.BumpAuthVersion())
}

// RemoveToken revokes a token.
func (t *tx) RemoveToken(id int64) error {
	n, err := t.q.DeleteToken(t.ctx, id)
	return errors.Join(t.changed("remove token", n, err), t.BumpAuthVersion())
}

// TouchToken notes when a token was last used. A token that is gone by then is no error.
func (t *tx) TouchToken(id int64, at time.Time) error {
	at = micro(at)
	return t.failed("touch token", t.q.TouchToken(t.ctx, db.TouchTokenParams{LastUsedAt: &at, ID: id}))
}

// RemoveOldTokens forgets tokens of installations that ended before a moment.
func (t *tx) RemoveOldTokens(before time.Time, limit int) (int, error) {
	before = micro(before)
	n, err := t.q.DeleteOldInstallationTokens(t.ctx, db.DeleteOldInstallationTokensParams{Before: &before, Lim: int64(limit)})
	return int(n), t.failed("remove old tokens", err)
}

func tokenOf(k db.Token) slipway.Token {
	return slipway.Token{
		ID: k.ID, AccountID: k.AccountID, Kind: slipway.TokenKind(k.Kind), Name: k.Name, Hash: k.Hash, LastEight: k.LastEight,
		Scopes: scopesOf(k.Scopes), CreatedAt: k.CreatedAt, ExpiresAt: k.ExpiresAt, LastUsedAt: k.LastUsedAt,
		AppID: orZero(k.AppID), InstallationID: orZero(k.InstallationID), Permissions: permissionsOf(k.Permissions),
		AllRepositories: k.AllRepositories, RepositoryIDs: listOf[int64](k.RepositoryIds),
	}
}
