package store

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// BranchPolicy finds a deployment branch policy of an environment.
func (t *tx) BranchPolicy(environmentID, id int64) (slipway.DeploymentBranchPolicy, error) {
	row, err := t.q.GetBranchPolicy(t.ctx, db.GetBranchPolicyParams{EnvironmentID: environmentID, ID: id})
	return branchPolicyOf(row), t.failed("branch policy", err)
}

// BranchPolicyByName finds a deployment branch policy by its kind and pattern, to the letter.
func (t *tx) BranchPolicyByName(environmentID int64, kind slipway.RefKind, name string) (slipway.DeploymentBranchPolicy, error) {
	row, err := t.q.GetBranchPolicyByName(t.ctx, db.GetBranchPolicyByNameParams{
		EnvironmentID: environmentID, Type: string(kind), Name: name,
	})
	return branchPolicyOf(row), t.failed("branch policy by name", err)
}

// ListBranchPolicies is one page of an environment's deployment branch policies, oldest first.
func (t *tx) ListBranchPolicies(environmentID int64, p deploy.Page) ([]slipway.DeploymentBranchPolicy, error) {
	limit, skip := span(p)
	rows, err := t.q.ListBranchPolicies(t.ctx, db.ListBranchPoliciesParams{EnvironmentID: environmentID, Lim: limit, Skip: skip})
	if err != nil {
		return nil, t.failed("list branch policies", err)
	}
	list := make([]slipway.DeploymentBranchPolicy, len(rows))
	for i, row := range rows {
		list[i] = branchPolicyOf(row)
	}
	return list, nil
}

// CountBranchPolicies says how many deployment branch policies an environment has.
func (t *tx) CountBranchPolicies(environmentID int64) (int, error) {
	n, err := t.q.CountBranchPolicies(t.ctx, environmentID)
	return int(n), t.failed("count branch policies", err)
}

// InsertBranchPolicy adds a deployment branch policy: Conflict when the environment has it.
func (t *tx) InsertBranchPolicy(p *slipway.DeploymentBranchPolicy) error {
	id, err := t.q.InsertBranchPolicy(t.ctx, db.InsertBranchPolicyParams{
		EnvironmentID: p.EnvironmentID, Type: string(p.Type), Name: p.Name,
	})
	if err != nil {
		return t.failed("insert branch policy", err)
	}
	p.ID = id
	return nil
}

// SetBranchPolicy changes a policy's name: Conflict when the environment has that already.
func (t *tx) SetBranchPolicy(p slipway.DeploymentBranchPolicy) error {
	n, err := t.q.UpdateBranchPolicy(t.ctx, db.UpdateBranchPolicyParams{Name: p.Name, EnvironmentID: p.EnvironmentID, ID: p.ID})
	return t.changed("set branch policy", n, err)
}

// RemoveBranchPolicy removes one deployment branch policy.
func (t *tx) RemoveBranchPolicy(environmentID, id int64) error {
	n, err := t.q.DeleteBranchPolicy(t.ctx, db.DeleteBranchPolicyParams{EnvironmentID: environmentID, ID: id})
	return t.changed("remove branch policy", n, err)
}

// RemoveBranchPolicies removes all of an environment's.
func (t *tx) RemoveBranchPolicies(environmentID int64) error {
	return t.failed("remove branch policies", t.q.DeleteBranchPolicies(t.ctx, environmentID))
}

func branchPolicyOf(row db.BranchPolicy) slipway.DeploymentBranchPolicy {
	return slipway.DeploymentBranchPolicy{
		ID: row.ID, EnvironmentID: row.EnvironmentID, Name: row.Name, Type: slipway.RefKind(row.Type),
	}
}
