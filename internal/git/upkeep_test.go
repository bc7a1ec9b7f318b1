package git_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/git"
)

// TestUpkeep: after a push there is a commit-graph, and very many refs have been packed.
func TestUpkeep(t *testing.T) {
	w := newWorld(t)
	w.must(w.Close())
	w.open(func(o *git.Options) { o.Rest = time.Millisecond })
	kept := w.Kept()
	sha := slipway.SHA(w.work.Commit("a", "1"))
	w.push()
	w.must(w.receive("refs/heads/x", sha))
	<-kept
	graph := w.dir("objects", "info", "commit-graphs", "commit-graph-chain")
	if found, _ := filepath.Glob(graph); len(found) != 1 {
		t.Error("there is no commit-graph")
	}
	var orders strings.Builder
	for i := range 1100 {
		fmt.Fprintf(&orders, "create refs/tags/t%d %s\n", i, sha)
	}
	w.work.GitIn(orders.String(), "--git-dir="+w.dir(), "update-ref", "--stdin")
	w.must(w.receive("refs/heads/y", sha))
	<-kept
	if loose, _ := filepath.Glob(w.dir("refs", "tags", "*")); len(loose) > 0 {
		t.Errorf("%d tags are not packed", len(loose))
	}
	if got := w.resolve("t1099"); got != sha {
		t.Errorf("t1099 is %s", got)
	}
	w.fsck()
}

// TestReaders: however many repositories are asked about at once, there are no more readers than there may be; one that dies
// is replaced.
func TestReaders(t *testing.T) {
	w := newWorld(t)
	w.must(w.Close())
	w.open(func(o *git.Options) { o.Readers = 3 })
	var all []slipway.Repository
	for i := range 6 {
		r := w.repo
		r.Name = fmt.Sprintf("r%d", i)
		w.must(w.Init(w.ctx, &r))
		all = append(all, r)
	}
	w.work.Commit("a", "0")
	for i := range all {
		w.work.Git("push", "--quiet", filepath.Join(w.root, "acme", all[i].Name+".git"), "main")
	}
	var group sync.WaitGroup
	for n := range 30 {
		r := all[n%len(all)]
		group.Go(func() {
			if _, err := w.Resolve(w.ctx, &r, "main"); err != nil {
				t.Error(err)
			}
			if live, _ := w.Readers(); live > 3 {
				t.Errorf("%d readers", live)
			}
		})
	}
	group.Wait()
	if live, idle := w.Readers(); live != idle || live == 0 {
		t.Errorf("%d readers, %d idle", live, idle)
	}
	for i := range 5 {
		w.KillReaders()
		sha := w.work.Commit("a", fmt.Sprint(i+1))
		w.work.Git("push", "--quiet", filepath.Join(w.root, "acme", all[5].Name+".git"), "main")
		found, err := w.Resolve(w.ctx, &all[5], "main")
		if err != nil || string(found.SHA) != sha {
			t.Errorf("after a reader was killed: %v, %v", found, err)
		}
	}
}

// TestNamesThatAreNoRefsCannotBePushed, not even beside good ones; what is there already can be removed.
func TestNamesThatAreNoRefsCannotBePushed(t *testing.T) {
	w := newWorld(t)
	sha := slipway.SHA(w.work.Commit("a", "1"))
	w.push()
	for _, name := range []string{"refs/heads/-x", "refs/heads/\xff", "refs/tags/--help"} {
		err := w.receive(name, sha)
		if err == nil || !strings.Contains(err.Error(), "ng "+strings.ToValidUTF8(name, `\xff`)) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := w.receive("refs/slipway/x", sha); err == nil {
		t.Error("a ref of the server's own was pushed")
	}
	refs, err := w.Refs(w.ctx, &w.repo)
	w.must(err)
	if len(refs) != 1 {
		t.Errorf("refs: %v", refs)
	}
	w.fsck()
}
