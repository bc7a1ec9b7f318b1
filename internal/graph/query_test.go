package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// deployed makes deployments of main in acme/web over REST, one a payload, and gives their ids.
func (w *world) deployed(repository, environment string, payloads ...string) (ids []int64) {
	w.Helper()
	for _, payload := range payloads {
		var made struct{ ID int64 }
		body := fmt.Sprintf(`{"ref":"main","environment":%q,"auto_merge":false,"payload":%s}`, environment, payload)
		if err := json.Unmarshal(w.rest("writer", "POST", "/repos/acme/"+repository+"/deployments", body), &made); err != nil {
			w.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	return ids
}

func (w *world) report(repository string, id int64, body string) {
	w.Helper()
	w.rest("writer", "POST", fmt.Sprintf("/repos/acme/%s/deployments/%d/statuses", repository, id), body)
}

func TestViewer(t *testing.T) {
	w := newWorld(t)
	if got := w.must("reader", `query UserCurrent{viewer{login}}`); string(got.text) != `{"data":{"viewer":{"login":"reader"}}}` {
		t.Errorf("gh auth status reads %s", got.text)
	}
	a := w.must("reader", `{ viewer { id databaseId name email url avatarUrl(size: 20) isViewer isSiteAdmin createdAt resourcePath __typename } }`)
	if a.str("viewer.name") != "Reader" || a.str("viewer.url") != "http://slipway.test/reader" || a.str("viewer.resourcePath") != "/reader" || a.at("viewer.isViewer") != true {
		t.Errorf("%s", a.text)
	}
	if _, err := time.Parse("2006-01-02T15:04:05Z", a.str("viewer.createdAt")); err != nil {
		t.Error(err)
	}
}

// TestDeployment compares a deployment's fields with what REST says of it.
func TestDeployment(t *testing.T) {
	w := newWorld(t)
	id := w.deployed("web", "Production/EU", `{"a": [1.0, "ü<&>"]}`)[0]
	w.report("web", id, `{"state":"in_progress","description":"on it","log_url":"https://ci.example/1"}`)
	w.report("web", id, `{"state":"success","environment_url":"https://example.com"}`)
	var rest map[string]any
	_ = json.Unmarshal(w.rest("reader", "GET", fmt.Sprintf("/repos/acme/web/deployments/%d", id), ""), &rest)
	a := w.must("reader", `{ repository(owner: "ACME", name: "Web") { nameWithOwner deployments(first: 10) { totalCount edges { cursor node { id } }
		nodes { id databaseId commit { oid abbreviatedOid message messageHeadline messageBody committedDate authoredDate author { name email date avatarUrl user { login } } committer { name user { login } } url commitUrl repository { name } }
		commitOid createdAt creator { __typename login avatarUrl url resourcePath } description environment latestEnvironment originalEnvironment
		latestStatus { state environmentUrl logUrl description environment createdAt updatedAt creator { login } deployment { id } }
		payload ref { name prefix } repository { id nameWithOwner } state statuses(first: 5) { totalCount nodes { id state logUrl } pageInfo { hasNextPage } } task updatedAt } } } }`)
	at := func(path string) any { return a.at("repository.deployments.nodes.0." + path) }
	for path, want := range map[string]any{
		"id": rest["node_id"], "databaseId": rest["id"], "commitOid": rest["sha"], "commit.oid": rest["sha"], "createdAt": rest["created_at"],
		"updatedAt": rest["updated_at"], "task": "deploy", "environment": "Production/EU", "originalEnvironment": "Production/EU",
		"latestEnvironment": "Production/EU", "description": nil, "state": "ACTIVE", "creator.login": "writer", "creator.__typename": "User",
		"payload": `{"a":[1.0,"ü<&>"]}`, "ref.name": "main", "ref.prefix": "refs/heads/", "repository.nameWithOwner": "acme/web",
		"latestStatus.state": "SUCCESS", "latestStatus.environmentUrl": "https://example.com", "latestStatus.logUrl": nil,
		"latestStatus.description": "", "latestStatus.deployment.id": rest["node_id"], "statuses.totalCount": 2.0,
		"statuses.nodes.0.state": "SUCCESS", "statuses.nodes.1.state": "IN_PROGRESS", "statuses.nodes.1.logUrl": "https://ci.example/1",
		"statuses.pageInfo.hasNextPage": false, "commit.messageHeadline": "second", "commit.messageBody": "with a body",
		"commit.abbreviatedOid": rest["sha"].(string)[:7], "commit.author.name": "Boss", "commit.author.user.login": "boss",
		"commit.author.date": "2023-11-14T23:15:00+01:00", "commit.committedDate": "2023-11-14T22:15:00Z",
		"commit.committer.name": "Somebody", "commit.committer.user": nil,
		"commit.commitUrl": "http://slipway.test/acme/web/commit/" + rest["sha"].(string),
	} {
		if got := at(path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if a.at("repository.deployments.totalCount") != 1.0 || a.at("repository.deployments.edges.0.node.id") != rest["node_id"] {
		t.Errorf("%s", a.text)
	}
}

// TestPayload: one level of JSON text, whatever was sent.
func TestPayload(t *testing.T) {
	w := newWorld(t)
	w.deployed("open", "qa", `{"x":1}`, `"text"`, `""`, `[1]`, `null`)
	a := w.must("reader", `{ repository(owner: "acme", name: "open") { deployments(first: 9) { nodes { payload } } } }`)
	for i, want := range []string{`{"x":1}`, `"text"`, `""`, `[1]`, `{}`} {
		if got := a.str(fmt.Sprintf("repository.deployments.nodes.%d.payload", i)); got != want {
			t.Errorf("payload %d: %s, want %s", i, got, want)
		}
	}
}
