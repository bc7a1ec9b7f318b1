package object

import (
	"context"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// StatusCheckRollupContext is one thing that is said of a commit.
type StatusCheckRollupContext interface {
	IsStatusCheckRollupContext()
	contextKey() string
}

// said is what a commit's statuses and check runs come to, and each of them.
type said struct {
	commit *Commit
	latest []slipway.CommitStatus // of each context, oldest row first
	runs   []slipway.CheckRun     // of each app and name, oldest row first
}

// Status is what commit statuses say of a commit.
type Status struct{ said }

// StatusCheckRollup is what everybody says of a commit.
type StatusCheckRollup struct{ said }

// StatusContext is the newest commit status of a context.
type StatusContext struct {
	siblings *commits // the commit among them is what it is about
	row      slipway.CommitStatus
}

// StatusCheckRollupContextConnection is a page of what is said of a commit.
type StatusCheckRollupContextConnection struct {
	Connection[StatusCheckRollupContext]
	CheckRunCount      int
	StatusContextCount int
}

// StatusCheckRollupContextEdge is one thing that is said of a commit, in a page.
type StatusCheckRollupContextEdge = Edge[StatusCheckRollupContext]

// The interfaces of the schema that statuses implement.
func (*Status) IsNode()                            {}
func (*StatusCheckRollup) IsNode()                 {}
func (*StatusContext) IsNode()                     {}
func (*StatusContext) IsRequirableByPullRequest()  {}
func (*StatusContext) IsStatusCheckRollupContext() {}

// Status is what commit statuses say of the commit: null when none do.
func (c *Commit) Status(ctx context.Context) (*Status, error) {
	latest, err := c.siblings.latest(ctx, c.row.SHA)
	if err != nil || len(latest) == 0 {
		return nil, err
	}
	runs, err := c.siblings.checks(ctx, c.row.SHA)
	if err != nil && !refused(err) {
		return nil, err
	}
	return &Status{said{c, latest, runs}}, nil
}

// StatusCheckRollup is what everybody says of the commit: null when nobody says anything. Who may read one of the two, commit
// statuses and check runs, is told of that.
func (c *Commit) StatusCheckRollup(ctx context.Context) (*StatusCheckRollup, error) {
	latest, noStatuses := c.siblings.latest(ctx, c.row.SHA)
	runs, noRuns := c.siblings.checks(ctx, c.row.SHA)
	for _, err := range []error{noStatuses, noRuns} {
		if err != nil && (!refused(err) || noStatuses != nil && noRuns != nil) {
			return nil, err
		}
	}
	if len(latest)+len(runs) == 0 {
		return nil, nil
	}
	return &StatusCheckRollup{said{c, latest, runs}}, nil
}

// Commit is what it is about.
func (s said) Commit() *Commit { return s.commit }

// contexts is a page of the statuses and, behind them, the check runs.
func (s said) contexts(ctx context.Context, b bounds) (*StatusCheckRollupContextConnection, error) {
	list := make([]StatusCheckRollupContext, 0, len(s.latest)+len(s.runs))
	for _, row := range s.latest {
		list = append(list, &StatusContext{s.commit.siblings, row})
	}
	for _, row := range s.runs {
		list = append(list, &CheckRun{s.commit.siblings, row})
	}
	page, err := listed(ctx, b, list, StatusCheckRollupContext.contextKey, false)
	return &StatusCheckRollupContextConnection{Connection: page, CheckRunCount: len(s.runs), StatusContextCount: len(s.latest)}, err
}

// contextKey is what a context is found again by: a newer status of it takes its place.
func (s *StatusContext) contextKey() string { return "status:" + slipway.Key(s.row.Context) }

// State is what the statuses come to (contract 5.3); check runs never count in it.
func (s *Status) State() string { return strings.ToUpper(slipway.CombinedState(s.latest)) }

// State is what all of it comes to.
func (s *StatusCheckRollup) State() string {
	return strings.ToUpper(slipway.RollupState(s.latest, s.runs))
}

// CombinedContexts are the contexts.
func (s *Status) CombinedContexts(ctx context.Context, after, before *string, first, last *int) (*StatusCheckRollupContextConnection, error) {
	return s.contexts(ctx, bounds{first, last, after, before})
}

// Context is one context, in any case: null when there is none of that name.
func (s *Status) Context(name string) *StatusContext {
	for _, row := range s.latest {
		if slipway.Key(row.Context) == slipway.Key(name) {
			return &StatusContext{s.commit.siblings, row}
		}
	}
	return nil
}

// Contexts are all contexts.
func (s *Status) Contexts() []*StatusContext {
	list := make([]*StatusContext, len(s.latest))
	for i, row := range s.latest {
		list[i] = &StatusContext{s.commit.siblings, row}
	}
	return list
}

// ID identifies the status by the commit.
func (s *Status) ID() string {
	return slipway.ObjectNodeID("Status", s.commit.Repository().row.ID, s.commit.row.SHA)
}

// Contexts are the contexts.
func (s *StatusCheckRollup) Contexts(ctx context.Context, after, before *string, first, last *int) (*StatusCheckRollupContextConnection, error) {
	return s.contexts(ctx, bounds{first, last, after, before})
}

// ID identifies the rollup by the commit.
func (s *StatusCheckRollup) ID() string {
	return slipway.ObjectNodeID("StatusCheckRollup", s.commit.Repository().row.ID, s.commit.row.SHA)
}

// AvatarURL is the picture of who reported it: null when the account is gone.
func (s *StatusContext) AvatarURL() *string {
	if s.row.Creator == nil {
		return nil
	}
	address := s.siblings.repository.s.URLs.Avatar(s.row.Creator.ID)
	return &address
}

// Commit is what it is about: null when it is gone. A token for statuses reads those and no code.
func (s *StatusContext) Commit(ctx context.Context) (*Commit, error) {
	if err := s.siblings.repository.may(ctx, toReadCode); err != nil {
		return nil, err
	}
	return s.siblings.at(ctx, s.row.SHA)
}

// Context is the context, as first written.
func (s *StatusContext) Context() string { return s.row.Context }

// CreatedAt is when it was reported.
func (s *StatusContext) CreatedAt() time.Time { return s.row.CreatedAt }

// UpdatedAt is CreatedAt: a newer status is another one.
func (s *StatusContext) UpdatedAt() time.Time { return s.row.CreatedAt }

// Creator is who reported it: null when the account is gone.
func (s *StatusContext) Creator() Actor {
	if s.row.Creator == nil {
		return nil
	}
	return s.siblings.repository.s.actor(s.row.Creator)
}

// Description is what was said.
func (s *StatusContext) Description() *string { return s.row.Description }

// ID is the status's node_id.
func (s *StatusContext) ID() string { return slipway.NodeID("StatusContext", s.row.ID) }

// IsRequired is never true: nothing here merges pull requests.
func (s *StatusContext) IsRequired() bool { return false }

// State is how it stands.
func (s *StatusContext) State() string { return strings.ToUpper(s.row.State) }

// TargetURL is where to read more; null for what no page may link to.
func (s *StatusContext) TargetURL() *string { return link(deref(s.row.TargetURL)) }

// link is an address that people will click on: null when there is none.
func link(address string) *string {
	if !slipway.IsWebURL(address) {
		return nil
	}
	return &address
}
