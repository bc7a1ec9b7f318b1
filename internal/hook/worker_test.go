package hook_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// taken lists the refs of the deployments that a receiver took, in the order it took them.
func taken(got []testkit.Received) (list []string) {
	for _, d := range got {
		if d.Event == "deployment" && d.Answer/100 == 2 {
			list = append(list, refOf(d))
		}
	}
	return list
}

func refOf(d testkit.Received) string {
	var body struct{ Deployment struct{ Ref string } }
	_ = json.Unmarshal(d.Body, &body)
	return body.Deployment.Ref
}

func refs(first, last int) (list []string) {
	for i := first; i <= last; i++ {
		list = append(list, ref(i))
	}
	return list
}

// expect waits until the receiver has taken the deployments and compares their order.
func expect(t *testing.T, r *testkit.Receiver, want []string) []testkit.Received {
	t.Helper()
	got := r.Wait(patience, func(got []testkit.Received) bool { return len(taken(got)) >= len(want) })
	if list := taken(got); !slices.Equal(list, want) {
		t.Errorf("taken %v, want %v", list, want)
	}
	return got
}

// oneGUID checks promise P5: one event, one GUID; two never share one.
func oneGUID(t *testing.T, got []testkit.Received) {
	t.Helper()
	events, guids := map[string]string{}, map[string]string{}
	for _, d := range got {
		key := d.Event + " " + refOf(d)
		if other, known := events[key]; known && other != d.GUID {
			t.Errorf("%s came as %s and as %s", key, other, d.GUID)
		}
		if other, known := guids[d.GUID]; known && other != key {
			t.Errorf("%s is %s and %s", d.GUID, other, key)
		}
		events[key], guids[d.GUID] = d.GUID, key
		if !d.Signed {
			t.Errorf("%s is not signed", key)
		}
	}
}

func TestDelivers(t *testing.T) {
	for _, encoding := range []string{"json", "form"} {
		t.Run(encoding, func(t *testing.T) {
			w := newWorld(t)
			r := testkit.NewReceiver(t, secret)
			h := w.hook(r.URL(), "content_type", encoding)
			w.start()
			w.deployments(1, 3)
			oneGUID(t, expect(t, r, refs(1, 3)))
			w.until("three attempts are listed", func() bool { return len(w.attempts(h)) == 3 })
			for _, a := range w.attempts(h) {
				if a.Status != "OK" || a.StatusCode != http.StatusOK || a.Redelivery || a.Event != "deployment" || a.Action != "created" || a.URL != r.URL() {
					t.Errorf("attempt %+v", a)
				}
			}
			if got := w.reread(h).LastResponse; got.Status != "active" || *got.Code != 200 || *got.Message != "OK" {
				t.Errorf("last response %+v", got)
			}
			if n := len(r.Received()); n != 3 {
				t.Errorf("%d deliveries of 3 events: in peace nothing comes twice", n)
			}
		})
	}
}

func TestOrderThroughOutages(t *testing.T) {
	for name, outage := range map[string]func(*testkit.Receiver){
		"closed":  func(r *testkit.Receiver) { r.Down() },
		"hanging": func(r *testkit.Receiver) { r.Behave(testkit.Silence) },
		"hangup":  func(r *testkit.Receiver) { r.Behave(testkit.Hangup) },
		"5xx":     func(r *testkit.Receiver) { r.BehaveEach(failing) }, // one code twice might be poison
		"302":     func(r *testkit.Receiver) { r.Behave(testkit.Redirect("http://127.0.0.1:1/")) },
		"429":     func(r *testkit.Receiver) { r.Behave(testkit.Status(http.StatusTooManyRequests)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.options.Timeout = 500 * time.Millisecond // a busy machine answers within it
			r := testkit.NewReceiver(t, secret)
			h := w.hook(r.URL())
			w.start()
			w.deployments(1, 2)
			expect(t, r, refs(1, 2))
			// An outage between a receipt and its answer would rightly make the receipt come twice.
			w.until("both answers have come", func() bool { return len(w.attempts(h)) == 2 })
			outage(r)
			w.deployments(3, 5)
			w.until("three attempts failed", func() bool { return len(w.attempts(h)) >= 5 })
			w.deployments(8, 5)
			r.Behave(testkit.Status(http.StatusNoContent))
			r.Up()
			w.deployments(13, 2)
			oneGUID(t, expect(t, r, refs(1, 14)))
		})
	}
}

// failing is a receiver behind a proxy that is not sure what is wrong.
func failing(n int, _ testkit.Received) testkit.Manner {
	return testkit.Status(http.StatusBadGateway + n%2)
}

func TestPoisonIsSetAside(t *testing.T) {
	w := newWorld(t)
	r := testkit.NewReceiver(t, secret)
	cured := make(chan struct{})
	r.BehaveEach(func(_ int, d testkit.Received) testkit.Manner {
		if refOf(d) != ref(2) {
			return testkit.Status(http.StatusOK)
		}
		select {
		case <-cured:
			return testkit.Status(http.StatusOK)
		default:
			return testkit.Status(http.StatusUnprocessableEntity)
		}
	})
	w.hook(r.URL())
	w.start()
	w.deployments(1, 6)
	expect(t, r, append(refs(1, 1), refs(3, 6)...))
	w.deployments(7, 2)
	expect(t, r, append(refs(1, 1), refs(3, 8)...))
	w.until("somebody is told", func() bool {
		return slices.ContainsFunc(w.observations(), func(o hook.Observation) bool { return o.SetAside })
	})
	close(cured) // it has a schedule of its own
	got := r.Wait(patience, func(got []testkit.Received) bool { return slices.Contains(taken(got), ref(2)) })
	oneGUID(t, got)
	refusals := 0
	for _, d := range got {
		if refOf(d) == ref(2) && d.Answer == http.StatusUnprocessableEntity {
			refusals++
		}
		if refOf(d) == ref(3) && refusals < 3 {
			t.Errorf("the next event was sent after %d refusals", refusals)
		}
	}
}

// TestNoPoisonWithoutWitness: where the probe fails too, it is the receiver, and order is kept.
func TestNoPoisonWithoutWitness(t *testing.T) {
	w := newWorld(t)
	r := testkit.NewReceiver(t, secret)
	r.Behave(testkit.Status(http.StatusInternalServerError))
	w.hook(r.URL())
	w.start()
	w.deployments(1, 4)
	r.Wait(patience, func(got []testkit.Received) bool { // probes have been tried
		n := 0
		for _, d := range got {
			if refOf(d) == ref(2) {
				n++
			}
			if refOf(d) == ref(3) {
				t.Error("a probe goes no further than the next event")
			}
		}
		return n >= 2
	})
	// The receiver comes back between two attempts, not between a head's and its probe.
	back := false
	r.BehaveEach(func(_ int, d testkit.Received) testkit.Manner {
		if back = back || refOf(d) == ref(1); back {
			return testkit.Status(http.StatusOK)
		}
		return testkit.Status(http.StatusInternalServerError)
	})
	oneGUID(t, expect(t, r, refs(1, 4)))
}

func TestParking(t *testing.T) {
	for name, resume := range map[string]func(*world, slipway.Hook){
		"edit": func(w *world, h slipway.Hook) {
			w.update(func(tx deploy.Tx) error { return tx.SetHook(h, true) })
			w.worker.Wake()
		},
		"ping": func(w *world, h slipway.Hook) { w.record("ping", "", slipway.Subject{HookID: h.ID}) },
		"redelivery": func(w *world, h slipway.Hook) {
			id := w.attempts(h)[0].ID
			w.update(func(tx deploy.Tx) error { return tx.Redeliver(h.ID, id) })
			w.worker.Wake()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.options.ParkAfter = 100 * time.Millisecond
			r := testkit.NewReceiver(t, secret)
			r.Down()
			h := w.hook(r.URL())
			w.start()
			w.deployments(1, 3)
			w.until("the hook is parked", func() bool { return w.reread(h).ParkedAt != nil })
			w.until("somebody is told", func() bool {
				return slices.ContainsFunc(w.observations(), func(o hook.Observation) bool { return o.Parked && o.HookID == h.ID })
			})
			events, err := w.db.Events(context.Background(), 0, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(events, func(e slipway.Event) bool { return e.Kind == "hook" && e.Action == "parked" }) {
				t.Error("parking left no event")
			}
			r.Up()
			w.deployments(4, 2) // joins those that wait
			w.until("it joined", func() bool { return w.idle() })
			if got := taken(r.Received()); len(got) != 0 {
				t.Errorf("a parked hook was sent %v", got)
			}
			resume(w, h)
			oneGUID(t, expect(t, r, refs(1, 5)))
			w.until("the hook is not parked any more", func() bool { return w.reread(h).ParkedAt == nil })
		})
	}
}

func TestGoneParksAtOnce(t *testing.T) {
	w := newWorld(t)
	r := testkit.NewReceiver(t, secret)
	r.Behave(testkit.Status(http.StatusGone))
	h := w.hook(r.URL())
	w.start()
	w.deployments(1, 3)
	w.until("the hook is parked", func() bool { return w.reread(h).ParkedAt != nil })
	if n := len(w.attempts(h)); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestRetryAfter(t *testing.T) {
	w := newWorld(t)
	w.options.RetryMax = 2 * time.Second
	r := testkit.NewReceiver(t, secret)
	r.BehaveEach(func(n int, _ testkit.Received) testkit.Manner {
		if n > 1 {
			return testkit.Status(http.StatusOK)
		}
		return func(w http.ResponseWriter, _ *http.Request) int {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return http.StatusServiceUnavailable
		}
	})
	w.hook(r.URL())
	w.start()
	w.deployments(1, 1)
	got := expect(t, r, refs(1, 1))
	if wait := got[1].At.Sub(got[0].At); wait < time.Second {
		t.Errorf("tried again after %s", wait)
	}
}

func TestPingsAreOutOfOrder(t *testing.T) {
	w := newWorld(t)
	w.options.RetryMin, w.options.RetryMax = time.Hour, time.Hour
	r := testkit.NewReceiver(t, secret)
	r.BehaveEach(func(_ int, d testkit.Received) testkit.Manner {
		if d.Event == "ping" {
			return testkit.Status(http.StatusOK)
		}
		return testkit.Status(http.StatusInternalServerError)
	})
	h, other := w.hook(r.URL()), w.hook(r.URL()+"/other")
	w.start()
	w.deployments(1, 1)
	w.until("the head fails", func() bool { return len(w.attempts(h)) == 1 && len(w.attempts(other)) == 1 })
	w.record("ping", "", slipway.Subject{HookID: h.ID})
	got := r.WaitFor("ping", 1, patience)
	var body struct {
		HookID int64 `json:"hook_id"`
	}
	if err := json.Unmarshal(got[0].Body, &body); err != nil || body.HookID != h.ID {
		t.Errorf("ping %s", got[0].Body)
	}
	w.until("the ping is recorded", func() bool { return len(w.attempts(h)) == 2 })
	if len(w.attempts(other)) != 1 {
		t.Error("another hook was pinged")
	}
}

// TestInactiveHooks get nothing but the pings somebody asks for; what waited for them is sent when they are switched on.
func TestInactiveHooks(t *testing.T) {
	w := newWorld(t)
	w.options.RetryMin, w.options.RetryMax = time.Minute, time.Minute // nothing is under way when it is switched off
	r := testkit.NewReceiver(t, secret)
	r.Behave(testkit.Status(http.StatusInternalServerError))
	h := w.hook(r.URL())
	w.start()
	w.deployments(1, 2)
	w.until("the head fails and the other waits", func() bool { return len(w.attempts(h)) >= 1 && w.unexpanded() == 0 })
	h = w.reread(h)
	h.Active = false
	w.update(func(tx deploy.Tx) error { return tx.SetHook(h, true) })
	r.Behave(testkit.Status(http.StatusOK))
	w.deployments(3, 2) // not for a hook that is off
	w.record("ping", "", slipway.Subject{HookID: h.ID})
	r.WaitFor("ping", 1, patience)
	if got := taken(r.Received()); len(got) != 0 {
		t.Errorf("an inactive hook was sent %v", got)
	}
	h.Active = true
	w.update(func(tx deploy.Tx) error { return tx.SetHook(h, true) })
	w.worker.Wake()
	w.deployments(5, 1)
	expect(t, r, []string{ref(1), ref(2), ref(5)})
}

func TestRemovedHook(t *testing.T) {
	w := newWorld(t)
	r := testkit.NewReceiver(t, secret)
	arrived, answer := make(chan struct{}), make(chan struct{})
	r.Behave(func(w http.ResponseWriter, _ *http.Request) int {
		close(arrived)
		<-answer
		return http.StatusOK
	})
	h := w.hook(r.URL())
	w.start()
	w.deployments(1, 3)
	<-arrived
	w.update(func(tx deploy.Tx) error { return tx.RemoveHook(h.RepositoryID, h.ID) })
	close(answer)
	other := testkit.NewReceiver(t, secret)
	w.hook(other.URL())
	w.deployments(4, 1)
	expect(t, other, refs(4, 4))
	if n := len(r.Received()); n != 1 {
		t.Errorf("%d deliveries to a hook that is gone", n)
	}
}

// TestYoungHooks are not told what happened before they were there, even if nobody had come round to expanding it.
func TestYoungHooks(t *testing.T) {
	w := newWorld(t)
	old, young := testkit.NewReceiver(t, secret), testkit.NewReceiver(t, secret)
	w.hook(old.URL())
	w.deployments(1, 3)
	w.hook(young.URL())
	w.deployments(4, 1)
	w.start()
	expect(t, old, refs(1, 4))
	expect(t, young, refs(4, 4))
}

func TestRedelivery(t *testing.T) {
	w := newWorld(t)
	w.options.RetryMin, w.options.RetryMax = time.Hour, time.Hour
	r := testkit.NewReceiver(t, secret)
	r.BehaveEach(func(_ int, d testkit.Received) testkit.Manner {
		if refOf(d) == ref(2) {
			return testkit.Status(http.StatusInternalServerError)
		}
		return testkit.Status(http.StatusOK)
	})
	h := w.hook(r.URL())
	w.start()
	w.deployments(1, 2)
	w.until("one is taken, one fails", func() bool { return len(w.attempts(h)) == 2 })
	first := w.attempts(h)[1]
	w.update(func(tx deploy.Tx) error { return tx.Redeliver(h.ID, first.ID) })
	w.worker.Wake()
	w.until("it is sent again, and the head with it", func() bool { return len(w.attempts(h)) >= 3 && len(taken(r.Received())) == 2 })
	var again slipway.Delivery
	for _, a := range w.attempts(h) {
		if a.GUID == first.GUID && a.ID != first.ID {
			again = a
		}
	}
	if again.ID <= first.ID || !again.Redelivery || first.Redelivery || again.Event != first.Event {
		t.Errorf("first %+v, again %+v", first, again)
	}
	var bodies [][]byte
	for _, d := range r.Received() {
		if d.GUID == first.GUID {
			bodies = append(bodies, d.Body)
		}
	}
	if len(bodies) != 2 || !slices.Equal(bodies[0], bodies[1]) {
		t.Errorf("%d bodies, or not the same bytes", len(bodies))
	}
	detail := w.detail(h, again.ID)
	if !slices.Equal(detail.RequestBody, bodies[0]) || string(detail.ResponseBody) != "OK" ||
		detail.RequestHeader["X-GitHub-Delivery"][0] != first.GUID || len(detail.ResponseHeader["Content-Type"]) == 0 {
		t.Errorf("detail %+v", detail)
	}
}

// TestRedeliveriesAtOnce: whoever was told that something will be sent again sees it sent, also when ten ask at a time.
func TestRedeliveriesAtOnce(t *testing.T) {
	w := newWorld(t)
	r := testkit.NewReceiver(t, secret)
	h := w.hook(r.URL())
	w.start()
	w.deployments(1, 1)
	w.until("it is taken", func() bool { return len(w.attempts(h)) == 1 })
	first := w.attempts(h)[0]
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			err := w.db.Update(context.Background(), w.repo.ID, func(tx deploy.Tx) error { return tx.Redeliver(h.ID, first.ID) })
			if err != nil {
				t.Error(err)
			}
			w.worker.Wake()
		})
	}
	callers.Wait()
	w.until("each is an attempt", func() bool { return len(w.attempts(h)) >= 11 && w.idle() })
	got := r.Received()
	if n := len(w.attempts(h)); n != 11 || len(got) != 11 {
		t.Errorf("%d attempts are listed, %d requests were sent", n, len(got))
	}
	for _, d := range got {
		if d.GUID != first.GUID || !d.Signed {
			t.Errorf("received %+v", d)
		}
	}
}

// TestConnectionsAreKept: hooks that lead to one receiver use the connections of their last deliveries.
func TestConnectionsAreKept(t *testing.T) {
	const hooks = 20
	w := newWorld(t)
	var made atomic.Int64
	arrivals, answer := make(chan struct{}, 3*hooks), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrivals <- struct{}{}
		<-answer
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			made.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	var list []slipway.Hook
	for range hooks {
		list = append(list, w.hook(server.URL))
	}
	w.start()
	for round := range 3 {
		w.deployments(round+1, 1)
		for range hooks { // all at once, each on a connection of its own
			<-arrivals
		}
		for range hooks {
			answer <- struct{}{}
		}
		w.until("all are recorded", func() bool {
			return !slices.ContainsFunc(list, func(h slipway.Hook) bool { return len(w.attempts(h)) != round+1 })
		})
	}
	if n := made.Load(); n != hooks {
		t.Errorf("%d connections were made for %d hooks", n, hooks)
	}
}

// TestRestart stops a server while receivers hang, as SIGTERM does: it stops at once, nothing that was cut short is an attempt,
// and the next one sends it at once under the same GUID.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	w.options.Timeout = time.Hour
	r := testkit.NewReceiver(t, secret)
	r.Behave(testkit.Silence)
	h := w.hook(r.URL())
	w.start()
	w.deployments(1, 3)
	r.Wait(patience, func(got []testkit.Received) bool { return len(got) == 1 })
	w.halt()
	if n := len(w.attempts(h)); n != 0 {
		t.Errorf("%d attempts were recorded", n)
	}
	r.Behave(testkit.Status(http.StatusOK))
	w.reopen()
	w.start()
	oneGUID(t, expect(t, r, refs(1, 3)))
}

// TestStopIsPolite: a receiver that answers while the server stops is not sent the same once more.
func TestStopIsPolite(t *testing.T) {
	w := newWorld(t)
	r := testkit.NewReceiver(t, secret)
	arrived, stopping := make(chan struct{}, 10), make(chan struct{})
	r.Behave(func(w http.ResponseWriter, _ *http.Request) int {
		arrived <- struct{}{}
		<-stopping
		return http.StatusOK
	})
	h := w.hook(r.URL())
	w.start()
	w.deployments(1, 2)
	<-arrived
	time.AfterFunc(20*time.Millisecond, func() { close(stopping) }) // most likely after the worker was told to end
	w.halt()
	if n := len(w.attempts(h)); n == 0 {
		t.Error("what was answered is not recorded")
	}
	w.reopen()
	w.start()
	if got := expect(t, r, refs(1, 2)); len(got) != 2 {
		t.Errorf("%d deliveries of 2 events", len(got))
	}
}

// TestKilled is kill -9 after a delivery was sent and before that was recorded: it is sent again, under the same GUID, and
// the lease of the dead process does not hold it up.
func TestKilled(t *testing.T) {
	w := newWorld(t)
	w.options.Timeout = time.Hour // and so the lease
	r := testkit.NewReceiver(t, secret)
	w.hook(r.URL())
	w.queue = &dying{Queue: w.db}
	w.start()
	w.deployments(1, 3)
	r.Wait(patience, func(got []testkit.Received) bool { return len(got) == 1 && got[0].Answer == 200 })
	w.halt()
	w.reopen()
	w.start()
	got := r.Wait(patience, func(got []testkit.Received) bool { return len(taken(got)) == 4 })
	if list := taken(got); !slices.Equal(list, append(refs(1, 1), refs(1, 3)...)) {
		t.Errorf("taken %v", list)
	}
	oneGUID(t, got)
}

// dying is a queue whose process dies before an attempt is recorded or a hook given back.
type dying struct{ hook.Queue }

func (dying) Finish(ctx context.Context, _ hook.Job, _ hook.Attempt, _ hook.Next, _ time.Duration) (hook.Then, error) {
	return hook.Then{}, slipway.Fail(slipway.Unavailable, "")
}

func (dying) Release(context.Context, hook.Job) error { return slipway.Fail(slipway.Unavailable, "") }

// TestDeadHooks is promise P15 without its figures: with time-outs of an hour, the good hook is served only if dead ones,
// known as such or not, cannot hold it up.
func TestDeadHooks(t *testing.T) {
	w := newWorld(t)
	w.options.Timeout = time.Hour
	w.options.Quick, w.options.Slow = 8, 64
	dead := testkit.NewReceiver(t, secret)
	dead.Behave(testkit.Silence)
	for range 50 {
		w.hook(dead.URL())
	}
	good := testkit.NewReceiver(t, secret)
	w.hook(good.URL())
	w.start()
	w.deployments(1, 20)
	expect(t, good, refs(1, 20))
}

func TestManyFailingHooks(t *testing.T) {
	w := newWorld(t)
	w.options.Quick, w.options.Slow = 2, 4
	w.options.Timeout = 200 * time.Millisecond
	dead := testkit.NewReceiver(t, secret)
	dead.Behave(testkit.Silence)
	for range 30 {
		w.hook(dead.URL())
	}
	good := testkit.NewReceiver(t, secret)
	w.hook(good.URL())
	w.start()
	for i := range 20 {
		w.deployments(i+1, 1)
		good.Wait(patience, func(got []testkit.Received) bool { return slices.Contains(taken(got), ref(i+1)) })
	}
	if got := firsts(taken(good.Received())); !slices.Equal(got, refs(1, 20)) {
		t.Errorf("taken %v", got)
	}
}

// firsts leaves out what came a second time, as it may where an answer took longer than the time-out.
func firsts(list []string) (out []string) {
	for _, item := range list {
		if !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	return out
}

func TestEventsAndTheirNames(t *testing.T) {
	w := newWorld(t)
	w.render = func(_ context.Context, s hook.Subscription) ([]byte, error) {
		return []byte(`{"of":"` + s.Name + `"}`), nil
	}
	all, some, inactive := testkit.NewReceiver(t, secret), testkit.NewReceiver(t, secret), testkit.NewReceiver(t, secret)
	w.hook(all.URL())
	h := w.hook(some.URL())
	h.Events = []string{"push", "deployment_status"}
	w.update(func(tx deploy.Tx) error { return tx.SetHook(h, false) })
	w.hook(inactive.URL(), "inactive", "1")
	w.start()
	status := func(state string) slipway.Subject {
		return slipway.Subject{Deployment: &slipway.Deployment{ID: 1}, DeploymentStatus: &slipway.DeploymentStatus{ID: 1, State: state}}
	}
	push := func(name string, before, after slipway.SHA) slipway.Subject {
		return slipway.Subject{Push: &slipway.RefChange{Name: name, Old: before, New: after}}
	}
	a, b := slipway.SHA("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), slipway.SHA("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
	w.record("deployment", "created", slipway.Subject{Deployment: &slipway.Deployment{ID: 1}})
	w.record("deployment", "released", slipway.Subject{Deployment: &slipway.Deployment{ID: 1}})
	w.record("deployment_status", "created", status("success"))
	w.record("deployment_status", "created", status("inactive"))
	w.record("deployment", "deleted", slipway.Subject{Deployment: &slipway.Deployment{ID: 1}})
	w.record("status", "", slipway.Subject{Status: &slipway.CommitStatus{ID: 1}})
	w.record("push", "", push("refs/heads/main", slipway.ZeroSHA, a))
	w.record("push", "", push("refs/heads/main", a, b))
	w.record("push", "", push("refs/tags/v1", b, slipway.ZeroSHA))
	w.record("push", "", push("refs/notes/x", slipway.ZeroSHA, a))
	w.record("environment", "created", slipway.Subject{Environment: "production"})
	w.record("test", "", slipway.Subject{HookID: h.ID, Push: &slipway.RefChange{}})
	want := []string{"deployment", "deployment_status", "status", "push", "create", "push", "push", "delete", "push"}
	for _, test := range []struct {
		r    *testkit.Receiver
		want []string
	}{
		{all, want},
		{some, []string{"deployment_status", "push", "push", "push", "push", "push"}},
		{inactive, slices.Insert(slices.Clone(want), 2, "deployment_status")},
	} {
		got := test.r.Wait(patience, func(got []testkit.Received) bool { return len(got) >= len(test.want) })
		var names []string
		for _, d := range got {
			names = append(names, d.Event)
			if string(d.Body) != `{"of":"`+d.Event+`"}` {
				t.Errorf("%s says %s", d.Event, d.Body)
			}
		}
		slices.Sort(names) // tests are out of order
		slices.Sort(test.want)
		if !slices.Equal(names, test.want) {
			t.Errorf("told %v, want %v", names, test.want)
		}
	}
}

// TestEventsNobodyCanTell do not stop the others.
func TestEventsNobodyCanTell(t *testing.T) {
	w := newWorld(t)
	render := w.render
	w.render = func(ctx context.Context, s hook.Subscription) ([]byte, error) {
		switch s.Subject.Deployment.Ref {
		case ref(1):
			return nil, slipway.Fail(slipway.Internal, "no")
		case ref(2):
			return nil, nil
		case ref(3):
			return make([]byte, 25<<20+1), nil
		}
		return render(ctx, s)
	}
	r := testkit.NewReceiver(t, secret)
	w.hook(r.URL())
	w.start()
	w.deployments(1, 5)
	expect(t, r, refs(4, 5))
}
