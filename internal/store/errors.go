package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/slipway-deploy/slipway"
)

var (
	errBadText = errors.New("text with NUL or invalid UTF-8")
	errBroken  = errors.New("an earlier statement of the transaction failed")
	errClosed  = errors.New("the store is closed")
)

// SQLite's result codes that mean something to a caller; the lower byte is the primary code.
const (
	sqliteBusy      = 5
	sqliteLocked    = 6
	sqliteNoMemory  = 7
	sqliteInterrupt = 9
	sqliteIO        = 10
	sqliteFull      = 13
	sqliteCantOpen  = 14
	sqlitePrimary   = 1555 // a primary key is taken
	sqliteUnique    = 2067
)

// failure turns what a database said into an error of ours. The kind comes from codes, never from English; the cause is
// kept for the log. An error that is ours already stays as it is.
func failure(op string, err error) error {
	if err == nil {
		return nil
	}
	var ours *slipway.Error
	if errors.As(err, &ours) {
		return err
	}
	return slipway.Because(kindOf(err), "store: "+op, err)
}

func kindOf(err error) slipway.Kind {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return slipway.NotFound
	case errors.Is(err, errBadText):
		return slipway.Invalid
	case errors.As(err, &lite):
		return kindOfSQLite(lite.Code())
	case errors.As(err, &pg):
		return kindOfPostgres(pg.Code)
	case away(err):
		return slipway.Unavailable
	}
	return slipway.Internal
}

func kindOfSQLite(code int) slipway.Kind {
	switch code {
	case sqlitePrimary, sqliteUnique:
		return slipway.Conflict
	}
	switch code & 0xff {
	case sqliteFull:
		return slipway.Full
	case sqliteBusy, sqliteLocked, sqliteNoMemory, sqliteInterrupt, sqliteIO, sqliteCantOpen:
		return slipway.Unavailable
	}
	return slipway.Internal
}

func kindOfPostgres(code string) slipway.Kind {
	switch code {
	case "23505":
		return slipway.Conflict
	case "53100":
		return slipway.Full
	case "22021":
		return slipway.Invalid
	case "55P03", "57014", "40001", "40P01": // a lock, a time-out, and what was tried again in vain
		return slipway.Unavailable
	}
	switch code[:min(2, len(code))] {
	case "08", "53", "57", "58": // connection, resources, operator, system
		return slipway.Unavailable
	case "25":
		if code == "25P03" || code == "25P04" { // the server ended a transaction that took too long
			return slipway.Unavailable
		}
	}
	return slipway.Internal
}

// away reports an error of a connection. A backend that was terminated shows a code only once; after that database/sql,
// pgx and net say so in types of their own. SafeToRetry is how pgconn marks "conn closed".
func away(err error) bool {
	for _, gone := range []error{
		driver.ErrBadConn, sql.ErrConnDone, errClosed, context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF,
	} {
		if errors.Is(err, gone) {
			return true
		}
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err)
}

// again reports whether PostgreSQL asks for the transaction to be run once more.
func again(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// gaveUp is the answer to a caller that stopped waiting for its turn; nothing of it has run.
func gaveUp(ctx context.Context) error { return failure("wait", ctx.Err()) }

// missing is the answer when a row that was to be changed is not there.
func missing(op string, rows int64, err error) error {
	if err == nil && rows == 0 {
		err = sql.ErrNoRows
	}
	return failure(op, err)
}

// absent lets NotFound pass as the zero value.
func absent(err error) error {
	if err != nil && slipway.KindOf(err) == slipway.NotFound {
		return nil
	}
	return err
}
