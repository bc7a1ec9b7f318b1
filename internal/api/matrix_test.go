package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

// rule says, in the words of contract 9.1 and independently of the vocabulary's own table, who may do what a row does: which
// single scopes open it, and which roles. "open" is everybody, also without a token.
type rule struct {
	private, public string // scopes that suffice, separated by spaces
	role            string // the least role in the repository: read, write, admin; "" for rows about no repository
	forbidden       bool   // refusals are 403 where the repository is visible, else 404
	hidden          bool   // anonymous callers of a public repository get 404, not 401
}

const (
	hookReaders  = "repo admin:repo_hook write:repo_hook read:repo_hook"
	hookWriters  = "repo admin:repo_hook write:repo_hook"
	hookDeleters = "repo admin:repo_hook"
)

var rules = map[string]rule{
	"GET R/deployments":                                                     {"repo repo_deployment", "open", "read", false, false},
	"POST R/deployments":                                                    {"repo repo_deployment", "repo repo_deployment public_repo", "write", false, false},
	"GET R/deployments/#deployment":                                         {"repo repo_deployment", "open", "read", false, false},
	"DELETE R/deployments/#deployment":                                      {"repo repo_deployment", "repo repo_deployment public_repo", "write", false, false},
	"GET R/deployments/#deployment/statuses":                                {"repo repo_deployment", "open", "read", false, false},
	"POST R/deployments/#deployment/statuses":                               {"repo repo_deployment", "repo repo_deployment public_repo", "write", false, false},
	"GET R/deployments/#deployment/statuses/#status":                        {"repo repo_deployment", "open", "read", false, false},
	"POST R/statuses/*sha":                                                  {"repo repo:status", "repo repo:status public_repo", "write", false, false},
	"GET R/statuses/*ref":                                                   {"repo repo:status", "open", "read", false, false},
	"GET R/commits/*ref/statuses":                                           {"repo repo:status", "open", "read", false, false},
	"GET R/commits/*ref/status":                                             {"repo repo:status", "open", "read", false, false},
	"POST R/check-runs":                                                     {"repo repo:status", "repo repo:status", "write", false, false},
	"GET R/check-runs/#run":                                                 {"repo", "open", "read", false, false},
	"PATCH R/check-runs/#run":                                               {"repo repo:status", "repo repo:status", "write", false, false},
	"GET R/check-runs/#run/annotations":                                     {"repo", "open", "read", false, false},
	"GET R/commits/*ref/check-runs":                                         {"repo", "open", "read", false, false},
	"POST R/check-suites":                                                   {"repo repo:status", "repo repo:status", "write", false, false},
	"GET R/check-suites/#suite":                                             {"repo", "open", "read", false, false},
	"GET R/check-suites/#suite/check-runs":                                  {"repo", "open", "read", false, false},
	"POST R/check-suites/#suite/rerequest":                                  {"repo repo:status", "repo repo:status", "write", false, false},
	"GET R/commits/*ref/check-suites":                                       {"repo", "open", "read", false, false},
	"GET R/environments":                                                    {"repo", "open", "read", false, false},
	"GET R/environments/*environment":                                       {"repo", "open", "read", false, false},
	"PUT R/environments/*environment":                                       {"repo", "repo", "admin", true, false},
	"DELETE R/environments/*environment":                                    {"repo", "repo", "admin", true, false},
	"GET R/environments/*environment/deployment-branch-policies":            {"repo", "open", "read", false, false},
	"POST R/environments/*environment/deployment-branch-policies":           {"repo", "repo", "admin", true, false},
	"GET R/environments/*environment/deployment-branch-policies/#policy":    {"repo", "open", "read", false, false},
	"PUT R/environments/*environment/deployment-branch-policies/#policy":    {"repo", "repo", "admin", true, false},
	"DELETE R/environments/*environment/deployment-branch-policies/#policy": {"repo", "repo", "admin", true, false},
	"GET R/environments/*environment/deployment_protection_rules":           {"repo", "open", "read", false, false},
	"POST R/environments/*environment/deployment_protection_rules":          {"repo", "repo", "admin", true, false},
	"GET R/environments/*environment/deployment_protection_rules/apps":      {"repo", "repo", "admin", true, false},
	"GET R/environments/*environment/deployment_protection_rules/#rule":     {"repo", "open", "read", false, false},
	"DELETE R/environments/*environment/deployment_protection_rules/#rule":  {"repo", "repo", "admin", true, false},
	"GET R/actions/runs/#deployment/pending_deployments":                    {"repo", "open", "read", false, false},
	"GET R/actions/runs/#deployment/approvals":                              {"repo", "open", "read", false, false},
	"GET R/hooks":                                      {hookReaders, hookReaders + " public_repo", "admin", false, true},
	"POST R/hooks":                                     {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"GET R/hooks/#hook":                                {hookReaders, hookReaders + " public_repo", "admin", false, true},
	"PATCH R/hooks/#hook":                              {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"DELETE R/hooks/#hook":                             {hookDeleters, hookDeleters + " public_repo", "admin", false, true},
	"GET R/hooks/#hook/config":                         {hookReaders, hookReaders + " public_repo", "admin", false, true},
	"PATCH R/hooks/#hook/config":                       {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"POST R/hooks/#hook/pings":                         {hookReaders, hookReaders + " public_repo", "admin", false, true},
	"POST R/hooks/#hook/tests":                         {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"POST R/hooks/#hook/test":                          {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"GET R/hooks/#hook/deliveries":                     {hookReaders, hookReaders + " public_repo", "admin", false, true},
	"GET R/hooks/#hook/deliveries/#delivery":           {hookReaders, hookReaders + " public_repo", "admin", false, true},
	"POST R/hooks/#hook/deliveries/#delivery/attempts": {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"GET R":                                  {"repo", "open", "read", false, false},
	"GET R/branches/*branch":                 {"repo", "open", "read", false, false},
	"GET R/commits/*ref":                     {"repo", "open", "read", false, false},
	"GET R/compare/*range":                   {"repo", "open", "read", false, false},
	"POST R/merges":                          {"repo", "repo public_repo", "write", false, false},
	"GET R/branches":                         {"repo", "open", "read", false, false},
	"GET R/tags":                             {"repo", "open", "read", false, false},
	"GET R/topics":                           {"repo", "open", "read", false, false},
	"GET R/commits":                          {"repo", "open", "read", false, false},
	"GET R/commits/*ref/branches-where-head": {"repo", "open", "read", false, false},
	"GET R/commits/*ref/pulls":               {"repo", "open", "read", false, false},
	"GET R/git/refs":                         {"repo", "open", "read", false, false},
	"GET R/git/refs/*ref":                    {"repo", "open", "read", false, false},
	"GET R/git/ref/*ref":                     {"repo", "open", "read", false, false},
	"GET R/git/matching-refs":                {"repo", "open", "read", false, false},
	"GET R/git/matching-refs/*ref":           {"repo", "open", "read", false, false},
	"GET R/git/commits/:sha":                 {"repo", "open", "read", false, false},
	"GET R/git/trees/*sha":                   {"repo", "open", "read", false, false},
	"GET R/git/blobs/:sha":                   {"repo", "open", "read", false, false},
	"GET R/git/tags/:sha":                    {"repo", "open", "read", false, false},
	"GET R/contents":                         {"repo", "open", "read", false, false},
	"GET R/contents/*path":                   {"repo", "open", "read", false, false},
	"GET R/readme":                           {"repo", "open", "read", false, false},
	"GET R/readme/*dir":                      {"repo", "open", "read", false, false},
	"GET R/raw/:sha/*path":                   {"repo", "open", "read", false, false},
	"GET R/tarball":                          {"repo", "open", "read", false, false},
	"GET R/tarball/*ref":                     {"repo", "open", "read", false, false},
	"GET R/zipball":                          {"repo", "open", "read", false, false},
	"GET R/zipball/*ref":                     {"repo", "open", "read", false, false},
	"GET R/legacy.tar.gz/:sha":               {"repo", "open", "read", false, false},
	"GET R/legacy.zip/:sha":                  {"repo", "open", "read", false, false},
	"POST R/git/refs":                        {"repo", "repo public_repo", "write", false, false},
	"PATCH R/git/refs/*ref":                  {"repo", "repo public_repo", "write", false, false},
	"DELETE R/git/refs/*ref":                 {"repo", "repo public_repo", "write", false, false},
	"POST /user/repos":                       {private: "repo public_repo"},
	"POST /orgs/:org/repos":                  {private: "repo public_repo"},
	"GET /":                                  {private: "open"},
	"GET /meta":                              {private: "open"},
	"GET /rate_limit":                        {private: "open"},

	"GET /app":                                            {}, // see onlyFor
	"GET /app/installations":                              {},
	"GET /app/installations/#installation":                {},
	"DELETE /app/installations/#installation":             {},
	"POST /app/installations/#installation/access_tokens": {},
	"GET R/installation":                                  {},
	"GET /orgs/:org/installation":                         {},
	"GET /users/:user/installation":                       {},
	"GET /installation/repositories":                      {},
	"DELETE /installation/token":                          {},
	"GET /authorizations":                                 {},
	"POST /authorizations":                                {},
	"GET /authorizations/#authorization":                  {},
	"PATCH /authorizations/#authorization":                {},
	"DELETE /authorizations/#authorization":               {},
	"PUT /authorizations/clients/:client":                 {},
	"PUT /authorizations/clients/:client/:fingerprint":    {},
	"POST /applications/:client/token":                    {},
	"PATCH /applications/:client/token":                   {},
	"DELETE /applications/:client/token":                  {},
	"DELETE /applications/:client/grant":                  {},
	"GET /applications/:client/tokens/:token":             {},
	"POST /applications/:client/tokens/:token":            {},
	"DELETE /applications/:client/tokens/:token":          {},
	"DELETE /applications/:client/grants/:token":          {},
	"GET /apps/:app":                                      {private: "open"},
}

// everyScope is every scope there is, alone, and none.
func everyScope() []string { return append(slipway.KnownScopes(), "repo:deployment", "") }

// reachable replaces all handlers: what reaches one is answered 200 "reached", and nothing is done.
func (w *world) reachable() {
	for _, group := range []map[string][]*route{w.api.router.inside, w.api.router.outside, w.api.extension.inside, w.api.extension.outside} {
		for _, rows := range group {
			for _, row := range rows {
				row.exists = nil
				row.do = func(*API, context.Context, *call) (reply, error) {
					return reply{status: http.StatusOK, text: []byte("reached"), kind: "text/plain"}, nil
				}
			}
		}
	}
}

// concrete is a path for a row, in a repository.
func concrete(row *route, repository string) string {
	path := row.pattern
	if tail, ok := strings.CutPrefix(path, "R"); ok {
		path = repository + tail
	}
	path = below(row, path)
	return strings.NewReplacer("#deployment", "1", "#status", "1", "#hook", "1", "#delivery", "1", "#policy", "1", "#rule", "1", "#run", "1", "#suite", "1", ":org", "acme",
		"#account", "1", "#team", "1", ":user", "boss", ":team", "ops", "#installation", "1", ":app", "deployer",
		"#authorization", "1", ":client", "client", ":fingerprint", "f", ":token", "t",
		"*sha", strings.Repeat("a", 40), ":sha", strings.Repeat("a", 40), "*path", "file", "*dir", "docs", "*ref", "main", "*branch", "main", "*environment", "production", "*range", "main...topic").Replace(path)
}

func everyRow(t *testing.T) []*route {
	t.Helper()
	rows := append(routes(), extensionRoutes()...)
	list := make([]*route, len(rows))
	for i := range rows {
		list[i] = &rows[i]
		if _, ok := ruleOf(&rows[i]); !ok {
			t.Errorf("%s %s has no row in this test: say who may", rows[i].method, rows[i].pattern)
		}
	}
	for _, table := range []map[string]rule{rules, extensionRules} {
		for name := range table {
			if !slices.ContainsFunc(rows, func(r route) bool { return r.method+" "+r.pattern == name }) {
				t.Errorf("%s is in this test and not in the table", name)
			}
		}
	}
	return list
}

// presentations are the ways to present a token.
var presentations = map[string]func(secret string) string{
	"Bearer":         func(s string) string { return "Bearer " + s },
	"token":          func(s string) string { return "token " + s },
	"Basic user":     func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s+":x-oauth-basic")) },
	"Basic password": func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte("anybody:"+s)) },
}

// TestScopes is promise S1: every route, every scope alone, every way to present a token, for an account that may do
// everything in the repository.
func TestScopes(t *testing.T) {
	w := newWorld(t)
	w.reachable()
	rows := everyRow(t)
	for _, scope := range everyScope() {
		secret := w.tokenOf("boss", scope)
		for _, row := range rows {
			r := mustRule(row)
			for _, repository := range []string{"/repos/acme/web", "/repos/acme/open"} {
				want := r.byScope(scope, repository == "/repos/acme/open")
				if onlyFor[row.method+" "+row.pattern] != "" {
					want = refusedTo(row, repository == "/repos/acme/open", false)
				}
				for how, header := range presentations {
					got := w.do(row.method, concrete(row, repository), "", "Authorization: "+header(secret))
					if got.StatusCode != want {
						t.Errorf("%s %s with scope %q as %s: %d, want %d", row.method, concrete(row, repository), scope, how, got.StatusCode, want)
					}
				}
				if !row.path.inside && !strings.HasPrefix(row.pattern, "R") {
					break
				}
			}
		}
	}
}

func (r rule) byScope(scope string, public bool) int {
	if scope == "repo:deployment" {
		scope = "repo_deployment" // its old name
	}
	accepted := r.private
	if public && r.role != "" {
		accepted = r.public
	}
	switch {
	case accepted == "open", accepted == "any", scope != "" && slices.Contains(strings.Fields(accepted), scope):
		return http.StatusOK
	case r.forbidden && (public || scope == "repo"): // it is visible
		return http.StatusForbidden
	default:
		return http.StatusNotFound
	}
}

// TestRoles: every route, every role, for tokens that may do everything.
func TestRoles(t *testing.T) {
	w := newWorld(t)
	w.reachable()
	const none, read, write, admin = 0, 1, 2, 3
	level := map[string]int{"": none, "read": read, "write": write, "admin": admin}
	for _, row := range everyRow(t) {
		r := mustRule(row)
		for who, has := range map[string]int{"": -1, "stranger": none, "reader": read, "writer": write, "boss": admin, "admin": admin} {
			for _, public := range []bool{false, true} {
				repository, have := "/repos/acme/web", has
				if public {
					repository, have = "/repos/acme/open", max(has, read)
				}
				var headers []string
				if who != "" {
					headers = []string{"As: " + who}
				}
				want := http.StatusOK
				open := r.private == "open" || public && r.public == "open"
				switch visible := public || has >= read; {
				case open:
				case onlyFor[row.method+" "+row.pattern] != "":
					want = refusedTo(row, public, who == "")
				case who == "" && (r.role == "" || public && !r.hidden):
					want = http.StatusUnauthorized
				case who == "":
					want = http.StatusNotFound
				case r.role != "" && have < level[r.role] && r.forbidden && visible:
					want = http.StatusForbidden
				case r.role != "" && have < level[r.role]:
					want = http.StatusNotFound
				}
				got := w.do(row.method, concrete(row, repository), "", headers...)
				if got.StatusCode != want {
					t.Errorf("%s %s as %q: %d, want %d", row.method, concrete(row, repository), who, got.StatusCode, want)
				}
			}
		}
	}
}

// TestHiddenLooksAbsent: to whoever may not see it, a private repository answers as one that does not exist, header for header.
func TestHiddenLooksAbsent(t *testing.T) {
	w := newWorld(t)
	id := check(w.deploy.FindRepository(t.Context(), localAdministrator, "acme", "web"))(t).Repository.ID
	w.tokens["deployer"] = w.tokenOf("boss", "repo_deployment") // sees deployments, and no more
	for _, row := range everyRow(t) {
		if !row.path.inside && !strings.HasPrefix(row.pattern, "R") {
			continue
		}
		for _, who := range []string{"", "stranger", "deployer"} {
			if who == "deployer" && strings.Contains(mustRule(row).private, "repo_deployment") {
				continue
			}
			for hidden, absent := range map[string]string{"/repos/acme/web": "/repos/acme/absent", fmt.Sprintf("/repositories/%d", id): "/repositories/4040"} {
				var headers []string
				if who != "" {
					headers = []string{"As: " + who}
				}
				a := w.do(row.method, concrete(row, hidden), "{", headers...)
				b := w.do(row.method, concrete(row, absent), "{", headers...)
				for _, name := range []string{"Date", "X-Github-Request-Id"} {
					a.Header.Del(name)
					b.Header.Del(name)
				}
				if a.StatusCode != http.StatusNotFound || fmt.Sprint(a.StatusCode, a.Header, string(a.body)) != fmt.Sprint(b.StatusCode, b.Header, string(b.body)) {
					t.Errorf("%s %s as %q\nhidden: %d %v %s\nabsent: %d %v %s", row.method, row.pattern, who, a.StatusCode, a.Header, a.body, b.StatusCode, b.Header, b.body)
				}
			}
		}
	}
}

// TestBadTokens: a token that is not one is 401 on every route, also on public ones, and says nothing about anybody.
func TestBadTokens(t *testing.T) {
	w := newWorld(t)
	w.reachable()
	for _, row := range everyRow(t) {
		for _, header := range []string{"token nonsense", "Bearer " + slipway.NewTokenSecret(slipway.ClassicToken, bytes.NewReader(make([]byte, 64))), "Basic " + base64.StdEncoding.EncodeToString([]byte("boss:hunter2")), "Digest x", ""} {
			got := w.do(row.method, concrete(row, "/repos/acme/open"), "", "Authorization: "+header)
			sentence := `"Bad credentials"`
			if _, token := slipway.CheckTokenSecret(strings.TrimPrefix(header, "Bearer ")); !token && strings.HasPrefix(row.pattern, "/app/") || row.pattern == "/app" {
				sentence = `"` // anything but a token is taken for a signature there; TestKeys looks at what it is told
			}
			if got.StatusCode != http.StatusUnauthorized || !strings.Contains(string(got.body), sentence) || got.get("X-OAuth-Scopes") != "" {
				t.Errorf("%s %s with %q: %d %s", row.method, row.pattern, header, got.StatusCode, got.body)
			}
		}
	}
}

// TestOtherRepositories is promise S2: no id of one repository opens anything under another's address.
func TestOtherRepositories(t *testing.T) {
	w := newWorld(t)
	ids := w.fillRepository("/repos/acme/web")
	other := w.fillRepository("/repos/acme/open")
	own := check(w.deploy.FindRepository(t.Context(), localAdministrator, "acme", "open"))(t).Repository
	before := w.snapshot("/repos/acme/web", ids)
	for _, row := range everyRow(t) {
		if !strings.Contains(row.pattern, "#") {
			continue
		}
		for _, repository := range []string{"/repos/acme/open", fmt.Sprintf("/repositories/%d", own.ID)} {
			foreign := ids.path(row, repository)
			got := w.do(row.method, foreign, `{"state":"success","active":false}`, "As: admin")
			if got.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %d %s", row.method, foreign, got.StatusCode, got.body)
			}
			// The parent is the repository's own, the child another's.
			mixed := ids
			mixed.deployment, mixed.hook = other.deployment, other.hook
			if path := mixed.path(row, repository); strings.Contains(row.pattern, "#status") || strings.Contains(row.pattern, "#delivery") {
				if got := w.do(row.method, path, `{}`, "As: admin"); got.StatusCode != http.StatusNotFound {
					t.Errorf("%s %s: %d %s", row.method, path, got.StatusCode, got.body)
				}
			}
		}
	}
	// Nor does a commit that only the other repository has.
	w.git(filepath.Join(w.root, "acme", "web.git"), "commit refs/heads/secret\ncommitter A <a@example.com> 1700000900 +0000\ndata 6\nsecret\n\n", "fast-import", "--quiet")
	secret := strings.TrimSpace(w.git(filepath.Join(w.root, "acme", "web.git"), "", "rev-parse", "refs/heads/secret"))
	for path, body := range map[string]string{
		"GET /commits/" + secret: "", "GET /commits/" + secret + "/status": "", "POST /statuses/" + secret: `{"state":"success"}`,
		"POST /check-runs": `{"name":"x","head_sha":"` + secret + `"}`, "POST /check-suites": `{"head_sha":"` + secret + `"}`,
		"GET /commits/" + secret + "/check-runs": "", "GET /commits/" + secret + "/check-suites": "",
		"POST /deployments": `{"ref":"` + secret + `"}`, "GET /compare/main..." + secret: "", "POST /merges": `{"base":"main","head":"` + secret + `"}`,
	} {
		method, path, _ := strings.Cut(path, " ")
		if got := w.do(method, "/repos/acme/open"+path, body, "As: admin"); got.StatusCode != http.StatusNotFound && got.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s %s: %d %s", method, path, got.StatusCode, got.body)
		}
	}
	if after := w.snapshot("/repos/acme/web", ids); after != before {
		t.Errorf("acme/web changed:\n%s\n%s", before, after)
	}
}

// ids are one of each kind of object below a repository.
type ids struct{ deployment, status, hook, delivery, policy, rule, run, suite string }

func (i ids) path(row *route, repository string) string {
	path := strings.NewReplacer("#deployment", i.deployment, "#status", i.status, "#hook", i.hook, "#delivery", i.delivery,
		"#policy", i.policy, "#rule", i.rule, "#run", i.run, "#suite", i.suite, "*environment", "production").Replace(row.pattern)
	return below(row, repository+strings.TrimPrefix(path, "R"))
}

// snapshot is what a repository's lists say.
func (w *world) snapshot(repository string, i ids) string {
	w.Helper()
	var b strings.Builder
	for _, list := range []string{"/deployments", "/deployments/" + i.deployment + "/statuses", "/hooks", "/hooks/" + i.hook + "/deliveries", "/environments", "/environments/production/deployment-branch-policies", "/environments/production/deployment_protection_rules", "/commits/main/check-runs", "/check-runs/" + i.run + "/annotations"} {
		fmt.Fprintf(&b, "%s\n", w.do("GET", repository+list, "", "As: admin").body)
	}
	return b.String()
}
