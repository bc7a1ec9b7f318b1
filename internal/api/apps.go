package api

import (
	"context"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// currentApp is GET /app (contract 9.6).
func (a *API) currentApp(ctx context.Context, c *call) (reply, error) {
	installations, err := a.deploy.ListInstallations(ctx, c.Actor.App.ID)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromOwnApp(*c.Actor.App, len(installations), a.options.URLs, c.accept.shape)), nil
}

// getApp is GET /apps/:app_slug.
func (a *API) getApp(ctx context.Context, c *call) (reply, error) {
	app, err := a.deploy.FindApp(ctx, c.value("app"))
	if err != nil {
		return reply{}, err
	}
	if app.Kind != slipway.GitHubApp {
		return reply{}, slipway.Fail(slipway.NotFound, "")
	}
	return ok(wire.FromApp(app, a.options.URLs, c.accept.shape)), nil
}

// listInstallations is GET /app/installations.
func (a *API) listInstallations(ctx context.Context, c *call) (reply, error) {
	all, err := a.deploy.ListInstallations(ctx, c.Actor.App.ID)
	if err != nil {
		return reply{}, err
	}
	list := deploy.Paged(all, c.page())
	items := make([]wire.JSON, len(list.Items))
	for n, i := range list.Items {
		items[n] = a.fromInstallation(c, i)
	}
	return page(a, c, wire.List(items), list), nil
}

func (a *API) fromInstallation(c *call, i slipway.Installation) wire.JSON {
	return wire.FromInstallation(i, *c.Actor.App, a.options.URLs, c.accept.shape)
}

// installation answers with an installation that was looked for.
func (a *API) installation(c *call, i slipway.Installation, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	return ok(a.fromInstallation(c, i)), nil
}

// getInstallation is GET /app/installations/:installation_id.
func (a *API) getInstallation(ctx context.Context, c *call) (reply, error) {
	i, err := a.deploy.Installation(ctx, c.Actor, c.number("installation"))
	return a.installation(c, i, err)
}

// findInstallation says whether the acting app has the installation that the path names.
func (a *API) findInstallation(ctx context.Context, c *call) error {
	_, err := a.deploy.Installation(ctx, c.Actor, c.number("installation"))
	return err
}

// repositoryInstallation is GET R/installation.
func (a *API) repositoryInstallation(ctx context.Context, c *call) (reply, error) {
	i, err := a.deploy.InstallationOn(ctx, c.Actor, c.Repo)
	return a.installation(c, i, err)
}

// organizationInstallation is GET /orgs/:org/installation.
func (a *API) organizationInstallation(ctx context.Context, c *call) (reply, error) {
	i, err := a.deploy.InstallationFor(ctx, c.Actor, c.value("org"), slipway.Organization)
	return a.installation(c, i, err)
}

// userInstallation is GET /users/:username/installation.
func (a *API) userInstallation(ctx context.Context, c *call) (reply, error) {
	i, err := a.deploy.InstallationFor(ctx, c.Actor, c.value("user"), slipway.User)
	return a.installation(c, i, err)
}

// deleteInstallation is DELETE /app/installations/:installation_id.
func (a *API) deleteInstallation(ctx context.Context, c *call) (reply, error) {
	return noContent(), a.deploy.RemoveInstallation(ctx, c.Actor, c.number("installation"))
}

// createInstallationToken is POST /app/installations/:installation_id/access_tokens.
func (a *API) createInstallationToken(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeInstallationToken(body)
	if err != nil {
		return reply{}, err
	}
	secret, token, repositories, err := a.deploy.CreateInstallationToken(ctx, c.Actor, c.number("installation"), deploy.InstallationTokenRequest(in))
	if err != nil {
		return reply{}, err
	}
	return created(wire.FromInstallationToken(secret, token, repositories, a.options.URLs, c.accept.shape), ""), nil
}

// installationRepositories is GET /installation/repositories.
func (a *API) installationRepositories(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.InstallationRepositories(ctx, c.Actor, c.page())
	if err != nil {
		return reply{}, err
	}
	all := c.Actor.Token.AllRepositories && c.Actor.Installations[0].AllRepositories
	return page(a, c, wire.FromInstallationRepositories(list.Total, all, list.Items, a.options.URLs, c.accept.shape), list), nil
}

// revokeInstallationToken is DELETE /installation/token.
func (a *API) revokeInstallationToken(ctx context.Context, c *call) (reply, error) {
	return noContent(), a.deploy.RevokeOwnToken(ctx, c.Actor)
}
