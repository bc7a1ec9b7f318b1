package store

import (
	"encoding/json"
	"math"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// below is where a span of ids ends.
func below(s deploy.Span) int64 {
	if s.Below == 0 {
		return math.MaxInt64
	}
	return s.Below
}

// ListDeploymentsWithin is a piece of a repository's deployments by id: of a commit, to an environment, to an environment of
// a commit, or all.
func (t *tx) ListDeploymentsWithin(o deploy.DeploymentsOf, s deploy.Span) ([]slipway.Deployment, error) {
	list := t.deploymentsOfAll
	switch {
	case o.SHA != "":
		list = t.deploymentsOfSHA
	case o.Environment != "":
		list = t.deploymentsOfEnvironment
	}
	rows, err := list(o, s)
	if err != nil {
		return nil, t.failed("list deployments within", err)
	}
	return t.deployments(rows)
}

func (t *tx) deploymentsOfAll(o deploy.DeploymentsOf, s deploy.Span) ([]db.Deployment, error) {
	if s.Down {
		return t.q.ListDeploymentsDown(t.ctx, db.ListDeploymentsDownParams{
			RepositoryID: o.RepositoryID, Above: s.Above, Below: below(s), Lim: int64(s.Limit),
		})
	}
	return t.q.ListDeploymentsUp(t.ctx, db.ListDeploymentsUpParams{
		RepositoryID: o.RepositoryID, Above: s.Above, Below: below(s), Lim: int64(s.Limit),
	})
}

func (t *tx) deploymentsOfEnvironment(o deploy.DeploymentsOf, s deploy.Span) ([]db.Deployment, error) {
	key := slipway.Key(o.Environment)
	if s.Down {
		return t.q.ListDeploymentsOfEnvironmentDown(t.ctx, db.ListDeploymentsOfEnvironmentDownParams{
			RepositoryID: o.RepositoryID, EnvironmentKey: key, Above: s.Above, Below: below(s), Lim: int64(s.Limit),
		})
	}
	return t.q.ListDeploymentsOfEnvironmentUp(t.ctx, db.ListDeploymentsOfEnvironmentUpParams{
		RepositoryID: o.RepositoryID, EnvironmentKey: key, Above: s.Above, Below: below(s), Lim: int64(s.Limit),
	})
}

func (t *tx) deploymentsOfSHA(o deploy.DeploymentsOf, s deploy.Span) ([]db.Deployment, error) {
	var keys *string
	if o.Environment != "" {
		keys = keyList([]string{o.Environment})
	}
	if s.Down {
		return t.q.ListDeploymentsOfSHADown(t.ctx, db.ListDeploymentsOfSHADownParams{
			RepositoryID: o.RepositoryID, Sha: string(o.SHA), EnvironmentKeys: keys,
			Above: s.Above, Below: below(s), Lim: int64(s.Limit),
		})
	}
	return t.q.ListDeploymentsOfSHAUp(t.ctx, db.ListDeploymentsOfSHAUpParams{
		RepositoryID: o.RepositoryID, Sha: string(o.SHA), EnvironmentKeys: keys,
		Above: s.Above, Below: below(s), Lim: int64(s.Limit),
	})
}

// CountDeploymentsOfCommit says how many deployments a commit has, at most limit. No environments: all of them.
func (t *tx) CountDeploymentsOfCommit(repositoryID int64, sha slipway.SHA, environments []string, limit int) (int, error) {
	var keys *string
	if environments != nil {
		keys = keyList(environments)
	}
	n, err := t.q.CountDeploymentsOfCommit(t.ctx, db.CountDeploymentsOfCommitParams{
		RepositoryID: repositoryID, Sha: string(sha), EnvironmentKeys: keys, Lim: int64(limit),
	})
	return int(n), t.failed("count deployments of commit", err)
}

// ListDeploymentStatusesWithin is a piece of a deployment's statuses by id.
func (t *tx) ListDeploymentStatusesWithin(deploymentID int64, s deploy.Span) (list []slipway.DeploymentStatus, err error) {
	var rows []db.DeploymentStatus
	if s.Down {
		rows, err = t.q.ListDeploymentStatusesDown(t.ctx, db.ListDeploymentStatusesDownParams{
			DeploymentID: deploymentID, Above: s.Above, Below: below(s), Lim: int64(s.Limit),
		})
	} else {
		rows, err = t.q.ListDeploymentStatusesUp(t.ctx, db.ListDeploymentStatusesUpParams{
			DeploymentID: deploymentID, Above: s.Above, Below: below(s), Lim: int64(s.Limit),
		})
	}
	if err != nil {
		return nil, t.failed("list deployment statuses within", err)
	}
	return t.deploymentStatuses(rows)
}

// ListStatusesOfEach is one read of the newest or oldest n statuses of several deployments.
func (t *tx) ListStatusesOfEach(deploymentIDs []int64, n int, oldest bool) (map[int64][]slipway.DeploymentStatus, error) {
	if n <= 0 {
		return nil, nil
	}
	var rows []db.DeploymentStatus
	var err error
	if oldest {
		rows, err = t.q.ListOldestDeploymentStatuses(t.ctx, db.ListOldestDeploymentStatusesParams{Ids: idList(deploymentIDs), Skip: int64(n - 1)})
	} else {
		rows, err = t.q.ListNewestDeploymentStatuses(t.ctx, db.ListNewestDeploymentStatusesParams{Ids: idList(deploymentIDs), Skip: int64(n - 1)})
	}
	if err != nil {
		return nil, t.failed("list statuses of each", err)
	}
	list, err := t.deploymentStatuses(rows)
	each := make(map[int64][]slipway.DeploymentStatus, len(deploymentIDs))
	for _, s := range list {
		each[s.DeploymentID] = append(each[s.DeploymentID], s)
	}
	return each, err
}

// CountStatusesOfEach says how many statuses several deployments have; those without any are left out.
func (t *tx) CountStatusesOfEach(deploymentIDs []int64) (map[int64]int, error) {
	rows, err := t.q.CountStatusesOfDeployments(t.ctx, idList(deploymentIDs))
	counts := make(map[int64]int, len(rows))
	for _, row := range rows {
		counts[row.DeploymentID] = int(row.N)
	}
	return counts, t.failed("count statuses of each", err)
}

// LatestStatusesOfEach is the newest status of each context of several commits, oldest row first.
func (t *tx) LatestStatusesOfEach(repositoryID int64, shas []slipway.SHA) (map[slipway.SHA][]slipway.CommitStatus, error) {
	text, _ := json.Marshal(shas) // text always encodes
	rows, err := t.q.ListLatestStatusesOfCommits(t.ctx, db.ListLatestStatusesOfCommitsParams{RepositoryID: repositoryID, Shas: string(text)})
	if err != nil {
		return nil, t.failed("latest statuses of each", err)
	}
	list, err := t.commitStatuses(rows)
	each := make(map[slipway.SHA][]slipway.CommitStatus, len(shas))
	for _, s := range list {
		each[s.SHA] = append(each[s.SHA], s)
	}
	return each, err
}

// LatestCheckRunsOfEach is the newest check run of each app and name of several commits, oldest row first, without what they
// have to say.
func (t *tx) LatestCheckRunsOfEach(repositoryID int64, shas []slipway.SHA) (map[slipway.SHA][]slipway.CheckRun, error) {
	text, _ := json.Marshal(shas) // text always encodes
	rows, err := t.q.ListLatestCheckRunsOfCommits(t.ctx, db.ListLatestCheckRunsOfCommitsParams{RepositoryID: repositoryID, Shas: string(text)})
	if err != nil {
		return nil, t.failed("latest check runs of each", err)
	}
	apps, each := reportingApps{}, make(map[slipway.SHA][]slipway.CheckRun, len(shas))
	for _, r := range rows {
		app, err := t.reportingApp(apps, r.AppID)
		if err != nil {
			return nil, err
		}
		sha := slipway.SHA(r.Sha)
		each[sha] = append(each[sha], slipway.CheckRun{
			ID: r.ID, SuiteID: r.SuiteID, RepositoryID: repositoryID, SHA: sha, Name: r.Name, AppID: r.AppID, App: app,
			ExternalID: r.ExternalID, DetailsURL: r.DetailsUrl, Status: r.Status, Conclusion: r.Conclusion,
			StartedAt: r.StartedAt, CompletedAt: r.CompletedAt, UpdatedAt: r.UpdatedAt,
		})
	}
	return each, nil
}

// ListEnvironmentsWithin is a piece of a repository's environments by the keys of their names.
func (t *tx) ListEnvironmentsWithin(repositoryID int64, s deploy.NameSpan) (list []slipway.Environment, err error) {
	var end *string
	if s.Below != "" {
		end = &s.Below
	}
	var rows []db.Environment
	if s.Down {
		rows, err = t.q.ListEnvironmentsDown(t.ctx, db.ListEnvironmentsDownParams{
			RepositoryID: repositoryID, Above: s.Above, Below: end, Lim: int64(s.Limit),
		})
	} else {
		rows, err = t.q.ListEnvironmentsUp(t.ctx, db.ListEnvironmentsUpParams{
			RepositoryID: repositoryID, Above: s.Above, Below: end, Lim: int64(s.Limit),
		})
	}
	if err != nil {
		return nil, t.failed("list environments within", err)
	}
	return t.environments(rows)
}

// ListEnvironmentsNamed finds environments by their names, in any case, in the order of their keys.
func (t *tx) ListEnvironmentsNamed(repositoryID int64, names []string) ([]slipway.Environment, error) {
	rows, err := t.q.ListEnvironmentsByName(t.ctx, db.ListEnvironmentsByNameParams{RepositoryID: repositoryID, Keys: *keyList(names)})
	if err != nil {
		return nil, t.failed("list environments named", err)
	}
	return t.environments(rows)
}

// keyList is the keys of names as JSON text, for json_each.
func keyList(names []string) *string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = slipway.Key(name)
	}
	text, _ := json.Marshal(keys) // text always encodes
	list := string(text)
	return &list
}
