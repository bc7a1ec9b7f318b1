package api

import (
	"context"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// TestQuotasOutliveARestart: what was written down once counts in the next server; what was not is forgiven.
func TestQuotasOutliveARestart(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.RateLimit, o.RateLimitAnonymous = 100, 50 })
	for range 3 {
		w.do("GET", "/user", "", "As: boss")
	}
	w.do("GET", "/zen", "")
	w.api.writeQuotas(t.Context())
	if again := w.api.quotas.changed(); len(again) > 0 {
		t.Errorf("written twice: %+v", again)
	}
	w.do("GET", "/user", "", "As: boss") // after the last time: forgiven

	next := New(w.deploy, w.api.options)
	ended, end := context.WithCancel(t.Context())
	end()
	if err := next.KeepQuotas(ended); err != nil {
		t.Fatal(err)
	}
	boss := check(w.deploy.FindAccount(t.Context(), "boss"))(t)
	if q := next.quotas.look(slipway.Actor{Account: boss}, ""); q.Used != 3 || q.Limit != 100 || q.Remaining != 97 {
		t.Errorf("%+v", q)
	}
	if q := next.quotas.look(slipway.Actor{}, "127.0.0.1"); q.Used != 1 || q.Limit != 50 {
		t.Errorf("%+v", q)
	}
	// An hour that is over counts no more.
	next = New(w.deploy, w.api.options)
	next.quotas.now = func() time.Time { return time.Now().Add(61 * time.Minute) }
	if err := next.KeepQuotas(ended); err != nil {
		t.Fatal(err)
	}
	if q := next.quotas.look(slipway.Actor{Account: boss}, ""); q.Used != 0 {
		t.Errorf("%+v", q)
	}
	// Where there are no limits nothing is written.
	free := newWorld(t)
	free.do("GET", "/zen", "")
	if err := free.api.KeepQuotas(ended); err != nil {
		t.Fatal(err)
	}
	if list := check(free.deploy.ReadQuotas(t.Context()))(t); len(list) > 0 {
		t.Errorf("%+v", list)
	}
}
