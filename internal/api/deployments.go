package api

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// listDeployments is GET R/deployments (contract 3.2).
func (a *API) listDeployments(ctx context.Context, c *call) (reply, error) {
	filter := slipway.DeploymentFilter{
		RepositoryID: c.Repo.ID,
		SHA:          c.query("sha"), Ref: c.query("ref"), Task: c.query("task"), Environment: c.query("environment"),
	}
	list, err := a.deploy.ListDeployments(ctx, filter, c.page())
	if err != nil {
		return reply{}, err
	}
	items := make([]wire.JSON, len(list.Items))
	for i, d := range list.Items {
		items[i] = a.fromDeployment(c, d)
	}
	return page(a, c, wire.List(items), list), nil
}

// getDeployment is GET R/deployments/:id (contract 3.3).
func (a *API) getDeployment(ctx context.Context, c *call) (reply, error) {
	d, err := a.deploy.Deployment(ctx, c.Repo, c.number("deployment"))
	if err != nil {
		return reply{}, err
	}
	rep := ok(a.fromDeployment(c, d))
	rep.modified = d.UpdatedAt
	return rep, nil
}

// createDeployment is POST R/deployments (contract 3.4): 201 with the deployment, or 202 when the default branch was merged
// into the ref instead.
func (a *API) createDeployment(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	key, err := c.idempotencyKey(body)
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeDeployment(body, c.accept.shape)
	if err != nil {
		return reply{}, err
	}
	out, err := a.deploy.CreateDeployment(ctx, c.Actor, c.Repo, in, key)
	switch {
	case err != nil:
		return reply{}, err
	case out.Merged != "":
		return reply{status: http.StatusAccepted, body: wire.Message{Message: out.Merged}.JSON()}, nil
	}
	rep := created(a.fromDeployment(c, out.Deployment), a.options.URLs.Deployment(c.Repo, out.Deployment.ID))
	rep.modified, rep.replayed = out.Deployment.UpdatedAt, out.Replayed
	return rep, nil
}

// deleteDeployment is DELETE R/deployments/:id (contract 3.8).
func (a *API) deleteDeployment(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.DeleteDeployment(ctx, c.Actor, c.Repo, c.number("deployment")); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

func (a *API) findDeployment(ctx context.Context, c *call) error {
	_, err := a.deploy.Deployment(ctx, c.Repo, c.number("deployment"))
	return err
}

func (a *API) fromDeployment(c *call, d slipway.Deployment) wire.JSON {
	return wire.FromDeployment(d, c.Repo, a.options.URLs, c.accept.shape)
}

// idempotencyKey reads the Idempotency-Key header with the hash of what it stands for (decisions §3). Two lines are a list,
// which is no key. The path counts in its numeric form: OWNER/NAME in any case and /repositories/:id are one address.
func (c *call) idempotencyKey(body []byte) (deploy.IdempotencyKey, error) {
	lines, present := c.request.Header["Idempotency-Key"]
	if !present {
		return deploy.IdempotencyKey{}, nil
	}
	key := strings.Join(lines, ", ")
	if err := deploy.CheckIdempotencyKey(key); err != nil {
		return deploy.IdempotencyKey{}, err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n/repositories/%d/%s\n", c.request.Method, c.Repo.ID, c.at.rest)
	h.Write(body)
	return deploy.IdempotencyKey{Key: key, Hash: h.Sum(nil)}, nil
}
