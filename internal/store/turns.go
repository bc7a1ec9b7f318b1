package store

import (
	"context"
	"sync"
)

// turns has a process's updates wait for their scope before they take a connection to PostgreSQL: callers of one hot
// repository would hold all of them, only to stand in line for its lock, and nobody could read.
//
// Two of a scope may pass: one that runs, and one that stands at the lock already and begins the moment it is free.
type turns struct {
	all    chan struct{} // updates that may hold a connection; what is left is for reads
	mu     sync.Mutex
	scopes map[int64]*turn
}

type turn struct {
	slots chan struct{}
	users int // callers that hold or want a slot
}

const perScope = 2

func newTurns(connections int) *turns {
	return &turns{all: make(chan struct{}, max(1, connections-max(1, connections/4))), scopes: map[int64]*turn{}}
}

// take waits for a turn; give ends it.
func (q *turns) take(ctx context.Context, scope int64) (give func(), err error) {
	t := q.enter(scope)
	select {
	case t.slots <- struct{}{}:
	case <-ctx.Done():
		q.leave(scope, t)
		return nil, gaveUp(ctx)
	}
	select {
	case q.all <- struct{}{}:
	case <-ctx.Done():
		<-t.slots
		q.leave(scope, t)
		return nil, gaveUp(ctx)
	}
	return func() {
		<-q.all
		<-t.slots
		q.leave(scope, t)
	}, nil
}

func (q *turns) enter(scope int64) *turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.scopes[scope]
	if t == nil {
		t = &turn{slots: make(chan struct{}, perScope)}
		q.scopes[scope] = t
	}
	t.users++
	return t
}

func (q *turns) leave(scope int64, t *turn) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.users--; t.users == 0 {
		delete(q.scopes, scope)
	}
}
