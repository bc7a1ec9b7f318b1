package slipway_test

import (
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestCheckLogin(t *testing.T) {
	for _, login := range []string{"a", "mona", "Mona-Lisa", "a-1-b", "0", strings.Repeat("a", 39), "api2", "wwww"} {
		if err := slipway.CheckLogin(login); err != nil {
			t.Errorf("%q: %v", login, err)
		}
	}
	for _, login := range []string{
		"", "-a", "a-", "a--b", "a_b", "a.b", "a b", "a/b", "..", "é", "slipway[bot]", "a\n", "a\x00", strings.Repeat("a", 40),
		"api", "API", "Admin", "graphql", "login", "logout", "healthz", "readyz", "metrics", "static", "settings", "setup",
		"board", "insights", "hooks", "repositories", "apps", "organizations", "new", "search", "events", "slipway", "www",
	} {
		if err := slipway.CheckLogin(login); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %v, want a refusal", login, err)
		}
	}
}

func TestReservedOwner(t *testing.T) {
	for login, want := range map[string]bool{"admin": true, "ADMIN": true, "mona": false, "": false, "administrator": false} {
		if got := slipway.ReservedOwner(login); got != want {
			t.Errorf("%q: %v", login, got)
		}
	}
}

func TestCheckRepositoryName(t *testing.T) {
	for _, name := range []string{"a", "web", "my.app_2-x", "...", "-", "_", ".github", "git", "lock", strings.Repeat("a", 100)} {
		if err := slipway.CheckRepositoryName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{
		"", ".", "..", "a/b", "a b", "é", "a\n", "a\x00", "web.git", "web.GIT", "web.lock", "web.wiki", ".git", strings.Repeat("a", 101),
		"../x", "a\\b", "a:b",
	} {
		if err := slipway.CheckRepositoryName(name); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %v, want a refusal", name, err)
		}
	}
}

func TestCheckWritable(t *testing.T) {
	r := public
	if err := r.CheckWritable(); err != nil {
		t.Error(err)
	}
	r.Archived = true
	if e := refusal(t, r.CheckWritable()); e.Kind != slipway.Forbidden || e.Message != "Repository was archived so is read-only." {
		t.Errorf("%+v", e)
	}
	if r.FullName() != "acme/web" {
		t.Error(r.FullName())
	}
}

func TestProtects(t *testing.T) {
	r := slipway.Repository{DefaultBranch: "main"}
	for branch, want := range map[string]bool{"main": true, "Main": false, "topic": false, "refs/heads/main": false, "": false} {
		if got := r.Protects(branch); got != want {
			t.Errorf("%q: %t", branch, got)
		}
	}
}
