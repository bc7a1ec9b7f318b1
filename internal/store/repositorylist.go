package store

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// RepositoriesOwned lists what an account owns, by id.
func (t *tx) RepositoriesOwned(ownerID int64) ([]slipway.Repository, error) {
	rows, err := t.q.ListRepositoriesOwned(t.ctx, ownerID)
	list := make([]slipway.Repository, 0, len(rows))
	for _, row := range rows {
		list = append(list, repositoryOf(row.Repository, row.Account))
	}
	return list, t.failed("repositories owned", err)
}

// RepositoriesFor lists what an account has a part in, by id.
func (t *tx) RepositoriesFor(accountID int64) ([]slipway.Repository, error) {
	rows, err := t.q.ListRepositoriesFor(t.ctx, accountID)
	list := make([]slipway.Repository, 0, len(rows))
	for _, row := range rows {
		list = append(list, repositoryOf(row.Repository, row.Account))
	}
	return list, t.failed("repositories of an account", err)
}

// PublicRepositories lists public repositories, those pushed to last first.
func (t *tx) PublicRepositories(limit int) ([]slipway.Repository, error) {
	rows, err := t.q.ListPublicRepositories(t.ctx, int64(limit))
	list := make([]slipway.Repository, 0, len(rows))
	for _, row := range rows {
		list = append(list, repositoryOf(row.Repository, row.Account))
	}
	return list, t.failed("public repositories", err)
}

// Collaborators lists who was given a role in a repository, by account.
func (t *tx) Collaborators(repositoryID int64) ([]deploy.Grant, error) {
	rows, err := t.q.ListCollaborators(t.ctx, repositoryID)
	list := make([]deploy.Grant, 0, len(rows))
	for _, row := range rows {
		list = append(list, deploy.Grant{Account: accountOf(row.Account), Role: slipway.Role(row.Role)})
	}
	return list, t.failed("collaborators", err)
}

// CollaborationsOf lists the repositories an account is a collaborator of.
func (t *tx) CollaborationsOf(accountID int64) ([]int64, error) {
	ids, err := t.q.ListCollaborationsOf(t.ctx, accountID)
	return ids, t.failed("collaborations", err)
}

// FormerName finds the repository that used to be called so.
func (t *tx) FormerName(owner, name string) (repositoryID int64, err error) {
	id, err := t.q.GetFormerName(t.ctx, db.GetFormerNameParams{OwnerKey: slipway.Key(owner), NameKey: slipway.Key(name)})
	return id, t.failed("former name", err)
}
