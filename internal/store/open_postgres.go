package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgres is the engine of PostgreSQL: a pool, and a lock for each scope.
type postgres struct {
	db        *DB
	pool      *sql.DB
	sequencer *sequencer
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
	e := &postgres{db: d, pool: pool}
	if err := e.ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s on %s: %w", config.Database, config.Host, err), pool.Close())
	}
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

// update runs fn under its scope's lock, again if PostgreSQL asks for it.
func (e *postgres) update(ctx context.Context, scope int64, fn func(*tx) error) error {
	begin := func(ctx context.Context, s *session) error { return beginScope(ctx, s, scope) }
	for try := 1; ; try++ {
		recorded, err := e.transact(ctx, begin, commit, fn)
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
	begin := func(ctx context.Context, s *session) error { return s.control(ctx, beginPostgresSnapshot) }
	_, err := e.transact(ctx, begin, commit, fn)
	return err
}

// single runs fn on a connection as it is.
func (e *postgres) single(ctx context.Context, fn func(*tx) error) error {
	waiting, stop := context.WithTimeout(ctx, updateTime)
	defer stop()
	conn, err := e.pool.Conn(waiting)
	if err != nil {
		return failure("connect", err)
	}
	s := newPostgresSession(conn)
	defer func() { _ = s.close() }() // only gives it back
	inside, stop := context.WithTimeout(context.WithoutCancel(ctx), updateTime)
	defer stop()
	return fn(e.db.newTx(inside, s))
}

// transact takes a connection, begins, runs fn and ends. Until fn runs the caller may give up; after that only the clock
// ends it.
func (e *postgres) transact(ctx context.Context, begin func(context.Context, *session) error, end string, fn func(*tx) error) (recorded bool, err error) {
	waiting, stop := context.WithTimeout(ctx, updateTime)
	defer stop()
	conn, err := e.pool.Conn(waiting)
	if err != nil {
		return false, failure("connect", err)
	}
	s := newPostgresSession(conn)
	if err := begin(waiting, s); err != nil {
		s.discard() // it may be waiting for a lock still
		return false, failure("begin", err)
	}
	inside, stop := context.WithTimeout(context.WithoutCancel(ctx), updateTime)
	defer stop()
	ended := false
	defer func() { // also when fn panics or exits
		if !ended {
			e.abort(s)
		}
	}()
	t := e.db.newTx(inside, s)
	if err := t.result(fn(t)); err != nil {
		return false, err
	}
	ended = true
	if err := s.control(inside, end); err != nil {
		s.discard()
		return false, failure("commit", err)
	}
	return t.recorded, failure("commit", s.close())
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
	ctx, stop := context.WithTimeout(ctx, updateTime)
	defer stop()
	return failure("ping", e.pool.PingContext(ctx))
}

// close stops the sequencer, then the connections.
func (e *postgres) close() error {
	e.sequencer.close()
	return e.pool.Close()
}
