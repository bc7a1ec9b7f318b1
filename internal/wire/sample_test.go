package wire

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// What the tests of this package show.
var (
	testURLs = slipway.URLs{Web: "https://deploy.example.com", API: "https://deploy.example.com/api/v3"}

	then  = time.Date(2026, 3, 1, 12, 30, 45, 678_901_000, time.FixedZone("", 2*60*60))
	later = then.Add(90 * time.Second)

	octocat = slipway.Account{
		ID: 583231, Login: "octocat", Type: slipway.User, Name: "Mona", Email: "mona@example.com",
		CreatedAt: then, UpdatedAt: later,
	}
	robot = slipway.Account{ID: 1, Login: slipway.BotLogin, Type: slipway.Bot}
	acme  = slipway.Account{ID: 7, Login: "acme", Type: slipway.Organization}

	web = slipway.Repository{
		ID: 42, Owner: acme, Name: "web", Private: true, DefaultBranch: "main",
		CreatedAt: then, UpdatedAt: later, PushedAt: &later,
	}
	tools = slipway.Repository{ID: 43, Owner: octocat, Name: "tools", Description: "Odds & <ends>", DefaultBranch: "trunk", CreatedAt: then, UpdatedAt: then}

	tip    = slipway.SHA("743f5a58b0bce91c4eab744ff7e39dfca9e6e8a5")
	parent = slipway.SHA("24893ec07db2a12073703258f0089f105906d2e4")
	tree   = slipway.SHA("537f35e932df509fc5e47a55759d43e99cbf4818")

	release = slipway.Deployment{
		ID: 1001, RepositoryID: 42, SHA: tip, Ref: "topic/ünïcode", Task: "deploy",
		Payload: json.RawMessage(`{"zebra":1.50,"apple":"<b>&"}`), Environment: "staging", OriginalEnvironment: "production",
		Description: ptr("Ship it"), Creator: &octocat, Transient: true, CreatedAt: then, UpdatedAt: later,
	}
	bare = slipway.Deployment{
		ID: 1002, SHA: tip, Ref: string(tip), Task: "deploy", Environment: "production", OriginalEnvironment: "production",
		CreatedAt: then, UpdatedAt: then,
	}

	report = slipway.DeploymentStatus{
		ID: 2001, DeploymentID: 1001, State: "success", Description: "Deployed",
		TargetURL: "https://ci.example.com/9", LogURL: "https://ci.example.com/9", EnvironmentURL: "https://staging.example.com",
		Environment: "staging", Creator: &octocat, CreatedAt: later,
	}
	terse = slipway.DeploymentStatus{ID: 2002, DeploymentID: 1001, State: "pending", Environment: "staging", CreatedAt: later}

	check = slipway.CommitStatus{
		ID: 3001, RepositoryID: 42, SHA: tip, Context: "ci/build", State: "failure",
		Description: ptr("2 of 300 failed"), TargetURL: ptr("https://ci.example.com/8"), Creator: &robot, CreatedAt: then,
	}

	linter = slipway.App{
		ID: 77, Kind: slipway.GitHubApp, Slug: "linter", Name: "Linter", Owner: acme, ClientID: "Iv1.77", ExternalURL: "https://linter.example.com",
		Permissions: slipway.Permissions{"checks": slipway.LevelWrite}, CreatedAt: then, UpdatedAt: later,
	}
	linted = slipway.CheckRun{
		ID: 4001, SuiteID: 401, RepositoryID: 42, SHA: tip, Name: "lint (1/2)", AppID: 77, App: &linter, ExternalID: "e-1",
		DetailsURL: "https://linter.example.com/1", Status: "completed", Conclusion: "failure", StartedAt: then, CompletedAt: &later,
		Output:    slipway.CheckOutput{Title: ptr("2 <faults>"), Summary: ptr(""), Annotations: 2},
		UpdatedAt: later,
	}
	queued = slipway.CheckRun{ID: 4002, SuiteID: 401, SHA: tip, Name: "lint", AppID: 78, Status: "queued", StartedAt: then}
	suite  = slipway.CheckSuite{
		ID: 401, RepositoryID: 42, SHA: tip, AppID: 77, App: &linter, HeadBranch: "topic/x", CreatedAt: then, UpdatedAt: later,
		Status: "completed", Conclusion: "skipped", Runs: 2,
	}
	notes = []slipway.Annotation{
		{Path: "a b/c.go", StartLine: 3, EndLine: 3, StartColumn: ptr(int64(1)), EndColumn: ptr(int64(9)), Level: "failure", Message: "no", Title: ptr("T"), RawDetails: ptr("")},
		{Path: "d", StartLine: 1, EndLine: 2, Level: "notice", Message: ""},
	}
	deployer = slipway.App{
		ID: 3, Kind: slipway.GitHubApp, Slug: "deployer", Name: "Deployer", Owner: acme, ClientID: "Iv1.0123456789abcdef",
		Description: "deploys <b>", ExternalURL: "https://deployer.example.com", Events: []string{"deployment"},
		Permissions: slipway.Permissions{"statuses": slipway.LevelRead, "deployments": slipway.LevelWrite}, CreatedAt: then, UpdatedAt: later,
	}
	installed = slipway.Installation{
		ID: 5, AppID: 3, Account: acme, Permissions: slipway.Permissions{"deployments": slipway.LevelWrite}, RepositoryIDs: []int64{42},
		CreatedAt: then, UpdatedAt: later,
	}

	change = slipway.Commit{
		SHA: tip, Tree: tree, Parents: []slipway.SHA{parent},
		Author:    slipway.Signature{Name: "Mona", Email: "mona@example.com", When: then},
		Committer: slipway.Signature{Name: "Somebody", Email: "somebody@example.com", When: later},
		Message:   "Mend the fence\n\nIt leaned.",
		Files: []slipway.File{
			{Path: "a b/c#.txt", SHA: tree, Status: "added", Additions: 3, Patch: "@@ -0,0 +1,3 @@\n+x"},
			{Path: "new.bin", PreviousPath: "old.bin", SHA: tree, Status: "renamed"},
			{Path: "gone", SHA: tree, Status: "removed", Deletions: 2},
			{Path: "same", SHA: tree, Status: "modified", Additions: 1, Deletions: 1},
		},
	}
	signed = slipway.Commit{SHA: parent, Tree: tree, Author: change.Author, Committer: change.Author, Message: "First", Signed: "-----BEGIN PGP SIGNATURE-----\n"}

	byAddress = map[string]slipway.Account{"mona@example.com": octocat}

	guarded = slipway.Environment{
		ID: 5001, Name: "qa/eu", CreatedAt: then, UpdatedAt: later, CanAdminsBypass: true,
		WaitTimer: &slipway.WaitTimer{RuleID: 61, Minutes: 30},
		RequiredReviewers: &slipway.RequiredReviewers{RuleID: 60, PreventSelfReview: true, Reviewers: []slipway.Reviewer{
			{Type: "User", ID: octocat.ID, Account: &octocat},
			{Type: "User", ID: 99}, // gone
		}},
		BranchPolicy: &slipway.BranchPolicy{RuleID: 62, ProtectedBranches: true},
	}
	open = slipway.Environment{ID: 5002, Name: "production", CreatedAt: then, UpdatedAt: then, CanAdminsBypass: true}

	receiver = slipway.Hook{
		ID: 6001, Name: "web", Active: true, Events: []string{"deployment", "push"}, Secret: "hush",
		Config:    map[string]string{"url": "https://r.example.com/?a=1&b=2", "content_type": "json", "insecure_ssl": "0"},
		CreatedAt: then, UpdatedAt: later,
		LastResponse: slipway.HookResponse{Code: ptr(404), Status: "misconfigured", Message: ptr("Invalid HTTP Response: 404")},
	}
	fresh = slipway.Hook{
		ID: 6002, Name: "web", Active: true, Events: []string{"*"}, CreatedAt: then, UpdatedAt: then,
		Config: map[string]string{"url": "https://r.example.com/", "content_type": "form", "insecure_ssl": "0"},
	}

	attempt = slipway.Delivery{
		ID: 7001, HookID: 6001, RepositoryID: 42, GUID: "0b989ba4-242f-41e5-81e1-c7b6966d2516", Event: "deployment", Action: "created",
		Redelivery: true, DeliveredAt: then, Duration: 234567 * time.Microsecond, Status: "OK", StatusCode: 200,
		URL: "https://r.example.com/?a=1&b=2",
		RequestHeader: map[string][]string{
			"X-Github-Delivery": {"0b989ba4-242f-41e5-81e1-c7b6966d2516"}, "X-Github-Hook-Id": {"6001"},
			"X-Github-Hook-Installation-Target-Id": {"42"}, "X-GitHub-Event": {"deployment"},
			"Webhook-Id": {"0b989ba4"}, "X-Hub-Signature-256": {"sha256=00"}, "Accept": {"*/*"},
		},
		RequestBody:    []byte(`{ "action": "created" }`),
		ResponseHeader: map[string][]string{"Set-Cookie": {"a", "b"}},
		ResponseBody:   []byte("<p>\xff ok</p>"),
	}
)

func ptr[T any](v T) *T { return &v }

// object parses a body that has to be an object.
func object(t testing.TB, body []byte) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(body, &o); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return o
}

// names are an object's members, sorted.
func names(o map[string]any) []string { return slices.Sorted(maps.Keys(o)) }

// at finds a value inside parsed JSON: at(o, "deployment", "creator").
func at(t testing.TB, o map[string]any, path ...string) any {
	t.Helper()
	var v any = o
	for _, name := range path {
		inner, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("%v: %q is in no object", path, name)
		}
		if v, ok = inner[name]; !ok {
			t.Fatalf("%v: no %q among %v", path, name, names(inner))
		}
	}
	return v
}

// byApp is a deployment that was made through an app.
func byApp(d slipway.Deployment) slipway.Deployment {
	d.App = &deployer
	return d
}
