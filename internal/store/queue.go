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
	return t.reschedule(id, rests(h))
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
func (t *tx) reschedule(hookID int64, rests bool) error {
	due, err := t.nextDue(hookID, rests)
	if err != nil {
		return err
	}
	return t.failed("reschedule", t.q.SetQueueDue(t.ctx, db.SetQueueDueParams{DueAt: due, SetAt: t.now, HookID: hookID}))
}

// nextDue is when a hook has something to do; nil when nothing waits that may be tried.
func (t *tx) nextDue(hookID int64, rests bool) (*time.Time, error) {
	first, found, err := t.asideOf(hookID, rests)
	if err != nil {
		return nil, err
	}
	var due *time.Time
	if found {
		due = new(t.dueAt(first))
	}
	if rests {
		return due, nil
	}
	head, found, err := t.head(hookID)
	if at := t.dueAt(head); found && (due == nil || at.Before(*due)) {
		due = &at
	}
	return due, err
}

// asideOf is the first delivery outside the order. A hook that rests has only those that were not tried since somebody
// asked for them.
func (t *tx) asideOf(hookID int64, rests bool) (db.Delivery, bool, error) {
	most := int64(math.MaxInt64)
	if rests {
		most = 0
	}
	d, err := t.q.GetAside(t.ctx, db.GetAsideParams{HookID: hookID, MostFailures: most})
	return found(t, "aside", d, err)
}

// head is the first delivery in the order.
func (t *tx) head(hookID int64) (db.Delivery, bool, error) {
	d, err := t.q.GetHead(t.ctx, hookID)
	return found(t, "head", d, err)
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

func (t *tx) isDue(d db.Delivery) bool { return !t.dueAt(d).After(t.now) }

// scopeOfHook is the lock of what is recorded of a hook: different hooks do not wait for each other.
func scopeOfHook(id int64) int64 { return -1000 - id }
