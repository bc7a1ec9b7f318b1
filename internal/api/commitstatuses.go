package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// createCommitStatus is POST R/statuses/:sha (contract 5.1).
func (a *API) createCommitStatus(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeCommitStatus(body)
	if err != nil {
		return reply{}, err
	}
	s, err := a.deploy.CreateCommitStatus(ctx, c.Actor, c.Repo, c.value("sha"), in)
	if err != nil {
		return reply{}, err
	}
	return created(wire.FromCommitStatus(s, c.Repo, a.options.URLs, c.accept.shape), a.options.URLs.CommitStatus(c.Repo, s.SHA)), nil
}

// listCommitStatuses is GET R/commits/:ref/statuses, and GET R/statuses/:ref as it used to be (contract 5.2).
func (a *API) listCommitStatuses(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListCommitStatuses(ctx, c.Repo, c.value("ref"), c.page())
	if err != nil {
		return reply{}, err
	}
	items := make([]wire.JSON, len(list.Items))
	for i, s := range list.Items {
		items[i] = wire.FromCommitStatus(s, c.Repo, a.options.URLs, c.accept.shape)
	}
	return page(a, c, wire.List(items), list), nil
}

// combinedStatus is GET R/commits/:ref/status (contract 5.3).
func (a *API) combinedStatus(ctx context.Context, c *call) (reply, error) {
	out, err := a.deploy.CombinedStatus(ctx, c.Repo, c.value("ref"), c.page())
	if err != nil {
		return reply{}, err
	}
	body := wire.FromCombined(wire.Combined(out), c.Repo, a.options.URLs, c.accept.shape)
	rep := ok(body)
	rep.links = a.pageLinks(c, c.page(), out.Total, true)
	return rep, nil
}
