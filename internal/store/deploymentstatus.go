package store

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// DeploymentStatus finds a status of a deployment.
func (t *tx) DeploymentStatus(deploymentID, id int64) (slipway.DeploymentStatus, error) {
	row, err := t.q.GetDeploymentStatus(t.ctx, db.GetDeploymentStatusParams{ID: id, DeploymentID: deploymentID})
	return t.oneDeploymentStatus(row, err)
}

// LatestDeploymentStatus is a deployment's newest status: NotFound when it has none.
func (t *tx) LatestDeploymentStatus(deploymentID int64) (slipway.DeploymentStatus, error) {
	row, err := t.q.GetLatestDeploymentStatus(t.ctx, deploymentID)
	return t.oneDeploymentStatus(row, err)
}

// ListDeploymentStatuses is one page of a deployment's statuses, newest first.
func (t *tx) ListDeploymentStatuses(deploymentID int64, p deploy.Page) ([]slipway.DeploymentStatus, error) {
	limit, skip := span(p)
	rows, err := t.q.ListDeploymentStatuses(t.ctx, db.ListDeploymentStatusesParams{DeploymentID: deploymentID, Lim: limit, Skip: skip})
	if err != nil {
		return nil, t.failed("list deployment statuses", err)
	}
	return t.deploymentStatuses(rows)
}

// CountDeploymentStatuses says how many statuses a deployment has.
func (t *tx) CountDeploymentStatuses(deploymentID int64) (int, error) {
	n, err := t.q.CountDeploymentStatuses(t.ctx, deploymentID)
	return int(n), t.failed("count deployment statuses", err)
}

// InsertDeploymentStatus adds a status; Creator.ID and App.ID say whose. LogURL and TargetURL are one column.
func (t *tx) InsertDeploymentStatus(s *slipway.DeploymentStatus) error {
	address := s.LogURL
	if address == "" {
		address = s.TargetURL
	}
	id, err := t.q.InsertDeploymentStatus(t.ctx, db.InsertDeploymentStatusParams{
		DeploymentID: s.DeploymentID, State: s.State, Description: s.Description, TargetUrl: address,
		EnvironmentUrl: s.EnvironmentURL, Environment: s.Environment, CreatorID: idOf(s.Creator), CreatedAt: micro(s.CreatedAt),
		AppID: appIDOf(s.App),
	})
	if err != nil {
		return t.failed("insert deployment status", err)
	}
	s.ID = id
	return nil
}

func (t *tx) oneDeploymentStatus(row db.DeploymentStatus, err error) (slipway.DeploymentStatus, error) {
	if err != nil {
		return slipway.DeploymentStatus{}, t.failed("deployment status", err)
	}
	list, err := t.deploymentStatuses([]db.DeploymentStatus{row})
	if err != nil {
		return slipway.DeploymentStatus{}, err
	}
	return list[0], nil
}

func (t *tx) deploymentStatuses(rows []db.DeploymentStatus) ([]slipway.DeploymentStatus, error) {
	who, err := t.creators(creatorsOf(rows, func(s db.DeploymentStatus) *int64 { return s.CreatorID }))
	if err != nil {
		return nil, err
	}
	by, err := t.actingApps(creatorsOf(rows, func(s db.DeploymentStatus) *int64 { return s.AppID }))
	if err != nil {
		return nil, err
	}
	list := make([]slipway.DeploymentStatus, 0, len(rows))
	for _, s := range rows {
		list = append(list, slipway.DeploymentStatus{
			ID: s.ID, DeploymentID: s.DeploymentID, State: s.State, Description: s.Description,
			TargetURL: s.TargetUrl, LogURL: s.TargetUrl, EnvironmentURL: s.EnvironmentUrl, Environment: s.Environment,
			Creator: who.of(s.CreatorID), CreatedAt: s.CreatedAt, App: by.of(s.AppID),
		})
	}
	return list, nil
}
