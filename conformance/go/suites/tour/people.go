package main

import (
	"strings"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

// people walks over accounts, organizations, teams and who works on what. The runner made the organization acme, in which boss
// is an owner and writer a member and in the team core.
func (t *tour) people() {
	boss := t.get("/users/boss").id()
	for _, path := range []string{
		"/users", "/users/acme", "/users/boss/orgs", "/users/boss/repos", "/user/orgs", "/user/repos?per_page=1", "/user/repos?visibility=private&sort=pushed&direction=asc",
		"/user/teams", "/orgs/acme", "/orgs/acme/members", "/orgs/acme/public_members", "/orgs/acme/memberships/writer", "/orgs/acme/repos", "/orgs/acme/teams",
		"/orgs/acme/teams/core", "/orgs/acme/teams/core/members", "/orgs/acme/teams/core/memberships/writer", "/orgs/acme/teams/core/repos", "/repositories",
	} {
		t.get(path)
	}
	t.get(sprint("/user/%d", boss))
	t.get(sprint("/teams/%d", t.get("/orgs/acme/teams/core").id()))
	t.do("GET", "/orgs/acme/members/writer", nil, 204)
	t.do("GET", "/orgs/acme/members/reader", nil, 404)
	t.do("GET", "/orgs/acme/public_members/reader", nil, 404)
	t.do("GET", "/users/nobody", nil, 404)
	t.get(t.r("/collaborators"))
	part.Want(t.get(t.r("/collaborators/writer/permission")).str("permission") == "write", "what writer may do")
	t.do("PUT", t.r("/collaborators/reader"), object{"permission": "triage"}, 204)
	t.do("GET", t.r("/collaborators/reader"), nil, 204)
	t.do("DELETE", t.r("/collaborators/reader"), nil, 204)
	t.do("PUT", t.r("/collaborators/reader"), object{"permission": "pull"}, 204)
	t.do("GET", t.r("/collaborators/nobody"), nil, 404)
	page := t.get(t.r("/collaborators?per_page=1"))
	part.Want(strings.Contains(page.Header.Get("Link"), `rel="next"`), "Link is %q", page.Header.Get("Link"))
}
