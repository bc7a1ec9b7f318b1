package api

import (
	"net/url"
	"strings"
	"testing"
)

// tableRouter is the router of the real table.
func tableRouter() *router { return newRouter(routes()) }

func TestFind(t *testing.T) {
	rt := tableRouter()
	for _, row := range []struct {
		method, path string
		want         string // pattern, then name=value
	}{
		{"GET", "/", "/"},
		{"GET", "/meta", "/meta"},
		{"GET", "/repos/acme/web", "R"},
		{"GET", "/repositories/7", "R"},
		{"HEAD", "/repos/acme/web/deployments", "R/deployments"},
		{"GET", "/repos/acme/web/deployments/1", "R/deployments/#deployment deployment=1"},
		{"GET", "/repositories/7/deployments/1/statuses/2", "R/deployments/#deployment/statuses/#status deployment=1 status=2"},
		{"POST", "/repos/acme/web/hooks/3", "R/hooks/#hook hook=3"},
		{"PATCH", "/repos/acme/web/hooks/3", "R/hooks/#hook hook=3"},
		{"POST", "/repos/acme/web/hooks/3/test", "R/hooks/#hook/test hook=3"},
		{"POST", "/repos/acme/web/hooks/3/deliveries/4/attempts", "R/hooks/#hook/deliveries/#delivery/attempts hook=3 delivery=4"},
		{"GET", "/repos/acme/web/environments/test%2Fenv", "R/environments/*environment environment=test/env"},
		{"GET", "/repos/acme/web/environments/test/env", "R/environments/*environment environment=test/env"},
		{"PUT", "/repos/acme/web/environments/a%20b%C3%A9", "R/environments/*environment environment=a bé"},
		{"POST", "/repos/acme/web/environments/a/b/deployment-branch-policies", "R/environments/*environment/deployment-branch-policies environment=a/b"},
		{"PUT", "/repos/acme/web/environments/a%2Fb/deployment-branch-policies/7", "R/environments/*environment/deployment-branch-policies/#policy policy=7 environment=a/b"},
		{"GET", "/repos/acme/web/commits/heads/x/y", "R/commits/*ref ref=heads/x/y"},
		{"GET", "/repos/acme/web/commits/heads/x/status", "R/commits/*ref/status ref=heads/x"},
		{"GET", "/repos/acme/web/commits/feature%2Fstatus/status", "R/commits/*ref/status ref=feature/status"},
		{"GET", "/repos/acme/web/commits/x/statuses", "R/commits/*ref/statuses ref=x"},
		{"GET", "/repos/acme/web/commits/heads/x/check-runs", "R/commits/*ref/check-runs ref=heads/x"},
		{"GET", "/repos/acme/web/check-suites/3/check-runs", "R/check-suites/#suite/check-runs suite=3"},
		{"POST", "/repos/acme/web/check-runs/3", "R/check-runs/#run run=3"},
		{"GET", "/repos/acme/web/commits/status", "R/commits/*ref ref=status"},
		{"GET", "/repos/acme/web/statuses/heads/x", "R/statuses/*ref ref=heads/x"},
		{"POST", "/repos/acme/web/statuses/heads/x", "R/statuses/*sha sha=heads/x"},
		{"GET", "/repos/acme/web/branches/feature%2F%23123-x", "R/branches/*branch branch=feature/#123-x"},
		{"GET", "/repos/acme/web/compare/a/b...c%2Fd", "R/compare/*range range=a/b...c/d"},
		{"POST", "/orgs/acme/repos", "/orgs/:org/repos org=acme"},

		{"GET", "/repos/acme/web/", ""},
		{"GET", "/repos/acme", ""},
		{"GET", "/repos//web", ""},
		{"GET", "/repositories/x", ""},
		{"GET", "/repositories/0", ""},
		{"GET", "/repositories/01", ""},
		{"GET", "/repos/acme/web/deployments/01", ""},
		{"GET", "/repositories/-1", ""},
		{"GET", "/repositories/99999999999999999999", ""},
		{"GET", "/repos/acme/web/deployments/", ""},
		{"GET", "/repos/acme/web/deployments/abc", ""},
		{"GET", "/repos/acme/web/deployments/1x", ""},
		{"GET", "/repos/acme/web/deployments/+1", ""},
		{"GET", "/repos/acme/web/deployments/1/statuses/x", ""},
		{"PATCH", "/repos/acme/web/deployments/1", ""},
		{"PUT", "/repos/acme/web/deployments", ""},
		{"TRACE", "/repos/acme/web", ""},
		{"GET", "/repos/acme/web/environments/", ""},
		{"PUT", "/repos/acme/web/environments/x/secrets/y", ""},
		{"GET", "/repos/acme/web/environments/x/variables", ""},
		{"PUT", "/repos/acme/web/environments/x/deployment-branch-policies", ""},
		{"GET", "/repos/acme/web/environments/x/deployment-branch-policies/y", ""},
		{"GET", "/repos/acme/web/environments/deployment-branch-policies/1", ""},
		{"GET", "/repos/acme/web/environments/x/deployment-branch-policies/1/2", ""},
		{"PUT", "/repos/acme/web/environments/x%2Fsecrets", "R/environments/*environment environment=x/secrets"},
		{"GET", "/repos/acme/web/environments//x", ""},
		{"GET", "/repos/acme/web/commits/a//b", ""},
		{"GET", "/repos/acme/web/commits/%00", ""},
		{"GET", "/repos/acme/web/commits/%ff", ""},
		{"GET", "/repos/acme/web/commits/%zz", ""},
		{"GET", "/meta/", ""},
		{"GET", "//meta", ""},
		{"GET", "/nothing", ""},
		{"get", "/meta", ""},
	} {
		var v values
		got := ""
		if found, _, ok := rt.find(row.method, row.path, &v); ok {
			got = found.pattern
			for i := range v.n {
				got += " " + v.names[i] + "=" + v.values[i]
			}
		}
		if got != row.want {
			t.Errorf("%s %s: %q, want %q", row.method, row.path, got, row.want)
		}
	}
}

func TestLocateRepository(t *testing.T) {
	for path, want := range map[string]place{
		"/repos/Acme/web.git/hooks": {inside: true, owner: "Acme", name: "web.git", rest: "hooks"},
		"/repos/a%2Fb/c":            {inside: true, owner: "a/b", name: "c"},
		"/repositories/12/hooks/3":  {inside: true, id: 12, rest: "hooks/3"},
	} {
		if got, ok := locate(path); !ok || got != want {
			t.Errorf("%s: %+v, %v", path, got, ok)
		}
	}
}

// FuzzFind: whatever the path, the router answers without panicking, what it found matches the path it was given, and the
// values are what the path held.
func FuzzFind(f *testing.F) {
	for _, p := range []string{"/repos/a/b/commits/x/statuses", "/repositories/1/environments/a%2Fb", "/%", "/repos/a/b/hooks/1/deliveries/2/attempts", "//", "/repos/a/b/compare/x...y"} {
		f.Add("GET", p)
	}
	rt := tableRouter()
	f.Fuzz(func(t *testing.T, method, path string) {
		var v values
		row, at, ok := rt.find(method, path, &v)
		if !ok {
			return
		}
		if row.path.inside != at.inside {
			t.Fatalf("%q found %s", path, row.pattern)
		}
		for i := range v.n {
			if v.values[i] == "" || strings.ContainsRune(v.values[i], 0) {
				t.Fatalf("%q: value %q", path, v.values[i])
			}
			// Written back into the path, the same value is found again.
			again := strings.ReplaceAll(url.PathEscape(v.values[i]), "%2F", "%2f")
			if plain, ok := unescape(again); !ok || plain != v.values[i] {
				t.Fatalf("%q does not survive escaping: %q", v.values[i], again)
			}
		}
	})
}
