package deploy_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestTheHousekeepingDoesWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		d := w.Decisions
		secret, _, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann"})
		w.must(err)
		key := deploy.IdempotencyKey{Key: "k", Hash: []byte("h")}
		w.must(second(w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key)))
		ctx, end := context.WithCancel(w.ctx)
		ended := make(chan error)
		go func() { ended <- d.RunHousekeeping(ctx) }()
		pass := func(by time.Duration) { time.Sleep(by); synctest.Wait() }

		// Within seconds: a push that could not be recorded.
		intent, err := d.BeginPush(w.ctx, w.admin, w.repo)
		w.must(err)
		w.git.write(w.repo, "refs/heads/pushed", w.main)
		w.faults.Arm(1)
		if err := d.EndPush(w.ctx, w.repo.ID, intent); err == nil {
			t.Error("no error")
		}
		w.faults.Disarm()
		before := w.lastEvent()
		pass(6 * time.Second)
		if w.names(before) != "push" || len(d.Owed()) != 0 {
			t.Errorf("%s, %v", w.names(before), d.Owed())
		}

		// Within a minute: when a token was used.
		w.must(second(d.Authenticate(w.ctx, secret)))
		pass(time.Minute)
		tokens, err := w.ListTokens(w.ctx, "ann")
		if err != nil || tokens[0].LastUsedAt == nil {
			t.Errorf("%+v, %v", tokens, err)
		}

		// Within an hour: what people did to the folder, and what is too old.
		w.git.write(w.repo, "refs/heads/by-hand", w.main)
		w.time.add(8 * 24 * time.Hour)
		before = w.lastEvent()
		pass(time.Hour)
		if w.names(before) != "push" {
			t.Error(w.names(before))
		}
		again, err := d.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key)
		if err != nil || again.Replayed {
			t.Errorf("%+v, %v", again, err)
		}
		w.must(second(d.Authenticate(w.ctx, secret))) // and at the end, what the last minute has seen
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		tokens, err = w.ListTokens(w.ctx, "ann")
		if err != nil || !tokens[0].LastUsedAt.Equal(w.time.now()) {
			t.Errorf("%+v, %v", tokens, err)
		}
	})
}

// What git cannot read any more is not "not found": nobody asked for something that is not there.
func TestARepositoryThatLacksObjectsIsDamaged(t *testing.T) {
	w := newWorld(t)
	w.git.write(w.repo, "refs/heads/topic", w.main)
	w.git.write(w.repo, "refs/heads/main", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	for _, lost := range []string{"behind", "merge", "commit"} {
		w.git.before = func(what string, _ *slipway.Repository) error {
			if what == lost {
				return absent
			}
			return nil
		}
		in := request("topic")
		in.AutoMerge = true
		for name, err := range map[string]error{
			"create": second(w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})),
			"merge":  second(w.MergeBranches(w.ctx, w.admin, w.repo, "topic", "main", nil)),
		} {
			if lost != "commit" && slipway.KindOf(err) != slipway.Unavailable {
				t.Errorf("%s without %s: %v", name, lost, err)
			}
		}
	}
	_, _, err := w.Branch(w.ctx, w.repo, "main")
	if slipway.KindOf(err) != slipway.Unavailable {
		t.Error(err)
	}
}

func TestWhatIsAbsentIsSaidBeforeWhatIsForbidden(t *testing.T) {
	w := newWorld(t)
	d := w.deploy("main", "qa")
	archived := w.repo
	archived.Archived = true
	for _, id := range []int64{999, d.ID} {
		want := slipway.Forbidden
		if id == 999 {
			want = slipway.NotFound
		}
		_, _, err := w.CreateDeploymentStatus(w.ctx, w.admin, archived, id, slipway.StatusRequest{State: "success", Era: slipway.E11})
		for name, err := range map[string]error{"status": err, "delete": w.DeleteDeployment(w.ctx, w.admin, archived, id)} {
			if slipway.KindOf(err) != want {
				t.Errorf("%s of %d: %v, want %v", name, id, err, want)
			}
		}
	}
	for name, want := range map[string]slipway.Kind{"qa": slipway.Forbidden, "nope": slipway.NotFound} {
		if err := w.DeleteEnvironment(w.ctx, w.admin, archived, name); slipway.KindOf(err) != want {
			t.Errorf("environment %s: %v, want %v", name, err, want)
		}
	}
}
