package git_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/git"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

var _ hook.Facts = (*git.Repositories)(nil)

// serveVariable makes this test program a server of the folder in the variable, where there is a test that needs one.
const serveVariable = "SLIPWAY_TEST_SERVER"

var serve func(root string)

func TestMain(m *testing.M) {
	if root := os.Getenv(serveVariable); root != "" {
		serve(root)
	}
	goleak.VerifyTestMain(m)
}

// world is a folder of repositories, one of which, acme/web, a test fills with a work tree of its own.
type world struct {
	*git.Repositories
	t    testing.TB
	ctx  context.Context
	root string
	log  *lockedBuffer
	repo slipway.Repository
	work *testkit.Repo
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(t testing.TB, options ...func(*git.Options)) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), root: filepath.Join(t.TempDir(), "repos"), log: &lockedBuffer{}}
	w.open(options...)
	w.repo = slipway.Repository{ID: 1, Owner: slipway.Account{Login: "acme"}, Name: "web", DefaultBranch: "main"}
	w.must(w.Init(w.ctx, &w.repo))
	w.work = testkit.NewRepo(t)
	w.work.Git("remote", "add", "origin", w.dir())
	return w
}

func (w *world) open(options ...func(*git.Options)) {
	w.t.Helper()
	o := git.Options{Rest: time.Hour, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, set := range options {
		set(&o)
	}
	var err error
	w.Repositories, err = git.Open(w.root, o)
	w.must(err)
	w.t.Cleanup(func() { w.must(w.Close()) })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// dir is the folder of acme/web.
func (w *world) dir(parts ...string) string {
	return filepath.Join(append([]string{w.root, "acme", "web.git"}, parts...)...)
}

// push sends everything in the work tree's repository to the server's folder.
func (w *world) push() {
	w.t.Helper()
	w.work.Git("push", "--quiet", "--force", "origin", "refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*")
}

func (w *world) resolve(ref string) slipway.SHA {
	w.t.Helper()
	found, err := w.Resolve(w.ctx, &w.repo, ref)
	if err != nil {
		w.t.Fatalf("resolve %q: %v", ref, err)
	}
	return found.SHA
}

func (w *world) wantKind(err error, kind slipway.Kind) {
	w.t.Helper()
	if err == nil || slipway.KindOf(err) != kind {
		w.t.Fatalf("got %v, want an error of kind %q", err, kind)
	}
}

// fsck fails the test unless git finds nothing wrong in the server's folder.
func (w *world) fsck() {
	w.t.Helper()
	cmd := exec.Command("git", "--git-dir="+w.dir(), "fsck", "--full", "--strict", "--no-dangling")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + w.root}
	out, err := cmd.CombinedOutput()
	if said := strings.TrimSpace(string(out)); err != nil || said != "" {
		w.t.Fatalf("git fsck: %v\n%s", err, said)
	}
}

// leftovers lists locks and temporary files in the server's folder.
func (w *world) leftovers() (found []string) {
	w.t.Helper()
	w.must(filepath.WalkDir(w.dir(), func(path string, _ os.DirEntry, err error) error {
		if name := filepath.Base(path); strings.HasSuffix(name, ".lock") || strings.HasPrefix(name, "tmp_") {
			found = append(found, path)
		}
		return err
	}))
	return found
}
