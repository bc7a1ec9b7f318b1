package object

import (
	"context"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// DeploymentOrder is an order of deployments: by the time they were made, which is the order of their ids.
type DeploymentOrder struct{ Direction, Field string }

// Deployment is a deployment.
type Deployment struct {
	siblings   *deployments
	repository *Repository
	row        slipway.Deployment
}

// DeploymentConnection is a page of deployments.
type DeploymentConnection struct{ Connection[*Deployment] }

// DeploymentEdge is a deployment in a page.
type DeploymentEdge = Edge[*Deployment]

// IsNode says that deployments have ids.
func (*Deployment) IsNode() {}

// deployments are siblings.
type deployments struct {
	s        *Session
	ids      []int64
	latest   shared[map[int64]deploy.Part[slipway.DeploymentStatus]]
	counts   shared[map[int64]int]
	statuses sharedBy[deploy.Cut[int64], map[int64]deploy.Part[slipway.DeploymentStatus]]
	refs     sharedBy[string, *Ref]
	commits  map[*Repository]*commits
}

// newDeployments makes siblings of what was read; of says whose each is.
func (s *Session) newDeployments(rows []slipway.Deployment, of func(slipway.Deployment) *Repository) []*Deployment {
	siblings := &deployments{s: s, commits: make(map[*Repository]*commits)}
	list := make([]*Deployment, len(rows))
	for i, row := range rows {
		r := of(row)
		list[i] = &Deployment{siblings: siblings, repository: r, row: row}
		siblings.ids = append(siblings.ids, row.ID)
		if siblings.commits[r] == nil {
			siblings.commits[r] = &commits{repository: r}
		}
		siblings.commits[r].add(row.SHA)
	}
	return list
}

// newDeployments makes siblings of a repository's deployments.
func (r *Repository) newDeployments(rows ...slipway.Deployment) []*Deployment {
	return r.s.newDeployments(rows, func(slipway.Deployment) *Repository { return r })
}

// deployments is a page of deployments of a repository or one of its commits.
func (r *Repository) deployments(ctx context.Context, of deploy.DeploymentsOf, environments []string, b bounds, o *DeploymentOrder) (*DeploymentConnection, error) {
	if err := r.may(ctx, toReadDeployments); err != nil {
		return nil, err
	}
	if err := atMost(environments, "environments"); err != nil {
		return nil, err
	}
	count := func(ctx context.Context) (int, error) { return r.s.Deploy.CountDeployments(ctx, of, environments) }
	if !wanted(ctx) {
		return &DeploymentConnection{counted[*Deployment](count)}, nil
	}
	cut, err := b.cutByID(ctx, o != nil && o.Direction == descending)
	if err != nil {
		return nil, err
	}
	part, err := r.s.Deploy.DeploymentsWithin(ctx, of, environments, cut)
	if err != nil {
		return nil, err
	}
	id := func(d *Deployment) string { return cursorOfID(d.row.ID) }
	return &DeploymentConnection{paged(b, r.newDeployments(part.Items...), part.More, id, count)}, nil
}

// Commit is the commit: null when it is gone.
func (d *Deployment) Commit(ctx context.Context) (*Commit, error) {
	if err := d.repository.may(ctx, toReadCode); err != nil {
		return nil, err
	}
	return d.siblings.commits[d.repository].at(ctx, d.row.SHA)
}

// CommitOid is the commit's name.
func (d *Deployment) CommitOid() string { return string(d.row.SHA) }

// CreatedAt is when it was made.
func (d *Deployment) CreatedAt() time.Time { return d.row.CreatedAt }

// Creator is who made it.
func (d *Deployment) Creator() Actor { return d.siblings.s.actor(d.row.Creator) }

// DatabaseID is the id REST prints.
func (d *Deployment) DatabaseID() *int { return databaseID(d.row.ID) }

// Description is what was said of it.
func (d *Deployment) Description() *string { return d.row.Description }

// Environment is the environment of its newest status that named one, else the one it was made for.
func (d *Deployment) Environment() *string { return &d.row.Environment }

// ID is the deployment's node_id.
func (d *Deployment) ID() string { return slipway.NodeID("Deployment", d.row.ID) }

// LatestEnvironment is Environment.
func (d *Deployment) LatestEnvironment() *string { return &d.row.Environment }

// LatestStatus is its newest status: null when it has none.
func (d *Deployment) LatestStatus(ctx context.Context) (*DeploymentStatus, error) {
	all, err := d.siblings.latest.get(func() (map[int64]deploy.Part[slipway.DeploymentStatus], error) {
		return d.siblings.s.Deploy.StatusesOfEach(ctx, d.siblings.ids, deploy.Cut[int64]{Size: 1, Descending: true})
	})
	items := all[d.row.ID].Items
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return &DeploymentStatus{deployment: d, row: items[0]}, nil
}

// OriginalEnvironment is the environment it was made for.
func (d *Deployment) OriginalEnvironment() *string { return &d.row.OriginalEnvironment }

// Payload is the payload as compact JSON text, so that reading it once gives what REST answers; {} when there is none
// (contract 10.1).
func (d *Deployment) Payload() *string {
	text := "{}"
	if d.row.Payload != nil {
		text = string(d.row.Payload)
	}
	return &text
}

// Ref is the branch or tag it was made of: null for the name of a commit, and when the ref is gone.
func (d *Deployment) Ref(ctx context.Context) (*Ref, error) {
	return d.siblings.refs.get(cursorOfID(d.repository.row.ID)+" "+d.row.Ref, func() (*Ref, error) {
		if err := d.repository.may(ctx, toReadCode); err != nil {
			return nil, err
		}
		found, err := d.siblings.s.Deploy.FindRef(ctx, d.repository.row, d.row.Ref)
		return newRef(d.repository, found, err)
	})
}

// Repository is whose it is.
func (d *Deployment) Repository() *Repository { return d.repository }

// State is what it is now (contract 4.5).
func (d *Deployment) State() *string {
	state := d.row.DerivedState(d.siblings.s.Now)
	return &state
}

// Task is what is to be done.
func (d *Deployment) Task() *string { return &d.row.Task }

// UpdatedAt is when its newest status came.
func (d *Deployment) UpdatedAt() time.Time { return d.row.UpdatedAt }

// Statuses are its statuses, newest first. A page from either end is read for all siblings at once.
func (d *Deployment) Statuses(ctx context.Context, after, before *string, first, last *int) (*DeploymentStatusConnection, error) {
	b := bounds{first, last, after, before}
	if !wanted(ctx) {
		return &DeploymentStatusConnection{counted[*DeploymentStatus](d.countStatuses)}, nil
	}
	cut, err := b.cutByID(ctx, true)
	if err != nil {
		return nil, err
	}
	part, err := d.statusesWithin(ctx, cut)
	if err != nil {
		return nil, err
	}
	list := make([]*DeploymentStatus, len(part.Items))
	for i, row := range part.Items {
		list[i] = &DeploymentStatus{deployment: d, row: row}
	}
	id := func(s *DeploymentStatus) string { return cursorOfID(s.row.ID) }
	return &DeploymentStatusConnection{paged(b, list, part.More, id, d.countStatuses)}, nil
}

func (d *Deployment) statusesWithin(ctx context.Context, cut deploy.Cut[int64]) (deploy.Part[slipway.DeploymentStatus], error) {
	if cut.After != 0 || cut.Before != 0 {
		return d.siblings.s.Deploy.StatusesWithin(ctx, d.row.ID, cut)
	}
	all, err := d.siblings.statuses.get(cut, func() (map[int64]deploy.Part[slipway.DeploymentStatus], error) {
		return d.siblings.s.Deploy.StatusesOfEach(ctx, d.siblings.ids, cut)
	})
	return all[d.row.ID], err
}

func (d *Deployment) countStatuses(ctx context.Context) (int, error) {
	counts, err := d.siblings.counts.get(func() (map[int64]int, error) {
		return d.siblings.s.Deploy.CountStatusesOfEach(ctx, d.siblings.ids)
	})
	return counts[d.row.ID], err
}

// DeploymentStatus is a report about a deployment.
type DeploymentStatus struct {
	deployment *Deployment
	row        slipway.DeploymentStatus
}

// DeploymentStatusConnection is a page of statuses.
type DeploymentStatusConnection struct{ Connection[*DeploymentStatus] }

// DeploymentStatusEdge is a status in a page.
type DeploymentStatusEdge = Edge[*DeploymentStatus]

// IsNode says that statuses have ids.
func (*DeploymentStatus) IsNode() {}

// CreatedAt is when it was reported.
func (s *DeploymentStatus) CreatedAt() time.Time { return s.row.CreatedAt }

// Creator is who reported it.
func (s *DeploymentStatus) Creator() Actor { return s.deployment.siblings.s.actor(s.row.Creator) }

// Deployment is what it is about.
func (s *DeploymentStatus) Deployment() *Deployment { return s.deployment }

// Description is what was said.
func (s *DeploymentStatus) Description() *string { return &s.row.Description }

// Environment is the environment it was reported of.
func (s *DeploymentStatus) Environment() *string { return &s.row.Environment }

// EnvironmentURL is where the environment can be visited.
func (s *DeploymentStatus) EnvironmentURL() *string { return link(s.row.EnvironmentURL) }

// ID is the status's node_id.
func (s *DeploymentStatus) ID() string { return slipway.NodeID("DeploymentStatus", s.row.ID) }

// LogURL is where the log can be read.
func (s *DeploymentStatus) LogURL() *string { return link(s.row.LogURL) }

// State is the state it reports.
func (s *DeploymentStatus) State() string { return strings.ToUpper(s.row.State) }

// UpdatedAt is CreatedAt: a status never changes.
func (s *DeploymentStatus) UpdatedAt() time.Time { return s.row.CreatedAt }
