package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v93/github"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

const hushHush = "It's a Secret to Everybody"

// TestGoGitHub is the day of a deployment tool that knows nothing of Slipway: google/go-github against the running binary,
// real pushes, a receiver that verifies with go-github's own ValidatePayload; on both databases.
func TestGoGitHub(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { goGitHub(t) })
	t.Run("postgres", func(t *testing.T) {
		url := testkit.Postgres(t, func(string) error { return nil })
		goGitHub(t, "SLIPWAY_DATABASE_URL="+url)
	})
}

// day is what the parts of the story share.
type day struct {
	*testing.T
	ctx      context.Context
	server   *testkit.Server
	client   *github.Client
	receiver *testkit.Receiver
	work     string // a working copy
	hook     int64
}

func goGitHub(t *testing.T, env ...string) {
	d := &day{T: t, ctx: t.Context(), receiver: testkit.NewReceiver(t, hushHush), work: filepath.Join(t.TempDir(), "web")}
	d.server = testkit.StartServer(t, "slipway", append(env, "SLIPWAY_WEBHOOK_RETRY_MIN=100ms")...)
	var err error
	d.client, err = github.NewClient(github.WithEnterpriseURLs(d.server.URL, d.server.URL), github.WithAuthToken(d.server.Token))
	d.check(err)
	d.setUp()
	d.gate()
	d.merge()
	d.statuses()
	d.environments()
	d.deliveries()
	d.restart()
}

func (d *day) check(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// refused asserts that err is the server's, with a status and a message.
func (d *day) refused(err error, status int, message string) {
	d.Helper()
	var e *github.ErrorResponse
	if !errors.As(err, &e) || e.Response.StatusCode != status || e.Message != message {
		d.Fatalf("got %v; want %d %q", err, status, message)
	}
}

func (d *day) git(args ...string) string {
	d.Helper()
	return runGit(d, d.work, args...)
}

func runGit(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(withoutGit(os.Environ()), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (d *day) commit(file, text string) string {
	d.Helper()
	d.check(os.WriteFile(filepath.Join(d.work, file), []byte(text), 0o600))
	d.git("add", ".")
	d.git("commit", "-q", "-m", "Change "+file)
	return d.git("rev-parse", "HEAD")
}

func (d *day) setUp() {
	d.server.Run("repo", "create", "acme/web", "--private")
	d.check(os.MkdirAll(d.work, 0o700))
	d.git("init", "-q", "-b", "main")
	d.git("remote", "add", "origin", d.server.GitURL("acme/web"))
	hook, res, err := d.client.Repositories.CreateHook(d.ctx, "acme", "web", &github.Hook{
		Events: []string{"*"}, Active: new(true),
		Config: &github.HookConfig{URL: new(d.receiver.URL()), ContentType: new("json"), Secret: new(hushHush)},
	})
	d.check(err)
	d.hook = hook.GetID()
	if res.StatusCode != http.StatusCreated || hook.GetConfig().GetSecret() != "********" {
		d.Fatalf("hook: %d %v", res.StatusCode, hook)
	}
	d.receiver.WaitFor("ping", 1, 10*time.Second)

	d.commit("index.html", "hello\n")
	d.git("push", "-q", "origin", "main")
	push := d.parse(d.receiver.WaitFor("push", 1, 10*time.Second)[0]).(*github.PushEvent)
	if !push.GetCreated() || push.GetRef() != "refs/heads/main" || push.GetHeadCommit().GetMessage() != "Change index.html" {
		d.Fatalf("push event: %v", push)
	}
	repo, _, err := d.client.Repositories.Get(d.ctx, "Acme", "WEB")
	d.check(err)
	if repo.GetFullName() != "acme/web" || repo.GetDefaultBranch() != "main" || !repo.GetPrivate() {
		d.Fatalf("repository: %v", repo)
	}
}

// parse reads a delivery as go-github's users do.
func (d *day) parse(r testkit.Received) any {
	d.Helper()
	if !r.Signed {
		d.Fatalf("%s %s: go-github does not accept the signature", r.Event, r.GUID)
	}
	event, err := github.ParseWebHook(r.Event, r.Body)
	d.check(err)
	return event
}

func (d *day) gate() {
	head := d.git("rev-parse", "main")
	say := func(state string) {
		_, _, err := d.client.Repositories.CreateStatus(d.ctx, "acme", "web", head, github.RepoStatus{State: &state, Context: new("ci/build")})
		d.check(err)
	}
	say("pending")
	_, _, err := d.client.Repositories.CreateDeployment(d.ctx, "acme", "web", github.DeploymentRequest{Ref: "main"})
	d.refused(err, http.StatusConflict, "Conflict: Commit status checks failed for main.")
	if refusal := new(github.ErrorResponse); !errors.As(err, &refusal) || len(refusal.Errors) != 1 || refusal.Errors[0].Field != "required_contexts" {
		d.Fatalf("errors: %v", err)
	}
	_, _, err = d.client.Repositories.CreateDeployment(d.ctx, "acme", "web", github.DeploymentRequest{Ref: "nowhere"})
	d.refused(err, http.StatusUnprocessableEntity, "No ref found for: nowhere")

	say("success")
	combined, _, err := d.client.Repositories.GetCombinedStatus(d.ctx, "acme", "web", "main", nil)
	d.check(err)
	if combined.GetState() != "success" || combined.GetTotalCount() != 1 {
		d.Fatalf("combined status: %v", combined)
	}
	made, res, err := d.client.Repositories.CreateDeployment(d.ctx, "acme", "web", github.DeploymentRequest{
		Ref: "main", Environment: new("production"), Payload: map[string]any{"who": "Ada & <co>"}, Description: new("first"),
	})
	d.check(err)
	if res.StatusCode != http.StatusCreated || made.GetSHA() != head || made.GetRef() != "main" || res.Header.Get("Location") != made.GetURL() {
		d.Fatalf("deployment: %d %v", res.StatusCode, made)
	}
	event := d.parse(d.receiver.WaitFor("deployment", 1, 10*time.Second)[0]).(*github.DeploymentEvent)
	if event.GetDeployment().GetID() != made.GetID() || event.GetSender().GetLogin() != "admin" ||
		string(event.GetDeployment().Payload) != `{"who":"Ada & <co>"}` {
		d.Fatalf("deployment event: %v", event)
	}
	if n := len(d.receiver.WaitFor("status", 2, 10*time.Second)); n != 2 {
		d.Fatalf("%d status events", n)
	}
}

func (d *day) merge() {
	d.git("checkout", "-q", "-b", "topic")
	tip := d.commit("topic.txt", "topic\n")
	d.git("checkout", "-q", "-b", "clash", "main")
	d.commit("index.html", "hi\n")
	d.git("checkout", "-q", "main")
	main := d.commit("index.html", "good morning\n")
	d.git("push", "-q", "origin", "main", "topic", "clash")

	_, _, err := d.client.Repositories.CreateDeployment(d.ctx, "acme", "web", github.DeploymentRequest{Ref: "topic"})
	var accepted *github.AcceptedError
	if !errors.As(err, &accepted) || string(accepted.Raw) != `{"message":"Auto-merged main into topic on deployment."}` {
		d.Fatalf("auto-merge: %v", err)
	}
	d.git("fetch", "-q", "origin", "topic")
	if parents := d.git("log", "-1", "--format=%P%n%s%n%cn", "FETCH_HEAD"); parents != tip+" "+main+"\nAuto-merged main into topic on deployment.\nSlipway" {
		d.Fatalf("merge commit: %s", parents)
	}
	made, _, err := d.client.Repositories.CreateDeployment(d.ctx, "acme", "web", github.DeploymentRequest{Ref: "topic"})
	d.check(err)
	if made.GetSHA() != d.git("rev-parse", "FETCH_HEAD") {
		d.Fatalf("deployed %s", made.GetSHA())
	}
	_, _, err = d.client.Repositories.CreateDeployment(d.ctx, "acme", "web", github.DeploymentRequest{Ref: "clash"})
	d.refused(err, http.StatusConflict, "Conflict merging main into clash.")

	_, res, err := d.client.Repositories.Merge(d.ctx, "acme", "web", github.RepositoryMergeRequest{Base: "main", Head: "topic"})
	d.check(err)
	if res.StatusCode != http.StatusCreated {
		d.Fatalf("merge: %d", res.StatusCode)
	}
	comparison, _, err := d.client.Repositories.CompareCommits(d.ctx, "acme", "web", "topic", "main", nil)
	d.check(err)
	if comparison.GetStatus() != "ahead" || comparison.GetAheadBy() != 1 {
		d.Fatalf("comparison: %s by %d", comparison.GetStatus(), comparison.GetAheadBy())
	}
}

func (d *day) statuses() {
	list, _, err := d.client.Repositories.ListDeployments(d.ctx, "acme", "web", &github.DeploymentsListOptions{Environment: "production"})
	d.check(err)
	if len(list) != 2 || list[0].GetID() < list[1].GetID() {
		d.Fatalf("deployments: %v", list)
	}
	for _, deployment := range []*github.Deployment{list[1], list[0]} {
		for _, state := range []string{"pending", "success"} {
			status, _, err := d.client.Repositories.CreateDeploymentStatus(d.ctx, "acme", "web", deployment.GetID(), github.DeploymentStatusRequest{
				State: state, LogURL: new("https://ci.example.com/1"), Description: new("über"),
			})
			d.check(err)
			if status.GetState() != state || status.GetLogURL() != "https://ci.example.com/1" {
				d.Fatalf("status: %v", status)
			}
		}
	}
	old, _, err := d.client.Repositories.ListDeploymentStatuses(d.ctx, "acme", "web", list[1].GetID(), nil)
	d.check(err)
	if len(old) != 3 || old[0].GetState() != "inactive" {
		d.Fatalf("the older deployment was not retired: %v", old)
	}
	_, err = d.client.Repositories.DeleteDeployment(d.ctx, "acme", "web", list[0].GetID())
	d.refused(err, http.StatusUnprocessableEntity, "Validation Failed")
	_, err = d.client.Repositories.DeleteDeployment(d.ctx, "acme", "web", list[1].GetID())
	d.check(err)

	var states []string
	for _, r := range d.receiver.WaitFor("deployment_status", 4, 10*time.Second) {
		states = append(states, d.parse(r).(*github.DeploymentStatusEvent).GetDeploymentStatus().GetState())
	}
	if want := []string{"pending", "success", "pending", "success"}; !slices.Equal(states, want) {
		d.Fatalf("deployment_status events: %v", states)
	}
}

func (d *day) environments() {
	_, _, err := d.client.Repositories.CreateUpdateEnvironment(d.ctx, "acme", "web", "qa/eu west", &github.CreateUpdateEnvironment{WaitTimer: new(5)})
	d.check(err)
	list, _, err := d.client.Repositories.ListEnvironments(d.ctx, "acme", "web", nil)
	d.check(err)
	if list.GetTotalCount() != 2 {
		d.Fatalf("environments: %v", list)
	}
	_, err = d.client.Repositories.DeleteEnvironment(d.ctx, "acme", "web", "qa/eu west")
	d.check(err)
}

func (d *day) deliveries() {
	before := len(d.receiver.Received())
	list, _, err := d.client.Repositories.ListHookDeliveries(d.ctx, "acme", "web", d.hook, &github.ListCursorOptions{PerPage: 100})
	d.check(err)
	i := slices.IndexFunc(list, func(h *github.HookDelivery) bool { return h.GetEvent() == "deployment" })
	if i < 0 {
		d.Fatalf("no deployment among %d deliveries", len(list))
	}
	detail, _, err := d.client.Repositories.GetHookDelivery(d.ctx, "acme", "web", d.hook, list[i].GetID())
	d.check(err)
	if detail.GetStatus() != "OK" || !json.Valid(*detail.GetRequest().RawPayload) {
		d.Fatalf("delivery: %v", detail)
	}
	_, _, err = d.client.Repositories.RedeliverHookDelivery(d.ctx, "acme", "web", d.hook, list[i].GetID())
	var accepted *github.AcceptedError
	if err != nil && !errors.As(err, &accepted) {
		d.Fatal(err)
	}
	all := d.receiver.Wait(10*time.Second, func(all []testkit.Received) bool { return len(all) > before })
	again := all[len(all)-1]
	if again.GUID != list[i].GetGUID() || again.Event != "deployment" {
		d.Fatalf("redelivered %s %s, not %s", again.Event, again.GUID, list[i].GetGUID())
	}
}

// restart shows that what was made is there after a stop, and that the port's next owner is the same server.
func (d *day) restart() {
	if code := d.server.Stop(); code != 0 {
		d.Fatalf("exit code %d", code)
	}
	d.server.Start()
	list, _, err := d.client.Repositories.ListDeployments(d.ctx, "acme", "web", nil)
	d.check(err)
	if len(list) != 1 {
		d.Fatalf("%d deployments after a restart", len(list))
	}
}
