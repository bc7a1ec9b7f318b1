package slipway_test

import (
	"net/url"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestURLs(t *testing.T) {
	u := slipway.URLs{Web: "http://localhost:8480", API: "http://localhost:8480/api/v3"}
	const (
		api = "http://localhost:8480/api/v3/repos/acme/web"
		web = "http://localhost:8480/acme/web"
	)
	for _, pair := range [][2]string{
		{u.Host(), "localhost:8480"},
		{u.Hostname(), "localhost"},
		{u.Account("mona"), "http://localhost:8480/api/v3/users/mona"},
		{u.Account("slipway[bot]"), "http://localhost:8480/api/v3/users/slipway%5Bbot%5D"},
		{u.AccountHTML("mona"), "http://localhost:8480/mona"},
		{u.Avatar(3), "http://localhost:8480/static/avatars/3"},
		{u.Organization("acme"), "http://localhost:8480/api/v3/orgs/acme"},
		{u.Repository(public), api},
		{u.RepositoryByID(1), "http://localhost:8480/api/v3/repositories/1"},
		{u.ExtensionRepositoryByID(1), "http://localhost:8480/api/slipway/v1/repositories/1"},
		{u.RepositoryHTML(public), web},
		{u.Clone(public), web + ".git"},
		{u.Deployments(public), api + "/deployments"},
		{u.Deployment(public, 42), api + "/deployments/42"},
		{u.DeploymentStatuses(public, 42), api + "/deployments/42/statuses"},
		{u.DeploymentStatus(public, 42, 7), api + "/deployments/42/statuses/7"},
		{u.CommitStatus(public, sha), api + "/statuses/" + sha},
		{u.CombinedStatus(public, sha), api + "/commits/" + sha + "/status"},
		{u.Environment(public, "production"), api + "/environments/production"},
		{u.Environment(public, "test/env"), api + "/environments/test/env"},
		{u.Environment(public, "a b?c#d%"), api + "/environments/a%20b%3Fc%23d%25"},
		{u.EnvironmentHTML(public, "test/env"), web + "/deployments/activity_log?environments_filter=test%2Fenv"},
		{u.Hook(public, 5), api + "/hooks/5"},
		{u.HookTest(public, 5), api + "/hooks/5/test"},
		{u.HookPings(public, 5), api + "/hooks/5/pings"},
		{u.HookDeliveries(public, 5), api + "/hooks/5/deliveries"},
		{u.Commit(public, sha), api + "/commits/" + sha},
		{u.CommitComments(public, sha), api + "/commits/" + sha + "/comments"},
		{u.CommitHTML(public, sha), web + "/commit/" + sha},
		{u.GitCommit(public, sha), api + "/git/commits/" + sha},
		{u.GitTree(public, sha), api + "/git/trees/" + sha},
		{u.BlobHTML(public, sha, "a b/c"), web + "/blob/" + sha + "/a%20b/c"},
		{u.RawHTML(public, sha, "a#b"), web + "/raw/" + sha + "/a%23b"},
		{u.Contents(public, sha, "a/b"), api + "/contents/a/b?ref=" + sha},
		{u.Branch(public, "feature/x"), api + "/branches/feature/x"},
		{u.BranchProtection(public, "main"), api + "/branches/main/protection"},
		{u.BranchHTML(public, "feature/x"), web + "/tree/feature/x"},
		{u.Compare(public, "main", "feature/x"), api + "/compare/main...feature/x"},
		{u.CompareHTML(public, "a%b", "c"), web + "/compare/a%25b...c"},
		{u.CompareRefHTML(public, "feature/x"), web + "/compare/feature/x"},
		{slipway.URLs{Web: ":"}.Hostname(), ""},
		{slipway.URLs{}.Repository(public), "/repos/acme/web"},
		{slipway.URLs{}.Host(), ""},
		{slipway.URLs{Web: "https://d.example.com/base"}.Host(), "d.example.com"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%q, want %q", pair[0], pair[1])
		}
	}
}

// Whatever an environment is called, its address parses and names it again.
func FuzzEnvironmentURL(f *testing.F) {
	for _, seed := range []string{"production", "a/b", "a b", "%2f", "?x#y", "ü", "..", "\x00"} {
		f.Add(seed)
	}
	u := slipway.URLs{Web: "http://h", API: "http://h/api"}
	f.Fuzz(func(t *testing.T, name string) {
		parsed, err := url.Parse(u.Environment(public, name))
		if err != nil || parsed.Path != "/api/repos/acme/web/environments/"+name || parsed.RawQuery != "" {
			t.Errorf("%q became %v: %v", name, parsed, err)
		}
	})
}

func TestOwnsHost(t *testing.T) {
	one := slipway.URLs{Web: "http://deploy.example.com:8480", API: "http://deploy.example.com:8480/api/v3"}
	two := slipway.URLs{Web: "https://deploy.example.com", API: "https://Hub.example.com:444"}
	six := slipway.URLs{Web: "http://[::1]:8480", API: "http://[::2]:8480"}
	for _, test := range []struct {
		urls slipway.URLs
		host string
		want bool
	}{
		{one, "deploy.example.com:8480", false},
		{one, "deploy.example.com", false},
		{one, "api.deploy.example.com:8480", true},
		{one, "API.x", true},
		{one, "api.", false},
		{one, "api", false},
		{one, "apix.example.com", false},
		{one, "", false},
		{two, "hub.example.com", true},
		{two, "HUB.EXAMPLE.COM:9", true},
		{two, "deploy.example.com", false},
		{two, "api.example.com", true},
		{six, "[::2]:8480", true},
		{six, "[::2]", true},
		{six, "[::1]:8480", false},
		{slipway.URLs{}, "", false},
		{slipway.URLs{}, "x", false},
	} {
		if got := test.urls.OwnsHost(test.host); got != test.want {
			t.Errorf("%+v owns %q: %t", test.urls, test.host, got)
		}
	}
}

func TestExtensionBase(t *testing.T) {
	for api, want := range map[string]string{
		"https://a.example/api/v3": "https://a.example/api/slipway/v1",
		"https://api.a.example":    "https://api.a.example/slipway/v1",
		"https://a.example:8443":   "https://a.example:8443/slipway/v1",
	} {
		if got := (slipway.URLs{Web: "https://a.example", API: api}).Extension(); got != want {
			t.Errorf("%s: %s, want %s", api, got, want)
		}
	}
}
