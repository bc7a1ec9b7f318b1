package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

// refID is the id of a ref of acme/web or acme/open, as a client finds it.
func (w *world) refID(repository, name string) string {
	w.Helper()
	return w.must("boss", `query($r: String!, $n: String!) { repository(owner: "acme", name: $r) { ref(qualifiedName: $n) { id } } }`, vars{"r": repository, "n": name}).str("repository.ref.id")
}

const create = `mutation($in: CreateDeploymentInput!) { createDeployment(input: $in) { autoMerged clientMutationId
	deployment { id databaseId description environment payload task state commitOid ref { name } repository { nameWithOwner } creator { login } } } }`

func TestCreateDeployment(t *testing.T) {
	w := newWorld(t)
	in := vars{"repositoryId": slipway.NodeID("Repository", w.repository("web").ID), "refId": w.refID("web", "main"), "clientMutationId": "abc"}
	a := w.must("writer", create, vars{"in": in})
	for path, want := range map[string]any{
		"autoMerged": false, "clientMutationId": "abc", "deployment.description": "", "deployment.environment": "production", "deployment.payload": "{}",
		"deployment.task": "deploy", "deployment.state": "PENDING", "deployment.ref.name": "main", "deployment.creator.login": "writer",
	} {
		if got := a.at("createDeployment." + path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	// REST shows what GraphQL made.
	var rest map[string]any
	_ = json.Unmarshal(w.rest("reader", "GET", fmt.Sprintf("/repos/acme/web/deployments/%v", a.at("createDeployment.deployment.databaseId")), ""), &rest)
	if rest["node_id"] != a.str("createDeployment.deployment.id") || rest["ref"] != "main" || rest["description"] != "" || fmt.Sprint(rest["payload"]) != "map[]" {
		t.Errorf("%v", rest)
	}
	for name, want := range map[string]string{"refs/tags/v1": "v1", "refs/tags/v1.0": "v1.0"} {
		in["refId"], in["environment"], in["payload"], in["description"], in["requiredContexts"] = w.refID("web", name), " qa ", ` {"a": 1} `, "d", []any{}
		a = w.must("writer", create, vars{"in": in})
		if a.str("createDeployment.deployment.ref.name") != want || a.str("createDeployment.deployment.environment") != "qa" || a.str("createDeployment.deployment.payload") != `{"a":1}` {
			t.Errorf("%s: %s", name, a.text)
		}
	}
}

// TestCreateDeploymentOfTag: a tag that a branch hides is deployed all the same.
func TestCreateDeploymentOfTag(t *testing.T) {
	w := newWorld(t)
	w.git("web", "", "update-ref", "refs/tags/topic", "main")
	in := vars{"repositoryId": slipway.NodeID("Repository", w.repository("web").ID), "refId": slipway.RefNodeID(w.repository("web").ID, "refs/tags/topic")}
	a := w.must("writer", create, vars{"in": in})
	if got := a.str("createDeployment.deployment.commitOid"); got != w.git("web", "", "rev-parse", "main") {
		t.Errorf("the branch was deployed: %s", a.text)
	}
}

func TestAutoMerge(t *testing.T) {
	w := newWorld(t)
	in := vars{"repositoryId": slipway.NodeID("Repository", w.repository("web").ID), "refId": w.refID("web", "topic")}
	a := w.must("writer", create, vars{"in": in})
	if a.at("createDeployment.autoMerged") != true || a.at("createDeployment.deployment") != nil {
		t.Errorf("%s", a.text)
	}
	a = w.must("writer", create, vars{"in": in})
	if a.at("createDeployment.autoMerged") != false || a.at("createDeployment.deployment") == nil {
		t.Errorf("after the merge: %s", a.text)
	}
	in["refId"] = w.refID("web", "clash")
	w.ask("writer", create, vars{"in": in}).failed("UNPROCESSABLE", "createDeployment", "Conflict merging main into clash.")
	in["autoMerge"] = false
	w.must("writer", create, vars{"in": in})
	in["refId"], in["autoMerge"] = w.refID("web", "feature/x"), nil
	w.tokens["deployer"] = w.tokenOf("writer", "repo_deployment")
	w.ask("deployer", create, vars{"in": in}).failed("NOT_FOUND", "createDeployment", "Not Found") // it may not merge
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	repository, ref := slipway.NodeID("Repository", w.repository("web").ID), w.refID("web", "main")
	sha := w.git("web", "", "rev-parse", "main")
	w.rest("writer", "POST", "/repos/acme/web/statuses/"+sha, `{"state":"failure","context":"ci"}`)
	live := w.deployed2("web", `{"ref":"main","environment":"live","required_contexts":[]}`)
	w.report("web", live, `{"state":"success","auto_inactive":false}`)
	w.deployed2("web", `{"ref":"main","environment":"live","required_contexts":[]}`)
	w.tokens["deployer"], w.tokens["nothing"] = w.tokenOf("writer", "repo_deployment"), w.tokenOf("writer")
	input := func(more vars) vars {
		in := vars{"repositoryId": repository, "refId": ref, "requiredContexts": []any{}}
		for k, v := range more {
			in[k] = v
		}
		return vars{"in": in}
	}
	noNode := func(id string) string { return "Could not resolve to a node with the global id of '" + id + "'" }
	const status = `mutation($in: CreateDeploymentStatusInput!) { createDeploymentStatus(input: $in) { deploymentStatus { id } } }`
	const remove = `mutation($in: DeleteDeploymentInput!) { deleteDeployment(input: $in) { clientMutationId } }`
	id := slipway.NodeID("Deployment", live)
	for _, test := range []struct {
		who, query    string
		in            vars
		kind, message string
	}{
		{"writer", create, input(vars{"requiredContexts": nil}), "UNPROCESSABLE", "Conflict: Commit status checks failed for main."},
		{"writer", create, input(vars{"requiredContexts": []any{"none"}}), "UNPROCESSABLE", "Conflict: Commit status checks failed for main."},
		{"writer", create, input(vars{"payload": "{"}), "UNPROCESSABLE", "payload is invalid"},
		{"writer", create, input(vars{"environment": strings.Repeat("é", 256)}), "UNPROCESSABLE", "environment is too long (maximum is 255 characters)"},
		{"writer", create, input(vars{"repositoryId": id}), "NOT_FOUND", noNode(id)},
		{"writer", create, input(vars{"repositoryId": "x"}), "NOT_FOUND", noNode("x")},
		{"writer", create, input(vars{"refId": repository}), "NOT_FOUND", noNode(repository)},
		{"writer", create, input(vars{"refId": w.refID("open", "main")}), "NOT_FOUND", noNode(w.refID("open", "main"))},
		{"writer", create, input(vars{"refId": slipway.RefNodeID(w.repository("web").ID, "refs/heads/gone")}), "UNPROCESSABLE", "No ref found for: gone"},
		{"reader", create, input(nil), "NOT_FOUND", noNode(repository)},
		{"stranger", create, input(nil), "NOT_FOUND", noNode(repository)},
		{"nothing", create, input(nil), "NOT_FOUND", noNode(repository)},

		{"writer", status, vars{"in": vars{"deploymentId": id, "state": "WAITING"}}, "UNPROCESSABLE", "state is not included in the list"},
		{"writer", status, vars{"in": vars{"deploymentId": id, "state": "SUCCESS", "logUrl": "ftp://x"}}, "UNPROCESSABLE", "target_url must use http(s) scheme"},
		{"writer", status, vars{"in": vars{"deploymentId": id, "state": "SUCCESS", "description": strings.Repeat("é", 141)}}, "UNPROCESSABLE", "description is too long (maximum is 140 characters)"},
		{"reader", status, vars{"in": vars{"deploymentId": id, "state": "SUCCESS"}}, "NOT_FOUND", noNode(id)},
		{"stranger", status, vars{"in": vars{"deploymentId": id, "state": "SUCCESS"}}, "NOT_FOUND", noNode(id)},
		{"writer", status, vars{"in": vars{"deploymentId": repository, "state": "SUCCESS"}}, "NOT_FOUND", noNode(repository)},

		{"writer", remove, vars{"in": vars{"id": id}}, "UNPROCESSABLE", "We cannot delete an active deployment unless it is the only deployment in a given environment."},
		{"reader", remove, vars{"in": vars{"id": id}}, "NOT_FOUND", noNode(id)},
	} {
		a := w.ask(test.who, test.query, test.in)
		field := strings.Fields(test.query[strings.Index(test.query, "{"):])[1]
		field, _, _ = strings.Cut(field, "(")
		message := test.message
		if strings.HasPrefix(message, "target_url") { // either name is right
			message = a.Errors[0].Message
			if !strings.HasSuffix(message, "must use http(s) scheme") {
				t.Errorf("%s", a.text)
			}
		}
		a.failed(test.kind, field, message)
		if a.at(field) != nil {
			t.Errorf("%s", a.text)
		}
	}
	w.must("deployer", strings.Replace(create, "ref { name }", "", 1), input(nil))
	if n := w.must("boss", `{ repository(owner: "acme", name: "web") { deployments { totalCount } } }`).at("repository.deployments.totalCount"); n != 3.0 {
		t.Errorf("%v deployments", n)
	}
}

// deployed2 makes one deployment of acme's over REST.
func (w *world) deployed2(repository, body string) int64 {
	w.Helper()
	var made struct{ ID int64 }
	_ = json.Unmarshal(w.rest("writer", "POST", "/repos/acme/"+repository+"/deployments", body), &made)
	return made.ID
}

func TestStatusesAndDeletion(t *testing.T) {
	w := newWorld(t)
	first, second := w.deployed("web", "qa", "1")[0], w.deployed("web", "qa", "2")[0]
	const status = `mutation($in: CreateDeploymentStatusInput!) { createDeploymentStatus(input: $in) { clientMutationId deploymentStatus { id state description environment logUrl environmentUrl creator { login } deployment { id state environment } } } }`
	w.must("writer", status, vars{"in": vars{"deploymentId": slipway.NodeID("Deployment", first), "state": "SUCCESS"}})
	a := w.must("writer", status, vars{"in": vars{
		"deploymentId": slipway.NodeID("Deployment", second), "state": "SUCCESS", "environment": "Live", "autoInactive": nil,
		"logUrl": "https://ci.example/2", "environmentUrl": "https://example.com", "clientMutationId": "1",
	}})
	for path, want := range map[string]any{
		"clientMutationId": "1", "deploymentStatus.state": "SUCCESS", "deploymentStatus.description": "", "deploymentStatus.environment": "Live",
		"deploymentStatus.logUrl": "https://ci.example/2", "deploymentStatus.deployment.state": "ACTIVE", "deploymentStatus.deployment.environment": "Live",
	} {
		if got := a.at("createDeploymentStatus." + path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	third := w.deployed("web", "qa", "3")[0]
	w.must("writer", status, vars{"in": vars{"deploymentId": slipway.NodeID("Deployment", third), "state": "SUCCESS"}})
	a = w.must("writer", `{ repository(owner: "acme", name: "web") { deployments(first: 3) { nodes { state latestStatus { state } originalEnvironment latestEnvironment } } environment(name: "QA") { latestCompletedDeployment { databaseId } }
		environments(first: 9) { nodes { name latestCompletedDeployment { databaseId } } } } }`)
	if got := fmt.Sprint(a.at("repository.deployments.nodes.0.state"), a.at("repository.deployments.nodes.1.state"), a.at("repository.deployments.nodes.2.state")); got != "INACTIVEACTIVEACTIVE" {
		t.Errorf("states %s", got)
	}
	if a.at("repository.environment.latestCompletedDeployment.databaseId") != float64(third) || a.at("repository.environments.nodes.0.latestCompletedDeployment.databaseId") != float64(second) {
		t.Errorf("%s", a.text)
	}
	a = w.must("writer", `mutation($in: DeleteDeploymentInput!) { deleteDeployment(input: $in) { clientMutationId } }`, vars{"in": vars{"id": slipway.NodeID("Deployment", first), "clientMutationId": "x"}})
	if a.str("deleteDeployment.clientMutationId") != "x" {
		t.Errorf("%s", a.text)
	}
	w.ask("writer", fmt.Sprintf(`{ node(id: "%s") { id } }`, slipway.NodeID("Deployment", first))).failed("NOT_FOUND", "node", "Could not resolve to a node with the global id of '"+slipway.NodeID("Deployment", first)+"'")
}

func TestEnvironmentMutations(t *testing.T) {
	w := newWorld(t)
	repository := slipway.NodeID("Repository", w.repository("web").ID)
	const make = `mutation($in: CreateEnvironmentInput!) { createEnvironment(input: $in) { clientMutationId environment { id name databaseId isPinned pinnedPosition protectionRules(first: 9) { totalCount } } } }`
	a := w.must("boss", make, vars{"in": vars{"repositoryId": repository, "name": " QA ", "clientMutationId": "1"}})
	id := a.str("createEnvironment.environment.id")
	if a.str("createEnvironment.environment.name") != "QA" || a.at("createEnvironment.environment.isPinned") != false {
		t.Errorf("%s", a.text)
	}
	if again := w.must("boss", make, vars{"in": vars{"repositoryId": repository, "name": "qa"}}); again.str("createEnvironment.environment.id") != id {
		t.Errorf("%s", again.text)
	}
	const change = `mutation($in: UpdateEnvironmentInput!) { updateEnvironment(input: $in) { environment { protectionRules(first: 9) { nodes { id databaseId type timeout preventSelfReview reviewers(first: 9) { totalCount nodes { ... on User { login } } } } } } } }`
	rules := func(more vars) string {
		in := vars{"environmentId": id}
		for k, v := range more {
			in[k] = v
		}
		list := w.must("boss", change, vars{"in": in}).at("updateEnvironment.environment.protectionRules.nodes").([]any)
		var said []string
		for _, rule := range list {
			r := rule.(map[string]any)
			said = append(said, fmt.Sprint(r["type"], " ", r["timeout"], " ", r["preventSelfReview"], " ", r["reviewers"].(map[string]any)["nodes"]))
		}
		return strings.Join(said, "; ")
	}
	reader := w.must("boss", `{ user(login: "reader") { id } }`).str("user.id")
	for _, step := range []struct {
		in   vars
		want string
	}{
		{vars{"waitTimer": 5}, "WAIT_TIMER 5 <nil> []"},
		{vars{"reviewers": []any{reader}, "preventSelfReview": true}, "REQUIRED_REVIEWERS 0 true [map[login:reader]]; WAIT_TIMER 5 <nil> []"},
		{vars{"preventSelfReview": false}, "REQUIRED_REVIEWERS 0 false [map[login:reader]]; WAIT_TIMER 5 <nil> []"},
		{vars{"waitTimer": 0}, "REQUIRED_REVIEWERS 0 false [map[login:reader]]"},
		{nil, "REQUIRED_REVIEWERS 0 false [map[login:reader]]"},
		{vars{"reviewers": []any{}}, ""},
	} {
		if got := rules(step.in); got != step.want {
			t.Errorf("%v: %s, want %s", step.in, got, step.want)
		}
	}
	noNode := "Could not resolve to a node with the global id of '%s'"
	const remove = `mutation($in: DeleteEnvironmentInput!) { deleteEnvironment(input: $in) { clientMutationId } }`
	stranger, open := slipway.NodeID("User", 999), slipway.NodeID("Repository", w.repository("open").ID)
	for _, test := range []struct {
		who, query, field string
		in                vars
		kind, message     string
	}{
		{"boss", change, "updateEnvironment", vars{"environmentId": id, "waitTimer": 43201}, "UNPROCESSABLE", "Invalid request.\n\n43201 must be less than or equal to 43200."},
		{"boss", change, "updateEnvironment", vars{"environmentId": id, "reviewers": []any{stranger}}, "UNPROCESSABLE", "Invalid request.\n\nUser 999 cannot review deployments of this repository."},
		{"boss", change, "updateEnvironment", vars{"environmentId": id, "reviewers": []any{"x"}}, "NOT_FOUND", fmt.Sprintf(noNode, "x")},
		{"boss", make, "createEnvironment", vars{"repositoryId": repository, "name": "\n"}, "UNPROCESSABLE", "Invalid request.\n\n\"name\" wasn't supplied."},
		{"writer", make, "createEnvironment", vars{"repositoryId": repository, "name": "x"}, "FORBIDDEN", "Must have admin rights to Repository."},
		{"writer", remove, "deleteEnvironment", vars{"id": id}, "FORBIDDEN", "Must have admin rights to Repository."},
		{"stranger", remove, "deleteEnvironment", vars{"id": id}, "NOT_FOUND", fmt.Sprintf(noNode, id)},
		{"boss", `mutation($in: ApproveDeploymentsInput!) { approveDeployments(input: $in) { clientMutationId } }`, "approveDeployments", vars{"workflowRunId": repository, "environmentIds": []any{id}}, "UNPROCESSABLE", "There are no pending deployment requests to approve or reject."},
		{"stranger", `mutation($in: ApproveDeploymentsInput!) { approveDeployments(input: $in) { clientMutationId } }`, "approveDeployments", vars{"workflowRunId": repository, "environmentIds": []any{id}}, "NOT_FOUND", fmt.Sprintf(noNode, repository)},
		{"stranger", `mutation($in: ApproveDeploymentsInput!) { approveDeployments(input: $in) { clientMutationId } }`, "approveDeployments", vars{"workflowRunId": open, "environmentIds": []any{id}}, "NOT_FOUND", fmt.Sprintf(noNode, id)},
		{"boss", `mutation($in: RejectDeploymentsInput!) { rejectDeployments(input: $in) { clientMutationId } }`, "rejectDeployments", vars{"workflowRunId": repository, "environmentIds": []any{id, repository}}, "NOT_FOUND", fmt.Sprintf(noNode, repository)},
		{"boss", `mutation($in: RejectDeploymentsInput!) { rejectDeployments(input: $in) { clientMutationId } }`, "rejectDeployments", vars{"workflowRunId": repository, "environmentIds": []any{id}}, "UNPROCESSABLE", "There are no pending deployment requests to approve or reject."},
	} {
		w.ask(test.who, test.query, vars{"in": test.in}).failed(test.kind, test.field, test.message)
	}
	w.must("boss", remove, vars{"in": vars{"id": id}})
	w.ask("boss", remove, vars{"in": vars{"id": id}}).failed("NOT_FOUND", "deleteEnvironment", fmt.Sprintf(noNode, id))
}
