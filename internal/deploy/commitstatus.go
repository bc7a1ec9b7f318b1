package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// CommitStatuses remembers what CI systems say about commits.
type CommitStatuses interface {
	InsertCommitStatus(s *slipway.CommitStatus) error
	ListCommitStatuses(repositoryID int64, sha slipway.SHA, p Page) ([]slipway.CommitStatus, error)
	CountCommitStatuses(repositoryID int64, sha slipway.SHA) (int, error)
	CountContext(repositoryID int64, sha slipway.SHA, context string) (int, error)
	// LatestCommitStatuses lists the newest status of each context, oldest row first. All of them: the gate needs them.
	LatestCommitStatuses(repositoryID int64, sha slipway.SHA) ([]slipway.CommitStatus, error)
}

// Combined is what the statuses of a commit come to (contract 5.3).
type Combined struct {
	SHA      slipway.SHA
	State    string                 // over all contexts
	Total    int                    // contexts
	Statuses []slipway.CommitStatus // the newest of each context, oldest row first: one page
}

// CreateCommitStatus says how a commit did in one context (contract 5.1). Invalid: sha is not a full one, there is no such
// commit, the request makes no sense, or the context has a thousand statuses already.
func (d *Decisions) CreateCommitStatus(ctx context.Context, a slipway.Actor, r slipway.Repository, sha string, in slipway.CommitStatusRequest) (s slipway.CommitStatus, err error) {
	if err := r.CheckWritable(); err != nil {
		return slipway.CommitStatus{}, err
	}
	full, err := slipway.CheckStatusSHA(sha)
	if err != nil {
		return slipway.CommitStatus{}, err
	}
	if err := in.Check(); err != nil {
		return slipway.CommitStatus{}, err
	}
	in = in.WithDefaults()
	if err := d.checkCommit(ctx, r, full, sha); err != nil {
		return slipway.CommitStatus{}, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		n, err := tx.CountContext(r.ID, full, in.Context)
		if err != nil {
			return err
		}
		if n >= d.settings.MaxStatusesPerContext {
			return slipway.TooManyStatuses()
		}
		s = slipway.CommitStatus{
			RepositoryID: r.ID, SHA: full, Context: in.Context, State: in.State, Description: in.Description,
			TargetURL: in.TargetURL, Creator: creator(a), CreatedAt: tx.Now(),
		}
		if err := tx.InsertCommitStatus(&s); err != nil {
			return err
		}
		return record(tx, a, r.ID, "status", "", slipway.Subject{Status: &s})
	})
	if err != nil {
		return slipway.CommitStatus{}, err
	}
	return s, nil
}

// checkCommit refuses an object name that no commit of the repository has; asked is how the caller spelled it.
func (d *Decisions) checkCommit(ctx context.Context, r slipway.Repository, sha slipway.SHA, asked string) error {
	found, err := d.resolve(ctx, r, string(sha))
	if err == nil && found.SHA != sha { // a branch or tag of that very name hides the commit
		_, err = d.git.Commit(ctx, &r, sha, false)
	}
	if slipway.KindOf(err) == slipway.NotFound {
		return slipway.NoCommitFound(asked)
	}
	return err
}

// ListCommitStatuses lists every status of the commit that a branch, tag or SHA names, newest first (contract 5.2). NotFound:
// no such branch or tag. Invalid: no commit has that full SHA.
func (d *Decisions) ListCommitStatuses(ctx context.Context, r slipway.Repository, ref string, p Page) (list Listed[slipway.CommitStatus], err error) {
	sha, err := d.commitOf(ctx, r, ref)
	if err != nil {
		return list, err
	}
	err = d.store.View(ctx, func(tx Tx) error {
		list = Listed[slipway.CommitStatus]{Exact: true}
		if list.Items, err = tx.ListCommitStatuses(r.ID, sha, p); err != nil {
			return err
		}
		list.Total, err = tx.CountCommitStatuses(r.ID, sha)
		return err
	})
	return list, err
}

// CombinedStatus sums up the commit that a branch, tag or SHA names (contract 5.3). Errors are those of ListCommitStatuses.
func (d *Decisions) CombinedStatus(ctx context.Context, r slipway.Repository, ref string, p Page) (Combined, error) {
	sha, err := d.commitOf(ctx, r, ref)
	if err != nil {
		return Combined{}, err
	}
	var latest []slipway.CommitStatus
	err = d.store.View(ctx, func(tx Tx) error {
		latest, err = tx.LatestCommitStatuses(r.ID, sha)
		return err
	})
	if err != nil {
		return Combined{}, err
	}
	return Combined{SHA: sha, State: slipway.CombinedState(latest), Total: len(latest), Statuses: page(latest, p)}, nil
}

// page cuts one page out of a list.
func page[T any](list []T, p Page) []T {
	if p.Number-1 > len(list)/p.Size {
		return nil
	}
	first := min((p.Number-1)*p.Size, len(list))
	return list[first:min(first+p.Size, len(list))]
}

// commitOf finds the commit whose statuses are asked for.
func (d *Decisions) commitOf(ctx context.Context, r slipway.Repository, ref string) (slipway.SHA, error) {
	found, err := d.resolveShort(ctx, r, ref)
	if slipway.KindOf(err) == slipway.NotFound {
		if _, full := slipway.ParseSHA(ref); full {
			return "", slipway.NoCommitFound(ref)
		}
		return "", notFound(err)
	}
	return found.SHA, err
}
