package main

import (
	"strings"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

type object = map[string]any

// deployed makes a deployment that nothing keeps back and gives its id.
func (t *tour) deployed(ref, environment string, more ...any) int64 {
	body := object{"ref": ref, "environment": environment, "auto_merge": false, "required_contexts": []string{}}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return t.do("POST", t.r("/deployments"), body, 201).id()
}

func (t *tour) status(deployment int64, state string, more ...any) *answer {
	body := object{"state": state}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return t.do("POST", t.r("/deployments/%d/statuses", deployment), body, 201)
}

func (t *tour) gating() {
	t.ready = t.get(t.r("/commits/ready")).str("sha")
	red := func(context, state string) {
		t.do("POST", t.r("/statuses/%s", t.ready), object{"state": state, "context": context, "description": "said by the tour", "target_url": "https://ci.example.com/1"}, 201)
	}
	red("ci/build", "failure")
	red("ci/lint", "success")
	a := t.do("POST", t.r("/deployments"), object{"ref": "ready", "environment": "gated"}, 409).says("Conflict: Commit status checks failed for ready.")
	part.Want(a.str("errors.0.field") == "required_contexts" && a.len("errors.0.contexts") == 2, "the 409 names %v", a.at("errors"))
	t.do("POST", t.r("/deployments"), object{"ref": "ready", "environment": "gated", "required_contexts": []string{"ci/lint"}}, 201)
	t.do("POST", t.r("/deployments"), object{"ref": "ready", "environment": "gated", "required_contexts": []string{"ci/none"}}, 409)
	red("ci/build", "success")
	made := t.do("POST", t.r("/deployments"), object{
		"ref": "ready", "environment": "gated", "task": "deploy:migrations", "payload": object{"room": 12}, "description": "with everything",
		"transient_environment": true, "production_environment": false,
	}, 201)
	part.Want(made.Header.Get("Location") == made.str("url"), "Location is %q", made.Header.Get("Location"))
	t.get(t.r("/deployments/%d", made.id()))
	t.do("GET", t.r("/deployments/%d", made.id()), nil, 304, "If-None-Match: "+made.Header.Get("ETag"))
	t.do("POST", t.r("/deployments"), object{"ref": "ready", "payload": "a text", "required_contexts": []string{}}, 201)
}

func (t *tour) autoMerge() {
	t.do("POST", t.r("/deployments"), object{"ref": "topic", "required_contexts": []string{}}, 202).says("Auto-merged main into topic on deployment.")
	t.do("POST", t.r("/deployments"), object{"ref": "topic", "required_contexts": []string{}}, 201)
}

func (t *tour) conflict() {
	t.do("POST", t.r("/deployments"), object{"ref": "clash", "required_contexts": []string{}}, 409).says("Conflict merging main into clash.")
}

func (t *tour) statuses() {
	id := t.deployed("ready", "staging")
	t.get(t.r("/deployments/%d/statuses", id))
	for _, state := range []string{"pending", "queued", "in_progress", "success", "failure", "error", "inactive"} {
		made := t.status(id, state, "log_url", "https://ci.example.com/log", "description", "now "+state, "environment_url", "https://staging.example.com")
		t.get(t.r("/deployments/%d/statuses/%d", id, made.id()))
	}
	t.status(id, "in_progress", "environment", "staging-2", "auto_inactive", false)
	list := t.get(t.r("/deployments/%d/statuses", id))
	part.Want(list.len("") == 8 && list.str("0.environment") == "staging-2", "the newest of %d statuses is %v", list.len(""), list.at("0"))
	part.Want(t.get(t.r("/deployments/%d", id)).str("environment") == "staging-2", "the deployment did not move")
	t.get(t.r("/actions/runs/%d/pending_deployments", id))
	t.get(t.r("/actions/runs/%d/approvals", id))
	t.do("POST", t.r("/deployments/%d/statuses", id), object{"state": "waiting"}, 422)
	t.do("POST", t.r("/deployments/%d/statuses", id), object{"state": "success", "description": strings.Repeat("x", 141)}, 422)
	t.do("POST", t.r("/deployments/%d/statuses", id), object{"state": "success", "log_url": "ftp://example.com"}, 422)
}

func (t *tour) autoInactive() {
	first, second := t.deployed("ready", "retire"), t.deployed("ready", "retire")
	t.status(first, "success")
	t.status(second, "success")
	part.Want(t.get(t.r("/deployments/%d/statuses", first)).str("0.state") == "inactive", "the first is still active")
	part.Want(t.get(t.r("/deployments/%d/statuses", second)).str("0.state") == "success", "the second is not")
}

func (t *tour) lists() {
	for range 103 {
		t.deployed("ready", "many", "task", "fill")
	}
	page := t.get(t.r("/deployments?environment=many&per_page=100"))
	part.Want(page.len("") == 100 && strings.Contains(page.Header.Get("Link"), `rel="next"`), "the first page has %d, Link %q", page.len(""), page.Header.Get("Link"))
	part.Want(t.get(t.r("/deployments?environment=many&per_page=100&page=2")).len("") == 3, "the second page is not of three")
	for _, filter := range []string{"ref=ready", "task=fill", "sha=" + t.ready, "environment=MANY"} {
		part.Want(t.get(t.r("/deployments?%s", filter)).len("") == 30, "by %s", filter)
	}
	part.Want(t.get(t.r("/deployments?environment=none")).len("") == 0, "an environment without any")
}

func (t *tour) deletion() {
	first, second := t.deployed("ready", "gone"), t.deployed("ready", "gone")
	t.status(second, "success")
	t.do("DELETE", t.r("/deployments/%d", second), nil, 422)
	t.status(second, "inactive")
	t.do("DELETE", t.r("/deployments/%d", second), nil, 204)
	t.do("DELETE", t.r("/deployments/%d", first), nil, 204)
	t.do("GET", t.r("/deployments/%d", first), nil, 404)
}
