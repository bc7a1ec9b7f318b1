package storetest

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// RunQueue runs every test of the delivery queue on stores that open gives. They must satisfy hook.Queue.
func RunQueue(t *testing.T, open Open) {
	for _, test := range []struct {
		name string
		run  func(*queueWorld)
	}{
		{"events are read in order", backlog},
		{"references to subjects are followed", subjects},
		{"hooks are older than what they are told", youngHooks},
		{"deliveries and how far events are expanded are one fact", expansions},
		{"expansions under race", expansionRace},
		{"bodies stay what they were", bodies},
		{"a hook's deliveries go out in order", inOrder},
		{"a failed head holds up its hook only", failedHead},
		{"aside is outside the order", asides},
		{"a probe and its verdict", probes},
		{"leases are fenced", fences},
		{"claims under race", claimRace},
		{"room is kept", rooms},
		{"an attempt is counted once", countedOnce},
		{"attempts are listed", attempts},
		{"parked and resumed", parking},
		{"switched off and on", switching},
		{"redelivery", redelivery},
		{"each redelivery is an attempt", redeliveries},
		{"a redelivery while an attempt is under way", redeliveryMeanwhile},
		{"many redeliveries", redeliverMany},
		{"what is not sent is listed", unsent},
		{"a hook's backlog", hookBacklog},
		{"what is undelivered is seen", undelivered},
		{"removed hooks are forgotten", removal},
		{"old deliveries are removed", retention},
		{"a clock that is set back", clockSetBack},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 891234000, time.UTC))
			store := open(t, clock.Now)
			w := &queueWorld{world: &world{T: t, store: store, clock: clock, now: clock.Now()}, queue: store.(hook.Queue)}
			w.repo = w.repository("web")
			test.run(w)
		})
	}
}

// queueWorld is a store with one repository, and short ways to have something delivered.
type queueWorld struct {
	*world
	queue hook.Queue
	repo  slipway.Repository
	guids int
}

const lease = time.Minute

var always = hook.Room{Healthy: 100, Failing: 100}

// hook puts an active hook for everything into the store.
func (w *queueWorld) hook() slipway.Hook {
	w.Helper()
	h := slipway.Hook{
		RepositoryID: w.repo.ID, Name: "web", Active: true, Events: []string{"*"}, Secret: "s3cr3t",
		Config: map[string]string{"url": "http://127.0.0.1/"}, CreatedAt: w.now, UpdatedAt: w.now, LastResponse: slipway.HookResponse{Status: "unused"},
	}
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.InsertHook(&h) })
	return h
}

// record leaves an event and waits until it has its position.
func (w *queueWorld) record(kind string, s slipway.Subject) (id int64) {
	w.Helper()
	w.update(w.repo.ID, func(tx deploy.Tx) (err error) {
		id, err = tx.Record(slipway.Event{RepositoryID: w.repo.ID, ActorID: w.repo.Owner.ID, Kind: kind, Subject: s.Encode()})
		return err
	})
	w.stamped(id)
	return id
}

// stamped waits until an event has its position, which another goroutine gives on PostgreSQL.
func (w *queueWorld) stamped(id int64) {
	w.Helper()
	late := time.After(20 * time.Second)
	for {
		list, err := w.store.Events(w.Context(), 0, math.MaxInt32)
		if err != nil {
			w.Fatal(err)
		}
		if slices.ContainsFunc(list, func(e slipway.Event) bool { return e.ID == id }) {
			return
		}
		select {
		case <-late:
			w.Fatal("the event has no position")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (w *queueWorld) unexpanded() hook.Backlog {
	w.Helper()
	b, err := w.queue.Unexpanded(w.Context(), 0, 1000)
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// expand turns what is unexpanded into deliveries to all hooks, with bodies that say which event they are of.
func (w *queueWorld) expand() {
	w.Helper()
	b := w.unexpanded()
	x := hook.Expansion{To: b.To}
	for _, o := range b.Occurrences {
		if o.Event.Kind != "hook" && o.Event.Kind != "delivery" { // nobody is told of those
			x.Deliveries = append(x.Deliveries, w.deliveries(o)...)
		}
	}
	if err := w.queue.Expand(w.Context(), x); err != nil {
		w.Fatal(err)
	}
}

func (w *queueWorld) deliveries(o hook.Occurrence) (list []hook.Delivery) {
	for _, h := range o.Hooks {
		w.guids++
		list = append(list, hook.Delivery{
			Position: o.Event.Position, EventID: o.Event.ID, HookID: h.ID, RepositoryID: o.Repository.ID, Event: o.Event.Kind, Action: "created",
			GUID: fmt.Sprintf("guid-%d", w.guids), Body: body(o.Event.ID), OutOfOrder: o.Event.Kind == hook.Ping,
		})
	}
	return list
}

func body(eventID int64) []byte { return fmt.Appendf(nil, `{"event":%d}`, eventID) }

// happen records events and expands them.
func (w *queueWorld) happen(n int) (ids []int64) {
	w.Helper()
	for range n {
		ids = append(ids, w.record("push", slipway.Subject{Push: &slipway.RefChange{}}))
	}
	w.expand()
	return ids
}

func (w *queueWorld) claim(r hook.Room) []hook.Job {
	w.Helper()
	jobs, err := w.queue.Claim(w.Context(), r, lease)
	if err != nil {
		w.Fatal(err)
	}
	return jobs
}

// claimOne claims where exactly one hook has something to do.
func (w *queueWorld) claimOne() hook.Job {
	w.Helper()
	jobs := w.claim(always)
	if len(jobs) != 1 {
		w.Fatalf("claimed %d hooks, want 1: %+v", len(jobs), jobs)
	}
	return jobs[0]
}

func (w *queueWorld) claimNone() {
	w.Helper()
	if jobs := w.claim(always); len(jobs) != 0 {
		w.Fatalf("claimed %+v", jobs)
	}
}

func (w *queueWorld) attempt(code int) hook.Attempt {
	a := hook.Attempt{
		At: w.now, Duration: 1234567 * time.Microsecond, URL: "http://127.0.0.1/", StatusCode: code, Status: "OK", Answered: true,
		RequestHeader: http.Header{"X-GitHub-Event": {"push"}}, ResponseHeader: http.Header{"Server": {"a", "b"}}, ResponseBody: []byte("\xff\x00!"),
	}
	if !a.OK() {
		a.Status = fmt.Sprintf("Invalid HTTP Response: %d", code)
	}
	return a
}

func (w *queueWorld) finish(j hook.Job, code int, n hook.Next) hook.Then {
	w.Helper()
	then, err := w.queue.Finish(w.Context(), j, w.attempt(code), n, lease)
	if err != nil {
		w.Fatal(err)
	}
	return then
}

func (w *queueWorld) done(j hook.Job) hook.Then {
	w.Helper()
	return w.finish(j, 200, hook.Next{Done: true})
}

// failed finishes with a refusal and another try after a while.
func (w *queueWorld) failed(j hook.Job, after time.Duration) hook.Then {
	w.Helper()
	g := j.Progress
	g.Failures++
	g.LastCode, g.LastAt = 500, w.now
	return w.finish(j, 500, hook.Next{At: w.now.Add(after), Progress: g, GiveBack: true})
}

func (w *queueWorld) sameBody(j hook.Job, event int64) {
	w.Helper()
	if string(j.Body) != string(body(event)) {
		w.Errorf("the job is %s, want event %d", j.Body, event)
	}
}

// next is the job that a hook goes on with.
func (w *queueWorld) next(t hook.Then) hook.Job {
	w.Helper()
	if t.Next == nil {
		w.Fatalf("the hook was given back, due %s", t.Due)
	}
	return *t.Next
}

// back checks that a hook was given back, and when it is due.
func (w *queueWorld) back(t hook.Then, due time.Time) {
	w.Helper()
	if t.Next != nil {
		w.Fatalf("the hook goes on with %s", t.Next.Body)
	}
	if !t.Due.Equal(due) {
		w.Errorf("due %s, want %s", t.Due, due)
	}
	at, err := w.queue.NextDue(w.Context())
	if err != nil || !at.Equal(due) {
		w.Errorf("next due %s, %v, want %s", at, err, due)
	}
}

func backlog(w *queueWorld) {
	other := w.repository("quiet")
	w.hook()
	first := w.record("push", slipway.Subject{Push: &slipway.RefChange{Name: "refs/heads/a"}})
	w.update(other.ID, func(tx deploy.Tx) error {
		_, err := tx.Record(slipway.Event{RepositoryID: other.ID, Kind: "push", Subject: []byte(`{"v":1}`)})
		return err
	})
	w.update(0, func(tx deploy.Tx) error {
		_, err := tx.Record(slipway.Event{Kind: "user", Subject: []byte(`{"v":1}`)})
		return err
	})
	last := w.record("status", slipway.Subject{Status: &slipway.CommitStatus{ID: 7}})
	b := w.unexpanded()
	if len(b.Occurrences) != 2 || b.More || b.To != 4 {
		w.Fatalf("backlog %+v", b)
	}
	for i, id := range []int64{first, last} {
		o := b.Occurrences[i]
		if o.Event.ID != id || o.Repository.FullName() != w.repo.FullName() || o.Sender.Login != w.repo.Owner.Login || len(o.Hooks) != 1 || o.Hooks[0].Secret != "" {
			w.Errorf("occurrence %d: %+v", i, o)
		}
	}
	if b, err := w.queue.Unexpanded(w.Context(), 0, 2); err != nil || len(b.Occurrences) != 1 || !b.More || b.To != 2 {
		w.Errorf("the first two: %+v, %v", b, err)
	}
	if b, err := w.queue.Unexpanded(w.Context(), b.To, 2); err != nil || len(b.Occurrences) != 0 || b.More || b.To != 4 {
		w.Errorf("after the last: %+v, %v", b, err)
	}
	w.expand()
	if b, err := w.queue.Unexpanded(w.Context(), 1, 2); err != nil || len(b.Occurrences) != 0 || b.To != 4 {
		w.Errorf("once expanded: %+v, %v", b, err)
	}
}

func subjects(w *queueWorld) {
	h := w.hook()
	d := slipway.Deployment{ID: 9, Ref: "main", Payload: []byte(`{"same_as":1}`)}
	created := w.record("deployment", slipway.Subject{Deployment: &d})
	w.record("deployment", slipway.Subject{SameAs: created})
	push := w.record("push", slipway.Subject{Push: &slipway.RefChange{Name: "refs/heads/a"}})
	w.expand()
	w.record("test", slipway.Subject{HookID: h.ID, SameAs: push}) // what it refers to was expanded long ago
	w.record("test", slipway.Subject{HookID: h.ID, SameAs: 1 << 40})
	of := func(o hook.Occurrence) slipway.Subject {
		s, err := slipway.ParseSubject(o.Event.Subject)
		if err != nil {
			w.Fatal(err)
		}
		return s
	}
	b := w.unexpanded()
	if s := of(b.Occurrences[0]); s.Push == nil || s.Push.Name != "refs/heads/a" || s.HookID != h.ID {
		w.Errorf("test: %+v", s)
	}
	if s := of(b.Occurrences[1]); s.Push != nil || s.SameAs != 1<<40 {
		w.Errorf("a reference that leads nowhere: %+v", s)
	}
	w.record("deployment", slipway.Subject{SameAs: created})
	if s := of(w.unexpanded().Occurrences[2]); s.Deployment == nil || s.Deployment.Ref != "main" || string(s.Deployment.Payload) != `{"same_as":1}` {
		w.Errorf("released: %+v", s)
	}
}

func youngHooks(w *queueWorld) {
	old := w.hook()
	w.record("push", slipway.Subject{})
	young := w.hook()
	w.record("push", slipway.Subject{})
	var got [][]int64
	for _, o := range w.unexpanded().Occurrences {
		var ids []int64
		for _, h := range o.Hooks {
			ids = append(ids, h.ID)
		}
		got = append(got, ids)
	}
	w.same("told", got, [][]int64{{old.ID}, {old.ID, young.ID}})
}

func expansions(w *queueWorld) {
	h, gone, off := w.hook(), w.hook(), w.hook()
	w.record("push", slipway.Subject{})
	w.record("push", slipway.Subject{})
	b := w.unexpanded()
	x := hook.Expansion{To: b.To}
	for _, o := range b.Occurrences {
		x.Deliveries = append(x.Deliveries, w.deliveries(o)...)
	}
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.RemoveHook(w.repo.ID, gone.ID) })
	off.Active = false
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.SetHook(off, true) })
	for range 2 { // a second time it is nothing new
		if err := w.queue.Expand(w.Context(), x); err != nil {
			w.Fatal(err)
		}
	}
	late := x.Deliveries[0]
	late.EventID += 1 << 40 // never told, but of a position that is expanded
	if err := w.queue.Expand(w.Context(), hook.Expansion{To: b.To + 1, Deliveries: []hook.Delivery{late}}); err != nil {
		w.Fatal(err)
	}
	j := w.claimOne()
	if j.Hook.ID != h.ID || j.GUID != "guid-1" {
		w.Errorf("first %+v", j)
	}
	j = w.next(w.done(j))
	if j.GUID != "guid-4" {
		w.Errorf("second %+v", j)
	}
	w.back(w.done(j), time.Time{})
}

func expansionRace(w *queueWorld) {
	w.hook()
	const events = 40
	for range events {
		w.record("push", slipway.Subject{})
	}
	all := w.unexpanded()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for n := 5; n <= events; n += 5 {
				x := hook.Expansion{To: all.Occurrences[n-1].Event.Position}
				for _, o := range all.Occurrences[:n] {
					x.Deliveries = append(x.Deliveries, hook.Delivery{
						Position: o.Event.Position, EventID: o.Event.ID, HookID: o.Hooks[0].ID, RepositoryID: w.repo.ID, Event: "push",
						GUID: fmt.Sprint(o.Event.ID), Body: body(o.Event.ID),
					})
				}
				if err := w.queue.Expand(w.Context(), x); err != nil {
					w.Error(err)
				}
			}
		})
	}
	group.Wait()
	j := w.claimOne()
	for _, o := range all.Occurrences[1:] {
		j = w.next(w.done(j))
		w.sameBody(j, o.Event.ID)
	}
	w.back(w.done(j), time.Time{})
}

func bodies(w *queueWorld) {
	first, second := w.hook(), w.hook()
	id := w.record("push", slipway.Subject{})
	odd := []byte("{\"a\" :\t\"\u2028\\u0000\\/\xc3\xa9\", \"n\":1.0e+2}  ")
	b := w.unexpanded()
	x := hook.Expansion{To: b.To}
	for i, h := range []slipway.Hook{first, second} {
		x.Deliveries = append(x.Deliveries, hook.Delivery{
			Position: b.To, EventID: id, HookID: h.ID, RepositoryID: w.repo.ID, Event: "push", GUID: fmt.Sprint(i), Body: odd,
		})
	}
	if err := w.queue.Expand(w.Context(), x); err != nil {
		w.Fatal(err)
	}
	for _, j := range w.claim(always) {
		if string(j.Body) != string(odd) || j.Hook.Secret != "s3cr3t" || j.RepositoryID != w.repo.ID || j.Event != "push" {
			w.Errorf("job %+v", j)
		}
	}
}

func inOrder(w *queueWorld) {
	w.hook()
	ids := w.happen(5)
	j := w.claimOne()
	if j.Tries != 0 || j.OutOfOrder || j.Failing || j.Progress != (hook.Progress{}) {
		w.Errorf("first job %+v", j)
	}
	w.claimNone() // it is leased
	for i, id := range ids {
		w.sameBody(j, id)
		then := w.done(j)
		if i == len(ids)-1 {
			w.back(then, time.Time{})
			break
		}
		j = w.next(then)
	}
	w.claimNone()
}

func failedHead(w *queueWorld) {
	first, second := w.hook(), w.hook()
	ids := w.happen(2)
	jobs := w.claim(always)
	w.same("hooks", []int64{jobs[0].Hook.ID, jobs[1].Hook.ID}, []int64{first.ID, second.ID})
	then := w.failed(jobs[0], time.Hour)
	if then.Next != nil || !then.Due.Equal(w.now.Add(time.Hour)) {
		w.Errorf("then %+v", then)
	}
	w.done(w.next(w.done(jobs[1])))
	w.happen(1) // joins behind the head: that does not make it due
	j := w.claimOne()
	if j.Hook.ID != second.ID {
		w.Errorf("claimed %+v", j)
	}
	w.done(j)
	if at, err := w.queue.NextDue(w.Context()); err != nil || !at.Equal(w.now.Add(time.Hour)) {
		w.Errorf("next due %s, %v", at, err)
	}
	w.move(time.Hour - time.Microsecond)
	w.claimNone()
	w.move(time.Microsecond)
	j = w.claimOne()
	w.sameBody(j, ids[0])
	if !j.Failing || j.Tries != 1 || j.Progress.Failures != 1 || j.Progress.LastCode != 500 || !j.Progress.LastAt.Equal(w.now.Add(-time.Hour)) {
		w.Errorf("job %+v", j)
	}
	j = w.next(w.done(j))
	w.sameBody(j, ids[1])
	if then := w.finish(j, 200, hook.Next{Done: true, GiveBack: true}); then.Next != nil || then.Due.After(w.now) {
		w.Errorf("given back: %+v", then)
	}
	if j := w.claimOne(); j.Failing {
		w.Error("a hook whose last attempt went well is not failing")
	}
}

func asides(w *queueWorld) {
	h := w.hook()
	ids := w.happen(2)
	w.failed(w.claimOne(), time.Hour)
	ping := w.record(hook.Ping, slipway.Subject{HookID: h.ID})
	w.expand()
	j := w.claimOne()
	w.sameBody(j, ping)
	if !j.OutOfOrder {
		w.Error("a ping is outside the order")
	}
	w.back(w.failed(j, time.Minute), w.now.Add(time.Minute))
	w.move(time.Minute)
	j = w.claimOne()
	w.sameBody(j, ping)
	w.back(w.done(j), w.now.Add(time.Hour-time.Minute))
	w.move(time.Hour)
	j = w.claimOne()
	w.sameBody(j, ids[0])
	j = w.next(w.finish(j, 400, hook.Next{SetAside: true, At: w.now.Add(time.Hour), Progress: hook.Progress{Failures: 4}}))
	w.sameBody(j, ids[1])
	w.back(w.done(j), w.now.Add(time.Hour))
	w.move(time.Hour)
	j = w.claimOne()
	w.sameBody(j, ids[0])
	if !j.OutOfOrder || j.Progress.Failures != 4 {
		w.Errorf("set aside: %+v", j)
	}
	w.back(w.done(j), time.Time{})
}

func probes(w *queueWorld) {
	w.hook()
	ids := w.happen(3)
	head := w.claimOne()
	probing := hook.Next{At: w.now.Add(time.Hour), Probe: true, Progress: hook.Progress{Failures: 3}}
	probe := w.next(w.finish(head, 400, probing))
	w.sameBody(probe, ids[1])
	if probe.Ahead != head.DeliveryID || probe.Verdict {
		w.Errorf("probe %+v", probe)
	}
	// The probe fails: it waits for its turn as before.
	w.back(w.finish(probe, 400, hook.Next{At: w.now, Progress: probe.Progress}), w.now.Add(time.Hour))
	w.move(time.Hour)
	head = w.claimOne()
	w.sameBody(head, ids[0])
	if head.Progress.Failures != 3 {
		w.Errorf("head %+v", head)
	}
	probing.At = w.now.Add(time.Hour)
	probe = w.next(w.finish(head, 400, probing))
	if probe.Tries != 1 || probe.Progress.Failures != 0 {
		w.Errorf("probe %+v", probe)
	}
	verdict := w.next(w.done(probe))
	w.sameBody(verdict, ids[0])
	if !verdict.Verdict || verdict.Ahead != 0 {
		w.Errorf("verdict %+v", verdict)
	}
	third := w.next(w.finish(verdict, 400, hook.Next{SetAside: true, At: w.now.Add(time.Hour), Progress: hook.Progress{Failures: 5}}))
	w.sameBody(third, ids[2])
	// Nobody follows the last one, so there is nobody to probe with.
	w.back(w.finish(third, 400, hook.Next{At: w.now.Add(time.Minute), Probe: true, Progress: hook.Progress{Failures: 3}}), w.now.Add(time.Minute))
	w.move(time.Hour)
	poison := w.claimOne()
	w.sameBody(poison, ids[0])
	w.finish(poison, 400, hook.Next{Done: true, GaveUp: true, GiveBack: true})
	w.same("events", w.actions(), []string{"delivery set_aside", "delivery gave_up"})
}

func fences(w *queueWorld) {
	w.hook()
	ids := w.happen(2)
	lost := w.claimOne()
	w.move(lease - time.Microsecond)
	w.claimNone()
	w.move(time.Microsecond)
	held := w.claimOne()
	w.sameBody(held, ids[0])
	if held.Fence <= lost.Fence || held.GUID != lost.GUID {
		w.Errorf("lost %+v, held %+v", lost, held)
	}
	if _, err := w.queue.Finish(w.Context(), lost, w.attempt(200), hook.Next{Done: true}, lease); slipway.KindOf(err) != slipway.Conflict {
		w.Errorf("the loser's result: %v", err)
	}
	if err := w.queue.Release(w.Context(), lost); err != nil {
		w.Error(err)
	}
	w.claimNone() // what the loser gave back was not its own
	j := w.next(w.done(held))
	if err := w.queue.Release(w.Context(), j); err != nil {
		w.Fatal(err)
	}
	again := w.claimOne()
	w.sameBody(again, ids[1])
	if again.Tries != 0 {
		w.Errorf("released is not tried: %+v", again)
	}
}

func claimRace(w *queueWorld) {
	const hooks, claimers = 20, 8
	for range hooks {
		w.hook()
	}
	w.happen(10)
	var mu sync.Mutex
	held, seen := map[int64]bool{}, map[string]int{}
	var group sync.WaitGroup
	for range claimers {
		group.Go(func() {
			for {
				jobs, err := w.queue.Claim(w.Context(), hook.Room{Healthy: 3, Failing: 3}, lease)
				if err != nil {
					w.Error(err)
					return
				}
				if len(jobs) == 0 {
					return
				}
				for _, j := range jobs {
					mu.Lock()
					if held[j.Hook.ID] {
						w.Errorf("hook %d is held twice", j.Hook.ID)
					}
					held[j.Hook.ID] = true
					mu.Unlock()
				}
				for _, j := range jobs {
					for next := &j; next != nil; {
						mu.Lock()
						seen[next.GUID]++
						if len(seen)%7 == 0 {
							next.Hook.LastResponse = slipway.HookResponse{}
						}
						mu.Unlock()
						give := next.Fence%2 == 0
						if give {
							mu.Lock()
							held[j.Hook.ID] = false
							mu.Unlock()
						}
						then, err := w.queue.Finish(w.Context(), *next, w.attempt(200), hook.Next{Done: true, GiveBack: give}, lease)
						if err != nil {
							w.Error(err)
							return
						}
						if then.Next == nil {
							mu.Lock()
							held[j.Hook.ID] = false
							mu.Unlock()
						}
						next = then.Next
					}
				}
			}
		})
	}
	group.Wait()
	for len(seen) < hooks*10 { // what was given back after everybody had looked
		for _, j := range w.claim(always) {
			seen[j.GUID]++
			w.finish(j, 200, hook.Next{Done: true, GiveBack: true})
		}
	}
	for guid, n := range seen {
		if n != 1 {
			w.Errorf("%s was handed out %d times", guid, n)
		}
	}
}

func rooms(w *queueWorld) {
	var hooks []slipway.Hook
	for range 6 {
		hooks = append(hooks, w.hook())
	}
	w.happen(2)
	for _, j := range w.claim(always) {
		if j.Hook.ID >= hooks[3].ID {
			w.failed(j, 0)
		} else {
			w.finish(j, 200, hook.Next{Done: true, GiveBack: true})
		}
	}
	for _, test := range []struct {
		room             hook.Room
		healthy, failing int
	}{
		{hook.Room{}, 0, 0},
		{hook.Room{Healthy: 1}, 1, 0},
		{hook.Room{Failing: 2}, 0, 2},
		{hook.Room{Healthy: 9, Failing: 9, Except: []int64{hooks[0].ID, hooks[1].ID, hooks[5].ID}}, 1, 2},
	} {
		healthy, failing := 0, 0
		for _, j := range w.claim(test.room) {
			if slices.Contains(test.room.Except, j.Hook.ID) {
				w.Errorf("%+v has hook %d", test.room, j.Hook.ID)
			}
			if j.Failing {
				failing++
			} else {
				healthy++
			}
			if err := w.queue.Release(w.Context(), j); err != nil {
				w.Fatal(err)
			}
		}
		if healthy != test.healthy || failing != test.failing {
			w.Errorf("%+v: claimed %d healthy and %d failing", test.room, healthy, failing)
		}
	}
}

// countedOnce: the answer of a commit may get lost, and then the caller finishes once more.
func countedOnce(w *queueWorld) {
	h := w.hook()
	ids := w.happen(2)
	j := w.claimOne()
	w.done(j)
	next := w.next(w.done(j))
	w.sameBody(next, ids[1])
	w.failed(next, time.Hour)
	w.back(w.failed(next, time.Hour), w.now.Add(time.Hour))
	if n := len(w.list(h, 0, "", 100)); n != 2 {
		w.Errorf("%d attempts are listed, 2 were made", n)
	}
	w.move(time.Hour)
	if j := w.claimOne(); j.Tries != 1 {
		w.Errorf("job %+v", j)
	}
}

func (w *queueWorld) list(h slipway.Hook, before int64, status string, limit int) []slipway.Delivery {
	w.Helper()
	return read(w.world, func(tx deploy.Tx) ([]slipway.Delivery, error) { return tx.ListDeliveries(h.ID, before, status, limit) })
}

func attempts(w *queueWorld) {
	h, other := w.hook(), w.hook()
	ids := w.happen(1)
	jobs := w.claim(always)
	w.failed(jobs[0], 0)
	w.done(jobs[1])
	j := w.claimOne()
	w.done(j)
	list := w.list(h, 0, "", 100)
	if len(list) != 2 {
		w.Fatalf("listed %+v", list)
	}
	newest, oldest := list[0], list[1]
	want := slipway.Delivery{
		ID: newest.ID, QueueID: j.DeliveryID, HookID: h.ID, RepositoryID: w.repo.ID, GUID: j.GUID, Event: "push", Action: "created",
		Redelivery: true, DeliveredAt: w.now, Duration: 1234567 * time.Microsecond, Status: "OK", StatusCode: 200, URL: "http://127.0.0.1/",
	}
	w.same("newest", newest, want)
	want.ID, want.Redelivery, want.Status, want.StatusCode = oldest.ID, false, "Invalid HTTP Response: 500", 500
	w.same("oldest", oldest, want)
	w.same("before", w.list(h, newest.ID, "", 100), list[1:])
	w.same("limit", w.list(h, 0, "", 1), list[:1])
	w.same("success", w.list(h, 0, "success", 100), list[:1])
	w.same("failure", w.list(h, 0, "failure", 100), list[1:])
	for _, test := range []struct {
		after  int64
		status string
		n      int
		want   int64
	}{
		{0, "", 1, oldest.ID},
		{0, "", 2, newest.ID},
		{0, "", 9, newest.ID},
		{0, "success", 1, newest.ID},
		{0, "failure", 2, oldest.ID},
		{oldest.ID, "", 1, newest.ID},
		{oldest.ID, "failure", 1, 0},
		{newest.ID, "", 1, 0},
	} {
		got := read(w.world, func(tx deploy.Tx) (int64, error) { return tx.NewerDelivery(h.ID, test.after, test.status, test.n) })
		if got != test.want {
			w.Errorf("newer: %+v: %d", test, got)
		}
	}
	w.same("failure before", w.list(h, oldest.ID, "failure", 100), []slipway.Delivery{})
	want.RequestHeader, want.ResponseHeader = http.Header{"X-GitHub-Event": {"push"}}, http.Header{"Server": {"a", "b"}}
	want.RequestBody, want.ResponseBody = body(ids[0]), []byte("\xff\x00!")
	w.same("detail", read(w.world, func(tx deploy.Tx) (slipway.Delivery, error) { return tx.Delivery(h.ID, oldest.ID) }), want)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Delivery(other.ID, oldest.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Delivery(h.ID, 1<<40); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.Redeliver(other.ID, oldest.ID) })
	response := read(w.world, func(tx deploy.Tx) (slipway.Hook, error) { return tx.Hook(w.repo.ID, h.ID) }).LastResponse
	w.same("last response", response, slipway.HookResponse{Code: new(200), Status: "active", Message: new("OK")})
}

func (w *queueWorld) parkedAt(h slipway.Hook) *time.Time {
	w.Helper()
	return read(w.world, func(tx deploy.Tx) (slipway.Hook, error) { return tx.Hook(h.RepositoryID, h.ID) }).ParkedAt
}

func parking(w *queueWorld) {
	h := w.hook()
	ids := w.happen(2)
	park := hook.Next{At: w.now.Add(time.Hour), Park: true, Progress: hook.Progress{Failures: 9, FailingFor: time.Hour, LastAt: w.now}}
	w.back(w.finish(w.claimOne(), 410, park), time.Time{})
	if at := w.parkedAt(h); at == nil || !at.Equal(w.now) {
		w.Errorf("parked at %v", at)
	}
	w.move(1000 * time.Hour)
	ids = append(ids, w.happen(1)...)
	w.claimNone()
	ping := w.record(hook.Ping, slipway.Subject{HookID: h.ID})
	w.expand()
	j := w.claimOne()
	w.sameBody(j, ping)
	w.back(w.failed(j, 0), time.Time{}) // tried once when somebody asks, not by itself
	w.claimNone()
	second := w.record(hook.Ping, slipway.Subject{HookID: h.ID})
	w.expand()
	j = w.claimOne()
	w.sameBody(j, second)
	j = w.next(w.finish(j, 200, hook.Next{Done: true, Resume: true}))
	if w.parkedAt(h) != nil {
		w.Error("a ping that got through leaves it parked")
	}
	w.sameBody(j, ping)
	j = w.next(w.done(j))
	w.sameBody(j, ids[0])
	if j.Tries != 1 || j.Progress != (hook.Progress{}) {
		w.Errorf("a resumed hook begins anew: %+v", j)
	}
	w.finish(j, 410, hook.Next{At: w.now, Park: true, Progress: hook.Progress{Failures: 1}})
	w.claimNone()
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.SetHook(h, true) })
	if w.parkedAt(h) != nil {
		w.Error("an edit leaves it parked")
	}
	j = w.claimOne()
	for _, id := range ids {
		w.sameBody(j, id)
		if then := w.done(j); then.Next != nil {
			j = *then.Next
		}
	}
	w.same("events", w.actions(), []string{"hook parked", "hook resumed", "hook parked"})
}

// actions lists what the queue itself left in the log.
func (w *queueWorld) actions() (list []string) {
	w.Helper()
	w.record("push", slipway.Subject{}) // whose position comes after theirs
	events, err := w.store.Events(w.Context(), 0, 1000)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == "hook" || e.Kind == "delivery" {
			list = append(list, e.Kind+" "+e.Action)
		}
	}
	return list
}

func switching(w *queueWorld) {
	h := w.hook()
	ids := w.happen(2)
	j := w.claimOne()
	h.Active = false
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.SetHook(h, true) })
	w.back(w.done(j), time.Time{}) // what was under way is recorded, the rest waits
	w.happen(1)
	w.claimNone()
	ping := w.record(hook.Ping, slipway.Subject{HookID: h.ID})
	w.expand()
	j = w.claimOne()
	w.sameBody(j, ping)
	w.back(w.done(j), time.Time{})
	h.Active = true
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.SetHook(h, true) })
	j = w.claimOne()
	w.sameBody(j, ids[1])
	w.back(w.done(j), time.Time{})
}

func redelivery(w *queueWorld) {
	h := w.hook()
	ids := w.happen(3)
	head := w.next(w.done(w.claimOne()))
	w.finish(head, 410, hook.Next{At: w.now.Add(time.Hour), Park: true, Progress: hook.Progress{Failures: 1}})
	list := w.list(h, 0, "", 100)
	again := func(id int64) {
		w.Helper()
		w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.Redeliver(h.ID, id) })
	}
	again(list[1].ID)
	if w.parkedAt(h) != nil {
		w.Error("a redelivery leaves the hook parked")
	}
	j := w.claimOne()
	w.sameBody(j, ids[0])
	if !j.OutOfOrder || j.GUID != list[1].GUID || j.Tries != 1 {
		w.Errorf("redelivery %+v", j)
	}
	head = w.next(w.done(j))
	w.sameBody(head, ids[1])
	w.back(w.failed(head, time.Hour), w.now.Add(time.Hour))
	again(w.list(h, 0, "", 1)[0].ID) // the head itself: in its turn, now
	head = w.claimOne()
	w.sameBody(head, ids[1])
	if head.OutOfOrder {
		w.Error("a head that still waits stays in the order")
	}
	last := w.next(w.done(head))
	w.sameBody(last, ids[2])
	w.back(w.done(last), time.Time{})
}

func (w *queueWorld) again(h slipway.Hook, id int64) {
	w.Helper()
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.Redeliver(h.ID, id) })
}

// redeliveries are ten of one delivery that is over, the last while the first is under way, one of them refused.
func redeliveries(w *queueWorld) {
	h := w.hook()
	ids := w.happen(1)
	w.done(w.claimOne())
	first := w.list(h, 0, "", 1)[0]
	for range 9 {
		w.again(h, first.ID)
	}
	j := w.claimOne()
	w.again(h, first.ID)
	for i := range 10 {
		w.sameBody(j, ids[0])
		if !j.OutOfOrder || j.GUID != first.GUID || j.Tries != i+1 || j.Progress != (hook.Progress{}) {
			w.Errorf("redelivery %d: %+v", i, j)
		}
		var then hook.Then
		if i == 4 {
			then = w.failed(j, time.Hour)
			w.back(then, w.now) // the next one was asked for by itself
			j = w.claimOne()
			continue
		}
		if then = w.done(j); i < 9 {
			j = w.next(then)
		} else {
			w.back(then, time.Time{})
		}
	}
	seen := map[int64]bool{}
	for i, d := range w.list(h, 0, "", 100) {
		seen[d.ID] = true
		if d.GUID != first.GUID || d.Redelivery != (i < 10) {
			w.Errorf("attempt %d: %+v", i, d)
		}
	}
	if len(seen) != 11 {
		w.Errorf("%d attempts, 1 and 10 redeliveries were made", len(seen))
	}
}

// redeliveryMeanwhile asks for one that waits, while it is being tried: that try is not the one that was asked for.
func redeliveryMeanwhile(w *queueWorld) {
	h := w.hook()
	ids := w.happen(2)
	w.failed(w.claimOne(), 0)
	j := w.claimOne()
	id := w.list(h, 0, "", 1)[0].ID
	w.again(h, id)
	park := hook.Next{At: w.now.Add(time.Hour), Park: true, Progress: hook.Progress{Failures: 9}}
	then := w.finish(j, 410, park)
	if w.parkedAt(h) != nil {
		w.Error("parked, with a redelivery to be made")
	}
	j = w.next(then)
	w.sameBody(j, ids[0])
	w.again(h, id)
	j = w.next(w.done(j)) // it was taken, and is sent once more all the same
	w.sameBody(j, ids[0])
	if !j.OutOfOrder {
		w.Error("what is over has no place in the order")
	}
	j = w.next(w.done(j))
	w.sameBody(j, ids[1])
	w.back(w.done(j), time.Time{})
	if n := len(w.list(h, 0, "", 100)); n != 5 {
		w.Errorf("%d attempts", n)
	}
}

func undelivered(w *queueWorld) {
	type watched interface {
		Undelivered(ctx context.Context) (int, time.Time, error)
	}
	expect := func(when string, parked int, oldest time.Time) {
		w.Helper()
		n, at, err := w.store.(watched).Undelivered(w.Context())
		if err != nil || n != parked || !at.Equal(oldest) {
			w.Errorf("%s: %d parked, oldest of %s, %v; want %d, %s", when, n, at, err, parked, oldest)
		}
	}
	expect("at first", 0, time.Time{})
	h, other := w.hook(), w.hook()
	began := w.now
	w.happen(1)
	w.move(time.Minute)
	later := w.now
	w.happen(1)
	expect("nothing is tried yet", 0, began)
	jobs := w.claim(always)
	w.failed(jobs[0], time.Hour)
	expect("one is to be tried again, one is under way", 0, began)
	w.done(jobs[1])
	expect("one is to be tried again", 0, began)
	w.move(time.Hour)
	w.finish(w.claim(always)[0], 410, hook.Next{At: w.now, Park: true, Progress: hook.Progress{Failures: 1}})
	expect("its hook is parked", 1, later)
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.RemoveHook(w.repo.ID, other.ID) })
	expect("no other hook", 1, time.Time{})
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.SetHook(h, true) })
	expect("it is resumed", 0, began)
	w.done(w.next(w.done(w.claimOne())))
	expect("all is done", 0, time.Time{})
}

func removal(w *queueWorld) {
	h, other := w.hook(), w.hook()
	w.happen(2)
	jobs := w.claim(always)
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.RemoveHook(w.repo.ID, h.ID) })
	if _, err := w.queue.Finish(w.Context(), jobs[0], w.attempt(200), hook.Next{Done: true}, lease); slipway.KindOf(err) != slipway.Conflict {
		w.Errorf("the result of a hook that is gone: %v", err)
	}
	w.move(lease)
	if j := w.claimOne(); j.Hook.ID != other.ID {
		w.Errorf("claimed %+v", j)
	}
}

func retention(w *queueWorld) {
	h := w.hook()
	w.happen(2)
	w.back(w.done(w.next(w.done(w.claimOne()))), time.Time{})
	list := w.list(h, 0, "", 100)
	w.move(40 * 24 * time.Hour)
	w.happen(1)
	w.failed(w.claimOne(), time.Hour)
	remove := func(fn func(tx deploy.Tx) (int, error)) (n int) {
		w.update(-2, func(tx deploy.Tx) (err error) {
			n, err = fn(tx)
			return err
		})
		return n
	}
	if n := remove(func(tx deploy.Tx) (int, error) { return tx.RemoveOldDeliveries(w.now.Add(-30*24*time.Hour), 1) }); n != 1 {
		w.Errorf("removed %d", n)
	}
	if n := remove(func(tx deploy.Tx) (int, error) { return tx.RemoveOldDeliveries(w.now.Add(time.Hour), 100) }); n != 1 {
		w.Errorf("removed %d, of which one waits", n)
	}
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.Redeliver(h.ID, list[0].ID) })
	if d := read(w.world, func(tx deploy.Tx) (slipway.Delivery, error) { return tx.Delivery(h.ID, list[0].ID) }); d.RequestBody != nil || d.GUID == "" {
		w.Errorf("a delivery whose payload is gone: %+v", d)
	}
	if n := len(w.list(h, 0, "", 100)); n != 3 {
		w.Errorf("%d attempts are listed", n)
	}
	old := w.now.Add(-time.Hour)
	for range 2 {
		if n := remove(func(tx deploy.Tx) (int, error) { return tx.RemoveOldAttempts(old, 1) }); n != 1 {
			w.Errorf("removed %d", n)
		}
	}
	if n := remove(func(tx deploy.Tx) (int, error) { return tx.RemoveOldAttempts(old, 100) }); n != 0 {
		w.Errorf("removed %d", n)
	}
	if n := len(w.list(h, 0, "", 100)); n != 1 {
		w.Errorf("%d attempts are listed", n)
	}
	w.move(time.Hour)
	w.back(w.done(w.claimOne()), time.Time{})
}

// clockSetBack is promise P20: what was planned by a clock that was ahead does not have to wait for it.
func clockSetBack(w *queueWorld) {
	w.hook()
	ids := w.happen(2)
	w.failed(w.claimOne(), time.Hour)
	w.move(-72 * time.Hour)
	j := w.claimOne()
	w.sameBody(j, ids[0])
	w.move(-72 * time.Hour) // a lease does not last either
	again := w.claimOne()
	if again.Fence <= j.Fence {
		w.Errorf("first %+v, then %+v", j, again)
	}
	j = w.next(w.done(again))
	w.sameBody(j, ids[1])
	w.back(w.failed(j, time.Hour), w.now.Add(time.Hour))
	w.move(-time.Second) // as far as honest clocks may be apart
	w.claimNone()
}
