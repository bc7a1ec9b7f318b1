package git_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

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

// TestVanishedObjects: what was there once is asked for again when its file is not what it was.
func TestVanishedObjects(t *testing.T) {
	for name, damage := range map[string]func(w *world){
		"a loose object is gone":    func(w *world) { w.lose("main") },
		"a loose object is emptied": func(w *world) { w.must(os.Chmod(w.object("main"), 0o644)); w.must(os.Truncate(w.object("main"), 0)) },
		"no objects":                func(w *world) { w.must(os.RemoveAll(w.dir("objects"))); w.must(os.MkdirAll(w.dir("objects"), 0o755)) },
		"a pack is gone":            func(w *world) { w.repack(); w.eachPack(os.Remove) },
		"no packs":                  func(w *world) { w.repack(); w.must(os.RemoveAll(w.dir("objects", "pack"))) },
		"a pack is cut off": func(w *world) {
			w.repack()
			w.eachPack(func(path string) error { return errors.Join(os.Chmod(path, 0o644), os.Truncate(path, 40)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			topic, main := w.diverged()
			w.work.Git("tag", "-m", "heavy", "heavy", "main")
			w.push()
			for _, ref := range []string{"main", "heavy", string(main)} {
				w.resolve(ref)
			}
			if behind, err := w.Behind(w.ctx, &w.repo, main, topic); !behind || err != nil {
				t.Fatal(behind, err)
			}
			damage(w)
			for ref, want := range map[string]slipway.Kind{"main": slipway.Unavailable, "heavy": slipway.Unavailable, string(main): slipway.NotFound} {
				var err error
				for end := time.Now().Add(3 * time.Second); err == nil && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
					_, err = w.Resolve(w.ctx, &w.repo, ref)
				}
				if slipway.KindOf(err) != want {
					t.Errorf("%s: %v", ref, err)
				}
			}
		})
	}
}

// repack puts all objects into one pack and has the server see it.
func (w *world) repack() {
	w.t.Helper()
	w.work.Git("--git-dir="+w.dir(), "repack", "-adq")
	w.work.Git("--git-dir="+w.dir(), "prune-packed")
	w.resolve("main")
	w.resolve("heavy")
}

func (w *world) eachPack(do func(path string) error) {
	w.t.Helper()
	packs, err := filepath.Glob(w.dir("objects", "pack", "*.pack"))
	w.must(err)
	if len(packs) == 0 {
		w.t.Fatal("there is no pack")
	}
	for _, path := range packs {
		w.must(do(path))
	}
}

// TestMovedObjects: an object may go from its file into a pack, and from that into another, and nobody notices.
func TestMovedObjects(t *testing.T) {
	w := newWorld(t)
	_, main := w.diverged()
	w.work.Git("tag", "-m", "heavy", "heavy", "main")
	w.push()
	for range 3 {
		if w.resolve("main") != main || w.resolve("heavy") != main || w.resolve(string(main)) != main {
			t.Error("something else was found")
		}
		w.repack()
		w.work.Git("--git-dir="+w.dir(), "hash-object", "-w", "--stdin")
	}
}
