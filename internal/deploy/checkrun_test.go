package deploy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// through is an actor who acts through an app of that slug.
func (w *world) through(a slipway.Actor, slug string) slipway.Actor {
	w.t.Helper()
	app := slipway.App{Kind: slipway.GitHubApp, Slug: slug, Name: slug, ClientID: slug, Owner: w.admin.Account}
	w.must(w.store.Update(w.ctx, 0, func(tx deploy.Tx) error {
		app.CreatedAt, app.UpdatedAt = tx.Now(), tx.Now()
		return tx.InsertApp(&app)
	}))
	a.App = &app
	return a
}

func checkRun(name, status, conclusion string) slipway.CheckRunRequest {
	in := slipway.CheckRunRequest{}
	for member, value := range map[**string]string{&in.Name: name, &in.Status: status, &in.Conclusion: conclusion} {
		if value != "" {
			*member = &value
		}
	}
	return in
}

func (w *world) check(a slipway.Actor, in slipway.CheckRunRequest) slipway.CheckRun {
	w.t.Helper()
	in.HeadSHA = string(w.main)
	run, err := w.CreateCheckRun(w.ctx, a, w.repo, in)
	w.must(err)
	stored, err := w.CheckRun(w.ctx, w.repo, run.ID)
	w.must(err)
	if stored.Status != run.Status || stored.Conclusion != run.Conclusion || stored.App.Slug != run.App.Slug || stored.Output.Annotations != run.Output.Annotations {
		w.t.Errorf("answered %+v, stored %+v", run, stored)
	}
	return run
}

func TestCheckRunsGateDeployments(t *testing.T) {
	w := newWorld(t)
	ci := w.through(w.admin, "ci")
	create := func(required []string) error {
		_, err := w.CreateDeployment(w.ctx, w.admin, w.repo, slipway.DeploymentRequest{Ref: "main", RequiredContexts: required, Era: slipway.E11}, deploy.IdempotencyKey{})
		return err
	}
	contexts := func(err error) string {
		t.Helper()
		e := w.refusal(err, slipway.Conflict, "Conflict: Commit status checks failed for main.")
		var list []string
		for _, c := range e.Details[0].Contexts {
			list = append(list, c.Context+"="+c.State)
		}
		return strings.Join(list, " ")
	}
	w.status(w.main, "ci/build", "success")
	run := w.check(w.admin, checkRun("lint", "", ""))
	if got := contexts(create(nil)); got != "ci/build=success lint=pending" {
		t.Error(got)
	}
	w.must(second(w.UpdateCheckRun(w.ctx, w.admin, w.repo, run.ID, checkRun("", "", "skipped"))))
	if got := contexts(create(nil)); got != "ci/build=success lint=skipped" {
		t.Error(got)
	}
	w.must(create([]string{"ci/build"}))
	w.must(create([]string{}))
	w.check(w.admin, checkRun("lint", "", "success")) // newer than the one that was skipped
	w.must(create(nil))
	w.check(ci, checkRun("lint", "", "failure")) // another app's of the same name
	if got := contexts(create([]string{"Lint"})); got != "lint=success lint=failure" {
		t.Error(got)
	}
	combined, err := w.CombinedStatus(w.ctx, w.repo, "main", deploy.Page{Number: 1, Size: 30})
	if err != nil || combined.State != "success" || combined.Total != 1 {
		t.Errorf("check runs count in %+v, %v", combined, err)
	}
}

func TestCheckRunsLeaveEvents(t *testing.T) {
	w := newWorld(t)
	before := w.lastEvent()
	is := func(want string) {
		t.Helper()
		if names := w.names(before); names != want {
			t.Errorf("events: %s, want %s", names, want)
		}
		before = w.lastEvent()
	}
	update := func(id int64, in slipway.CheckRunRequest) {
		t.Helper()
		w.time.add(time.Second)
		w.must(second(w.UpdateCheckRun(w.ctx, w.admin, w.repo, id, in)))
	}
	run := w.check(w.admin, checkRun("lint", "", ""))
	is("check_run/created")
	update(run.ID, checkRun("", "in_progress", ""))
	is("check_run/updated")
	update(run.ID, checkRun("", "", "success"))
	is("check_run/completed check_suite/completed")
	update(run.ID, checkRun("", "", "failure"))
	is("check_run/updated")
	w.check(w.admin, checkRun("build", "completed", "success"))
	is("check_run/created check_run/completed")
	suite, commit, err := w.CheckSuite(w.ctx, w.repo, run.SuiteID)
	if err != nil || suite.Conclusion != "failure" || suite.Runs != 2 || suite.HeadBranch != "main" || commit.SHA != w.main {
		t.Errorf("%+v of %+v, %v", suite, commit, err)
	}
	w.time.add(time.Second)
	w.must(w.RerequestCheckSuite(w.ctx, w.admin, w.repo, suite.ID))
	is("check_suite/rerequested")
	again, _, made, err := w.CreateCheckSuite(w.ctx, w.admin, w.repo, string(w.main))
	if err != nil || made || again.ID != suite.ID || again.Status != "queued" || again.Conclusion != "" {
		t.Errorf("made %t: %+v, %v", made, again, err)
	}
	is("")
	update(run.ID, checkRun("", "", "success"))
	is("check_run/updated check_suite/completed")
	_, _, made, err = w.CreateCheckSuite(w.ctx, w.through(w.admin, "ci"), w.repo, string(w.main))
	if err != nil || !made {
		t.Errorf("made %t, %v", made, err)
	}
	is("check_suite/created")
}

func TestOnlyItsAppChangesACheckRun(t *testing.T) {
	w := newWorld(t)
	ci, other := w.through(w.admin, "ci"), w.through(w.admin, "other")
	theirs, ours := w.check(ci, checkRun("lint", "", "failure")), w.check(w.admin, checkRun("lint", "", "failure"))
	if theirs.App.Slug != "ci" || ours.App.Slug != "slipway" || theirs.SuiteID == ours.SuiteID {
		t.Errorf("%+v, %+v", theirs, ours)
	}
	before := w.dump()
	for _, test := range []struct {
		a  slipway.Actor
		id int64
	}{{w.admin, theirs.ID}, {other, theirs.ID}, {ci, ours.ID}} {
		_, err := w.UpdateCheckRun(w.ctx, test.a, w.repo, test.id, checkRun("", "", "success"))
		kindIs(t, err, slipway.Forbidden)
	}
	if w.dump() != before {
		t.Error("something was left behind")
	}
}

func TestOldCheckRunsGo(t *testing.T) {
	w := newWorld(t)
	d := w.decisions(func(s *deploy.Settings) { s.MaxCheckRunsPerName = 3 })
	in := checkRun("lint", "", "failure")
	in.HeadSHA = string(w.main)
	in.Output = &slipway.CheckOutputRequest{Annotations: []slipway.Annotation{{Path: "a", Level: "notice"}}}
	for range 5 {
		w.must(second(d.CreateCheckRun(w.ctx, w.admin, w.repo, in)))
	}
	list, err := d.ListCheckRuns(w.ctx, w.repo, "main", deploy.CheckRunFilter{All: true}, deploy.Page{Number: 1, Size: 30})
	if err != nil || list.Total != 3 || len(list.Items) != 3 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestRefusedCheckRunsChangeNothing(t *testing.T) {
	w := newWorld(t)
	run := w.check(w.admin, checkRun("lint", "", ""))
	archived := w.repo
	archived.Archived = true
	sha := string(w.main)
	before := w.dump()
	for name, test := range map[string]struct {
		repo slipway.Repository
		head string
		in   slipway.CheckRunRequest
		kind slipway.Kind
	}{
		"a branch":       {w.repo, "main", checkRun("x", "", ""), slipway.Invalid},
		"no such commit": {w.repo, strings.Repeat("7", 40), checkRun("x", "", ""), slipway.Invalid},
		"short":          {w.repo, sha[:10], checkRun("x", "", ""), slipway.Invalid},
		"no conclusion":  {w.repo, sha, checkRun("x", "completed", ""), slipway.Invalid},
		"archived":       {archived, sha, checkRun("x", "", ""), slipway.Forbidden},
	} {
		test.in.HeadSHA = test.head
		_, err := w.CreateCheckRun(w.ctx, w.admin, test.repo, test.in)
		if err == nil || slipway.KindOf(err) != test.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.UpdateCheckRun(w.ctx, w.admin, w.repo, 4711, checkRun("", "", "success"))
	kindIs(t, err, slipway.NotFound)
	_, err = w.UpdateCheckRun(w.ctx, w.admin, archived, run.ID, checkRun("", "", "success"))
	kindIs(t, err, slipway.Forbidden)
	_, err = w.UpdateCheckRun(w.ctx, w.admin, w.repo, run.ID, checkRun("", "completed", ""))
	kindIs(t, err, slipway.Invalid)
	_, _, _, err = w.CreateCheckSuite(w.ctx, w.admin, w.repo, "main")
	kindIs(t, err, slipway.Invalid)
	_, _, _, err = w.CreateCheckSuite(w.ctx, w.admin, archived, sha)
	kindIs(t, err, slipway.Forbidden)
	kindIs(t, w.RerequestCheckSuite(w.ctx, w.admin, archived, run.SuiteID), slipway.Forbidden)
	kindIs(t, w.RerequestCheckSuite(w.ctx, w.admin, w.repo, 4711), slipway.NotFound)
	_, err = w.ListCheckRuns(w.ctx, w.repo, "nowhere", deploy.CheckRunFilter{}, deploy.Page{Number: 1, Size: 1})
	w.refused(err, slipway.Invalid, "No commit found for SHA: nowhere")
	_, err = w.ListCheckSuites(w.ctx, w.repo, strings.Repeat("7", 40), deploy.CheckRunFilter{}, deploy.Page{Number: 1, Size: 1})
	kindIs(t, err, slipway.Invalid)
	if w.dump() != before {
		t.Error("something was left behind")
	}
}

func TestAnnotationsAreAdded(t *testing.T) {
	w := newWorld(t)
	note := func(paths ...string) *slipway.CheckOutputRequest {
		o := &slipway.CheckOutputRequest{}
		for _, p := range paths {
			o.Annotations = append(o.Annotations, slipway.Annotation{Path: p, Level: "notice", Message: "m"})
		}
		return o
	}
	in := checkRun("lint", "", "")
	in.Output = note("a", "b")
	run := w.check(w.admin, in)
	w.must(second(w.UpdateCheckRun(w.ctx, w.admin, w.repo, run.ID, slipway.CheckRunRequest{Output: note("c")})))
	run, list, err := w.ListAnnotations(w.ctx, w.repo, run.ID, deploy.Page{Number: 1, Size: 30})
	if err != nil || run.Output.Annotations != 3 || list.Total != 3 || len(list.Items) != 3 || list.Items[2].Path != "c" {
		t.Errorf("%+v, %+v, %v", run, list, err)
	}
	_, _, err = w.ListAnnotations(w.ctx, w.repo, 4711, deploy.Page{Number: 1, Size: 30})
	kindIs(t, err, slipway.NotFound)
}
