package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// scrapeWithin is how long a scrape waits for the database. What it does not say by then is left out of the answer.
const scrapeWithin = 2 * time.Second

// undelivered asks the database at every scrape how its deliveries stand, so that all nodes say the same.
type undelivered struct {
	ask    func(context.Context) (parked int, oldest time.Time, err error)
	now    func() time.Time
	log    *slog.Logger
	parked *prometheus.Desc
	oldest *prometheus.Desc
}

func newUndelivered(ask func(context.Context) (int, time.Time, error), log *slog.Logger) *undelivered {
	return &undelivered{
		ask: ask, now: time.Now, log: log,
		parked: prometheus.NewDesc("slipway_webhook_parked_hooks", "Hooks that are parked now.", nil, nil),
		oldest: prometheus.NewDesc("slipway_webhook_oldest_undelivered_seconds",
			"Age of the oldest event that waits for its turn at a hook that is active and not parked; 0 when none waits.", nil, nil),
	}
}

func (u *undelivered) Describe(to chan<- *prometheus.Desc) {
	to <- u.parked
	to <- u.oldest
}

// Collect leaves both series out where the database does not answer: a zero would say that all is well.
func (u *undelivered) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	parked, oldest, err := u.ask(ctx)
	if err != nil {
		u.log.Warn("the metrics of deliveries cannot be read", "err", err)
		return
	}
	age := time.Duration(0)
	if !oldest.IsZero() {
		age = max(u.now().Sub(oldest), 0)
	}
	to <- prometheus.MustNewConstMetric(u.parked, prometheus.GaugeValue, float64(parked))
	to <- prometheus.MustNewConstMetric(u.oldest, prometheus.GaugeValue, age.Seconds())
}
