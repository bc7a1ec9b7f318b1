// Package storetest is the definition of a store: what SQLite and PostgreSQL must both do, as a test that is run on each.
//
// A promise of the ports of deploy that is not tried here is not one. Everything goes through those ports, so the package
// knows no SQL; what only one database has (its settings, its failures) is tested in the store's own package.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// Store is what is tested: the port, and the log of events that others read.
type Store interface {
	deploy.Store
	// Events lists the events after a position, in the order of positions.
	Events(ctx context.Context, after int64, limit int) ([]slipway.Event, error)
	// OnStamp has fn called when events have got positions.
	OnStamp(fn func())
}

// Open gives an empty store to one test, and closes it when the test ends. Its clock is the given one, which may be asked
// by several goroutines.
type Open func(t *testing.T, now func() time.Time) Store

// Run runs every test on stores that open gives.
func Run(t *testing.T, open Open) {
	for _, test := range []struct {
		name string
		run  func(*world)
	}{
		{"accounts", accounts},
		{"accounts in any case", accountKeys},
		{"memberships", memberships},
		{"authority has a version", authVersion},
		{"tokens", tokens},
		{"tokens of apps", appTokens},
		{"apps", apps},
		{"installations", installations},
		{"tokens of installations that ended", oldTokens},
		{"what belongs to an app goes with it", appsRemoved},
		{"passwords", passwords},
		{"sessions", sessions},
		{"grants and what goes with them", grants},
		{"codes", codes},
		{"device codes", deviceCodes},
		{"refresh tokens", refreshTokens},
		{"notes of tokens", tokenNotes},
		{"what belongs to an app goes with it", appsTakeAlong},
		{"repositories", repositories},
		{"collaborators", collaborators},
		{"organizations", organizations},
		{"teams", teams},
		{"lists of repositories", repositoryLists},
		{"folders on the move", folders},
		{"counts of requests", quotas},
		{"removed repositories", removedRepositories},
		{"refs", refs},
		{"intents", intents},
		{"deployments", deployments},
		{"deployments change", deploymentsChange},
		{"deployments are removed", deploymentsRemoved},
		{"deployments are filtered", deploymentFilters},
		{"deployments come in pages", deploymentPages},
		{"deployments are counted", deploymentCounts},
		{"deployments to retire", liveBefore},
		{"deployment statuses", deploymentStatuses},
		{"commit statuses", commitStatuses},
		{"check runs", checkRuns},
		{"check runs are filtered", checkRunFilters},
		{"annotations", annotations},
		{"check suites", checkSuites},
		{"environments", environments},
		{"environment rules", environmentRules},
		{"branch policies", branchPolicies},
		{"protection rules", protectionRules},
		{"team reviewers", teamReviewers},
		{"protected branches", protectedBranches},
		{"deployments within", deploymentWindows},
		{"deployment statuses within", statusWindows},
		{"commit statuses of several commits", commitStatusesOfEach},
		{"check runs of several commits", checksOfEach},
		{"environments within", environmentWindows},
		{"things by id alone", nodes},
		{"hooks", hooks},
		{"idempotency keys", idempotencyKeys},
		{"idempotency keys under race", idempotencyRace},
		{"events", events},
		{"events have positions without gaps", positions},
		{"old events are cut", oldEvents},
		{"bytes stay what they were", bytes},
		{"times stay what they were", times},
		{"text that is no text is refused", badText},
		{"ids rise and are never used again", ids},
		{"a failure keeps nothing", rollback},
		{"a swallowed failure keeps nothing", swallowed},
		{"a panic keeps nothing", panics},
		{"a view is a snapshot and cannot write", views},
		{"one scope is one after another", isolation},
		{"the server's scope excludes all", serverScope},
		{"callers that give up hurt nobody", givingUp},
		{"acknowledged is kept", acknowledged},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 891234000, time.UTC))
			test.run(&world{T: t, store: open(t, clock.Now), clock: clock, now: clock.Now()})
		})
	}
}

// world is one test's store with a clock, and short ways to put something into it.
type world struct {
	*testing.T
	store Store
	clock *testkit.Clock
	now   time.Time // what the clock says
}

// move moves the clock.
func (w *world) move(d time.Duration) { w.now = w.clock.Advance(d) }

// update runs fn in a transaction that must succeed.
func (w *world) update(scope int64, fn func(deploy.Tx) error) {
	w.Helper()
	if err := w.store.Update(w.Context(), scope, fn); err != nil {
		w.Fatal(err)
	}
}

// view runs fn in a snapshot that must succeed.
func (w *world) view(fn func(deploy.Tx) error) {
	w.Helper()
	if err := w.store.View(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// read gives what a method of Tx answers.
func read[V any](w *world, method func(deploy.Tx) (V, error)) (v V) {
	w.Helper()
	w.view(func(tx deploy.Tx) (err error) {
		v, err = method(tx)
		return err
	})
	return v
}

// kind is the kind of error that a transaction ends with.
func (w *world) kind(want slipway.Kind, fn func(deploy.Tx) error) {
	w.Helper()
	err := w.store.Update(w.Context(), 0, fn)
	if err == nil || slipway.KindOf(err) != want {
		w.Errorf("error %v of kind %d, want kind %d", err, slipway.KindOf(err), want)
	}
}

// same compares what was read with what was written.
func (w *world) same(what string, got, want any) {
	w.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// account puts a user into the store.
func (w *world) account(login string) slipway.Account {
	w.Helper()
	a := slipway.Account{
		Login: login, Type: slipway.User, Name: "The " + login, Email: login + "@example.com", CreatedAt: w.now, UpdatedAt: w.now,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertAccount(&a) })
	return a
}

// repository puts a repository and its owner into the store.
func (w *world) repository(name string) slipway.Repository {
	w.Helper()
	r := slipway.Repository{
		Owner: w.account("owner-of-" + name), Name: name, DefaultBranch: "main", CreatedAt: w.now, UpdatedAt: w.now,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertRepository(&r) })
	return r
}

// deployment is one that may be inserted; change may be nil.
func (w *world) deployment(r slipway.Repository, change func(*slipway.Deployment)) slipway.Deployment {
	d := slipway.Deployment{
		RepositoryID: r.ID, SHA: sha(1), Ref: "main", Task: "deploy", Environment: "production", OriginalEnvironment: "production",
		Creator: &r.Owner, CreatedAt: w.now, UpdatedAt: w.now,
	}
	if change != nil {
		change(&d)
	}
	return d
}

// deploy puts deployments into the store, in one transaction.
func (w *world) deploy(list ...*slipway.Deployment) {
	w.Helper()
	w.update(list[0].RepositoryID, func(tx deploy.Tx) error {
		for _, d := range list {
			if err := tx.InsertDeployment(d); err != nil {
				return err
			}
		}
		return nil
	})
}

// sha is the nth of a series of object names.
func sha(n int) slipway.SHA { return slipway.SHA(fmt.Sprintf("%08x%032x", n, n)) }

func all() deploy.Page { return deploy.Page{Number: 1, Size: 100} }
