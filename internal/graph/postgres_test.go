package graph_test

import (
	"fmt"
	"testing"
)

// TestPostgres goes through everything that reads the store, on the other database.
func TestPostgres(t *testing.T) {
	w := newWorld(t, func(o *options) { o.postgres = true })
	ids := w.stage()
	w.deployed("web", "Émile", "1", "2", "3")
	var list []any
	for id := range ids {
		list = append(list, id)
	}
	a := w.must("boss", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": list})
	for i, id := range list {
		if got := a.at(fmt.Sprintf("nodes.%d.id", i)); got != id {
			t.Errorf("node %d is %v, want %v", i, got, id)
		}
	}
	a = w.must("reader", `{ repository(owner: "acme", name: "web") { deployments(last: 2, environments: ["émile", "QA"], orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes { databaseId environment latestStatus { state } statuses(first: 1) { totalCount nodes { state } } oldest: statuses(last: 1) { nodes { state } }
		commit { status { state } statusCheckRollup { state } deployments(first: 1, environments: ["émile"]) { totalCount } } } pageInfo { hasPreviousPage startCursor } }
		environments(first: 5, names: ["ÉMILE", "qa"]) { totalCount nodes { name latestCompletedDeployment { databaseId } protectionRules(first: 5) { totalCount } } } } }`)
	for path, want := range map[string]any{
		"deployments.totalCount": 4.0, "deployments.nodes.0.environment": "Émile", "deployments.nodes.1.environment": "qa", "deployments.nodes.1.latestStatus.state": "SUCCESS",
		"deployments.nodes.1.oldest.nodes.0.state": "SUCCESS", "deployments.nodes.0.commit.deployments.totalCount": 3.0, "deployments.nodes.0.commit.status.state": "SUCCESS",
		"deployments.pageInfo.hasPreviousPage": true, "environments.totalCount": 2.0, "environments.nodes.0.name": "qa", "environments.nodes.1.name": "Émile",
		"environments.nodes.0.protectionRules.totalCount": 3.0,
	} {
		if got := a.at("repository." + path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	for _, bad := range []string{`{ user(login: "\u0000") { login } }`, `query { repository(owner: "acme", name: "web") { environment(name: "\u0000") { id } } }`} {
		if a := w.ask("reader", bad); len(a.Errors) != 1 {
			t.Errorf("%s: %s", bad, a.text)
		}
	}
}
