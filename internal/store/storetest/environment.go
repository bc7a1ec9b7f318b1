package storetest

import (
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func environments(w *world) {
	r, other := w.repository("r"), w.repository("other")
	ensure := func(repository slipway.Repository, name string) (e slipway.Environment, made bool) {
		w.update(repository.ID, func(tx deploy.Tx) (err error) {
			e, made, err = tx.EnsureEnvironment(repository.ID, name)
			return err
		})
		return e, made
	}
	first, made := ensure(r, "Straße/EU")
	if !made || first.ID == 0 || first.Name != "Straße/EU" || !first.CreatedAt.Equal(w.now) {
		w.Errorf("made %t: %+v", made, first)
	}
	again, made := ensure(r, "STRAßE/eu")
	if made {
		w.Error("made twice")
	}
	w.same("again", again, first)
	second, _ := ensure(r, "qa")
	elsewhere, _ := ensure(other, "qa")
	if elsewhere.ID == second.ID {
		w.Error("two repositories share an environment")
	}
	w.same("by name", read(w, func(tx deploy.Tx) (slipway.Environment, error) { return tx.Environment(r.ID, "QA") }), second)
	list := func(p deploy.Page) []slipway.Environment {
		return read(w, func(tx deploy.Tx) ([]slipway.Environment, error) { return tx.ListEnvironments(r.ID, p) })
	}
	count := func(tx deploy.Tx) (int, error) { return tx.CountEnvironments(r.ID) }
	w.same("newest first", list(all()), []slipway.Environment{second, first})
	w.same("second page", list(deploy.Page{Number: 2, Size: 1}), []slipway.Environment{first})
	w.same("count", read(w, count), 2)

	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Environment(r.ID, "none"); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveEnvironment(other.ID, first.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error {
		return tx.SetEnvironment(&slipway.Environment{ID: first.ID, RepositoryID: other.ID})
	})
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveEnvironment(r.ID, first.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveEnvironment(r.ID, first.ID) })
	w.same("one removed", list(all()), []slipway.Environment{second})
	w.same("count", read(w, count), 1)
}

func environmentRules(w *world) {
	r := w.repository("r")
	var e slipway.Environment
	w.update(r.ID, func(tx deploy.Tx) (err error) {
		e, _, err = tx.EnsureEnvironment(r.ID, "production")
		return err
	})
	set := func() slipway.Environment {
		w.Helper()
		w.update(r.ID, func(tx deploy.Tx) error { return tx.SetEnvironment(&e) })
		got := read(w, func(tx deploy.Tx) (slipway.Environment, error) { return tx.Environment(r.ID, "production") })
		w.same("read back", got, e)
		return got
	}
	e.CanAdminsBypass, e.UpdatedAt = false, w.now.Add(time.Hour)
	set()
	e.WaitTimer = &slipway.WaitTimer{Minutes: 30}
	e.RequiredReviewers = &slipway.RequiredReviewers{PreventSelfReview: true, Reviewers: []slipway.Reviewer{
		{Type: "User", ID: r.Owner.ID, Account: &r.Owner}, {Type: "Team", ID: r.Owner.ID}, {Type: "User", ID: 4711},
	}}
	e.BranchPolicy = &slipway.BranchPolicy{ProtectedBranches: true}
	first := set()
	ids := map[int64]bool{first.WaitTimer.RuleID: true, first.RequiredReviewers.RuleID: true, first.BranchPolicy.RuleID: true}
	if len(ids) != 3 || ids[0] {
		w.Fatalf("ids %v", ids)
	}

	// The same again, and as a client that knows no ids would say it: nothing changes.
	e.WaitTimer = &slipway.WaitTimer{Minutes: 30}
	w.same("unchanged", set(), first)

	// One rule says something else: a new rule.
	e.WaitTimer = &slipway.WaitTimer{RuleID: first.WaitTimer.RuleID, Minutes: 31}
	second := set()
	if ids[second.WaitTimer.RuleID] || second.RequiredReviewers.RuleID != first.RequiredReviewers.RuleID {
		w.Errorf("wait timer %d after %d", second.WaitTimer.RuleID, first.WaitTimer.RuleID)
	}
	e.RequiredReviewers, e.BranchPolicy = nil, nil
	set()
	w.same("in lists", read(w, func(tx deploy.Tx) ([]slipway.Environment, error) {
		_, _, err := tx.EnsureEnvironment(r.ID, "production")
		if err != nil {
			return nil, err
		}
		return tx.ListEnvironments(r.ID, all())
	}), []slipway.Environment{e})
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveEnvironment(r.ID, e.ID) })
}
