package store

import (
	"math"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Tried lists attempts, newest first: those with ids below before, or with before 0 from the newest.
func (t *tx) Tried(hookID, before int64, limit int) ([]deploy.Tried, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := t.q.ListTried(t.ctx, db.ListTriedParams{HookID: hookID, Before: before, Lim: int64(limit)})
	if err != nil {
		return nil, t.failed("tried", err)
	}
	return convert(rows, func(r db.ListTriedRow) deploy.Tried {
		return deploy.Tried{ID: r.ID, At: r.At, DeliveryID: r.DeliveryID, Over: r.Lane == nil, Failed: r.Lane == nil && r.Failures > 0}
	}), nil
}

// RedeliverMany puts deliveries that are over outside the order, due at once: the earlier event first.
func (t *tx) RedeliverMany(hookID int64, deliveries []int64) (int, error) {
	if err := t.lockQueue(hookID); err != nil {
		return 0, err
	}
	n, err := t.q.RedeliverMany(t.ctx, db.RedeliverManyParams{Ids: idList(deliveries), HookID: hookID, Now: t.now})
	if err != nil {
		return 0, t.failed("redeliver many", err)
	}
	h, err := t.q.GetHookByID(t.ctx, hookID)
	if err != nil {
		return 0, t.failed("hook", err)
	}
	return int(n), t.reschedule(h)
}

// Backlog counts what a hook has still to be told.
func (t *tx) Backlog(hookID int64) (b slipway.HookBacklog, err error) {
	row, err := t.q.CountWaiting(t.ctx, hookID)
	if err != nil {
		return b, t.failed("backlog", err)
	}
	b = slipway.HookBacklog{Waiting: int(row.Waiting), Failing: int(row.Failing), Aside: int(row.Aside)}
	if b.NextAttemptAt, err = t.q.GetQueueDue(t.ctx, hookID); err != nil {
		return b, t.failed("queue due", err)
	}
	if row.Oldest == 0 {
		return b, nil
	}
	at, err := t.q.GetEventTime(t.ctx, row.Oldest)
	at, there, err := found(t, "event", at, err)
	if there {
		b.OldestAt = &at
	}
	return b, err
}
