package main

import (
	"github.com/slipway-deploy/slipway/conformance/go/part"
)

// refs walks over what git holds: refs, objects, files, archives.
func (t *tour) refs() {
	main := t.get(t.r("/commits/main"))
	for _, path := range []string{
		"/branches", "/branches?protected=true&per_page=2", "/tags", "/topics", "/commits", "/commits?sha=ready&per_page=1&page=2", "/commits?path=file&author=boss",
		"/commits/main/branches-where-head", "/commits/main/pulls", "/contents", "/contents/file", "/contents/docs?ref=ready", "/contents/docs/guide.md?ref=ready",
		"/readme?ref=ready", "/readme/docs?ref=ready", "/git/refs", "/git/refs/heads/main", "/git/ref/heads/main", "/git/ref/tags/v1.0",
		"/git/matching-refs", "/git/matching-refs/heads/topic",
	} {
		t.get(t.r("%s", path))
	}
	t.do("GET", t.r("/contents/none"), nil, 404)
	sha := main.str("sha")
	t.get(t.r("/git/commits/%s", sha))
	tree := t.get(t.r("/git/trees/%s?recursive=1", main.str("commit.tree.sha")))
	t.get(t.r("/git/trees/main"))
	t.get(t.r("/git/blobs/%s", tree.str("tree.0.sha")))
	t.get(t.r("/git/tags/%s", t.get(t.r("/git/ref/tags/v1.0")).str("object.sha")))
	t.get(t.r("/raw/%s/file", sha))
	for _, path := range []string{"/tarball", "/zipball", "/tarball/main", "/zipball/v1.0"} {
		t.do("GET", t.r("%s", path), nil, 302)
	}
	t.get(t.r("/legacy.tar.gz/%s", sha))
	t.get(t.r("/legacy.zip/%s", sha))
	for _, media := range []string{"sha", "diff", "patch"} {
		t.do("GET", t.r("/commits/main"), nil, 200, "Accept: application/vnd.github."+media)
	}
	t.move(sha)
}

func (t *tour) move(sha string) {
	made := t.do("POST", t.r("/git/refs"), object{"ref": "refs/heads/release/1", "sha": t.ready}, 201)
	part.Want(made.Header.Get("Location") == made.str("url"), "Location is %q", made.Header.Get("Location"))
	t.do("POST", t.r("/git/refs"), object{"ref": "refs/heads/release/1", "sha": t.ready}, 422).says("Reference already exists")
	t.do("POST", t.r("/git/refs"), object{"ref": "nonsense", "sha": t.ready}, 422)
	t.do("PATCH", t.r("/git/refs/heads/release/1"), object{"sha": sha}, 422).says("Update is not a fast forward")
	t.do("PATCH", t.r("/git/refs/heads/release/1"), object{"sha": sha, "force": true}, 200)
	t.do("DELETE", t.r("/git/refs/heads/release/1"), nil, 204)
	t.do("DELETE", t.r("/git/refs/heads/release/1"), nil, 422).says("Reference does not exist")
	t.do("GET", t.r("/git/ref/heads/release/1"), nil, 404)
}

func (t *tour) branchPolicies() {
	t.do("PUT", t.r("/environments/guarded"), object{"deployment_branch_policy": object{"protected_branches": false, "custom_branch_policies": true}}, 200)
	at := t.r("/environments/guarded/deployment-branch-policies")
	id := t.do("POST", at, object{"name": "release/*"}, 200).id()
	t.do("POST", at, object{"name": "v*", "type": "tag"}, 200)
	t.do("POST", at, object{"name": "release/*"}, 303)
	t.get(at)
	one := t.r("/environments/guarded/deployment-branch-policies/%d", id)
	t.get(one)
	t.do("PUT", one, object{"name": "release/**"}, 200)
	t.do("DELETE", one, nil, 204)
	t.do("GET", one, nil, 404)
	t.do("DELETE", t.r("/environments/guarded"), nil, 204)
}

// checks is a check run's life, and what it keeps from being deployed.
func (t *tour) checks() {
	sha := t.get(t.r("/commits/feature%%2Fx")).str("sha")
	run := t.do("POST", t.r("/check-runs"), object{"name": "ci/check", "head_sha": sha, "status": "in_progress", "details_url": "https://ci.example.com/2", "external_id": "2"}, 201)
	t.do("POST", t.r("/check-runs"), object{"name": "ci/check", "head_sha": sha, "status": "completed"}, 422).says("Invalid request.")
	t.do("POST", t.r("/deployments"), object{"ref": "feature/x", "auto_merge": false, "environment": "checked"}, 409).says("Conflict: Commit status checks failed for feature/x.")
	t.do("PATCH", t.r("/check-runs/%d", run.id()), object{"conclusion": "success", "output": object{"title": "green", "summary": "all", "text": "of it"}}, 200)
	t.get(t.r("/check-runs/%d", run.id()))
	for _, path := range []string{"/commits/feature%2Fx/check-runs", "/commits/feature%2Fx/check-runs?filter=all&check_name=ci/check&status=completed", "/commits/feature%2Fx/check-suites"} {
		part.Want(t.get(t.r("%s", path)).number("total_count") == 1, "%s counts otherwise", path)
	}
	suite := t.get(t.r("/commits/%s/check-suites", sha)).number("check_suites.0.id")
	t.get(t.r("/check-suites/%d", suite))
	t.get(t.r("/check-suites/%d/check-runs", suite))
	t.get(t.r("/check-runs/%d/annotations", run.id()))
	t.do("POST", t.r("/check-suites"), object{"head_sha": sha}, 200)
	t.do("POST", t.r("/check-suites"), object{"head_sha": t.get(t.r("/commits/clash")).str("sha")}, 201)
	t.do("POST", t.r("/check-suites/%d/rerequest", suite), nil, 201)
	t.do("GET", t.r("/commits/%040d/check-runs", 1), nil, 422).says("No commit found for SHA")
	t.do("POST", t.r("/deployments"), object{"ref": "feature/x", "auto_merge": false, "environment": "checked"}, 201)
	run = t.do("POST", t.r("/check-runs"), object{"name": "ci/other", "head_sha": t.ready, "conclusion": "skipped"}, 201)
	part.Want(run.str("status") == "completed", "its status is %v", run.at("status"))
	t.do("PATCH", t.r("/check-runs/%d", run.id()), object{"conclusion": "success"}, 200)
}
