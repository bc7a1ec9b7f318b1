package deploy

import (
	"context"
	"slices"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Deliveries shows the attempts to deliver, and asks for another.
type Deliveries interface {
	// ListDeliveries is newest first: attempts with an id below before (0: from the newest).
	ListDeliveries(hookID int64, before int64, status string, limit int) ([]slipway.Delivery, error)
	// NewerDelivery is the id of the n-th attempt above after, or of the newest where there are fewer; 0 when none is.
	NewerDelivery(hookID, after int64, status string, n int) (int64, error)
	Delivery(hookID, id int64) (slipway.Delivery, error) // with request and response
	// Redeliver makes the delivery that attempt id belongs to due at once, outside the order; its GUID and body stay.
	Redeliver(hookID, id int64) error
	// Tried lists attempts with an id below before (0: from the newest), newest first, with what became of their deliveries.
	Tried(hookID, before int64, limit int) ([]Tried, error)
	// RedeliverMany is Redeliver for those of the deliveries that are over and whose payload is kept, once each. The hook is
	// not resumed. It says how many there were.
	RedeliverMany(hookID int64, deliveries []int64) (int, error)
	// Backlog counts what a hook has still to be told.
	Backlog(hookID int64) (slipway.HookBacklog, error)
}

// Tried is an attempt and what became of the delivery it was made for.
type Tried struct {
	ID         int64
	At         time.Time
	DeliveryID int64
	Over       bool // the delivery does not wait any more
	Failed     bool // … and did not get through
}

// The statuses by which deliveries are listed (contract 7.3).
const (
	DeliverySuccess = "success"
	DeliveryFailure = "failure"
)

// ListDeliveries lists the attempts to deliver to a hook, newest first: at most limit of those with an id below before (0:
// from the newest), of a status ([DeliverySuccess], [DeliveryFailure]; empty: of both). NotFound when there is no such hook.
func (d *Decisions) ListDeliveries(ctx context.Context, r slipway.Repository, hookID, before int64, status string, limit int) (list []slipway.Delivery, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if _, err := tx.Hook(r.ID, hookID); err != nil {
			return notFound(err)
		}
		list, err = tx.ListDeliveries(hookID, before, status, limit)
		return err
	})
	return list, err
}

// NewerDelivery says where the page before an attempt begins: the id of the n-th attempt of a status that is newer than
// after, or of the newest where there are fewer; 0 when none is newer. NotFound when there is no such hook.
func (d *Decisions) NewerDelivery(ctx context.Context, r slipway.Repository, hookID, after int64, status string, n int) (id int64, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if _, err := tx.Hook(r.ID, hookID); err != nil {
			return notFound(err)
		}
		id, err = tx.NewerDelivery(hookID, after, status, n)
		return err
	})
	return id, err
}

// Delivery is one attempt, with what was sent and what came back. NotFound when hook or attempt are absent.
func (d *Decisions) Delivery(ctx context.Context, r slipway.Repository, hookID, id int64) (found slipway.Delivery, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if _, err := tx.Hook(r.ID, hookID); err != nil {
			return notFound(err)
		}
		found, err = tx.Delivery(hookID, id)
		return notFound(err)
	})
	return found, err
}

// Redeliver sends what an attempt sent once more: same GUID, same bytes, at once. NotFound when hook or attempt are absent.
func (d *Decisions) Redeliver(ctx context.Context, a slipway.Actor, r slipway.Repository, hookID, id int64) error {
	return d.tellHook(ctx, a, r, hookID, func(tx Tx, _ slipway.Hook) error {
		if err := tx.Redeliver(hookID, id); err != nil {
			return notFound(err)
		}
		return record(tx, a, r.ID, "delivery", "requested", slipway.Subject{HookID: hookID})
	})
}

// How many rows of attempts and deliveries bulk redelivery touches in one transaction.
const (
	triedAtOnce     = 1000
	redeliverAtOnce = 500
)

// RedeliverMany sends what a hook was told since a time once more, each delivery once, in the order of their events but
// outside the order of others: what got through only if all is asked for. What still waits, a redelivery that was asked for
// before among it, is not queued again; what of it has failed is tried at once, in its turn, and counted, for like every
// redelivery this one resumes the hook. It answers how many were queued; an error may leave some of them queued, and asking
// again is safe. NotFound when there is no such hook.
func (d *Decisions) RedeliverMany(ctx context.Context, a slipway.Actor, r slipway.Repository, hookID int64, in slipway.RedeliverRequest) (int, error) {
	deliveries, err := d.toRedeliver(ctx, r, hookID, in)
	if err != nil {
		return 0, err
	}
	queued := 0
	err = d.tellHook(ctx, a, r, hookID, func(tx Tx, _ slipway.Hook) error {
		b, err := tx.Backlog(hookID)
		if err != nil {
			return err
		}
		queued = b.Failing
		if err := tx.ResumeHook(hookID); err != nil {
			return err
		}
		return record(tx, a, r.ID, "delivery", "requested", slipway.Subject{HookID: hookID})
	})
	for batch := range slices.Chunk(deliveries, redeliverAtOnce) {
		if err != nil {
			break
		}
		n := 0
		err = d.tellHook(ctx, a, r, hookID, func(tx Tx, _ slipway.Hook) (err error) {
			n, err = tx.RedeliverMany(hookID, batch)
			return err
		})
		queued += n
	}
	return queued, err
}

// toRedeliver finds the deliveries a request is about, oldest first.
func (d *Decisions) toRedeliver(ctx context.Context, r slipway.Repository, hookID int64, in slipway.RedeliverRequest) (deliveries []int64, err error) {
	before, more := int64(0), true
	for more && err == nil {
		err = d.store.View(ctx, func(tx Tx) error {
			if _, err := tx.Hook(r.ID, hookID); err != nil {
				return notFound(err)
			}
			tried, err := tx.Tried(hookID, before, triedAtOnce)
			more = len(tried) == triedAtOnce
			for _, t := range tried {
				before = t.ID
				switch {
				case t.At.Before(in.Since):
					more = false
				case t.Over && (in.All || t.Failed):
					deliveries = append(deliveries, t.DeliveryID)
				}
			}
			return err
		})
	}
	slices.Sort(deliveries) // as their events were expanded; ids rise
	return slices.Compact(deliveries), err
}
