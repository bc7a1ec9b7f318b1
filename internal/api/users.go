package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// currentUser is GET /user (contract 11.2). A token with scope user also sees what is private.
func (a *API) currentUser(ctx context.Context, c *call) (reply, error) {
	return a.showUser(ctx, c, c.Actor.Account, c.Actor.Token.Scopes.Covers("user"))
}

// getUser is GET /users/:user and GET /user/:id: what everybody may know.
func (a *API) getUser(ctx context.Context, c *call) (reply, error) {
	account, err := a.namedAccount(ctx, c)
	if err != nil {
		return reply{}, err
	}
	return a.showUser(ctx, c, account, false)
}

func (a *API) showUser(ctx context.Context, c *call, account slipway.Account, private bool) (reply, error) {
	public, hidden, err := a.deploy.CountRepositories(ctx, account.ID)
	if err != nil {
		return reply{}, err
	}
	view := wire.UserView{PublicRepositories: public, PrivateRepositories: hidden, Private: private}
	rep := ok(wire.FromUser(account, view, a.options.URLs, c.accept.shape))
	rep.modified = account.UpdatedAt
	return rep, nil
}

// namedAccount is the account that the path names.
func (a *API) namedAccount(ctx context.Context, c *call) (slipway.Account, error) {
	if login := c.value("user"); login != "" {
		return a.deploy.FindAccount(ctx, login)
	}
	return a.deploy.FindAccountByID(ctx, c.number("account"))
}

// listUsers is GET /users: everybody, by id, in pages that since leads through.
func (a *API) listUsers(ctx context.Context, c *call) (reply, error) {
	size := c.page().Size
	list, err := a.deploy.AccountsAfter(ctx, since(c), size)
	if err != nil {
		return reply{}, err
	}
	rep := ok(wire.FromAccounts(list, a.options.URLs, c.accept.shape))
	if len(list) == size {
		rep.links = a.sinceLink(c, list[size-1].ID)
	}
	return rep, nil
}

// since is the id after which a list begins.
func since(c *call) int64 {
	id, _ := parseID(c.query("since"))
	return id
}

// sinceLink leads to what follows an id.
func (a *API) sinceLink(c *call, last int64) string {
	var b strings.Builder
	a.writeLink(&b, c, "since", strconv.FormatInt(last, 10), "next")
	return b.String()
}
