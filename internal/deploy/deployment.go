package deploy

import "github.com/slipway-deploy/slipway"

// Deployments remembers deployments.
type Deployments interface {
	Deployment(repositoryID, id int64) (slipway.Deployment, error)
	ListDeployments(f slipway.DeploymentFilter, p Page) ([]slipway.Deployment, error)
	// CountDeployments says how many a filter selects. exact is false when nobody has counted (a combination of filters
	// with too many rows); rel="last" is then left out.
	CountDeployments(f slipway.DeploymentFilter) (n int, exact bool, err error)
	InsertDeployment(d *slipway.Deployment) error // Creator.ID says whose
	SetDeployment(d slipway.Deployment) error     // Environment, State, UpdatedAt
	RemoveDeployment(repositoryID, id int64) error
	// LiveBefore lists what a success in the environment could retire: deployments with a smaller id whose newest status
	// is success and that are neither transient nor production. Oldest first.
	LiveBefore(repositoryID int64, environment string, id int64) ([]slipway.Deployment, error)
	// OthersIn reports whether the environment has a deployment besides id.
	OthersIn(repositoryID int64, environment string, id int64) (bool, error)
}

// DeploymentStatuses remembers reports about deployments.
type DeploymentStatuses interface {
	DeploymentStatus(deploymentID, id int64) (slipway.DeploymentStatus, error)
	LatestDeploymentStatus(deploymentID int64) (slipway.DeploymentStatus, error)
	ListDeploymentStatuses(deploymentID int64, p Page) ([]slipway.DeploymentStatus, error)
	CountDeploymentStatuses(deploymentID int64) (int, error)
	InsertDeploymentStatus(s *slipway.DeploymentStatus) error
}
