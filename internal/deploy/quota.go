package deploy

import (
	"context"
	"time"
)

// Quotas remembers how many requests callers have made in their hour, so that a restart forgives no more than a minute of it.
type Quotas interface {
	Quotas() ([]Quota, error)     // of hours that are not over
	SetQuotas(list []Quota) error // and forgets hours that are over
}

// Quota is what a caller has used of its hour.
type Quota struct {
	Caller  string // an account, an app, or an address
	Used    int
	ResetAt time.Time
}

// scopeQuotas is the scope of the counts of requests: they wait for nobody.
const scopeQuotas int64 = -23

// ReadQuotas reads what was written by WriteQuotas, before a restart.
func (d *Decisions) ReadQuotas(ctx context.Context) (list []Quota, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list, err = tx.Quotas()
		return err
	})
	return list, err
}

// WriteQuotas writes the counts that have changed, all in one batch.
func (d *Decisions) WriteQuotas(ctx context.Context, list []Quota) error {
	if len(list) == 0 {
		return nil
	}
	return d.store.Update(ctx, scopeQuotas, func(tx Tx) error { return tx.SetQuotas(list) })
}
