package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// listDeploymentStatuses is GET R/deployments/:id/statuses (contract 4.2).
func (a *API) listDeploymentStatuses(ctx context.Context, c *call) (reply, error) {
	list, d, err := a.deploy.ListDeploymentStatuses(ctx, c.Repo, c.number("deployment"), c.page())
	if err != nil {
		return reply{}, err
	}
	items := make([]wire.JSON, len(list.Items))
	for i, s := range list.Items {
		items[i] = wire.FromDeploymentStatus(s, d, c.Repo, a.options.URLs, c.accept.shape)
	}
	return page(a, c, wire.List(items), list), nil
}

// getDeploymentStatus is GET R/deployments/:id/statuses/:id (contract 4.3).
func (a *API) getDeploymentStatus(ctx context.Context, c *call) (reply, error) {
	s, d, err := a.deploy.DeploymentStatus(ctx, c.Repo, c.number("deployment"), c.number("status"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromDeploymentStatus(s, d, c.Repo, a.options.URLs, c.accept.shape)), nil
}

// createDeploymentStatus is POST R/deployments/:id/statuses (contract 4.4).
func (a *API) createDeploymentStatus(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeDeploymentStatus(body, c.accept.shape)
	if err != nil {
		return reply{}, err
	}
	s, d, err := a.deploy.CreateDeploymentStatus(ctx, c.Actor, c.Repo, c.number("deployment"), in)
	if err != nil {
		return reply{}, err
	}
	return created(wire.FromDeploymentStatus(s, d, c.Repo, a.options.URLs, c.accept.shape), a.options.URLs.DeploymentStatus(c.Repo, d.ID, s.ID)), nil
}
