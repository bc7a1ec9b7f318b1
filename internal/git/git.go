// Package git drives the system's git on the bare repositories that Slipway hosts: it finds the commit a name stands for,
// says whether one commit holds another, merges without a work tree, moves a branch only from where it was expected, and
// serves clones and pushes.
//
// Nothing on the hot path starts a process. A branch or tag is a file, or a line of packed-refs that is kept in memory and
// checked by one stat (ref.go, packed.go); whether an object is a commit is asked of a persistent `git cat-file` once and
// remembered, as it cannot change (reader.go, object.go); so is ancestry (ancestry.go). Everything else is one short run of
// git in an environment of our own, in a process group of its own, bounded in number, time and output (process.go).
//
// A repository is ordinary: people may look at it, and change it, with git. What kills leave behind is removed when nobody
// works there (heal.go), and what makes the next question quick is written after pushes (upkeep.go). Names and object names
// that come from outside are checked before they reach git, and follow --end-of-options. What git says on standard error
// is for the log: callers get *slipway.Error with a sentence of ours.
//
//	repositories, err := git.Open("data/repos", git.Options{})
//	found, err := repositories.Resolve(ctx, &r, "main")
package git

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/slipway-deploy/slipway/internal/deploy"
)

var _ deploy.Git = (*Repositories)(nil)

// Options are the choices of a server about git. The zero value is useful.
type Options struct {
	Binary    string        // the program; empty: git, found in PATH
	Timeout   time.Duration // of one question, however many runs of git it takes, and of waiting for a turn; 0: 8 s
	Processes int           // runs of git at a time; 0: twice the processors, at least 4
	Readers   int           // persistent git cat-file at a time; 0: as many as Processes
	Clones    int           // at a time; 0: 32
	Pushes    int           // at a time; 0: 16
	Copies    int           // of files and archives at a time, half as many of one repository; 0: 16
	Pace      int           // bytes a second that a reader takes on average, or is cut off; 0: 8 KiB
	Silence   time.Duration // after which a clone or a push is cut off that makes no progress; 0: 15 min
	Rest      time.Duration // from a push to the upkeep that follows it; 0: 3 s
	Shared    bool          // other servers work on the same folder: a lock file may be theirs
	Log       *slog.Logger
}

func (o Options) withDefaults() Options {
	setDefault(&o.Binary, "git")
	setDefault(&o.Timeout, 8*time.Second)
	setDefault(&o.Processes, max(4, 2*runtime.NumCPU()))
	setDefault(&o.Readers, o.Processes)
	setDefault(&o.Clones, 32)
	setDefault(&o.Pushes, 16)
	setDefault(&o.Copies, 16)
	setDefault(&o.Pace, 8<<10)
	setDefault(&o.Silence, 15*time.Minute)
	setDefault(&o.Rest, 3*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func setDefault[T comparable](member *T, value T) {
	var zero T
	if *member == zero {
		*member = value
	}
}

// How many answers that can never change are remembered.
const (
	knownCommits  = 32 << 10
	knownAncestry = 32 << 10
	packedBytes   = 32 << 20
)

// Repositories is a folder of bare repositories, OWNER/NAME.git each. Its methods may be called from any number of
// goroutines.
type Repositories struct {
	root    string
	binary  string
	env     []string
	options Options
	log     *slog.Logger
	opened  time.Time // what is older and in the way belongs to nobody alive

	slots   *semaphore.Weighted
	clones  *lane
	pushes  *lane
	copies  *lane
	readers *pool
	warden  *warden
	upkeep  *upkeep

	commits  *cache[commitKey, foundCommit]
	ancestry *cache[ancestryKey, bool]
	counts   *cache[countKey, int]
	packed   *cache[*repository, *packedRefs]
	asking   singleflight.Group

	mu      sync.Mutex
	handles map[string]*repository // by OWNER/NAME

	life    context.Context
	end     context.CancelFunc
	closing sync.RWMutex // held for writing by Close
	running sync.WaitGroup
}

// oldestGit is the first release whose merge-tree merges.
var oldestGit = [2]int{2, 38}

// Open makes the folder if need be and sees that git is there and new enough. It looks through all repositories for what a
// killed process left, in the background. Close ends it.
func Open(root string, options Options) (*Repositories, error) {
	options = options.withDefaults()
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	binary, err := exec.LookPath(options.Binary)
	if err != nil {
		return nil, fmt.Errorf("git %d.%d or newer is needed and was not found: %w", oldestGit[0], oldestGit[1], err)
	}
	g := &Repositories{
		root: root, binary: binary, options: options, log: options.Log, opened: time.Now(),
		slots:    semaphore.NewWeighted(int64(options.Processes)),
		clones:   newLane(options.Clones, transferPatience, "Too many clones are under way. Please try again."),
		pushes:   newLane(options.Pushes, transferPatience, "Too many pushes are under way. Please try again."),
		copies:   newCopyLane(options.Copies),
		commits:  newCache[commitKey, foundCommit](knownCommits),
		ancestry: newCache[ancestryKey, bool](knownAncestry),
		counts:   newCache[countKey, int](knownCounts),
		packed:   newCache[*repository, *packedRefs](packedBytes),
		handles:  make(map[string]*repository),
	}
	g.life, g.end = context.WithCancel(context.Background())
	g.readers = newPool(g, options.Readers)
	if err := g.prepareFolder(); err != nil {
		g.end()
		return nil, err
	}
	g.env = environment(g.homeDir())
	g.warden = startWarden(g.homeDir())
	if err := g.checkVersion(); err != nil {
		g.end()
		g.warden.close()
		return nil, err
	}
	g.upkeep = newUpkeep(g)
	ctx, done, err := g.begin(context.Background())
	if err != nil {
		return nil, err
	}
	g.upkeep.start(ctx, done)
	return g, nil
}

// The folder holds three of our own beside the owners', whose names cannot begin with a dot.
func (g *Repositories) homeDir() string  { return filepath.Join(g.root, ".home") } // empty, git's HOME
func (g *Repositories) draftDir() string { return filepath.Join(g.root, ".new") }  // repositories that are being made
func (g *Repositories) trashDir() string { return filepath.Join(g.root, ".old") }  // repositories that are being removed

func (g *Repositories) prepareFolder() error {
	if !g.options.Shared {
		if err := os.RemoveAll(g.draftDir()); err != nil {
			return err
		}
	}
	for _, dir := range []string{g.root, g.homeDir(), g.draftDir(), g.trashDir()} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return err
		}
	}
	return nil
}

func (g *Repositories) checkVersion() error {
	ctx, cancel := context.WithTimeout(g.life, g.options.Timeout)
	defer cancel()
	out, err := g.output(ctx, nil, "version")
	if err != nil {
		return fmt.Errorf("%s does not run: %w", g.binary, err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(string(out), "git version %d.%d", &major, &minor); err != nil {
		return fmt.Errorf("%s says no version that can be read: %w", g.binary, err)
	}
	if major < oldestGit[0] || major == oldestGit[0] && minor < oldestGit[1] {
		return fmt.Errorf("%s is git %d.%d; %d.%d or newer is needed", g.binary, major, minor, oldestGit[0], oldestGit[1])
	}
	return nil
}

// Close ends every process it started, and waits for them. What is asked afterwards is Unavailable.
func (g *Repositories) Close() error {
	g.closing.Lock()
	g.end()
	g.closing.Unlock()
	g.readers.close()
	g.running.Wait()
	g.warden.close()
	return nil
}

var errClosed = errors.New("git: closed")

// begin registers work that Close ends and waits for. done must be called.
func (g *Repositories) begin(ctx context.Context) (_ context.Context, done func(), err error) {
	g.closing.RLock()
	defer g.closing.RUnlock()
	if g.life.Err() != nil {
		return nil, nil, errClosed
	}
	g.running.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(g.life, cancel)
	return ctx, func() { stop(); cancel(); g.running.Done() }, nil
}
