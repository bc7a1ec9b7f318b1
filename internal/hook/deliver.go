package hook

import (
	"context"
	"errors"
	"time"

	"github.com/slipway-deploy/slipway"
)

const (
	dawdling  = 100 * time.Millisecond // an attempt that takes longer leaves the quick lane
	turnTime  = time.Second            // a hook with much to do lets others have its place after this long
	writeTime = 5 * time.Second        // for recording one attempt, once
	grace     = 500 * time.Millisecond // for attempts under way when the worker is to end
)

// start works on one claimed hook in its own goroutine.
func (w *Worker) start(ctx context.Context, j Job) {
	p := w.lanes.enter(j.Failing)
	w.mu.Lock()
	w.held[j.Hook.ID] = true
	w.mu.Unlock()
	w.done.Go(func() {
		w.work(ctx, j, p)
		w.mu.Lock()
		delete(w.held, j.Hook.ID)
		w.mu.Unlock()
		p.leave()
	})
}

// work delivers what a hook has to do, one after another, while its lease lasts and nothing fails.
func (w *Worker) work(ctx context.Context, first Job, p *place) {
	turn := time.Now()
	for then := (Then{Next: &first}); then.Next != nil; {
		j := *then.Next
		a, err := w.attempt(ctx, j, p)
		if err != nil {
			w.release(ctx, j)
			if errors.Is(err, errLocal) {
				w.failed(ctx, "send", err)
				sleep(ctx, w.options.Pause) // keeping the place: the whole machine is short
			}
			return
		}
		now := w.options.Now()
		n := w.options.Policy.next(j, a, now, chance())
		n.GiveBack = time.Since(turn) > turnTime || ctx.Err() != nil
		if then, err = w.finish(ctx, j, a, n); err != nil {
			return // the lease was lost, or ends by itself: the delivery is sent again
		}
		if then.Next == nil && !then.Due.IsZero() {
			signal(w.settled)
		}
		w.options.Observe(Observation{
			HookID: j.Hook.ID, RepositoryID: j.RepositoryID, Event: j.Event, StatusCode: a.StatusCode, Duration: a.Duration,
			Answered: a.Answered, OK: a.OK(), Parked: n.Park, SetAside: n.SetAside, GaveUp: n.GaveUp,
		})
	}
}

// attempt makes one attempt, unless ctx has ended. One that is under way then may end as well, if it does so soon: what is cut
// short is sent again, and the receiver may have taken it already.
func (w *Worker) attempt(ctx context.Context, j Job, p *place) (Attempt, error) {
	if err := ctx.Err(); err != nil {
		return Attempt{}, err
	}
	within, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cut) })()
	timer := time.AfterFunc(dawdling, p.dawdle)
	defer timer.Stop()
	return w.sender.send(within, j)
}

// finish records an attempt, however long the queue cannot: what was sent and not recorded would be sent again.
func (w *Worker) finish(ctx context.Context, j Job, a Attempt, n Next) (Then, error) {
	for {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
		then, err := w.queue.Finish(within, j, a, n, w.lease())
		cancel()
		if err == nil || slipway.KindOf(err) == slipway.Conflict {
			return then, err
		}
		w.options.Log.Error("the delivery worker could not record an attempt", "hook", j.Hook.ID, "guid", j.GUID, "err", err)
		if !sleep(ctx, w.options.Pause) {
			return Then{}, err
		}
	}
}

// release gives a hook back without an attempt.
func (w *Worker) release(ctx context.Context, j Job) {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	if err := w.queue.Release(within, j); err != nil {
		w.options.Log.Error("the delivery worker could not give a hook back", "hook", j.Hook.ID, "err", err)
	}
}
