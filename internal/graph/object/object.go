// Package object is what GraphQL's fields answer: a Go type for each type of the schema, whose fields and methods have the
// names of the schema's. gqlgen's generated package exec calls them; nothing else has to be wired.
//
// An object holds what it was made from and the request it belongs to ([Session]). It asks package deploy and nobody else,
// and it holds no rule: who may see what is [slipway.Allowed]'s business, with the needs that REST's routes have, and what
// may be done is deploy's.
//
// Objects that came out of one list are siblings. What one of them is asked for is read for all of them at once, by
// whoever is asked first, so that a query makes as many reads as it has fields and not as many as it has nodes:
//
//	deployments(first: 100) { nodes { latestStatus { state } } }    one read of deployments, one of their statuses
package object

import (
	"context"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Session is one request: who asks, and what its objects ask in turn.
type Session struct {
	Deploy *deploy.Decisions
	Actor  slipway.Actor
	URLs   slipway.URLs
	Now    time.Time     // when the request came: what a deployment's state depends on
	Quota  slipway.Quota // how often the caller may ask
	Nodes  int           // how many nodes the query may return at most

	mu           sync.Mutex
	repositories map[int64]*Repository
}

// repository is the request's one object of a repository.
func (s *Session) repository(access deploy.Access) *Repository {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := access.Repository.ID
	if s.repositories == nil {
		s.repositories = make(map[int64]*Repository)
	}
	if s.repositories[id] == nil {
		s.repositories[id] = &Repository{s: s, row: access.Repository, role: access.Role}
	}
	return s.repositories[id]
}

// repositoryByID finds a repository that the caller may see with one of some needs: NotFound otherwise.
func (s *Session) repositoryByID(ctx context.Context, id int64, needs ...slipway.Need) (*Repository, error) {
	s.mu.Lock()
	r := s.repositories[id]
	s.mu.Unlock()
	if r == nil {
		access, err := s.Deploy.FindRepositoryByID(ctx, s.Actor, id)
		if err != nil {
			return nil, err
		}
		r = s.repository(access)
	}
	return r.onlyIf(needs...)
}

// shared is a read that siblings share: the first to ask makes it, and the others wait for it.
type shared[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (s *shared[T]) get(read func() (T, error)) (T, error) {
	s.once.Do(func() { s.value, s.err = read() })
	return s.value, s.err
}

// sharedBy is shared for reads that depend on how they are asked for.
type sharedBy[K comparable, T any] struct {
	mu    sync.Mutex
	reads map[K]*shared[T]
}

func (s *sharedBy[K, T]) get(key K, read func() (T, error)) (T, error) {
	s.mu.Lock()
	if s.reads == nil {
		s.reads = make(map[K]*shared[T])
	}
	if s.reads[key] == nil {
		s.reads[key] = new(shared[T])
	}
	one := s.reads[key]
	s.mu.Unlock()
	return one.get(read)
}
