package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"
)

// TestUndelivered: what the gauges say, and that a database which does not answer makes them missing rather than zero.
func TestUndelivered(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for name, test := range map[string]struct {
		parked int
		oldest time.Time
		err    error
		want   map[string]float64
	}{
		"all is well":  {want: map[string]float64{"slipway_webhook_parked_hooks": 0, "slipway_webhook_oldest_undelivered_seconds": 0}},
		"some wait":    {parked: 3, oldest: now.Add(-90 * time.Second), want: map[string]float64{"slipway_webhook_parked_hooks": 3, "slipway_webhook_oldest_undelivered_seconds": 90}},
		"another time": {oldest: now.Add(time.Hour), want: map[string]float64{"slipway_webhook_parked_hooks": 0, "slipway_webhook_oldest_undelivered_seconds": 0}},
		"no database":  {parked: 3, err: errors.New("away"), want: map[string]float64{}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMetrics()
			u := newUndelivered(func(context.Context) (int, time.Time, error) { return test.parked, test.oldest, test.err }, slog.New(slog.DiscardHandler))
			u.now = func() time.Time { return now }
			m.registry.MustRegister(u)
			families, err := m.registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]float64{}
			for _, f := range families {
				if name := f.GetName(); name == "slipway_webhook_parked_hooks" || name == "slipway_webhook_oldest_undelivered_seconds" {
					got[name] = f.GetMetric()[0].GetGauge().GetValue()
				}
			}
			if len(got) != len(test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
			for name, value := range test.want {
				if got[name] != value {
					t.Errorf("%s is %v, want %v", name, got[name], value)
				}
			}
		})
	}
}
