package api

import (
	"context"
	"slices"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// team is the one that the path names: by its organization and slug, or by its id.
func (a *API) team(ctx context.Context, c *call) (deploy.TeamDetail, error) {
	if c.value("org") == "" {
		return a.deploy.TeamByID(ctx, c.Actor, c.number("team"))
	}
	org, err := a.organization(ctx, c)
	if err != nil {
		return deploy.TeamDetail{}, err
	}
	return a.deploy.Team(ctx, c.Actor, org, c.value("team"))
}

// listTeams is GET /orgs/:org/teams.
func (a *API) listTeams(ctx context.Context, c *call) (reply, error) {
	org, err := a.organization(ctx, c)
	if err != nil {
		return reply{}, err
	}
	all, err := a.deploy.Teams(ctx, c.Actor, org)
	if err != nil {
		return reply{}, err
	}
	list := deploy.Paged(all, c.page())
	items := make([]wire.JSON, len(list.Items))
	for i, t := range list.Items {
		items[i] = wire.FromTeam(t, wire.TeamView{}, a.options.URLs)
	}
	return page(a, c, wire.List(items), list), nil
}

// getTeam is GET /orgs/:org/teams/:team and GET /teams/:id.
func (a *API) getTeam(ctx context.Context, c *call) (reply, error) {
	t, err := a.team(ctx, c)
	if err != nil {
		return reply{}, err
	}
	rep := ok(a.fromTeam(t))
	rep.modified = t.UpdatedAt
	return rep, nil
}

func (a *API) fromTeam(t deploy.TeamDetail) wire.JSON {
	view := wire.TeamView{Full: true, Members: len(t.Members), Repositories: len(t.Repositories)}
	return wire.FromTeam(t.Team, view, a.options.URLs)
}

// listTeamMembers is GET /orgs/:org/teams/:team/members.
func (a *API) listTeamMembers(ctx context.Context, c *call) (reply, error) {
	t, err := a.team(ctx, c)
	if err != nil {
		return reply{}, err
	}
	members := t.Members
	if role := c.query("role"); role == "maintainer" || role == "member" {
		members = slices.DeleteFunc(members, func(m deploy.Member) bool { return m.Admin != (role == "maintainer") })
	}
	return a.accountsPage(c, accounts(members)), nil
}

// getTeamMembership is GET /orgs/:org/teams/:team/memberships/:user.
func (a *API) getTeamMembership(ctx context.Context, c *call) (reply, error) {
	t, err := a.team(ctx, c)
	if err != nil {
		return reply{}, err
	}
	for _, m := range t.Members {
		if slipway.Key(m.Login) == slipway.Key(c.value("user")) {
			return ok(wire.FromTeamMembership(m.Account, m.Admin, t.Team, a.options.URLs)), nil
		}
	}
	return reply{}, slipway.Fail(slipway.NotFound, "")
}

// listTeamRepositories is GET /orgs/:org/teams/:team/repos, with what the team may do in each.
func (a *API) listTeamRepositories(ctx context.Context, c *call) (reply, error) {
	t, err := a.team(ctx, c)
	if err != nil {
		return reply{}, err
	}
	list := deploy.Paged(t.Repositories, c.page())
	items := make([]wire.JSON, len(list.Items))
	for i, r := range list.Items {
		view := wire.RepositoryView{Authenticated: true, Role: r.Role, RoleName: true}
		items[i] = wire.FromRepository(r.Repository, view, a.options.URLs, c.accept.shape)
	}
	return page(a, c, wire.List(items), list), nil
}

// listOwnTeams is GET /user/teams.
func (a *API) listOwnTeams(ctx context.Context, c *call) (reply, error) {
	all, err := a.deploy.TeamsOfMember(ctx, c.Actor)
	if err != nil {
		return reply{}, err
	}
	list := deploy.Paged(all, c.page())
	items := make([]wire.JSON, len(list.Items))
	for i, t := range list.Items {
		items[i] = a.fromTeam(t)
	}
	return page(a, c, wire.List(items), list), nil
}
