package slipway_test

import (
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestRollupState(t *testing.T) {
	for _, test := range []struct{ statuses, runs, want string }{
		{"success", "", "success"},
		{"", "success", "success"},
		{"success success", "success neutral skipped", "success"},
		{"success", "pending", "pending"},
		{"pending", "success", "pending"},
		{"pending", "failure", "failure"},
		{"error", "pending success", "failure"},
		{"failure", "", "failure"},
		{"success", "cancelled", "failure"},
		{"", "timed_out", "failure"},
		{"", "action_required pending", "failure"},
	} {
		var latest []slipway.CommitStatus
		for _, state := range strings.Fields(test.statuses) {
			latest = append(latest, slipway.CommitStatus{State: state})
		}
		var runs []slipway.CheckRun
		for _, state := range strings.Fields(test.runs) {
			run := slipway.CheckRun{Status: slipway.CheckCompleted, Conclusion: state}
			if state == slipway.StatePending {
				run = slipway.CheckRun{Status: slipway.CheckInProgress}
			}
			runs = append(runs, run)
		}
		if got := slipway.RollupState(latest, runs); got != test.want {
			t.Errorf("statuses %q, runs %q: %s, want %s", test.statuses, test.runs, got, test.want)
		}
	}
}
