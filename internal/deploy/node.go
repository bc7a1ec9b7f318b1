package deploy

import (
	"context"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// Nodes finds things by nothing but their ids, as node_ids name them. What is not there is not in the answer; the order is
// the store's own.
type Nodes interface {
	ListAccountsByID(ids []int64) ([]slipway.Account, error)
	ListDeploymentsByID(ids []int64) ([]slipway.Deployment, error)
	ListDeploymentStatusesByID(ids []int64) ([]slipway.DeploymentStatus, error)
	ListCommitStatusesByID(ids []int64) ([]slipway.CommitStatus, error)
	ListEnvironmentsByID(ids []int64) ([]slipway.Environment, error)
	ListCheckRunsByID(ids []int64) ([]slipway.CheckRun, error)
	EnvironmentOfRule(ruleID int64) (slipway.Environment, error)
	// LatestCompletedDeployments lists, of each of some environments, the newest deployment whose state is success, failure
	// or error, among its newest few.
	LatestCompletedDeployments(repositoryID int64, environments []string, among int) ([]slipway.Deployment, error)
}

// AccountsByID finds accounts; those that do not exist are left out.
func (d *Decisions) AccountsByID(ctx context.Context, ids []int64) (found []slipway.Account, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.ListAccountsByID(ids)
		return err
	})
	return found, err
}

// DeploymentsByID finds deployments of any repository. Whether the caller may see them is asked afterwards, of their
// repositories.
func (d *Decisions) DeploymentsByID(ctx context.Context, ids []int64) (found []slipway.Deployment, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.ListDeploymentsByID(ids)
		return err
	})
	return found, err
}

// DeploymentStatusesByID finds statuses of deployments of any repository.
func (d *Decisions) DeploymentStatusesByID(ctx context.Context, ids []int64) (found []slipway.DeploymentStatus, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.ListDeploymentStatusesByID(ids)
		return err
	})
	return found, err
}

// CommitStatusesByID finds commit statuses of any repository.
func (d *Decisions) CommitStatusesByID(ctx context.Context, ids []int64) (found []slipway.CommitStatus, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.ListCommitStatusesByID(ids)
		return err
	})
	return found, err
}

// EnvironmentsByID finds environments of any repository.
func (d *Decisions) EnvironmentsByID(ctx context.Context, ids []int64) (found []slipway.Environment, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.ListEnvironmentsByID(ids)
		return err
	})
	return found, err
}

// CheckRunsByID finds check runs of any repository.
func (d *Decisions) CheckRunsByID(ctx context.Context, ids []int64) (found []slipway.CheckRun, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.ListCheckRunsByID(ids)
		return err
	})
	return found, err
}

// CheckSuitesByID finds check suites of any repository; what their runs come to is not asked.
func (d *Decisions) CheckSuitesByID(ctx context.Context, ids []int64) (found []slipway.CheckSuite, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.ListCheckSuitesByID(ids)
		return err
	})
	return found, err
}

// AppByID finds an app: NotFound when there is none.
func (d *Decisions) AppByID(ctx context.Context, id int64) (app slipway.App, err error) {
	if id == slipway.OwnAppID {
		return d.findApp(ctx, ownApp)
	}
	return d.findApp(ctx, func(tx Tx) (slipway.App, error) { return tx.App(id) })
}

// EnvironmentOfRule finds the environment that has a protection rule: NotFound when none has.
func (d *Decisions) EnvironmentOfRule(ctx context.Context, ruleID int64) (e slipway.Environment, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		e, err = tx.EnvironmentOfRule(ruleID)
		return notFound(err)
	})
	return e, err
}

// completedAmong is how far back an environment's last completed deployment is looked for.
const completedAmong = 500

// LatestCompletedDeployments finds, of each of some environments, the newest deployment that ended in success, failure or
// error, among its newest 500.
func (d *Decisions) LatestCompletedDeployments(ctx context.Context, r slipway.Repository, environments []string) (found []slipway.Deployment, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.LatestCompletedDeployments(r.ID, environments, completedAmong)
		return err
	})
	return found, err
}

// FindRef finds the branch or tag of a name, full or short, and what it points at; a branch wins over a tag of the same name.
// NotFound for everything else: object names, and refs that are gone.
func (d *Decisions) FindRef(ctx context.Context, r slipway.Repository, name string) (slipway.Ref, error) {
	if !slipway.MayBeRef(name) {
		return slipway.Ref{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	full := []string{name}
	if !strings.HasPrefix(name, RefsPrefix) {
		full = []string{branchPrefix + name, "refs/tags/" + name}
	}
	for _, name := range full {
		sha, err := d.git.Ref(ctx, &r, name)
		if err == nil {
			return slipway.Ref{Name: name, SHA: sha}, nil
		}
		if slipway.KindOf(err) != slipway.NotFound {
			return slipway.Ref{}, err
		}
	}
	return slipway.Ref{}, slipway.Fail(slipway.NotFound, "Not Found")
}

// ObjectAt says what an object is by its name: NotFound when the repository has none of that name.
func (d *Decisions) ObjectAt(ctx context.Context, r slipway.Repository, sha slipway.SHA) (slipway.Object, error) {
	found, err := d.git.Object(ctx, &r, sha)
	return found, notFound(err)
}

// CommitAt finds the commit of an object name: NotFound when the repository has none.
func (d *Decisions) CommitAt(ctx context.Context, r slipway.Repository, sha slipway.SHA) (slipway.Commit, error) {
	commit, err := d.git.Commit(ctx, &r, sha, false)
	return commit, notFound(err)
}

// SubmittedName is how a ref is submitted when it is named in full: by its short name, unless that would name another.
func (d *Decisions) SubmittedName(ctx context.Context, r slipway.Repository, full string) (string, error) {
	if branch, ok := strings.CutPrefix(full, branchPrefix); ok {
		if _, object := slipway.ParseSHA(branch); !object {
			return branch, nil
		}
	}
	tag, ok := strings.CutPrefix(full, "refs/tags/")
	if !ok {
		return full, nil
	}
	found, err := d.FindRef(ctx, r, tag)
	if _, object := slipway.ParseSHA(tag); err != nil || found.Name != full || object {
		return full, ignoreNotFound(err)
	}
	return tag, nil
}

func ignoreNotFound(err error) error {
	if slipway.KindOf(err) == slipway.NotFound {
		return nil
	}
	return err
}
