package git_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

var at = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)

// merge asks for main to be merged into a branch, as auto-merge does.
func (w *world) merge(branch string, head, base slipway.SHA) (slipway.SHA, error) {
	return w.Merge(w.ctx, &w.repo, deploy.Merge{
		Branch: branch, Head: head, Base: base, Message: slipway.AutoMergeMessage("main", branch), At: at,
		Author:    slipway.Signature{Name: "Mona <Lisa>\n", Email: "mona@example.com"},
		Committer: slipway.Signature{Name: "Slipway", Email: "noreply@example.com"},
	})
}

// diverged makes a topic branch and a main that has gone on, in different files.
func (w *world) diverged() (topic, main slipway.SHA) {
	w.work.Commit("a", "1")
	w.work.Branch("topic", "")
	topic = slipway.SHA(w.work.Commit("b", "1"))
	w.work.Checkout("main")
	main = slipway.SHA(w.work.Commit("c", "1"))
	w.push()
	return topic, main
}

func TestMerge(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	sha, err := w.merge("topic", topic, main)
	w.must(err)
	if got := w.resolve("topic"); got != sha {
		t.Errorf("topic is %s, want %s", got, sha)
	}
	c, err := w.Commit(w.ctx, &w.repo, sha, true)
	w.must(err)
	want := slipway.Commit{
		SHA: sha, Tree: c.Tree, Parents: []slipway.SHA{topic, main}, Message: "Auto-merged main into topic on deployment.",
		Author:    slipway.Signature{Name: "Mona Lisa", Email: "mona@example.com", When: at},
		Committer: slipway.Signature{Name: "Slipway", Email: "noreply@example.com", When: at},
		Files:     []slipway.File{{Path: "c", SHA: c.Files[0].SHA, Status: "added", Additions: 1, Patch: "@@ -0,0 +1 @@\n+1\n\\ No newline at end of file"}},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("the merge commit (-want +got):\n%s", diff)
	}
	raw := w.work.Git("--git-dir="+w.dir(), "cat-file", "commit", string(sha))
	if !strings.Contains(raw, "committer Slipway <noreply@example.com> 1778051289 +0000\n") {
		t.Errorf("it is stored as\n%s", raw)
	}
	if behind, err := w.Behind(w.ctx, &w.repo, main, sha); behind || err != nil {
		t.Errorf("it is behind main: %v, %v", behind, err)
	}
	w.fsck()
}

// TestMergeWhereFastForwardWouldDo: two parents all the same (contract 3.6).
func TestMergeWhereFastForwardWouldDo(t *testing.T) {
	w := newWorld(t)
	old := slipway.SHA(w.work.Commit("a", "1"))
	w.work.Git("branch", "topic")
	main := slipway.SHA(w.work.Commit("a", "2"))
	w.push()
	sha, err := w.merge("topic", old, main)
	w.must(err)
	c, err := w.Commit(w.ctx, &w.repo, sha, false)
	w.must(err)
	if diff := cmp.Diff([]slipway.SHA{old, main}, c.Parents); diff != "" {
		t.Error(diff)
	}
	w.fsck()
}

func TestMergeConflict(t *testing.T) {
	w := newWorld(t)
	w.work.Write("same/ü", "base\n")
	w.work.Commit("other\nline", "base\n")
	w.work.Branch("topic", "")
	w.work.Write("same/ü", "theirs\n")
	topic := slipway.SHA(w.work.Commit("other\nline", "theirs\n"))
	w.work.Checkout("main")
	w.work.Write("same/ü", "ours\n")
	main := slipway.SHA(w.work.Commit("other\nline", "ours\n"))
	w.push()
	_, err := w.merge("topic", topic, main)
	w.wantKind(err, slipway.Conflict)
	var conflict *deploy.MergeConflict
	if !errors.As(err, &conflict) {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"other\nline", "same/ü"}, conflict.Paths); diff != "" {
		t.Error(diff)
	}
	if got := w.resolve("topic"); got != topic {
		t.Errorf("topic moved to %s", got)
	}
	w.fsck()
}

func TestMergeOfUnrelatedHistories(t *testing.T) {
	w := newWorld(t)
	main := slipway.SHA(w.work.Commit("a", "1"))
	w.work.Git("checkout", "--quiet", "--orphan", "topic")
	topic := slipway.SHA(w.work.Commit("b", "1"))
	w.push()
	_, err := w.merge("topic", topic, main)
	w.wantKind(err, slipway.Conflict)
	var conflict *deploy.MergeConflict
	if !errors.As(err, &conflict) || len(conflict.Paths) > 0 {
		t.Fatalf("%v, %v", err, conflict)
	}
}

func TestMergeRefuses(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	absent := slipway.SHA(strings.Repeat("ab", 20))
	_, err := w.merge("topic", main, topic)
	w.wantKind(err, slipway.Conflict)
	if !errors.Is(err, deploy.ErrMoved) {
		t.Errorf("a branch that is elsewhere: %v", err)
	}
	_, err = w.merge("absent", topic, main)
	if !errors.Is(err, deploy.ErrMoved) {
		t.Errorf("a branch that is gone: %v", err)
	}
	_, err = w.merge("topic", topic, absent)
	w.wantKind(err, slipway.NotFound)
	_, err = w.merge("topic", topic, "--help")
	w.wantKind(err, slipway.NotFound)
	for _, branch := range []string{"-x", "--help", "a..b", "../x", "HEAD", ""} {
		_, err = w.merge(branch, topic, main)
		w.wantKind(err, slipway.Invalid)
	}
	w.must(os.WriteFile(w.dir("refs", "heads", "topic.lock"), nil, 0o644))
	_, err = w.merge("topic", topic, main)
	w.wantKind(err, slipway.Unavailable)
	if got := w.resolve("topic"); got != topic {
		t.Errorf("topic moved to %s", got)
	}
}

// TestMergesAndPushesLoseNothing has people push to a branch with git while the server merges into it, as fast as both can.
// In the end every push that was accepted and every merge that was answered is in the branch's history (promise P10).
func TestMergesAndPushesLoseNothing(t *testing.T) {
	w := newWorld(t)
	w.work.Commit("a", "0")
	w.work.Git("branch", "topic")
	w.push()
	var (
		mu    sync.Mutex
		acked []string
		group sync.WaitGroup
	)
	ack := func(sha string) { mu.Lock(); acked = append(acked, sha); mu.Unlock() }
	for n := range 2 { // people
		clone := w.work.Dir + fmt.Sprint(n)
		w.work.Git("clone", "--quiet", w.dir(), clone)
		group.Go(func() {
			in := func(args ...string) (string, error) {
				return w.work.TryGit(append([]string{"-C", clone}, args...)...)
			}
			for i := range 8 {
				if _, err := in("fetch", "--quiet", "origin"); err != nil {
					t.Error(err)
				}
				_, _ = in("checkout", "--quiet", "-B", "topic", "origin/topic")
				_, _ = in("commit", "--quiet", "--allow-empty", "-m", fmt.Sprintf("person %d, %d", n, i))
				sha, err := in("rev-parse", "HEAD")
				if err != nil {
					t.Error(err)
				}
				if _, err := in("push", "--quiet", "origin", "topic"); err == nil {
					ack(sha)
				}
			}
		})
	}
	group.Go(func() { // the server
		for i := range 16 {
			main := w.work.Commit("main", fmt.Sprint(i))
			w.work.Git("push", "--quiet", "origin", "main")
			tip := w.resolve("topic")
			switch sha, err := w.merge("topic", tip, slipway.SHA(main)); {
			case err == nil:
				ack(string(sha))
			case !errors.Is(err, deploy.ErrMoved) && slipway.KindOf(err) != slipway.Unavailable:
				t.Error(err)
			}
		}
	})
	group.Wait()
	tip := w.resolve("topic")
	for _, sha := range acked {
		if behind, err := w.Behind(w.ctx, &w.repo, slipway.SHA(sha), tip); behind || err != nil {
			t.Errorf("%s was acknowledged and is lost (%v)", sha, err)
		}
	}
	if len(acked) < 8 {
		t.Errorf("only %d moves succeeded; the test shows little", len(acked))
	}
	w.fsck()
}

func TestFirstCommit(t *testing.T) {
	w := newWorld(t)
	ask := deploy.FirstCommit{
		Branch: "main", Path: "README.md", Content: []byte("# web\n"), Message: "Initial commit", At: at,
		Author: slipway.Signature{Email: "mona@example.com"}, Committer: slipway.Signature{},
	}
	sha, err := w.FirstCommit(w.ctx, &w.repo, ask)
	w.must(err)
	c, err := w.Commit(w.ctx, &w.repo, sha, true)
	w.must(err)
	if c.Author.Name != "mona" || c.Committer.Name != "nobody" || len(c.Files) != 1 || c.Files[0].Patch != "@@ -0,0 +1 @@\n+# web" || c.Parents != nil {
		t.Errorf("%+v", c)
	}
	_, err = w.FirstCommit(w.ctx, &w.repo, ask)
	if !errors.Is(err, deploy.ErrMoved) {
		t.Errorf("once more: %v", err)
	}
	for _, path := range []string{"", ".", "..", ".git", "a/b", "a\nb", "a\x00"} {
		ask.Path = path
		_, err = w.FirstCommit(w.ctx, &w.repo, ask)
		w.wantKind(err, slipway.Invalid)
	}
	w.fsck()
}
