package deploy

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Grants remembers which apps people let in.
type Grants interface {
	Grant(accountID, appID int64) (slipway.Grant, error)
	ListGrants(accountID int64) ([]slipway.Grant, error) // oldest first
	SetGrant(g *slipway.Grant) error
	RemoveGrant(accountID, appID int64) error // with all codes and refresh tokens under it
}

// Codes remembers codes of the web flow, used ones too.
type Codes interface {
	CodeByHash(hash []byte) (slipway.Code, error)
	InsertCode(c *slipway.Code) error
	UseCode(id, tokenID int64) error
	RemoveOldCodes(before time.Time, limit int) (int, error)
}

// AuthorizationRequest is what an app asks a person for (contract 9.4).
type AuthorizationRequest struct {
	ClientID        string
	RedirectURI     string         // empty: the app's first callback
	Scopes          slipway.Scopes // none: those that were granted before
	Challenge       string
	ChallengeMethod string
}

// Consent is a request for a person's consent, weighed.
type Consent struct {
	App         slipway.App
	RedirectURI string         // where the person is sent to, whatever comes of it; empty: nowhere
	Scopes      slipway.Scopes // what a token will have
	Granted     bool           // the person has said yes to all of it before
}

// WeighConsent reads a request for a person's consent. NotFound for a client that does not exist; an *slipway.OAuthError for what
// is to be told to the app at Consent.RedirectURI, which is then a registered one.
func (d *Decisions) WeighConsent(ctx context.Context, a slipway.Actor, in AuthorizationRequest) (c Consent, err error) {
	viewed := d.store.View(ctx, func(tx Tx) error {
		c, err = weighConsent(tx, a, in)
		return ours(err)
	})
	return c, afterwards(viewed, told(err))
}

// ours is an error that ends a transaction; told is one that the app is told, which does not.
func ours(err error) error {
	if told(err) == nil {
		return err
	}
	return nil
}

func told(err error) error {
	var e *slipway.OAuthError
	if errors.As(err, &e) {
		return e
	}
	return nil
}

func weighConsent(tx Tx, a slipway.Actor, in AuthorizationRequest) (c Consent, err error) {
	if c.App, err = tx.AppByClientID(in.ClientID); err != nil {
		return Consent{}, notFound(err)
	}
	var ok bool
	if c.RedirectURI, ok = c.App.Redirect(in.RedirectURI); !ok {
		c.RedirectURI, _ = c.App.Redirect("")
		return c, slipway.RedirectURIMismatch
	}
	if err := slipway.CheckChallenge(in.Challenge, in.ChallengeMethod); err != nil {
		return c, err
	}
	grant, err := grantOf(tx, a.Account.ID, c.App.ID)
	if err != nil {
		return Consent{}, err
	}
	c.Scopes, c.Granted = askedScopes(c.App, in.Scopes, grant)
	return c, nil
}

// grantOf is what an account lets an app do; the zero Grant when nothing.
func grantOf(tx Tx, accountID, appID int64) (slipway.Grant, error) {
	grant, err := tx.Grant(accountID, appID)
	if slipway.KindOf(err) == slipway.NotFound {
		return slipway.Grant{}, nil
	}
	return grant, err
}

// askedScopes are the scopes that a token will have, and whether the grant covers them. A request that names none gets those
// of the grant (GitHub's documentation of the web flow). GitHub Apps have permissions and no scopes.
func askedScopes(app slipway.App, asked slipway.Scopes, grant slipway.Grant) (scopes slipway.Scopes, granted bool) {
	if app.Kind == slipway.GitHubApp {
		return nil, grant.ID != 0
	}
	if scopes = asked.Known(); len(scopes) == 0 && grant.ID != 0 {
		scopes = grant.Scopes
	}
	return scopes, grant.ID != 0 && grant.Scopes.CoversAll(scopes)
}

// GiveCode lets the app in and makes the code that people carry to it. consented says that the person was asked just now;
// otherwise they must have said yes to all of it before, or it is AccessDenied.
func (d *Decisions) GiveCode(ctx context.Context, a slipway.Actor, in AuthorizationRequest, consented bool) (code string, c Consent, err error) {
	if a.Account.Type != slipway.User {
		return "", Consent{}, slipway.Fail(slipway.Unauthorized, "")
	}
	code = slipway.NewHexSecret(20, d.random)
	updated := d.update(ctx, wholeServer, func(tx Tx) error {
		if c, err = weighConsent(tx, a, in); err != nil {
			return ours(err)
		}
		if !c.Granted && !consented {
			err = slipway.AccessDenied
			return nil
		}
		if err := letIn(tx, a, c.App, c.Scopes); err != nil {
			return err
		}
		return tx.InsertCode(&slipway.Code{
			Hash: slipway.HashToken(code), AccountID: a.Account.ID, AppID: c.App.ID, Scopes: c.Scopes,
			RedirectURI: in.RedirectURI, Challenge: in.Challenge, CreatedAt: tx.Now(),
		})
	})
	if err := afterwards(updated, told(err)); err != nil {
		return "", c, err
	}
	return code, c, nil
}

// letIn remembers a person's consent, together with what they consented to before.
func letIn(tx Tx, a slipway.Actor, app slipway.App, scopes slipway.Scopes) error {
	grant, err := grantOf(tx, a.Account.ID, app.ID)
	if err != nil {
		return err
	}
	if grant.ID != 0 && grant.Scopes.CoversAll(scopes) {
		return nil
	}
	if grant.ID == 0 {
		grant = slipway.Grant{AccountID: a.Account.ID, AppID: app.ID, CreatedAt: tx.Now()}
	}
	grant.Scopes, grant.UpdatedAt = grant.Scopes.Both(scopes), tx.Now()
	if err := tx.SetGrant(&grant); err != nil {
		return err
	}
	return record(tx, a, 0, "app", "authorized", slipway.Subject{AccountID: a.Account.ID, AppID: app.ID})
}

// GrantInfo is a grant and the app it is for.
type GrantInfo struct {
	slipway.Grant
	App        slipway.App
	Tokens     int
	LastUsedAt *time.Time // of any of its tokens
}

// Grants lists the apps an account lets in, oldest first.
func (d *Decisions) Grants(ctx context.Context, accountID int64) (list []GrantInfo, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list = nil
		grants, err := tx.ListGrants(accountID)
		if err != nil {
			return err
		}
		tokens, err := tx.ListTokens(accountID)
		for _, g := range grants {
			app, err := tx.App(g.AppID)
			if err != nil {
				return err
			}
			list = append(list, newGrantInfo(g, app, tokens))
		}
		return err
	})
	return list, err
}

func newGrantInfo(g slipway.Grant, app slipway.App, tokens []slipway.Token) GrantInfo {
	info := GrantInfo{Grant: g, App: app}
	for _, t := range tokens {
		if t.AppID != app.ID {
			continue
		}
		info.Tokens++
		if t.LastUsedAt != nil && (info.LastUsedAt == nil || t.LastUsedAt.After(*info.LastUsedAt)) {
			info.LastUsedAt = t.LastUsedAt
		}
	}
	return info
}

// RevokeGrant throws an app out: every token, refresh token and code it has for the account ends with it, and requests that
// begin afterwards are refused. NotFound when the account does not let it in.
func (d *Decisions) RevokeGrant(ctx context.Context, a slipway.Actor, appID int64) error {
	return d.update(ctx, wholeServer, func(tx Tx) error { return throwOut(tx, a, a.Account.ID, appID) })
}

func throwOut(tx Tx, a slipway.Actor, accountID, appID int64) error {
	if err := tx.RemoveGrant(accountID, appID); err != nil {
		return notFound(err)
	}
	tokens, err := tx.ListTokens(accountID)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.AppID == appID {
			if err := tx.RemoveToken(t.ID); err != nil {
				return err
			}
		}
	}
	if err := record(tx, a, 0, "app", "revoked", slipway.Subject{AccountID: accountID, AppID: appID}); err != nil {
		return err
	}
	return tx.BumpAuthVersion()
}

// Client is how an app says who it is.
type Client struct {
	ID     string
	Secret string
}

// AuthenticateClient says which app has a client id and secret; ok is false when none has.
func (d *Decisions) AuthenticateClient(ctx context.Context, c Client) (app slipway.App, ok bool, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		app, ok, err = c.app(tx)
		return err
	})
	return app, ok, err
}

// app finds the app and weighs the secret. An app that does not exist has none.
func (c Client) app(tx Tx) (app slipway.App, ok bool, err error) {
	app, err = tx.AppByClientID(c.ID)
	if err != nil && slipway.KindOf(err) != slipway.NotFound {
		return slipway.App{}, false, err
	}
	return app, app.HasSecret(c.Secret) && err == nil, nil
}

// sortBy sorts a list by a number of each element.
func sortBy[T any](list []T, by func(T) int64) {
	slices.SortStableFunc(list, func(x, y T) int { return cmp.Compare(by(x), by(y)) })
}
