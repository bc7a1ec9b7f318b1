package api

import (
	"context"
	"net/http"

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

// sentences are what GET /zen answers, one a day.
var sentences = [...]string{
	"Deploy what you have seen green.",
	"A small change is easy to take back.",
	"Say what failed, and what would mend it.",
	"What is not recorded did not happen.",
	"Wait for the tests, not for luck.",
	"Ship on a day when somebody is there.",
	"The rollback is part of the plan.",
}

// zen is GET /zen: a sentence, as text.
func (a *API) zen(context.Context, *call) (reply, error) {
	text := sentences[int(a.now().Unix()/86400)%len(sentences)]
	return reply{status: http.StatusOK, text: []byte(text), kind: "text/plain;charset=utf-8"}, nil
}

// versions is GET /versions: the dates that X-GitHub-Api-Version may name.
func (a *API) versions(context.Context, *call) (reply, error) {
	return ok(wire.Versions(supportedVersions)), nil
}
