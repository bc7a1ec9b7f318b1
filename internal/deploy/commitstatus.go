package deploy

import "github.com/slipway-deploy/slipway"

// CommitStatuses remembers what CI systems say about commits.
type CommitStatuses interface {
	InsertCommitStatus(s *slipway.CommitStatus) error
	ListCommitStatuses(repositoryID int64, sha slipway.SHA, p Page) ([]slipway.CommitStatus, error)
	CountCommitStatuses(repositoryID int64, sha slipway.SHA) (int, error)
	CountContext(repositoryID int64, sha slipway.SHA, context string) (int, error)
	// LatestCommitStatuses lists the newest status of each context, oldest row first. All of them: the gate needs them.
	LatestCommitStatuses(repositoryID int64, sha slipway.SHA) ([]slipway.CommitStatus, error)
}
