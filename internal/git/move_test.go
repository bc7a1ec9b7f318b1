package git_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/git"
)

// named is the world's repository under another name.
func (w *world) named(name string) *slipway.Repository {
	r := w.repo
	r.Name = name
	return &r
}

// commit adds a commit to a branch and pushes it.
func (w *world) commit(branch string) slipway.SHA {
	w.t.Helper()
	sha := slipway.SHA(w.work.Commit("file-"+branch, w.t.Name()+time.Now().String()))
	w.work.Git("push", "--quiet", "origin", "HEAD:refs/heads/"+branch)
	return sha
}

func (w *world) folder(name string) string { return filepath.Join(w.root, "acme", name+".git") }

func TestARenamedRepositoryIsFoundByBothNames(t *testing.T) {
	w := newWorld(t)
	first := w.commit("main")
	site := w.named("site")
	w.must(w.Move(w.ctx, &w.repo, site))
	for _, r := range []*slipway.Repository{&w.repo, site} {
		found, err := w.Resolve(w.ctx, r, "main")
		if err != nil || found.SHA != first {
			t.Errorf("%s: %+v, %v", r.Name, found, err)
		}
	}
	w.must(w.Move(w.ctx, &w.repo, site)) // a server that was killed on the way asks again
	// Another process of git that knew the folder goes on.
	if got := strings.TrimSpace(w.work.Git("--git-dir="+w.folder("web"), "rev-parse", "main")); got != string(first) {
		t.Errorf("through the link: %q", got)
	}
	// A new repository takes the name and has nothing of the other.
	next := w.named("web")
	next.ID = 2
	w.must(w.Init(w.ctx, next))
	if _, err := w.Resolve(w.ctx, next, "main"); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("the new repository has the old one's branch: %v", err)
	}
	if found, err := w.Resolve(w.ctx, site, "main"); err != nil || found.SHA != first {
		t.Errorf("%+v, %v", found, err)
	}
	if info, err := os.Lstat(w.folder("web")); err != nil || !info.IsDir() {
		t.Errorf("%v, %v", info, err)
	}
	// And back again, once it is gone.
	w.must(w.Remove(w.ctx, next))
	w.must(w.Move(w.ctx, site, w.named("web")))
	if found, err := w.Resolve(w.ctx, w.named("web"), "main"); err != nil || found.SHA != first {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestARenameIsTakenUpByTheNextServer(t *testing.T) {
	w := newWorld(t)
	first := w.commit("main")
	site := w.named("site")
	w.must(w.Move(w.ctx, &w.repo, site))
	w.must(w.Close())
	w.open()
	w.must(w.Move(w.ctx, &w.repo, site))
	if found, err := w.Resolve(w.ctx, site, "main"); err != nil || found.SHA != first {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestARenameOverwritesNothing(t *testing.T) {
	w := newWorld(t)
	w.commit("main")
	w.must(os.MkdirAll(filepath.Join(w.folder("site"), "mine"), 0o755))
	err := w.Move(w.ctx, &w.repo, w.named("site"))
	if slipway.KindOf(err) != slipway.Conflict {
		t.Fatalf("%v", err)
	}
	if _, err := w.Resolve(w.ctx, &w.repo, "main"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(w.folder("site"), "mine")); err != nil {
		t.Error(err)
	}
	absent := w.named("absent")
	if err := w.Move(w.ctx, absent, w.named("other")); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("a repository without a folder: %v", err)
	}
}

// TestAPushAcrossARename: a push that began under the old name ends in the renamed repository.
func TestAPushAcrossARename(t *testing.T) {
	w := newWorld(t)
	w.commit("main")
	tip := w.commit("main")
	request := command(slipway.ZeroSHA, tip, "refs/heads/late", "report-status") + "0000" + emptyPack
	in, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- w.Transfer(w.ctx, &w.repo, git.Transfer{Service: git.ReceivePack, In: in, Out: io.Discard})
	}()
	_, err := io.WriteString(out, request[:len(request)-5])
	w.must(err)
	for start := time.Now(); len(quarantines(w)) == 0; time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("git does not receive")
		}
	}
	moved := make(chan error)
	ctx, cancel := context.WithCancel(w.ctx)
	cancel() // no patience: the push is in the middle
	go func() { moved <- w.Move(ctx, &w.repo, w.named("site")) }()
	w.must(<-moved)
	_, err = io.WriteString(out, request[len(request)-5:])
	w.must(err)
	w.must(out.Close())
	w.must(<-ended)
	found, err := w.Resolve(w.ctx, w.named("site"), "late")
	if err != nil || found.SHA != tip {
		t.Errorf("the push is lost: %+v, %v", found, err)
	}
}

func TestARemovedRepositoryIsGone(t *testing.T) {
	w := newWorld(t)
	w.commit("main")
	_, err := w.Resolve(w.ctx, &w.repo, "main")
	w.must(err)
	w.must(w.Remove(w.ctx, &w.repo))
	w.must(w.Remove(w.ctx, &w.repo)) // a server that was killed on the way asks again
	if _, err := os.Lstat(w.folder("web")); !os.IsNotExist(err) {
		t.Errorf("it is there: %v", err)
	}
	if _, err := w.Resolve(w.ctx, &w.repo, "main"); slipway.KindOf(err) != slipway.Unavailable {
		t.Errorf("%v", err)
	}
	w.must(w.Init(w.ctx, &w.repo))
	if _, err := w.Resolve(w.ctx, &w.repo, "main"); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("a new one has what the old one had: %v", err)
	}
	w.must(w.Close())
	if left, _ := filepath.Glob(filepath.Join(w.root, ".old", "*")); len(left) > 0 {
		t.Errorf("left on the disk: %v", left)
	}
	w.open()
}

// TestARenameToAndFroHidesNothing: at no moment is a repository missing under the name it has or the one it had.
func TestARenameToAndFroHidesNothing(t *testing.T) {
	w := newWorld(t)
	first := w.commit("main")
	web, site := w.named("web"), w.named("site")
	w.must(w.Move(w.ctx, web, site))
	ctx, cancel := context.WithCancel(w.ctx)
	var readers sync.WaitGroup
	for _, r := range []*slipway.Repository{web, site, web, site} {
		readers.Go(func() {
			for ctx.Err() == nil {
				if found, err := w.Resolve(w.ctx, r, "main"); err != nil || found.SHA != first {
					t.Errorf("%s: %+v, %v", r.Name, found, err)
					return
				}
			}
		})
	}
	for range 25 {
		w.must(w.Move(w.ctx, site, web))
		w.must(w.Move(w.ctx, web, site))
	}
	cancel()
	readers.Wait()
	w.must(w.Remove(w.ctx, site))
	for _, name := range []string{"web", "site"} {
		if _, err := os.Lstat(w.folder(name)); !os.IsNotExist(err) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
}

// TestARenameIsTakenUpInTheMiddle: killed between the two steps, it leaves a link that leads to itself.
func TestARenameIsTakenUpInTheMiddle(t *testing.T) {
	w := newWorld(t)
	first := w.commit("main")
	w.must(w.Close())
	w.must(os.Symlink("site.git", w.folder("site")))
	w.must(os.Symlink("site.git", w.folder("site")+".next"))
	w.open()
	site := w.named("site")
	w.must(w.Move(w.ctx, &w.repo, site))
	if found, err := w.Resolve(w.ctx, site, "main"); err != nil || found.SHA != first {
		t.Errorf("%+v, %v", found, err)
	}
}
