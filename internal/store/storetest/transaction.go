package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

var errNo = errors.New("no")

// exists reports whether an account of that login was kept.
func (w *world) exists(login string) bool {
	w.Helper()
	return read(w, func(tx deploy.Tx) (bool, error) {
		_, err := tx.AccountByLogin(login)
		if err != nil && slipway.KindOf(err) == slipway.NotFound {
			return false, nil
		}
		return true, err
	})
}

func insert(tx deploy.Tx, login string) error {
	return tx.InsertAccount(&slipway.Account{Login: login, Type: slipway.User})
}

func rollback(w *world) {
	r := w.repository("r")
	err := w.store.Update(w.Context(), r.ID, func(tx deploy.Tx) error {
		d := w.deployment(r, nil)
		_, recorded := tx.Record(slipway.Event{Kind: "deployment", Subject: []byte(`{}`)})
		_, _, ensured := tx.EnsureEnvironment(r.ID, "x")
		return errors.Join(insert(tx, "lost"), tx.InsertDeployment(&d), recorded, ensured, errNo)
	})
	if !errors.Is(err, errNo) {
		w.Error(err)
	}
	if w.exists("lost") {
		w.Error("an account of a failed transaction was kept")
	}
	w.view(func(tx deploy.Tx) error {
		n, exact, err := tx.CountDeployments(slipway.DeploymentFilter{RepositoryID: r.ID})
		w.same("deployments", n, 0)
		w.same("exact", exact, true)
		environments, counted := tx.CountEnvironments(r.ID)
		w.same("environments", environments, 0)
		return errors.Join(err, counted)
	})
	w.update(0, func(tx deploy.Tx) error {
		_, err := tx.Record(slipway.Event{Kind: "next", Subject: []byte(`{}`)})
		return err
	})
	if log := w.log(1); len(log) != 1 || log[0].Kind != "next" || log[0].Position != 1 {
		w.Errorf("log %+v", log)
	}
}

// swallowed: fn may not go on as if nothing had happened.
func swallowed(w *world) {
	w.account("taken")
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		if err := insert(tx, "before"); err != nil {
			return err
		}
		if slipway.KindOf(insert(tx, "TAKEN")) != slipway.Conflict {
			w.Error("no conflict")
		}
		if slipway.KindOf(insert(tx, "after")) != slipway.Conflict {
			w.Error("a statement after the failed one was not answered with its error")
		}
		if _, err := tx.AccountByLogin("taken"); slipway.KindOf(err) != slipway.Conflict {
			w.Error("a read after the failed statement was not answered with its error")
		}
		return nil
	})
	// A row that is absent is no failure.
	w.update(0, func(tx deploy.Tx) error {
		if _, err := tx.Account(99); slipway.KindOf(err) != slipway.NotFound {
			w.Error(err)
		}
		return insert(tx, "kept")
	})
	for login, want := range map[string]bool{"before": false, "after": false, "kept": true} {
		w.same(login, w.exists(login), want)
	}
}

func panics(w *world) {
	for _, run := range []func(func(deploy.Tx) error) error{
		func(fn func(deploy.Tx) error) error { return w.store.Update(w.Context(), 1, fn) },
		func(fn func(deploy.Tx) error) error { return w.store.View(w.Context(), fn) },
	} {
		for range 20 { // more often than there are connections
			func() {
				defer func() {
					if got := recover(); got != "ouch" {
						w.Errorf("recovered %v", got)
					}
				}()
				_ = run(func(tx deploy.Tx) error {
					_ = insert(tx, "lost")
					panic("ouch")
				})
			}()
		}
	}
	if w.exists("lost") {
		w.Error("an account of a transaction that panicked was kept")
	}
	w.account("next")
}

func views(w *world) {
	a := w.account("a")
	w.view(func(tx deploy.Tx) error {
		if _, err := tx.Account(a.ID); err != nil {
			return err
		}
		b := w.account("b")
		if _, err := tx.Account(b.ID); slipway.KindOf(err) != slipway.NotFound {
			w.Errorf("a view saw what was committed after it began: %v", err)
		}
		return nil
	})
	if err := w.store.View(w.Context(), func(tx deploy.Tx) error { return insert(tx, "c") }); err == nil {
		w.Error("a view wrote")
	}
	if err := w.store.View(w.Context(), func(deploy.Tx) error { return errNo }); !errors.Is(err, errNo) {
		w.Error(err)
	}
	w.view(func(deploy.Tx) error { return nil })
	if w.exists("c") {
		w.Error("what a view wrote was kept")
	}
}

// isolation: "count the active ones, insert if there are none", twelve at a time: one succeeds.
func isolation(w *world) {
	for round := range 8 {
		r := w.repository(fmt.Sprint("r", round))
		var inserted atomic.Int32
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				var did bool
				err := w.store.Update(w.Context(), r.ID, func(tx deploy.Tx) error {
					did = false
					n, _, err := tx.CountDeployments(slipway.DeploymentFilter{RepositoryID: r.ID, Environment: "production"})
					if err != nil || n > 0 {
						return err
					}
					d := w.deployment(r, nil)
					did = true
					return tx.InsertDeployment(&d)
				})
				if err != nil {
					w.Error(err)
				}
				if did {
					inserted.Add(1)
				}
			})
		}
		all.Wait()
		w.same("inserted", inserted.Load(), int32(1))
	}
}

// serverScope: while an update of the whole server runs, no other does, and it begins only when none runs.
func serverScope(w *world) {
	var inside, worst atomic.Int32
	var all sync.WaitGroup
	run := func(scope int64, alone bool) {
		all.Go(func() {
			for range 10 {
				err := w.store.Update(w.Context(), scope, func(tx deploy.Tx) error {
					n := inside.Add(1)
					defer inside.Add(-1)
					if alone && n > 1 {
						worst.Store(n)
					}
					_, err := tx.AuthVersion()
					if alone && inside.Load() > 1 {
						worst.Store(n)
					}
					return err
				})
				if err != nil {
					w.Error(err)
				}
			}
		})
	}
	for scope := range int64(6) {
		run(scope, scope == 0)
	}
	all.Wait()
	if n := worst.Load(); n != 0 {
		w.Errorf("%d updates ran beside one of the whole server", n)
	}
}

// givingUp: callers whose context ends get an answer, which is true, and take nobody else's work with them.
func givingUp(w *world) {
	over, stop := context.WithCancel(w.Context())
	stop()
	if err := w.store.Update(over, 1, func(tx deploy.Tx) error { return insert(tx, "over") }); slipway.KindOf(err) != slipway.Unavailable || !errors.Is(err, context.Canceled) {
		w.Errorf("a caller that had given up: %v", err)
	}

	// A context that ends while fn runs changes nothing.
	during, stop := context.WithCancel(w.Context())
	err := w.store.Update(during, 1, func(tx deploy.Tx) error {
		stop()
		return errors.Join(insert(tx, "during 1"), insert(tx, "during 2"))
	})
	if err != nil {
		w.Errorf("a caller that gave up while fn ran: %v", err)
	}
	seen, stop := context.WithCancel(w.Context())
	err = w.store.View(seen, func(tx deploy.Tx) error {
		stop()
		_, err := tx.AccountByLogin("during 2")
		return err
	})
	if err != nil {
		w.Errorf("a reader that gave up while fn ran: %v", err)
	}

	// Waiting behind a slow one.
	hold, held := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := w.store.Update(w.Context(), 1, func(tx deploy.Tx) error {
			close(held)
			<-hold
			return insert(tx, "slow")
		})
		if err != nil {
			w.Error(err)
		}
	})
	<-held
	short, stop := context.WithTimeout(w.Context(), 30*time.Millisecond)
	defer stop()
	err = w.store.Update(short, 1, func(tx deploy.Tx) error { return insert(tx, "impatient") })
	if slipway.KindOf(err) != slipway.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
		w.Errorf("a caller that gave up waiting: %v", err)
	}
	close(hold)
	all.Wait()
	for login, want := range map[string]bool{"over": false, "during 1": true, "during 2": true, "slow": true, "impatient": false} {
		w.same(login, w.exists(login), want)
	}
}

// acknowledged: callers that succeed, fail, violate, panic and give up, all at once. What is there is what was said.
func acknowledged(w *world) {
	w.account("taken")
	var mu sync.Mutex
	said := map[string]bool{}
	var all sync.WaitGroup
	for caller := range 60 {
		random := rand.New(rand.NewPCG(uint64(caller), 1))
		all.Go(func() {
			for i := range 5 {
				login := fmt.Sprintf("u-%d-%d", caller, i)
				ok := func() (ok bool) {
					defer func() { _ = recover() }()
					ctx, stop := context.WithTimeout(w.Context(), time.Duration(random.IntN(20_000))*time.Microsecond)
					defer stop()
					way := random.IntN(6)
					if way < 3 {
						ctx = w.Context()
					}
					return w.store.Update(ctx, int64(caller%3), func(tx deploy.Tx) error {
						if err := insert(tx, login); err != nil {
							return err
						}
						switch way {
						case 0:
							return errNo
						case 1:
							return insert(tx, "taken")
						case 2:
							panic("ouch")
						}
						return nil
					}) == nil
				}()
				mu.Lock()
				said[login] = ok
				mu.Unlock()
			}
		})
	}
	all.Wait()
	kept := 0
	for login, want := range said {
		if got := w.exists(login); got != want {
			w.Errorf("%s: kept %t, said %t", login, got, want)
		}
		if want {
			kept++
		}
	}
	if kept == 0 || kept == len(said) {
		w.Errorf("%d of %d were kept: nothing was tried", kept, len(said))
	}
}
