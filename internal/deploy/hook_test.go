package deploy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/hook"
)

func hookRequest(url string, events ...string) slipway.HookRequest {
	return slipway.HookRequest{Config: map[string]string{"url": url, "content_type": "json"}, Events: events}
}

func (w *world) hook(url string, events ...string) slipway.Hook {
	w.t.Helper()
	h, _, err := w.CreateHook(w.ctx, w.admin, w.repo, hookRequest(url, events...))
	w.must(err)
	return h
}

func TestAHookIsPingedWhenItIsMade(t *testing.T) {
	w := newWorld(t)
	before := w.lastEvent()
	in := hookRequest("https://example.com/a", "push", "deployment")
	in.Config["secret"] = "s3cret-canary"
	h, _, err := w.CreateHook(w.ctx, w.admin, w.repo, in)
	w.must(err)
	if names := w.names(before); names != "hook/created ping" {
		t.Errorf("events: %s", names)
	}
	for _, e := range w.events(before) {
		if e.Subject.HookID != h.ID {
			t.Errorf("%+v", e)
		}
	}
	stored, err := w.Hook(w.ctx, w.repo, h.ID)
	w.must(err)
	if diff := cmp.Diff(h, stored); diff != "" || stored.Secret != "s3cret-canary" || stored.Config["insecure_ssl"] != "0" {
		t.Errorf("%+v %s", stored, diff)
	}
	if strings.Contains(w.dump(), "s3cret-canary") {
		t.Error("the secret is in the clear")
	}
	// One that sleeps is not pinged, but can be.
	off := false
	in = hookRequest("https://example.com/b")
	in.Active = &off
	before = w.lastEvent()
	h, _, err = w.CreateHook(w.ctx, w.admin, w.repo, in)
	w.must(err)
	w.must(w.PingHook(w.ctx, w.admin, w.repo, h.ID))
	if names := w.names(before); names != "hook/created ping" {
		t.Errorf("events: %s", names)
	}
}

func TestRefusedHooksChangeNothing(t *testing.T) {
	w := newWorld(t)
	w.hook("https://example.com/a", "push", "status")
	for i := range 19 {
		w.hook(fmt.Sprintf("https://example.com/%d", i), "status")
	}
	elsewhere := w.repository("acme", "other")
	for name, test := range map[string]struct {
		in      slipway.HookRequest
		message string
	}{
		"no url":       {slipway.HookRequest{}, "Config must contain URL for webhooks"},
		"a bad url":    {hookRequest("ftp://example.com"), "The URL you've entered is not valid. Please make sure that you encode all special characters first"},
		"private":      {hookRequest("http://localhost/x"), "url is not supported because it isn't reachable over the public Internet (localhost)"},
		"a duplicate":  {hookRequest("https://example.com/a", "push"), "Hook already exists on this repository"},
		"one too many": {hookRequest("https://example.com/new", "status"), `The "status" event cannot have more than 20 hooks`},
		"unknown":      {hookRequest("https://example.com/new", "coffee"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t)
			before := w.dump()
			_, _, err := w.CreateHook(w.ctx, w.admin, w.repo, test.in)
			e := w.refusal(err, slipway.Invalid, "Validation Failed")
			if e.Details[0].Message != test.message || e.Details[0].Resource != "Hook" {
				t.Errorf("%+v", e.Details)
			}
			if w.dump() != before {
				t.Error("something was left behind")
			}
		})
	}
	w.must(third(w.CreateHook(w.ctx, w.admin, elsewhere, hookRequest("https://example.com/a", "push"))))
	list, err := w.ListHooks(w.ctx, w.repo, deploy.Page{Number: 2, Size: 15})
	if err != nil || list.Total != 20 || len(list.Items) != 5 || list.Items[0].ID > list.Items[1].ID {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestEditingAHook(t *testing.T) {
	w := newWorld(t)
	h, other := w.hook("https://example.com/a", "push"), w.hook("https://example.com/b", "push")
	edit := func(in slipway.HookRequest) (slipway.Hook, error) {
		return w.UpdateHook(w.ctx, w.admin, w.repo, h.ID, in)
	}
	got, err := edit(slipway.HookRequest{AddEvents: []string{"deployment"}, RemoveEvents: []string{"push"}})
	w.must(err)
	if diff := cmp.Diff([]string{"deployment"}, got.Events); diff != "" {
		t.Error(diff)
	}
	_, err = edit(hookRequest("http://localhost"))
	w.refused(err, slipway.Invalid, "Validation Failed")
	_, err = edit(slipway.HookRequest{Config: map[string]string{"url": other.Config["url"], "content_type": "json"}, Events: []string{"push"}})
	if e := w.refusal(err, slipway.Invalid, "Validation Failed"); e.Details[0].Message != "Hook already exists on this repository" {
		t.Errorf("%+v", e)
	}
	elsewhere := w.repository("acme", "other")
	_, err = w.UpdateHook(w.ctx, w.admin, elsewhere, h.ID, slipway.HookRequest{})
	w.refused(err, slipway.NotFound, "Not Found")
	stored, err := w.Hook(w.ctx, w.repo, h.ID)
	w.must(err)
	if diff := cmp.Diff(got, stored); diff != "" {
		t.Error(diff)
	}
}

func TestTestingAHookSendsTheLastPush(t *testing.T) {
	w := newWorld(t)
	h, deaf := w.hook("https://example.com/a", "push"), w.hook("https://example.com/b", "status")
	before := w.lastEvent()
	w.must(w.TestHook(w.ctx, w.admin, w.repo, h.ID))
	w.must(w.TestHook(w.ctx, w.admin, w.repo, deaf.ID))
	log := w.events(before)
	if len(log) != 1 || log[0].Name != "test" || log[0].Subject.HookID != h.ID {
		t.Fatalf("%+v", log)
	}
	for _, e := range w.events(log[0].Subject.SameAs - 1) {
		if e.Name == "push" && e.ID == log[0].Subject.SameAs {
			before = 0
		}
	}
	if before != 0 {
		t.Errorf("%+v is not about a push", log[0])
	}
	// Where nothing was pushed there is nothing to send.
	empty := w.repository("acme", "empty")
	h, _, err := w.CreateHook(w.ctx, w.admin, empty, hookRequest("https://example.com/a", "push"))
	w.must(err)
	before = w.lastEvent()
	w.must(w.TestHook(w.ctx, w.admin, empty, h.ID))
	if w.lastEvent() != before {
		t.Error(w.names(before))
	}
}

func TestAnAttemptIsShownAndMadeAgain(t *testing.T) {
	w := newWorld(t)
	h := w.hook("https://example.com/a", "push")
	id := w.attempt(h)
	got, err := w.Delivery(w.ctx, w.repo, h.ID, id)
	if err != nil || got.GUID != "guid" || got.StatusCode != http.StatusInternalServerError || string(got.RequestBody) != "{}" {
		t.Errorf("%+v, %v", got, err)
	}
	list, err := w.ListDeliveries(w.ctx, w.repo, h.ID, 0, deploy.DeliveryFailure, 30)
	if err != nil || len(list) != 1 || list[0].ID != id {
		t.Errorf("%+v, %v", list, err)
	}
	list, err = w.ListDeliveries(w.ctx, w.repo, h.ID, 0, deploy.DeliverySuccess, 30)
	if err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	before, wakes := w.lastEvent(), w.wakes.Load()
	w.must(w.Redeliver(w.ctx, w.admin, w.repo, h.ID, id))
	if w.names(before) != "delivery/requested" || w.wakes.Load() == wakes {
		t.Error(w.names(before))
	}
	elsewhere := w.repository("acme", "other")
	_, err = w.Delivery(w.ctx, elsewhere, h.ID, id)
	w.refused(err, slipway.NotFound, "Not Found")
	w.refused(w.Redeliver(w.ctx, w.admin, elsewhere, h.ID, id), slipway.NotFound, "Not Found")
	other, _, err := w.CreateHook(w.ctx, w.admin, elsewhere, hookRequest("https://example.com/a"))
	w.must(err)
	_, err = w.Delivery(w.ctx, elsewhere, other.ID, id)
	w.refused(err, slipway.NotFound, "Not Found")
}

// attempt is one failed attempt to deliver a ping to a hook.
func (w *world) attempt(h slipway.Hook) int64 {
	w.t.Helper()
	batch, err := w.store.Unexpanded(w.ctx, 0, 100)
	w.must(err)
	w.must(w.store.Expand(w.ctx, hook.Expansion{To: batch.To, Deliveries: []hook.Delivery{{
		Position: batch.To, EventID: w.lastEvent(), HookID: h.ID, RepositoryID: w.repo.ID, Event: "ping", GUID: "guid", Body: []byte("{}"),
	}}}))
	jobs, err := w.store.Claim(w.ctx, hook.Room{Healthy: 1, Failing: 1}, time.Minute)
	w.must(err)
	failed := hook.Attempt{At: w.time.now(), StatusCode: http.StatusInternalServerError, Status: "Invalid HTTP Response: 500", Answered: true}
	_, err = w.store.Finish(w.ctx, jobs[0], failed, hook.Next{At: w.time.now().Add(time.Hour)}, time.Minute)
	w.must(err)
	list, err := w.ListDeliveries(w.ctx, w.repo, h.ID, 0, "", 1)
	w.must(err)
	return list[0].ID
}

func TestHooksOfOtherRepositoriesAreNotThere(t *testing.T) {
	w := newWorld(t)
	h := w.hook("https://example.com/a", "push")
	elsewhere := w.repository("acme", "other")
	before := w.dump()
	for name, err := range map[string]error{
		"get":        second(w.Hook(w.ctx, elsewhere, h.ID)),
		"delete":     w.DeleteHook(w.ctx, w.admin, elsewhere, h.ID),
		"ping":       w.PingHook(w.ctx, w.admin, elsewhere, h.ID),
		"test":       w.TestHook(w.ctx, w.admin, elsewhere, h.ID),
		"deliveries": second(w.ListDeliveries(w.ctx, elsewhere, h.ID, 0, "", 30)),
		"delivery":   second(w.Delivery(w.ctx, elsewhere, h.ID, 1)),
		"redeliver":  w.Redeliver(w.ctx, w.admin, elsewhere, h.ID, 1),
		"attempt":    w.Redeliver(w.ctx, w.admin, w.repo, h.ID, 1),
		"missing":    second(w.Delivery(w.ctx, w.repo, h.ID, 1)),
		"many":       second(w.RedeliverMany(w.ctx, w.admin, elsewhere, h.ID, slipway.RedeliverRequest{All: true})),
		"resume":     second(w.ResumeHook(w.ctx, w.admin, elsewhere, h.ID)),
		"health":     second(w.HookHealth(w.ctx, elsewhere, h.ID)),
		"rotate":     second(w.RotateSecret(w.ctx, w.admin, elsewhere, h.ID, "new")),
		"finish":     second(w.FinishRotation(w.ctx, w.admin, elsewhere, h.ID)),
	} {
		if e := w.refusal(err, slipway.NotFound, "Not Found"); e == nil {
			t.Error(name)
		}
	}
	if w.dump() != before {
		t.Error("something was changed")
	}
	if list, err := w.ListDeliveries(w.ctx, w.repo, h.ID, 0, "", 30); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	w.must(w.DeleteHook(w.ctx, w.admin, w.repo, h.ID))
	w.refused(w.DeleteHook(w.ctx, w.admin, w.repo, h.ID), slipway.NotFound, "Not Found")
}

// TestRotatedSecretsAreSealed: neither of two live secrets is in the database or in an event in the clear.
func TestRotatedSecretsAreSealed(t *testing.T) {
	w := newWorld(t)
	in := hookRequest("https://example.com/a", "push")
	in.Config["secret"] = "first-canary"
	h, _, err := w.CreateHook(w.ctx, w.admin, w.repo, in)
	w.must(err)
	before := w.lastEvent()
	for range 2 {
		rotating, err := w.RotateSecret(w.ctx, w.admin, w.repo, h.ID, "second-canary")
		w.must(err)
		if rotating.Rotation == nil || rotating.Rotation.Next != "second-canary" || rotating.Secret != "first-canary" {
			t.Errorf("%+v", rotating)
		}
	}
	if strings.Contains(w.dump(), "-canary") {
		t.Error("a secret is in the clear")
	}
	done, err := w.FinishRotation(w.ctx, w.admin, w.repo, h.ID)
	w.must(err)
	if stored, err := w.Hook(w.ctx, w.repo, h.ID); err != nil || stored.Secret != "second-canary" || stored.Rotation != nil || done.Secret != stored.Secret {
		t.Errorf("%+v, %v", stored, err)
	}
	if names := w.names(before); names != "hook/rotation_started hook/rotation_finished" {
		t.Errorf("events: %s", names)
	}
}

// TestAServiceIsMadeOnce: the same again is answered as it is, and leaves no event.
func TestAServiceIsMadeOnce(t *testing.T) {
	w := newWorld(t)
	in := slipway.HookRequest{Name: new("railsbp"), Config: map[string]string{"token": "t"}, Services: true}
	first, made, err := w.CreateHook(w.ctx, w.admin, w.repo, in)
	w.must(err)
	before := w.lastEvent()
	second, again, err := w.CreateHook(w.ctx, w.admin, w.repo, in)
	w.must(err)
	if !made || again || second.ID != first.ID || w.lastEvent() != before {
		t.Errorf("%+v, %v, then %+v, %v", first, made, second, again)
	}
}
