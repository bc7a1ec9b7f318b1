package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// organization is the one that the path names.
func (a *API) organization(ctx context.Context, c *call) (slipway.Account, error) {
	return a.deploy.Organization(ctx, c.value("org"))
}

// getOrganization is GET /orgs/:org (contract 11.2). Its own people also see what is private.
func (a *API) getOrganization(ctx context.Context, c *call) (reply, error) {
	org, err := a.organization(ctx, c)
	if err != nil {
		return reply{}, err
	}
	public, private, err := a.deploy.CountRepositories(ctx, org.ID)
	if err != nil {
		return reply{}, err
	}
	inside, err := a.inside(ctx, c, org)
	if err != nil {
		return reply{}, err
	}
	view := wire.OrganizationView{PublicRepositories: public, PrivateRepositories: private, Private: inside}
	rep := ok(wire.FromOrganization(org, view, a.options.URLs, c.accept.shape))
	rep.modified = org.UpdatedAt
	return rep, nil
}

// inside reports whether the inside of an organization is shown to the caller: it belongs there, and its token may say so.
func (a *API) inside(ctx context.Context, c *call, org slipway.Account) (bool, error) {
	err := slipway.Allowed(c.Actor, slipway.ToReadOrganizations, slipway.Repository{}, slipway.RoleNone)
	if err == nil {
		err = a.deploy.Belongs(ctx, c.Actor, org)
	} else {
		err = slipway.Fail(slipway.NotFound, "")
	}
	if slipway.KindOf(err) == slipway.NotFound {
		return false, nil
	}
	return err == nil, err
}

// listMembers is GET /orgs/:org/members. Whoever does not belong there sees none, since no membership is public.
func (a *API) listMembers(ctx context.Context, c *call) (reply, error) {
	org, err := a.organization(ctx, c)
	if err != nil {
		return reply{}, err
	}
	var members []deploy.Member
	if inside, err := a.inside(ctx, c, org); err != nil {
		return reply{}, err
	} else if inside {
		if members, err = a.deploy.Members(ctx, c.Actor, org); err != nil {
			return reply{}, err
		}
	}
	if role := c.query("role"); role == "admin" || role == "member" {
		members = slices.DeleteFunc(members, func(m deploy.Member) bool { return m.Admin != (role == "admin") })
	}
	return a.accountsPage(c, accounts(members)), nil
}

// accounts are the members without their part.
func accounts(members []deploy.Member) []slipway.Account {
	list := make([]slipway.Account, len(members))
	for i, m := range members {
		list[i] = m.Account
	}
	return list
}

// accountsPage is a page of simple users.
func (a *API) accountsPage(c *call, all []slipway.Account) reply {
	list := deploy.Paged(all, c.page())
	return page(a, c, wire.FromAccounts(list.Items, a.options.URLs, c.accept.shape), list)
}

// checkMember is GET /orgs/:org/members/:user: 204 or 404 for the organization's own people; others are sent to the list of
// public members.
func (a *API) checkMember(ctx context.Context, c *call) (reply, error) {
	org, err := a.organization(ctx, c)
	if err != nil {
		return reply{}, err
	}
	inside, err := a.inside(ctx, c, org)
	switch {
	case err != nil:
		return reply{}, err
	case !inside:
		return reply{status: http.StatusFound, location: a.options.URLs.Organization(org.Login) + "/public_members/" + linkSafe(c.value("user"))}, nil
	}
	_, err = a.deploy.Membership(ctx, c.Actor, org, c.value("user"))
	return noContent(), err
}

// listPublicMembers is GET /orgs/:org/public_members: nobody's membership is public.
func (a *API) listPublicMembers(ctx context.Context, c *call) (reply, error) {
	if _, err := a.organization(ctx, c); err != nil {
		return reply{}, err
	}
	return a.accountsPage(c, nil), nil
}

// checkPublicMember is GET /orgs/:org/public_members/:user.
func (a *API) checkPublicMember(context.Context, *call) (reply, error) {
	return reply{}, slipway.Fail(slipway.NotFound, "")
}

// getMembership is GET /orgs/:org/memberships/:user.
func (a *API) getMembership(ctx context.Context, c *call) (reply, error) {
	org, err := a.organization(ctx, c)
	if err != nil {
		return reply{}, err
	}
	m, err := a.deploy.Membership(ctx, c.Actor, org, c.value("user"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromMembership(m.Account, m.Admin, org, a.options.URLs, c.accept.shape)), nil
}

// listOwnOrganizations is GET /user/orgs.
func (a *API) listOwnOrganizations(ctx context.Context, c *call) (reply, error) {
	return a.organizationsOf(ctx, c, c.Actor.Account)
}

// listOrganizations is GET /users/:user/orgs. A token that may not see its own organizations sees nobody's.
func (a *API) listOrganizations(ctx context.Context, c *call) (reply, error) {
	account, err := a.namedAccount(ctx, c)
	if err != nil {
		return reply{}, err
	}
	if slipway.Allowed(c.Actor, slipway.ToReadOwnOrganizations, slipway.Repository{}, slipway.RoleNone) != nil {
		account = slipway.Account{}
	}
	return a.organizationsOf(ctx, c, account)
}

func (a *API) organizationsOf(ctx context.Context, c *call, account slipway.Account) (reply, error) {
	var all []deploy.Member
	if account.ID != 0 {
		var err error
		if all, err = a.deploy.OrganizationsOf(ctx, c.Actor, account); err != nil {
			return reply{}, err
		}
	}
	list := deploy.Paged(accounts(all), c.page())
	return page(a, c, wire.FromOrganizations(list.Items, a.options.URLs, c.accept.shape), list), nil
}
