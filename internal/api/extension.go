package api

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// extensionRoutes is the table of the extension API: what GitHub has no word for. Its rows are like GitHub's and pass
// through the same checks; patterns begin below its base, where "R" is /repos/{owner}/{repo} and /repositories/{id} as well.
// doc is the operation's id in docs/openapi-slipway.yaml, which is tested against this table both ways.
func extensionRoutes() []route {
	rows := []route{
		// Hooks
		{
			method: "POST", pattern: "R/hooks/#hook/redeliver", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "redeliver-many", do: (*API).redeliverMany, exists: (*API).findHook,
		},
		{
			method: "POST", pattern: "R/hooks/#hook/resume", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "resume-a-hook", do: (*API).resumeHook, exists: (*API).findHook,
		},
		{
			method: "GET", pattern: "R/hooks/#hook/health", need: slipway.ToReadHooks, scopes: hookReadScopes, permission: "repository_hooks=read",
			doc: "get-a-hooks-health", do: (*API).hookHealth,
		},
		{
			method: "GET", pattern: "R/hooks/#hook/secret-rotation", need: slipway.ToReadHooks, scopes: hookReadScopes, permission: "repository_hooks=read",
			doc: "get-a-secret-rotation", do: (*API).getRotation,
		},
		{
			method: "POST", pattern: "R/hooks/#hook/secret-rotation", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "begin-a-secret-rotation", do: (*API).beginRotation, exists: (*API).findHook,
		},
		{
			method: "DELETE", pattern: "R/hooks/#hook/secret-rotation", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "finish-a-secret-rotation", do: (*API).finishRotation, exists: (*API).findHook,
		},

		// The server
		{method: "GET", pattern: "/server", need: slipway.ToBeSomebody, doc: "get-the-server", do: (*API).server},
		{method: "GET", pattern: "/openapi.json", need: slipway.ToBeAnybody, doc: "get-this-description", do: (*API).description},
	}
	for i := range rows {
		rows[i].extension = true
	}
	return rows
}

// checkExtensionKey refuses a key that is none: every write of the extension API takes one. Only answers of 201 are
// remembered (decisions §3); all others can be asked for twice as they are.
func (c *call) checkExtensionKey() error {
	if key, given := c.request.Header["Idempotency-Key"]; given && c.row.extension && !c.safe() {
		return deploy.CheckIdempotencyKey(key[0])
	}
	return nil
}

// redeliverMany is POST R/hooks/{id}/redeliver.
func (a *API) redeliverMany(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeRedeliver(body)
	if err != nil {
		return reply{}, err
	}
	n, err := a.deploy.RedeliverMany(ctx, c.Actor, c.Repo, c.number("hook"), in)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusAccepted, body: wire.FromQueued(n)}, nil
}

// resumeHook is POST R/hooks/{id}/resume.
func (a *API) resumeHook(ctx context.Context, c *call) (reply, error) {
	h, err := a.deploy.ResumeHook(ctx, c.Actor, c.Repo, c.number("hook"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromHookHealth(h)), nil
}

// hookHealth is GET R/hooks/{id}/health.
func (a *API) hookHealth(ctx context.Context, c *call) (reply, error) {
	h, err := a.deploy.HookHealth(ctx, c.Repo, c.number("hook"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromHookHealth(h)), nil
}

// getRotation is GET R/hooks/{id}/secret-rotation.
func (a *API) getRotation(ctx context.Context, c *call) (reply, error) {
	h, err := a.deploy.Hook(ctx, c.Repo, c.number("hook"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromRotation(h)), nil
}

// beginRotation is POST R/hooks/{id}/secret-rotation.
func (a *API) beginRotation(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	secret, err := wire.DecodeRotation(body)
	if err != nil {
		return reply{}, err
	}
	h, err := a.deploy.RotateSecret(ctx, c.Actor, c.Repo, c.number("hook"), secret)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusAccepted, body: wire.FromRotation(h)}, nil
}

// finishRotation is DELETE R/hooks/{id}/secret-rotation.
func (a *API) finishRotation(ctx context.Context, c *call) (reply, error) {
	h, err := a.deploy.FinishRotation(ctx, c.Actor, c.Repo, c.number("hook"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromRotation(h)), nil
}

// server is GET /server.
func (a *API) server(context.Context, *call) (reply, error) {
	s := a.options.Server
	s.Era, s.APIVersions, s.EnterpriseVersion = a.options.Era.String(), supportedVersions, a.options.InstalledVersion
	rules := a.deploy.Settings()
	s.Limits = wire.ServerLimits{
		RequestBytes: maxBody, PayloadBytes: slipway.MaxPayload, WebhookPayloadBytes: slipway.MaxWebhookBody, PageSize: maxPageSize,
		HooksPerEvent: rules.MaxHooksPerEvent, StatusesPerCommitContext: rules.MaxStatusesPerContext, StatusesPerDeployment: rules.MaxDeploymentStatuses,
		RequestsPerHour: a.options.RateLimit, AnonymousRequestsPerHour: a.options.RateLimitAnonymous,
		IdempotencyKeysKeptForSec: int(rules.IdempotencyKeptFor.Seconds()),
	}
	body, err := wire.Encode(s)
	return ok(body), err
}

// description is GET /openapi.json.
func (a *API) description(context.Context, *call) (reply, error) {
	if len(a.options.Description) == 0 {
		return reply{}, slipway.Fail(slipway.NotFound, "")
	}
	return ok(a.options.Description), nil
}
