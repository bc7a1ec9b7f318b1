package slipway_test

import (
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

func TestDerivedState(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, test := range []struct {
		state     string
		transient bool
		age       time.Duration
		want      string
	}{
		{"", false, 0, "PENDING"},
		{"", false, 30*time.Minute - 1, "PENDING"},
		{"", false, 30 * time.Minute, "ABANDONED"},
		{"", true, -time.Hour, "PENDING"}, // the clock was set back
		{"pending", false, 29 * time.Minute, "PENDING"},
		{"pending", false, 31 * time.Minute, "ABANDONED"},
		{"queued", false, time.Hour, "QUEUED"},
		{"in_progress", false, time.Hour, "IN_PROGRESS"},
		{"waiting", false, 24 * time.Hour, "WAITING"},
		{"success", false, time.Hour, "ACTIVE"},
		{"success", true, 0, "ACTIVE"},
		{"failure", false, time.Hour, "FAILURE"},
		{"error", true, time.Hour, "ERROR"},
		{"inactive", false, time.Hour, "INACTIVE"},
		{"inactive", true, 0, "DESTROYED"},
	} {
		d := slipway.Deployment{State: test.state, Transient: test.transient, CreatedAt: at.Add(-time.Hour), UpdatedAt: at}
		if got := d.DerivedState(at.Add(test.age)); got != test.want {
			t.Errorf("newest status %q, transient %v, %v old: %s, want %s", test.state, test.transient, test.age, got, test.want)
		}
	}
}
