package deploy

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway"
)

// How long things are kept, and how many go in one transaction.
const (
	keepEvents     = 400 * 24 * time.Hour
	keepTokens     = 24 * time.Hour // after their end: whoever looks at the list sees what has just ended
	keepDeliveries = 30 * 24 * time.Hour
	keepAttempts   = 90 * 24 * time.Hour
	keepCodes      = 24 * time.Hour // of OAuth: a second use is still noticed that long
	removeAtOnce   = 1000
)

// How often the housekeeping looks.
const (
	settleEvery = 5 * time.Second
	noteEvery   = time.Minute
	tidyEvery   = time.Hour
)

// RunHousekeeping does what is due without anybody asking, until ctx ends: it settles moves of refs that could not be recorded,
// notes when tokens were last used, and once an hour reconciles all refs and removes what is too old. What fails is logged and
// tried again.
func (d *Decisions) RunHousekeeping(ctx context.Context) error {
	settle, note, tidy := time.NewTicker(settleEvery), time.NewTicker(noteEvery), time.NewTicker(tidyEvery)
	defer settle.Stop()
	defer note.Stop()
	defer tidy.Stop()
	for {
		select {
		case <-ctx.Done():
			d.try(context.WithoutCancel(ctx), "note when tokens were used", d.writeUses)
			return nil
		case <-settle.C:
			d.settle(ctx)
			d.try(ctx, "end renames and deletions of repositories", d.finishFolders)
		case <-note.C:
			d.try(ctx, "note when tokens were used", d.writeUses)
		case <-tidy.C:
			d.try(ctx, "reconcile all refs", d.SyncAll)
			d.try(ctx, "remove what is too old", d.RemoveOld)
		}
	}
}

func (d *Decisions) try(ctx context.Context, what string, fn func(context.Context) error) {
	if err := fn(ctx); err != nil && ctx.Err() == nil {
		d.log.Warn("housekeeping could not "+what, "error", err)
	}
}

// settle records the moves of refs that failed to be recorded when they happened. Repositories that fail again rest for a
// while: one that is damaged stays so until somebody mends it.
func (d *Decisions) settle(ctx context.Context) {
	for _, id := range d.owed.due(d.now()) {
		d.try(ctx, "record moved refs", func(ctx context.Context) error {
			err := d.SyncRefs(ctx, id)
			if err != nil {
				d.owed.postpone(id, d.now())
			}
			return err
		})
	}
}

// RemoveOld removes what is kept no longer: idempotency keys, attempts, finished deliveries, events, sessions, codes and tokens
// of installations. It goes in small steps, so that others write in between.
func (d *Decisions) RemoveOld(ctx context.Context) error {
	now := d.now().UTC()
	for _, old := range []struct {
		before time.Time
		remove func(Tx, time.Time, int) (int, error)
	}{
		{now.Add(-d.settings.IdempotencyKeptFor), Tx.RemoveOldIdempotencyKeys},
		{now.Add(-keepAttempts), Tx.RemoveOldAttempts},
		{now.Add(-keepDeliveries), Tx.RemoveOldDeliveries},
		{now.Add(-keepEvents), Tx.RemoveOldEvents},
		{now.Add(-slipway.SessionIdle), Tx.RemoveOldSessions},
		{now.Add(-keepCodes), Tx.RemoveOldCodes},
		{now.Add(-keepCodes), Tx.RemoveOldDeviceCodes},
		{now.Add(-slipway.RefreshTokenLifetime), Tx.RemoveOldRefreshes},
		{now.Add(-keepTokens), Tx.RemoveOldTokens},
	} {
		if err := d.removeOld(ctx, old.before, old.remove); err != nil {
			return err
		}
	}
	return nil
}

func (d *Decisions) removeOld(ctx context.Context, before time.Time, remove func(Tx, time.Time, int) (int, error)) error {
	for removed := removeAtOnce; removed >= removeAtOnce; {
		if err := ctx.Err(); err != nil {
			return slipway.Because(slipway.Unavailable, "deploy: removing what is old", err)
		}
		err := d.store.Update(ctx, scopeRemoval, func(tx Tx) (err error) {
			removed, err = remove(tx, before, removeAtOnce)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
