package deploy

import (
	"context"
	"strings"

	"github.com/slipway-deploy/slipway"
)

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

// Listed is a page of a list.
type Listed[T any] struct {
	Items []T
	Total int  // of the whole list
	Exact bool // where nobody has counted, Total is only what this page proves, and there is no last page to point at
}

// firstOf is the first error there is.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Deployment finds a deployment of a repository: NotFound when there is none.
func (d *Decisions) Deployment(ctx context.Context, r slipway.Repository, id int64) (found slipway.Deployment, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.Deployment(r.ID, id)
		return notFound(err)
	})
	return found, err
}

// ListDeployments lists the deployments a filter selects, newest first (contract 3.2). A SHA may be a prefix of at least
// seven digits; one that cannot be a SHA selects nothing.
func (d *Decisions) ListDeployments(ctx context.Context, f slipway.DeploymentFilter, p Page) (list Listed[slipway.Deployment], err error) {
	if f.SHA != "" {
		if !slipway.IsSHAPrefix(f.SHA) {
			return Listed[slipway.Deployment]{Exact: true}, nil
		}
		f.SHA = strings.ToLower(f.SHA)
	}
	err = d.store.View(ctx, func(tx Tx) error {
		list = Listed[slipway.Deployment]{}
		if list.Items, err = tx.ListDeployments(f, p); err != nil {
			return err
		}
		if list.Total, list.Exact, err = tx.CountDeployments(f); err != nil || list.Exact {
			return err
		}
		least, err := proven(tx, f, p, len(list.Items))
		list.Total = max(list.Total, least)
		return err
	})
	return list, err
}

// proven is how long a list is at least, by one of its pages: to the page's end, and one more if it is full and another row
// follows.
func proven(tx Tx, f slipway.DeploymentFilter, p Page, shown int) (int, error) {
	switch shown {
	case 0:
		return 0, nil
	case p.Size:
		next, err := tx.ListDeployments(f, Page{Number: p.Number*p.Size + 1, Size: 1})
		return p.Number*p.Size + len(next), err
	default:
		return (p.Number-1)*p.Size + shown, nil
	}
}

// DeleteDeployment removes a deployment and its statuses; its events stay. The live one of an environment that has others is
// kept (contract 3.8): Invalid. NotFound when there is none.
func (d *Decisions) DeleteDeployment(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return d.update(ctx, r.ID, func(tx Tx) error {
		doomed, err := tx.Deployment(r.ID, id)
		if err != nil {
			return notFound(err)
		}
		if err := r.CheckWritable(); err != nil {
			return err
		}
		others, err := tx.OthersIn(r.ID, doomed.Environment, id)
		if err != nil {
			return err
		}
		if err := slipway.MayDelete(doomed, others); err != nil {
			return err
		}
		if err := tx.RemoveDeployment(r.ID, id); err != nil {
			return err
		}
		return record(tx, a, r.ID, "deployment", "deleted", slipway.Subject{Deployment: &doomed})
	})
}
