package store

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// ListAccountsByID finds accounts; those that do not exist are left out.
func (t *tx) ListAccountsByID(ids []int64) ([]slipway.Account, error) {
	rows, err := t.q.ListAccountsByID(t.ctx, idList(ids))
	list := make([]slipway.Account, 0, len(rows))
	for _, row := range rows {
		list = append(list, accountOf(row))
	}
	return list, t.failed("accounts by id", err)
}

// ListDeploymentsByID finds deployments of any repository.
func (t *tx) ListDeploymentsByID(ids []int64) ([]slipway.Deployment, error) {
	rows, err := t.q.ListDeploymentsByID(t.ctx, idList(ids))
	if err != nil {
		return nil, t.failed("deployments by id", err)
	}
	return t.deployments(rows)
}

// ListDeploymentStatusesByID finds statuses of any deployment.
func (t *tx) ListDeploymentStatusesByID(ids []int64) ([]slipway.DeploymentStatus, error) {
	rows, err := t.q.ListDeploymentStatusesByID(t.ctx, idList(ids))
	if err != nil {
		return nil, t.failed("deployment statuses by id", err)
	}
	return t.deploymentStatuses(rows)
}

// ListCommitStatusesByID finds commit statuses of any repository.
func (t *tx) ListCommitStatusesByID(ids []int64) ([]slipway.CommitStatus, error) {
	rows, err := t.q.ListCommitStatusesByID(t.ctx, idList(ids))
	if err != nil {
		return nil, t.failed("commit statuses by id", err)
	}
	return t.commitStatuses(rows)
}

// ListEnvironmentsByID finds environments of any repository.
func (t *tx) ListEnvironmentsByID(ids []int64) ([]slipway.Environment, error) {
	rows, err := t.q.ListEnvironmentsByID(t.ctx, idList(ids))
	if err != nil {
		return nil, t.failed("environments by id", err)
	}
	return t.environments(rows)
}

// ListCheckRunsByID finds check runs of any repository.
func (t *tx) ListCheckRunsByID(ids []int64) ([]slipway.CheckRun, error) {
	rows, err := t.q.ListCheckRunsByID(t.ctx, idList(ids))
	if err != nil {
		return nil, t.failed("check runs by id", err)
	}
	return t.checkRuns(rows)
}

// ListCheckSuitesByID finds check suites of any repository.
func (t *tx) ListCheckSuitesByID(ids []int64) ([]slipway.CheckSuite, error) {
	rows, err := t.q.ListCheckSuitesByID(t.ctx, idList(ids))
	if err != nil {
		return nil, t.failed("check suites by id", err)
	}
	return t.checkSuites(rows)
}

// EnvironmentOfRule finds the environment that has a rule.
func (t *tx) EnvironmentOfRule(ruleID int64) (slipway.Environment, error) {
	row, err := t.q.GetEnvironmentOfRule(t.ctx, ruleID)
	if err != nil {
		return slipway.Environment{}, t.failed("environment of rule", err)
	}
	list, err := t.environments([]db.Environment{row})
	if err != nil {
		return slipway.Environment{}, err
	}
	return list[0], nil
}

// LatestCompletedDeployments is the newest deployment that ended, of the newest few to each of some environments.
func (t *tx) LatestCompletedDeployments(repositoryID int64, environments []string, among int) ([]slipway.Deployment, error) {
	rows, err := t.q.ListLatestCompletedDeployments(t.ctx, db.ListLatestCompletedDeploymentsParams{
		RepositoryID: repositoryID, Keys: *keyList(environments), Lim: int64(among),
	})
	if err != nil {
		return nil, t.failed("latest completed deployments", err)
	}
	return t.deployments(rows)
}
