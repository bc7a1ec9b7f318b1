package deploy

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// Windows are lists cut by position instead of by page, and reads of many things at once: what GraphQL asks for. Lists come
// in the order of their span.
type Windows interface {
	ListDeploymentsWithin(o DeploymentsOf, s Span) ([]slipway.Deployment, error)
	ListDeploymentStatusesWithin(deploymentID int64, s Span) ([]slipway.DeploymentStatus, error)
	// ListStatusesOfEach lists, of each of some deployments, the n newest statuses, newest first, or the n oldest, oldest
	// first.
	ListStatusesOfEach(deploymentIDs []int64, n int, oldest bool) (map[int64][]slipway.DeploymentStatus, error)
	CountStatusesOfEach(deploymentIDs []int64) (map[int64]int, error)
	ListEnvironmentsWithin(repositoryID int64, s NameSpan) ([]slipway.Environment, error)
	ListEnvironmentsNamed(repositoryID int64, names []string) ([]slipway.Environment, error) // compared by slipway.Key, by key
	// LatestStatusesOfEach is LatestCommitStatuses of several commits.
	LatestStatusesOfEach(repositoryID int64, shas []slipway.SHA) (map[slipway.SHA][]slipway.CommitStatus, error)
	// CountDeploymentsOfCommit counts up to a limit. No environments: all.
	CountDeploymentsOfCommit(repositoryID int64, sha slipway.SHA, environments []string, limit int) (int, error)
}

// Span is a piece of a list that is in order of its ids. Both ends are left out; 0 is no end.
type Span struct {
	Above, Below int64
	Limit        int
	Down         bool // greatest id first
}

// NameSpan is a piece of a list that is in order of the keys of its names. Both ends are left out; "" is no end.
type NameSpan struct {
	Above, Below string // keys
	Limit        int
	Down         bool
}

// DeploymentsOf selects deployments of a repository.
type DeploymentsOf struct {
	RepositoryID int64
	SHA          slipway.SHA // empty: of any commit
	Environment  string      // empty: to any environment
}

// Cut says which part of a list is asked for: the first Size elements, or the last, of those between two others.
type Cut[P comparable] struct {
	After, Before P // positions in the list's order; zero: no bound
	Size          int
	Last          bool
	Descending    bool // the list's order is from the greatest position to the least
}

// Part is a part of a list, in the list's order. More says that the list goes on: behind the first elements, or before the
// last.
type Part[T any] struct {
	Items []T
	More  bool
}

// span is the cut as it is read: one element more than asked for tells whether the list goes on.
func (c Cut[P]) span() (above, below P, limit int, down bool) {
	above, below = c.After, c.Before
	if c.Descending {
		above, below = below, above
	}
	return above, below, c.Size + 1, c.Descending != c.Last
}

// part is what was read, as it was asked for.
func part[T any, P comparable](c Cut[P], items []T) Part[T] {
	p := Part[T]{Items: items, More: len(items) > c.Size}
	if p.More {
		p.Items = p.Items[:c.Size]
	}
	if c.Last {
		slices.Reverse(p.Items)
	}
	return p
}

// DeploymentsWithin lists a part of a repository's deployments in the order of their ids: of one commit if it is given, and
// to the environments if some are. Each environment is read by itself, so that no list is walked through.
func (d *Decisions) DeploymentsWithin(ctx context.Context, o DeploymentsOf, environments []string, c Cut[int64]) (p Part[slipway.Deployment], err error) {
	above, below, limit, down := c.span()
	s := Span{Above: above, Below: below, Limit: limit, Down: down}
	err = d.store.View(ctx, func(tx Tx) error {
		found, err := deploymentsWithin(tx, o, environments, s)
		p = part(c, found)
		return err
	})
	return p, err
}

// deploymentsWithin reads the list of each environment and merges them.
func deploymentsWithin(tx Tx, o DeploymentsOf, environments []string, s Span) ([]slipway.Deployment, error) {
	if environments == nil {
		return tx.ListDeploymentsWithin(o, s)
	}
	var all []slipway.Deployment
	for _, name := range distinctNames(environments) {
		o.Environment = name
		found, err := tx.ListDeploymentsWithin(o, s)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b slipway.Deployment) int {
		if s.Down {
			a, b = b, a
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return all[:min(len(all), s.Limit)], nil
}

// distinctNames leaves out names that are another's in other letters, and those that are none.
func distinctNames(names []string) (distinct []string) {
	seen := map[string]bool{"": true}
	for _, name := range names {
		if key := slipway.Key(name); !seen[key] {
			seen[key] = true
			distinct = append(distinct, name)
		}
	}
	return distinct
}

// countedDeployments is how far the deployments of one commit are counted.
const countedDeployments = 10_000

// CountDeployments says how many deployments DeploymentsWithin would list in all; those of one commit are counted up to ten
// thousand.
func (d *Decisions) CountDeployments(ctx context.Context, o DeploymentsOf, environments []string) (n int, err error) {
	if environments != nil {
		if environments = distinctNames(environments); len(environments) == 0 {
			return 0, nil
		}
	}
	err = d.store.View(ctx, func(tx Tx) error {
		n, err = countDeployments(tx, o, environments)
		return err
	})
	return n, err
}

func countDeployments(tx Tx, o DeploymentsOf, environments []string) (n int, err error) {
	if o.SHA != "" {
		return tx.CountDeploymentsOfCommit(o.RepositoryID, o.SHA, environments, countedDeployments)
	}
	if environments == nil {
		environments = []string{""}
	}
	for _, name := range environments {
		some, _, err := tx.CountDeployments(slipway.DeploymentFilter{RepositoryID: o.RepositoryID, Environment: name})
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}

// StatusesWithin lists a part of a deployment's statuses.
func (d *Decisions) StatusesWithin(ctx context.Context, deploymentID int64, c Cut[int64]) (p Part[slipway.DeploymentStatus], err error) {
	above, below, limit, down := c.span()
	err = d.store.View(ctx, func(tx Tx) error {
		found, err := tx.ListDeploymentStatusesWithin(deploymentID, Span{Above: above, Below: below, Limit: limit, Down: down})
		p = part(c, found)
		return err
	})
	return p, err
}

// StatusesOfEach is StatusesWithin for several deployments at once, in one read, of a cut without bounds.
func (d *Decisions) StatusesOfEach(ctx context.Context, deploymentIDs []int64, c Cut[int64]) (parts map[int64]Part[slipway.DeploymentStatus], err error) {
	_, _, limit, down := c.span()
	err = d.store.View(ctx, func(tx Tx) error {
		parts = make(map[int64]Part[slipway.DeploymentStatus], len(deploymentIDs))
		found, err := tx.ListStatusesOfEach(deploymentIDs, limit, !down)
		for id, items := range found {
			parts[id] = part(c, items)
		}
		return err
	})
	return parts, err
}

// CountStatusesOfEach says how many statuses each of some deployments has; those that have none are left out.
func (d *Decisions) CountStatusesOfEach(ctx context.Context, deploymentIDs []int64) (counts map[int64]int, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		counts, err = tx.CountStatusesOfEach(deploymentIDs)
		return err
	})
	return counts, err
}

// EnvironmentsWithin lists a part of a repository's environments in the order of the keys of their names. With names, only
// of those.
func (d *Decisions) EnvironmentsWithin(ctx context.Context, r slipway.Repository, names []string, c Cut[string]) (p Part[slipway.Environment], err error) {
	above, below, limit, down := c.span()
	s := NameSpan{Above: above, Below: below, Limit: limit, Down: down}
	err = d.store.View(ctx, func(tx Tx) error {
		var found []slipway.Environment
		if len(names) == 0 {
			found, err = tx.ListEnvironmentsWithin(r.ID, s)
		} else if found, err = tx.ListEnvironmentsNamed(r.ID, names); err == nil {
			found = s.of(found)
		}
		p = part(c, found)
		return err
	})
	return p, err
}

// of is the span of a list that is in order of the keys.
func (s NameSpan) of(list []slipway.Environment) []slipway.Environment {
	list = slices.DeleteFunc(list, func(e slipway.Environment) bool {
		key := slipway.Key(e.Name)
		return s.Above != "" && key <= s.Above || s.Below != "" && key >= s.Below
	})
	if s.Down {
		slices.Reverse(list)
	}
	return list[:min(len(list), s.Limit)]
}

// CountEnvironments says how many environments EnvironmentsWithin would list in all.
func (d *Decisions) CountEnvironments(ctx context.Context, r slipway.Repository, names []string) (n int, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if len(names) == 0 {
			n, err = tx.CountEnvironments(r.ID)
			return err
		}
		found, err := tx.ListEnvironmentsNamed(r.ID, names)
		n = len(found)
		return err
	})
	return n, err
}

// LatestStatusesOfEach lists the newest status of each context of several commits, oldest row first.
func (d *Decisions) LatestStatusesOfEach(ctx context.Context, r slipway.Repository, shas []slipway.SHA) (latest map[slipway.SHA][]slipway.CommitStatus, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		latest, err = tx.LatestStatusesOfEach(r.ID, shas)
		return err
	})
	return latest, err
}

// LatestCheckRunsOfEach lists the newest check run of each app and name of several commits, oldest row first, without what they
// have to say.
func (d *Decisions) LatestCheckRunsOfEach(ctx context.Context, r slipway.Repository, shas []slipway.SHA) (latest map[slipway.SHA][]slipway.CheckRun, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		latest, err = tx.LatestCheckRunsOfEach(r.ID, shas)
		return err
	})
	return latest, err
}

// RefsBelow lists a repository's refs whose full names begin with a prefix and whose rest holds a text, in any case; by name.
func (d *Decisions) RefsBelow(ctx context.Context, r slipway.Repository, prefix, containing string) ([]slipway.Ref, error) {
	refs, err := d.git.RefsUnder(ctx, &r, prefix)
	containing = strings.ToLower(containing)
	return slices.DeleteFunc(refs, func(ref slipway.Ref) bool {
		rest, ok := strings.CutPrefix(ref.Name, prefix)
		return !ok || containing != "" && !strings.Contains(strings.ToLower(rest), containing)
	}), err
}
