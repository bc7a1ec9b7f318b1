package store

import (
	"slices"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// countable is how many rows are counted one by one before a total is called unknown: about a millisecond on SQLite, half
// that where the index alone tells.
const countable = 10_000

// Pages that begin beyond this many rows are read from whichever end is nearer.
const nearEnd = 200

// lead is the filter whose index a list walks. The others are checked row by row.
type lead int

const (
	leadNone lead = iota
	leadSHA
	leadRef
	leadTask
	leadEnvironment
)

// selection is a filter, ready for the queries: NULL where it does not filter.
type selection struct {
	repository      int64
	sha             string
	ref, task, env  *string
	leading         lead
	filters         int   // how many of ref, task and env there are
	known           bool  // total was read
	total           int64 // rows of the leading filter alone
	shaFrom, shaEnd string
}

// choose finds the leading filter: a sha before anything else, and of several the one with the fewest rows.
func (t *tx) choose(f slipway.DeploymentFilter, count bool) (s selection, err error) {
	s = selection{repository: f.RepositoryID, sha: f.SHA, ref: unless(f.Ref, ""), task: unless(f.Task, "")}
	if f.Environment != "" {
		s.env = new(slipway.Key(f.Environment))
	}
	type candidate struct {
		leading lead
		kind    string
		key     *string
	}
	var candidates []candidate
	for _, c := range []candidate{
		{leadRef, counterRef, s.ref}, {leadEnvironment, counterEnvironment, s.env}, {leadTask, counterTask, s.task},
	} {
		if c.key != nil {
			candidates = append(candidates, c)
		}
	}
	s.filters = len(candidates)
	switch {
	case f.SHA != "":
		s.leading, s.shaFrom, s.shaEnd = leadSHA, f.SHA, f.SHA+"g" // g follows every hexadecimal digit
		return s, nil
	case s.filters == 0:
		none := ""
		candidates = []candidate{{leadNone, counterDeployments, &none}}
	}
	s.leading = candidates[0].leading
	if !count && s.filters < 2 {
		return s, nil
	}
	for i, c := range candidates {
		n, err := t.counter(f.RepositoryID, c.kind, *c.key)
		if err != nil {
			return s, err
		}
		if i == 0 || n < s.total {
			s.leading, s.total = c.leading, n
		}
	}
	s.known = true
	return s, nil
}

// ListDeployments is one page of a repository's deployments, newest first.
func (t *tx) ListDeployments(f slipway.DeploymentFilter, p deploy.Page) ([]slipway.Deployment, error) {
	limit, skip := span(p)
	s, err := t.choose(f, skip > nearEnd)
	if err != nil {
		return nil, err
	}
	var rows []db.Deployment
	if s.known && s.filters < 2 && skip > s.total/2 {
		rows, err = t.listFromOldest(s, limit, skip)
	} else {
		rows, err = t.listFromNewest(s, limit, skip)
	}
	if err != nil {
		return nil, t.failed("list deployments", err)
	}
	return t.deployments(rows)
}

// CountDeployments says how many deployments a filter selects. Counters know it for one filter or none; a sha and small
// combinations are counted row by row; for the rest exact is false and n is no more than a lower bound.
func (t *tx) CountDeployments(f slipway.DeploymentFilter) (n int, exact bool, err error) {
	s, err := t.choose(f, true)
	if err != nil {
		return 0, false, err
	}
	switch {
	case s.leading == leadSHA:
		if s.total, err = t.countSHA(s); err != nil || s.filters == 0 {
			return int(s.total), s.total <= countable, err
		}
	case s.filters < 2:
		return int(s.total), true, nil
	}
	if s.total > countable {
		return 0, false, nil
	}
	count, err := t.countLed(s)
	return int(count), true, t.failed("count deployments", err)
}

// countSHA says how many rows a sha has, at most one more than are counted.
func (t *tx) countSHA(s selection) (int64, error) {
	n, err := t.q.CountSHA(t.ctx, db.CountSHAParams{
		RepositoryID: s.repository, ShaFrom: s.shaFrom, ShaBelow: s.shaEnd, Lim: countable + 1,
	})
	return n, t.failed("count deployments", err)
}

func (t *tx) countLed(s selection) (int64, error) {
	switch s.leading {
	case leadSHA:
		return t.q.CountDeploymentsOfSHA(t.ctx, db.CountDeploymentsOfSHAParams{
			RepositoryID: s.repository, ShaFrom: s.shaFrom, ShaBelow: s.shaEnd, Ref: s.ref, Task: s.task, EnvironmentKey: s.env,
		})
	case leadRef:
		return t.q.CountDeploymentsOfRef(t.ctx, db.CountDeploymentsOfRefParams{
			RepositoryID: s.repository, Ref: *s.ref, Task: s.task, EnvironmentKey: s.env,
		})
	case leadTask:
		return t.q.CountDeploymentsOfTask(t.ctx, db.CountDeploymentsOfTaskParams{
			RepositoryID: s.repository, Task: *s.task, Ref: s.ref, EnvironmentKey: s.env,
		})
	default:
		return t.q.CountDeploymentsOfEnvironment(t.ctx, db.CountDeploymentsOfEnvironmentParams{
			RepositoryID: s.repository, EnvironmentKey: *s.env, Ref: s.ref, Task: s.task,
		})
	}
}

func (t *tx) listFromNewest(s selection, limit, skip int64) ([]db.Deployment, error) {
	switch s.leading {
	case leadSHA:
		return t.listOfSHA(s, limit, skip)
	case leadRef:
		return t.q.ListDeploymentsOfRef(t.ctx, db.ListDeploymentsOfRefParams{
			RepositoryID: s.repository, Ref: *s.ref, Task: s.task, EnvironmentKey: s.env, Lim: limit, Skip: skip,
		})
	case leadTask:
		return t.q.ListDeploymentsOfTask(t.ctx, db.ListDeploymentsOfTaskParams{
			RepositoryID: s.repository, Task: *s.task, Ref: s.ref, EnvironmentKey: s.env, Lim: limit, Skip: skip,
		})
	case leadEnvironment:
		return t.q.ListDeploymentsOfEnvironment(t.ctx, db.ListDeploymentsOfEnvironmentParams{
			RepositoryID: s.repository, EnvironmentKey: *s.env, Ref: s.ref, Task: s.task, Lim: limit, Skip: skip,
		})
	default:
		return t.q.ListDeployments(t.ctx, db.ListDeploymentsParams{RepositoryID: s.repository, Lim: limit, Skip: skip})
	}
}

// listOfSHA has two texts: only for a whole sha does the index give the order.
func (t *tx) listOfSHA(s selection, limit, skip int64) ([]db.Deployment, error) {
	if len(s.sha) == len(slipway.ZeroSHA) {
		return t.q.ListDeploymentsOfSHA(t.ctx, db.ListDeploymentsOfSHAParams{
			RepositoryID: s.repository, Sha: s.sha, Ref: s.ref, Task: s.task, EnvironmentKey: s.env, Lim: limit, Skip: skip,
		})
	}
	return t.q.ListDeploymentsOfSHAPrefix(t.ctx, db.ListDeploymentsOfSHAPrefixParams{
		RepositoryID: s.repository, ShaFrom: s.shaFrom, ShaBelow: s.shaEnd,
		Ref: s.ref, Task: s.task, EnvironmentKey: s.env, Lim: limit, Skip: skip,
	})
}

// listFromOldest reads a page in the older half by skipping the rows behind it instead of those before it.
func (t *tx) listFromOldest(s selection, limit, skip int64) ([]db.Deployment, error) {
	limit = min(limit, s.total-skip)
	if limit <= 0 {
		return nil, nil
	}
	skip = s.total - skip - limit
	rows, err := t.listAscending(s, limit, skip)
	slices.Reverse(rows)
	return rows, err
}

func (t *tx) listAscending(s selection, limit, skip int64) ([]db.Deployment, error) {
	switch s.leading {
	case leadRef:
		return t.q.ListDeploymentsOfRefAscending(t.ctx, db.ListDeploymentsOfRefAscendingParams{
			RepositoryID: s.repository, Ref: *s.ref, Lim: limit, Skip: skip,
		})
	case leadTask:
		return t.q.ListDeploymentsOfTaskAscending(t.ctx, db.ListDeploymentsOfTaskAscendingParams{
			RepositoryID: s.repository, Task: *s.task, Lim: limit, Skip: skip,
		})
	case leadEnvironment:
		return t.q.ListDeploymentsOfEnvironmentAscending(t.ctx, db.ListDeploymentsOfEnvironmentAscendingParams{
			RepositoryID: s.repository, EnvironmentKey: *s.env, Lim: limit, Skip: skip,
		})
	default:
		return t.q.ListDeploymentsAscending(t.ctx, db.ListDeploymentsAscendingParams{RepositoryID: s.repository, Lim: limit, Skip: skip})
	}
}
