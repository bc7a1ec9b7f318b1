package store

import (
	"context"
	"math"
	"time"

	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// The queue of deliveries. A row in queues says for each hook when it has something to do and who is at it; what there is
// to do is in deliveries: the ordered ones one after another from the smallest id, those aside whenever they are due.
//
// Whatever changes what a hook has to do locks its row in queues first, several rows in the order of their ids, and only
// then reads what is waiting. On PostgreSQL that keeps two writers from overlooking each other's work.

var _ hook.Queue = (*DB)(nil)

// scopeClaim is the lock of whoever claims; expansions have scopeQueue.
const scopeClaim int64 = -3

// Lanes of a delivery; NULL is the one of those that are over.
const (
	ordered = "ordered" // its turn comes by id
	aside   = "aside"   // out of the order: a ping, a test, a redelivery, poison
)

// clockSlack is how far two honest clocks may be apart. What was decided later than that in the future was decided before
// the clock was set back, and does not count.
const clockSlack = time.Minute

// later is the time no honest clock has reached.
func (t *tx) later() time.Time { return t.now.Add(clockSlack) }

// Begin frees what a process before this one had leased. On PostgreSQL others may be at work: their leases end by time.
func (d *DB) Begin(ctx context.Context) error {
	if d.config.DatabaseURL != "" {
		return nil
	}
	return d.update(ctx, scopeQueue, func(t *tx) error { return t.failed("end leases", t.q.EndLeases(t.ctx)) })
}

// NextDue is when the first hook has something to do that nobody is at, or when a lease ends.
func (d *DB) NextDue(ctx context.Context) (at time.Time, err error) {
	err = d.view(ctx, func(t *tx) error {
		due, err := t.q.GetFirstDue(t.ctx, t.now)
		if err = absent(t.failed("next due", err)); err != nil {
			return err
		}
		end, err := t.q.GetFirstLeaseEnd(t.ctx, t.now)
		if err = absent(t.failed("next lease", err)); err != nil {
			return err
		}
		if due != nil {
			at = *due
		}
		if !end.IsZero() && (at.IsZero() || end.Before(at)) {
			at = end
		}
		return nil
	})
	return at, err
}

// startQueue begins the queue of a new hook. Events that exist already are not for it.
func (t *tx) startQueue(hookID int64) error {
	return t.failed("start queue", t.q.StartQueue(t.ctx, db.StartQueueParams{HookID: hookID, Now: t.now}))
}

// forgetHook ends the queue of a hook that goes: nothing more is sent, and what is under way is not recorded.
func (t *tx) forgetHook(id int64) error {
	if err := t.lockQueue(id); err != nil {
		return err
	}
	if err := t.q.DeleteWaiting(t.ctx, id); err != nil {
		return t.failed("forget deliveries", err)
	}
	return t.failed("forget queue", t.q.RemoveQueue(t.ctx, id))
}

// resumeHook un-parks a hook and has everything that failed tried again at once, from the head.
func (t *tx) resumeHook(id int64) error {
	if err := t.lockQueue(id); err != nil {
		return err
	}
	if err := t.unpark(id); err != nil {
		return err
	}
	h, err := t.q.GetHookByID(t.ctx, id)
	if err != nil {
		return t.failed("hook", err)
	}
	return t.reschedule(h)
}

// rests reports whether a hook is parked or switched off. Nothing is tried then but what somebody asks for by itself: a
// ping, a redelivery.
func rests(h db.Hook) bool { return h.ParkedAt != nil || !h.Active }

func (t *tx) lockQueue(hookID int64) error {
	n, err := t.q.LockQueue(t.ctx, hookID)
	return t.changed("lock queue", n, err)
}

// unpark has a hook begin anew, without a past.
func (t *tx) unpark(hookID int64) error {
	if err := t.q.SetHookParked(t.ctx, db.SetHookParkedParams{ID: hookID}); err != nil {
		return t.failed("unpark", err)
	}
	return t.failed("reset", t.q.ResetFailing(t.ctx, db.ResetFailingParams{HookID: hookID, Now: t.now}))
}

// reschedule writes when a hook has something to do next. Its row must be locked.
func (t *tx) reschedule(row db.Hook) error {
	_, due, err := t.waiting(row)
	if err != nil {
		return err
	}
	return t.failed("reschedule", t.q.SetQueueDue(t.ctx, db.SetQueueDueParams{DueAt: due, SetAt: t.now, HookID: row.ID}))
}

// waiting is the delivery that a hook makes next, and when: one outside the order if it is due, else the head, else whichever
// is due first. due is nil when nothing waits that may be tried.
func (t *tx) waiting(row db.Hook) (d db.Delivery, due *time.Time, err error) {
	first, err := t.q.GetFirstWaiting(t.ctx, row.ID)
	first, there, err := found(t, "waiting", first, err)
	if err != nil || !there {
		return d, nil, err
	}
	if *first.Lane == ordered { // so nothing is aside
		if rests(row) {
			return d, nil, nil
		}
		return first, new(t.dueAt(first)), nil
	}
	return t.waitingAside(row)
}

// waitingAside is waiting where something is outside the order.
func (t *tx) waitingAside(row db.Hook) (d db.Delivery, due *time.Time, err error) {
	d, there, err := t.asideOf(row)
	if err != nil {
		return d, nil, err
	}
	if there {
		due = new(t.dueAt(d))
	}
	if rests(row) || there && !due.After(t.now) {
		return d, due, nil
	}
	head, err := t.q.GetHead(t.ctx, row.ID)
	head, there, err = found(t, "head", head, err)
	if at := t.dueAt(head); there && (due == nil || at.Before(*due)) {
		return head, &at, nil
	}
	return d, due, err
}

// asideOf is the first delivery outside the order. A hook that rests has only those that were not tried since somebody
// asked for them.
func (t *tx) asideOf(row db.Hook) (db.Delivery, bool, error) {
	most := int64(math.MaxInt64)
	if rests(row) {
		most = 0
	}
	d, err := t.q.GetAside(t.ctx, db.GetAsideParams{HookID: row.ID, MostFailures: most})
	return found(t, "aside", d, err)
}

// found turns a row that is not there into false.
func found[T any](t *tx, op string, row T, err error) (T, bool, error) {
	if err == nil {
		return row, true, nil
	}
	return row, false, absent(t.failed(op, err))
}

// dueAt is when a delivery may be tried: now, if that was decided by a clock that was set back since.
func (t *tx) dueAt(d db.Delivery) time.Time {
	if d.DueSetAt.After(t.later()) {
		return t.now
	}
	return d.DueAt
}

// scopeOfHook is the lock of what is recorded of a hook: different hooks do not wait for each other.
func scopeOfHook(id int64) int64 { return -1000 - id }
