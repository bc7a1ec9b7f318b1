package storetest

import (
	"net/http"
	"slices"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/hook"
)

func (w *queueWorld) tried(h slipway.Hook, before int64, limit int) []deploy.Tried {
	w.Helper()
	return read(w.world, func(tx deploy.Tx) ([]deploy.Tried, error) { return tx.Tried(h.ID, before, limit) })
}

func (w *queueWorld) redeliverMany(h slipway.Hook, deliveries ...int64) (n int) {
	w.Helper()
	w.update(w.repo.ID, func(tx deploy.Tx) (err error) {
		n, err = tx.RedeliverMany(h.ID, deliveries)
		return err
	})
	return n
}

// redeliverMany: each delivery that is over once, in the order of their events, with its own GUID; asked for again while
// they are in flight it does nothing.
func redeliverMany(w *queueWorld) {
	h := w.hook()
	other := w.hook()
	ids := w.happen(4)
	first := w.claim(always)
	slices.SortFunc(first, func(a, b hook.Job) int { return int(a.Hook.ID - b.Hook.ID) })
	for _, j := range first { // the first three got through or were given up, the last still waits
		j = w.next(w.done(j))
		j = w.next(w.finish(j, 500, hook.Next{Done: true, GaveUp: true, Progress: hook.Progress{Failures: 3, LastAt: w.now}}))
		j = w.next(w.done(j))
		w.failed(j, time.Hour)
	}
	tried := w.tried(h, 0, 10)
	if len(tried) != 4 || !tried[0].At.Equal(w.now) || tried[0].ID < tried[1].ID {
		w.Fatalf("tried %+v", tried)
	}
	var deliveries []int64
	for i, want := range []deploy.Tried{{Over: false}, {Over: true}, {Over: true, Failed: true}, {Over: true}} {
		if got := tried[i]; got.Over != want.Over || got.Failed != want.Failed {
			w.Errorf("tried %d: %+v, want %+v", i, got, want)
		}
		deliveries = append(deliveries, tried[i].DeliveryID)
	}
	w.same("a page", w.tried(h, tried[1].ID, 1), tried[2:3])
	w.same("nothing of another hook", w.redeliverMany(other, deliveries...), 0)
	w.same("three are over", w.redeliverMany(h, deliveries...), 3)
	w.same("in flight already", w.redeliverMany(h, deliveries...), 0)
	w.same("none", w.redeliverMany(h), 0)
	log := w.list(h, 0, "", 10)
	j := w.claimOne()
	for i := range 3 {
		w.sameBody(j, ids[i])
		if j.GUID != log[3-i].GUID || !j.OutOfOrder || j.Tries != 1 || j.Progress != (hook.Progress{}) {
			w.Errorf("redelivery %d: %+v", i, j)
		}
		then := w.done(j)
		if i < 2 {
			j = w.next(then)
		} else {
			w.back(then, w.now.Add(time.Hour)) // the one that waits, in its turn
		}
	}
}

// unsent: no body, one attempt that failed, and nothing to redeliver.
func unsent(w *queueWorld) {
	h := w.hook()
	w.record("push", slipway.Subject{})
	b := w.unexpanded()
	x := hook.Expansion{To: b.To}
	for _, o := range b.Occurrences {
		for _, d := range w.deliveries(o) {
			d.Body, d.Unsent = nil, &hook.Unsent{URL: "http://example.com/", StatusCode: http.StatusRequestEntityTooLarge, Status: "not sent: too large"}
			x.Deliveries = append(x.Deliveries, d)
		}
	}
	for range 2 { // the second time it is known already
		if err := w.queue.Expand(w.Context(), x); err != nil {
			w.Fatal(err)
		}
	}
	w.claimNone()
	log := w.list(h, 0, deploy.DeliveryFailure, 10)
	if len(log) != 1 || log[0].StatusCode != http.StatusRequestEntityTooLarge || log[0].Status != "not sent: too large" || log[0].GUID != x.Deliveries[0].GUID || log[0].Redelivery || log[0].URL != "http://example.com/" {
		w.Fatalf("listed %+v", log)
	}
	detail := read(w.world, func(tx deploy.Tx) (slipway.Delivery, error) { return tx.Delivery(h.ID, log[0].ID) })
	if detail.RequestBody != nil || len(detail.RequestHeader) != 0 {
		w.Errorf("detail %+v", detail)
	}
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.Redeliver(h.ID, log[0].ID) })
	w.same("nothing to redeliver", w.redeliverMany(h, log[0].QueueID), 0)
	if got := w.actions(); !slices.Contains(got, "delivery unsent") {
		w.Errorf("events %v", got)
	}
}

func hookBacklog(w *queueWorld) {
	h := w.hook()
	backlog := func() slipway.HookBacklog {
		return read(w.world, func(tx deploy.Tx) (slipway.HookBacklog, error) { return tx.Backlog(h.ID) })
	}
	w.same("nothing yet", backlog(), slipway.HookBacklog{})
	w.happen(3)
	w.same("three wait", backlog(), slipway.HookBacklog{Waiting: 3, OldestAt: new(w.now), NextAttemptAt: new(w.now)})
	began := w.now
	w.move(time.Minute)
	w.back(w.failed(w.claimOne(), time.Hour), w.now.Add(time.Hour))
	w.record(hook.Ping, slipway.Subject{HookID: h.ID})
	w.expand()
	w.same("one failed", backlog(), slipway.HookBacklog{Waiting: 4, Failing: 1, Aside: 1, OldestAt: &began, NextAttemptAt: new(w.now)})
	w.update(w.repo.ID, func(tx deploy.Tx) error { return tx.ResumeHook(h.ID) })
	w.same("resumed", backlog(), slipway.HookBacklog{Waiting: 4, Aside: 1, OldestAt: &began, NextAttemptAt: new(w.now)})
}
