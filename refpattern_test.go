package slipway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// What Ruby's File.fnmatch(pattern, name, File::FNM_PATHNAME) answers.
func TestMatchRef(t *testing.T) {
	for _, test := range []struct {
		pattern string
		yes, no []string
	}{
		{"main", []string{"main"}, []string{"MAIN", "main2", "refs/heads/main"}},
		{"*", []string{"", "main"}, []string{"release/1", ".hidden"}},
		{"**", []string{"main"}, []string{"release/1"}},
		{"**/*", []string{"main", "release/1", "a/b/c"}, []string{"a/.h/c", ".h"}},
		{"release/*", []string{"release/1", "release/"}, []string{"release/1/2", "release"}},
		{"release/*/*", []string{"release/1/2"}, []string{"release/1", "release/1/2/3"}},
		{"release/**/*", []string{"release/1", "release/1/2/3"}, nil},
		{"release/**", []string{"release/1"}, []string{"release/1/2"}},
		{"**/hot", []string{"hot", "a/hot", "a/b/hot"}, []string{"xhot", ".a/hot", "a/.b/hot"}},
		{"**/a/**/b", []string{"a/b", "x/a/y/b", "q/a/z/a/b"}, []string{"a/.h/a/b"}},
		{"a/**/**/b", []string{"a/b", "a/x/y/b"}, nil},
		{"**a/b", []string{"a/b", "xa/b"}, []string{"x/a/b"}},
		{"a**b", []string{"ab", "axxb"}, []string{"a/b"}},
		{"x*y*z", []string{"xyz", "x1y2z", "xyzz"}, []string{"x/y/z"}},
		{"?", []string{"a", "é"}, []string{"/", ".", ""}},
		{"v?.?", []string{"v1.2"}, []string{"v12", "v1.10"}},
		{"v[0-9]*", []string{"v1", "v12.3"}, []string{"va", "v"}},
		{"[!a-c]", []string{"d"}, []string{"a", "/"}},
		{"[^a-c]", []string{"d"}, []string{"a"}},
		{"[a-]", []string{"a", "-"}, []string{"b"}},
		{"[-a]", []string{"a", "-"}, []string{"b"}},
		{"[z-a]", []string{"z", "a"}, []string{"m"}},
		{"[a\\-z]", []string{"a", "-", "z"}, []string{"m"}},
		{"[\\]-a]", []string{"]", "^", "a"}, []string{"b"}},
		{"[a\\]b]", []string{"a", "]", "b"}, []string{"\\"}},
		{"[]", nil, []string{"[]", "]", ""}},
		{"[!]", []string{"!", "a"}, []string{"[!]"}},
		{"[a", nil, []string{"a", "[a"}},
		{"[a-", nil, []string{"a", "-"}},
		{"a[b", nil, []string{"ab", "a[b"}},
		{"[a/b]c", []string{"ac", "bc"}, []string{"/c"}},
		{"[é-ü]", []string{"é", "ö", "ü"}, []string{"e"}},
		{"[.]a", nil, []string{".a", "a"}},
		{".*", []string{".a"}, []string{"a"}},
		{"\\.a", []string{".a"}, nil},
		{"?a", []string{"xa"}, []string{".a"}},
		{"*a", []string{"xa"}, []string{".a"}},
		{"a\\*b", []string{"a*b"}, []string{"axb"}},
		{"\\[a\\]", []string{"[a]"}, []string{"a"}},
		{"a\\/b", []string{"a/b"}, nil},
		{"a\\", []string{"a"}, []string{"a\\"}},
		{"{a,b}", []string{"{a,b}"}, []string{"a"}},
		{"/a", []string{"/a"}, []string{"a"}},
		{"a/", []string{"a/"}, []string{"a"}},
		{"a//b", []string{"a//b"}, []string{"a/b"}},
		{"***/c", []string{"a/c", "ab/c"}, []string{"c", "a/b/c"}},
		{"", []string{""}, []string{"a"}},
		{"[*]", []string{"*"}, []string{"a"}},
		{"日*", []string{"日本"}, []string{"本"}},
		{"\xff", nil, []string{"\xff"}}, // no text
	} {
		for _, name := range test.yes {
			if !slipway.MatchRef(test.pattern, name) {
				t.Errorf("%q does not match %q", test.pattern, name)
			}
		}
		for _, name := range test.no {
			if slipway.MatchRef(test.pattern, name) {
				t.Errorf("%q matches %q", test.pattern, name)
			}
		}
	}
}

// What would take a careless matcher longer than there is time.
func TestMatchRefIsBounded(t *testing.T) {
	const n = 200
	start := time.Now()
	for pattern, name := range map[string]string{
		strings.Repeat("a*", n) + "b":        strings.Repeat("a", n),
		strings.Repeat("*a", n) + "b":        strings.Repeat("a", n),
		strings.Repeat("**/a/", n) + "b":     strings.Repeat("a/", n) + "a",
		strings.Repeat("**/*a*/", n) + "b":   strings.Repeat("aaa/", n) + "a",
		strings.Repeat("[!b]*", n) + "b":     strings.Repeat("a", n),
		strings.Repeat("**/", n) + "*b":      strings.Repeat("a/", n),
		strings.Repeat("*", 10*n) + "b":      strings.Repeat("a", n),
		"[" + strings.Repeat("a-b", n) + "]": "c",
	} {
		if slipway.MatchRef(pattern, name) {
			t.Errorf("%q matches", pattern)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%v", took)
	}
}

func FuzzMatchRef(f *testing.F) {
	for _, pattern := range []string{"", "*", "**/a", "[!a-z]?", "[", "\\", "a/**/*.b"} {
		f.Add(pattern, "a/b/c.b")
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		slipway.MatchRef(pattern, name)
		if strings.ToValidUTF8(name, "") != name {
			return
		}
		if literal := escapePattern(name); !slipway.MatchRef(literal, name) {
			t.Errorf("%q does not match %q", literal, name)
		}
		if !strings.Contains(name, "/.") && !strings.HasPrefix(name, ".") && !slipway.MatchRef("**/*", name) {
			t.Errorf("%q is not below everything", name)
		}
	})
}

// escapePattern is a pattern that means exactly a name.
func escapePattern(name string) string {
	var b strings.Builder
	for _, c := range name {
		if c != '/' {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
