package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// TestApps: tokens of apps, and fine-grained ones, read what their permissions name, and are told so of what they do not.
func TestApps(t *testing.T) {
	w := newWorld(t)
	w.deployed("web", "qa", "1")
	sha := w.git("web", "", "rev-parse", "main")
	w.rest("writer", "POST", "/repos/acme/web/statuses/"+sha, `{"state":"success","context":"ci"}`)
	w.newRepository("acme", "other", true)
	deployments := slipway.Permissions{"deployments": slipway.LevelWrite}
	app, on, _, err := w.deploy.CreateApp(t.Context(), administrator, deploy.NewApp{
		Kind: slipway.GitHubApp, Owner: "boss", Name: "Shipper", Permissions: deployments, On: deploy.Selection{Repositories: []string{"acme/web"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	key := slipway.Actor{App: &app, Account: slipway.Account{ID: app.BotID}}
	if w.tokens["app"], _, _, err = w.deploy.CreateInstallationToken(t.Context(), key, on[0].ID, deploy.InstallationTokenRequest{}); err != nil {
		t.Fatal(err)
	}
	fine, _, err := w.deploy.CreateToken(t.Context(), administrator, deploy.NewToken{Login: "writer", Permissions: deployments, Repositories: []string{"acme/web"}})
	if err != nil {
		t.Fatal(err)
	}
	w.tokens["fine"] = fine
	for who, refusal := range map[string]string{"app": "Resource not accessible by integration", "fine": "Resource not accessible by personal access token"} {
		a := w.must(who, `{ viewer { login } repository(owner: "acme", name: "web") { name description deployments(first: 1) { nodes { state payload } } } }`)
		if login := a.str("viewer.login"); login != map[string]string{"app": "shipper[bot]", "fine": "writer"}[who] {
			t.Errorf("%s is %s", who, login)
		}
		for field, path := range map[string]string{
			`deployments(first: 1) { nodes { commit { oid } } }`: "repository.deployments.nodes.0.commit",
			`environments(first: 1) { totalCount }`:              "repository",
			`defaultBranchRef { name }`:                          "repository.defaultBranchRef",
		} {
			a := w.ask(who, `{ repository(owner: "acme", name: "web") { `+field+` } }`)
			if len(a.Errors) != 1 || a.Errors[0].Type != "FORBIDDEN" || a.Errors[0].Message != refusal || a.Errors[0].Extensions["saml_failure"] != false {
				t.Errorf("%s, %s at %s: %s", who, field, path, a.text)
			}
		}
		a = w.ask(who, `{ repository(owner: "acme", name: "other") { name } }`)
		if len(a.Errors) != 1 || a.Errors[0].Type != "NOT_FOUND" {
			t.Errorf("%s sees another repository: %s", who, a.text)
		}
		in := vars{"deploymentId": w.must(who, `{ repository(owner: "acme", name: "web") { deployments(first: 1) { nodes { id } } } }`).str("repository.deployments.nodes.0.id"), "state": "SUCCESS"}
		a = w.must(who, `mutation($in: CreateDeploymentStatusInput!) { createDeploymentStatus(input: $in) { deploymentStatus { creator { __typename login } } } }`, vars{"in": in})
		if login := a.str("createDeploymentStatus.deploymentStatus.creator.login"); login != map[string]string{"app": "shipper", "fine": "writer"}[who] {
			t.Errorf("%s is called %s", who, login)
		}
		env := vars{"repositoryId": slipway.NodeID("Repository", w.repository("web").ID), "name": "x"}
		w.ask(who, `mutation($in: CreateEnvironmentInput!) { createEnvironment(input: $in) { clientMutationId } }`, vars{"in": env}).failed("FORBIDDEN", "createEnvironment", refusal)
	}
	a := w.must("reader", `query($id: ID!) { node(id: $id) { ... on App { slug name databaseId url } } }`, vars{"id": slipway.NodeID("App", app.ID)})
	if a.str("node.slug") != "shipper" || !strings.HasSuffix(a.str("node.url"), "shipper") {
		t.Errorf("%s", a.text)
	}
}

// TestRules: a team that must approve is shown as REST shows it, and an app's rule is never taken for a rule of another kind
// that has the same number.
func TestRules(t *testing.T) {
	w := newWorld(t)
	team := check(w.deploy.CreateTeam(t.Context(), administrator, deploy.NewTeam{Organization: "acme", Name: "The Crew"}))(t)
	if err := w.deploy.SetTeamRole(t.Context(), administrator, "acme", "the-crew", "acme", "web", slipway.RoleRead); err != nil {
		t.Fatal(err)
	}
	w.rest("boss", "PUT", "/repos/acme/web/environments/qa", fmt.Sprintf(`{"wait_timer":5,"reviewers":[{"type":"Team","id":%d}],`+
		`"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}`, team.ID))
	app, _, _, err := w.deploy.CreateApp(t.Context(), administrator, deploy.NewApp{
		Kind: slipway.GitHubApp, Owner: "boss", Name: "Keeper", Permissions: slipway.Permissions{"deployments": slipway.LevelWrite}, On: deploy.Selection{Repositories: []string{"acme/web"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.rest("boss", "POST", "/repos/acme/web/environments/qa/deployment_protection_rules", fmt.Sprintf(`{"integration_id":%d}`, app.ID))
	w.rest("boss", "POST", "/repos/acme/web/environments/qa/deployment-branch-policies", `{"name":"main"}`)
	a := w.must("reader", `{ repository(owner: "acme", name: "web") { environment(name: "qa") { protectionRules(first: 9) { nodes { id databaseId type reviewers(first: 9) { totalCount nodes { __typename ... on Team { name } } } } } } } }`)
	rules := a.at("repository.environment.protectionRules.nodes").([]any)
	if len(rules) != 3 {
		t.Fatalf("%s", a.text)
	}
	if a.at("repository.environment.protectionRules.nodes.0.reviewers.totalCount") != 1.0 || a.str("repository.environment.protectionRules.nodes.0.reviewers.nodes.0.name") != "The Crew" {
		t.Errorf("%s", a.text)
	}
	if rules[0].(map[string]any)["databaseId"] != 1.0 { // as the app's rule and the branch's pattern
		t.Fatalf("%s", a.text)
	}
	const node = `query($id: ID!) { node(id: $id) { ... on DeploymentProtectionRule { type } } }`
	if one := w.must("reader", node, vars{"id": rules[0].(map[string]any)["id"]}); one.str("node.type") != "REQUIRED_REVIEWERS" {
		t.Errorf("%s", one.text)
	}
	for _, path := range []string{"deployment_protection_rules", "deployment-branch-policies"} {
		ids := map[string]string{}
		collect(w.rest("boss", "GET", "/repos/acme/web/environments/qa/"+path+"/1", ""), path, ids)
		delete(ids, slipway.NodeID("App", app.ID))
		if len(ids) != 1 {
			t.Fatalf("%s: %v", path, ids)
		}
		for id := range ids {
			w.ask("reader", node, vars{"id": id}).failed("NOT_FOUND", "node", "Could not resolve to a node with the global id of '"+id+"'")
		}
	}
}

// TestTeams: a team is shown to the members of its organization.
func TestTeams(t *testing.T) {
	w := newWorld(t)
	if err := w.deploy.AddMember(t.Context(), administrator, "acme", "reader", false); err != nil {
		t.Fatal(err)
	}
	team := check(w.deploy.CreateTeam(t.Context(), administrator, deploy.NewTeam{Organization: "acme", Name: "The Crew"}))(t)
	id := slipway.NodeID("Team", team.ID)
	for _, query := range []string{`query($id: ID!) { node(id: $id) { ... on Team { slug name combinedSlug organization { login } } } }`} {
		a := w.must("reader", query, vars{"id": id})
		if a.str("node.combinedSlug") != "acme/the-crew" {
			t.Errorf("%s", a.text)
		}
		w.ask("stranger", query, vars{"id": id}).failed("NOT_FOUND", "node", "Could not resolve to a node with the global id of '"+id+"'")
	}
	if a := w.must("stranger", `{ organization(login: "acme") { team(slug: "the-crew") { id } } }`); a.at("organization.team") != nil {
		t.Errorf("%s", a.text)
	}
	if a := w.must("reader", `{ organization(login: "acme") { team(slug: "the-crew") { id } } }`); a.str("organization.team.id") != id {
		t.Errorf("%s", a.text)
	}
}
