package store

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// tx is one transaction: the generated queries and what belongs to its time. Its methods are spread over the files of
// their nouns.
type tx struct {
	ctx      context.Context // never ends while fn runs on SQLite, bounded on PostgreSQL
	q        *db.Queries
	s        *session
	sealer   *sealer
	now      time.Time
	recorded bool // an event was recorded and still needs its position
	bumped   bool // auth_version has moved
}

var _ deploy.Tx = (*tx)(nil)

// newTx begins the bookkeeping of one transaction on a session.
func (d *DB) newTx(ctx context.Context, s *session) *tx {
	s.broken = nil
	return &tx{ctx: ctx, q: db.New(s), s: s, sealer: d.sealer, now: d.now()}
}

// now is the server's clock as the database can keep it.
func (d *DB) now() time.Time { return micro(d.config.Now()) }

// Now is the transaction's time.
func (t *tx) Now() time.Time { return t.now }

// result is what fn came to: its own error, or the statement that broke the transaction behind its back.
func (t *tx) result(err error) error {
	if err == nil && t.s.broken != nil {
		return failure("statement", t.s.broken)
	}
	return err
}

// failed turns an error of a query into one of ours. In a broken transaction it is the first failure that counts.
func (t *tx) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	if t.s.broken != nil {
		err = t.s.broken
	}
	return failure(op, t.s.note(err))
}

// changed is failed for statements that must find their row.
func (t *tx) changed(op string, rows int64, err error) error {
	if err != nil {
		return t.failed(op, err)
	}
	return missing(op, rows, nil)
}

// micro is a time as both databases keep it: UTC, whole microseconds.
func micro(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

func microPointer(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	m := micro(*at)
	return &m
}

// span is a page as LIMIT and OFFSET.
func span(p deploy.Page) (limit, skip int64) {
	return int64(p.Size), int64(p.Number-1) * int64(p.Size)
}
