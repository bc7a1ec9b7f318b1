package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/slipway-deploy/slipway/internal/deploy"
)

// writeQuotas is how often the counts of requests are written down: what a crash forgives.
const writeQuotas = time.Minute

// KeepQuotas keeps the counts of requests over restarts, where there are limits: it reads them, and writes what has changed once
// a minute, in one batch, until ctx ends. What fails is logged, and counts go on in memory.
func (a *API) KeepQuotas(ctx context.Context) error {
	if a.quotas.perHour == 0 && a.quotas.anonymous == 0 {
		return nil
	}
	list, err := a.deploy.ReadQuotas(context.WithoutCancel(ctx))
	if err != nil {
		a.log.Warn("the counts of requests could not be read", errorAttr(err))
	}
	a.quotas.restore(list)
	every := time.NewTicker(writeQuotas)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			a.writeQuotas(context.WithoutCancel(ctx))
			return nil
		case <-every.C:
			a.writeQuotas(ctx)
		}
	}
}

// writeQuotas writes what has changed since the last time.
func (a *API) writeQuotas(ctx context.Context) {
	changed := a.quotas.changed()
	if err := a.deploy.WriteQuotas(ctx, changed); err != nil {
		a.log.LogAttrs(ctx, slog.LevelWarn, "the counts of requests could not be written", errorAttr(err))
	}
}

// restore adds what callers had used before a restart to what they have used since.
func (q *quotas) restore(list []deploy.Quota) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	for _, before := range list {
		if !now.Before(before.ResetAt) || before.ResetAt.Sub(now) > time.Hour {
			continue
		}
		c := q.find(before.Caller)
		c.used, c.reset = c.used+before.Used, before.ResetAt
	}
}

// changed lists the counts that moved since it was last asked.
func (q *quotas) changed() (list []deploy.Quota) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	for key, c := range q.callers {
		if now.Before(c.reset) && c.used != c.written {
			list = append(list, deploy.Quota{Caller: key, Used: c.used, ResetAt: c.reset})
			c.written = c.used
		}
	}
	return list
}
