package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// How transactions begin and end: the only texts that the two databases do not share.
const (
	savepoint  = "SAVEPOINT s"
	release    = "RELEASE s"
	rollbackTo = "ROLLBACK TO s"
	commit     = "COMMIT"
	rollback   = "ROLLBACK"

	beginSnapshot         = "BEGIN" // SQLite: deferred, on a connection that cannot write
	beginPostgresSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
)

// Scopes that background writers use: each excludes only itself.
const (
	scopeSequencer int64 = -1
	scopeQueue     int64 = -2
)

// beginImmediate begins a group: SQLite has one writer, which is every scope's lock.
func beginImmediate(ctx context.Context, s *session) error { return s.control(ctx, "BEGIN IMMEDIATE") }

// beginScope begins an update on PostgreSQL and takes its scope's lock in the same round trip, before anything is read.
// The whole server's scope takes lock 0 alone; a repository's shares it and takes its own.
func beginScope(ctx context.Context, s *session, scope int64) error {
	text := "BEGIN; "
	switch {
	case scope == 0:
		text += "SELECT pg_advisory_xact_lock(0)"
	case scope > 0:
		text += "SELECT pg_advisory_xact_lock_shared(0); SELECT pg_advisory_xact_lock(" + strconv.FormatInt(scope, 10) + ")"
	default:
		text += "SELECT pg_advisory_xact_lock(" + strconv.FormatInt(scope, 10) + ")"
	}
	_, err := s.conn.ExecContext(ctx, text, pgx.QueryExecModeSimpleProtocol)
	return err
}

const (
	updateTime = 8 * time.Second // of one transaction on PostgreSQL, waiting for its lock included
	tries      = 5               // when PostgreSQL asks for a transaction to be run again
)
