package deploy_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// moves are the pushes recorded after an event.
func (w *world) moves(after int64) (list []slipway.RefChange) {
	for _, e := range w.events(after) {
		if e.Name == "push" {
			list = append(list, *e.Subject.Push)
		}
	}
	return list
}

func TestEveryDifferenceIsOnePush(t *testing.T) {
	w := newWorld(t)
	gone := w.git.write(w.repo, "refs/heads/gone", w.main)
	w.git.point(w.repo, "refs/tags/v1", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	before := w.lastEvent()

	ahead := w.git.write(w.repo, "refs/heads/main", w.main)
	w.git.point(w.repo, "refs/heads/gone", slipway.ZeroSHA)
	made := w.git.write(w.repo, "refs/heads/made")
	w.git.point(w.repo, "refs/tags/v1", ahead)
	w.git.point(w.repo, "refs/heads/copy", w.main) // where main was until now
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	want := []slipway.RefChange{
		{Name: "refs/heads/copy", Old: slipway.ZeroSHA, New: w.main, Known: true},
		{Name: "refs/heads/gone", Old: gone, New: slipway.ZeroSHA},
		{Name: "refs/heads/made", Old: slipway.ZeroSHA, New: made},
		{Name: "refs/heads/main", Old: w.main, New: ahead},
		{Name: "refs/tags/v1", Old: w.main, New: ahead, Forced: true},
	}
	if diff := cmp.Diff(want, w.moves(before)); diff != "" {
		t.Error(diff)
	}
	for _, e := range w.events(before) {
		if e.Actor != 1 {
			t.Errorf("a move nobody announced is the server's: %+v", e)
		}
	}
	before = w.lastEvent()
	back := w.git.write(w.repo, "refs/heads/main", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	if diff := cmp.Diff([]slipway.RefChange{{Name: "refs/heads/main", Old: ahead, New: back, Forced: true}}, w.moves(before)); diff != "" {
		t.Error(diff)
	}
	dump := w.dump()
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	if w.dump() != dump {
		t.Error("the same refs once more changed something")
	}
}

func TestTheFirstPushNamesTheDefaultBranch(t *testing.T) {
	for name, test := range map[string]struct {
		pushed []string
		want   string
	}{
		"as configured": {[]string{"refs/heads/a", "refs/heads/trunk", "refs/heads/main"}, "trunk"},
		"main":          {[]string{"refs/heads/a", "refs/heads/main", "refs/heads/master"}, "main"},
		"master":        {[]string{"refs/heads/a", "refs/heads/master"}, "master"},
		"by name":       {[]string{"refs/heads/z", "refs/heads/b", "refs/tags/a"}, "b"},
		"only tags":     {[]string{"refs/tags/a"}, "trunk"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r, err := w.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Name: "app", DefaultBranch: "trunk"})
			w.must(err)
			for _, ref := range test.pushed {
				w.git.write(r, ref)
			}
			w.must(w.SyncRefs(w.ctx, r.ID))
			found, err := w.FindRepositoryByID(w.ctx, w.admin, r.ID)
			w.must(err)
			if got := found.Repository.DefaultBranch; got != test.want || w.git.repos[r.FullName()].head != test.want {
				t.Errorf("%s, HEAD %s, want %s", got, w.git.repos[r.FullName()].head, test.want)
			}
			w.git.write(r, "refs/heads/main")
			w.must(w.SyncRefs(w.ctx, r.ID))
			found, err = w.FindRepositoryByID(w.ctx, w.admin, r.ID)
			w.must(err)
			if name != "only tags" && found.Repository.DefaultBranch != test.want {
				t.Errorf("a later push changed it to %s", found.Repository.DefaultBranch)
			}
			w.git.point(r, "refs/heads/"+found.Repository.DefaultBranch, slipway.ZeroSHA)
			w.must(w.SyncRefs(w.ctx, r.ID))
			later, err := w.FindRepositoryByID(w.ctx, w.admin, r.ID)
			w.must(err)
			if later.Repository.DefaultBranch != found.Repository.DefaultBranch {
				t.Errorf("its removal changed it to %s", later.Repository.DefaultBranch)
			}
		})
	}
}

func TestAPushIsItsPushersEvenBesideOthers(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.actor("ann", "repo"), w.actor("bob", "repo")
	anns, err := w.BeginPush(w.ctx, ann, w.repo)
	w.must(err)
	bobs, err := w.BeginPush(w.ctx, bob, w.repo)
	w.must(err)
	before := w.lastEvent()
	w.git.write(w.repo, "refs/heads/bob", w.main)
	w.must(w.EndPush(w.ctx, w.repo.ID, bobs))
	w.git.write(w.repo, "refs/heads/ann", w.main)
	w.must(w.EndPush(w.ctx, w.repo.ID, anns))
	log := w.events(before)
	if len(log) != 2 || log[0].Actor != bob.Account.ID || log[1].Actor != ann.Account.ID {
		t.Errorf("%+v", log)
	}
	w.noIntents()
	// A push that moved nothing leaves nothing.
	before = w.lastEvent()
	idle, err := w.BeginPush(w.ctx, ann, w.repo)
	w.must(err)
	w.must(w.EndPush(w.ctx, w.repo.ID, idle))
	w.noIntents()
	if w.names(before) != "" {
		t.Error(w.names(before))
	}
}

func TestAPushUnderWayKeepsItsIntent(t *testing.T) {
	w := newWorld(t)
	intent, err := w.BeginPush(w.ctx, w.actor("ann", "repo"), w.repo)
	w.must(err)
	w.git.write(w.repo, "refs/heads/x", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID)) // the hourly one
	var n int
	w.must(w.raw.QueryRow("SELECT count(*) FROM intents").Scan(&n))
	if n != 1 {
		t.Fatal("somebody else's reconciliation cleared it")
	}
	w.must(w.EndPush(w.ctx, w.repo.ID, intent))
	w.noIntents()
}

func TestAKilledPushIsRecordedAtTheNextStart(t *testing.T) {
	w := newWorld(t)
	ann := w.actor("ann", "repo")
	damaged := w.repository("acme", "damaged")
	w.must(second(w.BeginPush(w.ctx, ann, w.repo)))
	w.must(second(w.BeginPush(w.ctx, ann, damaged)))
	w.git.write(w.repo, "refs/heads/x", w.main)
	delete(w.git.repos, damaged.FullName())
	before := w.lastEvent()

	next := w.decisions()
	w.must(next.RecoverIntents(w.ctx))
	log := w.events(before)
	if len(log) != 1 || log[0].Name != "push" || log[0].Actor != ann.Account.ID {
		t.Errorf("%+v", log)
	}
	if diff := cmp.Diff([]string{"acme/web", "acme/damaged"}, w.git.healed); diff != "" && len(w.git.healed) != 2 {
		t.Error(diff)
	}
	// The damaged one is tried again by the housekeeping, until it is there.
	tries := 0
	w.git.before = func(what string, _ *slipway.Repository) error {
		tries++
		return nil
	}
	for range 1000 { // not every time: it will not mend itself
		deploy.Settle(next, w.ctx)
		w.time.add(5 * time.Second)
	}
	if diff := cmp.Diff([]int64{damaged.ID}, next.Owed()); diff != "" || tries < 5 || tries > 20 {
		t.Errorf("%d tries %s", tries, diff)
	}
	w.must(w.git.Init(w.ctx, &damaged))
	w.must(next.SyncRefs(w.ctx, damaged.ID))
	if len(next.Owed()) != 0 {
		t.Errorf("%v", next.Owed())
	}
	w.noIntents()
	// That it was damaged once is forgotten: the next time it is tried again at once.
	delete(w.git.repos, damaged.FullName())
	if err := next.SyncRefs(w.ctx, damaged.ID); err == nil {
		t.Error("no error")
	}
	w.must(w.git.Init(w.ctx, &damaged))
	deploy.Settle(next, w.ctx)
	if len(next.Owed()) != 0 {
		t.Errorf("%v", next.Owed())
	}
}

func TestAPushThatCannotBeRecordedIsRecordedLater(t *testing.T) {
	w := newWorld(t)
	intent, err := w.BeginPush(w.ctx, w.admin, w.repo)
	w.must(err)
	w.git.write(w.repo, "refs/heads/x", w.main)
	before := w.lastEvent()
	w.faults.Arm(1)
	if err := w.EndPush(w.ctx, w.repo.ID, intent); err == nil {
		t.Fatal("no error")
	}
	w.faults.Disarm()
	deploy.Settle(w.Decisions, w.ctx)
	if log := w.events(before); len(log) != 1 || log[0].Actor != w.admin.Account.ID {
		t.Errorf("%+v", log)
	}
	w.noIntents()
}

func TestManyRefsAreRecordedInBatches(t *testing.T) {
	w := newWorld(t)
	n := 2*deploy.RefsAtOnce + 7
	intent, err := w.BeginPush(w.ctx, w.admin, w.repo)
	w.must(err)
	for i := range n {
		w.git.point(w.repo, fmt.Sprintf("refs/heads/b%05d", i), w.main)
	}
	before := w.lastEvent()
	w.must(w.EndPush(w.ctx, w.repo.ID, intent))
	log := w.events(before)
	if len(log) != n {
		t.Fatalf("%d events, want %d", len(log), n)
	}
	for i, e := range log {
		if e.Subject.Push.Name != fmt.Sprintf("refs/heads/b%05d", i) || e.Actor != w.admin.Account.ID {
			t.Fatalf("%d: %+v", i, e)
		}
	}
	w.noIntents()
}

// What another node recorded between our look at the table and our transaction must not be undone or recorded twice.
func TestTwoNodesDoNotRecordAMoveTwice(t *testing.T) {
	w := newWorld(t)
	other := w.decisions()
	w.git.write(w.repo, "refs/heads/x", w.main)
	before := w.lastEvent()
	done := false
	w.git.before = func(what string, _ *slipway.Repository) error {
		if what == "behind" || what != "refs" || done {
			return nil
		}
		done = true
		w.git.write(w.repo, "refs/heads/y", w.main)
		return other.SyncRefs(w.ctx, w.repo.ID) // sees both while we are still looking
	}
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	if got := w.moves(before); len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestConcurrentPushesLoseNoEvent(t *testing.T) {
	w := newWorld(t)
	before := w.lastEvent()
	var group sync.WaitGroup
	errs := make([]error, 24)
	for i := range errs {
		group.Go(func() {
			intent, err := w.BeginPush(w.ctx, w.admin, w.repo)
			if err == nil {
				w.git.write(w.repo, fmt.Sprintf("refs/heads/%d", i), w.main)
				err = w.EndPush(w.ctx, w.repo.ID, intent)
			}
			errs[i] = err
		})
	}
	group.Wait()
	w.must(errors.Join(errs...))
	seen := map[string]int{}
	for _, m := range w.moves(before) {
		seen[m.Name]++
	}
	for i := range errs {
		if n := seen[fmt.Sprintf("refs/heads/%d", i)]; n != 1 {
			t.Errorf("branch %d: %d events", i, n)
		}
	}
	w.noIntents()
}

func TestOneDamagedRepositoryStandsInNobodysWay(t *testing.T) {
	w := newWorld(t)
	last := w.repository("acme", "last")
	w.git.write(last, "refs/heads/main")
	delete(w.git.repos, w.repo.FullName())
	before := w.lastEvent()
	w.must(w.SyncAll(w.ctx))
	if w.names(before) != "push" {
		t.Error(w.names(before))
	}
}

func TestMergingBranches(t *testing.T) {
	w := newWorld(t)
	head := w.git.write(w.repo, "refs/heads/topic", w.main)
	clash := w.git.write(w.repo, "refs/heads/clash", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	merge := func(base, head string, message *string) (*slipway.Commit, error) {
		return w.MergeBranches(w.ctx, w.admin, w.repo, base, head, message)
	}
	before := w.lastEvent()
	commit, err := merge("main", "topic", nil)
	w.must(err)
	if diff := cmp.Diff([]slipway.SHA{w.main, head}, commit.Parents); diff != "" || commit.Message != "Merge topic into main" {
		t.Errorf("%+v %s", commit, diff)
	}
	if log := w.events(before); len(log) != 1 || log[0].Actor != w.admin.Account.ID || log[0].Subject.Push.New != commit.SHA {
		t.Errorf("%+v", log)
	}
	if again, err := merge("main", string(head), nil); again != nil || err != nil {
		t.Errorf("%+v, %v, want nothing to do", again, err)
	}
	w.git.clash(w.repo, commit.SHA, clash, "a", "b")
	_, err = merge("main", "clash", nil)
	if e := w.refusal(err, slipway.Conflict, "Merge conflict"); len(e.Conflicts) != 2 {
		t.Errorf("%+v", e)
	}
	_, err = merge("nope", "topic", nil)
	w.refused(err, slipway.NotFound, "Base does not exist")
	_, err = merge(string(w.main), "topic", nil) // not a branch
	w.refused(err, slipway.NotFound, "Base does not exist")
	_, err = merge("main", "nope", nil)
	w.refused(err, slipway.NotFound, "Head does not exist")
	_, err = merge("", "topic", nil)
	w.refused(err, slipway.Invalid, "Invalid request.\n\n\"base\" wasn't supplied.")
	_, err = merge("main", "", nil)
	w.refused(err, slipway.Invalid, "Invalid request.\n\n\"head\" wasn't supplied.")
	bad := "a\x00b"
	_, err = merge("main", "topic", &bad)
	if slipway.KindOf(err) != slipway.Invalid {
		t.Error(err)
	}
	w.noIntents()
}

func TestAMergeWhoseOutcomeNobodyKnowsIsRecordedIfItHappened(t *testing.T) {
	w := newWorld(t)
	head := w.git.write(w.repo, "refs/heads/topic", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	before := w.lastEvent()
	w.git.before = func(what string, _ *slipway.Repository) error {
		if what != "merge" {
			return nil
		}
		w.git.write(w.repo, "refs/heads/main", w.main, head) // the ref moved, then git died
		return slipway.Because(slipway.Unavailable, "git: update-ref", errors.New("signal: killed"))
	}
	_, err := w.MergeBranches(w.ctx, w.admin, w.repo, "main", "topic", nil)
	if slipway.KindOf(err) != slipway.Unavailable {
		t.Fatal(err)
	}
	w.git.before = nil
	deploy.Settle(w.Decisions, w.ctx)
	if log := w.events(before); len(log) != 1 || log[0].Actor != w.admin.Account.ID {
		t.Errorf("%+v", log)
	}
	w.noIntents()
}

func TestWhatIsOldIsRemoved(t *testing.T) {
	w := newWorld(t)
	key := deploy.IdempotencyKey{Key: "k", Hash: []byte("h")}
	first, err := w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key)
	w.must(err)
	w.time.add(6 * 24 * time.Hour)
	w.must(w.RemoveOld(w.ctx))
	if again, err := w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key); err != nil || again.Deployment.ID != first.Deployment.ID {
		t.Errorf("%+v, %v", again, err)
	}
	w.time.add(2 * 24 * time.Hour)
	w.must(w.RemoveOld(w.ctx))
	if again, err := w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key); err != nil || again.Replayed {
		t.Errorf("%+v, %v", again, err)
	}
}
