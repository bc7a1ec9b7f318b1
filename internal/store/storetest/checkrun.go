package storetest

import (
	"strconv"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// ownApp puts the account that stands for the server into the store, and gives the app that it is.
func (w *world) ownApp() *slipway.App {
	w.Helper()
	bot := slipway.Account{Login: slipway.BotLogin, Type: slipway.Bot, CreatedAt: w.now, UpdatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertAccount(&bot) })
	app := slipway.OwnApp(bot)
	return &app
}

// suite puts a suite into the store.
func (w *world) suite(r slipway.Repository, n int, app *slipway.App) slipway.CheckSuite {
	w.Helper()
	s := slipway.CheckSuite{
		RepositoryID: r.ID, SHA: sha(n), AppID: app.ID, App: app, HeadBranch: "main", CreatedAt: w.now, UpdatedAt: w.now,
	}
	w.update(r.ID, func(tx deploy.Tx) error { return tx.InsertCheckSuite(&s) })
	return s
}

// run puts a run into the store.
func (w *world) run(s slipway.CheckSuite, name, status, conclusion string) slipway.CheckRun {
	w.Helper()
	r := slipway.CheckRun{
		SuiteID: s.ID, RepositoryID: s.RepositoryID, SHA: s.SHA, AppID: s.AppID, App: s.App, Name: name, Status: status,
		Conclusion: conclusion, StartedAt: w.now, UpdatedAt: w.now,
	}
	w.update(s.RepositoryID, func(tx deploy.Tx) error { return tx.InsertCheckRun(&r) })
	return r
}

func checkRuns(w *world) {
	r, other := w.repository("r"), w.repository("other")
	own := w.ownApp()
	suite := w.suite(r, 1, own)
	run := w.run(suite, "ci", "queued", "")
	get := func() slipway.CheckRun {
		return read(w, func(tx deploy.Tx) (slipway.CheckRun, error) { return tx.CheckRun(r.ID, run.ID) })
	}
	w.same("inserted", get(), run)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.CheckRun(other.ID, run.ID); return err })

	empty, title := "", "Title"
	done := w.now.Add(time.Minute)
	run.Name, run.ExternalID, run.DetailsURL, run.Status, run.Conclusion = "CI", "e", "http://d", "completed", "neutral"
	run.Output = slipway.CheckOutput{Title: &title, Summary: &empty, Annotations: 7}
	run.StartedAt, run.CompletedAt, run.UpdatedAt = w.now.Add(time.Second), &done, done
	w.update(r.ID, func(tx deploy.Tx) error { return tx.SetCheckRun(run) })
	w.same("changed", get(), run)
	foreign := run
	foreign.RepositoryID = other.ID
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetCheckRun(foreign) })

	// The newest of each app and name, oldest row first, without what is not needed to weigh them.
	ci := w.app("ci", r.Owner)
	theirs := w.suite(r, 1, &ci)
	first := w.run(suite, "lint", "completed", "failure")
	twin := w.run(theirs, "lint", "completed", "failure")
	newest := w.run(suite, "lint", "completed", "success")
	w.run(w.suite(r, 2, own), "lint", "queued", "")
	w.run(w.suite(other, 1, own), "lint", "queued", "")
	light := func(list ...slipway.CheckRun) (out []slipway.CheckRun) {
		for _, r := range list {
			out = append(out, slipway.CheckRun{
				ID: r.ID, SuiteID: r.SuiteID, RepositoryID: r.RepositoryID, SHA: r.SHA, Name: r.Name, AppID: r.AppID,
				Status: r.Status, Conclusion: r.Conclusion, UpdatedAt: r.UpdatedAt,
			})
		}
		return out
	}
	latest := func(n int) []slipway.CheckRun {
		return read(w, func(tx deploy.Tx) ([]slipway.CheckRun, error) { return tx.LatestCheckRuns(r.ID, sha(n)) })
	}
	w.same("latest", latest(1), light(run, twin, newest))
	w.same("latest of none", latest(9), []slipway.CheckRun(nil))

	// An app that is gone leaves its runs.
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveApp(ci.ID) })
	twin.App = nil
	w.same("of nobody", read(w, func(tx deploy.Tx) (slipway.CheckRun, error) { return tx.CheckRun(r.ID, twin.ID) }), twin)

	// Old ones go, of the same app, commit and name.
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveOldCheckRuns(newest, 1) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.CheckRun(r.ID, first.ID); return err })
	w.same("what is left", latest(1), light(run, twin, newest))
	w.same("elsewhere", len(latest(2)), 1)
}

func checkRunFilters(w *world) {
	r := w.repository("r")
	own, ci := w.ownApp(), w.app("ci", w.account("mona"))
	ours, theirs := w.suite(r, 1, own), w.suite(r, 1, &ci)
	old := w.run(ours, "build", "completed", "failure")
	build := w.run(ours, "build", "in_progress", "")
	upper := w.run(ours, "Build", "completed", "success")
	lint := w.run(theirs, "lint", "completed", "success")
	w.run(w.suite(r, 2, own), "build", "queued", "")
	for _, test := range []struct {
		name string
		f    deploy.CheckRunFilter
		want []slipway.CheckRun
	}{
		{"the newest", deploy.CheckRunFilter{}, []slipway.CheckRun{lint, upper, build}},
		{"all", deploy.CheckRunFilter{All: true}, []slipway.CheckRun{lint, upper, build, old}},
		{"by app", deploy.CheckRunFilter{AppID: &ci.ID}, []slipway.CheckRun{lint}},
		{"by name, to the letter", deploy.CheckRunFilter{Name: &build.Name}, []slipway.CheckRun{build}},
		{"by name, all", deploy.CheckRunFilter{Name: &build.Name, All: true}, []slipway.CheckRun{build, old}},
		{"by status", deploy.CheckRunFilter{Status: &lint.Status}, []slipway.CheckRun{lint, upper}},
		{"by status, all", deploy.CheckRunFilter{Status: &lint.Status, All: true}, []slipway.CheckRun{lint, upper, old}},
		{"by all of it", deploy.CheckRunFilter{AppID: &own.ID, Name: &upper.Name, Status: &upper.Status}, []slipway.CheckRun{upper}},
		{"of none", deploy.CheckRunFilter{AppID: &ci.ID, Name: &build.Name}, nil},
	} {
		test.f.RepositoryID, test.f.SHA = r.ID, sha(1)
		list := func(p deploy.Page) []slipway.CheckRun {
			return read(w, func(tx deploy.Tx) ([]slipway.CheckRun, error) { return tx.ListCheckRuns(test.f, p) })
		}
		w.same(test.name, list(all()), test.want)
		if len(test.want) > 1 {
			w.same(test.name+", second page", list(deploy.Page{Number: 2, Size: 1}), test.want[1:2])
		}
		w.same(test.name+", counted", read(w, func(tx deploy.Tx) (int, error) { return tx.CountCheckRuns(test.f) }), len(test.want))
	}
}

func annotations(w *world) {
	r := w.repository("r")
	suite := w.suite(r, 1, w.ownApp())
	run, other := w.run(suite, "ci", "queued", ""), w.run(suite, "lint", "queued", "")
	column, title, empty := int64(3), "T", ""
	var list []slipway.Annotation
	for i := range 5 {
		list = append(list, slipway.Annotation{Path: "a/" + strconv.Itoa(i), StartLine: 1, EndLine: int64(i), Level: "notice", Message: "m"})
	}
	list[2].StartColumn, list[2].EndColumn, list[2].Title, list[2].RawDetails = &column, &column, &title, &empty
	w.update(r.ID, func(tx deploy.Tx) error {
		if err := tx.InsertAnnotations(run.ID, list[:3]); err != nil {
			return err
		}
		return tx.InsertAnnotations(run.ID, list[3:])
	})
	of := func(id int64, p deploy.Page) []slipway.Annotation {
		return read(w, func(tx deploy.Tx) ([]slipway.Annotation, error) { return tx.ListAnnotations(id, p) })
	}
	w.same("oldest first", of(run.ID, all()), list)
	w.same("second page", of(run.ID, deploy.Page{Number: 2, Size: 2}), list[2:4])
	w.same("of another run", of(other.ID, all()), []slipway.Annotation(nil))
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveOldCheckRuns(run, 0) })
	w.same("gone with their run", of(run.ID, all()), []slipway.Annotation(nil))
}

func checkSuites(w *world) {
	r, other := w.repository("r"), w.repository("other")
	own, ci := w.ownApp(), w.app("ci", r.Owner)
	first, second := w.suite(r, 1, own), w.suite(r, 1, &ci)
	w.suite(r, 2, own)
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.InsertCheckSuite(&slipway.CheckSuite{RepositoryID: r.ID, SHA: sha(1), AppID: ci.ID, CreatedAt: w.now, UpdatedAt: w.now})
	})
	get := func(id int64) slipway.CheckSuite {
		return read(w, func(tx deploy.Tx) (slipway.CheckSuite, error) { return tx.CheckSuite(r.ID, id) })
	}
	w.same("by id", get(second.ID), second)
	w.same("by app", read(w, func(tx deploy.Tx) (slipway.CheckSuite, error) { return tx.CheckSuiteOf(r.ID, sha(1), own.ID) }), first)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.CheckSuite(other.ID, first.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.CheckSuiteOf(r.ID, sha(2), ci.ID); return err })

	w.run(second, "build", "queued", "")
	build := "build"
	for _, test := range []struct {
		f    deploy.CheckRunFilter
		want []slipway.CheckSuite
	}{
		{deploy.CheckRunFilter{}, []slipway.CheckSuite{first, second}},
		{deploy.CheckRunFilter{AppID: &ci.ID}, []slipway.CheckSuite{second}},
		{deploy.CheckRunFilter{Name: &build}, []slipway.CheckSuite{second}},
		{deploy.CheckRunFilter{Name: &build, AppID: &own.ID}, nil},
	} {
		test.f.RepositoryID, test.f.SHA = r.ID, sha(1)
		w.same("list", read(w, func(tx deploy.Tx) ([]slipway.CheckSuite, error) { return tx.ListCheckSuites(test.f, all()) }), test.want)
		w.same("count", read(w, func(tx deploy.Tx) (int, error) { return tx.CountCheckSuites(test.f) }), len(test.want))
	}
	later := w.now.Add(time.Hour)
	first.UpdatedAt, first.RerequestedAt = later, &later
	w.update(r.ID, func(tx deploy.Tx) error { return tx.SetCheckSuite(first) })
	w.same("asked for again", get(first.ID), first)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error {
		return tx.SetCheckSuite(slipway.CheckSuite{ID: first.ID, RepositoryID: other.ID})
	})

	w.update(r.ID, func(tx deploy.Tx) error {
		return tx.SetRefs(r.ID, []slipway.RefChange{
			{Name: "refs/tags/v1", Old: slipway.ZeroSHA, New: sha(1)},
			{Name: "refs/heads/b", Old: slipway.ZeroSHA, New: sha(1)},
			{Name: "refs/heads/a/b", Old: slipway.ZeroSHA, New: sha(1)},
			{Name: "refs/tags/v2", Old: slipway.ZeroSHA, New: sha(2)},
		})
	})
	for n, want := range map[int]string{1: "a/b", 2: "", 3: ""} {
		w.same("branch", read(w, func(tx deploy.Tx) (string, error) { return tx.BranchAt(r.ID, sha(n)) }), want)
	}
}
