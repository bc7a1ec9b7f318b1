package store

import (
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Quotas lists the counts of hours that are not over.
func (t *tx) Quotas() ([]deploy.Quota, error) {
	rows, err := t.q.ListQuotas(t.ctx, t.now)
	list := make([]deploy.Quota, 0, len(rows))
	for _, row := range rows {
		list = append(list, deploy.Quota{Caller: row.Caller, Used: int(row.Used), ResetAt: row.ResetAt})
	}
	return list, t.failed("quotas", err)
}

// SetQuotas writes counts, and forgets those of hours that are over.
func (t *tx) SetQuotas(list []deploy.Quota) error {
	if err := t.q.DeleteOldQuotas(t.ctx, t.now); err != nil {
		return t.failed("old quotas", err)
	}
	for _, q := range list {
		err := t.q.SetQuota(t.ctx, db.SetQuotaParams{Caller: q.Caller, Used: int64(q.Used), ResetAt: micro(q.ResetAt)})
		if err != nil {
			return t.failed("set quota", err)
		}
	}
	return nil
}
