package git_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/git"
)

// litter puts down what killed processes leave, as old as given.
func (w *world) litter(age time.Duration) {
	w.t.Helper()
	for _, path := range []string{
		"HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock", "refs/heads/feature/x.lock", "refs/tags/v1.lock",
		"objects/info/commit-graphs/commit-graph-chain.lock", "objects/pack/tmp_pack_abc", "objects/ab/tmp_obj_abc", "objects/tmp_objdir-incoming-abc/ab/cd",
		"gc.pid",
	} {
		path := w.dir(filepath.FromSlash(path))
		w.must(os.MkdirAll(filepath.Dir(path), 0o755))
		w.must(os.WriteFile(path, nil, 0o644))
		then := time.Now().Add(-age)
		for range 3 { // the file and the folders around it
			w.must(os.Chtimes(path, then, then))
			path = filepath.Dir(path)
		}
	}
}

func TestHeal(t *testing.T) {
	w := newWorld(t)
	w.work.Commit("a", "1")
	w.push()
	w.litter(0)
	w.must(w.Heal(w.ctx, &w.repo))
	if len(w.leftovers()) == 0 {
		t.Fatal("locks that are younger than the server were removed")
	}
	w.litter(time.Hour)
	w.must(w.Heal(w.ctx, &w.repo))
	if left := w.leftovers(); len(left) > 0 {
		t.Fatalf("left: %v", left)
	}
	w.work.Commit("a", "2")
	w.push()
	w.fsck()
	gone := w.repo
	gone.Name = "gone"
	w.must(w.Heal(w.ctx, &gone))
}

// TestStartHealsEverything: also repositories that nobody was pushing to when the server was killed.
func TestStartHealsEverything(t *testing.T) {
	w := newWorld(t)
	w.work.Commit("a", "1")
	w.push()
	w.litter(time.Minute)
	w.must(w.Close())
	w.open()
	<-w.Healed()
	if left := w.leftovers(); len(left) > 0 {
		t.Fatalf("left: %v", left)
	}
}

// TestSharedFolder: a lock may belong to another server until it is older than any of its processes.
func TestSharedFolder(t *testing.T) {
	w := newWorld(t)
	w.must(w.Close())
	w.litter(10 * time.Minute)
	w.open(func(o *git.Options) { o.Shared = true })
	w.must(w.Heal(w.ctx, &w.repo))
	if len(w.leftovers()) == 0 {
		t.Fatal("locks were removed that may be another server's")
	}
	w.litter(time.Hour)
	w.must(w.Heal(w.ctx, &w.repo))
	if left := w.leftovers(); len(left) > 0 {
		t.Fatalf("left: %v", left)
	}
}

// emptyPack is what is pushed where all objects are there already.
const emptyPack = "PACK\x00\x00\x00\x02\x00\x00\x00\x00\x02\x9d\x08\x82\x3b\xd8\xa8\xea\xb5\x10\xad\x6a\xc7\x5c\x82\x3c\xfd\x3e\xd3\x1e"

// receive pushes one new ref through the server's receive-pack, as smart HTTP does.
func (w *world) receive(name string, sha slipway.SHA) error {
	var answer bytes.Buffer
	err := w.Transfer(w.ctx, &w.repo, git.Transfer{
		Service: git.ReceivePack, In: strings.NewReader(command(slipway.ZeroSHA, sha, name, "report-status") + "0000" + emptyPack), Out: &answer,
	})
	if err == nil && !strings.Contains(answer.String(), "ok "+name) {
		err = fmt.Errorf("git says %q", answer.String())
	}
	return err
}

// command is the first line of a push.
func command(from, to slipway.SHA, name, capabilities string) string {
	line := string(from) + " " + string(to) + " " + name + "\x00 " + capabilities
	return fmt.Sprintf("%04x%s", len(line)+4, line)
}

// TestCloseEndsEverything: also a push that would wait for ever.
func TestCloseEndsEverything(t *testing.T) {
	w := newWorld(t)
	sha := slipway.SHA(w.work.Commit("a", "1"))
	w.push()
	w.resolve("main")
	in, out, err := os.Pipe()
	w.must(err)
	_, err = out.WriteString(command(slipway.ZeroSHA, sha, "refs/heads/x", "report-status") + "0000PACK\x00\x00\x00\x02\x00\x00\x00\x09")
	w.must(err)
	ended := make(chan error, 1)
	go func() {
		ended <- w.Transfer(w.ctx, &w.repo, git.Transfer{Service: git.ReceivePack, In: in, Out: discard{}})
	}()
	for start := time.Now(); len(quarantines(w)) == 0; time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("git does not receive")
		}
	}
	w.must(w.Close())
	if err := <-ended; slipway.KindOf(err) != slipway.Unavailable {
		t.Errorf("the push: %v", err)
	}
	w.must(out.Close())
	if left := w.leftovers(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	_, err = w.Behind(w.ctx, &w.repo, sha, slipway.ZeroSHA)
	w.wantKind(err, slipway.Unavailable)
	_, err = w.Resolve(w.ctx, &w.repo, string(sha[:9]))
	w.wantKind(err, slipway.Unavailable)
	w.fsck()
}

func quarantines(w *world) []string {
	found, _ := filepath.Glob(w.dir("objects", "tmp_objdir-*"))
	return found
}
