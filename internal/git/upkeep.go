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

	mu   sync.Mutex
	due  map[*repository]bool
	wake chan struct{}
	done func(*repository) // for tests
}

func newUpkeep(g *Repositories) *upkeep {
	u := &upkeep{g: g, due: make(map[*repository]bool), wake: make(chan struct{}, 1)}
	if ctx, done, err := g.begin(context.Background()); err == nil {
		go func() {
			defer done()
			g.healAll(ctx)
			u.loop(ctx)
		}()
	}
	return u
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
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.wake:
		}
		rest.Reset(u.g.options.Rest)
		select {
		case <-ctx.Done():
			return
		case <-rest.C:
		}
		for _, repo := range u.take() {
			if ctx.Err() != nil {
				return
			}
			if err := u.g.keepUp(ctx, repo); err != nil && ctx.Err() == nil {
				u.g.log.Warn("upkeep of a repository failed", "repository", repo.name, "error", err)
			}
			if u.done != nil {
				u.done(repo)
			}
		}
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
	leave := g.enter(repo)
	defer func() { leave(err != nil) }()
	loose, err := g.looseRefs(ctx, repo)
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
