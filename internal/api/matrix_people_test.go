package api

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

const (
	orgReaders = "admin:org write:org read:org"
	repoAdmins = "repo public_repo"
)

// peopleRules are the rules of peopleRoutes.
var peopleRules = map[string]rule{
	"GET /user":                                    {private: "any"},
	"GET /users/:user":                             {private: "open"},
	"GET /user/#account":                           {private: "open"},
	"GET /users":                                   {private: "open"},
	"GET /orgs/:org":                               {private: "open"},
	"GET /orgs/:org/members":                       {private: "open"},
	"GET /orgs/:org/members/:user":                 {private: "open"},
	"GET /orgs/:org/public_members":                {private: "open"},
	"GET /orgs/:org/public_members/:user":          {private: "open"},
	"GET /orgs/:org/memberships/:user":             {private: orgReaders},
	"GET /user/orgs":                               {private: orgReaders + " user"},
	"GET /users/:user/orgs":                        {private: "open"},
	"GET /orgs/:org/teams":                         {private: orgReaders},
	"GET /orgs/:org/teams/:team":                   {private: orgReaders},
	"GET /orgs/:org/teams/:team/members":           {private: orgReaders},
	"GET /orgs/:org/teams/:team/memberships/:user": {private: orgReaders},
	"GET /orgs/:org/teams/:team/repos":             {private: orgReaders},
	"GET /teams/#team":                             {private: orgReaders},
	"GET /user/teams":                              {private: orgReaders + " user"},
	"GET R/collaborators":                          {"repo", repoAdmins, "write", false, false},
	"GET R/collaborators/:user":                    {"repo", repoAdmins, "write", false, false},
	"GET R/collaborators/:user/permission":         {"repo", repoAdmins, "write", false, false},
	"PUT R/collaborators/:user":                    {"repo", repoAdmins, "admin", true, false},
	"DELETE R/collaborators/:user":                 {"repo", repoAdmins, "admin", true, false},
	"PATCH R":                                      {"repo", repoAdmins, "admin", true, false},
	"DELETE R":                                     {"delete_repo", "delete_repo", "admin", true, false},
	"GET /user/repos":                              {private: "any"},
	"GET /users/:user/repos":                       {private: "open"},
	"GET /orgs/:org/repos":                         {private: "open"},
	"GET R/events":                                 {"repo", "open", "read", false, false},
	"GET /events":                                  {private: "open"},
	"GET /orgs/:org/events":                        {private: "open"},
	"GET /users/:user/events":                      {private: "open"},
	"GET /users/:user/events/public":               {private: "open"},
	"GET /users/:user/received_events":             {private: "open"},
	"GET /users/:user/received_events/public":      {private: "open"},
	"GET /zen":                                     {private: "open"},
	"GET /versions":                                {private: "open"},
	"GET /repositories":                            {private: "open"},
}

func init() { maps.Copy(rules, peopleRules) }

// joinUp makes boss the administrator of acme and writer its member, in the team ops, which may triage acme/web.
func (w *world) joinUp() {
	w.Helper()
	ctx := context.Background()
	must := func(err error) {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
	}
	must(w.deploy.AddMember(ctx, localAdministrator, "acme", "boss", true))
	must(w.deploy.AddMember(ctx, localAdministrator, "acme", "writer", false))
	_, err := w.deploy.CreateTeam(ctx, localAdministrator, deploy.NewTeam{Organization: "acme", Name: "Ops", Description: "keeps it up"})
	must(err)
	must(w.deploy.SetTeamMember(ctx, localAdministrator, "acme", "ops", "writer", true))
	must(w.deploy.SetTeamRole(ctx, localAdministrator, "acme", "ops", "acme", "web", slipway.RoleTriage))
}

// happen has boss move, make and remove refs of acme/web and acme/open, and deploy.
func (w *world) happen() {
	w.Helper()
	for _, name := range []string{"web", "open"} {
		base := "/repos/acme/" + name
		for _, request := range [][3]string{
			{"POST", "/merges", `{"base":"topic","head":"main"}`},
			{"POST", "/git/refs", `{"ref":"refs/tags/v9","sha":"` + w.sha("main") + `"}`},
			{"DELETE", "/git/refs/heads/feature/x", ""},
			{"POST", "/deployments", `{"ref":"main"}`},
		} {
			if got := w.do(request[0], base+request[1], request[2], "As: boss"); got.StatusCode >= 300 {
				w.Fatalf("%v: %d %s", request, got.StatusCode, got.body)
			}
		}
	}
	// On PostgreSQL an event is listed once it has its position, some milliseconds after the fact.
	for start := time.Now(); ; {
		got := w.do("GET", "/repos/acme/open/events?per_page=1", "")
		if strings.Contains(string(got.body), "DeleteEvent") {
			return
		}
		if time.Since(start) > 10*time.Second {
			w.Fatalf("nothing happened: %s", got.body)
		}
	}
}
