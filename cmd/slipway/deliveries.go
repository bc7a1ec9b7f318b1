package main

import (
	"net/url"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/slipway-deploy/slipway/internal/hook"
)

// newWorker is what delivers webhooks, with what it does counted.
func (v *server) newWorker(m *metrics) *hook.Worker {
	s := v.settings
	host := v.urls.Web
	if u, err := url.Parse(host); err == nil {
		host = u.Host
	}
	// Each delivery under way holds a descriptor, and so does each connection that is kept for the next one.
	most := descriptors()
	return hook.New(v.db, hook.NewRenderer(v.repos, v.decisions, v.urls, v.log), v.guard, hook.Options{
		Policy:   hook.Policy{RetryMin: s.WebhookRetryMin, RetryMax: s.WebhookRetryMax, ParkAfter: s.WebhookParkAfter},
		Identity: hook.Identity{UserAgent: s.HookUserAgent, EnterpriseHost: host, EnterpriseVersion: s.EnterpriseVersion},
		Timeout:  s.WebhookTimeout,
		Quick:    min(32, max(2, most/32)),
		Slow:     min(128, max(2, most/16)),
		Log:      v.log,
		Observe:  m.countAttempts(),
	})
}

// countAttempts makes the series of deliveries and gives what feeds them.
func (m *metrics) countAttempts() func(hook.Observation) {
	attempts := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "slipway_webhook_attempt_duration_seconds",
		Help:    "Time one attempt to deliver a webhook took, by event and outcome: ok, refused (an answer that is not 2xx) or unanswered.",
		Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 10, 30},
	}, []string{"event", "outcome"})
	parked := prometheus.NewCounter(prometheus.CounterOpts{Name: "slipway_webhook_parked_total", Help: "Hooks parked because they had failed for webhook-park-after."})
	aside := prometheus.NewCounter(prometheus.CounterOpts{Name: "slipway_webhook_set_aside_total", Help: "Deliveries set aside because only they were refused."})
	gaveUp := prometheus.NewCounter(prometheus.CounterOpts{Name: "slipway_webhook_gave_up_total", Help: "Deliveries that will not be tried again: pings and tests, gone receivers."})
	m.registry.MustRegister(attempts, parked, aside, gaveUp)

	count := func(c prometheus.Counter, yes bool) {
		if yes {
			c.Inc()
		}
	}
	return func(o hook.Observation) {
		outcome := "unanswered"
		switch {
		case o.OK:
			outcome = "ok"
		case o.Answered:
			outcome = "refused"
		}
		attempts.WithLabelValues(o.Event, outcome).Observe(o.Duration.Seconds())
		count(parked, o.Parked)
		count(aside, o.SetAside)
		count(gaveUp, o.GaveUp)
	}
}
