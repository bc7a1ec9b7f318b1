package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway/internal/store/db"
)

// session is one connection that runs one transaction after another. It is what the generated queries run on.
//
// The first statement that fails breaks the transaction: every later one is answered with the same error, whatever fn
// makes of it. PostgreSQL does so by itself, SQLite would go on.
type session struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt // prepared on this connection; nil: the driver keeps its own
	strict     bool                 // refuse the text that PostgreSQL refuses
	broken     error                // what the first failed statement said
	chain      *chain               // SQLite's writer: where the log of events stands in this transaction
}

var _ db.DBTX = (*session)(nil)

// newSQLiteSession keeps its statements prepared: at 64 callers that is worth a factor of 2.6.
func newSQLiteSession(conn *sql.Conn) *session {
	return &session{conn: conn, statements: map[string]*sql.Stmt{}, strict: true}
}

// newPostgresSession leaves preparing to pgx.
func newPostgresSession(conn *sql.Conn) *session { return &session{conn: conn} }

// ExecContext runs a statement without rows.
func (s *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := s.admit(args); err != nil {
		return nil, err
	}
	var result sql.Result
	err := s.run(ctx, query, func(st *sql.Stmt) (err error) {
		if st != nil {
			result, err = st.ExecContext(ctx, args...)
		} else {
			result, err = s.conn.ExecContext(ctx, query, args...)
		}
		return err
	})
	return result, err
}

// QueryContext runs a statement with rows.
func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.admit(args); err != nil {
		return nil, err
	}
	var rows *sql.Rows
	err := s.run(ctx, query, func(st *sql.Stmt) (err error) {
		if st != nil {
			rows, err = st.QueryContext(ctx, args...) //nolint:rowserrcheck,sqlclosecheck // the generated code does both
		} else {
			rows, err = s.conn.QueryContext(ctx, query, args...) //nolint:rowserrcheck,sqlclosecheck // the generated code does both
		}
		return err
	})
	return rows, err
}

// QueryRowContext runs a statement with one row. Both drivers make the first step at once, so a violated constraint is
// known here and not only when the row is scanned.
func (s *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s.admit(args) != nil {
		return refusedRow(ctx)
	}
	var row *sql.Row
	err := s.run(ctx, query, func(st *sql.Stmt) error {
		if st != nil {
			row = st.QueryRowContext(ctx, args...)
		} else {
			row = s.conn.QueryRowContext(ctx, query, args...)
		}
		return row.Err()
	})
	if err != nil && row == nil {
		return refusedRow(ctx)
	}
	return row
}

// PrepareContext is part of what generated code asks for and never called.
func (s *session) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return s.conn.PrepareContext(ctx, query)
}

// run finds the statement and remembers the first failure.
func (s *session) run(ctx context.Context, query string, do func(*sql.Stmt) error) error {
	st, err := s.statement(ctx, query)
	if err == nil {
		err = do(st)
	}
	return s.note(err)
}

// note remembers the first failure of the transaction.
func (s *session) note(err error) error {
	if err != nil && s.broken == nil && !errors.Is(err, sql.ErrNoRows) {
		s.broken = err
	}
	return err
}

func (s *session) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s.statements == nil {
		return nil, nil
	}
	if st, ok := s.statements[query]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.statements[query] = st
	return st, nil
}

// admit refuses statements of a broken transaction, and text that only one of the databases would take.
func (s *session) admit(args []any) error {
	if s.broken != nil {
		return s.broken
	}
	if !s.strict {
		return nil
	}
	for _, a := range args {
		text, ok := a.(string)
		if p, isPointer := a.(*string); isPointer && p != nil {
			text, ok = *p, true
		}
		if ok && (strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text)) {
			return s.note(errBadText)
		}
	}
	return nil
}

// control runs a statement that begins or ends something: it neither heeds nor changes broken.
func (s *session) control(ctx context.Context, query string) error {
	st, err := s.statement(ctx, query) //nolint:sqlclosecheck // kept for the next time
	if err != nil {
		return err
	}
	if st == nil {
		_, err = s.conn.ExecContext(ctx, query)
		return err
	}
	_, err = st.ExecContext(ctx)
	return err
}

// close ends the statements and gives the connection back to its pool.
func (s *session) close() error {
	s.closeStatements()
	return s.conn.Close()
}

// discard closes a connection whose transaction could not be ended: nobody may get it again. The statements go first:
// while one is left SQLite keeps the connection, and what it has locked, alive.
func (s *session) discard() {
	s.closeStatements()
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.conn.Close()
}

func (s *session) closeStatements() {
	for _, st := range s.statements {
		_ = st.Close() // what it was part of has failed already, or is over
	}
	s.statements = nil
}

// nowhere is a database without connections: the only way to make a *sql.Row that fails.
var nowhere = sql.OpenDB(refusing{})

func refusedRow(ctx context.Context) *sql.Row { return nowhere.QueryRowContext(ctx, "") }

type refusing struct{}

func (refusing) Connect(context.Context) (driver.Conn, error) { return nil, errBroken }
func (refusing) Driver() driver.Driver                        { return nil }
