package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// verifyChain recomputes the audit hashes of n events from the beginning.
func verifyChain(t *testing.T, d *DB, n int) {
	t.Helper()
	var previous []byte
	err := d.view(t.Context(), func(tx *tx) error {
		after := int64(0)
		rows, err := tx.q.ListStamped(tx.ctx, db.ListStampedParams{After: &after, Lim: 100_000})
		if err != nil {
			return err
		}
		if len(rows) != n {
			t.Errorf("%d events are stamped, not %d", len(rows), n)
		}
		for _, row := range rows {
			previous = AuditHash(previous, eventOf(row))
			if !bytes.Equal(previous, row.Hash) {
				t.Errorf("position %d: its hash is not that of its event", *row.Position)
			}
		}
		p, err := tx.q.GetPositions(tx.ctx)
		if err == nil && (p.N != int64(n) || !bytes.Equal(p.Hash, previous)) {
			t.Errorf("the log stands at %d", p.N)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestChain: positions and hashes over failures, on both.
func TestChain(t *testing.T) {
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		clock := testkit.NewClock(time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC))
		d := open(t, Config{Now: func() time.Time { return clock.Advance(time.Second) }})
		for i := range 20 {
			err := d.update(t.Context(), 1, func(t *tx) error {
				for range 1 + i%3 {
					e := slipway.Event{RepositoryID: 1, ActorID: int64(i), Kind: "deployment", Action: "created", Subject: []byte(`{"v":1,"é":"\u2028"}`)}
					if _, err := t.Record(e); err != nil {
						return err
					}
				}
				if i%4 == 0 {
					return errNo
				}
				return nil
			})
			if err != nil && !errors.Is(err, errNo) {
				t.Fatal(err)
			}
		}
		kept := 0
		for i := range 20 {
			if i%4 != 0 {
				kept += 1 + i%3
			}
		}
		waitForLog(t, d, kept)
		verifyChain(t, d, kept)
	})
}

// TestAuditHash: the form of the hash is a promise to whoever verifies an old log.
func TestAuditHash(t *testing.T) {
	e := slipway.Event{
		ID: 99, Position: 1, RepositoryID: 2, ActorID: 3, Kind: "deployment", Action: "created", Subject: []byte(`{"v":1}`),
		At: time.UnixMicro(1700000000000001).UTC(),
	}
	first := AuditHash(nil, e)
	// printf '1\n2\n3\n1700000000000001\ndeployment\ncreated\n{"v":1}' | sha256sum
	const want = "42b8e7020d475e23253e7952afa4034408ebe140b91ab1e8fb404386864016db"
	if got := hex.EncodeToString(first); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	for name, change := range map[string]func(*slipway.Event){
		"position": func(e *slipway.Event) { e.Position++ }, "repository": func(e *slipway.Event) { e.RepositoryID++ },
		"actor": func(e *slipway.Event) { e.ActorID++ }, "kind": func(e *slipway.Event) { e.Kind += "x" },
		"action": func(e *slipway.Event) { e.Action = "" }, "subject": func(e *slipway.Event) { e.Subject = []byte(`{"v": 1}`) },
		"time": func(e *slipway.Event) { e.At = e.At.Add(time.Microsecond) },
	} {
		changed := e
		change(&changed)
		if bytes.Equal(AuditHash(nil, changed), first) {
			t.Errorf("the hash does not cover the %s", name)
		}
	}
	if bytes.Equal(AuditHash(first, e), first) {
		t.Error("the hash does not cover what was before")
	}
}

// TestCut: retention removes a sealed prefix that every hook has expanded, in order, and what is left still verifies.
func TestCut(t *testing.T) {
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		clock := testkit.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		d := open(t, Config{Now: clock.Now})
		record := func() {
			err := d.update(t.Context(), 1, func(t *tx) error {
				_, err := t.Record(slipway.Event{Kind: "push", Subject: []byte(`{}`)})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			record()
			clock.Advance(24 * time.Hour)
		}
		all := waitForLog(t, d, 10)
		cut := func(before time.Time, limit, want int) {
			t.Helper()
			var n int
			err := d.update(t.Context(), -3, func(t *tx) (err error) {
				n, err = t.RemoveOldEvents(before, limit)
				return err
			})
			if err != nil || n != want {
				t.Errorf("removed %d, want %d, %v", n, want, err)
			}
		}
		expanded := func(to int64) {
			err := d.update(t.Context(), -3, func(t *tx) error {
				_, err := t.s.ExecContext(t.ctx, "UPDATE positions SET expanded_to = $1", to)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		cut(clock.Now(), 100, 0) // nothing is expanded
		expanded(6)
		cut(all[4].At, 3, 3)
		cut(all[4].At, 3, 1)     // the fifth is not older than itself
		cut(clock.Now(), 100, 2) // the seventh is not expanded
		cut(clock.Now(), 100, 0)
		left, err := d.Events(t.Context(), 0, 100)
		if err != nil || len(left) != 4 || left[0].Position != 7 {
			t.Errorf("left %d from %v, %v", len(left), left, err)
		}
		err = d.view(t.Context(), func(tx *tx) error {
			p, err := tx.q.GetPositions(tx.ctx)
			if err != nil {
				return err
			}
			previous := p.CutHash
			rows, err := tx.q.ListStamped(tx.ctx, db.ListStampedParams{After: &p.CutTo, Lim: 100})
			for _, row := range rows {
				previous = AuditHash(previous, eventOf(row))
				if !bytes.Equal(previous, row.Hash) {
					t.Errorf("position %d does not verify after a cut", *row.Position)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		record() // the log goes on where it stood
		if log := waitForLog(t, d, 5); log[4].Position != 11 {
			t.Errorf("position %d after a cut", log[4].Position)
		}
	})
}
