package api

import (
	"context"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// listHooks is GET R/hooks (contract 7.2), oldest first.
func (a *API) listHooks(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListHooks(ctx, c.Repo, c.page())
	if err != nil {
		return reply{}, err
	}
	items := make([]wire.JSON, len(list.Items))
	for i, h := range list.Items {
		items[i] = wire.FromHook(h, c.Repo, a.options.URLs)
	}
	return page(a, c, wire.List(items), list), nil
}

// getHook is GET R/hooks/:id.
func (a *API) getHook(ctx context.Context, c *call) (reply, error) {
	h, err := a.deploy.Hook(ctx, c.Repo, c.number("hook"))
	if err != nil {
		return reply{}, err
	}
	rep := ok(wire.FromHook(h, c.Repo, a.options.URLs))
	rep.modified = h.UpdatedAt
	if h.LastResponse.Status != "unused" {
		rep.changed = a.now() // deliveries change it, and nobody has written when
	}
	return rep, nil
}

// createHook is POST R/hooks.
func (a *API) createHook(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeHook(body)
	if err != nil {
		return reply{}, err
	}
	in.Services = a.services()
	h, made, err := a.deploy.CreateHook(ctx, c.Actor, c.Repo, in)
	if err != nil {
		return reply{}, err
	}
	if !made {
		return ok(wire.FromHook(h, c.Repo, a.options.URLs)), nil
	}
	return created(wire.FromHook(h, c.Repo, a.options.URLs), a.options.URLs.Hook(c.Repo, h.ID)), nil
}

// services reports whether hooks may be GitHub's services, which went in 2018 (contract 7.2).
func (a *API) services() bool { return a.options.Era < slipway.E9 }

// updateHook is PATCH R/hooks/:id.
func (a *API) updateHook(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeHook(body)
	if err != nil {
		return reply{}, err
	}
	h, err := a.deploy.UpdateHook(ctx, c.Actor, c.Repo, c.number("hook"), in)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromHook(h, c.Repo, a.options.URLs)), nil
}

// getHookConfig is GET R/hooks/:id/config.
func (a *API) getHookConfig(ctx context.Context, c *call) (reply, error) {
	h, err := a.deploy.Hook(ctx, c.Repo, c.number("hook"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromHookConfig(h)), nil
}

// updateHookConfig is PATCH R/hooks/:id/config: single keys.
func (a *API) updateHookConfig(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeHookConfig(body)
	if err != nil {
		return reply{}, err
	}
	h, err := a.deploy.UpdateHook(ctx, c.Actor, c.Repo, c.number("hook"), in)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromHookConfig(h)), nil
}

// deleteHook is DELETE R/hooks/:id.
func (a *API) deleteHook(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.DeleteHook(ctx, c.Actor, c.Repo, c.number("hook")); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

// pingHook is POST R/hooks/:id/pings.
func (a *API) pingHook(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.PingHook(ctx, c.Actor, c.Repo, c.number("hook")); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

// testHook is POST R/hooks/:id/tests, and /test as it used to be.
func (a *API) testHook(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.TestHook(ctx, c.Actor, c.Repo, c.number("hook")); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

func (a *API) findHook(ctx context.Context, c *call) error {
	_, err := a.deploy.Hook(ctx, c.Repo, c.number("hook"))
	return err
}
