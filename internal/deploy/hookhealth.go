package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// ResumeHook has a parked hook tried again at once, from the head of its queue; one that is not parked tries at once what
// has failed. NotFound when there is none.
func (d *Decisions) ResumeHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) (h slipway.HookHealth, err error) {
	err = d.tellHook(ctx, a, r, id, func(tx Tx, old slipway.Hook) error {
		if err := tx.ResumeHook(id); err != nil {
			return err
		}
		if err := record(tx, a, r.ID, "hook", "resumed", slipway.Subject{HookID: id}); err != nil {
			return err
		}
		h, err = hookHealth(tx, r, id)
		return err
	})
	return h, err
}

// HookHealth says how delivering to a hook goes. NotFound when there is none.
func (d *Decisions) HookHealth(ctx context.Context, r slipway.Repository, id int64) (h slipway.HookHealth, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		h, err = hookHealth(tx, r, id)
		return err
	})
	return h, err
}

func hookHealth(tx Tx, r slipway.Repository, id int64) (h slipway.HookHealth, err error) {
	if h.Hook, err = tx.Hook(r.ID, id); err != nil {
		return h, notFound(err)
	}
	if h.Backlog, err = tx.Backlog(id); err != nil {
		return h, err
	}
	if h.LastSuccess, err = lastDelivery(tx, id, DeliverySuccess); err != nil {
		return h, err
	}
	h.LastFailure, err = lastDelivery(tx, id, DeliveryFailure)
	return h, err
}

func lastDelivery(tx Tx, hookID int64, status string) (*slipway.Delivery, error) {
	list, err := tx.ListDeliveries(hookID, 0, status, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// RotateSecret gives a hook a second secret beside the one in use, until FinishRotation. NotFound when there is no such hook;
// else as [slipway.Hook.Rotate].
func (d *Decisions) RotateSecret(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64, secret string) (slipway.Hook, error) {
	return d.rotate(ctx, a, r, id, "rotation_started", func(tx Tx, h slipway.Hook) (slipway.Hook, error) {
		return h.Rotate(secret, tx.Now())
	})
}

// FinishRotation makes a hook's next secret the only one. NotFound when there is no such hook, or no rotation.
func (d *Decisions) FinishRotation(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) (slipway.Hook, error) {
	return d.rotate(ctx, a, r, id, "rotation_finished", func(_ Tx, h slipway.Hook) (slipway.Hook, error) {
		return h.FinishRotation()
	})
}

func (d *Decisions) rotate(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64, action string, change func(Tx, slipway.Hook) (slipway.Hook, error)) (h slipway.Hook, err error) {
	err = d.tellHook(ctx, a, r, id, func(tx Tx, old slipway.Hook) error {
		if h, err = change(tx, old); err != nil {
			return err
		}
		if h.Secret == old.Secret && h.Rotation == old.Rotation {
			return nil // asked for twice
		}
		h.UpdatedAt = tx.Now()
		if err := tx.SetHook(h, false); err != nil {
			return err
		}
		return record(tx, a, r.ID, "hook", action, slipway.Subject{HookID: id})
	})
	return h, err
}
