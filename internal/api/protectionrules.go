package api

import (
	"context"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// listProtectionRules is GET R/environments/:name/deployment_protection_rules (contract 6.4).
func (a *API) listProtectionRules(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListProtectionRules(ctx, c.Repo, c.value("environment"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromProtectionRules(list, a.options.URLs)), nil
}

// listRuleApps is GET R/environments/:name/deployment_protection_rules/apps.
func (a *API) listRuleApps(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListRuleApps(ctx, c.Repo, c.value("environment"), c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromRuleApps(list.Total, list.Items, a.options.URLs), list), nil
}

// createProtectionRule is POST R/environments/:name/deployment_protection_rules. There is no Location, as on GitHub.
func (a *API) createProtectionRule(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	app, err := wire.DecodeProtectionRule(body)
	if err != nil {
		return reply{}, err
	}
	rule, err := a.deploy.CreateProtectionRule(ctx, c.Actor, c.Repo, c.value("environment"), app)
	if err != nil {
		return reply{}, err
	}
	return created(wire.FromProtectionRule(rule, a.options.URLs), ""), nil
}

// getProtectionRule is GET R/environments/:name/deployment_protection_rules/:id.
func (a *API) getProtectionRule(ctx context.Context, c *call) (reply, error) {
	rule, err := a.deploy.ProtectionRule(ctx, c.Repo, c.value("environment"), c.number("rule"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromProtectionRule(rule, a.options.URLs)), nil
}

// deleteProtectionRule is DELETE of the same.
func (a *API) deleteProtectionRule(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.DeleteProtectionRule(ctx, c.Actor, c.Repo, c.value("environment"), c.number("rule")); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

func (a *API) findProtectionRule(ctx context.Context, c *call) error {
	_, err := a.deploy.ProtectionRule(ctx, c.Repo, c.value("environment"), c.number("rule"))
	return err
}
