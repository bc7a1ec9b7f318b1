package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// CheckRuns remembers what apps report about commits.
type CheckRuns interface {
	InsertCheckRun(r *slipway.CheckRun) error
	SetCheckRun(r slipway.CheckRun) error // all but its suite, app and commit
	CheckRun(repositoryID, id int64) (slipway.CheckRun, error)
	ListCheckRuns(f CheckRunFilter, p Page) ([]slipway.CheckRun, error)
	CountCheckRuns(f CheckRunFilter) (int, error)
	// LatestCheckRuns lists the newest run of each app and name, oldest row first, without App, Output, addresses and times of
	// the run. All of them: the gate needs them.
	LatestCheckRuns(repositoryID int64, sha slipway.SHA) ([]slipway.CheckRun, error)
	// LatestCheckRunsOfEach is LatestCheckRuns of several commits, with App, addresses and times.
	LatestCheckRunsOfEach(repositoryID int64, shas []slipway.SHA) (map[slipway.SHA][]slipway.CheckRun, error)
	// RemoveOldCheckRuns removes all but the newest runs with the app, commit and name of r.
	RemoveOldCheckRuns(r slipway.CheckRun, keep int) error
}

// Annotations remembers what check runs have to say about files. They go with their run.
type Annotations interface {
	InsertAnnotations(runID int64, list []slipway.Annotation) error
	ListAnnotations(runID int64, p Page) ([]slipway.Annotation, error) // oldest first
}

// CheckRunFilter says which check runs of a commit are meant. All means older runs of an app and name too, not only the
// newest. The others, where they are not nil, are compared to the letter.
type CheckRunFilter struct {
	RepositoryID int64
	SHA          slipway.SHA
	AppID        *int64
	Name, Status *string
	All          bool
}

// CreateCheckRun reports a check of a commit, by the app that the actor is or acts through, else by the server's own (contract
// 5.4). The suite of the app and commit is made with its first run. Invalid: the request, or there is no such commit.
func (d *Decisions) CreateCheckRun(ctx context.Context, a slipway.Actor, r slipway.Repository, in slipway.CheckRunRequest) (run slipway.CheckRun, err error) {
	if err := r.CheckWritable(); err != nil {
		return run, err
	}
	if err := in.Check(); err != nil {
		return run, err
	}
	sha, err := d.checkHead(ctx, r, in.HeadSHA)
	if err != nil {
		return run, err
	}
	branch, err := d.branchAt(ctx, r, sha)
	if err != nil {
		return run, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		suite, _, err := ensureSuite(tx, a, r, sha, branch)
		if err != nil {
			return err
		}
		before, err := sum(tx, suite)
		if err != nil {
			return err
		}
		run = slipway.CheckRun{
			SuiteID: suite.ID, RepositoryID: r.ID, SHA: sha, AppID: suite.AppID, App: suite.App,
			Status: slipway.CheckQueued, StartedAt: tx.Now(),
		}.With(in, tx.Now())
		if err := tx.InsertCheckRun(&run); err != nil {
			return err
		}
		if err := tx.RemoveOldCheckRuns(run, d.settings.MaxCheckRunsPerName); err != nil {
			return err
		}
		return reported(tx, a, before, "", run, in)
	})
	return run, err
}

// UpdateCheckRun changes what a check run says; annotations are added to those it has. NotFound when there is none. Forbidden:
// it is another app's. Invalid: the request.
func (d *Decisions) UpdateCheckRun(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64, in slipway.CheckRunRequest) (run slipway.CheckRun, err error) {
	if err := r.CheckWritable(); err != nil {
		return run, err
	}
	if err := in.Check(); err != nil {
		return run, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		was, err := tx.CheckRun(r.ID, id)
		if err != nil {
			return notFound(err)
		}
		if was.AppID != reporter(a) {
			return slipway.OthersCheckRun(reporter(a))
		}
		suite, err := tx.CheckSuite(r.ID, was.SuiteID)
		if err != nil {
			return err
		}
		before, err := sum(tx, suite)
		if err != nil {
			return err
		}
		run = was.With(in, tx.Now())
		if err := tx.SetCheckRun(run); err != nil {
			return err
		}
		return reported(tx, a, before, was.Status, run, in)
	})
	return run, err
}

// reported finishes what was reported: the annotations, and the events of the run and of its suite. before is the suite as it
// was, and status what the run's was, empty for a new one.
func reported(tx Tx, a slipway.Actor, before slipway.CheckSuite, status string, run slipway.CheckRun, in slipway.CheckRunRequest) error {
	if in.Output != nil {
		if err := tx.InsertAnnotations(run.ID, in.Output.Annotations); err != nil {
			return err
		}
	}
	before.UpdatedAt = tx.Now()
	if err := tx.SetCheckSuite(before); err != nil {
		return err
	}
	suite, err := sum(tx, before)
	if err != nil {
		return err
	}
	for _, action := range actionsOf(status, run) {
		if err := record(tx, a, run.RepositoryID, "check_run", action, slipway.Subject{CheckRun: &run, CheckSuite: &suite}); err != nil {
			return err
		}
	}
	if suite.Status == slipway.CheckCompleted && before.Status != slipway.CheckCompleted {
		return record(tx, a, run.RepositoryID, "check_suite", "completed", slipway.Subject{CheckSuite: &suite})
	}
	return nil
}

// actionsOf are the events of a report: a run may be made and completed by one.
func actionsOf(status string, run slipway.CheckRun) (actions []string) {
	if status == "" {
		actions = append(actions, "created")
	}
	if run.Status == slipway.CheckCompleted && status != slipway.CheckCompleted {
		actions = append(actions, "completed")
	}
	if actions == nil {
		actions = append(actions, "updated")
	}
	return actions
}

// reporter is the app that check runs of an actor come from.
func reporter(a slipway.Actor) int64 {
	if a.App == nil {
		return slipway.OwnAppID
	}
	return a.App.ID
}

// checkHead finds the commit that a report is about, by its full name.
func (d *Decisions) checkHead(ctx context.Context, r slipway.Repository, asked string) (slipway.SHA, error) {
	sha, full := slipway.ParseSHA(asked)
	if !full {
		return "", slipway.NoCommitFound(asked)
	}
	return sha, d.checkCommit(ctx, r, sha, asked)
}

// CheckRun finds a check run: NotFound when the repository has none of that id.
func (d *Decisions) CheckRun(ctx context.Context, r slipway.Repository, id int64) (run slipway.CheckRun, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		run, err = tx.CheckRun(r.ID, id)
		return notFound(err)
	})
	return run, err
}

// ListCheckRuns lists check runs of the commit that a branch, tag or SHA names, newest first. Invalid: it names none.
func (d *Decisions) ListCheckRuns(ctx context.Context, r slipway.Repository, ref string, f CheckRunFilter, p Page) (list Listed[slipway.CheckRun], err error) {
	found, err := d.namedCommit(ctx, r, ref)
	if err != nil {
		return list, err
	}
	f.RepositoryID, f.SHA = r.ID, found.SHA
	err = d.store.View(ctx, func(tx Tx) error {
		list, err = listRuns(tx, f, p)
		return err
	})
	return list, err
}

// ListCheckRunsOfSuite lists check runs of a suite, newest first: NotFound when there is no such suite.
func (d *Decisions) ListCheckRunsOfSuite(ctx context.Context, r slipway.Repository, suiteID int64, f CheckRunFilter, p Page) (list Listed[slipway.CheckRun], err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		suite, err := tx.CheckSuite(r.ID, suiteID)
		if err != nil {
			return notFound(err)
		}
		f.RepositoryID, f.SHA, f.AppID = r.ID, suite.SHA, &suite.AppID
		list, err = listRuns(tx, f, p)
		return err
	})
	return list, err
}

func listRuns(tx Tx, f CheckRunFilter, p Page) (list Listed[slipway.CheckRun], err error) {
	list = Listed[slipway.CheckRun]{Exact: true}
	if list.Items, err = tx.ListCheckRuns(f, p); err != nil {
		return list, err
	}
	list.Total, err = tx.CountCheckRuns(f)
	return list, err
}

// ListAnnotations lists what a check run has to say about files, oldest first, with the run: NotFound when there is none.
func (d *Decisions) ListAnnotations(ctx context.Context, r slipway.Repository, runID int64, p Page) (run slipway.CheckRun, list Listed[slipway.Annotation], err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if run, err = tx.CheckRun(r.ID, runID); err != nil {
			return notFound(err)
		}
		list = Listed[slipway.Annotation]{Exact: true, Total: run.Output.Annotations}
		list.Items, err = tx.ListAnnotations(runID, p)
		return err
	})
	return run, list, err
}
