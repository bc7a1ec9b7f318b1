package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// listEnvironments is GET R/environments (contract 6.2).
func (a *API) listEnvironments(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListEnvironments(ctx, c.Repo, c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromEnvironments(list.Total, list.Items, c.Repo, a.options.URLs, c.accept.shape), list), nil
}

// getEnvironment is GET R/environments/:name.
func (a *API) getEnvironment(ctx context.Context, c *call) (reply, error) {
	e, err := a.deploy.Environment(ctx, c.Repo, c.value("environment"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromEnvironment(e, c.Repo, a.options.URLs, c.accept.shape)), nil
}

// putEnvironment is PUT R/environments/:name: 200 always, also when it made one.
func (a *API) putEnvironment(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeEnvironment(body)
	if err != nil {
		return reply{}, err
	}
	e, err := a.deploy.PutEnvironment(ctx, c.Actor, c.Repo, c.value("environment"), in)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromEnvironment(e, c.Repo, a.options.URLs, c.accept.shape)), nil
}

// deleteEnvironment is DELETE R/environments/:name. Deployments stay.
func (a *API) deleteEnvironment(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.DeleteEnvironment(ctx, c.Actor, c.Repo, c.value("environment")); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

func (a *API) findEnvironment(ctx context.Context, c *call) error {
	_, err := a.deploy.Environment(ctx, c.Repo, c.value("environment"))
	return err
}
