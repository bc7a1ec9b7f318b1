package wire

import (
	"time"

	"github.com/slipway-deploy/slipway"
)

// rootTemplates are the members of the API's root: those recorded in 2014 and those of today (contract 11.2).
var rootTemplates = [...]struct{ name, below string }{
	{"current_user_url", "/user"},
	{"authorizations_url", "/authorizations"},
	{"code_search_url", "/search/code?q={query}{&page,per_page,sort,order}"},
	{"commit_search_url", "/search/commits?q={query}{&page,per_page,sort,order}"},
	{"emails_url", "/user/emails"},
	{"emojis_url", "/emojis"},
	{"events_url", "/events"},
	{"feeds_url", "/feeds"},
	{"followers_url", "/user/followers"},
	{"following_url", "/user/following{/target}"},
	{"gists_url", "/gists{/gist_id}"},
	{"hub_url", "/hub"},
	{"issue_search_url", "/search/issues?q={query}{&page,per_page,sort,order}"},
	{"issues_url", "/issues"},
	{"keys_url", "/user/keys"},
	{"label_search_url", "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}"},
	{"notifications_url", "/notifications"},
	{"organization_url", "/orgs/{org}"},
	{"organization_repositories_url", "/orgs/{org}/repos{?type,page,per_page,sort}"},
	{"organization_teams_url", "/orgs/{org}/teams"},
	{"public_gists_url", "/gists/public"},
	{"rate_limit_url", "/rate_limit"},
	{"repository_url", "/repos/{owner}/{repo}"},
	{"repository_search_url", "/search/repositories?q={query}{&page,per_page,sort,order}"},
	{"current_user_repositories_url", "/user/repos{?type,page,per_page,sort}"},
	{"starred_url", "/user/starred{/owner}{/repo}"},
	{"starred_gists_url", "/gists/starred"},
	{"team_url", "/teams"},
	{"topic_search_url", "/search/topics?q={query}{&page,per_page}"},
	{"user_url", "/users/{user}"},
	{"user_organizations_url", "/user/orgs"},
	{"user_repositories_url", "/users/{user}/repos{?type,page,per_page,sort}"},
	{"user_search_url", "/search/users?q={query}{&page,per_page,sort,order}"},
}

// Root is what GET / answers: where things are. Templates are well-formed also where nothing is served.
func Root(u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.open()
		for i, t := range rootTemplates {
			w.str(t.name, u.API, t.below)
			if i == 0 {
				w.str("current_user_authorizations_html_url", u.Web, "/settings/connections/applications{/client_id}")
			}
		}
		w.close()
	})
}

// MetaView is what GET /meta tells about this server.
type MetaView struct {
	Era                    slipway.Era
	PasswordAuthentication bool
	Hooks                  []string // CIDRs that deliveries leave from
	InstalledVersion       string   // as on an Enterprise server; empty: not told
}

// Meta is what GET /meta answers (contract 11.2). Receivers compare where a delivery comes from with hooks. Where the server
// itself is reached is not known: there may be proxies in front of it.
func Meta(v MetaView) JSON {
	return render(func(w *writer) {
		w.open()
		w.boolean("verifiable_password_authentication", v.PasswordAuthentication)
		w.object("ssh_key_fingerprints", func() { // nobody gets in by SSH; today's description allows no null
			for _, kind := range [...]string{"SHA256_DSA", "SHA256_ECDSA", "SHA256_ED25519", "SHA256_RSA"} {
				if v.Era < slipway.E11 {
					w.null(kind)
				}
			}
		})
		w.strs("ssh_keys", nil)
		w.strs("hooks", v.Hooks)
		for _, name := range [...]string{"web", "api", "git", "packages", "pages", "importer", "actions", "dependabot"} {
			w.strs(name, nil)
		}
		w.object("domains", func() {})
		if v.InstalledVersion != "" {
			w.str("installed_version", v.InstalledVersion)
		}
		w.close()
	})
}

// Rate is a limit of requests and how much of it is used.
type Rate struct {
	Limit, Used, Remaining int
	Reset                  time.Time
}

// rateResources are the limits that GitHub counts apart. Here they are one.
var rateResources = [...]string{
	"core", "search", "graphql", "integration_manifest", "source_import", "code_scanning_upload", "code_scanning_autofix",
	"actions_runner_registration", "scim", "dependency_snapshots", "audit_log", "audit_log_streaming", "code_search",
}

// RateLimit is what GET /rate_limit answers (contract 11.2).
func RateLimit(core Rate) JSON {
	return render(func(w *writer) {
		w.open()
		w.object("resources", func() {
			for _, name := range rateResources {
				w.rate(name, core)
			}
		})
		w.rate("rate", core)
		w.close()
	})
}

func (w *writer) rate(name string, r Rate) {
	w.object(name, func() {
		w.num("limit", int64(r.Limit))
		w.num("used", int64(r.Used))
		w.num("remaining", int64(r.Remaining))
		w.num("reset", r.Reset.Unix())
	})
}
