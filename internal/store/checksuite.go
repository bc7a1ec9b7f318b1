package store

import (
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// InsertCheckSuite adds a suite: Conflict when the app has one of that commit.
func (t *tx) InsertCheckSuite(s *slipway.CheckSuite) error {
	id, err := t.q.InsertCheckSuite(t.ctx, db.InsertCheckSuiteParams{
		RepositoryID: s.RepositoryID, Sha: string(s.SHA), AppID: s.AppID, HeadBranch: s.HeadBranch,
		CreatedAt: micro(s.CreatedAt), UpdatedAt: micro(s.UpdatedAt),
	})
	if err != nil {
		return t.failed("insert check suite", err)
	}
	s.ID = id
	return nil
}

// CheckSuiteOf finds the suite of an app and commit.
func (t *tx) CheckSuiteOf(repositoryID int64, sha slipway.SHA, appID int64) (slipway.CheckSuite, error) {
	row, err := t.q.GetCheckSuiteOf(t.ctx, db.GetCheckSuiteOfParams{RepositoryID: repositoryID, Sha: string(sha), AppID: appID})
	return t.checkSuite(row, t.failed("check suite of", err))
}

// CheckSuite finds a suite of a repository.
func (t *tx) CheckSuite(repositoryID, id int64) (slipway.CheckSuite, error) {
	row, err := t.q.GetCheckSuite(t.ctx, db.GetCheckSuiteParams{RepositoryID: repositoryID, ID: id})
	return t.checkSuite(row, t.failed("check suite", err))
}

func (t *tx) checkSuite(row db.CheckSuite, err error) (slipway.CheckSuite, error) {
	if err != nil {
		return slipway.CheckSuite{}, err
	}
	list, err := t.checkSuites([]db.CheckSuite{row})
	if err != nil {
		return slipway.CheckSuite{}, err
	}
	return list[0], nil
}

// ListCheckSuites is one page of a commit's suites, oldest first.
func (t *tx) ListCheckSuites(f deploy.CheckRunFilter, p deploy.Page) ([]slipway.CheckSuite, error) {
	limit, skip := span(p)
	rows, err := t.q.ListCheckSuites(t.ctx, db.ListCheckSuitesParams{
		RepositoryID: f.RepositoryID, Sha: string(f.SHA), AppID: f.AppID, Name: f.Name, Lim: limit, Skip: skip,
	})
	if err != nil {
		return nil, t.failed("list check suites", err)
	}
	return t.checkSuites(rows)
}

// CountCheckSuites counts what ListCheckSuites lists.
func (t *tx) CountCheckSuites(f deploy.CheckRunFilter) (int, error) {
	n, err := t.q.CountCheckSuites(t.ctx, db.CountCheckSuitesParams{
		RepositoryID: f.RepositoryID, Sha: string(f.SHA), AppID: f.AppID, Name: f.Name,
	})
	return int(n), t.failed("count check suites", err)
}

// SetCheckSuite changes a suite's UpdatedAt and RerequestedAt.
func (t *tx) SetCheckSuite(s slipway.CheckSuite) error {
	n, err := t.q.UpdateCheckSuite(t.ctx, db.UpdateCheckSuiteParams{
		RerequestedAt: microPointer(s.RerequestedAt), UpdatedAt: micro(s.UpdatedAt), RepositoryID: s.RepositoryID, ID: s.ID,
	})
	return t.changed("set check suite", n, err)
}

// BranchAt is a branch whose tip is a commit, by what the table of refs knows; empty when there is none.
func (t *tx) BranchAt(repositoryID int64, sha slipway.SHA) (string, error) {
	name, err := t.q.GetBranchAt(t.ctx, db.GetBranchAtParams{RepositoryID: repositoryID, Sha: string(sha)})
	return strings.TrimPrefix(name, "refs/heads/"), absent(t.failed("branch at", err))
}

func (t *tx) checkSuites(rows []db.CheckSuite) ([]slipway.CheckSuite, error) {
	apps := reportingApps{}
	list := make([]slipway.CheckSuite, len(rows))
	for i, s := range rows {
		app, err := t.reportingApp(apps, s.AppID)
		if err != nil {
			return nil, err
		}
		list[i] = slipway.CheckSuite{
			ID: s.ID, RepositoryID: s.RepositoryID, SHA: slipway.SHA(s.Sha), AppID: s.AppID, App: app, HeadBranch: s.HeadBranch,
			CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, RerequestedAt: s.RerequestedAt,
		}
	}
	return list, nil
}
