package git_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestBehind(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	base := w.resolve(string(w.work.SHA("main~1")))
	absent := slipway.SHA(strings.Repeat("ab", 20))
	for range 2 { // asked, then remembered
		for _, test := range []struct {
			base, head slipway.SHA
			want       bool
		}{
			{main, main, false}, {base, main, false}, {main, base, true}, {main, topic, true}, {topic, main, true}, {base, topic, false},
		} {
			if got, err := w.Behind(w.ctx, &w.repo, test.base, test.head); got != test.want || err != nil {
				t.Errorf("%s of %s: %v, %v", test.head, test.base, got, err)
			}
		}
		for _, sha := range []slipway.SHA{absent, "", "main", "--help", slipway.SHA(w.work.SHA("main^{tree}"))} {
			_, err := w.Behind(w.ctx, &w.repo, sha, main)
			w.wantKind(err, slipway.NotFound)
			_, err = w.Behind(w.ctx, &w.repo, main, sha)
			w.wantKind(err, slipway.NotFound)
		}
	}
}

// TestWhatOneRepositoryHoldsAnotherDoesNot: what is remembered of one says nothing of another.
func TestWhatOneRepositoryHoldsAnotherDoesNot(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	other := w.repo
	other.Name = "other"
	w.must(w.Init(w.ctx, &other))
	w.resolve(string(main))
	_, err := w.Behind(w.ctx, &w.repo, topic, main)
	w.must(err)
	_, err = w.Resolve(w.ctx, &other, string(main))
	w.wantKind(err, slipway.NotFound)
	_, err = w.Commit(w.ctx, &other, main, false)
	w.wantKind(err, slipway.NotFound)
	_, err = w.Behind(w.ctx, &other, topic, main)
	w.wantKind(err, slipway.NotFound)
}

func TestCommitFiles(t *testing.T) {
	w := newWorld(t)
	w.work.Write("gone", "x\n")
	w.work.Write("old name", strings.Repeat("line\n", 20))
	w.work.Write("changed", "1\n2\n3\n")
	w.work.Write("binary", "\x00\x01")
	w.work.Write("becomes a link", "x\n")
	first := w.work.Commit("mode", "x\n")
	w.must(os.Remove(filepath.Join(w.work.Dir, "gone")))
	w.must(os.Rename(filepath.Join(w.work.Dir, "old name"), filepath.Join(w.work.Dir, "new ñame\t\"")))
	w.work.Write("changed", "1\n2\nthree\ndiff --git a/x b/x\n")
	w.work.Write("binary", "\x00\x02")
	w.must(os.Remove(filepath.Join(w.work.Dir, "becomes a link")))
	w.must(os.Symlink("mode", filepath.Join(w.work.Dir, "becomes a link")))
	w.must(os.Chmod(filepath.Join(w.work.Dir, "mode"), 0o755))
	w.work.Write("added", "hello\nworld\n")
	second := w.work.CommitAll("everything\n\nwith a body\n")
	w.push()

	c, err := w.Commit(w.ctx, &w.repo, slipway.SHA(second), true)
	w.must(err)
	if c.Message != "everything\n\nwith a body" || c.Author.Name != "Ada" || c.Author.When.Year() != 2026 {
		t.Errorf("%+v", c)
	}
	got := map[string]slipway.File{}
	for _, f := range c.Files {
		f.SHA = ""
		got[f.Path] = f
	}
	want := map[string]slipway.File{
		"added":          {Path: "added", Status: "added", Additions: 2, Patch: "@@ -0,0 +1,2 @@\n+hello\n+world"},
		"binary":         {Path: "binary", Status: "modified"},
		"becomes a link": {Path: "becomes a link", Status: "changed", Additions: 1, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-x\n@@ -0,0 +1 @@\n+mode\n\\ No newline at end of file"},
		"changed":        {Path: "changed", Status: "modified", Additions: 2, Deletions: 1, Patch: "@@ -1,3 +1,4 @@\n 1\n 2\n-3\n+three\n+diff --git a/x b/x"},
		"gone":           {Path: "gone", Status: "removed", Deletions: 1, Patch: "@@ -1 +0,0 @@\n-x"},
		"mode":           {Path: "mode", Status: "modified"},
		"new ñame\t\"":   {Path: "new ñame\t\"", PreviousPath: "old name", Status: "renamed"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c, err = w.Commit(w.ctx, &w.repo, slipway.SHA(first), true)
	w.must(err)
	if len(c.Files) != 6 || c.Parents != nil {
		t.Errorf("the first commit: %+v", c)
	}
	empty := w.work.CommitAll("nothing")
	w.push()
	c, err = w.Commit(w.ctx, &w.repo, slipway.SHA(empty), true)
	w.must(err)
	if c.Files == nil || len(c.Files) != 0 {
		t.Errorf("an empty commit has files %v", c.Files)
	}
}

func TestHugeCommit(t *testing.T) {
	w := newWorld(t)
	for i := range 400 {
		w.work.Write(fmt.Sprintf("many/%03d", i), "x\n")
	}
	w.work.Write("large", strings.Repeat("0123456789\n", 1<<20))
	sha := slipway.SHA(w.work.CommitAll("huge"))
	w.push()
	c, err := w.Commit(w.ctx, &w.repo, sha, true)
	w.must(err)
	if len(c.Files) != 300 {
		t.Errorf("%d files", len(c.Files))
	}
	if f := c.Files[0]; f.Path != "large" || f.Additions != 1<<20 || f.Patch != "" {
		t.Errorf("the large file: %s +%d, %d bytes of patch", f.Path, f.Additions, len(f.Patch))
	}
}

func TestCompare(t *testing.T) {
	w := newWorld(t)
	w.work.Commit("a", "1")
	w.work.Branch("topic", "")
	var list []slipway.SHA
	for i := range 5 {
		list = append(list, slipway.SHA(w.work.Commit("b", fmt.Sprint(i))))
	}
	w.work.Checkout("main")
	main := slipway.SHA(w.work.Commit("c", "1"))
	w.push()
	c, err := w.Compare(w.ctx, &w.repo, main, list[4], deploy.Page{Number: 1, Size: 100})
	w.must(err)
	if c.AheadBy != 5 || c.BehindBy != 1 || c.Base.SHA != main || c.Head.SHA != list[4] || string(c.MergeBase.SHA) != w.work.SHA("main~1") {
		t.Errorf("%+v", c)
	}
	if len(c.Files) != 1 || c.Files[0].Path != "b" || c.Files[0].Status != "added" {
		t.Errorf("files: %+v", c.Files)
	}
	for _, test := range []struct {
		page deploy.Page
		want []slipway.SHA
	}{
		{deploy.Page{Number: 1, Size: 100}, list},
		{deploy.Page{Number: 1, Size: 2}, list[:2]},
		{deploy.Page{Number: 2, Size: 2}, list[2:4]},
		{deploy.Page{Number: 3, Size: 2}, list[4:]},
		{deploy.Page{Number: 4, Size: 2}, nil},
	} {
		c, err := w.Compare(w.ctx, &w.repo, main, list[4], test.page)
		w.must(err)
		var got []slipway.SHA
		for _, commit := range c.Commits {
			got = append(got, commit.SHA)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("page %v (-want +got):\n%s", test.page, diff)
		}
	}
	c, err = w.Compare(w.ctx, &w.repo, main, main, deploy.Page{Number: 1, Size: 10})
	w.must(err)
	if c.AheadBy+c.BehindBy+len(c.Commits)+len(c.Files) != 0 {
		t.Errorf("with itself: %+v", c)
	}
	w.work.Git("checkout", "--quiet", "--orphan", "island")
	island := slipway.SHA(w.work.Commit("x", "1"))
	w.push()
	_, err = w.Compare(w.ctx, &w.repo, main, island, deploy.Page{Number: 1, Size: 10})
	w.wantKind(err, slipway.NotFound)
	_, err = w.Compare(w.ctx, &w.repo, main, slipway.SHA(strings.Repeat("ab", 20)), deploy.Page{Number: 1, Size: 10})
	w.wantKind(err, slipway.NotFound)
}

func TestRaw(t *testing.T) {
	w := newWorld(t)
	first := slipway.SHA(w.work.Commit("a", "1\n"))
	w.work.Branch("topic", "")
	w.work.Commit("b", "1\n")
	tip := slipway.SHA(w.work.Commit("b", "2\n"))
	w.work.Checkout("main")
	main := slipway.SHA(w.work.Commit("c", "1\n"))
	w.push()
	raw := func(base, head slipway.SHA, format string) string {
		t.Helper()
		out, err := w.Raw(w.ctx, &w.repo, base, head, format)
		w.must(err)
		return string(out)
	}
	for _, test := range []struct {
		got         string
		begin, hold string
		patches     int
	}{
		{raw("", tip, deploy.Diff), "diff --git a/b b/b\n", "+2", 1},
		{raw("", first, deploy.Diff), "diff --git a/a b/a\n", "+1", 1},
		{raw(main, tip, deploy.Diff), "diff --git a/b b/b\nnew file", "+2", 1},
		{raw("", tip, deploy.Patch), "From " + string(tip), "Subject: [PATCH] change b", 1},
		{raw("", first, deploy.Patch), "From " + string(first), "+1", 1},
		{raw(main, tip, deploy.Patch), "From " + w.work.SHA("topic~1"), "Subject: [PATCH 2/2] change b", 2},
	} {
		if !strings.HasPrefix(test.got, test.begin) || !strings.Contains(test.got, test.hold) || strings.Count(test.got, "diff --git") != test.patches {
			t.Errorf("got\n%s", test.got)
		}
	}
	_, err := w.Raw(w.ctx, &w.repo, "", slipway.SHA(strings.Repeat("ab", 20)), deploy.Diff)
	w.wantKind(err, slipway.NotFound)
	w.work.Write("large", strings.Repeat("0123456789\n", 4<<20))
	large := slipway.SHA(w.work.CommitAll("large"))
	w.push()
	_, err = w.Raw(w.ctx, &w.repo, "", large, deploy.Diff)
	w.wantKind(err, slipway.Invalid)
}

func TestBranchesWith(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	base := slipway.SHA(w.work.SHA("main~1"))
	names := func(sha slipway.SHA, limit int) (list []string) {
		t.Helper()
		found, err := w.BranchesWith(w.ctx, &w.repo, sha, limit)
		w.must(err)
		for _, b := range found {
			list = append(list, b.Name+" "+string(b.SHA))
		}
		return list
	}
	m, tp := "main "+string(main), "topic "+string(topic)
	if diff := cmp.Diff([][]string{{m}, {tp}, {m, tp}, {m}}, [][]string{names(main, 10), names(topic, 10), names(base, 10), names(base, 1)}); diff != "" {
		t.Error(diff)
	}
	for _, sha := range []slipway.SHA{"", "main", slipway.SHA(strings.Repeat("ab", 20))} {
		_, err := w.BranchesWith(w.ctx, &w.repo, sha, 10)
		w.wantKind(err, slipway.NotFound)
	}
}

func TestPushed(t *testing.T) {
	w := newWorld(t)
	first := slipway.SHA(w.work.Commit("a", "1"))
	second := slipway.SHA(w.work.Commit("a", "2"))
	third := slipway.SHA(w.work.Commit("b", "3"))
	w.work.Branch("topic", "")
	fourth := slipway.SHA(w.work.Commit("c", "4"))
	w.work.Checkout("main")
	merged := slipway.SHA(w.work.Merge("topic"))
	w.work.Git("branch", "--force", "topic", string(fourth))
	w.push()
	pushed := func(before, after slipway.SHA, limit int) (list []string) {
		t.Helper()
		commits, err := w.Pushed(w.ctx, &w.repo, before, after, limit)
		w.must(err)
		for _, c := range commits {
			line := string(c.SHA)
			for _, f := range c.Files {
				line += " " + f.Status + ":" + f.Path
			}
			list = append(list, line)
		}
		return list
	}
	added, changed, b, c := string(first)+" added:a", string(second)+" modified:a", string(third)+" added:b", string(fourth)+" added:c"
	m := string(merged) + " added:c"
	absent := slipway.SHA(strings.Repeat("ab", 20))
	for _, test := range []struct {
		before, after slipway.SHA
		limit         int
		want          []string
	}{
		{first, third, 10, []string{changed, b}},
		{first, third, 1, []string{b}},
		{third, merged, 10, []string{c, m}},
		{third, first, 10, nil},
		{first, slipway.ZeroSHA, 10, nil},
		{slipway.ZeroSHA, merged, 10, []string{m}}, // topic has the rest
		{absent, merged, 10, []string{m}},
	} {
		if diff := cmp.Diff(test.want, pushed(test.before, test.after, test.limit)); diff != "" {
			t.Errorf("%s..%s (-want +got):\n%s", test.before, test.after, diff)
		}
	}
	w.work.Git("--git-dir="+w.dir(), "update-ref", "-d", "refs/heads/topic")
	if diff := cmp.Diff([]string{added, changed, b, c, m}, pushed(slipway.ZeroSHA, merged, 10)); diff != "" {
		t.Errorf("the first push (-want +got):\n%s", diff)
	}
	_, err := w.Pushed(w.ctx, &w.repo, first, absent, 10)
	w.wantKind(err, slipway.NotFound)
}

func TestRefs(t *testing.T) {
	w := newWorld(t)
	first := slipway.SHA(w.work.Commit("a", "1"))
	second := slipway.SHA(w.work.Commit("a", "2"))
	w.work.Git("branch", "a-b", string(first))
	w.work.Git("branch", "a/b", string(first))
	w.work.Git("tag", "-m", "heavy", "heavy", string(first))
	w.push()
	heavy := slipway.SHA(w.work.SHA("heavy"))
	server := func(args ...string) { w.work.Git(append([]string{"--git-dir=" + w.dir()}, args...)...) }
	want := []slipway.Ref{
		{Name: "refs/heads/a-b", SHA: first},
		{Name: "refs/heads/a/b", SHA: first},
		{Name: "refs/heads/main", SHA: second},
		{Name: "refs/tags/heavy", SHA: heavy},
	}
	check := func(step string) {
		t.Helper()
		got, err := w.Refs(w.ctx, &w.repo)
		w.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	check("loose")
	server("pack-refs", "--all", "--prune")
	check("packed")
	server("update-ref", "refs/heads/main", string(first))
	want[2].SHA = first
	check("loose over packed")
	server("symbolic-ref", "refs/heads/alias", "refs/heads/main")
	server("symbolic-ref", "refs/heads/dangling", "refs/heads/nothing")
	want = append([]slipway.Ref{want[0], want[1], {Name: "refs/heads/alias", SHA: first}}, want[2:]...)
	check("symbolic")
	w.must(os.WriteFile(w.dir("refs", "heads", "main.lock"), nil, 0o644))
	w.must(os.WriteFile(w.dir("refs", "heads", "no name at all"), []byte("x"), 0o644))
	w.must(os.WriteFile(w.dir("refs", "heads", "-x"), []byte(first), 0o644))
	check("names that are none")
	w.must(os.WriteFile(w.dir("refs", "heads", "broken"), nil, 0o644))
	_, err := w.Refs(w.ctx, &w.repo)
	w.wantKind(err, slipway.Unavailable)
}

func TestSetHead(t *testing.T) {
	w := newWorld(t)
	head := func() string { return w.work.Git("--git-dir="+w.dir(), "symbolic-ref", "HEAD") }
	if got := head(); got != "refs/heads/main" {
		t.Errorf("a new one's HEAD is %s", got)
	}
	w.must(w.SetHead(w.ctx, &w.repo, "feature/x"))
	if got := head(); got != "refs/heads/feature/x" {
		t.Errorf("HEAD is %s", got)
	}
	for _, branch := range []string{"", "-x", "../x", "a b", "HEAD"} {
		w.wantKind(w.SetHead(w.ctx, &w.repo, branch), slipway.Invalid)
	}
}
