package api

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// localAppRoutes are the part of the administration interface about apps.
func (a *API) localAppRoutes() map[string]localHandler {
	return map[string]localHandler{
		"GET apps":             a.localApps,
		"POST apps":            a.localCreateApp,
		"DELETE apps":          a.localRemoveApp,
		"POST apps/secrets":    a.localNewSecret,
		"POST apps/keys":       a.localNewKey,
		"POST installations":   a.localInstall,
		"DELETE installations": a.localUninstall,
	}
}

func (a *API) localApps(ctx context.Context, _ *http.Request, _ []byte) (any, error) {
	apps, err := a.deploy.ListApps(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]wire.LocalApp, len(apps))
	for n, app := range apps {
		on, err := a.deploy.ListInstallations(ctx, app.ID)
		if err != nil {
			return nil, err
		}
		out[n] = wire.FromLocalApp(app, on, wire.LocalAppSecrets{})
	}
	return out, nil
}

func (a *API) localCreateApp(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalApp(body)
	if err != nil {
		return nil, err
	}
	permissions, err := slipway.NewPermissions(in.Permissions)
	if err != nil {
		return nil, err
	}
	on := deploy.Selection{Repositories: in.Repositories}
	if in.AllRepositories {
		on.AllOf = []string{in.Owner}
	}
	app, installations, secrets, err := a.deploy.CreateApp(ctx, localAdministrator, deploy.NewApp{
		Kind: slipway.AppKind(in.Kind), Owner: in.Owner, Name: in.Name, Description: in.Description, ExternalURL: in.ExternalURL,
		CallbackURLs: in.CallbackURLs, DeviceFlow: in.DeviceFlow, ExpiringTokens: in.ExpiringTokens, Permissions: permissions, On: on,
	})
	if err != nil {
		return nil, err
	}
	return wire.FromLocalApp(app, installations, wire.LocalAppSecrets(secrets)), nil
}

func (a *API) localRemoveApp(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalAppName(body)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.RemoveApp(ctx, localAdministrator, in.App)
}

func (a *API) localNewSecret(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalAppName(body)
	if err != nil {
		return nil, err
	}
	secret, err := a.deploy.NewClientSecret(ctx, localAdministrator, in.App, in.Alone)
	return wire.LocalAppSecrets{ClientSecret: secret}, err
}

func (a *API) localNewKey(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalAppName(body)
	if err != nil {
		return nil, err
	}
	key, err := a.deploy.NewPrivateKey(ctx, localAdministrator, in.App, in.Alone)
	return wire.LocalAppSecrets{PrivateKey: key}, err
}

func (a *API) localInstall(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalInstall(body)
	if err != nil {
		return nil, err
	}
	on, err := a.deploy.InstallApp(ctx, localAdministrator, in.App, deploy.Selection{Repositories: in.Repositories, AllOf: in.AllOf})
	if err != nil {
		return nil, err
	}
	return wire.FromLocalInstallations(on), nil
}

func (a *API) localUninstall(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalUninstall(body)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.RemoveInstallation(ctx, localAdministrator, in.ID)
}
