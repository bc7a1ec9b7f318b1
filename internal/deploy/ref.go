package deploy

import "github.com/slipway-deploy/slipway"

// Refs remembers where the refs stood when their moves were last recorded, and which moves are under way.
type Refs interface {
	ListRefs(repositoryID int64) ([]slipway.Ref, error) // by name
	Ref(repositoryID int64, name string) (slipway.Ref, error)
	SetRefs(repositoryID int64, changes []slipway.RefChange) error // New == ZeroSHA removes
	InsertIntent(i *slipway.Intent) error
	Intents(repositoryID int64) ([]slipway.Intent, error) // oldest first
	RemoveIntents(ids []int64) error
	RepositoriesWithIntents() ([]int64, error)
}
