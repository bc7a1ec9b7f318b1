package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// TestReads: a query makes as many reads of the store as it has kinds of things, however many things there are.
func TestReads(t *testing.T) {
	w := newWorld(t)
	sha := w.git("web", "", "rev-parse", "main")
	w.rest("writer", "POST", "/repos/acme/web/statuses/"+sha, `{"state":"success","context":"ci"}`)
	const query = `query($n: Int) { repository(owner: "acme", name: "web") { deployments(first: $n) { totalCount nodes { id state payload ref { name target { oid } } creator { login avatarUrl }
		commit { oid message author { name user { login } } status { state contexts { context creator { login } } } statusCheckRollup { state contexts(first: 5) { nodes { __typename } } } }
		latestStatus { state creator { login } environmentUrl } statuses(first: 5) { totalCount nodes { state logUrl creator { login } } } oldest: statuses(last: 1) { nodes { state } }
		repository { nameWithOwner owner { login } } } }
		environments(first: 20) { totalCount nodes { name latestCompletedDeployment { id latestStatus { state } } protectionRules(first: 5) { nodes { type } } } }
		refs(refPrefix: "refs/heads/", first: 10) { nodes { name target { ... on Commit { oid status { state } author { user { login } } } } } } } }`
	fill := func(n int) {
		for i := range n {
			id := w.deployed("web", fmt.Sprintf("env-%d", i%20), `{"n":1}`)[0]
			w.report("web", id, `{"state":"in_progress","log_url":"https://ci.example/1"}`)
			w.report("web", id, `{"state":"success"}`)
		}
	}
	fill(2)
	w.must("reader", query, vars{"n": 1}) // who asks, and what may be read, is remembered from here on
	few := w.store.reads(func() { w.must("reader", query, vars{"n": 100}) })
	fill(98)
	var a *answer
	many := w.store.reads(func() { a = w.must("reader", query, vars{"n": 100}) })
	if n := len(a.at("repository.deployments.nodes").([]any)); n != 100 {
		t.Fatalf("%d deployments", n)
	}
	t.Logf("%d reads of the store for 2 deployments, %d for 100", few, many)
	if many != few || many > 16 {
		t.Errorf("%d reads for 2 deployments and %d for 100", few, many)
	}
	var ids []any
	for _, node := range a.at("repository.deployments.nodes").([]any) {
		ids = append(ids, node.(map[string]any)["id"])
	}
	byID := w.store.reads(func() {
		w.must("reader", `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Deployment { state repository { name } commit { oid } latestStatus { state } statuses(first: 2) { totalCount nodes { creator { login } } } } } }`, vars{"ids": ids})
	})
	if byID > 6 {
		t.Errorf("%d reads for 100 nodes", byID)
	}
}

// TestTooLarge: queries that ask for too much are refused before anything is read.
func TestTooLarge(t *testing.T) {
	w := newWorld(t)
	repeat := func(n int, text string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, text+" ", i)
		}
		return b.String()
	}
	deep := func(n int, open string) string {
		return strings.Repeat(open+" { ", n) + "__typename" + strings.Repeat(" }", n)
	}
	fragments := "query { ...F0 } " + repeat(40, "fragment F%[1]d on Query { a: viewer { login } ...G%[1]d ...G%[1]d }")
	for i := range 40 {
		fragments += fmt.Sprintf("fragment G%d on Query { ...F%d b: viewer { login } ...F%d } ", i, min(i+1, 39), min(i+1, 39))
	}
	for _, test := range []struct{ name, query, kind, message string }{
		{
			"nodes", `{ repository(owner: "acme", name: "web") { environments(first: 100) { nodes { latestCompletedDeployment { statuses(first: 100) { nodes { deployment { statuses(first: 10) { nodes { id } } } } } } } } } }`,
			"MAX_NODE_LIMIT_EXCEEDED", "This query requests up to 110,100 possible nodes which exceeds the maximum limit of 50,000.",
		},
		{
			"nodes under aliases", `{ repository(owner: "acme", name: "web") { ` + repeat(251, "a%d: deployments(first: 100) { nodes { statuses(last: 1) { nodes { id } } } }") + `} }`,
			"MAX_NODE_LIMIT_EXCEEDED", "This query requests up to 50,200 possible nodes which exceeds the maximum limit of 50,000.",
		},
		{
			"nodes in fragments", `{ repository(owner: "acme", name: "web") { ...A } } fragment A on Repository { deployments(last: 100) { nodes { ...B } } } fragment B on Deployment { statuses(last: 100) { nodes { deployment { statuses(first: 100) { nodes { id } } } } } }`,
			"MAX_NODE_LIMIT_EXCEEDED", "This query requests up to 1,010,100 possible nodes which exceeds the maximum limit of 50,000.",
		},
		{"depth", "{ " + deep(40, "repository(owner: \"acme\", name: \"web\")") + " }", "MAX_DEPTH_EXCEEDED", "This query has a depth of more than 30, which exceeds the maximum."},
		{"fields", "{ " + repeat(800, "a%d: viewer { login }") + "}", "MAX_COMPLEXITY_EXCEEDED", "This query has more than 1,500 fields, which exceeds the maximum."},
		{"tokens", "{ " + repeat(11000, "a%d: __typename") + "}", "MAX_COMPLEXITY_EXCEEDED", "This query has more than 10,000 tokens, which exceeds the maximum."},
		{"fragments of fragments", fragments, "MAX_COMPLEXITY_EXCEEDED", "This query has more than 1,500 fields, which exceeds the maximum."},
	} {
		w.must("reader", `{ viewer { login } }`)
		began := time.Now()
		var a *answer
		reads := w.store.reads(func() { a = w.ask("reader", test.query) })
		a.failed(test.kind, "", test.message)
		if a.Data != nil || reads != 0 || time.Since(began) > 10*time.Second {
			t.Errorf("%s: %d reads, %v, data %v", test.name, reads, time.Since(began), a.Data)
		}
	}
}

// TestHostile: whatever is sent is answered soon, in GitHub's shape, and never by a 5xx.
func TestHostile(t *testing.T) {
	w := newWorld(t)
	many := func(n int, text string) string { return strings.Repeat(text, n) }
	for name, query := range map[string]string{
		"one field many times":         "{ viewer { " + many(2400, "login ") + "} }",
		"one object many times":        "{ " + many(1200, "viewer { login } ") + "}",
		"objects that must be merged":  "{ " + many(300, "viewer { a: login b: name c: url d: email e: id } ") + "}",
		"fragments that must be":       "{ " + many(600, "...F ") + "} fragment F on Query { viewer { login } }",
		"a circle of fragments":        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
		"a fragment in itself":         "{ viewer { ...A } } fragment A on User { login ...A }",
		"many arguments":               `{ user(` + many(3000, `login: "x" `) + `) { login } }`,
		"many directives":              "{ viewer " + many(2000, "@include(if: true) ") + "{ login } }",
		"many variables":               "query(" + many(1500, "$a: Int ") + ") { viewer { login } }",
		"many operations":              many(1200, "query A { viewer { login } } "),
		"many fragments":               "{ viewer { login } } " + many(1000, "fragment A on User { login } "),
		"deep lists":                   `{ nodes(ids: ` + many(4000, "[") + many(4000, "]") + `) { id } }`,
		"deep objects":                 `mutation { createDeployment(input: ` + many(3000, "{a: ") + "1" + many(3000, "}") + `) { autoMerged } }`,
		"deep types":                   "query($a: " + many(3000, "[") + "Int" + many(3000, "]") + ") { viewer { login } }",
		"unclosed":                     many(5000, "{"),
		"introspection in circles":     "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } }",
		"introspection under aliases":  "{ " + many(1, "a: __schema { types { a: fields { name } b: fields { name } } } ") + "}",
		"a subscription":               "subscription { viewer { login } }",
		"nothing":                      "#",
		"no query":                     "fragment A on User { login }",
		"no text":                      "\u0000\u0001",
		"a number":                     "{ repository(owner: \"acme\", name: \"open\") { deployments(first: 99999999999999999999) { totalCount } } }",
		"block text":                   `{ user(login: """` + many(50000, "x") + `""") { login } }`,
		"unicode":                      `{ user(login: "` + many(1000, "\\uD83D") + `") { login } }`,
		"a long alias":                 "{ " + many(60000, "a") + ": viewer { login } }",
		"a long message":               "{ " + many(60000, "a") + " }",
		"NUL":                          `{ user(login: "a\u0000b") { login } }`,
		"an unknown directive":         "{ viewer @defer { login } }",
		"typename in every place":      "{ __typename viewer { __typename } }",
		"a union without a fragment":   `{ node(id: "x") { login } }`,
		"a bad enumeration":            `{ repository(owner: "acme", name: "open") { deployments(first: 1, orderBy: {field: X, direction: ASC}) { totalCount } } }`,
		"an input that lacks a member": `mutation { createDeployment(input: {}) { autoMerged } }`,
	} {
		body, _ := json.Marshal(vars{"query": query})
		began := time.Now()
		res, text := w.send("reader", http.MethodPost, "/api/graphql", string(body))
		took := time.Since(began)
		if res.StatusCode != http.StatusOK || !json.Valid(text) {
			t.Errorf("%s: %d %.200s", name, res.StatusCode, text)
		}
		if took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		for _, leak := range []string{"goroutine", ".go:", "SQL", "sqlite", "panic", "graphql/"} {
			if strings.Contains(string(text), leak) {
				t.Errorf("%s: the answer tells of %s: %.300s", name, leak, text)
			}
		}
		if len(text) > 1<<20 {
			t.Errorf("%s: %d bytes", name, len(text))
		}
	}
}

// TestBudget: what a query comes to is bounded too, not only what it asks for.
func TestBudget(t *testing.T) {
	w := newWorld(t)
	payload, _ := json.Marshal(strings.Repeat("x", 60<<10))
	w.deployed("open", "qa", string(payload), string(payload), string(payload))
	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, "p%d: payload ", i)
	}
	began := time.Now()
	a := w.ask("reader", `{ repository(owner: "acme", name: "open") { deployments(first: 3) { nodes { `+b.String()+` } } } }`)
	a.failed("RESOURCE_LIMITS_EXCEEDED", "", "Resource limits for this query exceeded.")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestDeadline: a query that takes too long is 503, like a request of REST.
func TestDeadline(t *testing.T) {
	w := newWorld(t, func(o *options) { o.Timeout = time.Nanosecond })
	res, text := w.send("boss", http.MethodPost, "/api/graphql", `{"query":"{ viewer { login } }"}`)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", res.StatusCode, text)
	}
}

// TestAbandoned: a deployment that nobody reports on is given up, by the clock of the request.
func TestAbandoned(t *testing.T) {
	w := newWorld(t)
	w.deployed("open", "qa", "1")
	state := func() string {
		return w.must("reader", `{ repository(owner: "acme", name: "open") { deployments(first: 1) { nodes { state } } } }`).str("repository.deployments.nodes.0.state")
	}
	if got := state(); got != "PENDING" {
		t.Error(got)
	}
	w.setClock(time.Now().Add(31 * time.Minute))
	if got := state(); got != "ABANDONED" {
		t.Error(got)
	}
}

// TestBots: a bot's login has no [bot], and who is gone is a ghost.
func TestBots(t *testing.T) {
	w := newWorld(t)
	bot := check(w.deploy.FindAccount(t.Context(), slipway.BotLogin))(t)
	a := w.must("reader", `query($id: ID!) { node(id: $id) { ... on Bot { login url databaseId } ... on Actor { login } } }`, vars{"id": slipway.AccountNodeID(bot)})
	if a.str("node.login") != "slipway" {
		t.Errorf("%s", a.text)
	}
}
