package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

const viewer = `{"query":"query Who { viewer { login } }"}`

// TestHTTP: what is HTTP about GraphQL is as everywhere.
func TestHTTP(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name, who, method, path, body string
		headers                       []string
		status                        int
		message                       string
	}{
		{"as GitHub has it", "reader", "POST", "/api/graphql", viewer, nil, 200, ""},
		{"on a host of the API's own", "reader", "POST", "/graphql", viewer, []string{"Host: api.slipway.test"}, 200, ""},
		{"the other base there", "reader", "POST", "/api/graphql", viewer, []string{"Host: api.slipway.test"}, 200, ""},
		{"not on the web host", "reader", "POST", "/graphql", viewer, nil, 404, "Not Found"},
		{"not below REST", "reader", "POST", "/api/v3/graphql", viewer, nil, 404, "Not Found"},
		{"as a form, as curl sends it", "reader", "POST", "/api/graphql", viewer, []string{"Content-Type: application/x-www-form-urlencoded"}, 200, ""},
		{"another method", "reader", "PUT", "/api/graphql", viewer, nil, 404, "Not Found"},
		{"the schema", "reader", "GET", "/api/graphql", "", nil, 200, ""},
		{"nobody", "", "POST", "/api/graphql", viewer, nil, 401, "This endpoint requires you to be authenticated."},
		{"nobody, the schema", "", "GET", "/api/graphql", "", nil, 401, "This endpoint requires you to be authenticated."},
		{"a bad token", "slp_bad", "POST", "/api/graphql", viewer, nil, 401, "Bad credentials"},
		{"no user agent", "reader", "POST", "/api/graphql", viewer, []string{"User-Agent: "}, 403, "Missing or invalid User Agent string. See http://developer.github.com/v3/#user-agent-required"},
		{"no JSON", "reader", "POST", "/api/graphql", "{", nil, 400, "Problems parsing JSON"},
		{"several queries", "reader", "POST", "/api/graphql", "[" + viewer + "]", nil, 400, "Body should be a JSON object"},
		{"a number", "reader", "POST", "/api/graphql", "1", nil, 400, "Body should be a JSON object"},
		{"null", "reader", "POST", "/api/graphql", "null", nil, 400, "Body should be a JSON object"},
		{"nothing", "reader", "POST", "/api/graphql", "", nil, 400, "A query attribute must be specified and must be a string."},
		{"no query", "reader", "POST", "/api/graphql", "{}", nil, 400, "A query attribute must be specified and must be a string."},
		{"a query that is none", "reader", "POST", "/api/graphql", `{"query":1}`, nil, 400, "A query attribute must be specified and must be a string."},
		{"variables that are none", "reader", "POST", "/api/graphql", `{"query":"{ viewer { login } }","variables":[1]}`, nil, 400, "Variables must be a JSON object."},
		{"variables as text", "reader", "POST", "/api/graphql", `{"query":"query($l: String!) { user(login: $l) { login } }","variables":"{\"l\":\"boss\"}"}`, nil, 200, ""},
		{"variables that are null", "reader", "POST", "/api/graphql", `{"query":"{ viewer { login } }","variables":null,"operationName":null}`, nil, 200, ""},
		{"too large", "reader", "POST", "/api/graphql", `{"query":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, "Request body is too large"},
	} {
		res, body := w.send(test.who, test.method, test.path, test.body, test.headers...)
		var said struct{ Message, Documentation_url string }
		_ = json.Unmarshal(body, &said)
		if res.StatusCode != test.status || said.Message != test.message {
			t.Errorf("%s: %d %.200s", test.name, res.StatusCode, body)
		}
		if test.status >= 400 && test.status != 404 && test.status != 413 && test.who != "slp_bad" && test.status != 403 && !strings.HasPrefix(said.Documentation_url, "https://docs.github.com/graphql") {
			t.Errorf("%s points at %s", test.name, said.Documentation_url)
		}
	}
}

func TestHeaders(t *testing.T) {
	w := newWorld(t, func(o *options) { o.RateLimit = 50 })
	w.tokens["some"] = w.tokenOf("reader", "repo", "read:org")
	res, _ := w.send("some", "POST", "/api/graphql", viewer)
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "X-OAuth-Scopes": "read:org, repo", "X-Accepted-OAuth-Scopes": "repo",
		"X-GitHub-Media-Type": "github.v4; format=json", "X-RateLimit-Resource": "graphql", "X-RateLimit-Limit": "50", "X-RateLimit-Used": "1",
		"X-RateLimit-Remaining": "49", "Cache-Control": "no-cache", "ETag": "", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
	} {
		if got := header(res, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if id := header(res, "X-GitHub-Request-Id"); strings.Count(id, ":") != 4 {
		t.Errorf("request id %q", id)
	}
	res, _ = w.send("", "OPTIONS", "/api/graphql", "")
	if res.StatusCode != http.StatusNoContent || header(res, "Access-Control-Allow-Headers") == "" {
		t.Errorf("OPTIONS: %d %v", res.StatusCode, res.Header)
	}
	a := w.must("some", `{ rateLimit { limit cost remaining used nodeCount resetAt } repository(owner: "acme", name: "open") { deployments(first: 30) { nodes { id } } } }`)
	if a.at("rateLimit.limit") != 50.0 || a.at("rateLimit.nodeCount") != 30.0 || a.at("rateLimit.cost") != 1.0 || a.at("rateLimit.used") != 2.0 {
		t.Errorf("%s", a.text)
	}
}

func header(res *http.Response, name string) string {
	for key, values := range res.Header {
		if strings.EqualFold(key, name) {
			return strings.Join(values, ", ")
		}
	}
	return ""
}

// TestLog: a line names the operation and never what it was asked with.
func TestLog(t *testing.T) {
	w := newWorld(t)
	body, _ := json.Marshal(vars{"query": `query Secret($l: String!) { user(login: $l) { login } viewer { login } }`, "variables": vars{"l": "canary-in-a-variable"}})
	w.send("reader", "POST", "/api/graphql", string(body))
	w.send("reader", "POST", "/api/graphql", `{"query":"{ user(login: \"canary-in-a-literal\") { login } }"}`)
	log := w.log.String()
	if !strings.Contains(log, `operation="query Secret"`) || !strings.Contains(log, "operation=query ") {
		t.Errorf("no operation in %s", log[max(0, len(log)-2000):])
	}
	if strings.Contains(log, "canary") || strings.Contains(log, w.tokens["reader"]) {
		t.Error("the log tells what was asked")
	}
}

// TestErrors: queries that do not fit the schema.
func TestErrors(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		query, operation, message string
		extensions                bool
	}{
		{`{ viewer { nsodes } }`, "", "Field 'nsodes' doesn't exist on type 'User'", true},
		{`{ viewer { login `, "", "Expected Name, found <EOF>", false},
		{`query A { viewer { login } } query B { viewer { login } }`, "", "An operation name is required", false},
		{`query A { viewer { login } } query B { viewer { login } }`, "C", `No operation named "C"`, false},
		{`fragment A on User { login }`, "", "", false},
		{`subscription { viewer { login } }`, "", "", false},
		{`query($a: Int!) { repository(owner: "acme", name: "open") { deployments(first: $a) { totalCount } } }`, "", "Variable $a of type Int! was provided invalid value", true},
		{`{ user(login: "\u0000") { login } }`, "", "Strings must not contain NUL characters.", false},
	} {
		body, _ := json.Marshal(vars{"query": test.query, "operationName": test.operation})
		res, text := w.send("reader", "POST", "/api/graphql", string(body))
		a := &answer{t: t, text: text}
		if err := json.Unmarshal(text, a); err != nil || res.StatusCode != http.StatusOK || len(a.Errors) == 0 {
			t.Errorf("%s: %d %s", test.query, res.StatusCode, text)
			continue
		}
		e := a.Errors[0]
		if test.message != "" && e.Message != test.message || e.Type != "" || a.Data != nil || strings.Contains(string(text), `"data"`) || (e.Extensions != nil) != test.extensions {
			t.Errorf("%s: %s", test.query, text)
		}
	}
	// What can be answered is, beside what cannot.
	a := w.ask("reader", `{ viewer { login } x: repository(owner: "acme", name: "none") { id } }`)
	a.failed("NOT_FOUND", "x", "Could not resolve to a Repository with the name 'acme/none'.")
	if a.str("viewer.login") != "reader" || a.at("x") != nil {
		t.Errorf("%s", a.text)
	}
	if !strings.HasPrefix(string(a.text), `{"data":{"viewer"`) || !strings.Contains(string(a.text), `"errors":[{"type":"NOT_FOUND","path":["x"],"locations":[{"line":1,"column":20}],"message":`) {
		t.Errorf("%s", a.text)
	}
}

// TestArchived: what is read-only is said to be.
func TestArchived(t *testing.T) {
	w := newWorld(t)
	in := vars{"repositoryId": slipway.NodeID("Repository", w.repository("web").ID), "refId": w.refID("web", "main")}
	w.rest("boss", "PATCH", "/repos/acme/web", `{"archived":true}`)
	w.ask("writer", create, vars{"in": in}).failed("FORBIDDEN", "createDeployment", "Repository was archived so is read-only.")
	w.must("writer", `{ repository(owner: "acme", name: "web") { isArchived } }`)
}

// TestRenamed: a repository is found under its former name, unless that is not wanted.
func TestRenamed(t *testing.T) {
	w := newWorld(t)
	w.rest("boss", "PATCH", "/repos/acme/web", `{"name":"site"}`)
	if a := w.must("writer", `{ repository(owner: "acme", name: "web") { name } }`); a.str("repository.name") != "site" {
		t.Errorf("%s", a.text)
	}
	w.ask("writer", `{ repository(owner: "acme", name: "web", followRenames: false) { name } }`).failed("NOT_FOUND", "repository", "Could not resolve to a Repository with the name 'acme/web'.")
}
