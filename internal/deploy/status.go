package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// DeploymentStatuses remembers reports about deployments.
type DeploymentStatuses interface {
	DeploymentStatus(deploymentID, id int64) (slipway.DeploymentStatus, error)
	LatestDeploymentStatus(deploymentID int64) (slipway.DeploymentStatus, error)
	ListDeploymentStatuses(deploymentID int64, p Page) ([]slipway.DeploymentStatus, error)
	CountDeploymentStatuses(deploymentID int64) (int, error)
	InsertDeploymentStatus(s *slipway.DeploymentStatus) error
}

// DeploymentStatus finds a status of a deployment of a repository, and the deployment: NotFound when one is absent or does
// not belong to the other.
func (d *Decisions) DeploymentStatus(ctx context.Context, r slipway.Repository, deploymentID, id int64) (s slipway.DeploymentStatus, of slipway.Deployment, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if of, err = tx.Deployment(r.ID, deploymentID); err != nil {
			return notFound(err)
		}
		s, err = tx.DeploymentStatus(of.ID, id)
		return notFound(err)
	})
	return s, of, err
}

// ListDeploymentStatuses lists a deployment's statuses, newest first, and the deployment. NotFound when there is no such
// deployment.
func (d *Decisions) ListDeploymentStatuses(ctx context.Context, r slipway.Repository, deploymentID int64, p Page) (list Listed[slipway.DeploymentStatus], of slipway.Deployment, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if of, err = tx.Deployment(r.ID, deploymentID); err != nil {
			return notFound(err)
		}
		list = Listed[slipway.DeploymentStatus]{Exact: true}
		if list.Items, err = tx.ListDeploymentStatuses(of.ID, p); err != nil {
			return err
		}
		list.Total, err = tx.CountDeploymentStatuses(of.ID)
		return err
	})
	return list, of, err
}

// CreateDeploymentStatus reports about a deployment (contract 4.4) and answers the status and the deployment as it then is.
// A success makes earlier live deployments of the environment inactive, unless auto_inactive is off; one event tells of the
// status, and one of each of those. NotFound: the deployment. Invalid: the request, or one status too many.
func (d *Decisions) CreateDeploymentStatus(ctx context.Context, a slipway.Actor, r slipway.Repository, deploymentID int64, in slipway.StatusRequest) (s slipway.DeploymentStatus, of slipway.Deployment, err error) {
	// That there is no such deployment is said before anything else that is wrong.
	if err := firstOf(r.CheckWritable(), in.Check()); err != nil {
		_, absent := d.Deployment(ctx, r, deploymentID)
		return s, of, firstOf(absent, err)
	}
	in = in.WithDefaults()
	err = d.update(ctx, r.ID, func(tx Tx) error {
		if of, err = tx.Deployment(r.ID, deploymentID); err != nil {
			return notFound(err)
		}
		if err := d.checkRoom(tx, of); err != nil {
			return err
		}
		if in.Environment != nil && *in.Environment != of.Environment {
			if err := d.ensureEnvironment(tx, a, r.ID, "DeploymentStatus", *in.Environment); err != nil {
				return err
			}
			of.Environment = *in.Environment
		}
		s = slipway.DeploymentStatus{
			DeploymentID: of.ID, State: in.State, Description: in.Description, TargetURL: in.TargetURL, LogURL: in.LogURL,
			EnvironmentURL: in.EnvironmentURL, Environment: of.Environment, Creator: creator(a), App: via(a), CreatedAt: tx.Now(),
		}
		if err := insertStatus(tx, a, &s, &of); err != nil || !in.AutoInactive {
			return err
		}
		return retire(tx, a, s, of)
	})
	if err != nil {
		return slipway.DeploymentStatus{}, slipway.Deployment{}, err
	}
	return s, of, nil
}

// checkRoom refuses more statuses of a deployment than anybody reads.
func (d *Decisions) checkRoom(tx Tx, of slipway.Deployment) error {
	n, err := tx.CountDeploymentStatuses(of.ID)
	if err == nil && n >= d.settings.MaxDeploymentStatuses {
		return slipway.TooManyDeploymentStatuses()
	}
	return err
}

// insertStatus stores a status, what it makes of its deployment, and the event.
func insertStatus(tx Tx, a slipway.Actor, s *slipway.DeploymentStatus, of *slipway.Deployment) error {
	if err := tx.InsertDeploymentStatus(s); err != nil {
		return err
	}
	of.State, of.UpdatedAt = s.State, s.CreatedAt
	if err := tx.SetDeployment(*of); err != nil {
		return err
	}
	return record(tx, a, of.RepositoryID, "deployment_status", "created", slipway.Subject{DeploymentStatus: s, Deployment: of})
}

// retire makes the earlier deployments inactive that a status replaces. The links of their last statuses survive.
func retire(tx Tx, a slipway.Actor, s slipway.DeploymentStatus, of slipway.Deployment) error {
	if s.State != slipway.StateSuccess {
		return nil
	}
	earlier, err := tx.LiveBefore(of.RepositoryID, of.Environment, of.ID)
	if err != nil {
		return err
	}
	retired := make(map[int64]bool)
	for _, id := range slipway.Retired(of, s, earlier) {
		retired[id] = true
	}
	for _, p := range earlier {
		if !retired[p.ID] {
			continue
		}
		last, err := tx.LatestDeploymentStatus(p.ID)
		if err != nil {
			return err
		}
		inactive := slipway.DeploymentStatus{
			DeploymentID: p.ID, State: slipway.StateInactive, TargetURL: last.TargetURL, LogURL: last.LogURL,
			EnvironmentURL: last.EnvironmentURL, Environment: p.Environment, Creator: creator(a), App: via(a), CreatedAt: s.CreatedAt,
		}
		if err := insertStatus(tx, a, &inactive, &p); err != nil {
			return err
		}
	}
	return nil
}
