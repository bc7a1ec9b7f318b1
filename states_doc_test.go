package slipway_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// TestStatesDocument holds the first table of docs/states.md against the rule it describes.
func TestStatesDocument(t *testing.T) {
	text, err := os.ReadFile("docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for line := range strings.SplitSeq(string(text), "\n") {
		if cells := strings.Split(line, " | "); len(cells) == 4 && strings.HasPrefix(line, "| ") && cells[0] != "| newest status" {
			told[strings.Trim(strings.TrimPrefix(cells[0], "| "), "`")] = strings.Trim(cells[2], "`")
		}
	}
	now := time.Now()
	states := []string{
		"–", slipway.StatePending, slipway.StateQueued, slipway.StateInProgress, slipway.StateSuccess, slipway.StateFailure, slipway.StateError,
		slipway.StateInactive, slipway.StateWaiting,
	}
	for _, state := range states {
		d := slipway.Deployment{State: strings.Trim(state, "–"), CreatedAt: now, UpdatedAt: now}
		if got := d.DerivedState(now); told[state] != got {
			t.Errorf("docs/states.md calls %s %q; it is %s", state, told[state], got)
		}
	}
	if len(told) != len(states) {
		t.Errorf("docs/states.md tells of %d states, want %d", len(told), len(states))
	}
}
