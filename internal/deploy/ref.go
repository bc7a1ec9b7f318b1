package deploy

import (
	"context"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Refs remembers where the refs stood when their moves were last recorded, and which moves are under way.
type Refs interface {
	ListRefs(repositoryID int64) ([]slipway.Ref, error) // by name
	Ref(repositoryID int64, name string) (slipway.Ref, error)
	SetRefs(repositoryID int64, changes []slipway.RefChange) error // New == ZeroSHA removes
	InsertIntent(i *slipway.Intent) error
	Intents(repositoryID int64) ([]slipway.Intent, error) // oldest first
	RemoveIntents(ids []int64) error
	RepositoriesWithIntents() ([]int64, error)
}

// BeginPush writes that an actor is about to push to a repository, before git receives anything: if the server is killed
// after a ref has moved, the next start finds the intent and records the move. [Decisions.EndPush] must follow, whatever
// came of the push.
func (d *Decisions) BeginPush(ctx context.Context, a slipway.Actor, r slipway.Repository) (intent int64, err error) {
	return d.begin(ctx, a, slipway.Intent{RepositoryID: r.ID})
}

// EndPush records what a push moved, as [Decisions.SyncRefs] does, and clears its intent. Give it a context that outlives
// the client: when it fails, the housekeeping tries again.
func (d *Decisions) EndPush(ctx context.Context, repositoryID, intent int64) error {
	d.owed.add(repositoryID, intent)
	return d.SyncRefs(ctx, repositoryID)
}

// begin writes an intent.
func (d *Decisions) begin(ctx context.Context, a slipway.Actor, i slipway.Intent) (id int64, err error) {
	err = d.onceStill(ctx, func() error {
		return d.store.Update(ctx, i.RepositoryID, func(tx Tx) error {
			if err := standsStill(tx, i.RepositoryID); err != nil {
				return err
			}
			id, err = insertIntent(tx, a, i)
			return err
		})
	})
	return id, err
}

func insertIntent(tx Tx, a slipway.Actor, i slipway.Intent) (int64, error) {
	i.ActorID, i.CreatedAt = actorID(a), tx.Now()
	err := tx.InsertIntent(&i)
	return i.ID, err
}

// abandon clears the intent of a move that did not happen. If that fails the next reconciliation does it.
func (d *Decisions) abandon(ctx context.Context, repositoryID, intent int64) {
	err := d.store.Update(context.WithoutCancel(ctx), repositoryID, func(tx Tx) error {
		return tx.RemoveIntents([]int64{intent})
	})
	if err != nil {
		d.owed.add(repositoryID, intent)
	}
}

// owed is which repositories have moves that may not be recorded yet, with the intents that nobody works on any more and
// the reconciliation therefore clears. Intents of pushes that are still under way are not in it, and stay.
type owed struct {
	mu      sync.Mutex
	intents map[int64][]int64
	retries map[int64]retry
}

// retry says when a repository that could not be reconciled is tried again.
type retry struct {
	at    time.Time
	after time.Duration
}

const longestRetry = time.Hour // the hourly reconciliation tries anyway

func newOwed() *owed {
	return &owed{intents: make(map[int64][]int64), retries: make(map[int64]retry)}
}

func (o *owed) add(repositoryID int64, intents ...int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.intents[repositoryID] = append(o.intents[repositoryID], intents...)
}

// take empties a repository's account. Whoever fails to settle it adds it again.
func (o *owed) take(repositoryID int64) []int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	intents := o.intents[repositoryID]
	delete(o.intents, repositoryID)
	return intents
}

// due lists whose account is open and is to be settled now.
func (o *owed) due(now time.Time) (repositories []int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for id := range o.intents {
		if !now.Before(o.retries[id].at) {
			repositories = append(repositories, id)
		}
	}
	return repositories
}

// postpone lets a repository rest, the longer the more often it has failed.
func (o *owed) postpone(repositoryID int64, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	after := min(max(2*o.retries[repositoryID].after, settleEvery), longestRetry)
	o.retries[repositoryID] = retry{at: now.Add(after), after: after}
}

// settled forgets that a repository ever failed.
func (o *owed) settled(repositoryID int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.retries, repositoryID)
}
