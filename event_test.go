package slipway_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

var (
	at   = time.Date(2026, 1, 2, 3, 4, 5, 678000, time.UTC)
	mona = &slipway.Account{ID: 9, Login: "mona", Type: slipway.User, SiteAdmin: true}
)

var deployer = &slipway.App{
	ID: 3, Kind: slipway.GitHubApp, Slug: "deployer", Name: "Deployer", Owner: *mona, ClientID: "Iv1.1", Description: "deploys",
	ExternalURL: "https://d.example.com", Permissions: slipway.Permissions{"deployments": slipway.LevelWrite},
	Events: []string{"push"}, CreatedAt: at, UpdatedAt: at,
}

const storedDeployer = `{"id":3,"slug":"deployer","name":"Deployer","owner":{"id":9,"login":"mona","type":"User","site_admin":true},` +
	`"client_id":"Iv1.1","description":"deploys","external_url":"https://d.example.com","permissions":"deployments=write",` +
	`"events":["push"],"created_at":"2026-01-02T03:04:05.000678Z","updated_at":"2026-01-02T03:04:05.000678Z"}`

func TestSubject(t *testing.T) {
	for _, test := range []struct {
		name   string
		s      slipway.Subject
		stored string
	}{
		{"nothing", slipway.Subject{}, `{"v":1}`},
		{
			"a deployment",
			slipway.Subject{Deployment: &slipway.Deployment{
				ID: 1, RepositoryID: 2, SHA: sha, Ref: "main", Task: "deploy", Payload: json.RawMessage(`{"b":1.0,"a":"<é>"}`),
				Environment: "qa", OriginalEnvironment: "production", Description: text(""), Creator: mona, Transient: true,
				Production: true, State: "success", CreatedAt: at, UpdatedAt: at.Add(time.Hour),
			}},
			`{"v":1,"deployment":{"id":1,"repository":2,"sha":"` + sha + `","ref":"main","task":"deploy",` +
				`"payload":{"b":1.0,"a":"<é>"},"environment":"qa","original_environment":"production","description":"",` +
				`"creator":{"id":9,"login":"mona","type":"User","site_admin":true},"transient":true,"production":true,` +
				`"state":"success","created_at":"2026-01-02T03:04:05.000678Z","updated_at":"2026-01-02T04:04:05.000678Z"}}`,
		},
		{
			"a deployment by an app",
			slipway.Subject{Deployment: &slipway.Deployment{ID: 1, RepositoryID: 2, SHA: sha, CreatedAt: at, UpdatedAt: at, App: deployer}},
			`{"v":1,"deployment":{"id":1,"repository":2,"sha":"` + sha + `","ref":"","task":"","environment":"",` +
				`"original_environment":"","app":` + storedDeployer + `,"created_at":"2026-01-02T03:04:05.000678Z","updated_at":"2026-01-02T03:04:05.000678Z"}}`,
		},
		{
			"a deployment status by an app",
			slipway.Subject{DeploymentStatus: &slipway.DeploymentStatus{ID: 3, DeploymentID: 1, State: "success", CreatedAt: at, App: deployer}},
			`{"v":1,"deployment_status":{"id":3,"deployment":1,"state":"success","environment":"","app":` + storedDeployer +
				`,"created_at":"2026-01-02T03:04:05.000678Z"}}`,
		},
		{
			"the least of a deployment",
			slipway.Subject{Deployment: &slipway.Deployment{ID: 1, RepositoryID: 2, SHA: sha, CreatedAt: at, UpdatedAt: at}},
			`{"v":1,"deployment":{"id":1,"repository":2,"sha":"` + sha + `","ref":"","task":"","environment":"",` +
				`"original_environment":"","created_at":"2026-01-02T03:04:05.000678Z","updated_at":"2026-01-02T03:04:05.000678Z"}}`,
		},
		{
			"a deployment status",
			slipway.Subject{DeploymentStatus: &slipway.DeploymentStatus{
				ID: 3, DeploymentID: 1, State: "success", Description: "ok", TargetURL: "http://t", LogURL: "http://l",
				EnvironmentURL: "http://e", Environment: "qa", CreatedAt: at,
			}},
			`{"v":1,"deployment_status":{"id":3,"deployment":1,"state":"success","description":"ok","target_url":"http://t",` +
				`"log_url":"http://l","environment_url":"http://e","environment":"qa","created_at":"2026-01-02T03:04:05.000678Z"}}`,
		},
		{
			"a commit status",
			slipway.Subject{Status: &slipway.CommitStatus{
				ID: 4, RepositoryID: 2, SHA: sha, Context: "ci", State: "error", Description: text("d"), TargetURL: text("http://t"),
				CreatedAt: at,
			}},
			`{"v":1,"status":{"id":4,"repository":2,"sha":"` + sha + `","context":"ci","state":"error","description":"d",` +
				`"target_url":"http://t","created_at":"2026-01-02T03:04:05.000678Z"}}`,
		},
		{
			"a check run and its suite",
			slipway.Subject{
				CheckRun: &slipway.CheckRun{
					ID: 5, SuiteID: 6, RepositoryID: 2, SHA: sha, Name: "ci", AppID: 7, ExternalID: "e", DetailsURL: "http://d",
					Status: "completed", Conclusion: "success", StartedAt: at, CompletedAt: &at,
					Output: slipway.CheckOutput{Title: text("t"), Summary: text("s"), Text: text(""), Annotations: 3}, UpdatedAt: at,
				},
				CheckSuite: &slipway.CheckSuite{
					ID: 6, RepositoryID: 2, SHA: sha, AppID: 7, HeadBranch: "main", Status: "completed", Conclusion: "success", Runs: 1,
					CreatedAt: at, UpdatedAt: at, RerequestedAt: &at,
				},
			},
			`{"v":1,"check_run":{"id":5,"suite":6,"repository":2,"sha":"` + sha + `","name":"ci","app_id":7,"external_id":"e",` +
				`"details_url":"http://d","status":"completed","conclusion":"success","started_at":"2026-01-02T03:04:05.000678Z",` +
				`"completed_at":"2026-01-02T03:04:05.000678Z","title":"t","summary":"s","text":"","annotations":3,` +
				`"updated_at":"2026-01-02T03:04:05.000678Z"},"check_suite":{"id":6,"repository":2,"sha":"` + sha + `","app_id":7,` +
				`"head_branch":"main","status":"completed","conclusion":"success","runs":1,"created_at":"2026-01-02T03:04:05.000678Z",` +
				`"updated_at":"2026-01-02T03:04:05.000678Z","rerequested_at":"2026-01-02T03:04:05.000678Z"}}`,
		},
		{
			"a push",
			slipway.Subject{Push: &slipway.RefChange{Name: "refs/heads/x", Old: slipway.ZeroSHA, New: sha, Forced: true, Known: true}},
			`{"v":1,"push":{"ref":"refs/heads/x","before":"` + string(slipway.ZeroSHA) + `","after":"` + sha + `","forced":true,"known":true}}`,
		},
		{
			"the rest",
			slipway.Subject{HookID: 5, SameAs: 6, Environment: "qa", AccountID: 7, TokenID: 8, Role: slipway.RoleWrite, AppID: 9, InstallationID: 10},
			`{"v":1,"hook":5,"same_as":6,"environment":"qa","account":7,"token":8,"role":"write","app":9,"installation":10}`,
		},
	} {
		if diff := cmp.Diff(test.stored, string(test.s.Encode())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		got, err := slipway.ParseSubject(json.RawMessage(test.stored))
		if diff := cmp.Diff(test.s, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, err, diff)
		}
	}
}

func TestParseSubjectRefuses(t *testing.T) {
	for _, raw := range []string{"", "null", "{}", "[]", `{"v":0}`, `{"v":2}`, `{"v":1`, `{"v":"1"}`} {
		_, err := slipway.ParseSubject(json.RawMessage(raw))
		var e *slipway.Error
		if !errors.As(err, &e) || e.Kind != slipway.Internal || e.Message != "" {
			t.Errorf("%q: %v, want an internal error without a sentence", raw, err)
		}
	}
}

func TestSubjectRefusesPayloadThatIsNotJSON(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a subject was stored that cannot be read")
		}
	}()
	slipway.Subject{Deployment: &slipway.Deployment{Payload: json.RawMessage("{")}}.Encode()
}

func TestSubjectGoesBothWays(t *testing.T) {
	optional := func(t *rapid.T, label string) *string {
		if rapid.Bool().Draw(t, label+"?") {
			return nil
		}
		return text(rapid.String().Draw(t, label))
	}
	rapid.Check(t, func(t *rapid.T) {
		payload, err := json.Marshal(rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "payload"))
		if err != nil {
			t.Fatal(err)
		}
		s := slipway.Subject{
			Deployment: &slipway.Deployment{
				ID: rapid.Int64().Draw(t, "id"), Ref: rapid.String().Draw(t, "ref"), Payload: payload,
				Description: optional(t, "description"), CreatedAt: at, UpdatedAt: at,
			},
			Status: &slipway.CommitStatus{TargetURL: optional(t, "target"), Context: rapid.String().Draw(t, "context"), CreatedAt: at},
		}
		raw := s.Encode()
		got, err := slipway.ParseSubject(raw)
		if diff := cmp.Diff(s, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
		if strings.Contains(string(raw), "\n") {
			t.Fatalf("%s is not one line", raw)
		}
	})
}

func FuzzParseSubject(f *testing.F) {
	for _, seed := range []string{
		`{"v":1}`, `{"v":1,"push":{"ref":"x"}}`, `{"v":1,"deployment":{"payload":{"a":[1,2]},"creator":{"id":1}}}`, `{"v":2}`, `[]`, ``,
		`{"v":1,"deployment":{"payload":null}}`, `{"v":1,"status":null}`, `{"v":1,"role":"king"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := slipway.ParseSubject(raw)
		if err != nil {
			return
		}
		again, err := slipway.ParseSubject(s.Encode())
		if err != nil {
			t.Fatalf("%s became %s: %v", raw, s.Encode(), err)
		}
		if string(again.Encode()) != string(s.Encode()) {
			t.Errorf("%s became %s", s.Encode(), again.Encode())
		}
	})
}
