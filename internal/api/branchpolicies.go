package api

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// listBranchPolicies is GET R/environments/:name/deployment-branch-policies (contract 6.3).
func (a *API) listBranchPolicies(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListBranchPolicies(ctx, c.Repo, c.value("environment"), c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromBranchPolicies(list.Total, list.Items), list), nil
}

// createBranchPolicy is POST of the same: 200 for a new one, 303 and where it is for one that is there.
func (a *API) createBranchPolicy(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeBranchPolicy(body)
	if err != nil {
		return reply{}, err
	}
	p, made, err := a.deploy.CreateBranchPolicy(ctx, c.Actor, c.Repo, c.value("environment"), in)
	if err != nil {
		return reply{}, err
	}
	if !made {
		return reply{status: http.StatusSeeOther, location: a.options.URLs.BranchPolicy(c.Repo, c.value("environment"), p.ID)}, nil
	}
	return ok(wire.FromBranchPolicy(p)), nil
}

// getBranchPolicy is GET R/environments/:name/deployment-branch-policies/:id.
func (a *API) getBranchPolicy(ctx context.Context, c *call) (reply, error) {
	p, err := a.deploy.BranchPolicy(ctx, c.Repo, c.value("environment"), c.number("policy"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromBranchPolicy(p)), nil
}

// updateBranchPolicy is PUT of the same: another pattern.
func (a *API) updateBranchPolicy(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	in, err := wire.DecodeBranchPolicy(body)
	if err != nil {
		return reply{}, err
	}
	p, err := a.deploy.RenameBranchPolicy(ctx, c.Actor, c.Repo, c.value("environment"), c.number("policy"), in.Name)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromBranchPolicy(p)), nil
}

// deleteBranchPolicy is DELETE of the same.
func (a *API) deleteBranchPolicy(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.DeleteBranchPolicy(ctx, c.Actor, c.Repo, c.value("environment"), c.number("policy")); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

func (a *API) findBranchPolicies(ctx context.Context, c *call) error {
	return a.deploy.CustomBranchPolicies(ctx, c.Repo, c.value("environment"))
}

func (a *API) findBranchPolicy(ctx context.Context, c *call) error {
	_, err := a.deploy.BranchPolicy(ctx, c.Repo, c.value("environment"), c.number("policy"))
	return err
}
