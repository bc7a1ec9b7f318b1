package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

const scopesLack = "Your token has not been granted the required scopes to execute this query. The '%s' field requires one of the following scopes: ['repo'], but your token has only been granted the: ['%s'] scopes."

// TestScopes: each part of a private repository is asked for by itself, with the need of its REST route.
func TestScopes(t *testing.T) {
	w := newWorld(t)
	id := w.deployed("web", "qa", "1")[0]
	sha := w.git("web", "", "rev-parse", "main")
	w.rest("writer", "POST", "/repos/acme/web/statuses/"+sha, `{"state":"success","context":"ci"}`)
	for _, scope := range []string{"repo", "repo_deployment", "repo:status", "public_repo", "read:org"} {
		w.tokens[scope] = w.tokenOf("writer", scope)
	}
	const ask = `{ repository(owner: "acme", name: "web") { %s } }`
	for _, test := range []struct{ who, field, refusal string }{
		{"repo", "name nameWithOwner id isPrivate", ""},
		{"repo", "deployments(first: 1) { nodes { id commit { oid } ref { name } } }", ""},
		{"repo_deployment", "name nameWithOwner id isPrivate url", ""},
		{"repo_deployment", "deployments(first: 1) { totalCount nodes { id state payload commitOid latestStatus { state } statuses(first: 1) { totalCount } } }", ""},
		{"repo_deployment", "description", "description"},
		{"repo_deployment", "environments(first: 1) { totalCount }", "environments"},
		{"repo_deployment", `environment(name: "qa") { id }`, "environment"},
		{"repo_deployment", `ref(qualifiedName: "main") { id }`, "ref"},
		{"repo_deployment", `refs(refPrefix: "refs/heads/") { totalCount }`, "refs"},
		{"repo_deployment", `defaultBranchRef { id }`, "defaultBranchRef"},
		{"repo_deployment", `object(expression: "main") { id }`, "object"},
		{"repo_deployment", "deployments(first: 1) { nodes { commit { oid } } }", "commit"},
		{"repo_deployment", "deployments(first: 1) { nodes { ref { name } } }", "ref"},
		{"repo:status", "name", ""},
	} {
		a := w.ask(test.who, fmt.Sprintf(ask, test.field))
		if test.refusal == "" {
			if len(a.Errors) > 0 {
				t.Errorf("%s, %s: %s", test.who, test.field, a.text)
			}
			continue
		}
		a.failed("INSUFFICIENT_SCOPES", "", fmt.Sprintf(scopesLack, test.refusal, test.who))
	}
	w.ask("repo:status", fmt.Sprintf(ask, "deployments(first: 1) { totalCount }")).failed("INSUFFICIENT_SCOPES", "repository.deployments",
		strings.Replace(fmt.Sprintf(scopesLack, "deployments", "repo:status"), "['repo']", "['repo', 'repo_deployment']", 1))

	// To all of these the repository looks as if it were not there, however it is named.
	status := fmt.Sprintf(`{ node(id: "%s") { id } }`, slipway.NodeID("Deployment", id))
	for _, who := range []string{"stranger", "public_repo", "read:org"} {
		w.ask(who, fmt.Sprintf(ask, "name")).failed("NOT_FOUND", "repository", "Could not resolve to a Repository with the name 'acme/web'.")
		w.ask(who, status).failed("NOT_FOUND", "node", "Could not resolve to a node with the global id of '"+slipway.NodeID("Deployment", id)+"'")
		if a := w.must(who, `{ organization(login: "acme") { repository(name: "web") { id } } }`); a.at("organization.repository") != nil {
			t.Errorf("%s sees %s", who, a.text)
		}
	}
	w.ask("repo:status", status).failed("NOT_FOUND", "node", "Could not resolve to a node with the global id of '"+slipway.NodeID("Deployment", id)+"'")
	w.ask("reader", `{ repository(owner: "acme", name: "none") { id } }`).failed("NOT_FOUND", "repository", "Could not resolve to a Repository with the name 'acme/none'.")
}

// TestPublic: what everybody reads, everybody with a token reads.
func TestPublic(t *testing.T) {
	w := newWorld(t)
	w.deployed("open", "qa", "1")
	w.tokens["none"] = w.tokenOf("stranger")
	a := w.must("none", `{ repository(owner: "acme", name: "open") { description viewerPermission viewerCanAdminister deployments(first: 1) { nodes { commit { oid } ref { target { oid } } } } environments(first: 3) { totalCount } } }`)
	if a.at("repository.viewerPermission") != "READ" || a.at("repository.environments.totalCount") != 1.0 {
		t.Errorf("%s", a.text)
	}
	if a := w.must("boss", `{ repository(owner: "acme", name: "web") { viewerPermission viewerCanAdminister visibility } }`); a.at("repository.viewerPermission") != "ADMIN" || a.at("repository.viewerCanAdminister") != true || a.at("repository.visibility") != "PRIVATE" {
		t.Errorf("%s", a.text)
	}
}

// TestNodes: every node_id that REST prints is found by it, and has the same id; none of a private repository is found by a
// stranger, in the words of an absent one.
func TestNodes(t *testing.T) {
	w := newWorld(t)
	ids := w.stage()
	for id, path := range ids {
		a := w.ask("boss", `query($id: ID!) { node(id: $id) { __typename id } }`, vars{"id": id})
		if len(a.Errors) > 0 || a.str("node.id") != id {
			t.Errorf("%s at %s: %s", id, path, a.text)
			continue
		}
		if strings.Contains(path, "acme/web") && !isAccount(a.str("node.__typename")) {
			w.ask("stranger", `query($id: ID!) { node(id: $id) { id } }`, vars{"id": id}).failed("NOT_FOUND", "node", "Could not resolve to a node with the global id of '"+id+"'")
		}
	}
	if len(ids) < 20 {
		t.Errorf("only %d ids: %v", len(ids), ids)
	}
	var list []any
	for id := range ids {
		list = append(list, id)
	}
	list = append(list, "D_abcdefgh")
	a := w.ask("boss", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": list})
	a.failed("NOT_FOUND", fmt.Sprintf("nodes.%d", len(list)-1), "Could not resolve to a node with the global id of 'D_abcdefgh'")
	for i, id := range list[:len(list)-1] {
		if got := a.at(fmt.Sprintf("nodes.%d.id", i)); got != id {
			t.Errorf("node %d is %v, want %v", i, got, id)
		}
	}
	if a.at(fmt.Sprintf("nodes.%d", len(list)-1)) != nil {
		t.Errorf("%s", a.text)
	}
}

func isAccount(kind string) bool {
	switch kind {
	case "User", "Organization", "Bot", "Team", "App":
		return true
	}
	return false
}

// stage makes one of everything in acme/web, walks REST, and gives every node_id in it with where it was found.
func (w *world) stage() map[string]string {
	w.Helper()
	ctx := context.Background()
	id := w.deployed("web", "qa", "1")[0]
	w.report("web", id, `{"state":"success"}`)
	sha := w.git("web", "", "rev-parse", "main")
	tag := w.git("web", "", "rev-parse", "refs/tags/v1.0")
	blob := w.git("web", "", "rev-parse", "main:file")
	tree := w.git("web", "", "rev-parse", "main^{tree}")
	w.rest("writer", "POST", "/repos/acme/web/statuses/"+sha, `{"state":"success","context":"ci"}`)
	w.rest("writer", "POST", "/repos/acme/web/check-runs", `{"name":"lint","conclusion":"success","head_sha":"`+sha+`"}`)
	reader := check(w.deploy.FindAccount(ctx, "reader"))(w)
	w.rest("boss", "PUT", "/repos/acme/web/environments/qa", fmt.Sprintf(`{"wait_timer":5,"reviewers":[{"type":"User","id":%d}],"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}`, reader.ID))
	found := map[string]string{}
	for _, path := range []string{
		"", "/deployments", fmt.Sprintf("/deployments/%d/statuses", id), "/environments", "/environments/qa",
		"/commits/main", "/commits/main/status", "/commits/main/statuses", "/commits/main/check-runs", "/git/refs", "/git/tags/" + tag, "/git/blobs/" + blob, "/git/trees/" + tree,
		"/git/commits/" + sha, "/branches/main", "/tags", "/contents/file", "/compare/first...main",
	} {
		path = "/repos/acme/web" + path
		res, body := w.send("boss", "GET", "/api/v3"+path, "")
		if res.StatusCode != http.StatusOK && !strings.Contains(path, "compare") {
			w.Fatalf("%s: %d %s", path, res.StatusCode, body)
		}
		collect(body, path, found)
	}
	for _, path := range []string{"/user", "/users/acme", "/users/slipway%5Bbot%5D"} {
		collect(w.rest("boss", "GET", path, ""), path, found)
	}
	return found
}

// collect gathers the node_ids in a body.
func collect(body []byte, path string, found map[string]string) {
	var v any
	_ = json.Unmarshal(body, &v)
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if id, ok := v["node_id"].(string); ok {
				found[id] = path
			}
			for _, member := range v {
				walk(member)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(v)
}

// TestNodesRefuse: ids that name nothing, in every form.
func TestNodesRefuse(t *testing.T) {
	w := newWorld(t)
	r := w.repository("open")
	sha := slipway.SHA(strings.Repeat("a", 40))
	for _, id := range []string{
		"", "D_abcdefgh", "x", slipway.NodeID("Deployment", 999), slipway.NodeID("DeploymentStatus", 999), slipway.NodeID("StatusContext", 999),
		slipway.NodeID("User", 999), slipway.NodeID("Organization", 1), slipway.NodeID("Repository", 999), slipway.NodeID("Nonsense", 1),
		slipway.CommitNodeID(r.ID, sha), slipway.CommitNodeID(999, sha), slipway.RefNodeID(r.ID, "refs/heads/none"), slipway.RefNodeID(999, "refs/heads/main"),
		slipway.ObjectNodeID("Tree", r.ID, sha), slipway.ObjectNodeID("Status", r.ID, sha), slipway.ObjectNodeID("Tag", r.ID, slipway.SHA(w.git("open", "", "rev-parse", "main"))),
		slipway.EnvironmentNodeID(r.ID, 999), slipway.GateNodeID(r.ID, 999), slipway.GateNodeID(999, 1),
		slipway.ObjectNodeID("StatusCheckRollup", r.ID, slipway.SHA(w.git("open", "", "rev-parse", "main"))), // nobody has said anything of it
	} {
		w.ask("boss", `query($id: ID!) { node(id: $id) { id } }`, vars{"id": id}).failed("NOT_FOUND", "node", "Could not resolve to a node with the global id of '"+id+"'")
	}
	var many []any
	for range 101 {
		many = append(many, slipway.NodeID("User", 1))
	}
	w.ask("boss", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": many}).failed("ARGUMENT_LIMIT", "nodes", "You may not provide more than 100 node ids; you provided 101.")
}

func TestAccounts(t *testing.T) {
	w := newWorld(t)
	a := w.must("reader", `{ user(login: "BOSS") { login } organization(login: "acme") { login name repository(name: "WEB") { name owner { login __typename } } }
		a: repositoryOwner(login: "acme") { __typename login repository(name: "open") { name } } b: repositoryOwner(login: "boss") { __typename } c: repositoryOwner(login: "none") { login } d: repositoryOwner(login: "slipway[bot]") { login } }`)
	for path, want := range map[string]any{
		"user.login": "boss", "organization.repository.name": "web", "organization.repository.owner.__typename": "Organization",
		"a.__typename": "Organization", "b.__typename": "User", "c": nil, "d": nil,
	} {
		if got := a.at(path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	w.ask("reader", `{ user(login: "acme") { login } }`).failed("NOT_FOUND", "user", "Could not resolve to a User with the login of 'acme'.")
	w.ask("reader", `{ user(login: "none") { login } }`).failed("NOT_FOUND", "user", "Could not resolve to a User with the login of 'none'.")
	w.ask("reader", `{ organization(login: "boss") { login } }`).failed("NOT_FOUND", "organization", "Could not resolve to an Organization with the login of 'boss'.")
}
