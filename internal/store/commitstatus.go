package store

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// InsertCommitStatus adds a commit status; Creator.ID says whose.
func (t *tx) InsertCommitStatus(s *slipway.CommitStatus) error {
	id, err := t.q.InsertCommitStatus(t.ctx, db.InsertCommitStatusParams{
		RepositoryID: s.RepositoryID, Sha: string(s.SHA), Context: s.Context, ContextKey: slipway.Key(s.Context),
		State: s.State, Description: s.Description, TargetUrl: s.TargetURL, CreatorID: idOf(s.Creator), CreatedAt: micro(s.CreatedAt),
	})
	if err != nil {
		return t.failed("insert commit status", err)
	}
	s.ID = id
	return nil
}

// ListCommitStatuses is one page of a commit's statuses, newest first.
func (t *tx) ListCommitStatuses(repositoryID int64, sha slipway.SHA, p deploy.Page) ([]slipway.CommitStatus, error) {
	limit, skip := span(p)
	rows, err := t.q.ListCommitStatuses(t.ctx, db.ListCommitStatusesParams{
		RepositoryID: repositoryID, Sha: string(sha), Lim: limit, Skip: skip,
	})
	if err != nil {
		return nil, t.failed("list commit statuses", err)
	}
	return t.commitStatuses(rows)
}

// CountCommitStatuses says how many statuses a commit has.
func (t *tx) CountCommitStatuses(repositoryID int64, sha slipway.SHA) (int, error) {
	n, err := t.q.CountCommitStatuses(t.ctx, db.CountCommitStatusesParams{RepositoryID: repositoryID, Sha: string(sha)})
	return int(n), t.failed("count commit statuses", err)
}

// CountContext says how many statuses a commit has in a context, compared by slipway.Key.
func (t *tx) CountContext(repositoryID int64, sha slipway.SHA, context string) (int, error) {
	n, err := t.q.CountCommitStatusesOfContext(t.ctx, db.CountCommitStatusesOfContextParams{
		RepositoryID: repositoryID, Sha: string(sha), ContextKey: slipway.Key(context),
	})
	return int(n), t.failed("count context", err)
}

// LatestCommitStatuses is the newest status of each context, oldest row first.
func (t *tx) LatestCommitStatuses(repositoryID int64, sha slipway.SHA) ([]slipway.CommitStatus, error) {
	rows, err := t.q.ListLatestCommitStatuses(t.ctx, db.ListLatestCommitStatusesParams{RepositoryID: repositoryID, Sha: string(sha)})
	if err != nil {
		return nil, t.failed("latest commit statuses", err)
	}
	return t.commitStatuses(rows)
}

func (t *tx) commitStatuses(rows []db.CommitStatus) ([]slipway.CommitStatus, error) {
	who, err := t.creators(creatorsOf(rows, func(s db.CommitStatus) *int64 { return s.CreatorID }))
	if err != nil {
		return nil, err
	}
	list := make([]slipway.CommitStatus, 0, len(rows))
	for _, s := range rows {
		list = append(list, slipway.CommitStatus{
			ID: s.ID, RepositoryID: s.RepositoryID, SHA: slipway.SHA(s.Sha), Context: s.Context, State: s.State,
			Description: s.Description, TargetURL: s.TargetUrl, Creator: who.of(s.CreatorID), CreatedAt: s.CreatedAt,
		})
	}
	return list, nil
}
