package deploy

import (
	"context"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
)

// locks are mutexes by name: one merge of a branch, one reconciliation of a repository, one use of an idempotency key at a
// time. They order what happens in this process, so that requests wait here and not for one another's transactions; what
// must hold on several nodes rests on the store and on git's compare-and-swap.
type locks struct {
	mu   sync.Mutex
	held map[string]*turn
}

// turn is one name's mutex: whoever has put into the channel holds it.
type turn struct {
	ch    chan struct{}
	users int
}

func newLocks() *locks { return &locks{held: make(map[string]*turn)} }

// take waits until the name is free and takes it. release gives it back. When ctx ends first, the error is Unavailable.
func (l *locks) take(ctx context.Context, name string) (release func(), err error) {
	t := l.join(name)
	select {
	case t.ch <- struct{}{}:
		return func() { <-t.ch; l.leave(name, t) }, nil
	case <-ctx.Done():
		l.leave(name, t)
		return nil, slipway.Because(slipway.Unavailable, "deploy: waiting for "+name, ctx.Err())
	}
}

// takeWithin is take with patience of its own: in time is false when that ran out while ctx goes on.
func (l *locks) takeWithin(ctx context.Context, name string, patience time.Duration) (release func(), inTime bool, err error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	release, err = l.take(waiting, name)
	if err != nil && ctx.Err() == nil {
		return nil, false, nil
	}
	return release, err == nil, err
}

func (l *locks) join(name string) *turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.held[name]
	if !ok {
		t = &turn{ch: make(chan struct{}, 1)}
		l.held[name] = t
	}
	t.users++
	return t
}

func (l *locks) leave(name string, t *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.users--; t.users == 0 {
		delete(l.held, name)
	}
}
