package git_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// manyRefs gives the server's repository 50,000 packed refs, and some that are loose.
func manyRefs(w *world) slipway.SHA {
	sha := slipway.SHA(w.work.Commit("a", "1"))
	var orders strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&orders, "create refs/heads/team-%d/feature-%d %s\n", i%100, i, sha)
	}
	w.push()
	w.work.GitIn(orders.String(), "--git-dir="+w.dir(), "-c", "core.fsync=none", "update-ref", "--stdin")
	w.work.Git("--git-dir="+w.dir(), "pack-refs", "--all", "--prune")
	w.work.Git("push", "--quiet", w.dir(), "main:refs/heads/loose")
	return sha
}

func BenchmarkResolve(b *testing.B) {
	w := newWorld(b)
	sha := manyRefs(w)
	for name, ref := range map[string]string{
		"packed branch": "team-99/feature-49999", "loose branch": "loose", "full SHA": string(sha), "short SHA": string(sha[:9]),
		"full name": "refs/heads/team-0/feature-0",
	} {
		b.Run(name, func(b *testing.B) {
			w.resolve(ref)
			for b.Loop() {
				w.resolve(ref)
			}
		})
	}
	b.Run("absent", func(b *testing.B) {
		for b.Loop() {
			_, _ = w.Resolve(w.ctx, &w.repo, "absent")
		}
	})
}

func BenchmarkRefs(b *testing.B) {
	w := newWorld(b)
	manyRefs(w)
	for b.Loop() {
		if refs, err := w.Refs(w.ctx, &w.repo); err != nil || len(refs) != 50_002 {
			b.Fatal(len(refs), err)
		}
	}
}

// history is a repository with 2,000 commits on main, and topic 200 back.
func history(w *world) (topic, main slipway.SHA) {
	var script strings.Builder
	for i := range 2000 {
		branch := "main"
		fmt.Fprintf(&script, "commit refs/heads/%s\ncommitter A <a@b> %d +0000\ndata 1\nx\nM 100644 inline f%d\ndata 1\nx\n\n", branch, 1700000000+i, i%50)
		if i == 1800 {
			script.WriteString("reset refs/heads/topic\nfrom refs/heads/main\n\ncommit refs/heads/topic\ncommitter A <a@b> 1700009999 +0000\ndata 1\ny\nfrom refs/heads/topic^0\nM 100644 inline t\ndata 1\ny\n\n")
		}
	}
	w.work.GitIn(strings.ReplaceAll(script.String(), "from refs/heads/topic^0\n", ""), "--git-dir="+w.dir(), "fast-import", "--quiet")
	w.work.Git("--git-dir="+w.dir(), "commit-graph", "write", "--reachable")
	return w.resolve("topic"), w.resolve("main")
}

func BenchmarkBehindRemembered(b *testing.B) {
	w := newWorld(b)
	topic, main := history(w)
	for b.Loop() {
		if behind, err := w.Behind(w.ctx, &w.repo, main, topic); !behind || err != nil {
			b.Fatal(behind, err)
		}
	}
}

func BenchmarkBehindFirst(b *testing.B) {
	w := newWorld(b)
	topic, _ := history(w)
	list := strings.Fields(w.work.Git("--git-dir="+w.dir(), "rev-list", "main"))
	for i := 0; b.Loop(); i++ {
		if _, err := w.Behind(w.ctx, &w.repo, slipway.SHA(list[i%len(list)]), topic); err != nil {
			b.Fatal(err)
		}
		if i >= len(list) {
			b.Fatal("too many rounds: answers are remembered")
		}
	}
}

// BenchmarkMerge beside the three processes it takes by hand (performance goal 12).
func BenchmarkMerge(b *testing.B) {
	w := newWorld(b)
	topic, main := history(w)
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if _, err := w.merge("topic", topic, main); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			w.work.Git("--git-dir="+w.dir(), "update-ref", "refs/heads/topic", string(topic))
			b.StartTimer()
		}
	})
	b.Run("by hand", func(b *testing.B) {
		git := func(args ...string) string {
			return w.work.Git(append([]string{"--git-dir=" + w.dir(), "-c", "core.fsync=objects,derived-metadata,reference"}, args...)...)
		}
		for i := 0; b.Loop(); i++ {
			tree := git("merge-tree", "--write-tree", string(topic), string(main))
			sha := git("commit-tree", "-p", string(topic), "-p", string(main), "-m", fmt.Sprint(i, time.Now()), tree)
			git("update-ref", "refs/heads/topic", sha)
		}
	})
}
