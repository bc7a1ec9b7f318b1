package slipway_test

import (
	"path"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestCleanPath(t *testing.T) {
	for in, want := range map[string]string{"": "", "/": "", "a": "a", "/a/b/": "a/b", "..a/.b": "..a/.b", "-r": "-r", ":(top)x": ":(top)x"} {
		if got, ok := slipway.CleanPath(in); got != want || !ok {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
	for _, in := range []string{"..", "a/..", "../a", "a/./b", "a//b", "a\x00b", strings.Repeat("x", 5000), "/../etc"} {
		if got, ok := slipway.CleanPath(in); ok {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// FuzzCleanPath: what passes leads nowhere else.
func FuzzCleanPath(f *testing.F) {
	for _, s := range []string{"a/b", "/../x", "a//", ".", "a/../b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		clean, ok := slipway.CleanPath(in)
		if ok && clean != "" && (path.Clean("/"+clean) != "/"+clean || strings.HasPrefix(clean, "/")) {
			t.Errorf("%q: %q", in, clean)
		}
	})
}

func TestReadmeName(t *testing.T) {
	best, rest := -1, []string{"README.md", "readme.rst", "ReadMe.txt", "README", "README.en.md"}
	for _, name := range rest {
		rank, ok := slipway.ReadmeName(name)
		if !ok || rank <= best {
			t.Errorf("%s: %d, %v", name, rank, ok)
		}
		best = rank
	}
	for _, name := range []string{"", "READ", "README-old", "xREADME.md"} {
		if _, ok := slipway.ReadmeName(name); ok {
			t.Errorf("%s is none", name)
		}
	}
}

func TestSubmoduleURL(t *testing.T) {
	const text = "# a comment\n[submodule \"a\"]\n\turl = \"https://a\"\n\tpath = lib/a\n[submodule \"b\"]\n\tpath = lib/b\n[other]\n\turl = https://wrong\n"
	for at, want := range map[string]string{"lib/a": "https://a", "lib/b": "", "lib": "", "": ""} {
		if got := slipway.SubmoduleURL(text, at); got != want {
			t.Errorf("%q: %q, want %q", at, got, want)
		}
	}
}

func TestCheckRefRequest(t *testing.T) {
	for name, want := range map[string]string{
		"refs/heads/x": "", "refs/notes/x": "", "refs/x": "Reference name must contain at least three slash-separated components.",
		"heads/a/b": "heads/a/b is not a valid ref name.", "refs//heads/x": "refs//heads/x is not a valid ref name.",
		"refs/heads/--x": "refs/heads/--x is not a valid ref name.", "refs/slipway/x": "Reference name is reserved",
	} {
		got := ""
		if err := slipway.CheckRefRequest(name); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
