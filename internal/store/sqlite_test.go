package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// TestPragmas: the settings that durability rests on, on the connections that are really used.
func TestPragmas(t *testing.T) {
	d := openTestSQLite(t, Config{})
	check := func(handle string, conn func(query string) *sql.Row) {
		for pragma, want := range map[string]string{
			"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "temp_store": "2", "busy_timeout": "5000", "wal_autocheckpoint": "1000",
		} {
			var got string
			if err := conn("PRAGMA " + pragma).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s: %s is %s, not %s", handle, pragma, got, want)
			}
		}
	}
	look := func(handle string) func(*tx) error {
		return func(t *tx) error {
			check(handle, func(query string) *sql.Row { return t.s.conn.QueryRowContext(t.ctx, query) })
			return nil
		}
	}
	if err := d.update(t.Context(), 0, look("writer")); err != nil {
		t.Fatal(err)
	}
	if err := d.view(t.Context(), look("reader")); err != nil {
		t.Fatal(err)
	}
}

// TestSQLiteFiles: names that mean something in an address, and a close that leaves the one file.
func TestSQLiteFiles(t *testing.T) {
	for _, name := range []string{"plain.db", "with space?mode=ro#x%41.db", "übergröße.db"} {
		folder := filepath.Join(t.TempDir(), name+".d")
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, name)
		for range 2 {
			d, err := Open(t.Context(), Config{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.update(t.Context(), 0, func(t *tx) error { return t.BumpAuthVersion() }); err != nil {
				t.Fatal(err)
			}
			if v, err := d.AuthVersion(t.Context()); err != nil || v < 2 {
				t.Errorf("version %d, %v", v, err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			if len(entries) != 1 || entries[0].Name() != name {
				t.Errorf("left behind: %v", entries)
			}
		}
	}
}

func TestOldSQLite(t *testing.T) {
	for version, old := range map[string]bool{
		"3.51.3": false, "3.51.10": false, "3.52.0": false, "4.0": false, "3.51.2": true, "3.9.99": true, "3.51": true, "": true, "2.99.99": true,
	} {
		if olderThan(version, oldestSQLite) != old {
			t.Errorf("%q: too old %t", version, !old)
		}
	}
}

// TestFullDisk: eight callers on a database that may not grow. Nobody is told more than what is there, reads go on, and so
// do updates once there is room again.
func TestFullDisk(t *testing.T) {
	d := openTestSQLite(t, Config{})
	pages := func(text string) {
		t.Helper()
		var n int
		err := d.update(t.Context(), 0, func(t *tx) error {
			return t.s.conn.QueryRowContext(t.ctx, "PRAGMA max_page_count = "+text).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var before int
	if err := d.view(t.Context(), func(t *tx) error {
		return t.s.conn.QueryRowContext(t.ctx, "SELECT page_count + 20 FROM pragma_page_count").Scan(&before)
	}); err != nil {
		t.Fatal(err)
	}
	pages("120")
	var said, refused atomic.Int64
	fill := func() {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 40 {
					a := slipway.Account{Login: strings.Repeat("x", 30) + randomText(), Name: strings.Repeat("y", 3000), Type: slipway.User}
					err := d.Update(context.Background(), 1, func(tx deploy.Tx) error { return tx.InsertAccount(&a) })
					switch {
					case err == nil:
						said.Add(1)
					case slipway.KindOf(err) == slipway.Full || slipway.KindOf(err) == slipway.Unavailable:
						refused.Add(1)
					default:
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	}
	fill()
	if refused.Load() == 0 || said.Load() == 0 {
		t.Fatalf("said yes %d times, no %d times: the disk was not full", said.Load(), refused.Load())
	}
	if n := len(logins(t, d)); n != int(said.Load()) {
		t.Errorf("%d rows, %d were acknowledged", n, said.Load())
	}
	err := d.Update(t.Context(), 1, func(tx deploy.Tx) error {
		return tx.InsertAccount(&slipway.Account{Login: "huge", Name: strings.Repeat("z", 1<<20), Type: slipway.User})
	})
	if slipway.KindOf(err) != slipway.Full {
		t.Errorf("a full disk is %v", err)
	}
	pages("1073741823")
	no := refused.Load()
	fill()
	if refused.Load() != no {
		t.Error("updates are refused although there is room")
	}
	if n := len(logins(t, d)); n != int(said.Load()) {
		t.Errorf("%d rows, %d were acknowledged", n, said.Load())
	}
}

// TestClosed: whoever comes after Close is told so, and whoever is inside is waited for.
func TestClosed(t *testing.T) {
	for name, open := range map[string]func(*testing.T) Config{
		"sqlite":   func(t *testing.T) Config { return Config{Path: filepath.Join(t.TempDir(), "x.db")} },
		"postgres": func(t *testing.T) Config { return Config{DatabaseURL: postgresURL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Open(t.Context(), open(t))
			if err != nil {
				t.Fatal(err)
			}
			var answered sync.WaitGroup
			for i := range 20 {
				answered.Go(func() {
					err := d.update(context.Background(), int64(i), func(t *tx) error { return t.BumpAuthVersion() })
					if err != nil && slipway.KindOf(err) != slipway.Unavailable {
						t.Error(err)
					}
				})
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			answered.Wait()
			for _, err := range []error{
				d.update(t.Context(), 1, func(*tx) error { return nil }), d.view(t.Context(), func(*tx) error { return nil }), d.Ping(t.Context()),
			} {
				if slipway.KindOf(err) != slipway.Unavailable {
					t.Errorf("after Close: %v", err)
				}
			}
		})
	}
}

// TestTimesAreIntegers: microseconds since 1970, which compare as times do; the driver's own form would not.
func TestTimesAreIntegers(t *testing.T) {
	d := openTestSQLite(t, Config{Now: func() time.Time { return time.UnixMicro(1700000000123456) }})
	err := d.update(t.Context(), 1, func(t *tx) error {
		_, err := t.Record(slipway.Event{Kind: "push", Subject: []byte(`{}`)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var kept string
	if err := poolOf(d).QueryRowContext(t.Context(), "SELECT typeof(at) || ' ' || at FROM events").Scan(&kept); err != nil {
		t.Fatal(err)
	}
	if kept != "integer 1700000000123456" {
		t.Errorf("a time is kept as %s", kept)
	}
}

// TestBusy: a foreign process that holds the database's lock costs callers a 503, and nothing after it lets go.
func TestBusy(t *testing.T) {
	d := openTestSQLite(t, Config{})
	patience := func(t *tx) error { return t.s.conn.QueryRowContext(t.ctx, "PRAGMA busy_timeout = 10").Scan(new(int)) }
	if err := d.update(t.Context(), 1, patience); err != nil {
		t.Fatal(err)
	}
	foreign, err := d.openFile(dsn(d.config.Path), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = foreign.Close() })
	if _, err := foreign.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := d.update(t.Context(), 1, insertLogin("refused")); slipway.KindOf(err) != slipway.Unavailable {
			t.Errorf("a locked database is %v", err)
		}
	}
	if _, err := foreign.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := d.update(t.Context(), 1, insertLogin("kept")); err != nil {
		t.Fatal(err)
	}
	wantLogins(t, d, "kept")
}

// failing is a driver whose statements can be made to fail.
type failing struct {
	driver.Connector
	fail *atomic.Pointer[func(query string) error]
}

func (c failing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	return failingConn{conn, c.fail}, err
}

type failingConn struct {
	driver.Conn
	fail *atomic.Pointer[func(query string) error]
}

func (c failingConn) Prepare(query string) (driver.Stmt, error) {
	st, err := c.Conn.Prepare(query)
	return failingStmt{st, query, c.fail}, err
}

type failingStmt struct {
	driver.Stmt
	query string
	fail  *atomic.Pointer[func(query string) error]
}

func (s failingStmt) error() error {
	if fn := s.fail.Load(); fn != nil {
		return (*fn)(s.query)
	}
	return nil
}

func (s failingStmt) Exec(args []driver.Value) (driver.Result, error) {
	if err := s.error(); err != nil {
		return nil, err
	}
	return s.Stmt.Exec(args) //nolint:staticcheck // what an embedded statement has
}

func (s failingStmt) Query(args []driver.Value) (driver.Rows, error) {
	if err := s.error(); err != nil {
		return nil, err
	}
	return s.Stmt.Query(args) //nolint:staticcheck // what an embedded statement has
}

// TestEveryStatementFails: whichever statement of a group fails, once or for some time, beginnings and endings included,
// what is kept is what was said, and then the writer goes on.
func TestEveryStatementFails(t *testing.T) {
	var fail atomic.Pointer[func(string) error]
	d := openTestSQLite(t, Config{Wrap: func(c driver.Connector) driver.Connector { return failing{c, &fail} }})
	record := func(login string) func(*tx) error {
		return func(t *tx) error {
			if _, err := t.Record(slipway.Event{Kind: "push", Subject: []byte(`{}`)}); err != nil {
				return err
			}
			return insertLogin(login)(t)
		}
	}
	var want []string
	told := func(err error, login string) {
		if err == nil {
			want = append(want, login)
		}
	}
	for _, row := range []int{1, 2, 3} { // so many statements in a row
		for n := 1; n < 20; n++ {
			arm := func() {
				at := 0
				fn := func(string) error {
					if at++; at >= n && at < n+row {
						return errNo
					}
					return nil
				}
				fail.Store(&fn)
			}
			a, b, alone, after := fmt.Sprintf("a-%d-%d", row, n), fmt.Sprintf("b-%d-%d", row, n), fmt.Sprintf("alone-%d-%d", row, n), fmt.Sprintf("after-%d-%d", row, n)
			errs := togetherAfter(t, d, arm, record(a), record(b))
			fail.Store(nil)
			told(errs[0], a)
			told(errs[1], b)
			arm()
			err := d.update(t.Context(), 1, record(alone))
			fail.Store(nil)
			told(err, alone)
			if err := d.update(t.Context(), 1, record(after)); err != nil {
				t.Fatalf("%d statements from the %dth failed: %v", row, n, err)
			}
			told(nil, after)
		}
	}
	wantLogins(t, d, want...)
	verifyChain(t, d, len(want))
}

// TestRollbackFails: a group that can be neither committed nor rolled back is lost, and its transaction stays open. Nobody
// works in it: updates are refused until it could be rolled back, and then go on.
func TestRollbackFails(t *testing.T) {
	var fail atomic.Pointer[func(string) error]
	d := openTestSQLite(t, Config{Wrap: func(c driver.Connector) driver.Connector { return failing{c, &fail} }})
	stuck := func(query string) error {
		if query == commit || query == rollback {
			return errNo
		}
		return nil
	}
	fail.Store(&stuck)
	for _, login := range []string{"lost", "refused", "refused"} {
		if err := d.update(t.Context(), 1, insertLogin(login)); err == nil {
			t.Errorf("%s was taken", login)
		}
	}
	fail.Store(nil)
	for _, login := range []string{"first", "second"} {
		if err := d.update(t.Context(), 1, insertLogin(login)); err != nil {
			t.Errorf("%s: %v", login, err)
		}
	}
	wantLogins(t, d, "first", "second")
}
