package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// root is GET /: the addresses of everything (contract 11.2).
func (a *API) root(context.Context, *call) (reply, error) { return ok(wire.Root(a.options.URLs)), nil }

// meta is GET /meta.
func (a *API) meta(context.Context, *call) (reply, error) {
	return ok(wire.Meta(wire.MetaView{
		Era: a.options.Era, Hooks: a.options.MetaHooks, InstalledVersion: a.options.InstalledVersion,
	})), nil
}

// rateLimit is GET /rate_limit. It is always answered, and free of charge.
func (a *API) rateLimit(_ context.Context, c *call) (reply, error) {
	q := a.quotas.look(c.Actor, c.address)
	return ok(wire.RateLimit(wire.Rate{Limit: q.Limit, Used: q.Used, Remaining: q.Remaining, Reset: q.Reset})), nil
}
