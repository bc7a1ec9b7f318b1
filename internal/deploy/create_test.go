package deploy_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestADeploymentIsStoredWithItsEventsAndEnvironment(t *testing.T) {
	w := newWorld(t)
	before, wakes := w.lastEvent(), w.wakes.Load()
	in := request("main")
	in.Payload, in.Environment, in.Task = []byte(`{"b":1.0,"a":"é"}`), " Staging ", "deploy:migrations"
	out, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})
	w.must(err)

	got, err := w.Deployment(w.ctx, w.repo, out.Deployment.ID)
	w.must(err)
	if diff := cmp.Diff(out.Deployment, got); diff != "" {
		t.Errorf("the answer is not what was stored (-answer +stored):\n%s", diff)
	}
	if got.SHA != w.main || got.Environment != "Staging" || got.OriginalEnvironment != "Staging" || got.Description != nil ||
		string(got.Payload) != `{"b":1.0,"a":"é"}` || got.Creator.Login != "admin" || got.Production || got.State != "" {
		t.Errorf("stored %+v", got)
	}
	if names := w.names(before); names != "environment/created deployment/created deployment/released" {
		t.Errorf("events: %s", names)
	}
	log := w.events(before)
	if log[1].Subject.Deployment.ID != got.ID || log[2].Subject.SameAs != log[1].ID || log[1].Actor != w.admin.Account.ID {
		t.Errorf("events: %+v", log)
	}
	if w.wakes.Load() == wakes {
		t.Error("nobody was woken")
	}
	if e, err := w.Environment(w.ctx, w.repo, "STAGING"); err != nil || e.Name != "Staging" {
		t.Errorf("environment %+v, %v", e, err)
	}
}

func TestWhatADeploymentIsWhenNothingIsSaid(t *testing.T) {
	w := newWorld(t)
	out, err := w.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), deploy.IdempotencyKey{})
	w.must(err)
	if d := out.Deployment; d.Task != "deploy" || d.Environment != "production" || d.Production || d.Payload != nil {
		t.Errorf("%+v", d)
	}
	documented := w.decisions(func(s *deploy.Settings) { s.ProductionFromName = true })
	out, err = documented.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), deploy.IdempotencyKey{})
	w.must(err)
	if !out.Deployment.Production {
		t.Error("production_environment must follow the name where the setting says so")
	}
	in, no := request("main"), false
	in.Production = &no
	out, err = documented.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})
	w.must(err)
	if out.Deployment.Production {
		t.Error("what the client says wins")
	}
}

func TestRefusedDeploymentsChangeNothing(t *testing.T) {
	w := newWorld(t)
	topic := w.git.write(w.repo, "refs/heads/topic", w.main)
	w.git.point(w.repo, "refs/tags/v1", w.main)
	w.git.write(w.repo, "refs/heads/main", w.main) // everything else is behind now
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	w.git.clash(w.repo, topic, w.git.at(w.repo, "refs/heads/main"), "README.md")
	strict := w.decisions(func(s *deploy.Settings) { s.RefuseUnknownEnvs = true })
	archived := w.repo
	archived.Archived = true
	w.status(w.git.at(w.repo, "refs/heads/main"), "ci/build", "pending")

	ask := func(change func(*slipway.DeploymentRequest)) slipway.DeploymentRequest {
		in := slipway.DeploymentRequest{Ref: "main", AutoMerge: true, RequiredContexts: []string{}, Era: slipway.E11}
		change(&in)
		return in
	}
	for name, test := range map[string]struct {
		by      *deploy.Decisions
		repo    slipway.Repository
		in      slipway.DeploymentRequest
		kind    slipway.Kind
		message string
	}{
		"no ref":          {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Ref = "" }), slipway.Invalid, "Invalid request.\n\n\"ref\" wasn't supplied."},
		"unknown ref":     {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Ref = "nope" }), slipway.Invalid, "No ref found for: nope"},
		"HEAD":            {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Ref = "HEAD" }), slipway.Invalid, "No ref found for: HEAD"},
		"an option":       {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Ref = "--upload-pack=x" }), slipway.Invalid, "No ref found for: --upload-pack=x"},
		"conflict":        {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Ref = "topic" }), slipway.Conflict, "Conflict merging main into topic."},
		"tag behind":      {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Ref = "v1" }), slipway.Conflict, "Conflict merging main into v1."},
		"commit behind":   {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Ref = string(w.main) }), slipway.Conflict, "Conflict merging main into " + string(w.main) + "."},
		"red":             {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.RequiredContexts = nil }), slipway.Conflict, "Conflict: Commit status checks failed for main."},
		"unknown env":     {strict, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Environment = "mars" }), slipway.Invalid, "Validation Failed"},
		"archived":        {w.Decisions, archived, ask(func(*slipway.DeploymentRequest) {}), slipway.Forbidden, "Repository was archived so is read-only."},
		"payload no JSON": {w.Decisions, w.repo, ask(func(in *slipway.DeploymentRequest) { in.Payload = []byte("{") }), slipway.Invalid, "Validation Failed"},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t)
			before := w.dump()
			_, err := test.by.CreateDeployment(w.ctx, w.admin, test.repo, test.in, deploy.IdempotencyKey{Key: "k-" + strings.ReplaceAll(name, " ", "-"), Hash: []byte("h")})
			e := w.refusal(err, test.kind, test.message)
			if name == "conflict" && !slices.Equal(e.Conflicts, []string{"README.md"}) {
				t.Errorf("conflicts: %v", e.Conflicts)
			}
			// A merge that was tried leaves only a number that will not be used again.
			if diff := cmp.Diff(withoutSequences(before), withoutSequences(w.dump())); diff != "" {
				t.Errorf("something was left behind:\n%s", diff)
			}
		})
	}
}

// withoutSequences drops the lines that say which ids were given out.
func withoutSequences(dump string) string {
	lines := strings.Split(dump, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "sqlite_sequence|intents") }), "\n")
}

func TestTheGateSeesTheNewestStatusOfEachContext(t *testing.T) {
	w := newWorld(t)
	in := request("main")
	in.RequiredContexts = nil
	ask := func(contexts []string) error {
		in := in
		in.RequiredContexts = contexts
		_, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})
		return err
	}
	w.must(ask(nil)) // nobody has reported
	w.status(w.main, "ci/build", "pending")
	e := w.refusal(ask(nil), slipway.Conflict, "Conflict: Commit status checks failed for main.")
	if diff := cmp.Diff([]slipway.ContextState{{Context: "ci/build", State: "pending"}}, e.Details[0].Contexts); diff != "" {
		t.Error(diff)
	}
	w.must(ask([]string{}))
	w.status(w.main, "CI/Build", "success") // the same context
	w.must(ask(nil))
	w.must(ask([]string{"ci/BUILD"}))
	e = w.refusal(ask([]string{"deploy/approved"}), slipway.Conflict, "Conflict: Commit status checks failed for main.")
	if e.Details[0].Contexts == nil || len(e.Details[0].Contexts) != 0 {
		t.Errorf("contexts: %v, want an empty list", e.Details[0].Contexts)
	}
}

func TestAutoMergeMovesABranchThatIsBehind(t *testing.T) {
	w := newWorld(t)
	old := w.git.write(w.repo, "refs/heads/topic", w.main)
	tip := w.git.write(w.repo, "refs/heads/main", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	before := w.lastEvent()

	in := request("refs/heads/topic")
	in.AutoMerge = true
	key := deploy.IdempotencyKey{Key: "once", Hash: []byte("hash")}
	out, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, key)
	w.must(err)
	if out.Merged != "Auto-merged main into refs/heads/topic on deployment." || out.Deployment.ID != 0 {
		t.Fatalf("%+v", out)
	}
	merged := w.git.at(w.repo, "refs/heads/topic")
	commit, err := w.Commit(w.ctx, w.repo, string(merged), false)
	w.must(err)
	if !slices.Equal(commit.Parents, []slipway.SHA{old, tip}) || commit.Message != out.Merged {
		t.Errorf("merge commit %+v", commit)
	}
	if a := commit.Author; a.Name != "admin" || a.Email != fmt.Sprintf("%d+admin@users.noreply.example.com", w.admin.Account.ID) || !a.When.Equal(w.time.now()) {
		t.Errorf("author %+v", a)
	}
	if c := commit.Committer; c.Name != "Slipway" || !c.When.Equal(commit.Author.When) {
		t.Errorf("committer %+v", c)
	}
	log := w.events(before)
	want := slipway.RefChange{Name: "refs/heads/topic", Old: old, New: merged}
	if len(log) != 1 || log[0].Name != "push" || log[0].Actor != w.admin.Account.ID || *log[0].Subject.Push != want {
		t.Fatalf("events: %+v", log)
	}
	// The second time the branch is not behind any more, and the key is free: a 202 is not remembered.
	out, err = w.CreateDeployment(w.ctx, w.admin, w.repo, in, key)
	w.must(err)
	if out.Deployment.SHA != merged || out.Replayed {
		t.Errorf("%+v", out)
	}
	w.noIntents()
}

func (w *world) noIntents() {
	w.t.Helper()
	var n int
	w.must(w.raw.QueryRow("SELECT count(*) FROM intents").Scan(&n))
	if n != 0 || len(w.Owed()) != 0 {
		w.t.Errorf("%d intents and %v are left", n, w.Owed())
	}
}

func TestWhatIsNotBehindIsNotMerged(t *testing.T) {
	w := newWorld(t)
	w.git.write(w.repo, "refs/heads/topic", w.main)
	other := w.repository("acme", "empty")
	orphan := w.git.write(other, "refs/heads/topic") // the default branch has no commit
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	for _, ask := range []struct {
		repo slipway.Repository
		ref  string
	}{{w.repo, "main"}, {w.repo, "topic"}, {w.repo, string(w.main)}, {other, "topic"}, {other, string(orphan)}} {
		in := request(ask.ref)
		in.AutoMerge = true
		if out, err := w.CreateDeployment(w.ctx, w.admin, ask.repo, in, deploy.IdempotencyKey{}); err != nil || out.Merged != "" {
			t.Errorf("%s of %s: %+v, %v", ask.ref, ask.repo.FullName(), out, err)
		}
	}
	if w.git.merges != 0 {
		t.Errorf("%d merges", w.git.merges)
	}
}

func TestATokenForDeploymentsAloneDoesNotMerge(t *testing.T) {
	w := newWorld(t)
	w.git.write(w.repo, "refs/heads/topic", w.main)
	w.git.write(w.repo, "refs/heads/main", w.main)
	in := request("topic")
	in.AutoMerge = true
	ask := func(scopes string) (deploy.Created, error) {
		a := w.actor("deployer", scopes)
		w.must(w.AddCollaborator(w.ctx, w.admin, "acme", "web", "deployer", slipway.RoleWrite))
		return w.CreateDeployment(w.ctx, a, w.repo, in, deploy.IdempotencyKey{})
	}
	_, err := ask("repo_deployment")
	w.refused(err, slipway.NotFound, "Not Found")
	if w.git.merges != 0 {
		t.Error("it was merged")
	}
	// What cannot be moved is a conflict for everybody.
	in.Ref = string(w.main)
	_, err = ask("repo_deployment")
	w.refused(err, slipway.Conflict, "Conflict merging main into "+in.Ref+".")
	in.Ref = "topic"
	// acme/web is public, so public_repo is enough to write its code.
	if out, err := ask("public_repo repo_deployment"); err != nil || out.Merged == "" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestTenEqualRequestsMakeOneMerge(t *testing.T) {
	w := newWorld(t)
	w.git.write(w.repo, "refs/heads/topic", w.main)
	w.git.write(w.repo, "refs/heads/main", w.main)
	in := request("topic")
	in.AutoMerge = true
	outs := make([]deploy.Created, 10)
	errs := make([]error, 10)
	var group sync.WaitGroup
	for i := range outs {
		group.Go(func() { outs[i], errs[i] = w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{}) })
	}
	group.Wait()
	merged := 0
	for i, out := range outs {
		w.must(errs[i])
		if out.Merged != "" {
			merged++
		} else if out.Deployment.SHA != w.git.at(w.repo, "refs/heads/topic") {
			t.Errorf("deployed %s, which is not the merge", out.Deployment.SHA)
		}
	}
	if merged != 1 || w.git.merges != 1 {
		t.Errorf("%d answers and %d commits of merges, want one each", merged, w.git.merges)
	}
	w.noIntents()
}

func TestAMergeStartsOverWhenTheBranchMoves(t *testing.T) {
	w := newWorld(t)
	topic := w.git.write(w.repo, "refs/heads/topic", w.main)
	w.git.write(w.repo, "refs/heads/main", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	pushed := slipway.SHA("")
	w.git.before = func(what string, r *slipway.Repository) error {
		if what == "merge" && pushed == "" {
			pushed = w.git.write(w.repo, "refs/heads/topic", topic) // somebody pushes between our look and our move
		}
		return nil
	}
	in := request("topic")
	in.AutoMerge = true
	out, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})
	w.must(err)
	commit, err := w.Commit(w.ctx, w.repo, "topic", false)
	w.must(err)
	if out.Merged == "" || commit.Parents[0] != pushed {
		t.Errorf("%+v: the push is not in the branch's history: %+v", out, commit)
	}
	w.noIntents()
}
