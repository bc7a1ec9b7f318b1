package store

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/slipway-deploy/slipway"
)

const (
	groupSize = 128                   // calls that share a COMMIT, at most
	groupTime = 25 * time.Millisecond // no call joins a group that is older: the first one is waiting
)

// group is SQLite's writer: one goroutine, one connection. It runs waiting calls one after another in one transaction, a
// savepoint each, and answers them all after the one COMMIT that makes them durable.
type group struct {
	db      *DB
	session *session
	calls   chan *call
	quit    chan struct{} // closed: take no more calls
	stopped chan struct{} // closed: the loop has ended
}

// call is one caller's fn on its way through the group.
type call struct {
	fn    func(*tx) error
	state atomic.Int32  // waiting, then begun or left: whoever swaps first decides
	done  chan struct{} // closed when the fields below are final

	err    error
	thrown any  // fn panicked with it
	exited bool // fn called runtime.Goexit
}

const (
	waiting int32 = iota
	begun
	left
)

func newGroup(d *DB, s *session) *group {
	g := &group{
		db: d, session: s, calls: make(chan *call, 2*groupSize),
		quit: make(chan struct{}), stopped: make(chan struct{}),
	}
	go g.loop()
	return g
}

// do has fn run by the loop and waits for what became of it. It ends early only while nothing of fn has run.
func (g *group) do(ctx context.Context, fn func(*tx) error) error {
	if ctx.Err() != nil {
		return gaveUp(ctx)
	}
	c := &call{fn: fn, done: make(chan struct{})}
	select {
	case g.calls <- c:
	case <-ctx.Done():
		return gaveUp(ctx)
	case <-g.quit:
		return failure("update", errClosed)
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if c.state.CompareAndSwap(waiting, left) {
			return gaveUp(ctx)
		}
		<-c.done
	case <-g.stopped:
		if c.state.CompareAndSwap(waiting, left) {
			return failure("update", errClosed)
		}
		<-c.done
	}
	return c.answer()
}

// answer ends the caller as if fn had run in its own goroutine.
func (c *call) answer() error {
	if c.exited {
		runtime.Goexit()
	}
	if c.thrown != nil {
		panic(c.thrown)
	}
	return c.err
}

// close lets the group that is running commit, then ends the loop.
func (g *group) close() {
	close(g.quit)
	<-g.stopped
}

// loop runs one group after another. runtime.Goexit inside an fn (a test's FailNow) ends this goroutine; the deferred
// function starts the next one.
func (g *group) loop() {
	finished := false
	defer func() {
		if finished {
			close(g.stopped)
		} else {
			go g.loop()
		}
	}()
	for {
		select {
		case <-g.quit:
			finished = true
			return
		case c := <-g.calls:
			if c.state.CompareAndSwap(waiting, begun) {
				g.run(c)
			}
		}
	}
}

// batch is one transaction of the group.
type batch struct {
	*group
	ctx     context.Context
	members []*call // those whose savepoint was released: they share the fate of the COMMIT
	lost    error   // the whole transaction is gone
}

// run begins a transaction with a first call, adds those that are waiting, and commits.
func (g *group) run(c *call) {
	b := &batch{group: g, ctx: context.Background()}
	err := beginImmediate(b.ctx, g.session)
	if err != nil && g.session.control(b.ctx, rollback) == nil { // the group before could not even be rolled back
		err = beginImmediate(b.ctx, g.session)
	}
	if err != nil {
		c.finish(failure("begin", err))
		return
	}
	defer b.commit() // deferred, so that Goexit in an fn cannot take the others' work with it
	g.session.chain = &chain{}
	begun := time.Now()
	for c != nil {
		b.try(c)
		if b.lost != nil || len(b.members) >= groupSize || time.Since(begun) > groupTime {
			return
		}
		c = g.next()
	}
}

// next takes a call that is waiting, if there is one.
func (g *group) next() *call {
	for {
		select {
		case c := <-g.calls:
			if c.state.CompareAndSwap(waiting, begun) {
				return c
			}
		default:
			return nil
		}
	}
}

// try runs one call between a savepoint and its release. What it did is undone if it fails, panics or exits.
func (b *batch) try(c *call) {
	s := b.session
	before := *s.chain
	if err := s.control(b.ctx, savepoint); err != nil {
		b.lost = err
		c.finish(failure("savepoint", err))
		return
	}
	c.exited = true // until fn returns or panics
	defer func() {
		if c.exited {
			b.undo(before)
			close(c.done)
		}
	}()
	err := c.invoke(b.db.newTx(b.ctx, s))
	c.exited = false
	if err == nil && c.thrown == nil {
		if err = s.control(b.ctx, release); err == nil {
			b.members = append(b.members, c)
			return
		}
		err = failure("release", err)
	}
	b.undo(before)
	c.finish(err)
}

// invoke runs fn and keeps what it panics with.
func (c *call) invoke(t *tx) (err error) {
	defer func() { c.thrown = recover() }()
	return t.result(c.fn(t))
}

// undo rolls back to the savepoint. If that fails, SQLite has rolled everything back already (full disk, I/O), and the
// others' work is gone too.
func (b *batch) undo(before chain) {
	*b.session.chain = before
	err := b.session.control(b.ctx, rollbackTo)
	if err == nil {
		err = b.session.control(b.ctx, release)
	}
	if err == nil {
		return
	}
	if b.session.broken != nil {
		err = b.session.broken // what made SQLite roll back says more than the missing savepoint
	}
	b.lost = slipway.Because(max(kindOf(err), slipway.Unavailable), "store: undo", err)
}

// commit makes the group durable and answers it.
func (b *batch) commit() {
	err := b.lost
	moved := b.session.chain.moved
	if err == nil {
		err = b.db.endChain(b.ctx, b.session)
	}
	if err == nil {
		err = b.session.control(b.ctx, commit)
	}
	if err != nil {
		// Refused when SQLite has rolled back already; then there is nothing left to end.
		_ = b.session.control(b.ctx, rollback)
		err = failure("commit", err)
	}
	for _, c := range b.members {
		c.finish(err)
	}
	if err == nil && moved {
		b.db.stamps.tell()
	}
}

func (c *call) finish(err error) {
	c.err = err
	close(c.done)
}
