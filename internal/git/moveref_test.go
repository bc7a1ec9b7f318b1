package git_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestMoveRef(t *testing.T) {
	for _, packed := range []bool{false, true} {
		w := newWorld(t)
		topic, main := w.diverged()
		if packed {
			w.work.Git("--git-dir="+w.dir(), "pack-refs", "--all", "--prune")
		}
		const name = "refs/heads/release/1"
		move := func(name string, from, to slipway.SHA) error {
			return w.MoveRef(w.ctx, &w.repo, slipway.RefChange{Name: name, Old: from, New: to})
		}
		w.must(move(name, slipway.ZeroSHA, main))
		if err := move(name, slipway.ZeroSHA, topic); !errors.Is(err, deploy.ErrMoved) {
			t.Errorf("made twice: %v", err)
		}
		w.must(move(name, main, topic))
		if err := move(name, main, topic); !errors.Is(err, deploy.ErrMoved) {
			t.Errorf("moved from where it was not: %v", err)
		}
		if err := move(name, main, slipway.ZeroSHA); !errors.Is(err, deploy.ErrMoved) {
			t.Errorf("removed from where it was not: %v", err)
		}
		if sha, err := w.Ref(w.ctx, &w.repo, name); sha != topic || err != nil {
			t.Errorf("%s, %v", sha, err)
		}
		for _, clash := range []string{name + "/x", "refs/heads/release", "refs/heads/main/x"} {
			w.wantKind(move(clash, slipway.ZeroSHA, main), slipway.Invalid)
		}
		w.must(move("refs/heads/topic", topic, slipway.ZeroSHA))
		w.must(move(name, topic, slipway.ZeroSHA))
		if err := move(name, topic, slipway.ZeroSHA); !errors.Is(err, deploy.ErrMoved) {
			t.Errorf("removed twice: %v", err)
		}
		_, err := w.Ref(w.ctx, &w.repo, name)
		w.wantKind(err, slipway.NotFound)
		if refs, err := w.RefsUnder(w.ctx, &w.repo, "refs/heads/"); err != nil || len(refs) != 1 {
			t.Errorf("%v, %v", refs, err)
		}
		w.fsck()
		if left := w.leftovers(); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	}
}

// TestMoveRefNames is promise P13: no name becomes an option, a path or another object.
func TestMoveRefNames(t *testing.T) {
	w := newWorld(t)
	_, main := w.diverged()
	before, err := w.Refs(w.ctx, &w.repo)
	w.must(err)
	for _, name := range []string{
		"", "HEAD", "main", "refs", "refs/", "refs/heads", "refs/heads/", "refs/heads/-d", "refs/heads/--stdin", "--stdin", "-d",
		"refs/heads/../../config", "refs/../HEAD", "../../x", "/etc/passwd", "refs/heads/a..b", "refs/heads/a b", "refs/heads/a\nb",
		"refs/heads/a\x00b", "refs/heads/x.lock", "refs/heads/.x", "refs/heads/x~1", "refs/heads/x^{}", "refs/heads/x:y", "refs/heads/@{1}",
		"refs/heads/" + string(main), "refs/tags/" + strings.ToUpper(string(main)), "refs/slipway/x", "refs/replace/" + string(main), "refs/pull/1/head",
		"refs/heads/" + strings.Repeat("x", 300), "refs/heads/" + strings.Repeat("x/", 600) + "x", "refs/heads/\xff",
	} {
		err := w.MoveRef(w.ctx, &w.repo, slipway.RefChange{Name: name, Old: slipway.ZeroSHA, New: main})
		w.wantKind(err, slipway.Invalid)
		if _, err := w.Ref(w.ctx, &w.repo, name); slipway.KindOf(err) != slipway.NotFound && slipway.KindOf(err) != slipway.Invalid && err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := w.RefsUnder(w.ctx, &w.repo, "refs/heads/"+name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if after, err := w.Refs(w.ctx, &w.repo); err != nil || !slices.Equal(before, after) {
		t.Errorf("%v, %v, want %v", after, err, before)
	}
}

func TestRefsUnder(t *testing.T) {
	w := newWorld(t)
	sha := slipway.SHA(w.work.Commit("a", "1"))
	names := []string{"refs/heads/a", "refs/heads/feat", "refs/heads/feature/1", "refs/heads/feature/2", "refs/heads/feature-x", "refs/tags/feature"}
	for _, name := range names {
		w.work.Git("update-ref", name, string(sha))
	}
	w.push()
	check := func() {
		t.Helper()
		for prefix, want := range map[string][]string{
			"refs/heads/feat": names[1:5], "refs/heads/feature/": names[2:4], "refs/heads/feature": names[2:5], "refs/tags/": names[5:],
			"refs/heads/none": nil, "refs/heads/a/b": nil, "refs/heads/../tags/": nil, "refs/t": names[5:], "refs/heads/feature/1/": nil,
		} {
			refs, err := w.RefsUnder(w.ctx, &w.repo, prefix)
			var got []string
			for _, ref := range refs {
				got = append(got, ref.Name)
			}
			want = slices.Sorted(slices.Values(want))
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %v, %v, want %v", prefix, got, err, want)
			}
		}
	}
	check()
	w.work.Git("--git-dir="+w.dir(), "pack-refs", "--all", "--prune")
	check()
	w.work.Git("push", "--quiet", w.dir(), "main:refs/heads/feature/1") // loose again
	check()
}

// TestMoveRefRace: of many who move a ref from the same place, one does (promise P10).
func TestMoveRefRace(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	w.must(w.MoveRef(w.ctx, &w.repo, slipway.RefChange{Name: "refs/heads/race", Old: slipway.ZeroSHA, New: main}))
	var won, lost sync.Map
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			err := w.MoveRef(w.ctx, &w.repo, slipway.RefChange{Name: "refs/heads/race", Old: main, New: topic})
			switch {
			case err == nil:
				won.Store(i, true)
			case errors.Is(err, deploy.ErrMoved):
				lost.Store(i, true)
			default:
				lost.Store(i, fmt.Sprint(err))
			}
		})
	}
	all.Wait()
	wins := 0
	won.Range(func(any, any) bool { wins++; return true })
	lost.Range(func(_, why any) bool {
		if why != true {
			t.Errorf("%v", why)
		}
		return true
	})
	if wins != 1 {
		t.Errorf("%d have moved it", wins)
	}
}
