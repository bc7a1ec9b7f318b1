package store

import (
	"errors"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Grant is what an account lets an app do.
func (t *tx) Grant(accountID, appID int64) (slipway.Grant, error) {
	row, err := t.q.GetGrant(t.ctx, db.GetGrantParams{AccountID: accountID, AppID: appID})
	return grantOf(row), t.failed("grant", err)
}

// ListGrants lists what an account lets apps do, oldest first.
func (t *tx) ListGrants(accountID int64) ([]slipway.Grant, error) {
	rows, err := t.q.ListGrantsOf(t.ctx, accountID)
	list := make([]slipway.Grant, 0, len(rows))
	for _, row := range rows {
		list = append(list, grantOf(row))
	}
	return list, t.failed("list grants", err)
}

// SetGrant adds a grant or changes its scopes.
func (t *tx) SetGrant(g *slipway.Grant) error {
	id, err := t.q.SetGrant(t.ctx, db.SetGrantParams{
		AccountID: g.AccountID, AppID: g.AppID, Scopes: scopeText(g.Scopes), CreatedAt: micro(g.CreatedAt), UpdatedAt: micro(g.UpdatedAt),
	})
	if err != nil {
		return t.failed("set grant", err)
	}
	g.ID = id
	return nil
}

// RemoveGrant removes a grant with every code and refresh token under it.
func (t *tx) RemoveGrant(accountID, appID int64) error {
	n, err := t.q.DeleteGrant(t.ctx, db.DeleteGrantParams{AccountID: accountID, AppID: appID})
	if err := t.changed("remove grant", n, err); err != nil {
		return err
	}
	if err := t.q.DeleteCodesOf(t.ctx, db.DeleteCodesOfParams{AccountID: accountID, AppID: appID}); err != nil {
		return t.failed("remove codes of a grant", err)
	}
	if err := t.q.DeleteDeviceCodesOf(t.ctx, db.DeleteDeviceCodesOfParams{AccountID: &accountID, AppID: appID}); err != nil {
		return t.failed("remove device codes of a grant", err)
	}
	err = t.q.DeleteRefreshTokensOf(t.ctx, db.DeleteRefreshTokensOfParams{AccountID: accountID, AppID: appID})
	return errors.Join(t.failed("remove refresh tokens of a grant", err), t.BumpAuthVersion())
}

// InsertCode adds a code.
func (t *tx) InsertCode(c *slipway.Code) error {
	id, err := t.q.InsertCode(t.ctx, db.InsertCodeParams{
		Hash: c.Hash, AccountID: c.AccountID, AppID: c.AppID, Scopes: scopeText(c.Scopes), RedirectUri: c.RedirectURI,
		Challenge: c.Challenge, TokenID: nonZero(c.TokenID), CreatedAt: micro(c.CreatedAt),
	})
	if err != nil {
		return t.failed("insert code", err)
	}
	c.ID = id
	return nil
}

// CodeByHash finds a code by its SHA-256.
func (t *tx) CodeByHash(hash []byte) (slipway.Code, error) {
	row, err := t.q.GetCodeByHash(t.ctx, hash)
	return slipway.Code{
		ID: row.ID, Hash: row.Hash, AccountID: row.AccountID, AppID: row.AppID, Scopes: scopesOf(row.Scopes), RedirectURI: row.RedirectUri,
		Challenge: row.Challenge, TokenID: orZero(row.TokenID), CreatedAt: row.CreatedAt,
	}, t.failed("code by hash", err)
}

// UseCode notes what a code was exchanged for.
func (t *tx) UseCode(id, tokenID int64) error {
	n, err := t.q.UseCode(t.ctx, db.UseCodeParams{TokenID: &tokenID, ID: id})
	return t.changed("use code", n, err)
}

// RemoveOldCodes removes codes that are of no use any more.
func (t *tx) RemoveOldCodes(before time.Time, limit int) (int, error) {
	n, err := t.q.DeleteOldCodes(t.ctx, db.DeleteOldCodesParams{Before: micro(before), Lim: int64(limit)})
	return int(n), t.failed("remove old codes", err)
}

// InsertDeviceCode adds a device code: Conflict when the person's code is in use.
func (t *tx) InsertDeviceCode(c *slipway.DeviceCode) error {
	id, err := t.q.InsertDeviceCode(t.ctx, db.InsertDeviceCodeParams{
		Hash: c.Hash, UserHash: c.UserHash, AppID: c.AppID, AccountID: nonZero(c.AccountID), Scopes: scopeText(c.Scopes),
		State: string(c.State), Pause: int64(c.Pause / time.Second), PolledAt: microPointer(c.PolledAt), CreatedAt: micro(c.CreatedAt),
	})
	if err != nil {
		return t.failed("insert device code", err)
	}
	c.ID = id
	return nil
}

// DeviceCodeByHash finds a device code by what the device has.
func (t *tx) DeviceCodeByHash(hash []byte) (slipway.DeviceCode, error) {
	row, err := t.q.GetDeviceCodeByHash(t.ctx, hash)
	return deviceCodeOf(row), t.failed("device code by hash", err)
}

// DeviceCodeByUserHash finds a device code by what the person types.
func (t *tx) DeviceCodeByUserHash(hash []byte) (slipway.DeviceCode, error) {
	row, err := t.q.GetDeviceCodeByUserHash(t.ctx, hash)
	return deviceCodeOf(row), t.failed("device code by user code", err)
}

// SetDeviceCode changes a device code.
func (t *tx) SetDeviceCode(c slipway.DeviceCode) error {
	n, err := t.q.UpdateDeviceCode(t.ctx, db.UpdateDeviceCodeParams{
		AccountID: nonZero(c.AccountID), Scopes: scopeText(c.Scopes), State: string(c.State), Pause: int64(c.Pause / time.Second),
		PolledAt: microPointer(c.PolledAt), ID: c.ID,
	})
	return t.changed("set device code", n, err)
}

// RemoveDeviceCode removes a device code.
func (t *tx) RemoveDeviceCode(id int64) error {
	n, err := t.q.DeleteDeviceCode(t.ctx, id)
	return t.changed("remove device code", n, err)
}

// RemoveOldDeviceCodes removes device codes that are of no use any more.
func (t *tx) RemoveOldDeviceCodes(before time.Time, limit int) (int, error) {
	n, err := t.q.DeleteOldDeviceCodes(t.ctx, db.DeleteOldDeviceCodesParams{Before: micro(before), Lim: int64(limit)})
	return int(n), t.failed("remove old device codes", err)
}

// InsertRefresh adds a refresh token.
func (t *tx) InsertRefresh(r *slipway.Refresh) error {
	id, err := t.q.InsertRefreshToken(t.ctx, db.InsertRefreshTokenParams{
		Hash: r.Hash, Family: r.Family, TokenID: r.TokenID, AccountID: r.AccountID, AppID: r.AppID, Scopes: scopeText(r.Scopes),
		Device: r.Device, Used: r.Used, CreatedAt: micro(r.CreatedAt),
	})
	if err != nil {
		return t.failed("insert refresh token", err)
	}
	r.ID = id
	return nil
}

// RefreshByHash finds a refresh token by its SHA-256.
func (t *tx) RefreshByHash(hash []byte) (slipway.Refresh, error) {
	row, err := t.q.GetRefreshTokenByHash(t.ctx, hash)
	return refreshOf(row), t.failed("refresh token by hash", err)
}

// UseRefresh notes that a refresh token was used.
func (t *tx) UseRefresh(id int64) error {
	n, err := t.q.UseRefreshToken(t.ctx, id)
	return t.changed("use refresh token", n, err)
}

// Family lists the refresh tokens of a family, oldest first.
func (t *tx) Family(family int64) ([]slipway.Refresh, error) {
	rows, err := t.q.ListRefreshTokensOfFamily(t.ctx, family)
	list := make([]slipway.Refresh, 0, len(rows))
	for _, row := range rows {
		list = append(list, refreshOf(row))
	}
	return list, t.failed("family of refresh tokens", err)
}

// RemoveFamily removes the refresh tokens of a family.
func (t *tx) RemoveFamily(family int64) error {
	return t.failed("remove family of refresh tokens", t.q.DeleteRefreshTokensOfFamily(t.ctx, family))
}

// RemoveRefreshesOf removes what renews a token.
func (t *tx) RemoveRefreshesOf(tokenID int64) error {
	return t.failed("remove refresh tokens of a token", t.q.DeleteRefreshTokensOfToken(t.ctx, tokenID))
}

// RemoveOldRefreshes removes refresh tokens that are of no use any more.
func (t *tx) RemoveOldRefreshes(before time.Time, limit int) (int, error) {
	n, err := t.q.DeleteOldRefreshTokens(t.ctx, db.DeleteOldRefreshTokensParams{Before: micro(before), Lim: int64(limit)})
	return int(n), t.failed("remove old refresh tokens", err)
}

// TokenNote is what the Authorizations API knows of a token beside the token: the zero note when it knows nothing.
func (t *tx) TokenNote(tokenID int64) (noteURL, fingerprint string, updatedAt time.Time, err error) {
	row, err := t.q.GetAuthorization(t.ctx, tokenID)
	return row.NoteUrl, row.Fingerprint, row.UpdatedAt, absent(t.failed("note of a token", err))
}

// SetTokenNote sets what TokenNote reads.
func (t *tx) SetTokenNote(tokenID int64, noteURL, fingerprint string, updatedAt time.Time) error {
	err := t.q.SetAuthorization(t.ctx, db.SetAuthorizationParams{TokenID: tokenID, NoteUrl: noteURL, Fingerprint: fingerprint, UpdatedAt: micro(updatedAt)})
	return t.failed("set note of a token", err)
}

func grantOf(g db.Grant) slipway.Grant {
	return slipway.Grant{ID: g.ID, AccountID: g.AccountID, AppID: g.AppID, Scopes: scopesOf(g.Scopes), CreatedAt: g.CreatedAt, UpdatedAt: g.UpdatedAt}
}

func deviceCodeOf(c db.DeviceCode) slipway.DeviceCode {
	return slipway.DeviceCode{
		ID: c.ID, Hash: c.Hash, UserHash: c.UserHash, AppID: c.AppID, AccountID: orZero(c.AccountID), Scopes: scopesOf(c.Scopes),
		State: slipway.DeviceState(c.State), Pause: time.Duration(c.Pause) * time.Second, PolledAt: c.PolledAt, CreatedAt: c.CreatedAt,
	}
}

func refreshOf(r db.RefreshToken) slipway.Refresh {
	return slipway.Refresh{
		ID: r.ID, Hash: r.Hash, Family: r.Family, TokenID: r.TokenID, AccountID: r.AccountID, AppID: r.AppID, Scopes: scopesOf(r.Scopes),
		Device: r.Device, Used: r.Used, CreatedAt: r.CreatedAt,
	}
}

// scopeText is scopes as a column has them.
func scopeText(s slipway.Scopes) string { return strings.Join(s, ",") }

func scopesOf(text string) slipway.Scopes {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}
