package store

import "github.com/slipway-deploy/slipway/internal/store/db"

// Kinds of counters: how many deployments a repository has, in all and of each value of a filter; how many environments.
// They move in the transaction that adds or removes a row, because counting rows gets slower with every one of them.
const (
	counterDeployments  = "deployments"
	counterEnvironment  = "environment"
	counterRef          = "ref"
	counterTask         = "task"
	counterEnvironments = "environments"
)

func (t *tx) counter(repositoryID int64, kind, key string) (int64, error) {
	n, err := t.q.GetCounter(t.ctx, db.GetCounterParams{RepositoryID: repositoryID, Kind: kind, Key: key})
	return n, absent(t.failed("counter", err))
}

// count adds to a counter. One that comes to nothing is removed: refs and environments are many and short-lived.
func (t *tx) count(repositoryID int64, kind, key string, n int64) error {
	err := t.q.AddToCounter(t.ctx, db.AddToCounterParams{RepositoryID: repositoryID, Kind: kind, Key: key, N: n})
	if err == nil && n < 0 {
		err = t.q.DeleteEmptyCounter(t.ctx, db.DeleteEmptyCounterParams{RepositoryID: repositoryID, Kind: kind, Key: key})
	}
	return t.failed("count", err)
}

func (t *tx) moveCounter(repositoryID int64, kind, from, to string) error {
	if err := t.count(repositoryID, kind, from, -1); err != nil {
		return err
	}
	return t.count(repositoryID, kind, to, 1)
}

// countDeployment moves the four counters that a deployment is part of.
func (t *tx) countDeployment(repositoryID int64, environmentKey, ref, task string, n int64) error {
	if n > 0 {
		return t.failed("count deployment", t.q.CountDeploymentIn(t.ctx, db.CountDeploymentInParams{
			RepositoryID: repositoryID, N: n, EnvironmentKey: environmentKey, Ref: ref, Task: task,
		}))
	}
	for kind, key := range map[string]string{
		counterDeployments: "", counterEnvironment: environmentKey, counterRef: ref, counterTask: task,
	} {
		if err := t.count(repositoryID, kind, key, n); err != nil {
			return err
		}
	}
	return nil
}
