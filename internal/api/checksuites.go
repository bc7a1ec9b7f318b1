package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// createCheckSuite is POST R/check-suites: 201 for a new suite, 200 for the one that is there (contract 5.4).
func (a *API) createCheckSuite(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	head, err := wire.DecodeHead(body)
	if err != nil {
		return reply{}, err
	}
	suite, commit, made, err := a.deploy.CreateCheckSuite(ctx, c.Actor, c.Repo, head)
	if err != nil {
		return reply{}, err
	}
	answer := wire.FromCheckSuite(suite, commit, c.Repo, a.options.URLs, c.accept.shape)
	if !made {
		return ok(answer), nil
	}
	return created(answer, a.options.URLs.CheckSuite(c.Repo, suite.ID)), nil
}

// getCheckSuite is GET R/check-suites/:id.
func (a *API) getCheckSuite(ctx context.Context, c *call) (reply, error) {
	suite, commit, err := a.deploy.CheckSuite(ctx, c.Repo, c.number("suite"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromCheckSuite(suite, commit, c.Repo, a.options.URLs, c.accept.shape)), nil
}

// rerequestCheckSuite is POST R/check-suites/:id/rerequest: 201 and an empty object.
func (a *API) rerequestCheckSuite(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.RerequestCheckSuite(ctx, c.Actor, c.Repo, c.number("suite")); err != nil {
		return reply{}, err
	}
	return created(wire.Empty, ""), nil
}

// listCheckSuites is GET R/commits/:ref/check-suites.
func (a *API) listCheckSuites(ctx context.Context, c *call) (reply, error) {
	out, err := a.deploy.ListCheckSuites(ctx, c.Repo, c.value("ref"), checkRunFilter(c), c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromCheckSuites(out.Total, out.Items, out.Commit, c.Repo, a.options.URLs, c.accept.shape), out.Listed), nil
}

func (a *API) findCheckSuite(ctx context.Context, c *call) error {
	_, _, err := a.deploy.CheckSuite(ctx, c.Repo, c.number("suite"))
	return err
}
