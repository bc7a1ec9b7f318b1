package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func hooks(w *world) {
	r, other := w.repository("r"), w.repository("other")
	code, message := 502, "timed out"
	full := slipway.Hook{
		RepositoryID: r.ID, Name: "web", Active: true, Events: []string{"deployment", "push"},
		Config: map[string]string{"url": "https://hooks.example/a?b=c&d=<e>", "content_type": "json"}, Secret: "tüst \x01",
		LastResponse: slipway.HookResponse{Code: &code, Status: "misconfigured", Message: &message},
		CreatedAt:    w.now, UpdatedAt: w.now,
	}
	bare := slipway.Hook{RepositoryID: r.ID, Name: "web", LastResponse: slipway.HookResponse{Status: "unused"}, CreatedAt: w.now, UpdatedAt: w.now}
	elsewhere := slipway.Hook{RepositoryID: other.ID, Name: "web", CreatedAt: w.now, UpdatedAt: w.now}
	for _, h := range []*slipway.Hook{&full, &bare, &elsewhere} {
		w.update(h.RepositoryID, func(tx deploy.Tx) error { return tx.InsertHook(h) })
	}
	get := func(id int64) slipway.Hook {
		return read(w, func(tx deploy.Tx) (slipway.Hook, error) { return tx.Hook(r.ID, id) })
	}
	w.same("full", get(full.ID), full)
	w.same("bare", get(bare.ID), bare)
	w.same("all", read(w, func(tx deploy.Tx) ([]slipway.Hook, error) { return tx.AllHooks(r.ID) }), []slipway.Hook{full, bare})
	w.same("page", read(w, func(tx deploy.Tx) ([]slipway.Hook, error) {
		return tx.ListHooks(r.ID, deploy.Page{Number: 2, Size: 1})
	}), []slipway.Hook{bare})
	w.same("count", read(w, func(tx deploy.Tx) (int, error) { return tx.CountHooks(r.ID) }), 2)

	for _, resume := range []bool{false, true} {
		full.Active, full.Events, full.Secret, full.UpdatedAt = resume, []string{"*"}, full.Secret+"+", w.now.Add(time.Hour)
		full.Config = map[string]string{"url": "http://other.example"}
		changed := full
		changed.LastResponse = slipway.HookResponse{Status: "ignored"}
		w.update(r.ID, func(tx deploy.Tx) error { return tx.SetHook(changed, resume) })
		w.same("changed", get(full.ID), full)
	}
	full.Secret = ""
	w.update(r.ID, func(tx deploy.Tx) error { return tx.SetHook(full, false) })
	w.same("without a secret", get(full.ID), full)

	for _, rotation := range []*slipway.Rotation{{Next: "n€xt", Since: w.now}, {Next: "another", Since: w.now.Add(time.Hour)}, nil} {
		full.Secret, full.Rotation = "old", rotation
		w.update(r.ID, func(tx deploy.Tx) error { return tx.SetHook(full, false) })
		w.same("rotating", get(full.ID), full)
	}

	for _, wrong := range []slipway.Hook{{ID: 99, RepositoryID: r.ID}, {ID: full.ID, RepositoryID: other.ID}} {
		w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Hook(wrong.RepositoryID, wrong.ID); return err })
		w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetHook(wrong, true) })
		w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveHook(wrong.RepositoryID, wrong.ID) })
	}
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.ResumeHook(99) })
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveHook(r.ID, full.ID) })
	w.same("one removed", read(w, func(tx deploy.Tx) ([]slipway.Hook, error) { return tx.AllHooks(r.ID) }), []slipway.Hook{bare})
}

func idempotencyKeys(w *world) {
	a, b := w.account("a"), w.account("b")
	claim := func(account slipway.Account, hash string) (got deploy.Answered) {
		w.update(1, func(tx deploy.Tx) (err error) {
			got, err = tx.ClaimKey(account.ID, "Key", []byte(hash))
			return err
		})
		return got
	}
	answer := func(key string) deploy.Answered {
		return read(w, func(tx deploy.Tx) (deploy.Answered, error) { return tx.AnswerTo(a.ID, key) })
	}
	w.same("unknown", answer("Key"), deploy.Answered{})
	w.same("new", claim(a, "h1"), deploy.Answered{RequestHash: []byte("h1")})
	w.same("new again: nothing was answered", claim(a, "h2"), deploy.Answered{RequestHash: []byte("h2")})
	done := deploy.Answered{RequestHash: []byte("h2"), DeploymentID: 5, Subject: json.RawMessage(`{"v": 1}`)}
	w.update(1, func(tx deploy.Tx) error { return tx.AnswerKey(a.ID, "Key", done, w.now) })
	w.same("answered", claim(a, "h3"), done)
	w.same("read", answer("Key"), done)
	w.same("another case", answer("key"), deploy.Answered{})
	w.same("somebody else's", claim(b, "h3"), deploy.Answered{RequestHash: []byte("h3")})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.AnswerKey(a.ID, "never claimed", done, w.now) })

	failed := errors.New("no")
	err := w.store.Update(w.Context(), 1, func(tx deploy.Tx) error {
		_, err := tx.ClaimKey(a.ID, "lost", []byte("h"))
		return errors.Join(err, failed)
	})
	if !errors.Is(err, failed) {
		w.Error(err)
	}
	w.same("a failure's claim", answer("lost"), deploy.Answered{})

	remove := func(before time.Time, limit int) (n int) {
		w.update(-3, func(tx deploy.Tx) (err error) {
			n, err = tx.RemoveOldIdempotencyKeys(before, limit)
			return err
		})
		return n
	}
	w.same("none is that old", remove(w.now, 10), 0)
	w.same("limited", remove(w.now.Add(time.Second), 1), 1)
	w.same("the rest", remove(w.now.Add(time.Second), 10), 1)
	w.same("forgotten", answer("Key"), deploy.Answered{})
}

// idempotencyRace: of many who use one key at once, in scopes that do not exclude each other, one makes the deployment.
func idempotencyRace(w *world) {
	a := w.account("a")
	var repositories []slipway.Repository
	for i := range 4 {
		repositories = append(repositories, w.repository(fmt.Sprint("r", i)))
	}
	for round := range 5 {
		key := fmt.Sprint("key", round)
		var mu sync.Mutex
		var made, told []int64
		var all sync.WaitGroup
		for i := range 16 {
			r := repositories[i%len(repositories)]
			all.Go(func() {
				var id, known int64
				err := w.store.Update(w.Context(), r.ID, func(tx deploy.Tx) error {
					id, known = 0, 0
					was, err := tx.ClaimKey(a.ID, key, []byte("h"))
					if err != nil || was.DeploymentID != 0 {
						known = was.DeploymentID
						return err
					}
					d := w.deployment(r, nil)
					if err := tx.InsertDeployment(&d); err != nil {
						return err
					}
					id = d.ID
					return tx.AnswerKey(a.ID, key, deploy.Answered{DeploymentID: id, Subject: json.RawMessage(`{}`)}, w.now)
				})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					w.Error(err)
				}
				if id != 0 {
					made = append(made, id)
				} else {
					told = append(told, known)
				}
			})
		}
		all.Wait()
		if len(made) != 1 || slices.ContainsFunc(told, func(id int64) bool { return id != made[0] }) {
			w.Errorf("made %d, told %d", made, told)
		}
	}
}
