package main

import (
	"github.com/slipway-deploy/slipway/conformance/go/part"
)

func (t *tour) service() {
	for _, path := range []string{"/", "/meta", "/rate_limit", "/user"} {
		t.get(path)
		t.do("HEAD", path, nil, 200)
	}
	t.do("GET", "/meta", nil, 200, "Authorization: ")
	t.get("/zen")
	t.get("/versions")
}

func (t *tour) repository() {
	id := t.get(t.repo).id()
	for _, path := range []string{"", "/deployments", "/branches/main", "/commits/main", "/environments", "/hooks"} {
		t.do("GET", byID(id)+path, nil, 200)
	}
	for _, path := range []string{"/branches/main", "/branches/feature/x", "/branches/feature%2Fx", "/commits/main", "/commits/v1.0", "/commits/feature%2Fx"} {
		t.get(t.r("%s", path))
	}
	for _, span := range []string{"main...ready", "ready...main", "main...main", "main...topic", "v1.0...feature/x"} {
		t.get(t.r("/compare/%s", span))
	}
	t.do("GET", t.r("/branches/none"), nil, 404)
	t.do("GET", t.r("/commits/none"), nil, 422)
	t.do("GET", t.r("/compare/main...none"), nil, 404)
	t.do("POST", "/user/repos", object{"name": "mine", "description": "made over the API", "private": true}, 201)
	t.do("POST", "/user/repos", object{"name": "mine"}, 422)
	t.do("POST", "/orgs/acme/repos", object{"name": "ours"}, 201, "Authorization: Bearer "+part.Env("SLIPWAY_ADMIN_TOKEN"))
}

func (t *tour) commitStatuses() {
	sha := t.get(t.r("/commits/main")).str("sha")
	part.Want(t.get(t.r("/commits/%s/status", sha)).str("state") == "pending", "no status is not pending")
	for _, state := range []string{"pending", "error", "failure", "success"} {
		made := t.do("POST", t.r("/statuses/%s", sha), object{"state": state}, 201)
		part.Want(made.str("context") == "default", "the context is %v", made.at("context"))
	}
	t.do("POST", t.r("/statuses/%s", sha), object{"state": "success", "context": "ci/build", "target_url": "https://ci.example.com", "description": "green"}, 201)
	for _, ref := range []string{sha, "main", "v1.0"} {
		part.Want(t.get(t.r("/commits/%s/status", ref)).str("state") == "success", "combined status of %s", ref)
		t.get(t.r("/commits/%s/statuses", ref))
		t.get(t.r("/statuses/%s", ref))
	}
	t.do("POST", t.r("/statuses/main"), object{"state": "success"}, 422)
	t.do("POST", t.r("/statuses/%040d", 1), object{"state": "success"}, 422).says("No commit found for SHA: ")
	t.do("POST", t.r("/statuses/%s", sha), object{"state": "odd"}, 422)
}

func (t *tour) merges() {
	made := t.do("POST", t.r("/merges"), object{"base": "topic-1", "head": "main", "commit_message": "by hand"}, 201)
	part.Want(made.str("commit.message") == "by hand", "the message is %v", made.at("commit.message"))
	t.do("POST", t.r("/merges"), object{"base": "topic-1", "head": "main"}, 204)
	t.do("POST", t.r("/merges"), object{"base": "clash", "head": "main"}, 409).says("Merge conflict")
	t.do("POST", t.r("/merges"), object{"base": "none", "head": "main"}, 404).says("Base does not exist")
	t.do("POST", t.r("/merges"), object{"base": "main", "head": "none"}, 404).says("Head does not exist")
}

func (t *tour) environments() {
	boss := t.get("/user").id()
	for _, body := range []any{nil, object{
		"wait_timer": 5, "prevent_self_review": true, "reviewers": []object{{"type": "User", "id": boss}},
		"deployment_branch_policy": object{"protected_branches": true, "custom_branch_policies": false},
	}, object{"deployment_branch_policy": nil}} {
		t.do("PUT", t.r("/environments/qa%%2Feu"), body, 200)
		t.get(t.r("/environments/qa%%2Feu"))
		t.get(t.r("/environments"))
	}
	t.do("PUT", t.r("/environments/qa%%2Feu"), object{"deployment_branch_policy": object{"protected_branches": true, "custom_branch_policies": true}}, 422)
	t.do("PUT", t.r("/environments/qa%%2Feu"), object{"wait_timer": 50000}, 422)
	t.do("DELETE", t.r("/environments/qa%%2Feu"), nil, 204)
	t.do("DELETE", t.r("/environments/qa%%2Feu"), nil, 404)
	t.do("GET", t.r("/environments/qa%%2Feu"), nil, 404)
}

func (t *tour) events() {
	for _, path := range []string{t.repo + "/events", "/networks/acme/web/events", "/orgs/acme/events", "/users/boss/events", "/users/boss/events/public", "/users/boss/received_events", "/users/boss/received_events/public", "/events"} {
		t.get(path)
	}
	first := t.get(t.r("/events?per_page=1"))
	part.Want(first.Header.Get("X-Poll-Interval") != "", "no X-Poll-Interval")
	t.do("GET", t.r("/events?per_page=1"), nil, 304, "If-None-Match: "+first.Header.Get("ETag"))
	t.do("GET", t.r("/events?page=100"), nil, 422)
}
