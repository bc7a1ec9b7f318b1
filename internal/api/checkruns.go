package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// createCheckRun is POST R/check-runs (contract 5.4).
func (a *API) createCheckRun(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeCheckRun(body)
	if err != nil {
		return reply{}, err
	}
	run, err := a.deploy.CreateCheckRun(ctx, c.Actor, c.Repo, in)
	if err != nil {
		return reply{}, err
	}
	return created(wire.FromCheckRun(run, c.Repo, a.options.URLs, c.accept.shape), a.options.URLs.CheckRun(c.Repo, run.ID)), nil
}

// getCheckRun is GET R/check-runs/:id.
func (a *API) getCheckRun(ctx context.Context, c *call) (reply, error) {
	run, err := a.deploy.CheckRun(ctx, c.Repo, c.number("run"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromCheckRun(run, c.Repo, a.options.URLs, c.accept.shape)), nil
}

// updateCheckRun is PATCH of the same.
func (a *API) updateCheckRun(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeCheckRunUpdate(body)
	if err != nil {
		return reply{}, err
	}
	run, err := a.deploy.UpdateCheckRun(ctx, c.Actor, c.Repo, c.number("run"), in)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromCheckRun(run, c.Repo, a.options.URLs, c.accept.shape)), nil
}

// listAnnotations is GET R/check-runs/:id/annotations.
func (a *API) listAnnotations(ctx context.Context, c *call) (reply, error) {
	run, list, err := a.deploy.ListAnnotations(ctx, c.Repo, c.number("run"), c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromAnnotations(run, list.Items, c.Repo, a.options.URLs), list), nil
}

// listCheckRuns is GET R/commits/:ref/check-runs.
func (a *API) listCheckRuns(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListCheckRuns(ctx, c.Repo, c.value("ref"), checkRunFilter(c), c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromCheckRuns(list.Total, list.Items, c.Repo, a.options.URLs, c.accept.shape), list), nil
}

// listCheckRunsOfSuite is GET R/check-suites/:id/check-runs.
func (a *API) listCheckRunsOfSuite(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListCheckRunsOfSuite(ctx, c.Repo, c.number("suite"), checkRunFilter(c), c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromCheckRuns(list.Total, list.Items, c.Repo, a.options.URLs, c.accept.shape), list), nil
}

func (a *API) findCheckRun(ctx context.Context, c *call) error {
	_, err := a.deploy.CheckRun(ctx, c.Repo, c.number("run"))
	return err
}

// checkRunFilter reads the filters of the query. An app's id that is no number is nobody's.
func checkRunFilter(c *call) deploy.CheckRunFilter {
	f := deploy.CheckRunFilter{All: c.query("filter") == "all"}
	if name := c.query("check_name"); name != "" {
		f.Name = &name
	}
	if status := c.query("status"); status != "" {
		f.Status = &status
	}
	if text := c.query("app_id"); text != "" {
		id, _ := parseID(text)
		f.AppID = &id
	}
	return f
}
