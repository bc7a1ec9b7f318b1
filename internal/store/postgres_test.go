package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

func postgresURL(t *testing.T) string {
	t.Helper()
	return testkit.Postgres(t, prepare)
}

func randomText() string { return strconv.FormatUint(rand.Uint64(), 36) }

// TestAway: a server that goes and comes back: Unavailable while it is gone, in seconds, and then everything as before.
func TestAway(t *testing.T) {
	server := testkit.StartPostgres(t, "fsync=off")
	d := openTest(t, Config{DatabaseURL: server.Database(t, prepare)})
	write := func(login string) error {
		return d.Update(t.Context(), 1, func(tx deploy.Tx) error {
			if _, err := tx.Record(slipway.Event{Kind: "push", Subject: []byte(`{}`)}); err != nil {
				return err
			}
			return tx.InsertAccount(&slipway.Account{Login: login, Type: slipway.User})
		})
	}
	if err := write("before"); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		began := time.Now()
		for what, err := range map[string]error{
			"update": write("during"), "ping": d.Ping(t.Context()),
			"view": d.View(t.Context(), func(deploy.Tx) error { return nil }),
		} {
			if slipway.KindOf(err) != slipway.Unavailable {
				t.Errorf("%s: %v", what, err)
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %s to say that the server is away", took)
		}
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if err := write("after"); err != nil {
		t.Fatal(err)
	}
	wantLogins(t, d, "before", "after")
}

// TestTerminated: a backend that is ended in the middle of an update is 503 to its caller, who is not told of a commit.
func TestTerminated(t *testing.T) {
	d := openTestPostgres(t, Config{})
	for name, end := range map[string]func(*tx) error{
		"itself": func(t *tx) error {
			_, err := t.s.ExecContext(t.ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			return t.failed("terminate", err)
		},
		"silently": func(t *tx) error {
			var pid int64
			if err := t.s.conn.QueryRowContext(t.ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
				return err
			}
			_, err := d.engine.(*postgres).pool.ExecContext(context.Background(), "SELECT pg_terminate_backend($1, 5000)", pid)
			return err
		},
	} {
		err := d.update(t.Context(), 1, func(t *tx) error {
			if err := insertLogin("lost " + name)(t); err != nil {
				return err
			}
			return end(t)
		})
		if slipway.KindOf(err) != slipway.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.update(t.Context(), 1, insertLogin("kept")); err != nil {
		t.Fatal(err)
	}
	wantLogins(t, d, "kept")
}

// TestAgain: what PostgreSQL asks to be run again is, a few times.
func TestAgain(t *testing.T) {
	d := openTestPostgres(t, Config{})
	for _, code := range []string{"40001", "40P01"} {
		runs := 0
		err := d.update(t.Context(), 1, func(t *tx) error {
			if runs++; runs < 3 {
				_, err := t.s.ExecContext(t.ctx, "DO $$ BEGIN RAISE SQLSTATE '"+code+"'; END $$")
				return t.failed("raise", err)
			}
			return insertLogin("kept " + code)(t)
		})
		if err != nil || runs != 3 {
			t.Errorf("%s: %d runs, %v", code, runs, err)
		}
		runs = 0
		err = d.update(t.Context(), 1, func(t *tx) error {
			runs++
			_, err := t.s.ExecContext(t.ctx, "DO $$ BEGIN RAISE SQLSTATE '"+code+"'; END $$")
			return t.failed("raise", err)
		})
		if slipway.KindOf(err) != slipway.Unavailable || runs != tries {
			t.Errorf("%s for ever: %d runs, %v", code, runs, err)
		}
	}
}

// TestScopes: what excludes what. Repositories run side by side, as do background writers and everybody else.
func TestScopes(t *testing.T) {
	d := openTestPostgres(t, Config{})
	for _, test := range []struct {
		held, other int64
		excluded    bool
	}{
		{1, 1, true},
		{1, 2, false},
		{0, 1, true},
		{1, 0, true},
		{0, 0, true},
		{-5, 1, false},
		{1, -5, false},
		{-5, 0, false},
		{0, -5, false},
		{-5, -5, true},
		{-5, -6, false},
	} {
		held, hold := make(chan struct{}), make(chan struct{})
		var holder sync.WaitGroup
		holder.Go(func() {
			err := d.update(context.Background(), test.held, func(*tx) error {
				close(held)
				<-hold
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-held
		wait := 10 * time.Second
		if test.excluded {
			wait = 50 * time.Millisecond
		}
		ctx, stop := context.WithTimeout(t.Context(), wait)
		err := d.update(ctx, test.other, func(*tx) error { return nil })
		stop()
		if (err != nil) != test.excluded {
			t.Errorf("%d held, %d: %v", test.held, test.other, err)
		}
		close(hold)
		holder.Wait()
	}
}

// TestTwoNodes: one scope excludes itself across nodes, and events get one order from two sequencers.
func TestTwoNodes(t *testing.T) {
	url := postgresURL(t)
	nodes := []*DB{openTest(t, Config{DatabaseURL: url}), openTest(t, Config{DatabaseURL: url}), openTest(t, Config{DatabaseURL: url})}
	const each = 40
	var all sync.WaitGroup
	for i := range 9 {
		node := nodes[i%len(nodes)]
		all.Go(func() {
			for range each {
				err := node.Update(context.Background(), int64(1+i%2), func(tx deploy.Tx) error {
					refs, err := tx.ListRefs(int64(1 + i%2))
					if err != nil {
						return err
					}
					_, err = tx.Record(slipway.Event{RepositoryID: int64(len(refs)), Kind: "push", Subject: []byte(`{}`)})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	log := waitForLog(t, nodes[0], 9*each)
	for i, e := range log {
		if e.Position != int64(i+1) {
			t.Fatalf("event %d has position %d", i, e.Position)
		}
	}
	verifyChain(t, nodes[1], 9*each)
}

// waitForLog reads the log until n events have positions.
func waitForLog(t *testing.T, d *DB, n int) []slipway.Event {
	t.Helper()
	told := make(chan struct{}, 1)
	d.OnStamp(func() {
		select {
		case told <- struct{}{}:
		default:
		}
	})
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	for {
		list, err := d.Events(ctx, 0, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) >= n {
			return list
		}
		select {
		case <-told:
		case <-time.After(100 * time.Millisecond): // another node may have stamped
		case <-ctx.Done():
			t.Fatalf("%d events have positions, not %d", len(list), n)
		}
	}
}

// TestStampsAfterCrash: events that were committed and not stamped get their positions at the next start.
func TestStampsAfterCrash(t *testing.T) {
	url := postgresURL(t)
	d, err := Open(t.Context(), Config{DatabaseURL: url})
	if err != nil {
		t.Fatal(err)
	}
	d.engine.(*postgres).sequencer.close() // as if the process had been killed right after its commits
	for range 3*stampBatch/2 + 7 {
		err := d.update(t.Context(), -9, func(t *tx) error {
			_, err := t.Record(slipway.Event{Kind: "push", Subject: []byte(`{}`)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if list, err := d.Events(t.Context(), 0, 10); err != nil || len(list) != 0 {
		t.Fatalf("%d events were stamped by nobody, %v", len(list), err)
	}
	if err := d.engine.(*postgres).pool.Close(); err != nil {
		t.Fatal(err)
	}
	next := openTest(t, Config{DatabaseURL: url})
	waitForLog(t, next, 3*stampBatch/2+7)
	verifyChain(t, next, 3*stampBatch/2+7)
}

// TestConnections: never more than the configured number, however many call, and reads are not starved by writers that
// wait for one hot repository.
func TestConnections(t *testing.T) {
	d := openTestPostgres(t, Config{Connections: 6})
	held, hold := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_ = d.update(context.Background(), 1, func(*tx) error {
			close(held)
			<-hold
			return nil
		})
	})
	<-held
	for range 40 {
		all.Go(func() {
			if err := d.update(context.Background(), 1, func(*tx) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	for range 20 {
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		if _, err := d.AuthVersion(ctx); err != nil {
			t.Errorf("a read while a repository is hot: %v", err)
		}
		if err := d.update(ctx, 2, func(*tx) error { return nil }); err != nil {
			t.Errorf("an update of another repository: %v", err)
		}
		stop()
	}
	if n := d.engine.(*postgres).pool.Stats().OpenConnections; n > 6 {
		t.Errorf("%d connections", n)
	}
	close(hold)
	all.Wait()
}

// TestBounds: the server ends what this process forgets.
func TestBounds(t *testing.T) {
	d := openTestPostgres(t, Config{})
	for name, want := range map[string]string{"statement_timeout": "8s", "idle_in_transaction_session_timeout": "16s", "application_name": "slipway"} {
		var got string
		if err := poolOf(d).QueryRowContext(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
}

// TestKindsOfPostgres: codes, not words.
func TestKindsOfPostgres(t *testing.T) {
	for code, want := range map[string]slipway.Kind{
		"23505": slipway.Conflict, "23503": slipway.Internal, "23502": slipway.Internal, "53100": slipway.Full, "53300": slipway.Unavailable,
		"55P03": slipway.Unavailable, "57014": slipway.Unavailable, "57P01": slipway.Unavailable, "08006": slipway.Unavailable,
		"40001": slipway.Unavailable, "25006": slipway.Internal, "25P03": slipway.Unavailable, "22021": slipway.Invalid, "42601": slipway.Internal, "": slipway.Internal,
	} {
		err := failure("x", fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code}))
		if got := slipway.KindOf(err); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
		var ours *slipway.Error
		if !errors.As(err, &ours) || ours.Message != "" {
			t.Errorf("%s says %q to a caller", code, ours.Message)
		}
	}
}
