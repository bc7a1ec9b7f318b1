package api

import (
	"context"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// ownToken is the app that asks and the token it asks about: in the body, or in the path as in 2013. Another app's address is
// as one that does not exist.
func (c *call) ownToken() (app slipway.App, secret string, err error) {
	if c.Actor.Client.ClientID != c.value("client") {
		return slipway.App{}, "", slipway.Fail(slipway.NotFound, "")
	}
	if secret = c.value("token"); secret != "" {
		return *c.Actor.Client, secret, nil
	}
	body, err := c.body()
	if err != nil {
		return slipway.App{}, "", err
	}
	secret, err = wire.DecodeAccessToken(body)
	return *c.Actor.Client, secret, err
}

// checkAppToken is POST /applications/:client_id/token and GET …/tokens/:token (contract 9.3). The app knows the secret, so it
// is said back to it.
func (a *API) checkAppToken(ctx context.Context, c *call) (reply, error) {
	app, secret, err := c.ownToken()
	if err != nil {
		return reply{}, err
	}
	auth, owner, err := a.deploy.CheckAppToken(ctx, app, secret)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromAuthorization(auth, secret, &owner, a.options.URLs, c.accept.shape)), nil
}

// resetAppToken is PATCH /applications/:client_id/token and POST …/tokens/:token.
func (a *API) resetAppToken(ctx context.Context, c *call) (reply, error) {
	app, old, err := c.ownToken()
	if err != nil {
		return reply{}, err
	}
	secret, auth, owner, err := a.deploy.ResetAppToken(ctx, app, old)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromAuthorization(auth, secret, &owner, a.options.URLs, c.accept.shape)), nil
}

// deleteAppToken is DELETE /applications/:client_id/token and …/tokens/:token.
func (a *API) deleteAppToken(ctx context.Context, c *call) (reply, error) {
	app, secret, err := c.ownToken()
	if err != nil {
		return reply{}, err
	}
	return noContent(), a.deploy.RevokeAppToken(ctx, app, secret)
}

// deleteAppGrant is DELETE /applications/:client_id/grant and …/grants/:token.
func (a *API) deleteAppGrant(ctx context.Context, c *call) (reply, error) {
	app, secret, err := c.ownToken()
	if err != nil {
		return reply{}, err
	}
	return noContent(), a.deploy.RevokeAppGrant(ctx, app, secret)
}
