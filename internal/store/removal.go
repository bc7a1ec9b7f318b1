package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// RemoveRepository takes a repository out of everybody's sight: with its hooks and what was to be sent to them, and with who
// might work on it. The rest follows in small steps ([tx.RemoveRemains]).
func (t *tx) RemoveRepository(id int64) error {
	hooks, err := t.q.ListAllHooks(t.ctx, id)
	if err != nil {
		return t.failed("hooks of a removed repository", err)
	}
	for _, h := range hooks {
		if err := t.RemoveHook(id, h.ID); err != nil {
			return err
		}
	}
	for _, remove := range []func(context.Context, int64) error{
		t.q.DeleteFormerNamesOf, t.q.DeleteCollaboratorsOf, t.q.DeleteTeamRepositoriesOf,
	} {
		if err := remove(t.ctx, id); err != nil {
			return t.failed("remove repository", err)
		}
	}
	now := t.now
	n, err := t.q.MarkRepositoryRemoved(t.ctx, db.MarkRepositoryRemovedParams{RemovedAt: &now, ID: id})
	return errors.Join(t.changed("remove repository", n, err), t.BumpAuthVersion())
}

// RemoveRemains removes at most limit rows of a repository that is out of sight and whose folder is gone, its own row last. Events
// stay. The time does not matter.
func (t *tx) RemoveRemains(_ time.Time, limit int) (removed int, err error) {
	id, err := t.q.GetRemovedRepository(t.ctx)
	id, there, err := found(t, "removed repository", id, err)
	if err != nil || !there {
		return 0, err
	}
	for _, remove := range t.remains(id) {
		n, err := remove(int64(limit - removed))
		if err != nil {
			return 0, t.failed("remove what a repository had", err)
		}
		if removed += int(n); removed >= limit {
			return removed, nil
		}
	}
	_, err = t.q.DeleteRemovedRepository(t.ctx, id)
	return removed + 1, t.failed("remove repository", err)
}

// remains are the tables that hold rows of a repository, what refers to others first.
func (t *tx) remains(id int64) []func(limit int64) (int64, error) {
	return []func(int64) (int64, error){
		func(n int64) (int64, error) {
			return t.q.RemoveDeploymentStatusesOf(t.ctx, db.RemoveDeploymentStatusesOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveDeploymentsOf(t.ctx, db.RemoveDeploymentsOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveCommitStatusesOf(t.ctx, db.RemoveCommitStatusesOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveCheckAnnotationsOf(t.ctx, db.RemoveCheckAnnotationsOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveCheckRunsOf(t.ctx, db.RemoveCheckRunsOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveCheckSuitesOf(t.ctx, db.RemoveCheckSuitesOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveEnvironmentRulesOf(t.ctx, db.RemoveEnvironmentRulesOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveBranchPoliciesOf(t.ctx, db.RemoveBranchPoliciesOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveProtectionRulesOf(t.ctx, db.RemoveProtectionRulesOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveEnvironmentsOf(t.ctx, db.RemoveEnvironmentsOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveRefsOf(t.ctx, db.RemoveRefsOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveIntentsOf(t.ctx, db.RemoveIntentsOfParams{RepositoryID: id, Lim: n})
		},
		func(n int64) (int64, error) {
			return t.q.RemoveCountersOf(t.ctx, db.RemoveCountersOfParams{RepositoryID: id, Lim: n})
		},
	}
}

// SetFormerName remembers what a repository used to be called.
func (t *tx) SetFormerName(r slipway.Repository, name string) error {
	err := t.q.SetFormerName(t.ctx, db.SetFormerNameParams{OwnerID: r.Owner.ID, NameKey: slipway.Key(name), RepositoryID: r.ID})
	return t.failed("set former name", err)
}

// ForgetFormerName forgets a name that a repository has taken.
func (t *tx) ForgetFormerName(ownerID int64, name string) error {
	err := t.q.DeleteFormerName(t.ctx, db.DeleteFormerNameParams{OwnerID: ownerID, NameKey: slipway.Key(name)})
	return t.failed("forget former name", err)
}

// InsertFolderMove notes that a folder is about to move, and leases that: Conflict when the repository's is on the move already.
func (t *tx) InsertFolderMove(m *deploy.FolderMove, lease time.Duration) error {
	m.Fence, m.Leased = 1, true
	err := t.q.InsertFolderMove(t.ctx, db.InsertFolderMoveParams{
		RepositoryID: m.RepositoryID, Owner: m.Owner, Name: m.Name, Target: m.Target, ActorID: m.ActorID, CreatedAt: t.now,
		LeaseUntil: t.now.Add(lease),
	})
	return t.failed("insert folder move", err)
}

// LeaseFolderMove takes a move over: Conflict when somebody holds it, or when it is over.
func (t *tx) LeaseFolderMove(m *deploy.FolderMove, lease time.Duration) error {
	fence, err := t.q.LeaseFolderMove(t.ctx, db.LeaseFolderMoveParams{
		RepositoryID: m.RepositoryID, Now: t.now, LeaseUntil: t.now.Add(lease), Later: t.later(),
	})
	if errors.Is(err, sql.ErrNoRows) {
		return slipway.Because(slipway.Conflict, "store: lease folder move", err)
	}
	m.Fence, m.Leased = fence, true
	return t.failed("lease folder move", err)
}

// EndFolderLease lets others take a move over.
func (t *tx) EndFolderLease(m deploy.FolderMove) error {
	err := t.q.EndFolderLease(t.ctx, db.EndFolderLeaseParams{RepositoryID: m.RepositoryID, Fence: m.Fence})
	return t.failed("end folder lease", err)
}

// FolderMoves lists the folders that are about to move, oldest first.
func (t *tx) FolderMoves() ([]deploy.FolderMove, error) {
	rows, err := t.q.ListFolderMoves(t.ctx)
	list := make([]deploy.FolderMove, 0, len(rows))
	for _, row := range rows {
		list = append(list, deploy.FolderMove{
			RepositoryID: row.RepositoryID, Owner: row.Owner, Name: row.Name, Target: row.Target, ActorID: row.ActorID,
			Fence: row.Fence, Leased: row.LeaseUntil.After(t.now) && !row.LeasedAt.After(t.later()),
		})
	}
	return list, t.failed("folder moves", err)
}

// RemoveFolderMove forgets a folder's move, as it is over, unless somebody else has taken it over.
func (t *tx) RemoveFolderMove(m deploy.FolderMove) error {
	err := t.q.DeleteFolderMove(t.ctx, db.DeleteFolderMoveParams{RepositoryID: m.RepositoryID, Fence: m.Fence})
	return t.failed("remove folder move", err)
}
