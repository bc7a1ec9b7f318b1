package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestClients sends the queries of clients as they stand in their sources (contract 10.3, 12), from testdata/queries.
func TestClients(t *testing.T) {
	w := newWorld(t)
	ids := w.deployed("web", "production", `{"type":"branch-deploy","sha":"x"}`, `{"type":"branch-deploy","sha":"y"}`)
	w.report("web", ids[0], `{"state":"success","log_url":"https://ci.example/1"}`)
	w.report("web", ids[1], `{"state":"in_progress","log_url":"https://ci.example/2"}`)
	w.report("web", ids[1], `{"state":"success","environment_url":"https://example.com"}`)
	sha := w.git("web", "", "rev-parse", "main")
	w.rest("writer", "POST", "/repos/acme/web/statuses/"+sha, `{"state":"success","context":"ci"}`)
	w.rest("writer", "POST", "/repos/acme/web/check-runs", `{"name":"lint","head_sha":"`+sha+`","conclusion":"success"}`)
	a := w.must("reader", `{ repository(owner: "acme", name: "web") { object(expression: "main") { id ... on Commit { status { state contexts { context } context(name: "CI") { state } combinedContexts(first: 9) { totalCount } }
		statusCheckRollup { contexts(first: 1) { totalCount checkRunCount statusContextCount pageInfo { endCursor } nodes { __typename } } } } } } }`)
	commit, cursor := a.str("repository.object.id"), a.str("repository.object.statusCheckRollup.contexts.pageInfo.endCursor")
	for _, test := range []struct {
		file string
		vars vars
		want map[string]any
	}{
		{"gh-auth-status", nil, vars{"viewer.login": "reader"}},
		{"branch-deploy-deployments", vars{"repo_owner": "acme", "repo_name": "web", "environment": "production", "first": 100, "cursor": nil}, vars{
			"repository.nameWithOwner": "acme/web", "repository.deployments.nodes.0.state": "ACTIVE", "repository.deployments.nodes.1.state": "INACTIVE",
			"repository.deployments.nodes.0.environment": "production", "repository.deployments.nodes.0.payload": `{"type":"branch-deploy","sha":"y"}`,
			"repository.deployments.nodes.0.commit.oid": sha, "repository.deployments.pageInfo.hasNextPage": false,
		}},
		{"branch-deploy-checks", vars{"commitId": commit, "cursor": cursor, "number": 1}, vars{
			"node.statusCheckRollup.state": "SUCCESS", "node.statusCheckRollup.contexts.nodes.0.name": "lint", "node.statusCheckRollup.contexts.nodes.0.conclusion": "SUCCESS",
		}},
		{"backstage", vars{"owner": "acme", "repo": "web", "last": 10, "lastStatuses": 1}, vars{
			"repository.deployments.nodes.0.state": "INACTIVE", "repository.deployments.nodes.1.commit.abbreviatedOid": sha[:7],
			"repository.deployments.nodes.1.commit.commitUrl": "http://slipway.test/acme/web/commit/" + sha, "repository.deployments.nodes.1.statuses.nodes.0.logUrl": "https://ci.example/2",
			"repository.deployments.nodes.1.creator.login": "writer", "repository.deployments.nodes.1.repository.nameWithOwner": "acme/web",
		}},
		{"dashboard", vars{"owner": "acme", "name": "web", "environments": []any{"production"}}, vars{
			"repository.deployments.nodes.0.ref.name": "main", "repository.deployments.nodes.0.latestStatus.state": "SUCCESS", "repository.deployments.nodes.0.latestStatus.environmentUrl": "https://example.com",
		}},
	} {
		query := string(check(os.ReadFile("testdata/queries/" + test.file + ".graphql"))(t))
		a := w.must("reader", query, test.vars)
		for path, want := range test.want {
			if got := a.at(path); got != want {
				t.Errorf("%s: %s is %v, want %v", test.file, path, got, want)
			}
		}
	}
}

// TestPayloadAsBranchDeployReadsIt: up to two rounds of JSON.parse.
func TestPayloadAsBranchDeployReadsIt(t *testing.T) {
	w := newWorld(t)
	w.deployed("web", "qa", `{"type":"branch-deploy"}`, `"{\"type\":\"branch-deploy\"}"`)
	a := w.must("reader", `{ repository(owner: "acme", name: "web") { deployments(first: 2) { nodes { payload } } } }`)
	for i := range 2 {
		var parsed any = a.str(fmt.Sprintf("repository.deployments.nodes.%d.payload", i))
		for range 2 {
			if text, ok := parsed.(string); ok {
				if err := json.Unmarshal([]byte(text), &parsed); err != nil {
					t.Fatal(err)
				}
			}
		}
		if fmt.Sprint(parsed) != "map[type:branch-deploy]" {
			t.Errorf("payload %d: %v", i, parsed)
		}
	}
}

// TestIntrospection: the whole schema, as GET and as a query, and each type named in it is described.
func TestIntrospection(t *testing.T) {
	w := newWorld(t)
	res, body := w.send("reader", "GET", "/api/graphql", "")
	var schema struct {
		Data struct {
			Schema struct {
				QueryType, MutationType struct{ Name string }
				SubscriptionType        any
				Types                   []struct{ Kind, Name, Description string }
			} `json:"__schema"`
		}
	}
	if err := json.Unmarshal(body, &schema); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%d %v %.200s", res.StatusCode, err, body)
	}
	s := schema.Data.Schema
	if s.QueryType.Name != "Query" || s.MutationType.Name != "Mutation" || s.SubscriptionType != nil || len(s.Types) < 60 {
		t.Errorf("%+v", s)
	}
	for _, kind := range s.Types {
		if !strings.HasPrefix(kind.Name, "__") && kind.Description == "" {
			t.Errorf("%s has no description", kind.Name)
		}
	}
	if a := w.must("reader", `{ __type(name: "Deployment") { fields { name } } __schema { queryType { name } } __typename }`); a.at("__typename") != "Query" {
		t.Errorf("%s", a.text)
	}
}
