package git_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
)

// files fills the repository with one of each kind of entry, and gives the commit.
func (w *world) files() slipway.SHA {
	w.t.Helper()
	w.work.Write("README.md", "# Hello\n")
	w.work.Write("dir/sub/deep", "deep\n")
	w.work.Write("dir/ü \"x\"\ty", "odd\n")
	w.work.Write("-r", "not an option\n")
	w.work.Write(":(glob)*", "not magic\n")
	w.must(os.Symlink("README.md", filepath.Join(w.work.Dir, "link")))
	first := w.work.CommitAll("files")
	w.work.Git("update-index", "--add", "--cacheinfo", "160000,"+first+",module")
	w.work.Git("commit", "--quiet", "-m", "module")
	w.work.Git("tag", "-a", "-m", "a note\n\nof two lines", "v1")
	w.push()
	return slipway.SHA(w.work.SHA("HEAD"))
}

func TestEntry(t *testing.T) {
	w := newWorld(t)
	head := w.files()
	for path, want := range map[string]slipway.EntryMode{
		"": slipway.ModeDirectory, "README.md": "100644", "dir": slipway.ModeDirectory, "dir/sub": slipway.ModeDirectory,
		"dir/sub/deep": "100644", "dir/ü \"x\"\ty": "100644", "-r": "100644", ":(glob)*": "100644", "link": slipway.ModeLink,
		"module": slipway.ModeSubmodule,
	} {
		e, err := w.Entry(w.ctx, &w.repo, head, path)
		if err != nil || e.Mode != want || e.Path != path {
			t.Errorf("%q: %+v, %v", path, e, err)
		}
	}
	for _, path := range []string{
		"absent", "README.md/x", "dir/", "/dir", "dir/../README.md", "..", ".", "dir//sub", "module/x", "*", "--help", "-z", "dir/*",
		":/", "a\x00b", strings.Repeat("x", 5000), "README", "link/x",
	} {
		_, err := w.Entry(w.ctx, &w.repo, head, path)
		w.wantKind(err, slipway.NotFound)
	}
	for _, sha := range []slipway.SHA{"", "main", "--all", slipway.SHA(strings.Repeat("a", 40))} {
		_, err := w.Entry(w.ctx, &w.repo, sha, "README.md")
		w.wantKind(err, slipway.NotFound)
	}
}

func TestTree(t *testing.T) {
	w := newWorld(t)
	head := w.files()
	names := func(recursive bool) (names []string) {
		tree, err := w.Tree(w.ctx, &w.repo, head, recursive)
		if err != nil || tree.Truncated || string(tree.SHA) != w.work.SHA("HEAD^{tree}") {
			t.Fatalf("%+v, %v", tree, err)
		}
		for _, e := range tree.Entries {
			names = append(names, e.Path)
		}
		return names
	}
	if diff := cmp.Diff([]string{"-r", ":(glob)*", "README.md", "dir", "link", "module"}, names(false)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"-r", ":(glob)*", "README.md", "dir", "dir/sub", "dir/sub/deep", "dir/ü \"x\"\ty", "link", "module"}, names(true)); diff != "" {
		t.Error(diff)
	}
	blob := slipway.SHA(w.work.SHA("HEAD:README.md"))
	_, err := w.Tree(w.ctx, &w.repo, blob, false)
	w.wantKind(err, slipway.NotFound)
}

// TestHugeTree: a tree of 200,000 entries is cut, and what is deep in it is found.
func TestHugeTree(t *testing.T) {
	w := newWorld(t)
	name := func(i int) string { return strings.Repeat("0", 8) + strconv.Itoa(i) }
	dir := "--git-dir=" + w.dir()
	blob := w.work.GitIn("x", dir, "hash-object", "-w", "--stdin")
	var list strings.Builder
	for i := range 200_000 {
		list.WriteString("100644 blob " + blob + "\t" + name(i) + "\n")
	}
	many := w.work.GitIn(list.String(), dir, "mktree")
	root := w.work.GitIn("040000 tree "+many+"\tmany\n", dir, "mktree")
	w.work.Git(dir, "update-ref", "refs/heads/main", w.work.Git(dir, "commit-tree", "-m", "many", root))
	head := w.resolve("main")
	tree, err := w.Tree(w.ctx, &w.repo, head, true)
	if err != nil || !tree.Truncated || len(tree.Entries) < 20_000 || len(tree.Entries) > 100_000 {
		t.Fatalf("%d entries, %v", len(tree.Entries), err)
	}
	if e, err := w.Entry(w.ctx, &w.repo, head, "many/"+name(199_999)); err != nil || e.Object.Size != 1 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestTagNote(t *testing.T) {
	w := newWorld(t)
	head := w.files()
	note, err := w.TagNote(w.ctx, &w.repo, slipway.SHA(w.work.SHA("v1^{tag}")))
	w.must(err)
	if note.Name != "v1" || note.Message != "a note\n\nof two lines" || note.Object != (slipway.Object{SHA: head, Kind: slipway.CommitObject}) || note.Tagger.Email != "ada@example.com" {
		t.Errorf("%+v", note)
	}
	for _, sha := range []slipway.SHA{head, slipway.SHA(strings.Repeat("a", 40)), "v1", ""} {
		_, err := w.TagNote(w.ctx, &w.repo, sha)
		w.wantKind(err, slipway.NotFound)
	}
	signed := w.work.GitIn("object "+string(head)+"\ntype commit\ntag s\ntagger A <a@example.com> 1700000000 +0000\n\nhello\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n", "--git-dir="+w.dir(), "hash-object", "-t", "tag", "-w", "--stdin")
	note, err = w.TagNote(w.ctx, &w.repo, slipway.SHA(signed))
	if err != nil || note.Message != "hello" || !strings.HasPrefix(note.Signed, "-----BEGIN PGP SIGNATURE-----\n\nx\n") {
		t.Errorf("%+v, %v", note, err)
	}
}

func TestBlob(t *testing.T) {
	w := newWorld(t)
	head := w.files()
	content, err := w.Blob(w.ctx, &w.repo, slipway.SHA(w.work.SHA("HEAD:README.md")))
	if err != nil || string(content) != "# Hello\n" {
		t.Errorf("%q, %v", content, err)
	}
	large := bytes.Repeat([]byte("0123456789abcdef"), 400_000) // more than a reader keeps
	w.work.Write("large", string(large))
	w.work.CommitAll("large")
	w.push()
	sha := slipway.SHA(w.work.SHA("HEAD:large"))
	o, err := w.Object(w.ctx, &w.repo, sha)
	if err != nil || o != (slipway.Object{SHA: sha, Kind: slipway.BlobObject, Size: int64(len(large))}) {
		t.Errorf("%+v, %v", o, err)
	}
	if content, err = w.Blob(w.ctx, &w.repo, sha); err != nil || len(content) != slipway.MaxInline {
		t.Errorf("%d bytes, %v", len(content), err)
	}
	var copied bytes.Buffer
	if err := w.CopyBlob(w.ctx, &w.repo, sha, &copied); err != nil || !bytes.Equal(copied.Bytes(), large) {
		t.Errorf("%d bytes copied, %v", copied.Len(), err)
	}
	_, err = w.Blob(w.ctx, &w.repo, head)
	w.wantKind(err, slipway.NotFound)
	for _, name := range []slipway.SHA{"", "HEAD", "--help", slipway.SHA(strings.Repeat("a", 40))} {
		_, err := w.Object(w.ctx, &w.repo, name)
		w.wantKind(err, slipway.NotFound)
	}
	w.wantKind(w.CopyBlob(w.ctx, &w.repo, "--help", io.Discard), slipway.NotFound)
}

// TestCopyStops: a reader who goes away, and one who takes nothing, end the process that writes for them.
func TestCopyStops(t *testing.T) {
	w := newWorld(t, func(o *git.Options) { o.Silence = 200 * time.Millisecond })
	w.work.Write("large", strings.Repeat("0123456789abcdef", 1<<18))
	w.work.CommitAll("large")
	w.push()
	sha := slipway.SHA(w.work.SHA("HEAD:large"))
	broken := errors.New("gone")
	if err := w.CopyBlob(w.ctx, &w.repo, sha, writerFunc(func([]byte) (int, error) { return 0, broken })); err == nil {
		t.Error("a reader who is gone has read it all")
	}
	ctx, cancel := context.WithCancel(w.ctx)
	first := make(chan struct{}, 1)
	err := w.CopyBlob(ctx, &w.repo, sha, writerFunc(func(p []byte) (int, error) {
		select {
		case first <- struct{}{}:
			cancel()
		default:
		}
		<-ctx.Done()
		return len(p), ctx.Err()
	}))
	w.wantKind(err, slipway.Unavailable)
	release := make(chan struct{})
	go func() {
		defer close(release)
		err = w.CopyBlob(w.ctx, &w.repo, sha, writerFunc(func(p []byte) (int, error) {
			time.Sleep(500 * time.Millisecond) // longer than git may be silent
			return len(p), nil
		}))
	}()
	<-release
	w.wantKind(err, slipway.Unavailable)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestLog(t *testing.T) {
	w := newWorld(t)
	w.work.Commit("a", "1")
	w.work.Commit("b", "1")
	w.work.Commit("a", "2")
	w.work.Git("commit", "--quiet", "--allow-empty", "--author=Bob <bob@EXAMPLE.com>", "-m", "author: <ada@example.com>")
	w.push()
	head := w.resolve("main")
	list := func(q slipway.LogQuery, p deploy.Page) (messages []string, total int) {
		t.Helper()
		q.From = head
		got, err := w.Log(w.ctx, &w.repo, q, p)
		w.must(err)
		for _, c := range got.Items {
			messages = append(messages, string(c.SHA))
		}
		if !got.Exact {
			t.Errorf("%+v is not counted", q)
		}
		return messages, got.Total
	}
	all := strings.Fields(w.work.Git("rev-list", "main"))
	when := func(i int) time.Time {
		c, err := w.Commit(w.ctx, &w.repo, slipway.SHA(all[i]), false)
		w.must(err)
		return c.Committer.When
	}
	page := deploy.Page{Number: 1, Size: 30}
	for name, test := range map[string]struct {
		query slipway.LogQuery
		want  []string
	}{
		"all":                   {slipway.LogQuery{}, all},
		"a path":                {slipway.LogQuery{Path: "a"}, []string{all[1], all[3]}},
		"no path":               {slipway.LogQuery{Path: "*"}, nil},
		"a path outside":        {slipway.LogQuery{Path: "../a"}, nil},
		"a path like an option": {slipway.LogQuery{Path: "--all"}, nil},
		"an author":             {slipway.LogQuery{Authors: []string{"bob@example.com"}}, all[:1]},
		"authors":               {slipway.LogQuery{Authors: []string{"bob@example.com", "ADA@example.com"}}, all},
		"no pattern":            {slipway.LogQuery{Authors: []string{"b.b@example.com"}}, nil},
		"half an address":       {slipway.LogQuery{Authors: []string{"ob@example.com"}}, nil},
		"nobody":                {slipway.LogQuery{Authors: []string{}}, nil},
		"author and committer":  {slipway.LogQuery{Authors: []string{"bob@example.com"}, Committers: []string{"ada@example.com"}}, all[:1]},
		"not both":              {slipway.LogQuery{Authors: []string{"ada@example.com"}, Committers: []string{"bob@example.com"}}, nil},
		"since":                 {slipway.LogQuery{Since: when(1)}, all[:2]},
		"until":                 {slipway.LogQuery{Until: when(2)}, all[2:]},
	} {
		for range 2 { // counted, then remembered
			got, total := list(test.query, page)
			if !slices.Equal(got, test.want) || total != len(test.want) {
				t.Errorf("%s: %v of %d, want %v", name, got, total, test.want)
			}
		}
	}
	for number, want := range map[int][]string{1: all[:3], 2: all[3:], 3: nil, 1 << 30: nil} {
		if got, total := list(slipway.LogQuery{}, deploy.Page{Number: number, Size: 3}); !slices.Equal(got, want) || total != 4 {
			t.Errorf("page %d: %v of %d", number, got, total)
		}
	}
	_, err := w.Log(w.ctx, &w.repo, slipway.LogQuery{From: slipway.SHA(strings.Repeat("a", 40))}, page)
	w.wantKind(err, slipway.NotFound)
}

// TestLongLog: a history that is too long to be counted still has pages.
func TestLongLog(t *testing.T) {
	w := newWorld(t)
	var script strings.Builder
	for i := range 50_010 {
		script.WriteString("commit refs/heads/main\ncommitter A <a@example.com> " + strconv.Itoa(1_500_000_000+i) + " +0000\ndata 1\nx\n")
	}
	w.work.GitIn(script.String(), "--git-dir="+w.dir(), "fast-import", "--quiet")
	q := slipway.LogQuery{From: w.resolve("main")}
	got, err := w.Log(w.ctx, &w.repo, q, deploy.Page{Number: 500, Size: 100})
	if err != nil || len(got.Items) != 100 || got.Exact || got.Total <= 50_000-1 {
		t.Errorf("%d of %d, %v", len(got.Items), got.Total, err)
	}
	if got, err = w.Log(w.ctx, &w.repo, q, deploy.Page{Number: 501, Size: 100}); err != nil || len(got.Items) != 10 {
		t.Errorf("%d of %d, %v", len(got.Items), got.Total, err)
	}
}

func TestArchive(t *testing.T) {
	w := newWorld(t)
	head := w.files()
	var packed bytes.Buffer
	w.must(w.Archive(w.ctx, &w.repo, head, deploy.TarGz, "acme-web", &packed))
	plain, err := gzip.NewReader(&packed)
	w.must(err)
	var names []string
	for in := tar.NewReader(plain); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		w.must(err)
		names = append(names, h.Name)
	}
	if !slices.Contains(names, "acme-web/dir/sub/deep") {
		t.Errorf("%q", names)
	}
	ran := filepath.Join(w.t.TempDir(), "ran") // by a program that the repository's own config names
	for _, format := range []string{"tar.gz", "tgz"} {
		w.work.Git("--git-dir="+w.dir(), "config", "tar."+format+".command", "touch "+ran+"; cat")
	}
	w.must(w.Archive(w.ctx, &w.repo, head, deploy.TarGz, "acme-web", io.Discard))
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program of the repository's packs it")
	}
	packed.Reset()
	w.must(w.Archive(w.ctx, &w.repo, head, deploy.Zip, "acme-web", &packed))
	if z, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len())); err != nil || len(z.File) < 5 {
		t.Errorf("%v", err)
	}
	w.wantKind(w.Archive(w.ctx, &w.repo, slipway.SHA(strings.Repeat("a", 40)), deploy.Zip, "x", io.Discard), slipway.NotFound)
	w.wantKind(w.Archive(w.ctx, &w.repo, "--remote=x", deploy.Zip, "x", io.Discard), slipway.NotFound)
}

// TestObjectsOfDamagedRepositories: what is missing is said to be damage, at once, and with nothing of git's in it.
func TestObjectsOfDamagedRepositories(t *testing.T) {
	w := newWorld(t)
	head := w.files()
	blob := slipway.SHA(w.work.SHA("HEAD:README.md"))
	page := deploy.Page{Number: 1, Size: 30}
	read := map[string]func() error{
		"entry":   func() error { _, err := w.Entry(w.ctx, &w.repo, head, "dir/sub/deep"); return err },
		"tree":    func() error { _, err := w.Tree(w.ctx, &w.repo, head, true); return err },
		"log":     func() error { _, err := w.Log(w.ctx, &w.repo, slipway.LogQuery{From: head}, page); return err },
		"archive": func() error { return w.Archive(w.ctx, &w.repo, head, deploy.TarGz, "x", io.Discard) },
		"refs":    func() error { _, err := w.RefsUnder(w.ctx, &w.repo, "refs/heads/"); return err },
		"ref":     func() error { _, err := w.Ref(w.ctx, &w.repo, "refs/heads/main"); return err },
		"object":  func() error { _, err := w.Object(w.ctx, &w.repo, blob); return err },
	}
	try := func(damage string, names ...string) {
		t.Helper()
		for _, name := range names {
			began := time.Now()
			err := read[name]()
			w.wantKind(err, slipway.Unavailable)
			var e *slipway.Error
			if errors.As(err, &e); strings.Contains(e.Sentence(), w.root) || strings.Contains(e.Sentence(), "fatal") {
				t.Errorf("%s, %s: %q", damage, name, e.Sentence())
			}
			if took := time.Since(began); took > 8*time.Second {
				t.Errorf("%s, %s: %v", damage, name, took)
			}
		}
	}
	for lost, hurts := range map[string][]string{
		"HEAD^{tree}": {"entry", "tree", "archive"}, "HEAD:dir": {"entry", "tree", "archive"}, "HEAD:README.md": {"tree", "archive"},
		"HEAD~1": {"log"},
	} {
		w.reopen()
		restore := w.lose(lost)
		try(lost, hurts...)
		restore()
	}
	w.must(os.WriteFile(w.dir("refs", "heads", "main"), []byte("nonsense\n"), 0o644))
	try("a bad ref", "refs", "ref")
	w.must(os.Rename(w.dir("objects"), w.dir("objects.gone")))
	try("no objects", "entry", "tree", "log", "archive", "refs", "object")
}
