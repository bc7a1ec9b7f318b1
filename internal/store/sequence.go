package store

import (
	"context"
	"crypto/sha256"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// The log of events is read by position: gapless, in commit order, given once. An id would not do, because PostgreSQL
// draws ids before the commit and a reader that goes by them misses what commits late.
//
// On SQLite the writer commits one group at a time, so an event gets its position when it is inserted. On PostgreSQL a
// sequencer follows the commits: under a lock that makes it the only one on every node it stamps what has been committed,
// in the order of ids. Events of one repository keep their order, because their ids were drawn under its lock.

// chain is where the log stands: the last position and its audit hash, SHA-256(previous hash ‖ canonical event).
type chain struct {
	read     bool // from the row of positions
	moved    bool // and must be written back
	position int64
	previous []byte // hash of the last event; empty before the first
}

// begin reads where the log stands, once in a group.
func (c *chain) begin(t *tx) error {
	if c.read {
		return nil
	}
	p, err := t.q.GetPositions(t.ctx)
	if err != nil {
		return t.failed("positions", err)
	}
	c.read, c.position, c.previous = true, p.N, p.Hash
	return nil
}

// link adds an event and says what it is to be stamped with.
func (c *chain) link(e slipway.Event) (position int64, hash []byte) {
	c.position++
	e.Position = c.position
	c.previous = AuditHash(c.previous, e)
	c.moved = true
	return c.position, c.previous
}

// AuditHash is the hash of an event that follows one with the hash previous: SHA-256 over previous and one line for each
// of position, repository, actor, time (microseconds since 1970), kind and action, then the subject as it is kept. The
// row's id is not part of it: the position identifies an event.
func AuditHash(previous []byte, e slipway.Event) []byte {
	text := make([]byte, 0, 512)
	text = append(text, previous...)
	for _, n := range []int64{e.Position, e.RepositoryID, e.ActorID, e.At.UnixMicro()} {
		text = append(strconv.AppendInt(text, n, 10), '\n')
	}
	for _, s := range []string{e.Kind, e.Action} {
		text = append(append(text, s...), '\n')
	}
	sum := sha256.Sum256(append(text, e.Subject...))
	return sum[:]
}

// endChain writes back where the log stands, before a group commits.
func (d *DB) endChain(ctx context.Context, s *session) error {
	if !s.chain.moved {
		return nil
	}
	s.broken = nil
	return db.New(s).SetPositions(ctx, db.SetPositionsParams{N: s.chain.position, Hash: s.chain.previous})
}

// stamps tells whoever waits for events that there are some.
type stamps struct{ fn atomic.Pointer[func()] }

func newStamps() *stamps { return &stamps{} }

func (s *stamps) set(fn func()) { s.fn.Store(&fn) }

func (s *stamps) tell() {
	if fn := s.fn.Load(); fn != nil && *fn != nil {
		(*fn)()
	}
}

const (
	stampBatch = 500             // events stamped in one transaction
	stampEvery = time.Second     // without a wake-up: another node may have died between its commit and its stamp
	stampRetry = 2 * time.Second // after a failure
)

// sequencer is the loop that stamps on PostgreSQL. Every node runs one; a lock lets one of them work.
type sequencer struct {
	db      *DB
	engine  *postgres
	nudge   chan struct{}
	stop    context.CancelFunc
	stopped chan struct{}
}

func newSequencer(d *DB, e *postgres) *sequencer {
	ctx, stop := context.WithCancel(context.Background())
	q := &sequencer{db: d, engine: e, nudge: make(chan struct{}, 1), stop: stop, stopped: make(chan struct{})}
	q.wake() // what a crash left
	go q.loop(ctx)
	return q
}

// wake has the loop look at once.
func (q *sequencer) wake() {
	select {
	case q.nudge <- struct{}{}:
	default:
	}
}

func (q *sequencer) close() {
	q.stop()
	<-q.stopped
}

func (q *sequencer) loop(ctx context.Context) {
	defer close(q.stopped)
	wait := stampEvery
	for {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-q.nudge:
		case <-timer.C:
		}
		timer.Stop()
		wait = stampEvery
		n, err := q.stamp(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			wait = stampRetry
			q.db.config.Log.Warn("events could not be given their positions", "err", err)
		case n == stampBatch:
			q.wake()
		}
		if n > 0 {
			q.db.stamps.tell()
		}
	}
}

// stamp gives committed events their positions and says how many.
func (q *sequencer) stamp(ctx context.Context) (n int, err error) {
	err = q.engine.update(ctx, scopeSequencer, func(t *tx) error {
		n, err = t.stamp()
		return err
	})
	return n, err
}

// stamp is one text that only PostgreSQL runs, so it may use PostgreSQL's arrays.
func (t *tx) stamp() (int, error) {
	rows, err := t.q.ListUnstamped(t.ctx, stampBatch)
	if err != nil || len(rows) == 0 {
		return 0, t.failed("unstamped", err)
	}
	var c chain
	if err := c.begin(t); err != nil {
		return 0, err
	}
	ids, positions, hashes := make([]int64, len(rows)), make([]int64, len(rows)), make([][]byte, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
		positions[i], hashes[i] = c.link(eventOf(row))
	}
	_, err = t.s.ExecContext(t.ctx, `UPDATE events SET position = l.position, hash = l.hash
		FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS l (id, position, hash) WHERE events.id = l.id`, ids, positions, hashes)
	if err != nil {
		return 0, t.failed("stamp", err)
	}
	err = t.q.SetPositions(t.ctx, db.SetPositionsParams{N: c.position, Hash: c.previous})
	return len(rows), t.failed("set positions", err)
}

func eventOf(row db.Event) slipway.Event {
	e := slipway.Event{
		ID: row.ID, RepositoryID: row.RepositoryID, ActorID: row.ActorID, Kind: row.Kind, Action: row.Action,
		Subject: []byte(row.Subject), At: row.At,
	}
	if row.Position != nil {
		e.Position = *row.Position
	}
	return e
}
