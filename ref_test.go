package slipway_test

import (
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

const sha = "a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d"

func TestParseSHA(t *testing.T) {
	for s, want := range map[string]slipway.SHA{
		sha:                               sha,
		strings.ToUpper(sha):              sha,
		string(slipway.ZeroSHA):           slipway.ZeroSHA,
		"":                                "",
		sha[:39]:                          "",
		sha + "0":                         "",
		sha[:39] + "g":                    "",
		sha[:39] + "\n":                   "",
		"HEAD":                            "",
		strings.Repeat("é", 20):           "",
		"--" + sha[2:]:                    "",
		strings.Repeat("\uff10", 40)[:40]: "",
	} {
		if got, ok := slipway.ParseSHA(s); got != want || ok != (want != "") {
			t.Errorf("ParseSHA(%q) = %q, %v, want %q", s, got, ok, want)
		}
	}
}

func TestIsSHAPrefix(t *testing.T) {
	for s, want := range map[string]bool{
		sha: true, sha[:7]: true, "ABCDEF0": true, sha[:6]: false, "": false, sha + "a": false, "main123": false,
	} {
		if got := slipway.IsSHAPrefix(s); got != want {
			t.Errorf("IsSHAPrefix(%q) = %v", s, got)
		}
	}
}

var goodRefs = []string{
	"refs/heads/main", "refs/heads/feature/x", "refs/tags/v1.0.0", "refs/pull/12/merge", "refs/heads/a.b", "refs/heads/@x",
	"refs/heads/x@", "refs/heads/a/-b", "refs/heads/ünïcödé", "refs/heads/日本", "refs/heads/refs/heads/x", "refs/heads/a{b}",
	"refs/heads/$(id)", "refs/heads/a;b", "refs/heads/a'b\"c", "refs/heads/a&b|c", "refs/heads/%2e%2e", "refs/heads/config",
	"refs/heads/HEAD", "refs/notes/commits", "refs/heads/" + strings.Repeat("a", 250), "refs/heads/a.lock.b", "refs/stash",
}

var hostileRefs = []string{
	"", "main", "HEAD", "refs", "refs/", "/refs/heads/main", "refs//heads", "refs/heads/", "refs/heads//x", "refs/heads/x/",
	"refs/heads/../../config", "refs/heads/..", "refs/heads/a..b", "refs/heads/.hidden", "refs/heads/a/.b", "refs/heads/x.",
	"refs/heads/x.lock", "refs/heads/x.lock/y", "refs/heads/a@{b", "refs/heads/@{-1}", "refs/heads/a b", "refs/heads/a~1",
	"refs/heads/a^", "refs/heads/a:b", "refs/heads/a?", "refs/heads/a*", "refs/heads/a[b", "refs/heads/a\\b", "refs/heads/a\tb",
	"refs/heads/a\nb", "refs/heads/a\r\nb", "refs/heads/a\x00b", "refs/heads/a\x7fb", "refs/heads/-x", "refs/tags/--help",
	"refs/heads/--upload-pack=touch", "--output=/tmp/x", "-h", "refs/heads/\xff\xfe", "../refs/heads/x",
	"refs/heads/" + strings.Repeat("a", 251), "refs/heads/" + strings.Repeat("a/", 600) + "a",
}

func TestCheckRefName(t *testing.T) {
	for _, name := range goodRefs {
		if err := slipway.CheckRefName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range hostileRefs {
		err := slipway.CheckRefName(name)
		if err == nil || slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %v, want a refusal", name, err)
		}
	}
}

// What passes here passes in git: the rules are git's, and stricter.
func TestCheckRefNameAgreesWithGit(t *testing.T) {
	for _, name := range append(goodRefs, hostileRefs...) {
		if strings.Contains(name, "\x00") {
			continue // cannot be an argument
		}
		ours := slipway.CheckRefName(name) == nil
		git := exec.Command("git", "check-ref-format", name).Run() == nil
		if ours && !git {
			t.Errorf("%q passes here and not in git", name)
		}
		if !ours && git && !stricter(name) {
			t.Errorf("%q passes in git and not here", name)
		}
	}
}

// stricter reports whether a name is refused by a rule that git does not have.
func stricter(name string) bool {
	return !strings.HasPrefix(name, "refs/") || strings.Contains(name, "s/-") || !utf8.ValidString(name) || len(name) > 250
}

func TestMayBeRef(t *testing.T) {
	for _, ref := range []string{
		"main", "feature/x", "v1.0", sha, sha[:7], "refs/heads/main", "refs/tags/v1", "refs/pull/1/merge", "heads/main", "tags/v1",
		"日本", "a$(b)",
	} {
		if !slipway.MayBeRef(ref) {
			t.Errorf("%q is refused", ref)
		}
	}
	for _, ref := range append([]string{
		"HEAD", "@", "-", "--", "-x", "--all", "--upload-pack=x", "main..topic", "main...topic", "main^", "main~2", "main^{tree}",
		":/fix", "main:README", "@{u}", "main@{1}", "../x", "/etc/passwd", "a b", "a\nb", "a\x00", "*", "refs/heads/*", ":x", "^main",
	}, hostileRefs...) {
		if ref != "main" && ref != "refs" && slipway.MayBeRef(ref) {
			t.Errorf("%q is accepted", ref)
		}
	}
}

func TestCheckBranchName(t *testing.T) {
	for name, want := range map[string]bool{
		"main": true, "a/b": true, "": false, "HEAD": false, "@": false, "-d": false, "a..b": false, "x.lock": false, "/x": false,
		string(sha): false, strings.ToUpper(string(sha)): false, string(sha)[:39]: true, string(sha) + "0": true, "x/" + string(sha): true,
	} {
		if err := slipway.CheckBranchName(name); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCheckNewRefName(t *testing.T) {
	for name, want := range map[string]bool{
		"refs/heads/main": true, "refs/tags/v1": true, "refs/notes/commits": true, "refs/changes/" + sha: true, "refs/pulled/1": true,
		"refs/heads/" + sha: false, "refs/tags/" + sha: false, "refs/tags/-x": false, "refs/pull/1/head": false, "refs/pull/x": false,
		"refs/replace/" + sha: false, "refs/slipway/x": false, "main": false, "HEAD": false,
	} {
		if err := slipway.CheckNewRefName(name); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRefChange(t *testing.T) {
	for _, test := range []struct {
		change           slipway.RefChange
		created, deleted bool
	}{
		{slipway.RefChange{Old: slipway.ZeroSHA, New: sha}, true, false},
		{slipway.RefChange{Old: sha, New: slipway.ZeroSHA}, false, true},
		{slipway.RefChange{Old: sha, New: sha}, false, false},
	} {
		if test.change.Created() != test.created || test.change.Deleted() != test.deleted {
			t.Errorf("%+v: created %v, deleted %v", test.change, test.change.Created(), test.change.Deleted())
		}
	}
}

func TestMergeSentences(t *testing.T) {
	for got, want := range map[string]string{
		slipway.MergeMessage("main", "topic"):                             "Merge topic into main",
		slipway.AutoMergeMessage("main", "refs/heads/x"):                  "Auto-merged main into refs/heads/x on deployment.",
		slipway.AutoMergeNotice("main", "x", slipway.E11):                 "Auto-merged main into x on deployment.",
		slipway.AutoMergeNotice("main", "x", slipway.E4):                  "Auto-merged main into x on deployment.",
		slipway.AutoMergeNotice("main", "x", slipway.E3):                  "Merged main into x on deployment.",
		slipway.NoRefFound("foofoo").Message:                              "No ref found for: foofoo",
		slipway.NoCommitFound(sha).Message:                                "No commit found for SHA: " + sha,
		slipway.AutoMergeConflict("develop", "refs/heads/x", nil).Message: "Conflict merging develop into refs/heads/x.",
		slipway.MergeConflict([]string{"README"}).Message:                 "Merge conflict",
		slipway.MergeConflict([]string{"README"}).Conflicts[0]:            "README",
		slipway.AutoMergeConflict("a", "b", []string{"c"}).Conflicts[0]:   "c",
		slipway.NoRefFound("a\xffb").Message:                              "No ref found for: a\uFFFDb",
		slipway.NoRefFound(strings.Repeat("é", 600)).Message[1018:]:       "é…",
	} {
		if !strings.HasSuffix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzCheckRefName(f *testing.F) {
	for _, seed := range append(goodRefs, hostileRefs...) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if slipway.CheckRefName(name) != nil {
			return
		}
		bad := func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(` ~^:?*[\`, r) }
		if !strings.HasPrefix(name, "refs/") || strings.Contains(name, "..") || strings.Contains(name, "//") ||
			strings.ContainsFunc(name, bad) || strings.Contains(name, "/.") || !utf8.ValidString(name) ||
			strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".") || strings.HasSuffix(name, ".lock") {
			t.Errorf("%q is accepted", name)
		}
	})
}

func FuzzMayBeRef(f *testing.F) {
	for _, seed := range []string{"main", "-x", "HEAD", "@", sha, "refs/heads/x", "main^{/x}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		if slipway.MayBeRef(ref) && (strings.HasPrefix(ref, "-") || ref == "" || strings.ContainsAny(ref, "\x00\n\r ~^:")) {
			t.Errorf("%q is accepted", ref)
		}
	})
}

func FuzzParseSHA(f *testing.F) {
	for _, seed := range []string{sha, strings.ToUpper(sha), "", "HEAD", strings.Repeat("é", 20)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := slipway.ParseSHA(s); ok && (len(got) != 40 || !strings.EqualFold(string(got), s)) {
			t.Errorf("ParseSHA(%q) = %q", s, got)
		}
	})
}
