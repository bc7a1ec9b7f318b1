package api

import (
	"context"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// listGitRefs is GET R/git/refs and GET R/git/matching-refs/:ref: the refs whose names begin so, all of them unless a page is
// asked for.
func (a *API) listGitRefs(ctx context.Context, c *call) (reply, error) {
	var p *deploy.Page
	if asked := c.page(); c.query("page") != "" || c.query("per_page") != "" {
		p = &asked
	}
	list, err := a.deploy.ListGitRefs(ctx, c.Repo, c.value("ref"), p)
	if err != nil {
		return reply{}, err
	}
	rep := ok(wire.FromGitRefs(list.Items, c.Repo, a.options.URLs))
	if len(list.Items) < list.Total {
		rep.links = a.pageLinks(c, c.page(), list.Total, list.Exact)
	}
	return rep, nil
}

// getGitRef is GET R/git/ref/:ref.
func (a *API) getGitRef(ctx context.Context, c *call) (reply, error) {
	ref, err := a.deploy.GitRef(ctx, c.Repo, c.value("ref"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromGitRef(ref, c.Repo, a.options.URLs)), nil
}

// getGitRefs is GET R/git/refs/:ref, as it was before the two were told apart: the ref of that name, else all that begin so.
func (a *API) getGitRefs(ctx context.Context, c *call) (reply, error) {
	rep, err := a.getGitRef(ctx, c)
	if slipway.KindOf(err) != slipway.NotFound {
		return rep, err
	}
	list, notFound := a.deploy.ListGitRefs(ctx, c.Repo, c.value("ref"), &deploy.Page{Number: 1, Size: 1})
	if notFound == nil && list.Total > 0 {
		return a.listGitRefs(ctx, c)
	}
	return reply{}, err
}

// createGitRef is POST R/git/refs.
func (a *API) createGitRef(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	name, sha, err := wire.DecodeNewRef(body)
	if err != nil {
		return reply{}, err
	}
	ref, err := a.deploy.CreateRef(ctx, c.Actor, c.Repo, name, sha)
	if err != nil {
		return reply{}, err
	}
	return created(wire.FromGitRef(ref, c.Repo, a.options.URLs), a.options.URLs.GitRef(c.Repo, ref.Name)), nil
}

// updateGitRef is PATCH R/git/refs/:ref.
func (a *API) updateGitRef(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	sha, force, err := wire.DecodeRefUpdate(body)
	if err != nil {
		return reply{}, err
	}
	ref, err := a.deploy.UpdateRef(ctx, c.Actor, c.Repo, c.value("ref"), sha, force, a.options.Era)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromGitRef(ref, c.Repo, a.options.URLs)), nil
}

// deleteGitRef is DELETE R/git/refs/:ref.
func (a *API) deleteGitRef(ctx context.Context, c *call) (reply, error) {
	return noContent(), a.deploy.DeleteRef(ctx, c.Actor, c.Repo, c.value("ref"), a.options.Era)
}
