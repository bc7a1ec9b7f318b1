package store

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway/internal/store/storetest"
)

func TestQueue(t *testing.T) {
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		storetest.RunQueue(t, func(t *testing.T, now func() time.Time) storetest.Store { return open(t, Config{Now: now}) })
	})
}

// TestQueueWalksItsIndexes: the head of a queue, and what a hook's owner sees, are found without a sort, however long it is.
func TestQueueWalksItsIndexes(t *testing.T) {
	pool := poolOf(openTestSQLite(t, Config{}))
	texts := statements(t)
	for query, want := range map[string]string{
		"getHead": "INDEX deliveries_waiting ", "getFirstWaiting": "INDEX deliveries_waiting ", "getFollowing": "INDEX deliveries_waiting ", "getAside": "INDEX deliveries_waiting ",
		"listDueQueues": "INDEX queues_due", "getFirstDue": "INDEX queues_due", "deleteWaiting": "INDEX deliveries_waiting ",
		"listAttempts": "INDEX attempts_hook ", "listGoodAttempts": "INDEX attempts_hook ", "listFailedAttempts": "INDEX attempts_failed ",
		"listNewerAttempts": "INDEX attempts_hook ", "listNewerGoodAttempts": "INDEX attempts_hook ", "listNewerFailedAttempts": "INDEX attempts_failed ",
		"deleteOldBodies": "INDEX bodies_age ", "resetFailing": "INDEX deliveries_waiting ",
		"listTried": "INDEX attempts_hook ", "countWaiting": "INDEX deliveries_waiting ",
		"countParked": "INDEX hooks_parked", "getFirstSealed": "INDEX hooks_sealed",
	} {
		steps := strings.Join(plan(t, pool, texts[query]), "; ")
		few := query == "getAside" // those of one hook: pings and poison
		if !strings.Contains(steps, want) || strings.Contains(steps, "TEMP B-TREE") && !few {
			t.Errorf("%s: %s", query, steps)
		}
	}
	if steps := strings.Join(plan(t, pool, texts["deleteOldBodies"]), "; "); !strings.Contains(steps, "INDEX deliveries_event (event_id=?)") {
		t.Errorf("deleteOldBodies looks for waiting deliveries by %s", steps)
	}
}
