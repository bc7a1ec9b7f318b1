package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgres is the engine of PostgreSQL: a pool, and a lock for each scope.
type postgres struct {
	db        *DB
	pool      *sql.DB
	turns     *turns
	sequencer *sequencer

	running sync.RWMutex // held by whatever uses a connection
	closed  bool
}

// openPostgres brings the schema up to date on a connection of its own, which may take as long as it needs, and then opens
// the pool, whose statements may not.
func openPostgres(ctx context.Context, d *DB) (engine, error) {
	config, err := pgx.ParseConfig(d.config.DatabaseURL)
	if err != nil {
		return nil, errors.New("the database URL cannot be parsed") // pgx's words may quote the password
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	if err := migratePostgres(ctx, *config); err != nil {
		return nil, fmt.Errorf("open database %s on %s: %w", config.Database, config.Host, err)
	}
	bound(config.RuntimeParams)
	pool := sql.OpenDB(d.config.Wrap(stdlib.GetConnector(*config, stdlib.OptionAfterConnect(readUTC))))
	pool.SetMaxOpenConns(d.config.Connections)
	pool.SetMaxIdleConns(d.config.Connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	e := &postgres{db: d, pool: pool, turns: newTurns(d.config.Connections)}
	e.sequencer = newSequencer(d, e)
	return e, nil
}

func migratePostgres(ctx context.Context, config pgx.ConnConfig) (err error) {
	pool := stdlib.OpenDB(config)
	defer func() { err = errors.Join(err, pool.Close()) }()
	return migrate(ctx, pool, postgresDialect)
}

// bound sets limits that the server keeps even when this process is stopped or cut off: no statement and no forgotten
// transaction holds a scope's lock for long. What the operator's URL says wins.
func bound(parameters map[string]string) {
	for name, limit := range map[string]time.Duration{
		"statement_timeout":                   updateTime,
		"idle_in_transaction_session_timeout": 2 * updateTime,
	} {
		if _, set := parameters[name]; !set {
			parameters[name] = strconv.FormatInt(limit.Milliseconds(), 10)
		}
	}
	if _, set := parameters["application_name"]; !set {
		parameters["application_name"] = "slipway"
	}
}

// readUTC has times come back in UTC, not in the machine's zone.
func readUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// connect takes a connection, waiting as long as ctx allows. Its user calls done in the end.
func (e *postgres) connect(ctx context.Context) (s *session, done func(), err error) {
	e.running.RLock()
	if e.closed {
		e.running.RUnlock()
		return nil, nil, failure("connect", errClosed)
	}
	conn, err := e.pool.Conn(ctx)
	if err != nil {
		e.running.RUnlock()
		return nil, nil, failure("connect", err)
	}
	return newPostgresSession(conn), e.running.RUnlock, nil
}

// update runs fn under its scope's lock, again if PostgreSQL asks for it.
func (e *postgres) update(ctx context.Context, scope int64, fn func(*tx) error) error {
	waiting, stop := context.WithTimeout(ctx, updateTime)
	defer stop()
	give, err := e.turns.take(waiting, scope)
	if err != nil {
		return err
	}
	defer give()
	begin := func(ctx context.Context, s *session) error { return beginScope(ctx, s, scope) }
	for try := 1; ; try++ {
		recorded, err := e.transact(waiting, begin, fn)
		if err == nil && recorded {
			e.sequencer.wake()
		}
		if err == nil || try == tries || !again(err) {
			return err
		}
	}
}

// view runs fn in a snapshot.
func (e *postgres) view(ctx context.Context, fn func(*tx) error) error {
	waiting, stop := context.WithTimeout(ctx, updateTime)
	defer stop()
	_, err := e.transact(waiting, func(ctx context.Context, s *session) error { return s.control(ctx, beginPostgresSnapshot) }, fn)
	return err
}

// single runs fn on a connection as it is.
func (e *postgres) single(ctx context.Context, fn func(*tx) error) error {
	waiting, stop := context.WithTimeout(ctx, updateTime)
	defer stop()
	s, done, err := e.connect(waiting)
	if err != nil {
		return err
	}
	defer done()
	defer func() { _ = s.close() }() // only gives it back
	inside, stop := context.WithTimeout(context.WithoutCancel(ctx), updateTime)
	defer stop()
	return fn(e.db.newTx(inside, s))
}

// transact takes a connection, begins, runs fn and commits. Until fn runs the caller may give up; after that only the
// clock ends it. recorded says that events were, and wait for their positions.
func (e *postgres) transact(ctx context.Context, begin func(context.Context, *session) error, fn func(*tx) error) (recorded bool, err error) {
	s, done, err := e.connect(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	if err := begin(ctx, s); err != nil {
		s.discard() // it may still be waiting for a lock
		return false, failure("begin", err)
	}
	inside, stop := context.WithTimeout(context.WithoutCancel(ctx), updateTime)
	defer stop()
	fate := e.abort // also when fn panics or exits
	defer func() { fate(s) }()
	t := e.db.newTx(inside, s)
	if err := t.result(fn(t)); err != nil {
		return false, err
	}
	if err := s.control(inside, commit); err != nil {
		fate = (*session).discard
		return false, failure("commit", err)
	}
	fate = func(s *session) { _ = s.close() } // only gives it back: what is committed is
	return t.recorded, nil
}

// abort rolls back. A connection on which even that fails is not used again.
func (e *postgres) abort(s *session) {
	ctx, stop := context.WithTimeout(context.Background(), updateTime)
	defer stop()
	if s.control(ctx, rollback) != nil {
		s.discard()
		return
	}
	_ = s.close()
}

func (e *postgres) ping(ctx context.Context) error {
	_, err := e.db.AuthVersion(ctx)
	return err
}

// close stops the sequencer, waits for what is running, and ends the connections.
func (e *postgres) close() error {
	e.sequencer.close()
	e.running.Lock()
	defer e.running.Unlock()
	e.closed = true
	return e.pool.Close()
}
