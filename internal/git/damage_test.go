package git_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
)

// object is the file of a loose object in the server's folder. name is what git calls it in the work tree's repository.
func (w *world) object(name string) string {
	w.t.Helper()
	sha := w.work.SHA(name)
	return w.dir("objects", sha[:2], sha[2:])
}

// lose removes an object from the server's folder. restore puts it back.
func (w *world) lose(name string) (restore func()) {
	w.t.Helper()
	path, kept := w.object(name), filepath.Join(w.t.TempDir(), "kept")
	w.must(os.Rename(path, kept))
	return func() { w.must(os.Rename(kept, path)) }
}

// reopen is a restart: the server remembers nothing.
func (w *world) reopen(options ...func(*git.Options)) {
	w.t.Helper()
	w.must(w.Close())
	w.open(options...)
}

// TestMergeInDamagedRepository: git takes a root tree that is missing for an empty one, merges, and is content (until 2.43).
// Such a merge would delete files.
func TestMergeInDamagedRepository(t *testing.T) {
	for _, lost := range []string{
		"main^{tree}", "topic^{tree}", "main~1^{tree}", "main~1", "main:d", "topic:d", "main~1:d",
	} {
		t.Run(lost, func(t *testing.T) {
			for _, graph := range []bool{false, true} {
				w := newWorld(t)
				w.work.Write("d/a", "1")
				w.work.Commit("a", "1")
				w.work.Branch("topic", "")
				w.work.Write("d/b", "1")
				topic := slipway.SHA(w.work.Commit("b", "1"))
				w.work.Checkout("main")
				w.work.Write("d/c", "1")
				main := slipway.SHA(w.work.Commit("c", "1"))
				w.push()
				if graph {
					w.work.Git("--git-dir="+w.dir(), "commit-graph", "write", "--reachable")
				}
				w.reopen()
				w.lose(lost)
				sha, err := w.merge("topic", topic, main)
				if slipway.KindOf(err) != slipway.Unavailable {
					t.Errorf("graph=%v: merged to %q, %v; want unavailable", graph, sha, err)
				}
				if got := w.work.Git("--git-dir="+w.dir(), "rev-parse", "topic"); got != string(topic) {
					t.Errorf("graph=%v: topic moved to %s", graph, got)
				}
			}
		})
	}
}

// TestMissingHistory: that commits have nothing in common, or that one does not hold the other, is only said of histories
// that can be read to their ends. git says so of all.
func TestMissingHistory(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	w.work.Checkout("topic")
	next := slipway.SHA(w.work.Commit("b", "2"))
	w.push()
	restore := w.lose("main~1")
	_, err := w.merge("topic", next, main)
	w.wantKind(err, slipway.Unavailable)
	_, err = w.Compare(w.ctx, &w.repo, main, topic, deploy.Page{Number: 1, Size: 10})
	w.wantKind(err, slipway.Unavailable)
	_, err = w.Raw(w.ctx, &w.repo, main, topic, deploy.Diff)
	w.wantKind(err, slipway.Unavailable)
	_, err = w.Behind(w.ctx, &w.repo, topic, main)
	w.wantKind(err, slipway.Unavailable)
	_, err = w.Behind(w.ctx, &w.repo, topic, main) // and is not remembered
	w.wantKind(err, slipway.Unavailable)
	_, err = w.Pushed(w.ctx, &w.repo, slipway.ZeroSHA, main, 10)
	w.wantKind(err, slipway.Unavailable)
	restore()
	w.work.Git("--git-dir="+w.dir(), "commit-graph", "write", "--reachable")
	w.reopen()
	w.lose("main~1") // now git knows its parents and its date all the same
	_, err = w.Compare(w.ctx, &w.repo, main, topic, deploy.Page{Number: 1, Size: 10})
	w.wantKind(err, slipway.Unavailable)
}
