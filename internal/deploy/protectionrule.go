package deploy

import (
	"context"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// ProtectionRules remembers which apps are asked before deployments to environments go on. A rule goes with its app.
type ProtectionRules interface {
	ListProtectionRules(environmentID int64) ([]slipway.DeploymentProtectionRule, error) // oldest first
	InsertProtectionRule(r *slipway.DeploymentProtectionRule) error                      // App.ID says whose
	RemoveProtectionRule(environmentID, id int64) error
}

// ListProtectionRules lists an environment's custom rules, oldest first: NotFound when there is no such environment.
func (d *Decisions) ListProtectionRules(ctx context.Context, r slipway.Repository, environment string) (list []slipway.DeploymentProtectionRule, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		_, list, err = protectionRules(tx, r, environment)
		return err
	})
	return list, err
}

func protectionRules(tx Tx, r slipway.Repository, environment string) (e slipway.Environment, list []slipway.DeploymentProtectionRule, err error) {
	if e, err = tx.Environment(r.ID, environment); err != nil {
		return e, nil, notFound(err)
	}
	list, err = tx.ListProtectionRules(e.ID)
	return e, list, err
}

// ProtectionRule finds a custom rule: NotFound when the environment has none of that id.
func (d *Decisions) ProtectionRule(ctx context.Context, r slipway.Repository, environment string, id int64) (slipway.DeploymentProtectionRule, error) {
	list, err := d.ListProtectionRules(ctx, r, environment)
	if err != nil {
		return slipway.DeploymentProtectionRule{}, err
	}
	i := slices.IndexFunc(list, func(rule slipway.DeploymentProtectionRule) bool { return rule.ID == id })
	if i < 0 {
		return slipway.DeploymentProtectionRule{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	return list[i], nil
}

// ListRuleApps lists the apps that could be custom rules of an environment, oldest first: those installed on the repository.
// NotFound when there is no such environment.
func (d *Decisions) ListRuleApps(ctx context.Context, r slipway.Repository, environment string, p Page) (list Listed[slipway.App], err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if _, err := tx.Environment(r.ID, environment); err != nil {
			return notFound(err)
		}
		apps, err := tx.ListApps()
		if err != nil {
			return err
		}
		var installed []slipway.App
		for _, app := range apps {
			on, err := isInstalled(tx, app.ID, r)
			if err != nil {
				return err
			}
			if on {
				installed = append(installed, app)
			}
		}
		list = Listed[slipway.App]{Items: page(installed, p), Total: len(installed), Exact: true}
		return nil
	})
	return list, err
}

func isInstalled(tx Tx, appID int64, r slipway.Repository) (bool, error) {
	i, err := tx.InstallationOf(appID, r.Owner.ID)
	if slipway.KindOf(err) == slipway.NotFound {
		return false, nil
	}
	return err == nil && i.Includes(r), err
}

// CreateProtectionRule makes an app a custom rule of an environment (contract 6.4). NotFound when there is no such environment.
// Invalid: the app is not installed on the repository, is a rule already, or there are too many.
func (d *Decisions) CreateProtectionRule(ctx context.Context, a slipway.Actor, r slipway.Repository, environment string, appID int64) (rule slipway.DeploymentProtectionRule, err error) {
	if err := r.CheckWritable(); err != nil {
		return rule, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		e, have, err := protectionRules(tx, r, environment)
		if err != nil {
			return err
		}
		on, err := isInstalled(tx, appID, r)
		if err != nil {
			return err
		}
		if !on {
			return slipway.NotInstalled()
		}
		if err := slipway.CheckProtectionRule(have, appID); err != nil {
			return err
		}
		rule = slipway.DeploymentProtectionRule{EnvironmentID: e.ID}
		if rule.App, err = tx.App(appID); err != nil {
			return err
		}
		if err := tx.InsertProtectionRule(&rule); err != nil {
			return err
		}
		return record(tx, a, r.ID, "environment", "edited", slipway.Subject{Environment: e.Name})
	})
	return rule, err
}

// DeleteProtectionRule removes a custom rule: NotFound when the environment has none of that id.
func (d *Decisions) DeleteProtectionRule(ctx context.Context, a slipway.Actor, r slipway.Repository, environment string, id int64) error {
	return d.update(ctx, r.ID, func(tx Tx) error {
		e, err := tx.Environment(r.ID, environment)
		if err != nil {
			return notFound(err)
		}
		if err := tx.RemoveProtectionRule(e.ID, id); err != nil {
			return notFound(err)
		}
		if err := r.CheckWritable(); err != nil {
			return err
		}
		return record(tx, a, r.ID, "environment", "edited", slipway.Subject{Environment: e.Name})
	})
}
