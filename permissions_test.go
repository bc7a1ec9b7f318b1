package slipway_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

func TestParsePermissions(t *testing.T) {
	for list, want := range map[string]string{
		"":                                    "",
		"deployments=write":                   "deployments=write",
		"statuses=read,deployments=write":     "deployments=write,statuses=read",
		" statuses = read , contents=write ,": "contents=write,statuses=read",
		"repository_projects=admin":           "repository_projects=admin",
	} {
		p, err := slipway.ParsePermissions(list)
		if err != nil || p.String() != want {
			t.Errorf("%q: %q, %v, want %q", list, p, err, want)
		}
		if again, err := slipway.ParsePermissions(p.String()); err != nil || !cmp.Equal(again, p) {
			t.Errorf("%q is read as %v, %v", p, again, err)
		}
	}
	for list, want := range map[string]string{
		"deployment=write":               "there is no permission deployment;",
		"deployments":                    "deployments: a permission's level must be one of read, write, admin",
		"deployments=none":               "level must be",
		"deployments=READ":               "level must be",
		"deployments=admin":              "deployments can be write at most",
		"metadata=write":                 "metadata can be read at most",
		"statuses=read,statuses=write":   "named twice",
		"statuses=read=write":            "level must be",
		"a\xffb=read":                    "there is no permission a?b;",
		"statuses=read;deployments=read": "level must be",
	} {
		_, err := slipway.ParsePermissions(list)
		if err == nil || !strings.Contains(err.Error(), want) || slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %v, want %q", list, err, want)
		}
	}
}

func TestParseAlternatives(t *testing.T) {
	got, err := slipway.ParseAlternatives("contents=write; statuses=write,checks=write")
	want := []slipway.Permissions{
		{"contents": slipway.LevelWrite}, {"statuses": slipway.LevelWrite, "checks": slipway.LevelWrite},
	}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := slipway.ParseAlternatives(""); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := slipway.ParseAlternatives("contents=write; x=y"); err == nil {
		t.Error("nonsense is accepted")
	}
}

func TestPermissionsCover(t *testing.T) {
	have := slipway.Permissions{"deployments": slipway.LevelWrite, "statuses": slipway.LevelRead}
	for need, want := range map[string]bool{
		"deployments=read": true, "deployments=write": true, "deployments=write,statuses=read": true,
		"statuses=write": false, "deployments=write,statuses=write": false, "contents=read": false,
		"": false, // nothing covers a need that forgot to say what it needs
	} {
		p, err := slipway.ParsePermissions(need)
		if err != nil || have.Covers(p) != want {
			t.Errorf("%q: %v, %v", need, have.Covers(p), err)
		}
	}
	if have.Covers(slipway.Permissions{"issues": slipway.LevelNone}) {
		t.Error("no level at all is covered")
	}
	if !(slipway.Permissions{}).Within(have) || !have.Within(have) || have.Within(slipway.Permissions{}) {
		t.Error("Within")
	}
	if got := have.WithMetadata().String(); got != "deployments=write,metadata=read,statuses=read" {
		t.Error(got)
	}
	if got := slipway.Permissions(nil).WithMetadata().String(); got != "metadata=read" {
		t.Error(got)
	}
}

// permissions draws some of a few permissions.
var permissions = rapid.Custom(func(t *rapid.T) slipway.Permissions {
	return rapid.MapOf(rapid.SampledFrom([]string{"deployments", "statuses", "contents", "metadata"}),
		rapid.SampledFrom([]slipway.Level{slipway.LevelRead, slipway.LevelWrite})).Draw(t, "permissions")
})

// What two allow alike is within each of them, and is the most that is.
func TestPermissionsBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, need := permissions.Draw(t, "a"), permissions.Draw(t, "b"), permissions.Draw(t, "need")
		both := a.Both(b)
		if !both.Within(a) || !both.Within(b) {
			t.Errorf("%v of %v and %v", both, a, b)
		}
		if both.Covers(need) != (a.Covers(need) && b.Covers(need)) {
			t.Errorf("%v of %v and %v, need %v", both, a, b, need)
		}
	})
}

// What is read is written the same way again, names only what there is, and is no more than it says.
func FuzzParsePermissions(f *testing.F) {
	for _, seed := range []string{"", "deployments=write,statuses=read", "a=write; b=write,c=write", "metadata=write", "=", ",,", "contents=read=write", "contents=\xff", "\u00a0contents=read"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := slipway.ParsePermissions(text)
		if err != nil {
			if slipway.KindOf(err) != slipway.Invalid || p != nil {
				t.Errorf("%q: %v, %v", text, p, err)
			}
			return
		}
		again, err := slipway.ParsePermissions(p.String())
		if err != nil || !cmp.Equal(p, again) {
			t.Errorf("%q: %v, again %v, %v", text, p, again, err)
		}
		if alternatives, err := slipway.ParseAlternatives(text); err != nil || len(alternatives) > 1 || len(p) > 0 && !p.Covers(alternatives[0]) {
			t.Errorf("%q: alternatives %v, %v", text, alternatives, err)
		}
	})
}
