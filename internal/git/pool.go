package git

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// idleFor is how long a reader may have nothing to do. Each costs three file descriptors and some memory.
const idleFor = 30 * time.Second

// pool keeps readers for the repositories that are asked about. It holds at most room of them, over all repositories: the
// one that was idle longest makes place for another repository's.
type pool struct {
	start func(*repository) (*reader, error)
	room  int
	busy  *semaphore.Weighted // readers in somebody's hands, at most room

	mu     sync.Mutex
	live   int       // readers there are, busy or idle
	idle   []*reader // longest idle first
	reaper *time.Timer
	closed bool
}

func newPool(g *Repositories, room int) *pool {
	return &pool{start: g.startReader, room: room, busy: semaphore.NewWeighted(int64(room))}
}

// take gives a reader of a repository, and waits when all are busy. It must be given back, or dropped.
func (p *pool) take(ctx context.Context, repo *repository) (*reader, error) {
	if err := p.busy.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("waiting for a reader: %w", err)
	}
	found, surplus := p.pick(repo)
	if found != nil {
		return found, nil
	}
	if surplus != nil {
		surplus.close()
	}
	made, err := p.start(repo)
	if err != nil {
		p.gone(1)
		p.busy.Release(1)
	}
	return made, err
}

// pick takes the repository's reader that was used last. When there is none it reserves the place of a new one; surplus
// is who has to go for it, first of all one that reads packs that are gone, or where the repository was.
func (p *pool) pick(repo *repository) (found, surplus *reader) {
	where, packs := repo.where.Load(), repo.packs.look(repo.path("objects", "pack"))
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.idle) - 1; i >= 0; i-- {
		if r := p.idle[i]; r.repo == repo && r.where == where && r.packs == packs {
			return p.remove(i), nil
		}
	}
	for i, r := range p.idle {
		if r.repo == repo {
			return nil, p.remove(i)
		}
	}
	if p.live < p.room {
		p.live++
		return nil, nil
	}
	return nil, p.remove(0) // at most room-1 others are busy, so one is idle
}

func (p *pool) remove(i int) *reader {
	r := p.idle[i]
	p.idle = append(p.idle[:i], p.idle[i+1:]...)
	return r
}

func (p *pool) gone(n int) {
	p.mu.Lock()
	p.live -= n
	p.mu.Unlock()
}

// giveBack keeps a reader for the next question.
func (p *pool) giveBack(r *reader) {
	if !p.keep(r) {
		p.drop(r)
		return
	}
	p.busy.Release(1)
}

func (p *pool) keep(r *reader) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	r.since = time.Now()
	p.idle = append(p.idle, r)
	if p.reaper == nil {
		p.reaper = time.AfterFunc(idleFor, p.reap)
	}
	return true
}

// drop gives up a reader.
func (p *pool) drop(r *reader) {
	r.close()
	p.gone(1)
	p.busy.Release(1)
}

// reap ends the readers that have been idle for too long.
func (p *pool) reap() {
	for _, r := range p.old() {
		r.close()
		p.gone(1)
	}
}

func (p *pool) old() (old []*reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 && time.Since(p.idle[0].since) >= idleFor {
		old = append(old, p.remove(0))
	}
	p.reaper = nil
	if len(p.idle) > 0 && !p.closed {
		p.reaper = time.AfterFunc(idleFor-time.Since(p.idle[0].since), p.reap)
	}
	return old
}

// close ends all readers that are idle; those in use end when they are given back.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	if p.reaper != nil {
		p.reaper.Stop()
	}
	p.mu.Unlock()
	for _, r := range idle {
		r.close()
	}
}
