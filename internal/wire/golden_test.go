package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slipway-deploy/slipway"
)

var update = flag.Bool("update", false, "write testdata/golden anew; read the difference before committing it")

// TestGolden pins every body, member by member and in order. The files are indented for their readers; that bodies are
// compact is checked beside.
func TestGolden(t *testing.T) {
	bodies := map[string]JSON{
		"deployment":             FromDeployment(release, web, testURLs, Today),
		"deployment-by-app":      FromDeployment(byApp(release), web, testURLs, Today),
		"deployment-bare":        FromDeployment(bare, tools, testURLs, Today),
		"deployment-seed":        FromDeployment(release, web, testURLs, NewShape(slipway.E11, "preview")),
		"deployment-cannonball":  FromDeployment(release, web, testURLs, NewShape(slipway.E11, "cannonball-preview")),
		"deployment-e1-bare":     FromDeployment(bare, tools, testURLs, Shape{Era: slipway.E1}),
		"deployment-status":      FromDeploymentStatus(report, release, web, testURLs, Today),
		"deployment-status-bare": FromDeploymentStatus(terse, release, web, testURLs, Today),
		"deployment-status-seed": FromDeploymentStatus(terse, release, web, testURLs, NewShape(slipway.E11, "preview")),
		"deployment-status-e4":   FromDeploymentStatus(terse, release, web, testURLs, Shape{Era: slipway.E4}),
		"commit-status":          FromCommitStatus(check, web, testURLs, Today),
		"combined": FromCombined(Combined{SHA: tip, State: "failure", Total: 31, Statuses: []slipway.CommitStatus{check}},
			web, testURLs, Today),
		"combined-none":           FromCombined(Combined{SHA: tip, State: "pending"}, tools, testURLs, NewShape(slipway.E2, "she-hulk-preview")),
		"check-run":               FromCheckRun(linted, web, testURLs, Today),
		"check-runs":              FromCheckRuns(7, []slipway.CheckRun{queued}, tools, testURLs, Today),
		"annotations":             FromAnnotations(linted, notes, web, testURLs),
		"check-suite":             FromCheckSuite(suite, change, web, testURLs, Today),
		"check-suites":            FromCheckSuites(3, []slipway.CheckSuite{{ID: 402, SHA: tip, Status: "queued", CreatedAt: then, UpdatedAt: then}}, change, tools, testURLs, Today),
		"protection-rules":        FromProtectionRules([]slipway.DeploymentProtectionRule{{ID: 6, EnvironmentID: 5, App: linter}}, testURLs),
		"rule-apps":               FromRuleApps(31, []slipway.App{linter}, testURLs),
		"environment-team":        FromEnvironment(slipway.Environment{ID: 9, Name: "qa", CreatedAt: then, UpdatedAt: then, RequiredReviewers: &slipway.RequiredReviewers{RuleID: 3, Reviewers: []slipway.Reviewer{{Type: "Team", ID: 4, Team: &slipway.Team{ID: 4, Organization: acme, Name: "Ops", Slug: "ops", Description: "On call"}}, {Type: "Team", ID: 5}}}}, web, testURLs, Today),
		"branch-policies":         FromBranchPolicies(2, []slipway.DeploymentBranchPolicy{{ID: 5, Name: "release/*", Type: slipway.BranchRef}}),
		"event-check-run":         must(t)(CheckRunEvent(frame, "completed", linted, suite)),
		"event-check-suite":       must(t)(CheckSuiteEvent(frame, "completed", suite, change)),
		"environment":             FromEnvironment(guarded, web, testURLs, Today),
		"environments":            FromEnvironments(17, []slipway.Environment{open}, web, testURLs, Today),
		"hook":                    FromHook(receiver, web, testURLs),
		"hook-fresh":              FromHook(fresh, web, testURLs),
		"delivery":                FromDelivery(attempt),
		"delivery-detail":         FromDeliveryDetail(attempt),
		"repository":              FromRepository(web, RepositoryView{Full: true, Authenticated: true, Role: slipway.RoleWrite}, testURLs, Today),
		"repository-reader":       FromRepository(tools, RepositoryView{Full: true, Authenticated: true, Role: slipway.RoleRead}, testURLs, Today),
		"repository-listed":       FromRepository(tools, RepositoryView{MasterBranch: true}, testURLs, Today),
		"user":                    FromUser(octocat, UserView{PublicRepositories: 3}, testURLs, Today),
		"user-private":            FromUser(octocat, UserView{PublicRepositories: 3, PrivateRepositories: 2, Private: true}, testURLs, Today),
		"commit":                  FromCommit(change, &octocat, nil, web, testURLs, Today),
		"commit-signed":           FromCommit(signed, &octocat, &octocat, web, testURLs, Today),
		"branch":                  FromBranch(slipway.Branch{Name: "feature/#1 x", SHA: parent}, signed, nil, nil, web, testURLs, Today),
		"branch-default":          FromBranch(slipway.Branch{Name: "main", SHA: parent}, signed, nil, nil, web, testURLs, Today),
		"comparison":              FromComparison(slipway.Comparison{Base: signed, Head: change, MergeBase: signed, AheadBy: 1, Commits: []slipway.Commit{change}, Files: change.Files}, "main", "topic/x", byAddress, web, testURLs, Today),
		"root":                    Root(testURLs),
		"meta":                    Meta(MetaView{Era: slipway.E11, Hooks: []string{"192.0.2.1/32"}, InstalledVersion: "3.14.0"}),
		"app":                     FromApp(deployer, testURLs, Today),
		"app-own":                 FromOwnApp(deployer, 2, testURLs, Today),
		"installation":            FromInstallation(installed, deployer, testURLs, Today),
		"installation-user":       FromInstallation(slipway.Installation{ID: 8, Account: octocat, AllRepositories: true, CreatedAt: then, UpdatedAt: then}, deployer, testURLs, Today),
		"installation-token":      FromInstallationToken("sls_x", slipway.Token{ExpiresAt: &later, Permissions: installed.Permissions}, []slipway.Repository{tools}, testURLs, Today),
		"installation-token-all":  FromInstallationToken("sls_x", slipway.Token{ExpiresAt: &later, AllRepositories: true}, nil, testURLs, Today),
		"installation-repos":      FromInstallationRepositories(3, false, []slipway.Repository{tools}, testURLs, Today),
		"event-deployment-by-app": must(t)(DeploymentEvent(frame, byApp(release))),
		"rate-limit":              RateLimit(Rate{Limit: 1000000, Remaining: 1000000, Reset: then}),
		"error":                   FromError(slipway.ValidationFailed(slipway.Detail{Resource: "Status", Field: "sha", Code: "custom", Message: "sha must be a 40 character SHA1"}, slipway.Detail{Text: "bare"}), 422, "https://docs.example.com"),
		"error-contexts":          FromError(refusal, 409, "https://docs.example.com"),
		"message":                 Message{"Auto-merged main into topic on deployment."}.JSON(),
		"event-deployment":        must(t)(DeploymentEvent(frame, release)),
		"event-status":            must(t)(StatusEvent(frame, check, StatusFacts{Commit: change, Author: &octocat, Branches: []slipway.Branch{{Name: "main", SHA: tip}}})),
		"event-ping":              must(t)(PingEvent(frame, fresh, "Practice makes deployable.")),
		"event-push":              must(t)(PushEvent(frame, pushed)),
		"event-push-removed":      must(t)(PushEvent(Frame{Repository: tools, Sender: robot, URLs: testURLs, Shape: Today}, Push{Change: slipway.RefChange{Name: "refs/heads/x", Old: tip, New: slipway.ZeroSHA}})),
		"event-create":            must(t)(CreateEvent(frame, slipway.RefChange{Name: "refs/heads/a/b", Old: slipway.ZeroSHA, New: tip})),
		"event-delete":            must(t)(DeleteEvent(frame, slipway.RefChange{Name: "refs/tags/v1", Old: tip, New: slipway.ZeroSHA})),
		"event-deployment-status": must(t)(DeploymentStatusEvent(frame, report, release)),
	}
	for era, day := range map[slipway.Era]string{slipway.E1: "2014-02", slipway.E3: "2014-05", slipway.E5: "2014-08", slipway.E6: "2014-10-22", slipway.E7: "2014-11-05", slipway.E9: "2019"} {
		f := frame
		f.Shape = EventShape(era)
		bodies["event-"+day+"-deployment"] = must(t)(DeploymentEvent(f, release))
		bodies["event-"+day+"-deployment-status"] = must(t)(DeploymentStatusEvent(f, terse, release))
		bodies["event-"+day+"-status"] = must(t)(StatusEvent(f, check, StatusFacts{Commit: change}))
		bodies["event-"+day+"-ping"] = must(t)(PingEvent(f, fresh, "Practice makes deployable."))
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) { golden(t, name, body) })
	}
}

var (
	frame  = Frame{Repository: web, Sender: octocat, URLs: testURLs, Shape: Today}
	pushed = Push{
		Change:   slipway.RefChange{Name: "refs/heads/topic", Old: parent, New: tip, Forced: true},
		Commits:  []slipway.Commit{change},
		Head:     &change,
		Accounts: byAddress,
	}
	refusal = &slipway.Error{
		Kind: slipway.Conflict, Message: "Conflict: Commit status checks failed for topic.",
		Details: []slipway.Detail{{
			Resource: "Deployment", Field: "required_contexts", Code: "invalid",
			Contexts: []slipway.ContextState{{Context: "ci/build", State: "failure"}},
		}},
		Op: "never shown",
	}
)

func must(t *testing.T) func([]byte, error) JSON {
	return func(body []byte, err error) JSON {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
}

func golden(t *testing.T, name string, body JSON) {
	t.Helper()
	var small, indented bytes.Buffer
	if err := json.Compact(&small, body); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if small.String() != string(body) {
		t.Errorf("not compact: %s", body)
	}
	if err := json.Indent(&indented, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	indented.WriteByte('\n')
	file := filepath.Join("testdata", "golden", name+".json")
	if *update {
		if err := os.WriteFile(file, indented.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), indented.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestRenderedTwice finds orders that are left to chance: what is signed once must be what is sent again.
func TestRenderedTwice(t *testing.T) {
	one, two := FromHook(receiver, web, testURLs), FromHook(receiver, web, testURLs)
	if !bytes.Equal(one, two) {
		t.Errorf("the same hook, two bodies:\n%s\n%s", one, two)
	}
}
