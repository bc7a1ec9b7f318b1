package git

import (
	"context"
	"sync"
	"time"
)

const (
	upkeepTime  = 10 * time.Minute // of one step
	manyLoose   = 1000             // refs in files of their own, before they are packed
	gcThreshold = "gc.auto=6700"
)

// upkeep keeps repositories quick after pushes: a commit-graph, so that ancestry costs milliseconds on large histories;
// packed refs; packs instead of thousands of small files. One step at a time, after the pushes have come to rest, over all
// repositories. What it does not get to is done after the next push.
type upkeep struct {
	g *Repositories

	healed chan struct{} // closed when what earlier servers left has been removed everywhere
	wake   chan struct{}

	mu   sync.Mutex
	due  map[*repository]bool
	done chan<- *repository // told of each that is done; nil: nobody wants to know
}

func newUpkeep(g *Repositories) *upkeep {
	return &upkeep{g: g, healed: make(chan struct{}), wake: make(chan struct{}, 1), due: make(map[*repository]bool)}
}

// start begins the work, which the end of ctx ends.
func (u *upkeep) start(ctx context.Context, done func()) {
	go func() {
		defer done()
		u.g.emptyTrash()
		u.g.healAll(ctx)
		close(u.healed)
		u.loop(ctx)
	}()
}

// need says that a repository has changed.
func (u *upkeep) need(repo *repository) {
	u.mu.Lock()
	u.due[repo] = true
	u.mu.Unlock()
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

func (u *upkeep) loop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(u.g.options.Rest):
		}
		for _, repo := range u.take() {
			u.keepUp(ctx, repo)
		}
	}
}

func (u *upkeep) keepUp(ctx context.Context, repo *repository) {
	if err := u.g.keepUp(ctx, repo); err != nil && ctx.Err() == nil {
		u.g.log.Warn("upkeep of a repository failed", "repository", repo.name(), "error", err)
	}
	u.mu.Lock()
	done := u.done
	u.mu.Unlock()
	if done != nil {
		done <- repo
	}
}

func (u *upkeep) take() (due []*repository) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for repo := range u.due {
		due = append(due, repo)
	}
	clear(u.due)
	return due
}

// keepUp does what a repository needs.
func (g *Repositories) keepUp(ctx context.Context, repo *repository) (err error) {
	g.unlock(repo)
	leave := g.enter(repo)
	defer func() { leave(err != nil) }()
	loose, err := g.looseRefs(ctx, repo, allRefs)
	if err != nil {
		return err
	}
	if len(loose) > manyLoose {
		if err := g.longRun(ctx, repo, "pack-refs", "--all", "--prune"); err != nil {
			return err
		}
	}
	if err := g.longRun(ctx, repo, "commit-graph", "write", "--reachable", "--split", "--no-progress"); err != nil {
		return err
	}
	return g.longRun(ctx, repo, "-c", gcThreshold, "gc", "--auto", "--quiet")
}

// longRun runs a step of upkeep. It waits for its turn like everybody else, and holds one place of many.
func (g *Repositories) longRun(ctx context.Context, repo *repository, args ...string) error {
	_, err := g.run(ctx, run{repo: repo, args: args, time: upkeepTime})
	return err
}
