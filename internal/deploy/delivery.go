package deploy

import (
	"context"

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
