package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

var errNo = errors.New("no")

// together runs calls so that they share one group: another holds the writer until all of them wait for it. It gives
// what each was answered.
func together(t *testing.T, d *DB, calls ...func(*tx) error) []error {
	t.Helper()
	return togetherAfter(t, d, func() {}, calls...)
}

// togetherAfter does something just before the first of the calls runs.
func togetherAfter(t *testing.T, d *DB, before func(), calls ...func(*tx) error) []error {
	t.Helper()
	g := d.engine.(*lite).group
	held, hold := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := d.update(context.Background(), 1, func(*tx) error {
			close(held)
			<-hold
			before()
			return errNo
		})
		if !errors.Is(err, errNo) {
			t.Errorf("the first of the group: %v", err)
		}
	})
	<-held
	errs := make([]error, len(calls))
	for i, call := range calls {
		all.Go(func() {
			errs[i] = errNo // what remains if the goroutine is ended
			errs[i] = d.update(context.Background(), 1, call)
		})
		for len(g.calls) < i+1 { // until it waits behind the one before it
			runtime.Gosched()
		}
	}
	close(hold)
	all.Wait()
	return errs
}

func insertLogin(login string) func(*tx) error {
	return func(t *tx) error { return t.InsertAccount(&slipway.Account{Login: login, Type: slipway.User}) }
}

func logins(t *testing.T, d *DB) (list []string) {
	t.Helper()
	err := d.View(t.Context(), func(tx deploy.Tx) error {
		accounts, err := tx.AccountsAfter(0, 10_000)
		for _, a := range accounts {
			list = append(list, a.Login)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func wantLogins(t *testing.T, d *DB, want ...string) {
	t.Helper()
	if got := logins(t, d); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("kept %v, want %v", got, want)
	}
}

// TestGroupShares: calls that wait are one transaction, whose members fail alone.
func TestGroupShares(t *testing.T) {
	d := openTestSQLite(t, Config{})
	transactions := map[*chain]int{}
	seen := func(fn func(*tx) error) func(*tx) error {
		return func(t *tx) error {
			transactions[t.s.chain]++ // by the writer only: each group has a chain of its own
			return fn(t)
		}
	}
	errs := together(
		t, d,
		seen(insertLogin("a")),
		seen(func(t *tx) error { return errors.Join(insertLogin("lost")(t), errNo) }),
		seen(insertLogin("A")),
		seen(insertLogin("b")),
	)
	if errs[0] != nil || !errors.Is(errs[1], errNo) || slipway.KindOf(errs[2]) != slipway.Conflict || errs[3] != nil {
		t.Errorf("answers %v", errs)
	}
	wantLogins(t, d, "a", "b")
	if len(transactions) != 1 {
		t.Errorf("%d transactions for four calls that waited", len(transactions))
	}
}

// TestNoContext: a caller without a context waits as long as it takes.
func TestNoContext(t *testing.T) {
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		d := open(t, Config{})
		var none context.Context
		err := d.Update(none, 1, func(tx deploy.Tx) error { return tx.BumpAuthVersion() })
		if err != nil {
			t.Error(err)
		}
		if err := d.View(none, func(tx deploy.Tx) error { _, err := tx.AuthVersion(); return err }); err != nil {
			t.Error(err)
		}
		if v, err := d.AuthVersion(none); err != nil || v != 2 {
			t.Errorf("version %d, %v", v, err)
		}
		if err := d.Ping(none); err != nil {
			t.Error(err)
		}
	})
}

// TestGroupPanics: a panic comes out of its caller, and its neighbours' work is kept.
func TestGroupPanics(t *testing.T) {
	d := openTestSQLite(t, Config{})
	recovered := make(chan any, 1)
	held, hold := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer func() { recovered <- recover() }()
		_ = d.update(context.Background(), 1, func(t *tx) error {
			close(held)
			<-hold
			_ = insertLogin("lost")(t)
			panic("ouch")
		})
	})
	<-held
	all.Go(func() {
		if err := d.update(context.Background(), 1, insertLogin("neighbour")); err != nil {
			t.Error(err)
		}
	})
	close(hold)
	all.Wait()
	if got := <-recovered; got != "ouch" {
		t.Errorf("recovered %v", got)
	}
	wantLogins(t, d, "neighbour")
}

// TestGroupGoexit: an fn that ends its goroutine (a test's FailNow) ends its caller, keeps nothing of its own and all of
// the others' work, and the writer goes on.
func TestGroupGoexit(t *testing.T) {
	d := openTestSQLite(t, Config{})
	for range 3 {
		errs := together(
			t, d,
			func(*tx) error { return nil },
			func(t *tx) error {
				_ = insertLogin("lost")(t)
				runtime.Goexit()
				return nil
			},
		)
		if errs[0] != nil || !errors.Is(errs[1], errNo) {
			t.Errorf("answers %v", errs)
		}
	}
	if err := d.update(t.Context(), 1, insertLogin("after")); err != nil {
		t.Fatal(err)
	}
	wantLogins(t, d, "after")
}

// TestGroupLosesTransaction: when SQLite has rolled the whole transaction back (here: fn does it), every member is told so
// and the writer goes on.
func TestGroupLosesTransaction(t *testing.T) {
	d := openTestSQLite(t, Config{})
	var ran atomic.Bool
	errs := together(
		t, d,
		insertLogin("before"),
		func(t *tx) error { return errors.Join(t.s.control(t.ctx, rollback), errNo) },
		func(t *tx) error { ran.Store(true); return insertLogin("next")(t) },
	)
	if slipway.KindOf(errs[0]) != slipway.Unavailable || !errors.Is(errs[1], errNo) || errs[2] != nil {
		t.Errorf("answers %v", errs)
	}
	if !ran.Load() {
		t.Error("the writer stopped")
	}
	wantLogins(t, d, "next")

	// The same without an error: RELEASE finds no savepoint.
	errs = together(
		t, d,
		insertLogin("before"),
		func(t *tx) error { return t.s.control(t.ctx, rollback) },
		insertLogin("last"),
	)
	if slipway.KindOf(errs[0]) != slipway.Unavailable || errs[1] == nil || errs[2] != nil {
		t.Errorf("answers %v", errs)
	}
	wantLogins(t, d, "next", "last")
}
