package store

import (
	"testing"
	"time"

	"github.com/slipway-deploy/slipway/internal/store/storetest"
)

func TestQueue(t *testing.T) {
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		storetest.RunQueue(t, func(t *testing.T, now func() time.Time) storetest.Store { return open(t, Config{Now: now}) })
	})
}
