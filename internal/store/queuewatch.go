package store

import (
	"context"
	"time"
)

// watchedHooks bounds how many hooks one look at the oldest delivery visits, those first that have been due longest.
const watchedHooks = 10_000

// Undelivered is what somebody who watches a server wants to know of its deliveries: how many hooks are parked, and when
// the event happened that has been waiting longest for its turn; the zero time when none waits. What waits at a hook that
// is parked or switched off does not count, nor does what is out of the order: nothing is wrong with the server then.
func (d *DB) Undelivered(ctx context.Context) (parked int, oldest time.Time, err error) {
	err = d.view(orBackground(ctx), func(t *tx) error {
		n, err := t.q.CountParked(t.ctx)
		if err != nil {
			return t.failed("parked", err)
		}
		parked = int(n)
		at, err := t.q.GetOldestWaiting(t.ctx, watchedHooks)
		oldest, _, err = found(t, "oldest waiting", at, err)
		return err
	})
	return parked, oldest, err
}
