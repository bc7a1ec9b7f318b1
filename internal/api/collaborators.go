package api

import (
	"context"
	"slices"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// listCollaborators is GET R/collaborators: everybody who was given a role, directly or through the organization.
func (a *API) listCollaborators(ctx context.Context, c *call) (reply, error) {
	kind := or(c.query("affiliation"), deploy.AllCollaborators)
	if !slices.Contains([]string{deploy.AllCollaborators, deploy.DirectCollaborators, deploy.OutsideCollaborators}, kind) {
		return reply{}, slipway.InvalidRequest(`affiliation is not a member of ["outside", "direct", "all"].`)
	}
	all, err := a.deploy.ListCollaborators(ctx, c.Repo, kind)
	if err != nil {
		return reply{}, err
	}
	if name := c.query("permission"); name != "" {
		least, err := slipway.ParseRole(name)
		if err != nil {
			return reply{}, slipway.InvalidRequest(`permission is not a member of ["pull", "triage", "push", "maintain", "admin"].`)
		}
		all = slices.DeleteFunc(all, func(g deploy.Grant) bool { return g.Role < least })
	}
	list := deploy.Paged(all, c.page())
	items := make([]wire.JSON, len(list.Items))
	for i, g := range list.Items {
		items[i] = wire.FromCollaborator(g.Account, g.Role, a.options.URLs, c.accept.shape)
	}
	return page(a, c, wire.List(items), list), nil
}

// checkCollaborator is GET R/collaborators/:user: 204 or 404.
func (a *API) checkCollaborator(ctx context.Context, c *call) (reply, error) {
	return noContent(), a.deploy.IsCollaborator(ctx, c.Repo, c.value("user"))
}

// getPermission is GET R/collaborators/:user/permission.
func (a *API) getPermission(ctx context.Context, c *call) (reply, error) {
	g, err := a.deploy.Permission(ctx, c.Repo, c.value("user"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromPermission(g.Account, g.Role, a.options.URLs, c.accept.shape)), nil
}

// putCollaborator is PUT R/collaborators/:user. Nobody has to accept: it is done at once.
func (a *API) putCollaborator(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	name, err := wire.DecodeCollaborator(body)
	if err != nil {
		return reply{}, err
	}
	role, err := slipway.ParseRole(name)
	if err != nil {
		return reply{}, slipway.ValidationFailed(slipway.Detail{Resource: "Repository", Field: "permission", Code: "invalid"})
	}
	return noContent(), a.deploy.SetCollaborator(ctx, c.Actor, c.Repo, c.value("user"), role)
}

// deleteCollaborator is DELETE R/collaborators/:user.
func (a *API) deleteCollaborator(ctx context.Context, c *call) (reply, error) {
	return noContent(), a.deploy.RemoveCollaborator(ctx, c.Actor, c.Repo, c.value("user"))
}
