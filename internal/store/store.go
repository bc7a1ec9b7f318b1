// Package store remembers: one set of queries for SQLite and PostgreSQL, behind the ports that deploy and hook declare.
//
// A decision is one transaction ([DB.Update]), and what it reads stays true until it commits. On SQLite a single writer
// runs waiting decisions one after another, a savepoint each, and makes all of them durable with one COMMIT, so that many
// callers share one flush of the disk. On PostgreSQL a decision takes its scope's advisory lock before its first read.
// Only how a transaction begins differs between the two (begin.go); every query is written once (queries/, turned into
// db/ by sqlc) and storetest holds both databases to the same behaviour.
//
// Events leave a decision's transaction with it. Their positions are gapless and in commit order: whoever reads the log
// reads by position (sequence.go says how).
//
// The package holds no rule about deployments, renders nothing and runs no git. Text of SQL never leaves it other than as
// the cause inside a [slipway.Error], for the log.
//
//	db, err := store.Open(ctx, store.Config{Path: "data/slipway.db", Key: key})
//	…
//	err = db.Update(ctx, repositoryID, func(tx deploy.Tx) error { return tx.InsertDeployment(&d) })
package store

import (
	"context"
	"database/sql/driver"
	"log/slog"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Config says where the database is. The zero values of everything but Path or DatabaseURL are useful.
type Config struct {
	DatabaseURL string   // postgres://…; empty: SQLite
	Path        string   // the SQLite file; its folder must exist
	Key         []byte   // 32 bytes that seal hook secrets; nil: hooks with secrets are refused
	OldKeys     [][]byte // keys that earlier secrets were sealed under
	Log         *slog.Logger
	Now         func() time.Time // nil: time.Now; asked by several goroutines
	Connections int              // to PostgreSQL, at most; 0: 12, so that four nodes stay below 50
	Readers     int              // connections that read SQLite; 0: 4

	// Wrap stands between database/sql and the driver, so that tests can make statement n fail. nil: nothing does.
	Wrap func(driver.Connector) driver.Connector
}

// DB is an open database. It satisfies [deploy.Store] and hook.Queue, and may be used by any number of goroutines.
type DB struct {
	engine
	config Config
	sealer *sealer
	stamps *stamps
	end    func() error // closes once
}

var _ deploy.Store = (*DB)(nil)

// engine is what differs between the two databases: how transactions begin and end.
type engine interface {
	// view runs fn in a snapshot that cannot be written to.
	view(ctx context.Context, fn func(*tx) error) error
	// single runs fn outside any transaction, for one statement that reads.
	single(ctx context.Context, fn func(*tx) error) error
	// update runs fn alone in its scope and keeps what it did if it returns nil.
	update(ctx context.Context, scope int64, fn func(*tx) error) error
	ping(ctx context.Context) error
	close() error
}

// Open opens the database, brings its schema up to date and refuses one that is newer than this binary. Errors are for the
// operator: they may name the file or the server, never the password.
func Open(ctx context.Context, c Config) (*DB, error) {
	c = c.withDefaults()
	sealer, err := newSealer(c.Key, c.OldKeys)
	if err != nil {
		return nil, err
	}
	d := &DB{config: c, sealer: sealer, stamps: newStamps()}
	if c.DatabaseURL == "" {
		d.engine, err = openSQLite(ctx, d)
	} else {
		d.engine, err = openPostgres(ctx, d)
	}
	if err != nil {
		return nil, err
	}
	d.end = sync.OnceValue(d.close)
	return d, nil
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Connections == 0 {
		c.Connections = 12
	}
	if c.Readers == 0 {
		c.Readers = 4
	}
	if c.Wrap == nil {
		c.Wrap = func(c driver.Connector) driver.Connector { return c }
	}
	return c
}

// AuthVersion reads the version of all authority, without a transaction.
func (d *DB) AuthVersion(ctx context.Context) (v int64, err error) {
	err = d.single(orBackground(ctx), func(t *tx) error {
		v, err = t.AuthVersion()
		return err
	})
	return v, err
}

// View runs fn in one snapshot. fn cannot write.
func (d *DB) View(ctx context.Context, fn func(deploy.Tx) error) error {
	return d.view(orBackground(ctx), func(t *tx) error { return fn(t) })
}

// Update runs fn as one transaction of a scope; see [deploy.Store].
//
// ctx ends the wait for a turn. Once fn has begun it runs to its end whatever becomes of ctx, and the answer is the true
// one: a statement that is cut short would take other callers' work with it. fn may not call Update: on SQLite it would
// wait for itself.
func (d *DB) Update(ctx context.Context, scope int64, fn func(deploy.Tx) error) error {
	return d.update(orBackground(ctx), scope, func(t *tx) error { return fn(t) })
}

// orBackground lets a caller without a context wait as long as it takes.
func orBackground(ctx context.Context) context.Context {
	if ctx == nil {
		return context.Background()
	}
	return ctx
}

// Ping asks the database for a sign of life: Unavailable when there is none.
func (d *DB) Ping(ctx context.Context) error { return d.ping(orBackground(ctx)) }

// Close ends what is running, then the connections. Calls that come after it are answered Unavailable. Closing again waits for
// the first time and answers the same.
func (d *DB) Close() error { return d.end() }

// OnStamp has fn called whenever events have been given positions, which is when readers of the log can see them: the
// delivery worker's wake-up. fn must not block. Losing a call loses nothing.
func (d *DB) OnStamp(fn func()) { d.stamps.set(fn) }
