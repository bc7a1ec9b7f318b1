package store

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// InsertCheckRun adds a check run to its suite.
func (t *tx) InsertCheckRun(r *slipway.CheckRun) error {
	id, err := t.q.InsertCheckRun(t.ctx, db.InsertCheckRunParams{
		SuiteID: r.SuiteID, RepositoryID: r.RepositoryID, Sha: string(r.SHA), AppID: r.AppID, Name: r.Name, ExternalID: r.ExternalID,
		DetailsUrl: r.DetailsURL, Status: r.Status, Conclusion: r.Conclusion, Title: r.Output.Title, Summary: r.Output.Summary,
		Body: r.Output.Text, Annotations: int64(r.Output.Annotations), StartedAt: micro(r.StartedAt),
		CompletedAt: microPointer(r.CompletedAt), UpdatedAt: micro(r.UpdatedAt),
	})
	if err != nil {
		return t.failed("insert check run", err)
	}
	r.ID = id
	return nil
}

// SetCheckRun changes what a check run says; its suite, app and commit stay.
func (t *tx) SetCheckRun(r slipway.CheckRun) error {
	n, err := t.q.UpdateCheckRun(t.ctx, db.UpdateCheckRunParams{
		Name: r.Name, ExternalID: r.ExternalID, DetailsUrl: r.DetailsURL, Status: r.Status, Conclusion: r.Conclusion,
		Title: r.Output.Title, Summary: r.Output.Summary, Body: r.Output.Text, Annotations: int64(r.Output.Annotations),
		StartedAt: micro(r.StartedAt), CompletedAt: microPointer(r.CompletedAt), UpdatedAt: micro(r.UpdatedAt),
		RepositoryID: r.RepositoryID, ID: r.ID,
	})
	return t.changed("set check run", n, err)
}

// CheckRun finds a check run of a repository.
func (t *tx) CheckRun(repositoryID, id int64) (slipway.CheckRun, error) {
	row, err := t.q.GetCheckRun(t.ctx, db.GetCheckRunParams{RepositoryID: repositoryID, ID: id})
	if err != nil {
		return slipway.CheckRun{}, t.failed("check run", err)
	}
	list, err := t.checkRuns([]db.CheckRun{row})
	if err != nil {
		return slipway.CheckRun{}, err
	}
	return list[0], nil
}

// ListCheckRuns is one page of a commit's check runs, newest first.
func (t *tx) ListCheckRuns(f deploy.CheckRunFilter, p deploy.Page) ([]slipway.CheckRun, error) {
	limit, skip := span(p)
	rows, err := t.q.ListCheckRuns(t.ctx, db.ListCheckRunsParams{
		RepositoryID: f.RepositoryID, Sha: string(f.SHA), Latest: latestOnly(f), AppID: f.AppID, Name: f.Name, Status: f.Status,
		Lim: limit, Skip: skip,
	})
	if err != nil {
		return nil, t.failed("list check runs", err)
	}
	return t.checkRuns(rows)
}

// CountCheckRuns counts what ListCheckRuns lists.
func (t *tx) CountCheckRuns(f deploy.CheckRunFilter) (int, error) {
	n, err := t.q.CountCheckRuns(t.ctx, db.CountCheckRunsParams{
		RepositoryID: f.RepositoryID, Sha: string(f.SHA), Latest: latestOnly(f), AppID: f.AppID, Name: f.Name, Status: f.Status,
	})
	return int(n), t.failed("count check runs", err)
}

func latestOnly(f deploy.CheckRunFilter) int64 {
	if f.All {
		return 0
	}
	return 1
}

// LatestCheckRuns is the newest check run of each app and name, oldest row first, without what they have to say. Most commits
// have none, and then this is one look into an index.
func (t *tx) LatestCheckRuns(repositoryID int64, sha slipway.SHA) ([]slipway.CheckRun, error) {
	rows, err := t.q.ListLatestCheckRuns(t.ctx, db.ListLatestCheckRunsParams{RepositoryID: repositoryID, Sha: string(sha)})
	if err != nil {
		return nil, t.failed("latest check runs", err)
	}
	list := make([]slipway.CheckRun, len(rows))
	for i, r := range rows {
		list[i] = slipway.CheckRun{
			ID: r.ID, SuiteID: r.SuiteID, RepositoryID: repositoryID, SHA: sha, Name: r.Name, AppID: r.AppID,
			Status: r.Status, Conclusion: r.Conclusion, UpdatedAt: r.UpdatedAt,
		}
	}
	return list, nil
}

// RemoveOldCheckRuns removes runs like this one, of the same app, commit and name, but for the newest of them.
func (t *tx) RemoveOldCheckRuns(r slipway.CheckRun, keep int) error {
	return t.failed("remove old check runs", t.q.DeleteOldCheckRuns(t.ctx, db.DeleteOldCheckRunsParams{
		RepositoryID: r.RepositoryID, Sha: string(r.SHA), AppID: r.AppID, Name: r.Name, Keep: int64(keep),
	}))
}

// InsertAnnotations adds annotations to a check run, in their order.
func (t *tx) InsertAnnotations(runID int64, list []slipway.Annotation) error {
	for _, a := range list {
		err := t.q.InsertCheckAnnotation(t.ctx, db.InsertCheckAnnotationParams{
			RunID: runID, Path: a.Path, StartLine: a.StartLine, EndLine: a.EndLine, StartColumn: a.StartColumn, EndColumn: a.EndColumn,
			Level: a.Level, Message: a.Message, Title: a.Title, RawDetails: a.RawDetails,
		})
		if err != nil {
			return t.failed("insert annotation", err)
		}
	}
	return nil
}

// ListAnnotations is one page of a check run's annotations, oldest first.
func (t *tx) ListAnnotations(runID int64, p deploy.Page) ([]slipway.Annotation, error) {
	limit, skip := span(p)
	rows, err := t.q.ListCheckAnnotations(t.ctx, db.ListCheckAnnotationsParams{RunID: runID, Lim: limit, Skip: skip})
	if err != nil {
		return nil, t.failed("list annotations", err)
	}
	list := make([]slipway.Annotation, len(rows))
	for i, a := range rows {
		list[i] = slipway.Annotation{
			Path: a.Path, StartLine: a.StartLine, EndLine: a.EndLine, StartColumn: a.StartColumn, EndColumn: a.EndColumn,
			Level: a.Level, Message: a.Message, Title: a.Title, RawDetails: a.RawDetails,
		}
	}
	return list, nil
}

func (t *tx) checkRuns(rows []db.CheckRun) ([]slipway.CheckRun, error) {
	apps := reportingApps{}
	list := make([]slipway.CheckRun, len(rows))
	for i, r := range rows {
		app, err := t.reportingApp(apps, r.AppID)
		if err != nil {
			return nil, err
		}
		list[i] = slipway.CheckRun{
			ID: r.ID, SuiteID: r.SuiteID, RepositoryID: r.RepositoryID, SHA: slipway.SHA(r.Sha), Name: r.Name, AppID: r.AppID, App: app,
			ExternalID: r.ExternalID, DetailsURL: r.DetailsUrl, Status: r.Status, Conclusion: r.Conclusion,
			StartedAt: r.StartedAt, CompletedAt: r.CompletedAt, UpdatedAt: r.UpdatedAt,
			Output: slipway.CheckOutput{Title: r.Title, Summary: r.Summary, Text: r.Body, Annotations: int(r.Annotations)},
		}
	}
	return list, nil
}

// reportingApps are the apps behind the runs and suites of one list, few as they are: nil for one that is gone.
type reportingApps map[int64]*slipway.App

func (t *tx) reportingApp(seen reportingApps, id int64) (*slipway.App, error) {
	if app, ok := seen[id]; ok {
		return app, nil
	}
	var app slipway.App
	var err error
	if id == slipway.OwnAppID {
		var bot slipway.Account
		bot, err = t.AccountByLogin(slipway.BotLogin)
		app = slipway.OwnApp(bot)
	} else {
		app, err = t.App(id)
	}
	switch {
	case err == nil:
		seen[id] = &app
	case slipway.KindOf(err) == slipway.NotFound:
		seen[id] = nil
	default:
		return nil, err
	}
	return seen[id], nil
}
