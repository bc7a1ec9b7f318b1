package deploy

import (
	"context"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// CheckSuites remembers the suites of check runs, at most one for an app and commit. What a suite comes to is not kept: its
// runs tell.
type CheckSuites interface {
	CheckSuite(repositoryID, id int64) (slipway.CheckSuite, error)
	CheckSuiteOf(repositoryID int64, sha slipway.SHA, appID int64) (slipway.CheckSuite, error)
	ListCheckSuitesByID(ids []int64) ([]slipway.CheckSuite, error)
	ListCheckSuites(f CheckRunFilter, p Page) ([]slipway.CheckSuite, error) // oldest first; with a name, those that have such a run
	CountCheckSuites(f CheckRunFilter) (int, error)
	InsertCheckSuite(s *slipway.CheckSuite) error
	SetCheckSuite(s slipway.CheckSuite) error                     // UpdatedAt and RerequestedAt
	BranchAt(repositoryID int64, sha slipway.SHA) (string, error) // a branch that has the commit as its tip; empty: none
}

// SuitesOf are check suites of one commit, with the commit itself.
type SuitesOf struct {
	Commit slipway.Commit
	Listed[slipway.CheckSuite]
}

// CreateCheckSuite makes the suite of a commit for the app that the actor is or acts through, else for the server's own, or
// finds it (contract 5.4). Invalid: there is no such commit.
func (d *Decisions) CreateCheckSuite(ctx context.Context, a slipway.Actor, r slipway.Repository, head string) (suite slipway.CheckSuite, commit slipway.Commit, made bool, err error) {
	if err := r.CheckWritable(); err != nil {
		return suite, commit, false, err
	}
	sha, err := d.checkHead(ctx, r, head)
	if err != nil {
		return suite, commit, false, err
	}
	if commit, err = d.git.Commit(ctx, &r, sha, false); err != nil {
		return suite, commit, false, damaged(err)
	}
	branch, err := d.branchAt(ctx, r, sha)
	if err != nil {
		return suite, commit, false, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		if suite, made, err = ensureSuite(tx, a, r, sha, branch); err != nil {
			return err
		}
		if suite, err = sum(tx, suite); err != nil || !made {
			return err
		}
		return record(tx, a, r.ID, "check_suite", "created", slipway.Subject{CheckSuite: &suite})
	})
	return suite, commit, made, err
}

// RerequestCheckSuite asks for all runs of a suite again: it is queued until one of them changes, and whoever runs them is
// told. The runs themselves stay as they are, and so does the gate. NotFound when there is no such suite.
func (d *Decisions) RerequestCheckSuite(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return d.update(ctx, r.ID, func(tx Tx) error {
		suite, err := tx.CheckSuite(r.ID, id)
		if err != nil {
			return notFound(err)
		}
		if err := r.CheckWritable(); err != nil {
			return err
		}
		now := tx.Now()
		suite.RerequestedAt, suite.UpdatedAt = &now, now
		if err := tx.SetCheckSuite(suite); err != nil {
			return err
		}
		if suite, err = sum(tx, suite); err != nil {
			return err
		}
		return record(tx, a, r.ID, "check_suite", "rerequested", slipway.Subject{CheckSuite: &suite})
	})
}

// CheckSuite finds a suite and its commit: NotFound when the repository has none of that id.
func (d *Decisions) CheckSuite(ctx context.Context, r slipway.Repository, id int64) (suite slipway.CheckSuite, commit slipway.Commit, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if suite, err = tx.CheckSuite(r.ID, id); err != nil {
			return notFound(err)
		}
		suite, err = sum(tx, suite)
		return err
	})
	if err != nil {
		return suite, commit, err
	}
	return suite, d.commitOrName(ctx, r, suite.SHA), nil
}

// ListCheckSuites lists the suites of the commit that a branch, tag or SHA names, oldest first. Invalid: it names none.
func (d *Decisions) ListCheckSuites(ctx context.Context, r slipway.Repository, ref string, f CheckRunFilter, p Page) (out SuitesOf, err error) {
	found, err := d.namedCommit(ctx, r, ref)
	if err != nil {
		return out, err
	}
	f.RepositoryID, f.SHA = r.ID, found.SHA
	err = d.store.View(ctx, func(tx Tx) error {
		out = SuitesOf{Listed: Listed[slipway.CheckSuite]{Exact: true}}
		if out.Items, err = tx.ListCheckSuites(f, p); err != nil {
			return err
		}
		if out.Total, err = tx.CountCheckSuites(f); err != nil || out.Total == 0 {
			return err
		}
		latest, err := tx.LatestCheckRuns(r.ID, f.SHA)
		for i, suite := range out.Items {
			out.Items[i] = suite.Summed(ofSuite(latest, suite))
		}
		return err
	})
	if err == nil && out.Total > 0 {
		out.Commit = d.commitOrName(ctx, r, found.SHA)
	}
	return out, err
}

// commitOrName is a commit, or what is left of one that git has forgotten since it was reported on.
func (d *Decisions) commitOrName(ctx context.Context, r slipway.Repository, sha slipway.SHA) slipway.Commit {
	commit, err := d.git.Commit(ctx, &r, sha, false)
	if err != nil {
		return slipway.Commit{SHA: sha}
	}
	return commit
}

// branchAt is asked before the transaction: a repository may have many refs.
func (d *Decisions) branchAt(ctx context.Context, r slipway.Repository, sha slipway.SHA) (branch string, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		branch, err = tx.BranchAt(r.ID, sha)
		return err
	})
	return branch, err
}

// ensureSuite finds or makes the suite of a commit for whoever reports.
func ensureSuite(tx Tx, a slipway.Actor, r slipway.Repository, sha slipway.SHA, branch string) (s slipway.CheckSuite, made bool, err error) {
	s, err = tx.CheckSuiteOf(r.ID, sha, reporter(a))
	if slipway.KindOf(err) != slipway.NotFound {
		return s, false, err
	}
	s = slipway.CheckSuite{
		RepositoryID: r.ID, SHA: sha, AppID: reporter(a), HeadBranch: branch, CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
	}
	if err := tx.InsertCheckSuite(&s); err != nil {
		return s, false, err
	}
	s, err = tx.CheckSuite(r.ID, s.ID) // with its app
	return s, true, err
}

// sum tells what a suite comes to.
func sum(tx Tx, s slipway.CheckSuite) (slipway.CheckSuite, error) {
	latest, err := tx.LatestCheckRuns(s.RepositoryID, s.SHA)
	return s.Summed(ofSuite(latest, s)), err
}

func ofSuite(runs []slipway.CheckRun, s slipway.CheckSuite) []slipway.CheckRun {
	return slices.DeleteFunc(slices.Clone(runs), func(r slipway.CheckRun) bool { return r.SuiteID != s.ID })
}
