package store

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// ListRefs lists where the refs stood when their moves were last recorded, by name.
func (t *tx) ListRefs(repositoryID int64) ([]slipway.Ref, error) {
	rows, err := t.q.ListRefs(t.ctx, repositoryID)
	refs := make([]slipway.Ref, 0, len(rows))
	for _, row := range rows {
		refs = append(refs, slipway.Ref{Name: row.Name, SHA: slipway.SHA(row.Sha)})
	}
	return refs, t.failed("list refs", err)
}

// Ref is where one ref stood when its moves were last recorded.
func (t *tx) Ref(repositoryID int64, name string) (slipway.Ref, error) {
	row, err := t.q.GetRef(t.ctx, db.GetRefParams{RepositoryID: repositoryID, Name: name})
	return slipway.Ref{Name: row.Name, SHA: slipway.SHA(row.Sha)}, t.failed("ref", err)
}

// SetRefs notes moves. A new SHA of zeros removes the ref.
func (t *tx) SetRefs(repositoryID int64, changes []slipway.RefChange) error {
	for _, c := range changes {
		var err error
		if c.New == slipway.ZeroSHA {
			err = t.q.DeleteRef(t.ctx, db.DeleteRefParams{RepositoryID: repositoryID, Name: c.Name})
		} else {
			err = t.q.SetRef(t.ctx, db.SetRefParams{RepositoryID: repositoryID, Name: c.Name, Sha: string(c.New)})
		}
		if err != nil {
			return t.failed("set refs", err)
		}
	}
	return nil
}

// InsertIntent notes a move that is about to be made.
func (t *tx) InsertIntent(i *slipway.Intent) error {
	id, err := t.q.InsertIntent(t.ctx, db.InsertIntentParams{
		RepositoryID: i.RepositoryID, Ref: i.Ref, OldSha: string(i.Old), NewSha: string(i.New),
		ActorID: i.ActorID, CreatedAt: micro(i.CreatedAt),
	})
	if err != nil {
		return t.failed("insert intent", err)
	}
	i.ID = id
	return nil
}

// Intents lists the moves that may be under way, oldest first.
func (t *tx) Intents(repositoryID int64) ([]slipway.Intent, error) {
	rows, err := t.q.ListIntents(t.ctx, repositoryID)
	list := make([]slipway.Intent, 0, len(rows))
	for _, i := range rows {
		list = append(list, slipway.Intent{
			ID: i.ID, RepositoryID: i.RepositoryID, Ref: i.Ref, Old: slipway.SHA(i.OldSha), New: slipway.SHA(i.NewSha),
			ActorID: i.ActorID, CreatedAt: i.CreatedAt,
		})
	}
	return list, t.failed("list intents", err)
}

// RemoveIntents forgets moves that are recorded. Ids that are gone already are no error.
func (t *tx) RemoveIntents(ids []int64) error {
	for _, id := range ids {
		if err := t.q.DeleteIntent(t.ctx, id); err != nil {
			return t.failed("remove intents", err)
		}
	}
	return nil
}

// RepositoriesWithIntents lists the repositories that have moves under way.
func (t *tx) RepositoriesWithIntents() ([]int64, error) {
	ids, err := t.q.ListRepositoriesWithIntents(t.ctx)
	return ids, t.failed("repositories with intents", err)
}
