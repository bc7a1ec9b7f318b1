package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// longestHold is how long a git process of ours may live at most, transfers apart, and those hold locks only at their end.
// Where several servers share a folder, a lock file must be twice as old before it is nobody's (decisions §5).
const longestHold = upkeepTime

// Heal removes what killed processes left in a repository: lock files and temporary objects that are older than this server,
// or that one of its own processes left when it was killed. While processes of ours work there, it is put off until the last
// of them has ended. A repository that is not there needs no healing.
func (g *Repositories) Heal(_ context.Context, r *slipway.Repository) error {
	repo, err := g.at(r)
	if err != nil {
		return err
	}
	repo.mu.Lock()
	defer repo.mu.Unlock()
	if repo.writers > 0 {
		return nil // they came in by enter, which has healed what was older; what they leave themselves is seen to in leave
	}
	if err := g.healLeftovers(repo); err != nil {
		return unavailable("git: heal", err)
	}
	return nil
}

// enter announces a process that will write in a repository. The first one finds it healed. leave must be called with how
// the process ended.
func (g *Repositories) enter(repo *repository) (leave func(hurt bool)) {
	repo.mu.Lock()
	defer repo.mu.Unlock()
	repo.settle()
	if !repo.healed {
		if err := g.healLeftovers(repo); err != nil {
			g.log.Warn("a repository could not be cleared of what a killed process left", "repository", repo.name(), "error", err)
		}
	}
	repo.writers++
	began, where := time.Now(), repo.where.Load()
	return func(hurt bool) { g.leave(repo, where, began, hurt) }
}

// leave ends what enter began. The last writer to leave clears up after those that were killed.
func (g *Repositories) leave(repo *repository, where *location, began time.Time, hurt bool) {
	repo.mu.Lock()
	defer repo.mu.Unlock()
	repo.writers--
	if where != repo.where.Load() {
		repo.early--
	}
	if repo.writers == 0 && repo.quiet != nil {
		close(repo.quiet)
		repo.quiet = nil
	}
	if hurt && (repo.hurt.IsZero() || began.Before(repo.hurt)) {
		repo.hurt = began
	}
	if repo.writers > 0 || repo.hurt.IsZero() {
		return
	}
	from := repo.hurt.Add(-time.Second) // clocks of file systems lag a little
	repo.hurt = time.Time{}
	if err := g.clear(repo, isLeftover, from, time.Now().Add(time.Second)); err != nil {
		g.log.Warn("a repository could not be cleared of what a killed process left", "repository", repo.name(), "error", err)
	}
}

// healLeftovers removes what is older than this server. Nobody else removes it, and nobody alive needs it.
func (g *Repositories) healLeftovers(repo *repository) error {
	if err := g.clear(repo, isLeftover, time.Time{}, g.opened); err != nil {
		return err
	}
	repo.healed = true
	return nil
}

// unlock removes locks that are too old to be anybody's, unless a process of ours works there: people who run git in the
// folder may be killed too, and nobody else comes after them.
func (g *Repositories) unlock(repo *repository) {
	repo.mu.Lock()
	defer repo.mu.Unlock()
	if repo.writers > 0 {
		return
	}
	if err := g.clear(repo, isLock, time.Time{}, time.Now().Add(-2*longestHold)); err != nil {
		g.log.Warn("a repository could not be cleared of old locks", "repository", repo.name(), "error", err)
	}
}

// clear removes what is left over, such as locks and temporary files, and was last written between two times.
func (g *Repositories) clear(repo *repository, left func(name string, dir bool) bool, from, to time.Time) error {
	if g.options.Shared {
		if nobodys := time.Now().Add(-2 * longestHold); to.After(nobodys) {
			to = nobodys
		}
	}
	err := filepath.WalkDir(repo.dir(), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // gone meanwhile, or never there
		case err != nil:
			return err
		case !left(entry.Name(), entry.IsDir()):
			return nil
		}
		info, err := entry.Info()
		if err == nil && (info.ModTime().Before(from) || info.ModTime().After(to)) && time.Until(info.ModTime()) < time.Minute {
			return nil // what is from the future is from before the clock was set back
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		g.log.Info("removed what a killed process left", "repository", repo.name(), "file", filepath.Base(path))
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	return err
}

// isLeftover recognises what git makes while it works and removes when it is done: locks, objects and packs that are being
// written, quarantines of pushes. No ref's name ends in .lock, and no object's begins with tmp_.
func isLeftover(name string, dir bool) bool {
	if dir {
		return strings.HasPrefix(name, "tmp_objdir-")
	}
	return isLock(name, dir) || strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-") ||
		name == "gc.pid" || name == "packed-refs.new"
}

func isLock(name string, dir bool) bool { return !dir && strings.HasSuffix(name, ".lock") }

// healAll looks through all repositories for what a killed server left, also in those that nobody writes to any more.
func (g *Repositories) healAll(ctx context.Context) {
	folders, _ := filepath.Glob(filepath.Join(g.root, "*", "*.git")) // the pattern is sound
	for _, dir := range folders {
		if ctx.Err() != nil {
			return
		}
		if _, err := os.Readlink(dir); err == nil {
			continue // seen where it leads
		}
		owner, name := filepath.Base(filepath.Dir(dir)), strings.TrimSuffix(filepath.Base(dir), ".git")
		repo, err := g.at(&slipway.Repository{Owner: slipway.Account{Login: owner}, Name: name})
		if err != nil {
			continue // a folder of somebody else's
		}
		g.enter(repo)(false)
	}
}
