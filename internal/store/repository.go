package store

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Repository finds a repository by its id.
func (t *tx) Repository(id int64) (slipway.Repository, error) {
	row, err := t.q.GetRepository(t.ctx, id)
	return repositoryOf(row.Repository, row.Account), t.failed("repository", err)
}

// RepositoryByName finds a repository by its owner and name, in any case.
func (t *tx) RepositoryByName(owner, name string) (slipway.Repository, error) {
	row, err := t.q.GetRepositoryByName(t.ctx, db.GetRepositoryByNameParams{
		OwnerKey: slipway.Key(owner), NameKey: slipway.Key(name),
	})
	return repositoryOf(row.Repository, row.Account), t.failed("repository by name", err)
}

// RepositoriesAfter lists repositories with greater ids, oldest first.
func (t *tx) RepositoriesAfter(id int64, limit int) ([]slipway.Repository, error) {
	rows, err := t.q.ListRepositoriesAfter(t.ctx, db.ListRepositoriesAfterParams{After: id, Lim: int64(limit)})
	list := make([]slipway.Repository, 0, len(rows))
	for _, row := range rows {
		list = append(list, repositoryOf(row.Repository, row.Account))
	}
	return list, t.failed("list repositories", err)
}

// CountRepositories says how many repositories an account owns.
func (t *tx) CountRepositories(ownerID int64) (public, private int, err error) {
	row, err := t.q.CountRepositories(t.ctx, ownerID)
	return int(row.N - row.Private), int(row.Private), t.failed("count repositories", err)
}

// InsertRepository adds a repository: Conflict when its owner has one of that name.
func (t *tx) InsertRepository(r *slipway.Repository) error {
	id, err := t.q.InsertRepository(t.ctx, db.InsertRepositoryParams{
		OwnerID: r.Owner.ID, Name: r.Name, NameKey: slipway.Key(r.Name), Private: r.Private, Description: r.Description,
		DefaultBranch: r.DefaultBranch, Archived: r.Archived, CreatedAt: micro(r.CreatedAt), UpdatedAt: micro(r.UpdatedAt),
		PushedAt: microPointer(r.PushedAt), LastPushID: r.LastPushID, Protected: encodeList(r.Protected), Homepage: r.Homepage,
	})
	if err != nil {
		return t.failed("insert repository", err)
	}
	r.ID = id
	return nil
}

// SetRepository changes everything but what SetPushed keeps.
func (t *tx) SetRepository(r slipway.Repository) error {
	n, err := t.q.UpdateRepository(t.ctx, db.UpdateRepositoryParams{
		OwnerID: r.Owner.ID, Name: r.Name, NameKey: slipway.Key(r.Name), Private: r.Private, Description: r.Description,
		DefaultBranch: r.DefaultBranch, Archived: r.Archived, UpdatedAt: micro(r.UpdatedAt), Protected: encodeList(r.Protected),
		Homepage: r.Homepage, ID: r.ID,
	})
	return errors.Join(t.changed("set repository", n, err), t.BumpAuthVersion())
}

// SetPushed notes the newest push and its event.
func (t *tx) SetPushed(repositoryID int64, at time.Time, eventID int64) error {
	at = micro(at)
	n, err := t.q.SetPushed(t.ctx, db.SetPushedParams{PushedAt: &at, LastPushID: &eventID, ID: repositoryID})
	return t.changed("set pushed", n, err)
}

// Collaborator is an account's role in a repository; RoleNone when it has none.
func (t *tx) Collaborator(repositoryID, accountID int64) (slipway.Role, error) {
	role, err := t.q.GetCollaborator(t.ctx, db.GetCollaboratorParams{RepositoryID: repositoryID, AccountID: accountID})
	return slipway.Role(role), absent(t.failed("collaborator", err))
}

// SetCollaborator gives an account a role, or with RoleNone takes it away.
func (t *tx) SetCollaborator(repositoryID, accountID int64, role slipway.Role) error {
	var err error
	if role == slipway.RoleNone {
		err = t.q.DeleteCollaborator(t.ctx, db.DeleteCollaboratorParams{RepositoryID: repositoryID, AccountID: accountID})
	} else {
		err = t.q.SetCollaborator(t.ctx, db.SetCollaboratorParams{RepositoryID: repositoryID, AccountID: accountID, Role: int64(role)})
	}
	return errors.Join(t.failed("set collaborator", err), t.BumpAuthVersion())
}

func repositoryOf(r db.Repository, owner db.Account) slipway.Repository {
	return slipway.Repository{
		ID: r.ID, Owner: accountOf(owner), Name: r.Name, Private: r.Private, Description: r.Description,
		DefaultBranch: r.DefaultBranch, Archived: r.Archived, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		PushedAt: r.PushedAt, LastPushID: r.LastPushID, Protected: decodeList(r.Protected), Homepage: r.Homepage,
	}
}

// encodeList is a list of texts as it is kept; a nil one is NULL.
func encodeList(list []string) *string {
	if list == nil {
		return nil
	}
	text := encode(list)
	return &text
}

// decodeList reads what encodeList wrote. What it did not write is an empty list, which never says more than was meant.
func decodeList(text *string) []string {
	if text == nil {
		return nil
	}
	list := []string{}
	_ = json.Unmarshal([]byte(*text), &list)
	return list
}
