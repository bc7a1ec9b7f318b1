package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// SyncAll reconciles every repository, one after another. One that fails stands in nobody's way: it is logged.
func (d *Decisions) SyncAll(ctx context.Context) error {
	for after := int64(0); ; {
		var page []slipway.Repository
		err := d.store.View(ctx, func(tx Tx) (err error) {
			page, err = tx.RepositoriesAfter(after, readAtOnce)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			after = r.ID
			if err := d.SyncRefs(ctx, r.ID); err != nil {
				if ctx.Err() != nil {
					return err
				}
				d.log.Warn("refs could not be reconciled", "repository", r.FullName(), "error", err)
			}
		}
	}
}

// RecoverIntents finishes what a killed server left half done: it ends renames and deletions, and in every repository with an unfinished intent it removes
// git's stale locks and records the moves that happened. It is called before the server is ready. A damaged repository is
// logged and does not keep the server from starting.
func (d *Decisions) RecoverIntents(ctx context.Context) error {
	if err := d.RecoverFolders(ctx); err != nil {
		return err
	}
	var left map[int64][]int64
	err := d.store.View(ctx, func(tx Tx) error {
		left = make(map[int64][]int64)
		repositories, err := tx.RepositoriesWithIntents()
		if err != nil {
			return err
		}
		for _, id := range repositories {
			intents, err := tx.Intents(id)
			if err != nil {
				return err
			}
			for _, i := range intents {
				left[id] = append(left[id], i.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for id, intents := range left {
		if err := d.recoverOne(ctx, id, intents); err != nil {
			if ctx.Err() != nil || slipway.KindOf(err) == slipway.Full {
				return err
			}
			d.log.Warn("an interrupted push could not be recorded", "repository", id, "error", err)
		}
	}
	return nil
}

// recoverOne records what happened in one repository. In one that was deleted since nothing is: its intents go with its rows.
func (d *Decisions) recoverOne(ctx context.Context, id int64, intents []int64) error {
	r, err := d.repository(ctx, id)
	if slipway.KindOf(err) == slipway.NotFound {
		return nil
	}
	d.owed.add(id, intents...)
	if err != nil {
		return err
	}
	if err := d.git.Heal(ctx, &r); err != nil {
		return err
	}
	return d.SyncRefs(ctx, id)
}
