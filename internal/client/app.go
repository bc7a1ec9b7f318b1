package client

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// CreateApp makes an app. The answer alone holds its private key and its client secret.
func (c *Client) CreateApp(ctx context.Context, in wire.LocalAppRequest) (wire.LocalApp, error) {
	return call[wire.LocalApp](ctx, c, http.MethodPost, "/apps", in)
}

// Apps lists the apps, oldest first.
func (c *Client) Apps(ctx context.Context) ([]wire.LocalApp, error) {
	return call[[]wire.LocalApp](ctx, c, http.MethodGet, "/apps", nil)
}

// DeleteApp ends an app with its installations and tokens.
func (c *Client) DeleteApp(ctx context.Context, in wire.LocalAppName) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/apps", in)
	return err
}

// NewClientSecret gives an app one more client secret.
func (c *Client) NewClientSecret(ctx context.Context, in wire.LocalAppName) (wire.LocalAppSecrets, error) {
	return call[wire.LocalAppSecrets](ctx, c, http.MethodPost, "/apps/secrets", in)
}

// NewPrivateKey gives an app one more private key.
func (c *Client) NewPrivateKey(ctx context.Context, in wire.LocalAppName) (wire.LocalAppSecrets, error) {
	return call[wire.LocalAppSecrets](ctx, c, http.MethodPost, "/apps/keys", in)
}

// InstallApp installs an app on repositories, or changes on which it is.
func (c *Client) InstallApp(ctx context.Context, in wire.LocalInstallRequest) ([]wire.LocalInstallation, error) {
	return call[[]wire.LocalInstallation](ctx, c, http.MethodPost, "/installations", in)
}

// UninstallApp ends an installation and its tokens.
func (c *Client) UninstallApp(ctx context.Context, in wire.LocalUninstallRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/installations", in)
	return err
}
