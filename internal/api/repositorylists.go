package api

import (
	"context"
	"slices"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// listOwnRepositories is GET /user/repos (contract 8): what the caller has a part in.
func (a *API) listOwnRepositories(ctx context.Context, c *call) (reply, error) {
	q := deploy.RepositoryList{Visibility: c.query("visibility")}
	kind, affiliation := c.query("type"), c.query("affiliation")
	if kind != "" && (q.Visibility != "" || affiliation != "") {
		return reply{}, slipway.Fail(slipway.Invalid, "If you specify visibility or affiliation, you cannot specify type.")
	}
	if affiliation != "" {
		q.Affiliation = strings.Split(affiliation, ",")
	}
	switch kind {
	case "owner":
		q.Affiliation = []string{"owner"}
	case "member":
		q.Affiliation = []string{"collaborator", "organization_member"}
	case "public", "private":
		q.Visibility = kind
	}
	return a.repositoriesOf(ctx, c, c.Actor.Account, ordered(c, q, "full_name"))
}

// listUserRepositories is GET /users/:user/repos: the public ones.
func (a *API) listUserRepositories(ctx context.Context, c *call) (reply, error) {
	account, err := a.namedAccount(ctx, c)
	if err != nil {
		return reply{}, err
	}
	q := deploy.RepositoryList{PublicOnly: true, Affiliation: []string{"owner"}}
	switch c.query("type") {
	case "all":
		q.Affiliation = nil
	case "member":
		q.Affiliation = []string{"collaborator", "organization_member"}
	}
	return a.repositoriesOf(ctx, c, account, ordered(c, q, "full_name"))
}

// listOrganizationRepositories is GET /orgs/:org/repos: those that the caller may see. Forks there are none.
func (a *API) listOrganizationRepositories(ctx context.Context, c *call) (reply, error) {
	org, err := a.organization(ctx, c)
	if err != nil {
		return reply{}, err
	}
	q := deploy.RepositoryList{}
	kind := c.query("type")
	if kind == "public" || kind == "private" {
		q.Visibility = kind
	}
	if kind == "forks" {
		return page(a, c, wire.List(nil), deploy.Listed[deploy.Access]{Exact: true}), nil
	}
	return a.repositoriesOf(ctx, c, org, ordered(c, q, "created"))
}

// ordered reads sort and direction. Names go up by default, times down.
func ordered(c *call, q deploy.RepositoryList, otherwise string) deploy.RepositoryList {
	q.Sort = c.query("sort")
	if !slices.Contains([]string{"created", "updated", "pushed", "full_name"}, q.Sort) {
		q.Sort = otherwise
	}
	switch c.query("direction") {
	case "asc":
	case "desc":
		q.Descending = true
	default:
		q.Descending = q.Sort != "full_name"
	}
	return q
}

func (a *API) repositoriesOf(ctx context.Context, c *call, account slipway.Account, q deploy.RepositoryList) (reply, error) {
	all, err := a.deploy.RepositoriesOf(ctx, c.Actor, account, q)
	if err != nil {
		return reply{}, err
	}
	list := deploy.Paged(all, c.page())
	return page(a, c, a.fromRepositories(c, list.Items), list), nil
}

// listAllRepositories is GET /repositories: what the caller may see, by id, in pages that since leads through.
func (a *API) listAllRepositories(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.RepositoriesAfter(ctx, c.Actor, since(c), maxPageSize)
	if err != nil {
		return reply{}, err
	}
	rep := ok(a.fromRepositories(c, list))
	if len(list) == maxPageSize {
		rep.links = a.sinceLink(c, list[maxPageSize-1].Repository.ID)
	}
	return rep, nil
}

func (a *API) fromRepositories(c *call, list []deploy.Access) wire.JSON {
	items := make([]wire.JSON, len(list))
	for i, r := range list {
		view := wire.RepositoryView{Authenticated: !c.Actor.Anonymous(), Role: r.Role}
		items[i] = wire.FromRepository(r.Repository, view, a.options.URLs, c.accept.shape)
	}
	return wire.List(items)
}
