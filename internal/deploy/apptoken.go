package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// CheckAppToken finds a token that an app was given, and whose it is: NotFound for every other (contract 9.3).
func (d *Decisions) CheckAppToken(ctx context.Context, app slipway.App, secret string) (auth slipway.Authorization, owner slipway.Account, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		auth, owner, err = appToken(tx, app, secret)
		return err
	})
	return auth, owner, err
}

func appToken(tx Tx, app slipway.App, secret string) (slipway.Authorization, slipway.Account, error) {
	t, owner, err := tx.TokenByHash(slipway.HashToken(secret))
	if err != nil {
		return slipway.Authorization{}, slipway.Account{}, notFound(err)
	}
	if t.AppID != app.ID || t.Kind == slipway.InstallationToken || t.Expired(tx.Now()) {
		return slipway.Authorization{}, slipway.Account{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	auth, err := authorizationOf(tx, t)
	return auth, owner, err
}

// ResetAppToken gives an app's token another secret; the old one ends at once.
func (d *Decisions) ResetAppToken(ctx context.Context, app slipway.App, old string) (secret string, auth slipway.Authorization, owner slipway.Account, err error) {
	kind := slipway.OAuthToken
	if app.Kind == slipway.GitHubApp {
		kind = slipway.AppUserToken
	}
	secret = slipway.NewTokenSecret(kind, d.random)
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		if auth, owner, err = appToken(tx, app, old); err != nil {
			return err
		}
		auth.Hash, auth.LastEight, auth.UpdatedAt = slipway.HashToken(secret), secret[len(secret)-8:], tx.Now()
		if err := tx.SetToken(auth.Token); err != nil {
			return err
		}
		if err := tx.SetTokenNote(auth.ID, auth.NoteURL, auth.Fingerprint, auth.UpdatedAt); err != nil {
			return err
		}
		return record(tx, slipway.Actor{Account: owner}, 0, "token", "reset", slipway.Subject{TokenID: auth.ID, AccountID: owner.ID, AppID: app.ID})
	})
	if err != nil {
		return "", slipway.Authorization{}, slipway.Account{}, err
	}
	return secret, auth, owner, nil
}

// RevokeAppToken ends a token that an app was given.
func (d *Decisions) RevokeAppToken(ctx context.Context, app slipway.App, secret string) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		auth, owner, err := appToken(tx, app, secret)
		if err != nil {
			return err
		}
		return endToken(tx, slipway.Actor{Account: owner}, auth.Token)
	})
}

// RevokeAppGrant throws an app out of the account that one of its tokens is of.
func (d *Decisions) RevokeAppGrant(ctx context.Context, app slipway.App, secret string) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		_, owner, err := appToken(tx, app, secret)
		if err != nil {
			return err
		}
		return throwOut(tx, slipway.Actor{Account: owner}, owner.ID, app.ID)
	})
}
