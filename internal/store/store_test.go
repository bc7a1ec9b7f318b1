package store

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/storetest"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// both runs a test on each database.
func both(t *testing.T, test func(t *testing.T, open func(t *testing.T, c Config) *DB)) {
	t.Run("sqlite", func(t *testing.T) { test(t, openTestSQLite) })
	t.Run("postgres", func(t *testing.T) { test(t, openTestPostgres) })
}

func openTestSQLite(t *testing.T, c Config) *DB {
	t.Helper()
	c.Path = filepath.Join(t.TempDir(), "slipway.db")
	return openTest(t, c)
}

func openTestPostgres(t *testing.T, c Config) *DB {
	t.Helper()
	c.DatabaseURL = testkit.Postgres(t, prepare)
	return openTest(t, c)
}

// prepare migrates the template that each test's database is a copy of.
func prepare(url string) error {
	d, err := Open(context.Background(), Config{DatabaseURL: url})
	if err != nil {
		return err
	}
	return d.Close()
}

func openTest(t *testing.T, c Config) *DB {
	t.Helper()
	if c.Key == nil {
		c.Key = testKey
	}
	d, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func TestStore(t *testing.T) {
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		storetest.Run(t, func(t *testing.T, now func() time.Time) storetest.Store { return open(t, Config{Now: now}) })
	})
}

// TestCloseAgain: closing what is closed, or being closed, waits for that and answers the same.
func TestCloseAgain(t *testing.T) {
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		d := open(t, Config{})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
				if err := d.update(t.Context(), 1, func(*tx) error { return nil }); slipway.KindOf(err) != slipway.Unavailable {
					t.Errorf("an update: %v", err)
				}
				if err := d.Ping(t.Context()); slipway.KindOf(err) != slipway.Unavailable {
					t.Errorf("a view: %v", err)
				}
			})
		}
		all.Wait()
	})
}
