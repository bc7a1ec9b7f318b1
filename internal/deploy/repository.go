package deploy

import (
	"time"

	"github.com/slipway-deploy/slipway"
)

// Repositories remembers repositories and who works on them.
type Repositories interface {
	Repository(id int64) (slipway.Repository, error)
	RepositoryByName(owner, name string) (slipway.Repository, error) // compared by slipway.Key
	RepositoriesAfter(id int64, limit int) ([]slipway.Repository, error)
	InsertRepository(r *slipway.Repository) error // r.Owner.ID says whose
	SetRepository(r slipway.Repository) error
	SetPushed(repositoryID int64, at time.Time, eventID int64) error
	// CountRepositories says how many repositories an account owns.
	CountRepositories(ownerID int64) (public, private int, err error)
}

// Collaborators remembers who works on which repository.
type Collaborators interface {
	Collaborator(repositoryID, accountID int64) (slipway.Role, error) // RoleNone when there is none, no error
	SetCollaborator(repositoryID, accountID int64, role slipway.Role) error
}
