package deploy_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// TestMovesOfRefsAreTold: each move of a ref over the API is one push event of whoever made it, whatever it was.
func TestMovesOfRefsAreTold(t *testing.T) {
	w := newWorld(t)
	ahead := w.git.write(w.repo, "", w.main)
	before := w.lastEvent()
	bob := w.actor("bob", "repo")
	_, err := w.CreateRef(w.ctx, bob, w.repo, "refs/heads/x", string(w.main))
	w.must(err)
	_, err = w.UpdateRef(w.ctx, bob, w.repo, "heads/x", string(ahead), false, slipway.E11)
	w.must(err)
	_, err = w.UpdateRef(w.ctx, bob, w.repo, "heads/x", string(ahead), false, slipway.E11)
	w.must(err)
	_, err = w.UpdateRef(w.ctx, bob, w.repo, "heads/x", string(w.main), false, slipway.E11)
	w.refused(err, slipway.Invalid, "Update is not a fast forward")
	_, err = w.UpdateRef(w.ctx, bob, w.repo, "heads/x", string(w.main), true, slipway.E11)
	w.must(err)
	w.must(w.DeleteRef(w.ctx, bob, w.repo, "heads/x", slipway.E11))
	w.refused(w.DeleteRef(w.ctx, bob, w.repo, "heads/x", slipway.E11), slipway.Invalid, "Reference does not exist")
	want := []slipway.RefChange{
		{Name: "refs/heads/x", Old: slipway.ZeroSHA, New: w.main, Known: true},
		{Name: "refs/heads/x", Old: w.main, New: ahead},
		{Name: "refs/heads/x", Old: ahead, New: w.main, Forced: true},
		{Name: "refs/heads/x", Old: w.main, New: slipway.ZeroSHA},
	}
	if diff := cmp.Diff(want, w.moves(before)); diff != "" {
		t.Error(diff)
	}
	for _, e := range w.events(before) {
		if e.Name == "push" && e.Actor != bob.Account.ID {
			t.Errorf("%+v", e)
		}
	}
	w.noIntents()
}

// TestAMoveLosesNoPush: a ref that moves under an update is weighed anew (promise P10).
func TestAMoveLosesNoPush(t *testing.T) {
	w := newWorld(t)
	ahead := w.git.write(w.repo, "", w.main)
	w.git.point(w.repo, "refs/heads/x", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	var once sync.Once
	w.git.before = func(what string, _ *slipway.Repository) error {
		if what == "move refs/heads/x" {
			once.Do(func() { w.git.write(w.repo, "refs/heads/x", w.main) }) // somebody pushes
		}
		return nil
	}
	_, err := w.UpdateRef(w.ctx, w.admin, w.repo, "heads/x", string(ahead), false, slipway.E11)
	w.refused(err, slipway.Invalid, "Update is not a fast forward")
	w.git.before = nil
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	w.noIntents()
}

// TestAMoveWhoseOutcomeNobodyKnowsIsToldIfItHappened: git died, before or after it had done its work.
func TestAMoveWhoseOutcomeNobodyKnowsIsToldIfItHappened(t *testing.T) {
	for _, happened := range []bool{false, true} {
		w := newWorld(t)
		before := w.lastEvent()
		w.git.before = func(what string, _ *slipway.Repository) error {
			if what != "move refs/heads/x" {
				return nil
			}
			if happened {
				w.git.point(w.repo, "refs/heads/x", w.main)
			}
			return slipway.Because(slipway.Unavailable, "git: update-ref", errors.New("signal: killed"))
		}
		_, err := w.CreateRef(w.ctx, w.admin, w.repo, "refs/heads/x", string(w.main))
		if slipway.KindOf(err) != slipway.Unavailable {
			t.Fatal(err)
		}
		w.git.before = nil
		deploy.Settle(w.Decisions, w.ctx)
		log := w.events(before)
		if told := len(log) == 1; told != happened || told && log[0].Actor != w.admin.Account.ID {
			t.Errorf("%v: %+v", happened, log)
		}
		w.noIntents()
	}
}

// TestAMoveThatFailsAnywhereIsToldOnce fails at every statement in turn: the ref has moved or it has not, and that is told.
func TestAMoveThatFailsAnywhereIsToldOnce(t *testing.T) {
	w := newWorld(t)
	for n := 1; ; n++ {
		before := w.lastEvent()
		w.faults.Arm(n)
		_, err := w.CreateRef(w.ctx, w.admin, w.repo, "refs/heads/x", string(w.main))
		failed := w.faults.Disarm()
		if failed && err != nil {
			w.discreet(err)
		}
		if !failed && err != nil {
			t.Fatal(err)
		}
		if n%2 == 1 {
			deploy.Settle(w.Decisions, w.ctx)
		}
		w.must(w.decisions().RecoverIntents(w.ctx))
		made, moves := w.git.at(w.repo, "refs/heads/x") != "", w.moves(before)
		if made != (len(moves) == 1) || !made && err == nil {
			t.Errorf("statement %d: made %v, told %+v, answered %v", n, made, moves, err)
		}
		if made {
			w.must(w.DeleteRef(w.ctx, w.admin, w.repo, "heads/x", slipway.E11))
		}
		if !failed {
			if n < 8 {
				t.Errorf("only %d statements", n)
			}
			return
		}
	}
}

func TestArchivedRefsStay(t *testing.T) {
	w := newWorld(t)
	w.repo.Archived = true
	_, err := w.CreateRef(w.ctx, w.admin, w.repo, "refs/heads/x", string(w.main))
	w.refused(err, slipway.Forbidden, "Repository was archived so is read-only.")
	_, err = w.UpdateRef(w.ctx, w.admin, w.repo, "heads/main", string(w.main), false, slipway.E11)
	w.refused(err, slipway.Forbidden, "Repository was archived so is read-only.")
	w.refused(w.DeleteRef(w.ctx, w.admin, w.repo, "heads/main", slipway.E11), slipway.Forbidden, "Repository was archived so is read-only.")
}
