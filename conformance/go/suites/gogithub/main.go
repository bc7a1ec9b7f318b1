// Command gogithub is google/go-github, the newest that resolves, doing the whole job by its own methods.
package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v93/github"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

const (
	owner, repo = "acme", "web"
	secret      = "It's a Secret to Everybody"
)

func main() {
	j := &job{ctx: context.Background(), arrived: make(chan delivery, 1000)}
	j.c = connect(part.Env("SLIPWAY_TOKEN"))
	j.ready = value(j.c.Repositories.GetCommitSHA1(j.ctx, owner, repo, "ready", ""))
	for _, p := range []struct {
		name string
		do   func()
	}{
		{"service", j.service},
		{"repository", j.repository},
		{"gating", j.gating},
		{"auto-merge", j.autoMerge},
		{"conflict", j.conflict},
		{"statuses", j.statuses},
		{"auto-inactive", j.autoInactive},
		{"lists", j.lists},
		{"deletion", j.deletion},
		{"commit-statuses", j.commitStatuses},
		{"environments", j.environments},
		{"branch-policies", j.branchPolicies},
		{"checks", j.checks},
		{"merges", j.merges},
		{"refs", j.refs},
		{"hooks", j.hooks},
		{"received", j.received},
		{"redelivery", j.redelivery},
		{"errors", j.errors},
		{"events", j.events},
	} {
		j.Do(p.name, part.Client, p.do)
	}
	j.Exit()
}

func connect(token string) *github.Client {
	return part.Must(github.NewClient(github.WithEnterpriseURLs(part.Env("SLIPWAY_URL"), part.Env("SLIPWAY_URL")), github.WithAuthToken(token)))
}

type job struct {
	part.Report
	ctx     context.Context
	c       *github.Client
	ready   string // the commit of that branch
	hook    int64
	arrived chan delivery
}

type delivery struct {
	event, guid string
	payload     any
}

// value is the first of two, with the error that came beside them.
func value[T any](v T, _ *github.Response, err error) T {
	part.Check(err)
	return v
}

func done(_ *github.Response, err error) { part.Check(err) }

// refused wants go-github's own error, with a status and a message that begins so.
func refused(err error, status int, message string) *github.ErrorResponse {
	var e *github.ErrorResponse
	part.Want(errors.As(err, &e), "%v is not an ErrorResponse, want %d %s", err, status, message)
	part.Want(e.Response.StatusCode == status && strings.HasPrefix(e.Message, message), "refused with %v, want %d %s", e, status, message)
	return e
}

func (j *job) deploy(environment string) *github.Deployment {
	return value(j.c.Repositories.CreateDeployment(j.ctx, owner, repo, github.DeploymentRequest{
		Ref: "ready", AutoMerge: new(bool), RequiredContexts: []string{}, Environment: &environment, Task: new("fill"),
	}))
}

func (j *job) state(d *github.Deployment, state string) *github.DeploymentStatus {
	return value(j.c.Repositories.CreateDeploymentStatus(j.ctx, owner, repo, d.GetID(), github.DeploymentStatusRequest{
		State: state, LogURL: new("https://ci.example.com/log"), Description: new("now " + state),
	}))
}

func (j *job) report(sha, what, state string) {
	value(j.c.Repositories.CreateStatus(j.ctx, owner, repo, sha, github.RepoStatus{State: &state, Context: &what, TargetURL: new("https://ci.example.com/1")}))
}

func (j *job) service() {
	part.Want(value(j.c.Users.Get(j.ctx, "")).GetLogin() == "boss", "the login")
	part.Want(value(j.c.RateLimit.Get(j.ctx)).GetCore().Remaining > 1000, "there is a rate limit")
	value(j.c.Meta.Get(j.ctx))
}

func (j *job) repository() {
	r := value(j.c.Repositories.Get(j.ctx, owner, repo))
	part.Want(value(j.c.Repositories.GetByID(j.ctx, r.GetID())).GetFullName() == "acme/web", "the repository by its number")
	part.Want(value(j.c.Repositories.GetBranch(j.ctx, owner, repo, "feature/x", 0)).GetName() == "feature/x", "the branch")
	part.Want(value(j.c.Repositories.CompareCommits(j.ctx, owner, repo, "main", "ready", nil)).GetAheadBy() == 1, "the comparison")
	part.Want(len(value(j.c.Repositories.ListCommits(j.ctx, owner, repo, &github.CommitsListOptions{SHA: "ready"}))) == 3, "the commits")
	part.Want(len(value(j.c.Repositories.ListBranches(j.ctx, owner, repo, nil))) > 5, "the branches")
	part.Want(len(value(j.c.Repositories.ListTags(j.ctx, owner, repo, nil))) == 1, "the tags")
}

func (j *job) gating() {
	j.report(j.ready, "ci/build", "pending")
	j.report(j.ready, "ci/lint", "success")
	request := github.DeploymentRequest{Ref: "ready", Environment: new("gated")}
	_, _, err := j.c.Repositories.CreateDeployment(j.ctx, owner, repo, request)
	e := refused(err, 409, "Conflict: Commit status checks failed for ready.")
	part.Want(len(e.Errors) == 1 && e.Errors[0].Field == "required_contexts", "the errors are %v", e.Errors)
	request.RequiredContexts = []string{"ci/lint"}
	value(j.c.Repositories.CreateDeployment(j.ctx, owner, repo, request))
	j.report(j.ready, "ci/build", "success")
	request.RequiredContexts, request.Payload = nil, map[string]int{"room": 12}
	d := value(j.c.Repositories.CreateDeployment(j.ctx, owner, repo, request))
	part.Want(d.GetSHA() == j.ready && string(d.Payload) == `{"room":12}`, "the deployment is %v", d)
}

func (j *job) autoMerge() {
	request := github.DeploymentRequest{Ref: "topic", RequiredContexts: []string{}}
	_, _, err := j.c.Repositories.CreateDeployment(j.ctx, owner, repo, request)
	var accepted *github.AcceptedError
	part.Want(errors.As(err, &accepted) && strings.Contains(string(accepted.Raw), "Auto-merged main into topic on deployment."), "the first answer is %v", err)
	part.Want(value(j.c.Repositories.CreateDeployment(j.ctx, owner, repo, request)).GetID() > 0, "the second")
}

func (j *job) conflict() {
	_, _, err := j.c.Repositories.CreateDeployment(j.ctx, owner, repo, github.DeploymentRequest{Ref: "clash", RequiredContexts: []string{}})
	refused(err, 409, "Conflict merging main into clash.")
}

func (j *job) statuses() {
	d := j.deploy("staging")
	for _, state := range []string{"queued", "pending", "in_progress", "success", "failure", "error", "inactive"} {
		s := value(j.c.Repositories.GetDeploymentStatus(j.ctx, owner, repo, d.GetID(), j.state(d, state).GetID()))
		part.Want(s.GetState() == state && s.GetLogURL() == "https://ci.example.com/log", "the status is %v", s)
	}
	list := value(j.c.Repositories.ListDeploymentStatuses(j.ctx, owner, repo, d.GetID(), &github.ListOptions{PerPage: 1}))
	part.Want(list[0].GetState() == "inactive", "the newest is %v", list[0])
	_, _, err := j.c.Repositories.CreateDeploymentStatus(j.ctx, owner, repo, d.GetID(), github.DeploymentStatusRequest{State: "splendid"})
	refused(err, 422, "Validation Failed")
}

func (j *job) newest(d *github.Deployment) string {
	return value(j.c.Repositories.ListDeploymentStatuses(j.ctx, owner, repo, d.GetID(), nil))[0].GetState()
}

func (j *job) autoInactive() {
	first, second := j.deploy("retire"), j.deploy("retire")
	j.state(first, "success")
	j.state(second, "success")
	part.Want(j.newest(first) == "inactive" && j.newest(second) == "success", "they are %s and %s", j.newest(first), j.newest(second))
}

func (j *job) lists() {
	for range 103 {
		j.deploy("many")
	}
	n := 0
	for _, err := range j.c.Repositories.ListDeploymentsIter(j.ctx, owner, repo, &github.DeploymentsListOptions{Environment: "many", ListOptions: github.ListOptions{PerPage: 50}}) {
		part.Check(err)
		n++
	}
	part.Want(n == 103, "the list has %d", n)
	filtered, answer, err := j.c.Repositories.ListDeployments(j.ctx, owner, repo, &github.DeploymentsListOptions{Ref: "ready", Task: "fill", SHA: j.ready, ListOptions: github.ListOptions{PerPage: 100}})
	part.Check(err)
	part.Want(len(filtered) == 100 && answer.NextPage == 2 && answer.LastPage == 2, "the page has %d, next %d, last %d", len(filtered), answer.NextPage, answer.LastPage)
}

func (j *job) deletion() {
	first, second := j.deploy("gone"), j.deploy("gone")
	j.state(second, "success")
	_, err := j.c.Repositories.DeleteDeployment(j.ctx, owner, repo, second.GetID())
	e := refused(err, 422, "Validation Failed")
	part.Want(strings.HasPrefix(e.Errors[0].Message, "We cannot delete an active deployment"), "the errors are %v", e.Errors)
	j.state(second, "inactive")
	done(j.c.Repositories.DeleteDeployment(j.ctx, owner, repo, second.GetID()))
	done(j.c.Repositories.DeleteDeployment(j.ctx, owner, repo, first.GetID()))
	_, _, err = j.c.Repositories.GetDeployment(j.ctx, owner, repo, first.GetID())
	refused(err, 404, "Not Found")
}

func (j *job) commitStatuses() {
	main := value(j.c.Repositories.GetCommitSHA1(j.ctx, owner, repo, "main", ""))
	j.report(main, "ci/x", "failure")
	part.Want(value(j.c.Repositories.GetCombinedStatus(j.ctx, owner, repo, "main", nil)).GetState() == "failure", "the combined status")
	j.report(main, "ci/x", "success")
	part.Want(value(j.c.Repositories.GetCombinedStatus(j.ctx, owner, repo, main, nil)).GetState() == "success", "the combined status, later")
	part.Want(len(value(j.c.Repositories.ListStatuses(j.ctx, owner, repo, "main", nil))) == 2, "the number of statuses")
}

func (j *job) environments() {
	me := value(j.c.Users.Get(j.ctx, ""))
	e := value(j.c.Repositories.CreateUpdateEnvironment(j.ctx, owner, repo, "qa/eu", &github.CreateUpdateEnvironment{
		WaitTimer: new(1), Reviewers: []*github.EnvReviewers{{Type: new("User"), ID: me.ID}}, CanAdminsBypass: new(true),
		DeploymentBranchPolicy: &github.BranchPolicy{ProtectedBranches: new(bool), CustomBranchPolicies: new(true)}, PreventSelfReview: new(true),
	}))
	part.Want(len(e.ProtectionRules) == 3, "the rules are %v", e.ProtectionRules)
	part.Want(value(j.c.Repositories.GetEnvironment(j.ctx, owner, repo, "qa/eu")).GetName() == "qa/eu", "the name")
	n := 0
	for _, err := range j.c.Repositories.ListEnvironmentsIter(j.ctx, owner, repo, &github.EnvironmentListOptions{ListOptions: github.ListOptions{PerPage: 2}}) {
		part.Check(err)
		n++
	}
	part.Want(n > 4, "there are %d environments", n)
}

func (j *job) branchPolicies() {
	p := value(j.c.Repositories.CreateDeploymentBranchPolicy(j.ctx, owner, repo, "qa/eu", github.CreateDeploymentBranchPolicyRequest{Name: "release/*", Type: new("branch")}))
	value(j.c.Repositories.UpdateDeploymentBranchPolicy(j.ctx, owner, repo, "qa/eu", p.GetID(), github.UpdateDeploymentBranchPolicyRequest{Name: "main"}))
	part.Want(value(j.c.Repositories.GetDeploymentBranchPolicy(j.ctx, owner, repo, "qa/eu", p.GetID())).GetName() == "main", "the pattern")
	part.Want(value(j.c.Repositories.ListDeploymentBranchPolicies(j.ctx, owner, repo, "qa/eu", nil)).GetTotalCount() == 1, "the number of policies")
	done(j.c.Repositories.DeleteDeploymentBranchPolicy(j.ctx, owner, repo, "qa/eu", p.GetID()))
	value(j.c.Repositories.GetAllDeploymentProtectionRules(j.ctx, owner, repo, "qa/eu"))
	done(j.c.Repositories.DeleteEnvironment(j.ctx, owner, repo, "qa/eu"))
}

func (j *job) checks() {
	sha := value(j.c.Repositories.GetCommitSHA1(j.ctx, owner, repo, "feature/x", ""))
	run := value(j.c.Checks.CreateCheckRun(j.ctx, owner, repo, github.CreateCheckRunOptions{Name: "ci/check", HeadSHA: sha, Status: new("in_progress")}))
	request := github.DeploymentRequest{Ref: "feature/x", AutoMerge: new(bool), Environment: new("checked")}
	_, _, err := j.c.Repositories.CreateDeployment(j.ctx, owner, repo, request)
	refused(err, 409, "Conflict: Commit status checks failed for feature/x.")
	value(j.c.Checks.UpdateCheckRun(j.ctx, owner, repo, run.GetID(), github.UpdateCheckRunOptions{Name: "ci/check", Status: new("completed"), Conclusion: new("success")}))
	part.Want(value(j.c.Checks.GetCheckRun(j.ctx, owner, repo, run.GetID())).GetConclusion() == "success", "the conclusion")
	part.Want(value(j.c.Checks.ListCheckRunsForRef(j.ctx, owner, repo, "feature/x", nil)).GetTotal() == 1, "the runs")
	suites := value(j.c.Checks.ListCheckSuitesForRef(j.ctx, owner, repo, sha, nil))
	part.Want(suites.GetTotal() == 1, "the suites")
	value(j.c.Checks.GetCheckSuite(j.ctx, owner, repo, suites.CheckSuites[0].GetID()))
	value(j.c.Checks.ListCheckRunsCheckSuite(j.ctx, owner, repo, suites.CheckSuites[0].GetID(), nil))
	value(j.c.Repositories.CreateDeployment(j.ctx, owner, repo, request))
}

func (j *job) merges() {
	request := github.RepositoryMergeRequest{Base: "topic-1", Head: "main", CommitMessage: new("by go-github")}
	part.Want(value(j.c.Repositories.Merge(j.ctx, owner, repo, request)).GetCommit().GetMessage() == "by go-github", "the merge")
	_, answer, err := j.c.Repositories.Merge(j.ctx, owner, repo, request)
	part.Want(err == nil && answer.StatusCode == 204, "the second: %v", err)
	request.Base = "clash"
	_, _, err = j.c.Repositories.Merge(j.ctx, owner, repo, request)
	refused(err, 409, "Merge conflict")
}

func (j *job) refs() {
	value(j.c.Git.CreateRef(j.ctx, owner, repo, github.CreateRef{Ref: "refs/heads/release/1", SHA: j.ready}))
	part.Want(value(j.c.Git.GetRef(j.ctx, owner, repo, "heads/release/1")).GetObject().GetSHA() == j.ready, "the ref")
	_, _, err := j.c.Git.CreateRef(j.ctx, owner, repo, github.CreateRef{Ref: "refs/heads/release/1", SHA: j.ready})
	refused(err, 422, "Reference already exists")
	main := value(j.c.Repositories.GetCommitSHA1(j.ctx, owner, repo, "main", ""))
	_, _, err = j.c.Git.UpdateRef(j.ctx, owner, repo, "heads/release/1", github.UpdateRef{SHA: main})
	refused(err, 422, "Update is not a fast forward")
	value(j.c.Git.UpdateRef(j.ctx, owner, repo, "heads/release/1", github.UpdateRef{SHA: main, Force: new(true)}))
	part.Want(len(value(j.c.Git.ListMatchingRefs(j.ctx, owner, repo, "heads/release"))) == 1, "the matching refs")
	done(j.c.Git.DeleteRef(j.ctx, owner, repo, "heads/release/1"))
	_, _, err = j.c.Git.GetRef(j.ctx, owner, repo, "heads/release/1")
	refused(err, 404, "Not Found")
}

func (j *job) hooks() {
	port := j.receive()
	hook := &github.Hook{Events: []string{"deployment", "deployment_status", "status", "push"}, Active: new(true), Config: &github.HookConfig{
		URL: new(part.Env("SLIPWAY_HOOKS") + "/" + port + "/"), ContentType: new("json"), Secret: new(secret),
	}}
	j.hook = value(j.c.Repositories.CreateHook(j.ctx, owner, repo, hook)).GetID()
	_, _, err := j.c.Repositories.CreateHook(j.ctx, owner, repo, hook)
	refused(err, 422, "Validation Failed")
	j.next("ping")
	done(j.c.Repositories.PingHook(j.ctx, owner, repo, j.hook))
	j.next("ping")
	part.Want(len(value(j.c.Repositories.EditHook(j.ctx, owner, repo, j.hook, &github.Hook{Events: append(hook.Events, "create")})).Events) == 5, "the events")
	part.Want(value(j.c.Repositories.GetHook(j.ctx, owner, repo, j.hook)).GetConfig().GetSecret() == "********", "the secret")
	part.Want(len(value(j.c.Repositories.ListHooks(j.ctx, owner, repo, nil))) == 1, "the number of hooks")
	part.Want(value(j.c.Repositories.GetHookConfiguration(j.ctx, owner, repo, j.hook)).GetContentType() == "json", "the content type")
	value(j.c.Repositories.UpdateHookConfiguration(j.ctx, owner, repo, j.hook, github.HookConfig{InsecureSSL: new("0")}))
}

// receive opens a receiver that checks and reads deliveries with go-github's own functions, and gives its port.
func (j *job) receive() string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := github.ValidatePayload(r, []byte(secret))
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		payload, err := github.ParseWebHook(github.WebHookType(r), body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		j.arrived <- delivery{github.WebHookType(r), github.DeliveryID(r), payload}
	}))
	return part.Must(url.Parse(server.URL)).Port()
}

func (j *job) next(event string) delivery {
	late := time.After(20 * time.Second)
	for {
		select {
		case d := <-j.arrived:
			if d.event == event {
				return d
			}
		case <-late:
			part.Want(false, "no %s arrived", event)
		}
	}
}

func (j *job) received() {
	d := j.deploy("told")
	told, ok := j.next("deployment").payload.(*github.DeploymentEvent)
	part.Want(ok && told.GetDeployment().GetID() == d.GetID() && told.GetRepo().GetFullName() == "acme/web", "the deployment told is %v", told)
	for _, state := range []string{"in_progress", "success"} {
		j.state(d, state)
		told, ok := j.next("deployment_status").payload.(*github.DeploymentStatusEvent)
		part.Want(ok && told.GetDeploymentStatus().GetState() == state, "the status told is %v", told)
	}
	j.report(j.ready, "ci/told", "success")
	status, ok := j.next("status").payload.(*github.StatusEvent)
	part.Want(ok && status.GetContext() == "ci/told", "the context told is %v", status)
	done(j.c.Repositories.TestHook(j.ctx, owner, repo, j.hook))
	push, ok := j.next("push").payload.(*github.PushEvent)
	part.Want(ok && push.GetRepo().GetFullName() == "acme/web", "the push told is %v", push)
}

func (j *job) redelivery() {
	list := value(j.c.Repositories.ListHookDeliveries(j.ctx, owner, repo, j.hook, &github.ListCursorOptions{PerPage: 50}))
	for _, one := range list {
		if one.GetEvent() != "deployment" {
			continue
		}
		detail := value(j.c.Repositories.GetHookDelivery(j.ctx, owner, repo, j.hook, one.GetID()))
		part.Want(part.Must(detail.ParseRequestPayload()).(*github.DeploymentEvent).GetDeployment().GetID() > 0, "the payload kept")
		_, _, err := j.c.Repositories.RedeliverHookDelivery(j.ctx, owner, repo, j.hook, one.GetID())
		var accepted *github.AcceptedError
		part.Want(errors.As(err, &accepted), "redelivery answers %v", err)
		part.Want(j.next("deployment").guid == one.GetGUID(), "the GUID of the second")
		done(j.c.Repositories.DeleteHook(j.ctx, owner, repo, j.hook))
		return
	}
	part.Want(false, "no deployment among %d deliveries", len(list))
}

func (j *job) errors() {
	_, _, err := connect("nonsense").Users.Get(j.ctx, "")
	refused(err, 401, "Bad credentials")
	_, _, err = j.c.Repositories.CreateDeployment(j.ctx, owner, repo, github.DeploymentRequest{Ref: "none-such"})
	refused(err, 422, "No ref found for: none-such")
	_, _, err = j.c.Repositories.Get(j.ctx, owner, "none-such")
	refused(err, 404, "Not Found")
}

func (j *job) events() {
	list, answer, err := j.c.Activity.ListRepositoryEvents(j.ctx, owner, repo, nil)
	part.Check(err)
	part.Want(len(list) > 0 && answer.Header.Get("X-Poll-Interval") != "", "%d events, poll every %q", len(list), answer.Header.Get("X-Poll-Interval"))
	_, err = list[0].ParsePayload()
	part.Check(err)
}
