package store

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// ListProtectionRules lists an environment's custom rules, oldest first. They are few.
func (t *tx) ListProtectionRules(environmentID int64) ([]slipway.DeploymentProtectionRule, error) {
	rows, err := t.q.ListProtectionRules(t.ctx, environmentID)
	if err != nil {
		return nil, t.failed("list protection rules", err)
	}
	list := make([]slipway.DeploymentProtectionRule, len(rows))
	for i, row := range rows {
		list[i] = slipway.DeploymentProtectionRule{ID: row.ID, EnvironmentID: row.EnvironmentID, App: appOf(row.App, row.Account)}
	}
	return list, nil
}

// InsertProtectionRule adds a custom rule; App.ID says whose. Conflict when the environment has it.
func (t *tx) InsertProtectionRule(r *slipway.DeploymentProtectionRule) error {
	id, err := t.q.InsertProtectionRule(t.ctx, db.InsertProtectionRuleParams{EnvironmentID: r.EnvironmentID, AppID: r.App.ID})
	if err != nil {
		return t.failed("insert protection rule", err)
	}
	r.ID = id
	return nil
}

// RemoveProtectionRule removes one custom rule.
func (t *tx) RemoveProtectionRule(environmentID, id int64) error {
	n, err := t.q.DeleteProtectionRule(t.ctx, db.DeleteProtectionRuleParams{EnvironmentID: environmentID, ID: id})
	return t.changed("remove protection rule", n, err)
}
