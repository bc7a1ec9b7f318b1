package deploy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestAStatusMovesItsDeployment(t *testing.T) {
	w := newWorld(t)
	d := w.deploy("main", "staging")
	w.time.add(time.Minute)
	before := w.lastEvent()
	elsewhere := "Production"
	s, of, err := w.CreateDeploymentStatus(w.ctx, w.admin, w.repo, d.ID, slipway.StatusRequest{
		State: "in_progress", TargetURL: "https://ci.example.com/1", Environment: &elsewhere, EnvironmentURL: "https://example.com", Era: slipway.E11,
	})
	w.must(err)
	stored, deployment, err := w.DeploymentStatus(w.ctx, w.repo, d.ID, s.ID)
	w.must(err)
	if diff := cmp.Diff(s, stored) + cmp.Diff(of, deployment); diff != "" {
		t.Errorf("the answer is not what was stored:\n%s", diff)
	}
	if s.LogURL != "https://ci.example.com/1" || s.Environment != "Production" || s.Creator.Login != "admin" {
		t.Errorf("status %+v", s)
	}
	if of.Environment != "Production" || of.OriginalEnvironment != "staging" || of.State != "in_progress" ||
		!of.UpdatedAt.Equal(w.time.now()) || !of.CreatedAt.Equal(d.CreatedAt) {
		t.Errorf("deployment %+v", of)
	}
	log := w.events(before)
	if names := w.names(before); names != "environment/created deployment_status/created" {
		t.Fatalf("events: %s", names)
	}
	if e := log[1].Subject; e.DeploymentStatus.ID != s.ID || e.Deployment.Environment != "Production" || !e.Deployment.UpdatedAt.Equal(of.UpdatedAt) {
		t.Errorf("subject %+v", e)
	}
	// A status that names no environment stays where the deployment is now.
	if next := w.report(d.ID, "queued"); next.Environment != "Production" {
		t.Errorf("environment %q", next.Environment)
	}
}

func TestASuccessRetiresWhatItReplaces(t *testing.T) {
	w := newWorld(t)
	live := func(environment string, change func(*slipway.DeploymentRequest)) slipway.Deployment {
		in := request("main")
		in.Environment = environment
		change(&in)
		out, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})
		w.must(err)
		_, of, err := w.CreateDeploymentStatus(w.ctx, w.admin, w.repo, out.Deployment.ID, slipway.StatusRequest{
			State: "success", LogURL: "https://ci.example.com", EnvironmentURL: "https://example.com", Era: slipway.E11,
		})
		w.must(err)
		return of
	}
	plain, yes := func(*slipway.DeploymentRequest) {}, true
	retired := live("Staging", plain)
	transient := live("staging", func(in *slipway.DeploymentRequest) { in.Transient = true })
	production := live("staging", func(in *slipway.DeploymentRequest) { in.Production = &yes })
	other := live("qa", plain)
	failed := w.deploy("main", "staging")
	w.report(failed.ID, "failure")
	fresh := w.deploy("main", "staging")
	newest := w.deploy("main", "staging")
	later := live("staging", plain)

	w.time.add(time.Hour)
	before := w.lastEvent()
	s := w.report(newest.ID, "success")
	if names := w.names(before); names != "deployment_status/created deployment_status/created" {
		t.Errorf("events: %s", names)
	}
	states := map[int64]string{
		retired.ID: "inactive", transient.ID: "success", production.ID: "success", other.ID: "success",
		failed.ID: "failure", fresh.ID: "", newest.ID: "success", later.ID: "success",
	}
	for id, want := range states {
		d, err := w.Deployment(w.ctx, w.repo, id)
		w.must(err)
		if d.State != want {
			t.Errorf("deployment %d is %q, want %q", id, d.State, want)
		}
	}
	list, of, err := w.ListDeploymentStatuses(w.ctx, w.repo, retired.ID, deploy.Page{Number: 1, Size: 30})
	w.must(err)
	inactive := list.Items[0]
	if inactive.State != "inactive" || inactive.LogURL != "https://ci.example.com" || inactive.EnvironmentURL != "https://example.com" ||
		inactive.Description != "" || inactive.Environment != "Staging" || list.Total != 2 || !inactive.CreatedAt.Equal(s.CreatedAt) ||
		!of.UpdatedAt.Equal(s.CreatedAt) {
		t.Errorf("%+v of %+v", inactive, of)
	}
	if log := w.events(before); log[0].Subject.DeploymentStatus.ID != s.ID || log[1].Subject.Deployment.ID != retired.ID || log[1].Subject.Deployment.State != "inactive" {
		t.Errorf("events: %+v", log)
	}
}

func TestNothingIsRetiredWithoutLeave(t *testing.T) {
	w := newWorld(t)
	first, second := w.deploy("main", "qa"), w.deploy("main", "qa")
	w.report(first.ID, "success")
	_, _, err := w.CreateDeploymentStatus(w.ctx, w.admin, w.repo, second.ID, slipway.StatusRequest{State: "success", AutoInactive: false, Era: slipway.E11})
	w.must(err)
	w.report(second.ID, "failure")
	if d, err := w.Deployment(w.ctx, w.repo, first.ID); err != nil || d.State != "success" {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestRefusedStatusesChangeNothing(t *testing.T) {
	w := newWorld(t, func(s *deploy.Settings) { s.MaxDeploymentStatuses = 2 })
	d, full := w.deploy("main", "qa"), w.deploy("main", "qa")
	w.report(full.ID, "queued")
	w.report(full.ID, "queued")
	elsewhere := w.repository("acme", "other")
	archived := w.repo
	archived.Archived = true
	ok := slipway.StatusRequest{State: "success", AutoInactive: true, Era: slipway.E11}
	with := func(change func(*slipway.StatusRequest)) slipway.StatusRequest { in := ok; change(&in); return in }
	for name, test := range map[string]struct {
		repo    slipway.Repository
		id      int64
		in      slipway.StatusRequest
		kind    slipway.Kind
		message string
	}{
		"unknown deployment":      {w.repo, 999, ok, slipway.NotFound, "Not Found"},
		"unknown, and bad":        {w.repo, 999, slipway.StatusRequest{Era: slipway.E11}, slipway.NotFound, "Not Found"},
		"of another repository":   {elsewhere, d.ID, ok, slipway.NotFound, "Not Found"},
		"no state":                {w.repo, d.ID, with(func(in *slipway.StatusRequest) { in.State = "" }), slipway.Invalid, "Validation Failed"},
		"waiting is the server's": {w.repo, d.ID, with(func(in *slipway.StatusRequest) { in.State = "waiting" }), slipway.Invalid, "Validation Failed"},
		"javascript":              {w.repo, d.ID, with(func(in *slipway.StatusRequest) { in.LogURL = "javascript:alert(1)" }), slipway.Invalid, "Validation Failed"},
		"141 characters":          {w.repo, d.ID, with(func(in *slipway.StatusRequest) { in.Description = strings.Repeat("é", 141) }), slipway.Invalid, "Validation Failed"},
		"one too many":            {w.repo, full.ID, ok, slipway.Invalid, "Validation Failed"},
		"archived":                {archived, d.ID, ok, slipway.Forbidden, "Repository was archived so is read-only."},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t)
			before := w.dump()
			_, _, err := w.CreateDeploymentStatus(w.ctx, w.admin, test.repo, test.id, test.in)
			w.refused(err, test.kind, test.message)
			if diff := cmp.Diff(before, w.dump()); diff != "" {
				t.Errorf("something was left behind:\n%s", diff)
			}
		})
	}
}

func TestDeletingADeployment(t *testing.T) {
	w := newWorld(t)
	only := w.deploy("main", "qa")
	w.report(only.ID, "success")
	live, idle := w.deploy("main", "staging"), w.deploy("main", "staging")
	w.report(live.ID, "success")
	before := w.lastEvent()
	e := w.refusal(w.DeleteDeployment(w.ctx, w.admin, w.repo, live.ID), slipway.Invalid, "Validation Failed")
	if e.Details[0].Text != "We cannot delete an active deployment unless it is the only deployment in a given environment." {
		t.Errorf("%+v", e.Details)
	}
	elsewhere := w.repository("acme", "other")
	w.refused(w.DeleteDeployment(w.ctx, w.admin, elsewhere, idle.ID), slipway.NotFound, "Not Found")
	w.must(w.DeleteDeployment(w.ctx, w.admin, w.repo, only.ID))
	w.must(w.DeleteDeployment(w.ctx, w.admin, w.repo, idle.ID))
	w.must(w.DeleteDeployment(w.ctx, w.admin, w.repo, live.ID))
	w.refused(w.DeleteDeployment(w.ctx, w.admin, w.repo, live.ID), slipway.NotFound, "Not Found")
	if _, _, err := w.ListDeploymentStatuses(w.ctx, w.repo, live.ID, deploy.Page{Number: 1, Size: 30}); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("its statuses: %v", err)
	}
	if names := w.names(before); strings.Count(names, "deployment/deleted") != 3 {
		t.Errorf("events: %s", names)
	}
}

func TestListingDeployments(t *testing.T) {
	w := newWorld(t)
	other := w.git.write(w.repo, "refs/heads/topic", w.main)
	w.deploy("main", "production")
	w.deploy("topic", "Production")
	w.deploy("refs/heads/topic", "qa")
	list := func(f slipway.DeploymentFilter) string {
		f.RepositoryID = w.repo.ID
		got, err := w.ListDeployments(w.ctx, f, deploy.Page{Number: 1, Size: 30})
		w.must(err)
		var refs []string
		for _, d := range got.Items {
			refs = append(refs, d.Ref)
		}
		if got.Exact && got.Total != len(got.Items) {
			t.Errorf("%+v: total %d", f, got.Total)
		}
		return strings.Join(refs, " ")
	}
	for f, want := range map[slipway.DeploymentFilter]string{
		{}:                          "refs/heads/topic topic main",
		{Environment: "PRODUCTION"}: "topic main",
		{Ref: "topic"}:              "topic",
		{SHA: string(other)}:        "refs/heads/topic topic",
		{SHA: strings.ToUpper(string(other[:8]))}: "refs/heads/topic topic",
		{SHA: string(other[:6])}:                  "",
		{SHA: "none"}:                             "",
		{Task: "none"}:                            "",
		{Ref: "topic", Environment: "production"}: "topic",
	} {
		if got := list(f); got != want {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
}

// TestPagesOfAListNobodyCounts: where the rows are too many to count, a page proves that the list goes to its end, and on if
// it does.
func TestPagesOfAListNobodyCounts(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		w.deploy("main", "production")
	}
	_, err := w.raw.ExecContext(w.ctx, "UPDATE counters SET n = 1000000") // what a million rows would leave, without them
	w.must(err)
	f := slipway.DeploymentFilter{RepositoryID: w.repo.ID, Ref: "main", Environment: "production"}
	for p, want := range map[deploy.Page]struct{ shown, total int }{
		{Number: 1, Size: 2}: {2, 3},
		{Number: 2, Size: 2}: {2, 5},
		{Number: 3, Size: 2}: {1, 5},
		{Number: 4, Size: 2}: {0, 0},
		{Number: 1, Size: 5}: {5, 5}, // full, and the last one
		{Number: 5, Size: 1}: {1, 5},
		{Number: 1, Size: 9}: {5, 5},
	} {
		got, err := w.ListDeployments(w.ctx, f, p)
		w.must(err)
		if got.Exact || len(got.Items) != want.shown || got.Total != want.total {
			t.Errorf("%+v: %d shown, total %d (exact: %t), want %+v", p, len(got.Items), got.Total, got.Exact, want)
		}
	}
}
