package deploy_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestARepeatedRequestIsAnsweredAsBefore(t *testing.T) {
	w := newWorld(t)
	key := deploy.IdempotencyKey{Key: "ci-42", Hash: []byte("hash of POST /repos/acme/web/deployments")}
	in := request("main")
	in.Payload, in.Environment = []byte(`{"n":1.50}`), "qa"
	first, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, key)
	w.must(err)
	// Whatever became of it, and of the ref, since.
	w.report(first.Deployment.ID, "success")
	w.git.point(w.repo, "refs/heads/main", slipway.ZeroSHA)
	before := w.dump()
	again, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, key)
	w.must(err)
	account := cmpopts.IgnoreFields(slipway.Account{}, "CreatedAt", "UpdatedAt")
	if diff := cmp.Diff(first.Deployment, again.Deployment, account); diff != "" || !again.Replayed {
		t.Errorf("replayed %v:\n%s", again.Replayed, diff)
	}
	if w.dump() != before {
		t.Error("a replay changed something")
	}
	w.must(w.DeleteDeployment(w.ctx, w.admin, w.repo, first.Deployment.ID))
	again, err = w.CreateDeployment(w.ctx, w.admin, w.repo, in, key)
	if err != nil || again.Deployment.ID != first.Deployment.ID || again.Deployment.State != "" {
		t.Errorf("after it was deleted: %+v, %v", again, err)
	}
}

func TestAKeyIsForOneRequestOfOneAccount(t *testing.T) {
	w := newWorld(t)
	other := w.repository("acme", "other")
	w.git.write(other, "refs/heads/main")
	key := deploy.IdempotencyKey{Key: "k", Hash: []byte("one")}
	first, err := w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key)
	w.must(err)
	before := w.dump()
	key.Hash = []byte("two")
	for _, r := range []slipway.Repository{w.repo, other} {
		_, err = w.CreateDeployment(w.ctx, w.admin, r, request("main"), key)
		w.refused(err, slipway.Invalid, "This Idempotency-Key was used for another request.")
	}
	if w.dump() != before {
		t.Error("something was changed")
	}
	// Another token of the account shares its keys, another account has its own.
	sibling := w.admin
	sibling.Token.ID = 99
	key.Hash = []byte("one")
	again, err := w.CreateDeployment(w.ctx, sibling, w.repo, request("main"), key)
	if err != nil || !again.Replayed {
		t.Errorf("%+v, %v", again, err)
	}
	ann := w.actor("ann", "repo")
	anns, err := w.CreateDeployment(w.ctx, ann, w.repo, request("main"), key)
	if err != nil || anns.Replayed || anns.Deployment.ID == first.Deployment.ID {
		t.Errorf("%+v, %v", anns, err)
	}
}

func TestARefusalIsNotRemembered(t *testing.T) {
	w := newWorld(t)
	w.status(w.main, "ci", "pending")
	in := request("main")
	in.RequiredContexts = nil
	key := deploy.IdempotencyKey{Key: "k", Hash: []byte("h")}
	_, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, key)
	w.refused(err, slipway.Conflict, "Conflict: Commit status checks failed for main.")
	w.status(w.main, "ci", "success")
	out, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, key)
	if err != nil || out.Replayed || out.Deployment.ID == 0 {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestBadKeys(t *testing.T) {
	w := newWorld(t)
	long := make([]byte, 256)
	for i := range long {
		long[i] = 'x'
	}
	for _, key := range []string{"a b", "é", "a\x7f", string(long)} {
		_, err := w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), deploy.IdempotencyKey{Key: key})
		w.refused(err, slipway.Malformed, "Idempotency-Key must be 1 to 255 visible ASCII characters")
	}
	if err := deploy.CheckIdempotencyKey(""); slipway.KindOf(err) != slipway.Malformed {
		t.Error(err)
	}
	w.must(deploy.CheckIdempotencyKey(string(long[:255])))
}

func TestRacingRequestsMakeOneDeployment(t *testing.T) {
	w := newWorld(t)
	nodes := []*deploy.Decisions{w.Decisions, w.decisions()}
	for round := range 5 {
		key := deploy.IdempotencyKey{Key: string(rune('a' + round)), Hash: []byte("h")}
		before := w.lastEvent()
		ids := make([]int64, 16)
		errs := make([]error, len(ids))
		var group sync.WaitGroup
		for i := range ids {
			group.Go(func() {
				out, err := nodes[i%2].CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key)
				ids[i], errs[i] = out.Deployment.ID, err
			})
		}
		group.Wait()
		for i, id := range ids {
			w.must(errs[i])
			if id != ids[0] {
				t.Errorf("deployments %d and %d", id, ids[0])
			}
		}
		made := 0
		for _, e := range w.events(before) {
			if e.Name == "deployment/created" {
				made++
			}
		}
		if made != 1 {
			t.Errorf("%d deployments were made", made)
		}
	}
}

func TestARequestDoesNotWaitForEverForAnotherWithItsKey(t *testing.T) {
	w := newWorld(t)
	w.SetPatience(10 * time.Millisecond)
	key := deploy.IdempotencyKey{Key: "k", Hash: []byte("h")}
	resolving, finish := make(chan struct{}), make(chan struct{})
	w.git.before = func(what string, _ *slipway.Repository) error {
		if what == "resolve main" {
			close(resolving)
			<-finish
		}
		return nil
	}
	done := make(chan error)
	go func() { done <- second(w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key)) }()
	<-resolving
	_, err := w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), key)
	if e := w.refusal(err, slipway.Conflict, "A request with this Idempotency-Key is still being processed."); e.RetryAfter <= 0 {
		t.Errorf("%+v", e)
	}
	// Whose client went away hears nothing of that.
	gone, cancel := context.WithCancel(w.ctx)
	cancel()
	_, err = w.CreateDeployment(gone, w.admin, w.repo, request("main"), key)
	if slipway.KindOf(err) != slipway.Unavailable {
		t.Error(err)
	}
	close(finish)
	w.must(<-done)
}
