package api

import (
	"context"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// getRepository is GET /repos/:owner/:repo and GET /repositories/:id (contract 8.1).
func (a *API) getRepository(_ context.Context, c *call) (reply, error) {
	rep := ok(a.fromRepository(c, c.Repo, c.Role))
	rep.modified = c.Repo.UpdatedAt
	if c.Repo.PushedAt != nil {
		rep.changed = *c.Repo.PushedAt
	}
	return rep, nil
}

// createRepository is POST /user/repos and POST /orgs/:org/repos.
func (a *API) createRepository(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeRepository(body)
	if err != nil {
		return reply{}, err
	}
	org := c.value("org")
	r, err := a.deploy.CreateRepository(ctx, c.Actor, deploy.NewRepository{
		Owner: org, InOrganization: org != "",
		Name: in.Name, Description: in.Description, DefaultBranch: in.DefaultBranch, Private: &in.Private, AutoInit: in.AutoInit,
	})
	if err != nil {
		return reply{}, err
	}
	return created(a.fromRepository(c, r, slipway.RoleAdmin), a.options.URLs.Repository(r)), nil
}

// editRepository is PATCH /repos/:owner/:repo.
func (a *API) editRepository(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeRepositoryEdit(body)
	if err != nil {
		return reply{}, err
	}
	r, err := a.deploy.EditRepository(ctx, c.Actor, c.Repo, deploy.RepositoryEdit(in))
	if err != nil {
		return reply{}, err
	}
	return ok(a.fromRepository(c, r, c.Role)), nil
}

// deleteRepository is DELETE /repos/:owner/:repo.
func (a *API) deleteRepository(ctx context.Context, c *call) (reply, error) {
	return noContent(), a.deploy.RemoveRepository(ctx, c.Actor, c.Repo)
}

func (a *API) fromRepository(c *call, r slipway.Repository, role slipway.Role) wire.JSON {
	view := wire.RepositoryView{
		Full: true, Authenticated: !c.Actor.Anonymous(), Role: role,
		MasterBranch: c.accept.shape.Era == slipway.E0, // its name then
	}
	return wire.FromRepository(r, view, a.options.URLs, c.accept.shape)
}
