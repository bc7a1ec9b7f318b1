"""PyGithub, as Debian ships it, does the whole job. What its version has no method for goes through its requester."""

import hashlib
import hmac
import http.server
import json
import os
import queue
import sys
import threading
import traceback

import github

SECRET = "It's a Secret to Everybody"
failed = False


def env(name):
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set: suites are run by conformance/run")
    return value


def say(name, how, text=""):
    print(f"part: {name} {how} {' '.join(str(text).split())}".strip(), flush=True)


def part(name, how):
    """Runs a function as one part of the job; what it raises makes the part red, and the others go on."""

    def run(f):
        global failed
        try:
            f()
            say(name, how)
        except Exception as e:
            failed = True
            line = traceback.extract_tb(e.__traceback__)[-1].lineno
            say(name, "red", f"{type(e).__name__} {e} (line {line})")

    return run


def want(ok, says):
    if not ok:
        raise AssertionError(says)


def same(got, expected, what):
    want(got == expected, f"{what} is {got!r}, want {expected!r}")


def refused(call, status, message, kind=github.GithubException):
    try:
        call()
    except kind as e:
        same(e.status, status, "the status")
        want(e.data["message"].startswith(message), f"the message is {e.data['message']!r}, want {message!r}")
        return e.data
    raise AssertionError(f"was not refused with {status} {message}")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes deliveries whose signature holds."""

    arrived = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        digest = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        good = hmac.compare_digest(digest, self.headers.get("X-Hub-Signature-256", ""))
        self.send_response(200 if good else 403)
        self.end_headers()
        if good:
            self.arrived.put((self.headers["X-GitHub-Event"], self.headers["X-GitHub-Delivery"], json.loads(body)))

    def log_message(self, *args):
        pass

    @classmethod
    def next(cls, event):
        while True:
            name, guid, payload = cls.arrived.get(timeout=20)
            if name == event:
                return guid, payload


receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()

g = github.Github(env("SLIPWAY_TOKEN"), base_url=env("SLIPWAY_API"), per_page=100)
repo = g.get_repo("acme/web")
ready = repo.get_commit("ready")


def raw(verb, path, body=None):
    """PyGithub's own request, for what it has no method for."""
    _, data = repo._requester.requestJsonAndCheck(verb, repo.url + path, input=body)
    return data


def create(environment, **more):
    return repo.create_deployment("ready", auto_merge=False, required_contexts=[], environment=environment, **more)


@part("service", "client")
def _():
    same(g.get_user().login, "boss", "the login")
    want(g.get_rate_limit().core.remaining > 1000, "there is a rate limit")
    want(g.rate_limiting[1] > 1000, "the headers tell of a rate limit")


@part("repository", "client")
def _():
    same(repo.full_name, "acme/web", "the name")
    same(repo.get_branch("feature/x").name, "feature/x", "the branch")
    same(repo.compare("main", "ready").ahead_by, 1, "the comparison")
    same(g.get_repo(repo.id).full_name, "acme/web", "the repository by its number")
    want("ready" in [b.name for b in repo.get_branches()], "the branches")
    same(repo.get_commits(sha="ready").totalCount, 3, "the number of commits")


@part("gating", "client")
def _():
    ready.create_status("pending", context="ci/build", target_url="https://ci.example.com/1")
    ready.create_status("success", context="ci/lint")
    no = refused(lambda: repo.create_deployment("ready", environment="gated"), 409, "Conflict: Commit status checks failed for ready.")
    same(len(no["errors"][0]["contexts"]), 2, "the number of contexts")
    repo.create_deployment("ready", required_contexts=["ci/lint"], environment="gated")
    ready.create_status("success", context="ci/build")
    made = repo.create_deployment("ready", environment="gated", payload={"room": 12}, description="all green")
    same((made.sha, made.payload, made.task), (ready.sha, {"room": 12}, "deploy"), "the deployment")


@part("auto-merge", "raw")
def _():
    # create_deployment makes a deployment of any answer; a 202 holds none, so the answer itself is looked at.
    same(raw("POST", "/deployments", {"ref": "topic", "required_contexts": []})["message"], "Auto-merged main into topic on deployment.", "the message")
    want(repo.create_deployment("topic", required_contexts=[]).id > 0, "no deployment on the second try")


@part("conflict", "client")
def _():
    refused(lambda: repo.create_deployment("clash", required_contexts=[]), 409, "Conflict merging main into clash.")


@part("statuses", "client")
def _():
    d = create("staging")
    for state in ("queued", "pending", "in_progress", "success", "failure", "error", "inactive"):
        made = d.create_status(state, target_url="https://ci.example.com/log", environment_url="https://staging.example.com", description="now " + state)
        again = d.get_status(made.id)
        same((again.state, again.description), (state, "now " + state), "the status")
    same([s.state for s in d.get_statuses()][0], "inactive", "the newest")
    refused(lambda: d.create_status("splendid"), 422, "Validation Failed")


@part("auto-inactive", "client")
def _():
    first, second = create("retire"), create("retire")
    first.create_status("success")
    second.create_status("success")
    same(first.get_statuses()[0].state, "inactive", "the first")


@part("lists", "client")
def _():
    for _ in range(103):
        create("many", task="fill")
    every = list(repo.get_deployments(environment="many"))
    same((len(every), len({d.id for d in every})), (103, 103), "the list")
    same(repo.get_deployments(task="fill", ref="ready", sha=ready.sha).totalCount, 103, "the total by filters")
    same(list(repo.get_deployments(environment="none-such")), [], "an empty list")


@part("deletion", "raw")
def _():
    first, second = create("gone"), create("gone")
    second.create_status("success")
    refused(lambda: raw("DELETE", f"/deployments/{second.id}"), 422, "Validation Failed")
    second.create_status("inactive")
    for d in (first, second):
        raw("DELETE", f"/deployments/{d.id}")
    refused(lambda: repo.get_deployment(first.id), 404, "Not Found", github.UnknownObjectException)


@part("commit-statuses", "client")
def _():
    main = repo.get_commit("main")
    main.create_status("failure", context="ci/x", description="red")
    same(main.get_combined_status().state, "failure", "the combined status")
    main.create_status("success", context="ci/x")
    same(main.get_combined_status().state, "success", "the combined status, later")
    same(main.get_statuses().totalCount, 2, "the number of statuses")


@part("environments", "raw")
def _():
    rules = {
        "wait_timer": 1,
        "reviewers": [{"type": "User", "id": g.get_user().id}],
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
    }
    made = raw("PUT", "/environments/qa%2Feu", rules)
    same(sorted(r["type"] for r in made["protection_rules"]), ["branch_policy", "required_reviewers", "wait_timer"], "the rules")
    want("qa/eu" in [e["name"] for e in raw("GET", "/environments")["environments"]], "the list has no qa/eu")


@part("branch-policies", "raw")
def _():
    made = raw("POST", "/environments/qa%2Feu/deployment-branch-policies", {"name": "release/*"})
    same(made["name"], "release/*", "the pattern")
    one = f"/environments/qa%2Feu/deployment-branch-policies/{made['id']}"
    raw("PUT", one, {"name": "main"})
    same(raw("GET", one)["name"], "main", "the pattern, later")
    same(raw("GET", "/environments/qa%2Feu/deployment-branch-policies")["total_count"], 1, "the number of policies")
    raw("DELETE", one)
    raw("DELETE", "/environments/qa%2Feu")
    refused(lambda: raw("GET", "/environments/qa%2Feu"), 404, "Not Found")


@part("checks", "client")
def _():
    sha = repo.get_branch("feature/x").commit.sha
    run = repo.create_check_run("ci/check", sha, status="in_progress")
    refused(lambda: repo.create_deployment("feature/x", auto_merge=False, environment="checked"), 409, "Conflict: Commit status checks failed for feature/x.")
    run.edit(status="completed", conclusion="success", output={"title": "green", "summary": "all of it"})
    same(repo.get_check_run(run.id).conclusion, "success", "the conclusion")
    same([r.name for r in repo.get_commit(sha).get_check_runs()], ["ci/check"], "the runs")
    same(repo.get_commit(sha).get_check_suites().totalCount, 1, "the number of suites")
    repo.create_deployment("feature/x", auto_merge=False, environment="checked")


@part("merges", "client")
def _():
    want(repo.merge("topic-1", "main").sha, "no merge")
    same(repo.merge("topic-1", "main"), None, "the second")
    refused(lambda: repo.merge("clash", "main"), 409, "Merge conflict")


@part("refs", "client")
def _():
    made = repo.create_git_ref("refs/heads/release/1", ready.sha)
    same(repo.get_git_ref("heads/release/1").object.sha, ready.sha, "the ref")
    refused(lambda: repo.create_git_ref("refs/heads/release/1", ready.sha), 422, "Reference already exists")
    made.edit(repo.get_branch("main").commit.sha, force=True)
    want("refs/heads/release/1" in [r.ref for r in repo.get_git_matching_refs("heads/release")], "the matching refs")
    made.delete()
    refused(lambda: repo.get_git_ref("heads/release/1"), 404, "Not Found", github.UnknownObjectException)


hook = None


@part("hooks", "client")
def _():
    global hook
    config = {"url": f"{env('SLIPWAY_HOOKS')}/{receiver.server_port}/", "content_type": "json", "secret": SECRET}
    hook = repo.create_hook("web", config, ["deployment", "deployment_status", "status", "push"], True)
    refused(lambda: repo.create_hook("web", config, ["push"]), 422, "Validation Failed")
    Receiver.next("ping")
    hook.ping()
    Receiver.next("ping")
    hook.edit("web", config, add_events=["create"])
    want("create" in hook.events, "create is not among the events")
    same([h.id for h in repo.get_hooks()], [hook.id], "the hooks")
    same(repo.get_hook(hook.id).config["secret"], "********", "the secret")


@part("received", "client")
def _():
    d = create("told")
    same(Receiver.next("deployment")[1]["deployment"]["id"], d.id, "the deployment told")
    for state in ("in_progress", "success"):
        d.create_status(state)
        same(Receiver.next("deployment_status")[1]["deployment_status"]["state"], state, "the state told")
    ready.create_status("success", context="ci/told")
    same(Receiver.next("status")[1]["context"], "ci/told", "the context told")
    hook.test()
    Receiver.next("push")


@part("redelivery", "raw")
def _():
    every = raw("GET", f"/hooks/{hook.id}/deliveries")
    one = next(d for d in every if d["event"] == "deployment")
    same(raw("GET", f"/hooks/{hook.id}/deliveries/{one['id']}")["request"]["payload"]["action"], "created", "the payload kept")
    raw("POST", f"/hooks/{hook.id}/deliveries/{one['id']}/attempts")
    same(Receiver.next("deployment")[0], one["guid"], "the GUID of the second")
    hook.delete()


@part("errors", "client")
def _():
    refused(lambda: github.Github("nonsense", base_url=env("SLIPWAY_API")).get_user().login, 401, "Bad credentials", github.BadCredentialsException)
    refused(lambda: repo.create_deployment("none-such"), 422, "No ref found for: none-such")
    refused(lambda: g.get_repo("acme/none-such"), 404, "Not Found", github.UnknownObjectException)


@part("events", "client")
def _():
    want([e.type for e in repo.get_events()], "there are no events")


sys.exit(1 if failed else 0)
