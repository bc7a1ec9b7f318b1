package store

import (
	"context"
	"slices"
	"time"

	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Claim leases hooks that have something to do. Losing one to another node is no error: it is simply not among the answers.
func (d *DB) Claim(ctx context.Context, r hook.Room, lease time.Duration) (jobs []hook.Job, err error) {
	var unreadable []error
	err = d.update(ctx, scopeClaim, func(t *tx) error {
		jobs, unreadable = nil, nil
		due, err := t.dueHooks(r)
		if err != nil {
			return err
		}
		for _, id := range sortedKeys(due) {
			job, err := t.claim(id, lease)
			if err != nil && t.s.broken == nil {
				unreadable = append(unreadable, err)
				job, err = nil, t.postpone(id)
			}
			if err != nil {
				return err
			}
			if job != nil {
				job.Failing = due[id]
				jobs = append(jobs, *job)
			}
		}
		return nil
	})
	for _, e := range unreadable {
		d.config.Log.Error("a hook cannot be read; its deliveries wait", "err", e)
	}
	if err != nil {
		return nil, err
	}
	return jobs, nil
}

// dueHooks picks what has been due longest, as much as there is room for, and says which of it is failing.
func (t *tx) dueHooks(r hook.Room) (map[int64]bool, error) {
	due := map[int64]bool{}
	for failing, room := range map[bool]int{false: r.Healthy, true: r.Failing} {
		if room <= 0 {
			continue
		}
		ids, err := t.q.ListDueQueues(t.ctx, db.ListDueQueuesParams{
			Now: t.now, Later: t.later(), Failing: failing, Lim: int64(room + len(r.Except)),
		})
		if err != nil {
			return nil, t.failed("due hooks", err)
		}
		ids = slices.DeleteFunc(ids, func(id int64) bool { return slices.Contains(r.Except, id) })
		for _, id := range ids[:min(len(ids), room)] {
			due[id] = failing
		}
	}
	return due, nil
}

// claim leases one hook and finds its first job: nil when another node was faster, or when there is nothing to do after
// all, which is then written down.
func (t *tx) claim(hookID int64, lease time.Duration) (*hook.Job, error) {
	fence, err := t.q.ClaimQueue(t.ctx, db.ClaimQueueParams{
		Now: t.now, LeaseUntil: t.now.Add(lease), HookID: hookID, Later: t.later(),
	})
	if err != nil {
		return nil, absent(t.failed("claim", err))
	}
	row, err := t.q.GetHookByID(t.ctx, hookID)
	if err != nil {
		return nil, t.failed("hook", err)
	}
	job, due, err := t.pick(row, fence)
	if err != nil || job != nil {
		return job, err
	}
	return nil, t.giveBack(hookID, fence, due)
}

// pick finds what a hook does now, or says when it has something to do.
func (t *tx) pick(row db.Hook, fence int64) (job *hook.Job, due *time.Time, err error) {
	d, due, err := t.waiting(row)
	if err == nil && due != nil && !due.After(t.now) {
		job, err = t.job(row, fence, d)
	}
	return job, due, err
}

func (t *tx) job(row db.Hook, fence int64, d db.Delivery) (*hook.Job, error) {
	h, err := t.hookOf(row)
	if err != nil {
		return nil, err
	}
	body, err := t.q.GetBody(t.ctx, d.BodyID)
	if err != nil {
		return nil, t.failed("body", err)
	}
	g := hook.Progress{
		Failures: int(d.Failures), FailingFor: micros(d.FailingFor),
		Refusals: int(d.Refusals), RefusedFor: micros(d.RefusedFor), LastCode: int(d.LastCode),
	}
	if d.LastAt != nil {
		g.LastAt = *d.LastAt
	}
	return &hook.Job{
		DeliveryID: d.ID, Hook: h, RepositoryID: d.RepositoryID, Fence: fence, GUID: d.Guid, Event: d.Event, Action: d.Action,
		Body: body, Tries: int(d.Tries), Progress: g, Due: d.DueAt, OutOfOrder: d.Lane != nil && *d.Lane == aside,
		Wanted: d.Wanted > 0,
	}, nil
}

// postpone looks at a hook that cannot be read again in a minute: a key may be missing that comes back.
func (t *tx) postpone(hookID int64) error {
	at := t.now.Add(time.Minute)
	return t.failed("postpone", t.q.SetQueueDue(t.ctx, db.SetQueueDueParams{DueAt: &at, SetAt: t.now, HookID: hookID}))
}

// giveBack ends a lease and writes when the hook has something to do next.
func (t *tx) giveBack(hookID, fence int64, due *time.Time) error {
	return t.failed("give back", t.q.GiveBackQueue(t.ctx, db.GiveBackQueueParams{DueAt: due, SetAt: t.now, HookID: hookID, Fence: fence}))
}

// Release ends a lease without an attempt. A lease that was lost is no error: there is nothing to give back.
func (d *DB) Release(ctx context.Context, j hook.Job) error {
	return d.update(ctx, scopeOfHook(j.Hook.ID), func(t *tx) error {
		return t.failed("release", t.q.ReleaseQueue(t.ctx, db.ReleaseQueueParams{HookID: j.Hook.ID, Fence: j.Fence}))
	})
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
