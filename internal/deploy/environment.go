package deploy

import "github.com/slipway-deploy/slipway"

// Environments remembers environments and their rules.
type Environments interface {
	Environment(repositoryID int64, name string) (slipway.Environment, error) // compared by slipway.Key
	ListEnvironments(repositoryID int64, p Page) ([]slipway.Environment, error)
	CountEnvironments(repositoryID int64) (int, error)
	// EnsureEnvironment makes an environment without rules unless one of that name exists. made says whether it did.
	EnsureEnvironment(repositoryID int64, name string) (e slipway.Environment, made bool, err error)
	SetEnvironment(e *slipway.Environment) error // rules with RuleID 0 are new and get one; rules that are gone are removed
	RemoveEnvironment(repositoryID, id int64) error
}
