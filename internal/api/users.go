package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// currentUser is GET /user (contract 11.2). A token with scope user also sees what is private.
func (a *API) currentUser(ctx context.Context, c *call) (reply, error) {
	public, private, err := a.deploy.CountRepositories(ctx, c.Actor.Account.ID)
	if err != nil {
		return reply{}, err
	}
	view := wire.UserView{PublicRepositories: public, PrivateRepositories: private, Private: c.Actor.Token.Scopes.Covers("user")}
	rep := ok(wire.FromUser(c.Actor.Account, view, a.options.URLs))
	rep.modified = c.Actor.Account.UpdatedAt
	return rep, nil
}
