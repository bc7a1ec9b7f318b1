package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"modernc.org/sqlite"

	"github.com/slipway-deploy/slipway/internal/store/db"
)

// oldestSQLite is the first release without the WAL-reset corruption.
const oldestSQLite = "3.51.3"

// dsn escapes what a path may hold. FULL flushes the log at every COMMIT: an answer is given only for what a power cut
// leaves. temp_store keeps the savepoints' undo journal out of the file system.
func dsn(path string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path}
	return u.String() + "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=on&_dqs=0&_timezone=UTC&_error_rc=1" +
		"&_pragma=temp_store(MEMORY)&_time_integer_format=unix_micro&_inttotime=1"
}

// lite is the engine of SQLite: a writer that commits in groups and a few connections that can only read.
type lite struct {
	db      *DB
	writer  *sql.DB
	reader  *sql.DB
	group   *group
	readers chan *session // one entry for each connection; nil: not opened yet
	closed  chan struct{}
}

// openSQLite opens the writer first: it may have to make the file and turn it to WAL, which a reader cannot.
func openSQLite(ctx context.Context, d *DB) (_ engine, err error) {
	e := &lite{db: d, closed: make(chan struct{}), readers: make(chan *session, d.config.Readers)}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.closePools())
		}
	}()
	if err := makePrivate(d.config.Path); err != nil {
		return nil, fmt.Errorf("open %s: %w", d.config.Path, err)
	}
	if e.writer, err = d.openFile(dsn(d.config.Path)+"&_txlock=immediate", 1); err != nil {
		return nil, err
	}
	if err := checkSQLite(ctx, e.writer); err != nil {
		return nil, fmt.Errorf("open %s: %w", d.config.Path, err)
	}
	if err := migrate(ctx, e.writer, sqliteDialect); err != nil {
		return nil, fmt.Errorf("open %s: %w", d.config.Path, err)
	}
	if err := db.New(e.writer).EndFolderLeases(ctx); err != nil { // nobody else is at work: their holder has died
		return nil, fmt.Errorf("open %s: %w", d.config.Path, err)
	}
	if e.reader, err = d.openFile(dsn(d.config.Path)+"&mode=ro", d.config.Readers); err != nil {
		return nil, err
	}
	for range d.config.Readers {
		e.readers <- nil
	}
	conn, err := e.writer.Conn(ctx)
	if err != nil {
		return nil, err
	}
	e.group = newGroup(d, newSQLiteSession(conn))
	return e, nil
}

// makePrivate makes the file where there is none, for its owner only: it holds private payloads, and SQLite would leave it to
// the umask. The files beside it get their mode from it.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func (d *DB) openFile(dsn string, connections int) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(d.config.Wrap(connector))
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

// checkSQLite refuses a library that is known to damage files.
func checkSQLite(ctx context.Context, pool *sql.DB) error {
	var version string
	if err := pool.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return err
	}
	if olderThan(version, oldestSQLite) {
		return fmt.Errorf("SQLite %s can corrupt its write-ahead log; %s or later is needed", version, oldestSQLite)
	}
	return nil
}

// olderThan compares dotted versions number by number.
func olderThan(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range b {
		var x, y int
		if i < len(a) {
			x, _ = strconv.Atoi(a[i]) // what is not a number counts as 0: too old
		}
		y, _ = strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return false
}

// update hands fn to the writer. One writer excludes every scope from every other.
func (e *lite) update(ctx context.Context, _ int64, fn func(*tx) error) error {
	return e.group.do(ctx, fn)
}

// view waits for a reader, gives it a snapshot and runs fn in it.
func (e *lite) view(ctx context.Context, fn func(*tx) error) (err error) {
	s, err := e.take(ctx)
	if err != nil {
		return err
	}
	inside := context.WithoutCancel(ctx)
	if err := s.control(inside, beginSnapshot); err != nil {
		e.drop(s)
		return failure("begin", err)
	}
	defer func() { // also when fn panics or exits
		if failed := s.control(inside, rollback); failed != nil {
			e.drop(s) // it may still be in its snapshot
			err = errors.Join(err, failure("end", failed))
			return
		}
		e.give(s)
	}()
	t := e.db.newTx(inside, s)
	return t.result(fn(t))
}

// single runs fn on a reader as it is: every statement is a snapshot of its own.
func (e *lite) single(ctx context.Context, fn func(*tx) error) error {
	s, err := e.take(ctx)
	if err != nil {
		return err
	}
	defer e.give(s)
	return fn(e.db.newTx(context.WithoutCancel(ctx), s))
}

func (e *lite) take(ctx context.Context) (*session, error) {
	var s *session
	select {
	case <-e.closed:
		return nil, failure("view", errClosed)
	default:
	}
	select {
	case s = <-e.readers:
	case <-ctx.Done():
		return nil, gaveUp(ctx)
	case <-e.closed:
		return nil, failure("view", errClosed)
	}
	if s != nil {
		return s, nil
	}
	conn, err := e.reader.Conn(context.WithoutCancel(ctx))
	if err != nil {
		e.readers <- nil
		return nil, failure("connect", err)
	}
	return newSQLiteSession(conn), nil
}

func (e *lite) give(s *session) { e.readers <- s }

// drop closes a reader that misbehaves; its place is filled when it is next needed.
func (e *lite) drop(s *session) {
	s.discard()
	e.readers <- nil
}

func (e *lite) ping(ctx context.Context) error {
	_, err := e.db.AuthVersion(ctx)
	return err
}

// close ends the readers first and the writer last, so that the write-ahead log is folded into the file and removed.
func (e *lite) close() error {
	close(e.closed)
	var errs []error
	for range cap(e.readers) { // waits for those that are running
		if s := <-e.readers; s != nil {
			errs = append(errs, s.close())
		}
	}
	e.group.close()
	if err := e.group.session.control(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, e.group.session.close(), e.closePools())
	return errors.Join(errs...)
}

func (e *lite) closePools() error {
	var errs []error
	for _, pool := range []*sql.DB{e.reader, e.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}
