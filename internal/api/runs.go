package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// listPending is GET R/actions/runs/:id/pending_deployments, and listApprovals is its neighbour. There are no workflow runs
// here: a run's id is a deployment's (contract 6.5). Nothing holds deployments up yet, so nothing waits and nothing was
// approved.
func (a *API) listPending(ctx context.Context, c *call) (reply, error) {
	if _, err := a.deploy.Deployment(ctx, c.Repo, c.number("deployment")); err != nil {
		return reply{}, err
	}
	return ok(wire.List(nil)), nil
}
