package store

import (
	"encoding/json"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Deployment finds a deployment of a repository.
func (t *tx) Deployment(repositoryID, id int64) (slipway.Deployment, error) {
	row, err := t.q.GetDeployment(t.ctx, db.GetDeploymentParams{ID: id, RepositoryID: repositoryID})
	if err != nil {
		return slipway.Deployment{}, t.failed("deployment", err)
	}
	list, err := t.deployments([]db.Deployment{row})
	if err != nil {
		return slipway.Deployment{}, err
	}
	return list[0], nil
}

// InsertDeployment adds a deployment; Creator.ID and App.ID say whose. An empty OriginalEnvironment means Environment.
func (t *tx) InsertDeployment(d *slipway.Deployment) error {
	key := slipway.Key(d.Environment)
	id, err := t.q.InsertDeployment(t.ctx, db.InsertDeploymentParams{
		RepositoryID: d.RepositoryID, Sha: string(d.SHA), Ref: d.Ref, Task: d.Task, Payload: textOf(d.Payload),
		Environment: d.Environment, EnvironmentKey: key, OriginalEnvironment: unless(d.OriginalEnvironment, d.Environment),
		Description: d.Description, CreatorID: idOf(d.Creator), Transient: d.Transient, Production: d.Production, State: d.State,
		CreatedAt: micro(d.CreatedAt), UpdatedAt: micro(d.UpdatedAt), AppID: appIDOf(d.App),
	})
	if err != nil {
		return t.failed("insert deployment", err)
	}
	if err := t.countDeployment(d.RepositoryID, key, d.Ref, d.Task, 1); err != nil {
		return err
	}
	d.ID = id
	return nil
}

// SetDeployment changes a deployment's Environment, State and UpdatedAt. Its original environment stays.
func (t *tx) SetDeployment(d slipway.Deployment) error {
	was, err := t.q.GetDeployment(t.ctx, db.GetDeploymentParams{ID: d.ID, RepositoryID: d.RepositoryID})
	if err != nil {
		return t.failed("set deployment", err)
	}
	original := was.Environment
	if was.OriginalEnvironment != nil {
		original = *was.OriginalEnvironment
	}
	key := slipway.Key(d.Environment)
	n, err := t.q.UpdateDeployment(t.ctx, db.UpdateDeploymentParams{
		Environment: d.Environment, EnvironmentKey: key, OriginalEnvironment: unless(original, d.Environment),
		State: d.State, UpdatedAt: micro(d.UpdatedAt), ID: d.ID,
	})
	if err := t.changed("set deployment", n, err); err != nil || key == was.EnvironmentKey {
		return err
	}
	return t.moveCounter(d.RepositoryID, counterEnvironment, was.EnvironmentKey, key)
}

// RemoveDeployment removes a deployment and its statuses. Its events stay.
func (t *tx) RemoveDeployment(repositoryID, id int64) error {
	was, err := t.q.GetDeployment(t.ctx, db.GetDeploymentParams{ID: id, RepositoryID: repositoryID})
	if err != nil {
		return t.failed("remove deployment", err)
	}
	if err := t.q.DeleteDeploymentStatuses(t.ctx, id); err != nil {
		return t.failed("remove deployment statuses", err)
	}
	n, err := t.q.DeleteDeployment(t.ctx, db.DeleteDeploymentParams{ID: id, RepositoryID: repositoryID})
	if err := t.changed("remove deployment", n, err); err != nil {
		return err
	}
	return t.countDeployment(repositoryID, was.EnvironmentKey, was.Ref, was.Task, -1)
}

// LiveBefore lists older deployments whose newest status is success and that are neither transient nor production, oldest
// first: what a success in the environment could retire.
func (t *tx) LiveBefore(repositoryID int64, environment string, id int64) ([]slipway.Deployment, error) {
	rows, err := t.q.ListLiveBefore(t.ctx, db.ListLiveBeforeParams{
		RepositoryID: repositoryID, EnvironmentKey: slipway.Key(environment), ID: id,
	})
	if err != nil {
		return nil, t.failed("live before", err)
	}
	return t.deployments(rows)
}

// OthersIn reports whether the environment has a deployment besides id.
func (t *tx) OthersIn(repositoryID int64, environment string, id int64) (bool, error) {
	other, err := t.q.FindOtherDeployment(t.ctx, db.FindOtherDeploymentParams{
		RepositoryID: repositoryID, EnvironmentKey: slipway.Key(environment), ID: id,
	})
	return other != 0, absent(t.failed("others in", err))
}

// deployments adds the creators and their apps to rows.
func (t *tx) deployments(rows []db.Deployment) ([]slipway.Deployment, error) {
	who, err := t.creators(creatorsOf(rows, func(d db.Deployment) *int64 { return d.CreatorID }))
	if err != nil {
		return nil, err
	}
	by, err := t.actingApps(creatorsOf(rows, func(d db.Deployment) *int64 { return d.AppID }))
	if err != nil {
		return nil, err
	}
	list := make([]slipway.Deployment, 0, len(rows))
	for _, d := range rows {
		original := d.Environment
		if d.OriginalEnvironment != nil {
			original = *d.OriginalEnvironment
		}
		list = append(list, slipway.Deployment{
			ID: d.ID, RepositoryID: d.RepositoryID, SHA: slipway.SHA(d.Sha), Ref: d.Ref, Task: d.Task, Payload: rawOf(d.Payload),
			Environment: d.Environment, OriginalEnvironment: original, Description: d.Description, Creator: who.of(d.CreatorID),
			Transient: d.Transient, Production: d.Production, State: d.State, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
			App: by.of(d.AppID),
		})
	}
	return list, nil
}

// unless is text for a column that is NULL when it says what another says.
func unless(text, other string) *string {
	if text == "" || text == other {
		return nil
	}
	return &text
}

// textOf keeps JSON as the text it was sent as: a database that understood it would change its bytes.
func textOf(raw json.RawMessage) *string {
	if raw == nil {
		return nil
	}
	text := string(raw)
	return &text
}

func rawOf(text *string) json.RawMessage {
	if text == nil {
		return nil
	}
	return json.RawMessage(*text)
}
