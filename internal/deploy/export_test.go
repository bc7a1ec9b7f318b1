package deploy

import (
	"context"
	"time"
)

// SetClock makes what happens outside transactions happen at another time.
func (d *Decisions) SetClock(now func() time.Time) { d.now = now }

// SetPatience says how long a request waits for an earlier one with its idempotency key.
func (d *Decisions) SetPatience(p time.Duration) { d.patience = p }

// WriteUses stores when tokens were last used, as the housekeeping does every minute.
var WriteUses = (*Decisions).writeUses

// Settle records what could not be recorded, as the housekeeping does every few seconds.
var Settle = (*Decisions).settle

// Owed lists the repositories whose moves may not be recorded yet.
func (d *Decisions) Owed() []int64 {
	return d.owed.due(time.Now().AddDate(100, 0, 0))
}

// RefsAtOnce is how many moves one transaction records.
const RefsAtOnce = refsAtOnce

// HoldHashing takes every place where passwords are hashed, until release is called.
func (d *Decisions) HoldHashing() (release func()) {
	for range hashesAtOnce {
		d.hashing <- struct{}{}
	}
	return func() {
		for range hashesAtOnce {
			<-d.hashing
		}
	}
}

// Hashing is how many passwords can be hashed at a time.
func (d *Decisions) Hashing() int { return cap(d.hashing) }

// FinishFolders ends what is left of renames and deletions.
func (d *Decisions) FinishFolders(ctx context.Context) error { return d.finishFolders(ctx) }

// MoveLease is how long a node may take for a rename.
const MoveLease = moveLease

func (d *Decisions) SetMovePatience(p time.Duration) { d.movePatience = p }

func (d *Decisions) FinishMove(ctx context.Context, m FolderMove) error { return d.finishMove(ctx, m) }
