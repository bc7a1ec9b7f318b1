package slipway_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

func TestParseScopes(t *testing.T) {
	for list, want := range map[string]string{
		"":                                  "",
		" , ,":                              "",
		"repo":                              "repo",
		"repo,repo":                         "repo",
		"user,repo":                         "repo, user",
		"repo repo_deployment":              "repo",
		"repo:deployment":                   "repo_deployment",
		"repo:deployment, repo:status":      "repo:status, repo_deployment",
		"repo:deployment,repo":              "repo",
		"read:repo_hook,admin:repo_hook":    "admin:repo_hook",
		"repo,admin:repo_hook":              "admin:repo_hook, repo", // repo opens hooks, but does not hold their scopes
		"public_repo\nrepo:invite\tuser":    "public_repo, repo:invite, user",
		"read:org,admin:org":                "admin:org",
		"bogus,repo":                        "bogus, repo",
		"repo_deployment,REPO":              "REPO, repo_deployment", // scopes are case-sensitive
		"security_events,repo,delete_repo,": "delete_repo, repo",
	} {
		if got := slipway.ParseScopes(list).String(); got != want {
			t.Errorf("ParseScopes(%q) = %q, want %q", list, got, want)
		}
	}
}

func TestScopesCover(t *testing.T) {
	for _, test := range []struct {
		have string
		yes  []string
		no   []string
	}{
		{"", nil, []string{"repo", "public_repo", "repo_deployment", ""}},
		{
			"repo",
			[]string{
				"repo", "repo:status", "repo_deployment", "repo:deployment", "public_repo", "repo:invite",
				"admin:repo_hook", "write:repo_hook", "read:repo_hook",
			},
			[]string{"delete_repo", "user", "admin:org", "site_admin"},
		},
		{"repo_deployment", []string{"repo_deployment", "repo:deployment"}, []string{"repo", "repo:status", "public_repo", "read:repo_hook"}},
		{"repo:status", []string{"repo:status"}, []string{"repo", "repo_deployment", "public_repo"}},
		{"public_repo", []string{"public_repo"}, []string{"repo", "repo_deployment", "repo:status", "read:repo_hook"}},
		{"admin:repo_hook", []string{"admin:repo_hook", "write:repo_hook", "read:repo_hook"}, []string{"repo", "admin:org_hook"}},
		{"write:repo_hook", []string{"write:repo_hook", "read:repo_hook"}, []string{"admin:repo_hook"}},
		{"read:repo_hook", []string{"read:repo_hook"}, []string{"write:repo_hook", "admin:repo_hook"}},
		{"bogus", []string{"bogus"}, []string{"repo"}},
	} {
		scopes := slipway.ParseScopes(test.have)
		for _, s := range test.yes {
			if !scopes.Covers(s) {
				t.Errorf("%q does not cover %q", test.have, s)
			}
		}
		for _, s := range test.no {
			if scopes.Covers(s) {
				t.Errorf("%q covers %q", test.have, s)
			}
		}
	}
}

func TestAllScopes(t *testing.T) {
	all := slipway.AllScopes()
	for _, s := range slipway.KnownScopes() {
		if !all.Covers(s) {
			t.Errorf("a token with all scopes lacks %q", s)
		}
	}
	if unknown := all.Unknown(); len(unknown) > 0 {
		t.Errorf("unknown scopes %v among all", unknown)
	}
	if got := slipway.ParseScopes("repo,bogus,repo:deployment").Unknown(); !slices.Equal(got, []string{"bogus"}) {
		t.Errorf("unknown scopes %v, want bogus", got)
	}
}

func TestScopesAreNormalOnce(t *testing.T) {
	names := append(slipway.KnownScopes(), "repo:deployment", "bogus")
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.SampledFrom(names)).Draw(t, "list")
		scopes := slipway.NormalScopes(list)
		if again := slipway.ParseScopes(scopes.String()); !slices.Equal(again, scopes) {
			t.Fatalf("%q became %q", scopes, again)
		}
		for _, name := range names { // nothing is lost and nothing won
			want := slices.ContainsFunc(list, func(s string) bool { return slipway.Scopes{alias(s)}.Covers(name) })
			if scopes.Covers(name) != want {
				t.Fatalf("%v covers %q: %v, want %v", list, name, !want, want)
			}
		}
	})
}

func alias(s string) string { return strings.ReplaceAll(s, "repo:deployment", "repo_deployment") }

func FuzzParseScopes(f *testing.F) {
	for _, seed := range []string{"repo,user", "repo:deployment repo", " , \x00,\r\nrepo", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		scopes := slipway.ParseScopes(list)
		if again := slipway.ParseScopes(scopes.String()); !slices.Equal(again, scopes) {
			t.Errorf("%q became %q", scopes, again)
		}
		if strings.ContainsAny(scopes.String(), "\r\n\x00") {
			t.Errorf("%q would break a header", scopes)
		}
	})
}
