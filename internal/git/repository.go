package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	syncatomic "sync/atomic" // order.go has a word of the protocol by that name
	"time"

	"github.com/slipway-deploy/slipway"
)

// repository is what the server remembers of one folder.
type repository struct {
	where syncatomic.Pointer[location] // changes when the repository is renamed

	packs   packs
	loading sync.Mutex    // of packed-refs
	merging chan struct{} // one merge at a time: whoever has put into it
	copies  *lane         // no repository takes all places

	mu      sync.Mutex
	writers int           // processes of ours that may hold locks there
	early   int           // those among them that know the folder by an earlier name
	moving  chan struct{} // closed when the folder has moved: nobody enters before; nil: it does not move
	quiet   chan struct{} // closed when the last writer leaves, if somebody waits for that
	healed  bool          // what earlier servers left has been removed
	hurt    time.Time     // when the first of the processes that ended badly began; zero: none
}

// location is where a repository lies.
type location struct {
	name string // OWNER/NAME
	dir  string // absolute
}

func (repo *repository) name() string { return repo.where.Load().name }
func (repo *repository) dir() string  { return repo.where.Load().dir }

// placeOf is where a repository of a name lies. Names come from the store, which gives them as they were first written; they
// are checked here once more, because they become a path.
func (g *Repositories) placeOf(r *slipway.Repository) (*location, error) {
	if !isOwner(r.Owner.Login) || slipway.CheckRepositoryName(r.Name) != nil {
		return nil, &slipway.Error{Kind: slipway.NotFound, Op: "git: a name that cannot be a folder"}
	}
	return &location{name: r.FullName(), dir: filepath.Join(g.root, r.Owner.Login, r.Name+".git")}, nil
}

// at finds the folder of a repository. One that was renamed is found by its earlier name too, until another repository takes it.
func (g *Repositories) at(r *slipway.Repository) (*repository, error) {
	name := r.FullName()
	g.mu.Lock()
	defer g.mu.Unlock()
	if found, ok := g.handles[name]; ok && (found.name() == name || isAlias(g.root, r)) {
		return found, nil
	}
	where, err := g.placeOf(r)
	if err != nil {
		return nil, err
	}
	made := &repository{merging: make(chan struct{}, 1), copies: newCopyLane(max(1, g.options.Copies/2))}
	made.where.Store(where)
	g.handles[name] = made
	return made, nil
}

// forget drops what is remembered of a folder, because it was made anew.
func (g *Repositories) forget(repo *repository) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.handles, repo.name())
}

// isOwner reports whether a login can be the name of a folder: letters, digits and hyphens.
func isOwner(login string) bool {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"
	return login != "" && len(login) <= 100 && strings.Trim(login, allowed) == ""
}

func (repo *repository) path(parts ...string) string {
	return filepath.Join(append([]string{repo.dir()}, parts...)...)
}

var errAbsent = errors.New("there is no repository")

// present reports whether there is something that git would take for a repository, and nothing in it that git would wait for
// ever to read.
func (repo *repository) present() bool {
	head, err := os.Stat(repo.path("HEAD"))
	if err != nil || !head.Mode().IsRegular() {
		return false
	}
	if packed, err := os.Stat(repo.path("packed-refs")); err == nil && !packed.Mode().IsRegular() {
		return false
	}
	objects, err := os.Stat(repo.path("objects"))
	return err == nil && objects.IsDir()
}
