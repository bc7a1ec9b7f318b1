package deploy

import (
	"context"
	"maps"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// Hooks remembers who wants to be told.
type Hooks interface {
	Hook(repositoryID, id int64) (slipway.Hook, error)
	ListHooks(repositoryID int64, p Page) ([]slipway.Hook, error) // oldest first
	CountHooks(repositoryID int64) (int, error)
	AllHooks(repositoryID int64) ([]slipway.Hook, error)
	InsertHook(h *slipway.Hook) error
	SetHook(h slipway.Hook, resume bool) error // resume: un-park and try the head of its queue at once
	RemoveHook(repositoryID, id int64) error   // with its deliveries
	ResumeHook(id int64) error                 // un-park it and try the head of its queue at once
}

// Hook finds a hook of a repository: NotFound when there is none.
func (d *Decisions) Hook(ctx context.Context, r slipway.Repository, id int64) (h slipway.Hook, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		h, err = tx.Hook(r.ID, id)
		return notFound(err)
	})
	return h, err
}

// ListHooks lists a repository's hooks, oldest first.
func (d *Decisions) ListHooks(ctx context.Context, r slipway.Repository, p Page) (list Listed[slipway.Hook], err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list = Listed[slipway.Hook]{Exact: true}
		if list.Items, err = tx.ListHooks(r.ID, p); err != nil {
			return err
		}
		list.Total, err = tx.CountHooks(r.ID)
		return err
	})
	return list, err
}

// CreateHook makes a hook and, when it is active, pings it (contract 7.2). A service that is there already is answered as it
// is, and made is false. Invalid: the request, an address that hooks may not have, a duplicate, or one hook too many for an
// event.
func (d *Decisions) CreateHook(ctx context.Context, a slipway.Actor, r slipway.Repository, in slipway.HookRequest) (h slipway.Hook, made bool, err error) {
	if err := r.CheckWritable(); err != nil {
		return slipway.Hook{}, false, err
	}
	wanted, err := slipway.NewHook(r.ID).Apply(in)
	if err != nil {
		return slipway.Hook{}, false, err
	}
	if err := d.checkTarget(ctx, wanted); err != nil {
		return slipway.Hook{}, false, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		h, made = wanted, true
		others, err := tx.AllHooks(r.ID)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(others, h.SameService); i >= 0 {
			h, made = others[i], false
			return nil
		}
		return d.insertHook(tx, a, &h, others)
	})
	return h, made, err
}

func (d *Decisions) insertHook(tx Tx, a slipway.Actor, h *slipway.Hook, others []slipway.Hook) error {
	if err := h.CheckBeside(others, d.settings.MaxHooksPerEvent); err != nil {
		return err
	}
	h.CreatedAt, h.UpdatedAt = tx.Now(), tx.Now()
	if err := tx.InsertHook(h); err != nil {
		return err
	}
	if err := record(tx, a, h.RepositoryID, "hook", "created", slipway.Subject{HookID: h.ID}); err != nil || !h.Active {
		return err
	}
	return record(tx, a, h.RepositoryID, "ping", "", slipway.Subject{HookID: h.ID})
}

// checkTarget refuses an address that hooks may not have. Services have none.
func (d *Decisions) checkTarget(ctx context.Context, h slipway.Hook) error {
	if h.Service() {
		return nil
	}
	return d.targets.Check(ctx, h.Config[slipway.ConfigURL])
}

func (d *Decisions) checkBeside(tx Tx, h slipway.Hook) error {
	others, err := tx.AllHooks(h.RepositoryID)
	if err != nil {
		return err
	}
	return h.CheckBeside(others, d.settings.MaxHooksPerEvent)
}

// UpdateHook changes a hook (contract 7.2). A new config or switching it on or off un-parks it. NotFound when there is none;
// Invalid as for CreateHook.
func (d *Decisions) UpdateHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64, in slipway.HookRequest) (h slipway.Hook, err error) {
	old, err := d.Hook(ctx, r, id)
	if err != nil {
		return slipway.Hook{}, err
	}
	if err := r.CheckWritable(); err != nil {
		return slipway.Hook{}, err
	}
	wanted, err := old.Apply(in)
	if err != nil {
		return slipway.Hook{}, err
	}
	if in.Config != nil || in.ConfigKeys != nil {
		if err := d.checkTarget(ctx, wanted); err != nil {
			return slipway.Hook{}, err
		}
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		if old, err = tx.Hook(r.ID, id); err != nil {
			return notFound(err)
		}
		if h, err = old.Apply(in); err != nil {
			return err
		}
		if err := d.checkBeside(tx, h); err != nil {
			return err
		}
		h.UpdatedAt = tx.Now()
		resume := h.Active != old.Active || h.Secret != old.Secret || !maps.Equal(h.Config, old.Config) // an edit un-parks it
		if err := tx.SetHook(h, resume); err != nil {
			return err
		}
		if err := record(tx, a, r.ID, "hook", "edited", slipway.Subject{HookID: id}); err != nil {
			return err
		}
		h, err = tx.Hook(r.ID, id)
		return err
	})
	return h, err
}

// DeleteHook removes a hook and what waits to be delivered to it. NotFound when there is none.
func (d *Decisions) DeleteHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return d.tellHook(ctx, a, r, id, func(tx Tx, h slipway.Hook) error {
		if err := r.CheckWritable(); err != nil {
			return err
		}
		if err := tx.RemoveHook(r.ID, id); err != nil {
			return err
		}
		return record(tx, a, r.ID, "hook", "deleted", slipway.Subject{HookID: id})
	})
}

// PingHook sends the hook a ping, whatever it subscribed to. NotFound when there is none.
func (d *Decisions) PingHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return d.tellHook(ctx, a, r, id, func(tx Tx, h slipway.Hook) error {
		return record(tx, a, r.ID, "ping", "", slipway.Subject{HookID: id})
	})
}

// TestHook sends the hook the latest push once more, if it subscribed to pushes and there was one; otherwise nothing.
// NotFound when there is no such hook.
func (d *Decisions) TestHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return d.tellHook(ctx, a, r, id, func(tx Tx, h slipway.Hook) error {
		now, err := tx.Repository(r.ID)
		if err != nil || now.LastPushID == nil || !h.Wants("push") {
			return err
		}
		return record(tx, a, r.ID, "test", "", slipway.Subject{HookID: id, SameAs: *now.LastPushID})
	})
}

// tellHook runs a decision about a hook that exists.
func (d *Decisions) tellHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64, fn func(Tx, slipway.Hook) error) error {
	return d.update(ctx, r.ID, func(tx Tx) error {
		h, err := tx.Hook(r.ID, id)
		if err != nil {
			return notFound(err)
		}
		return fn(tx, h)
	})
}
