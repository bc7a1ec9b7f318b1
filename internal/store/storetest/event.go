package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// log waits until n events have positions and gives them all.
func (w *world) log(n int) []slipway.Event {
	w.Helper()
	ctx, stop := context.WithTimeout(w.Context(), 20*time.Second)
	defer stop()
	told := make(chan struct{}, 1)
	w.store.OnStamp(func() {
		select {
		case told <- struct{}{}:
		default:
		}
	})
	for {
		list, err := w.store.Events(ctx, 0, 1_000_000)
		if err != nil {
			w.Fatal(err)
		}
		if len(list) >= n {
			return list
		}
		select {
		case <-told:
		case <-ctx.Done():
			w.Fatalf("%d events have positions, not %d", len(list), n)
		}
	}
}

func events(w *world) {
	first := slipway.Event{RepositoryID: 3, ActorID: 4, Kind: "deployment", Action: "created", Subject: json.RawMessage(`{"v":1, "x":"é\u2028"}`)}
	second := slipway.Event{Kind: "ping", Subject: json.RawMessage(`{}`), ID: 99, Position: 99, At: w.now.Add(time.Hour)}
	record := func(e *slipway.Event) {
		w.update(e.RepositoryID, func(tx deploy.Tx) (err error) {
			e.ID, err = tx.Record(*e)
			return err
		})
		e.At = w.now
	}
	record(&first)
	w.move(-time.Minute) // a clock that is set back changes no order
	record(&second)
	first.Position, second.Position = 1, 2
	w.same("log", w.log(2), []slipway.Event{first, second})
	list, err := w.store.Events(w.Context(), 1, 10)
	if err != nil {
		w.Fatal(err)
	}
	w.same("after the first", list, []slipway.Event{second})
	list, err = w.store.Events(w.Context(), 0, 1)
	if err != nil {
		w.Fatal(err)
	}
	w.same("only one", list, []slipway.Event{first})
}

// positions: twelve writers, some of whose transactions fail, in five repositories: positions have no gap, every
// acknowledged event has one, and a repository's events stand in the order they were committed in.
func positions(w *world) {
	var repositories []slipway.Repository
	for i := range 5 {
		repositories = append(repositories, w.repository(fmt.Sprint("r", i)))
	}
	failed := errors.New("no")
	var mu sync.Mutex
	told := map[string]bool{}
	var all sync.WaitGroup
	for writer := range 12 {
		random := rand.New(rand.NewPCG(uint64(writer), 0))
		all.Go(func() {
			for i := range 25 {
				r := repositories[random.IntN(5)]
				fail := random.IntN(5) == 0
				var subject string
				err := w.store.Update(w.Context(), r.ID, func(tx deploy.Tx) error {
					// What the repository's counter says under its lock is the order the events must have.
					refs, err := tx.ListRefs(r.ID)
					if err != nil {
						return err
					}
					n := len(refs)
					change := slipway.RefChange{Name: fmt.Sprintf("refs/heads/%06d", n), New: sha(1)}
					if err := tx.SetRefs(r.ID, []slipway.RefChange{change}); err != nil {
						return err
					}
					subject = fmt.Sprintf(`{"r":%d,"n":%d,"by":"%d/%d"}`, r.ID, n, writer, i)
					if _, err := tx.Record(slipway.Event{RepositoryID: r.ID, Kind: "push", Subject: json.RawMessage(subject)}); err != nil {
						return err
					}
					if fail {
						return failed
					}
					return nil
				})
				switch {
				case fail && !errors.Is(err, failed), !fail && err != nil:
					w.Error(err)
				case !fail:
					mu.Lock()
					told[subject] = true
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	log := w.log(len(told))
	if len(log) != len(told) {
		w.Errorf("%d events, %d were acknowledged", len(log), len(told))
	}
	next := map[int64]int{}
	for i, e := range log {
		if e.Position != int64(i+1) {
			w.Fatalf("event %d has position %d", i, e.Position)
		}
		if !told[string(e.Subject)] {
			w.Errorf("nobody was told of %s", e.Subject)
		}
		var at struct{ R, N int64 }
		if err := json.Unmarshal(e.Subject, &at); err != nil {
			w.Fatal(err)
		}
		if int(at.N) != next[at.R] {
			w.Errorf("repository %d: %d comes when %d should", at.R, at.N, next[at.R])
		}
		next[at.R]++
	}
}

// oldEvents: only what every hook has expanded is cut. Nothing here expands, so nothing is.
func oldEvents(w *world) {
	w.update(0, func(tx deploy.Tx) error {
		_, err := tx.Record(slipway.Event{Kind: "push", Subject: json.RawMessage(`{}`)})
		return err
	})
	w.log(1)
	w.update(-3, func(tx deploy.Tx) error {
		n, err := tx.RemoveOldEvents(w.now.Add(time.Hour), 10)
		w.same("removed", n, 0)
		return err
	})
	w.same("still there", len(w.log(1)), 1)
}
