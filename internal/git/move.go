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

// quietPatience is how long a rename waits until nobody writes in the repository. Pushes and merges that come meanwhile wait
// too, and find it under its new name.
const quietPatience = 5 * time.Second

// Move gives a repository's folder the name of another one, which nobody has. That it has been done is no error: a server that
// was killed on the way asks again. Conflict: something else lies there. NotFound: there is no folder.
//
// Whoever works in the folder goes on: processes that know it by its earlier name find it there, through a link, until another
// repository takes that name.
func (g *Repositories) Move(ctx context.Context, from, to *slipway.Repository) error {
	target, err := g.placeOf(to)
	if err != nil {
		return err
	}
	repo, err := g.at(from)
	if err != nil {
		return err
	}
	if err := g.claim(to, repo); err != nil {
		return err
	}
	release := repo.hold(ctx)
	defer release()
	if repo.name() == target.name {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(target.dir), 0o750); err != nil {
		return unavailable("git: rename", err)
	}
	before := repo.dir()
	if err := g.relocate(repo, target); err != nil {
		return err
	}
	for _, changed := range []string{filepath.Dir(before), filepath.Dir(target.dir)} {
		if err := syncDir(changed); err != nil {
			return unavailable("git: rename", err)
		}
	}
	return nil
}

// relocate moves the folder, and remembers where it lies now before anybody asks.
func (g *Repositories) relocate(repo *repository, target *location) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.rename(repo.dir(), target.dir); err != nil {
		return err
	}
	repo.mu.Lock()
	defer repo.mu.Unlock()
	repo.early = repo.writers
	repo.where.Store(target)
	g.handles[target.name] = repo
	return nil
}

// hold keeps new writers out of a repository, and waits a little for those that are there to leave.
func (repo *repository) hold(ctx context.Context) (release func()) {
	repo.mu.Lock()
	repo.settle()
	moving, quiet := make(chan struct{}), make(chan struct{})
	repo.moving = moving
	if repo.writers == 0 {
		close(quiet)
	} else {
		repo.quiet = quiet
	}
	repo.mu.Unlock()
	patience := time.NewTimer(quietPatience)
	defer patience.Stop()
	select {
	case <-quiet:
	case <-patience.C: // a long push: it goes on through the link
	case <-ctx.Done():
	}
	return func() {
		repo.mu.Lock()
		defer repo.mu.Unlock()
		repo.moving, repo.quiet = nil, nil
		close(moving)
	}
}

// settle waits until the folder does not move. It is called with the lock held, and gives it away meanwhile.
func (repo *repository) settle() {
	for repo.moving != nil {
		moving := repo.moving
		repo.mu.Unlock()
		<-moving
		repo.mu.Lock()
	}
}

// rename renames a folder and leaves a link. That it has been done is no error. A link that an earlier rename has left is in
// nobody's way.
func (g *Repositories) rename(from, to string) error {
	const op = "git: rename"
	there, err := os.Lstat(to)
	here, gone := os.Lstat(from)
	switch {
	case err == nil && (gone != nil || here.Mode()&fs.ModeSymlink != 0) && there.IsDir():
		return nil
	case gone != nil:
		return slipway.Because(slipway.NotFound, op, errAbsent)
	case err == nil && !os.SameFile(here, there) && !isLink(g.root, to):
		return slipway.Because(slipway.Conflict, op, fs.ErrExist)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return unavailable(op, err)
	}
	if link, err := filepath.Rel(filepath.Dir(from), to); err == nil && replace(from, to, link) == nil {
		return nil
	}
	if isLink(g.root, to) {
		_ = os.Remove(to)
	}
	if err := os.Rename(from, to); err != nil {
		return unavailable(op, err)
	}
	if link, err := filepath.Rel(filepath.Dir(from), to); err == nil {
		_ = os.Symlink(link, from) // only those who are on their way need it
	}
	return nil
}

// replace has a folder and a link change places, so that there is something under either name at every moment.
func replace(from, to, link string) error {
	if info, err := os.Lstat(to); err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return fs.ErrExist // the same folder, to a file system that does not tell case
	}
	next := to + ".next"
	_ = os.Remove(next) // of a killed server
	if err := os.Symlink(link, next); err != nil {
		return err
	}
	if err := os.Rename(next, to); err != nil {
		_ = os.Remove(next)
		return err
	}
	return exchange(from, to)
}

// claim makes a name free that a renamed repository used to have, unless that is the one that is to get it again, or none.
// Unavailable: somebody still writes there under that name.
func (g *Repositories) claim(r *slipway.Repository, own *repository) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	where, err := g.placeOf(r)
	if err != nil {
		return err
	}
	known := g.handles[where.name]
	if known != nil && known == own {
		return nil
	}
	if known != nil && known.name() != where.name {
		if known.busyEarly() {
			return &slipway.Error{
				Kind: slipway.Unavailable, Message: "A push to the repository that had this name is under way. Please try again.",
				RetryAfter: 5 * time.Second, Op: "git: claim",
			}
		}
		delete(g.handles, where.name)
	}
	if !isAlias(g.root, r) {
		return nil
	}
	if err := os.Remove(where.dir); err != nil {
		return unavailable("git: claim", err)
	}
	return nil
}

func (repo *repository) busyEarly() bool {
	repo.mu.Lock()
	defer repo.mu.Unlock()
	return repo.early > 0
}

// isAlias reports whether what lies under a repository's name is a link that a rename has left: it leads to another repository
// of the same folder.
func isAlias(root string, r *slipway.Repository) bool {
	return isLink(root, filepath.Join(root, r.Owner.Login, r.Name+".git"))
}

func isLink(root, dir string) bool {
	link, err := os.Readlink(dir)
	if err != nil || filepath.IsAbs(link) {
		return false
	}
	rel, err := filepath.Rel(root, filepath.Join(filepath.Dir(dir), link))
	return err == nil && !strings.HasPrefix(rel, ".") && strings.HasSuffix(rel, ".git") && strings.Count(rel, string(filepath.Separator)) == 1
}

// Remove takes a repository's folder away: at once out of everybody's sight, then, in the background, off the disk. That there
// is none is no error. Who still works there fails.
func (g *Repositories) Remove(_ context.Context, r *slipway.Repository) error {
	const op = "git: remove"
	repo, err := g.at(r)
	if err != nil {
		return err
	}
	where := repo.where.Load()
	trash, err := os.MkdirTemp(g.trashDir(), "")
	if err != nil {
		return unavailable(op, err)
	}
	err = os.Rename(where.dir, filepath.Join(trash, "repository.git"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unavailable(op, err)
	}
	if err := syncDir(filepath.Dir(where.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unavailable(op, err)
	}
	g.dismiss(repo)
	g.empty(trash)
	return nil
}

// dismiss forgets a repository that is gone, and removes the links that its renames have left.
func (g *Repositories) dismiss(repo *repository) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, known := range g.handles {
		if known != repo {
			continue
		}
		delete(g.handles, name)
		if dir := filepath.Join(g.root, filepath.FromSlash(name)+".git"); isLink(g.root, dir) {
			_ = os.Remove(dir) // it is in nobody's way
		}
	}
}

// empty removes a folder from the trash in the background. After Close the next start does it.
func (g *Repositories) empty(trash string) {
	_, done, err := g.begin(context.Background())
	if err != nil {
		return
	}
	go func() {
		defer done()
		_ = os.RemoveAll(trash) // the next start tries again
	}()
}

// emptyTrash removes what earlier servers did not get to, and links that renames have left: nobody is on the way any more.
func (g *Repositories) emptyTrash() {
	old, _ := filepath.Glob(filepath.Join(g.trashDir(), "*"))
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			g.log.Warn("a removed repository is still on the disk", "error", err)
		}
	}
	if g.options.Shared {
		return // another server's
	}
	folders, _ := filepath.Glob(filepath.Join(g.root, "*", "*.git")) // the pattern is sound
	for _, dir := range folders {
		r := slipway.Repository{Owner: slipway.Account{Login: filepath.Base(filepath.Dir(dir))}, Name: strings.TrimSuffix(filepath.Base(dir), ".git")}
		if isAlias(g.root, &r) && !g.knows(r.FullName()) {
			_ = os.Remove(dir) // it is in nobody's way
		}
	}
}

// knows reports whether a name has been asked for since the start.
func (g *Repositories) knows(name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.handles[name] != nil
}
