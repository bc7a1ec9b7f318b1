package git_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/git"
)

func TestResolve(t *testing.T) {
	for _, packed := range []bool{false, true} {
		t.Run(fmt.Sprintf("packed=%v", packed), func(t *testing.T) {
			w := newWorld(t)
			first := w.work.Commit("a", "1")
			second := w.work.Commit("a", "2")
			w.work.Git("tag", "light", first)
			w.work.Git("tag", "-m", "heavy", "heavy", first)
			w.work.Git("tag", "-m", "twice", "twice", "heavy")
			w.work.Git("tag", "tree", second+"^{tree}")
			w.work.Git("tag", "-m", "of a blob", "blob", second+":a")
			w.work.Git("tag", "both", first)
			w.work.Git("branch", "both", second)
			w.work.Git("branch", "feature/x", first)
			w.work.Git("branch", second[:7], first) // a branch that looks like another commit
			w.work.Git("push", "--quiet", "origin", first+":refs/pull/7/merge")
			w.push()
			if packed {
				w.work.Git("--git-dir="+w.dir(), "pack-refs", "--all")
			}
			for _, test := range []struct{ ref, sha, branch string }{
				{"main", second, "main"},
				{"feature/x", first, "feature/x"},
				{"refs/heads/main", second, "main"},
				{"refs/heads/feature/x", first, "feature/x"},
				{"light", first, ""},
				{"heavy", first, ""},
				{"twice", first, ""},
				{"refs/tags/heavy", first, ""},
				{"refs/pull/7/merge", first, ""},
				{"both", second, "both"},
				{"refs/tags/both", first, ""},
				{second, second, ""},
				{strings.ToUpper(second), second, ""},
				{first[:7], first, ""},
				{strings.ToUpper(first[:12]), first, ""},
				{second[:7], first, second[:7]},
				{second[:8], second, ""},
				{w.work.SHA("heavy"), first, ""},
			} {
				found, err := w.Resolve(w.ctx, &w.repo, test.ref)
				if err != nil || string(found.SHA) != test.sha || found.Branch != test.branch {
					t.Errorf("%q: got %v, %v; want %s on %q", test.ref, found, err, test.sha, test.branch)
				}
			}
			for _, ref := range []string{
				"", "HEAD", "@", "absent", "feature", "feature/x/y", "tree", "blob", "refs/tags/tree", "refs/heads/light",
				"refs/heads", "refs", "heads/main", "tags/light", first[:6], "0000000", string(slipway.ZeroSHA),
				w.work.SHA(second + "^{tree}"), w.work.SHA(second + ":a")[:10],
			} {
				_, err := w.Resolve(w.ctx, &w.repo, ref)
				if slipway.KindOf(err) != slipway.NotFound {
					t.Errorf("%q: got %v, want not found", ref, err)
				}
			}
		})
	}
}

// hostile are names that must never become an option, a path, a range, or anything but a name that does not exist.
var hostile = []string{
	"-", "--", "-h", "--help", "--all", "--git-dir=/tmp", "--upload-pack=touch /tmp/x", "-c", "--exec=id", "--output=/tmp/x",
	"../main", "..", "a/../main", "./main", "/etc/passwd", "refs/heads/../../HEAD", "refs/heads/../heads/main", "refs/../HEAD",
	"main..main", "main...main", "main~1", "main^", "main^{commit}", "main^{/x}", "main@{0}", "@{-1}", "@{u}", ":/x", ":0:a", "main:a",
	"main\n", "main\nrefs", "main\x00", "main\x00a", "main ", " main", "ma in", "main\t", "main\r\n", "main\x7f", "main.lock",
	"refs/heads/main.lock", "main*", "ma?n", "[main]", "main\\", "$(id)", "`id`", ";id", "|id", "&", "main/", "/main", "main//x",
	".main", "refs//heads/main", "config", "packed-refs", "objects/info/packs", "\xff\xfe", "ma\xc0\xafin", "refs/", "refs/x",
	"deadbee^{commit}", "contents main", "info main", "{}", "FETCH_HEAD", "refs/slipway/x", "refs/heads/-x",
	strings.Repeat("a", 300), strings.Repeat("a/", 2000) + "a", strings.Repeat("a", 70_000),
}

func TestHostileNamesNameNothing(t *testing.T) {
	w := newWorld(t)
	sha := w.work.Commit("a", "1")
	w.push()
	w.must(os.MkdirAll(w.dir("refs", "slipway"), 0o755))
	w.must(os.WriteFile(w.dir("refs", "slipway", "x"), []byte(sha+"\n"), 0o644))
	if len(hostile) < 40 {
		t.Fatalf("only %d names", len(hostile))
	}
	for _, ref := range hostile {
		_, err := w.Resolve(w.ctx, &w.repo, ref)
		if slipway.KindOf(err) != slipway.NotFound {
			t.Errorf("%.60q: got %v, want not found", ref, err)
		}
	}
	refs, err := w.Refs(w.ctx, &w.repo)
	w.must(err)
	if len(refs) != 1 || refs[0] != (slipway.Ref{Name: "refs/heads/main", SHA: slipway.SHA(sha)}) {
		t.Errorf("refs: %v", refs)
	}
}

// TestObjectNamesAreObjects: a branch or tag that is called like a commit, which only somebody with access to the folder can
// make, takes no deployments of that commit away (promise P13). Called like nothing, it is a branch.
func TestObjectNamesAreObjects(t *testing.T) {
	w := newWorld(t)
	first := w.work.Commit("a", "1")
	second := w.work.Commit("a", "2")
	w.push()
	absent := strings.Repeat("ab", 20)
	for _, name := range []string{"heads/" + first, "tags/" + first, "heads/" + absent} {
		w.must(os.WriteFile(w.dir("refs", filepath.FromSlash(name)), []byte(second+"\n"), 0o644))
	}
	for _, test := range []struct{ ref, sha, branch string }{
		{first, first, ""}, {strings.ToUpper(first), first, ""}, {"refs/heads/" + first, second, first}, {absent, second, absent},
	} {
		found, err := w.Resolve(w.ctx, &w.repo, test.ref)
		if err != nil || string(found.SHA) != test.sha || found.Branch != test.branch {
			t.Errorf("%s: got %v, %v; want %s on %q", test.ref, found, err, test.sha, test.branch)
		}
	}
}

func TestRepositoryNamesAreNoPaths(t *testing.T) {
	w := newWorld(t)
	for _, r := range []slipway.Repository{
		{Owner: slipway.Account{Login: ".."}, Name: "x"},
		{Owner: slipway.Account{Login: "a/b"}, Name: "x"},
		{Owner: slipway.Account{Login: ""}, Name: "x"},
		{Owner: slipway.Account{Login: ".new"}, Name: "x"},
		{Owner: slipway.Account{Login: "acme"}, Name: ".."},
		{Owner: slipway.Account{Login: "acme"}, Name: "../acme/web"},
		{Owner: slipway.Account{Login: "acme"}, Name: ""},
		{Owner: slipway.Account{Login: "acme"}, Name: "web.git"},
		{Owner: slipway.Account{Login: "acme"}, Name: "web\x00"},
	} {
		if _, err := w.Resolve(w.ctx, &r, "main"); slipway.KindOf(err) != slipway.NotFound {
			t.Errorf("%q: %v", r.FullName(), err)
		}
		if err := w.Init(w.ctx, &r); slipway.KindOf(err) != slipway.NotFound {
			t.Errorf("init %q: %v", r.FullName(), err)
		}
	}
}

func TestRefsAreSeenAsTheyMove(t *testing.T) {
	w := newWorld(t)
	first := w.work.Commit("a", "1")
	second := w.work.Commit("a", "2")
	w.push()
	want := func(ref, sha string) {
		t.Helper()
		if got := w.resolve(ref); string(got) != sha {
			t.Fatalf("%s is %s, want %s", ref, got, sha)
		}
	}
	server := func(args ...string) { w.work.Git(append([]string{"--git-dir=" + w.dir()}, args...)...) }
	want("main", second)
	server("pack-refs", "--all", "--prune")
	want("main", second)
	for range 20 { // packed-refs is replaced again and again, by files of the same size
		server("update-ref", "refs/heads/main", first)
		want("main", first)
		server("pack-refs", "--all", "--prune")
		want("main", first)
		server("update-ref", "refs/heads/main", second)
		server("pack-refs", "--all", "--prune")
		want("main", second)
	}
	server("update-ref", "-d", "refs/heads/main")
	_, err := w.Resolve(w.ctx, &w.repo, "main")
	w.wantKind(err, slipway.NotFound)
	server("symbolic-ref", "refs/heads/alias", "refs/heads/real")
	_, err = w.Resolve(w.ctx, &w.repo, "alias")
	w.wantKind(err, slipway.NotFound)
	server("update-ref", "refs/heads/real", first)
	want("alias", first)
}

func TestSymbolicRefsInCirclesEnd(t *testing.T) {
	w := newWorld(t)
	w.work.Commit("a", "1")
	w.push()
	w.must(os.WriteFile(w.dir("refs", "heads", "a"), []byte("ref: refs/heads/b\n"), 0o644))
	w.must(os.WriteFile(w.dir("refs", "heads", "b"), []byte("ref: refs/heads/a\n"), 0o644))
	w.must(os.WriteFile(w.dir("refs", "heads", "out"), []byte("ref: ../../../../etc/passwd\n"), 0o644))
	_, err := w.Resolve(w.ctx, &w.repo, "a")
	w.wantKind(err, slipway.Unavailable)
	_, err = w.Resolve(w.ctx, &w.repo, "out")
	w.wantKind(err, slipway.NotFound)
}

// TestDamage breaks repositories in every way that disks and people do: each question gets an answer in our own words, soon,
// and the repository beside it is as it was.
func TestDamage(t *testing.T) {
	for name, damage := range map[string]func(w *world){
		"no folder":       func(w *world) { w.must(os.RemoveAll(w.dir())) },
		"empty folder":    func(w *world) { w.must(os.RemoveAll(w.dir())); w.must(os.MkdirAll(w.dir(), 0o755)) },
		"a file":          func(w *world) { w.must(os.RemoveAll(w.dir())); w.must(os.WriteFile(w.dir(), nil, 0o644)) },
		"no objects":      func(w *world) { w.must(os.RemoveAll(w.dir("objects"))) },
		"missing objects": func(w *world) { w.must(os.RemoveAll(w.dir("objects"))); w.must(os.MkdirAll(w.dir("objects"), 0o755)) },
		"garbage HEAD":    func(w *world) { w.must(os.WriteFile(w.dir("HEAD"), []byte("\x00garbage"), 0o644)) },
		"empty ref":       func(w *world) { w.must(os.WriteFile(w.dir("refs", "heads", "main"), nil, 0o644)) },
		"garbage ref":     func(w *world) { w.must(os.WriteFile(w.dir("refs", "heads", "main"), []byte("hello"), 0o644)) },
		"ref to nothing": func(w *world) {
			w.must(os.WriteFile(w.dir("refs", "heads", "main"), []byte(strings.Repeat("ab", 20)+"\n"), 0o644))
		},
		"truncated packed-refs": func(w *world) {
			w.work.Git("--git-dir="+w.dir(), "pack-refs", "--all", "--prune")
			data, err := os.ReadFile(w.dir("packed-refs"))
			w.must(err)
			w.must(os.WriteFile(w.dir("packed-refs"), data[:len(data)-7], 0o644))
		},
		"truncated objects": func(w *world) {
			files, err := filepath.Glob(w.dir("objects", "??", "*"))
			w.must(err)
			for _, f := range files {
				w.must(os.Chmod(f, 0o644))
				w.must(os.Truncate(f, 5))
			}
		},
		"a pipe for a ref": func(w *world) {
			w.must(os.Remove(w.dir("refs", "heads", "main")))
			w.must(mkfifo(w.dir("refs", "heads", "main")))
		},
		"a pipe for packed-refs": func(w *world) {
			w.must(os.Remove(w.dir("refs", "heads", "main")))
			w.must(mkfifo(w.dir("packed-refs")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			sha := slipway.SHA(w.work.Commit("a", "1"))
			w.push()
			good := w.repo
			good.Name = "good"
			w.must(w.Init(w.ctx, &good))
			w.work.Git("push", "--quiet", filepath.Join(w.root, "acme", "good.git"), "main")
			w.must(w.Close())
			w.open(func(o *git.Options) { o.Timeout = 2 * time.Second }) // remembers nothing
			damage(w)
			began := time.Now()
			_, refsErr := w.Refs(w.ctx, &w.repo)
			_, mainErr := w.Resolve(w.ctx, &w.repo, "main")
			_, commitErr := w.Commit(w.ctx, &w.repo, sha, true)
			_, behindErr := w.Behind(w.ctx, &w.repo, sha, slipway.SHA(strings.Repeat("ab", 20)))
			transferErr := w.Transfer(w.ctx, &w.repo, git.Transfer{Service: git.UploadPack, Advertise: true, Out: discard{}})
			for _, err := range []error{mainErr, refsErr, commitErr, behindErr, transferErr} {
				var e *slipway.Error
				if err != nil && (!errors.As(err, &e) || e.Kind != slipway.NotFound && e.Kind != slipway.Unavailable) {
					t.Errorf("got %v", err)
				}
				if e != nil && (strings.Contains(e.Sentence(), w.root) || strings.Contains(e.Sentence(), "fatal")) {
					t.Errorf("it shows %q", e.Sentence())
				}
			}
			if mainErr == nil {
				t.Error("main still resolves")
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			found, err := w.Resolve(w.ctx, &good, "main")
			w.must(err)
			if found.SHA != sha {
				t.Errorf("the other repository's main is %s", found.SHA)
			}
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
