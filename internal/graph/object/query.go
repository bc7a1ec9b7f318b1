package object

import (
	"context"
	"strconv"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Query is what can be asked for.
type Query struct{ s *Session }

// Query begins a query.
func (s *Session) Query() *Query { return &Query{s} }

// Node is the object of an id.
func (q *Query) Node(ctx context.Context, id string) (Node, error) {
	found, errs := q.s.nodes(ctx, []string{id})
	return found[0], errs[0]
}

// Nodes are the objects of several ids; null, with an error each, where there is none.
func (q *Query) Nodes(ctx context.Context, ids []string) ([]Node, error) {
	if len(ids) > maxPage {
		return nil, &Error{typeArgument, "You may not provide more than 100 node ids; you provided " + strconv.Itoa(len(ids)) + "."}
	}
	found, errs := q.s.nodes(ctx, ids)
	for i, err := range errs {
		if err != nil {
			addError(ctx, i, err)
		}
	}
	return found, nil
}

// Organization finds an organization.
func (q *Query) Organization(ctx context.Context, login string) (*Organization, error) {
	account, err := q.s.Deploy.FindAccount(ctx, login)
	if err != nil {
		return nil, hidden(err, noLogin("Organization", login))
	}
	if o, ok := q.s.actor(&account).(*Organization); ok {
		return o, nil
	}
	return nil, noLogin("Organization", login)
}

// RateLimit says how often the caller may ask.
func (q *Query) RateLimit(context.Context, *bool) (*RateLimit, error) {
	quota := q.s.Quota
	return &RateLimit{Cost: 1, Limit: quota.Limit, NodeCount: q.s.Nodes, Remaining: quota.Remaining, ResetAt: quota.Reset, Used: quota.Used}, nil
}

// RateLimit is how often the caller may ask. A query costs one, whatever it asks for.
type RateLimit struct {
	Cost, Limit, NodeCount, Remaining, Used int
	ResetAt                                 time.Time
}

// Repository finds a repository.
func (q *Query) Repository(ctx context.Context, followRenames *bool, name, owner string) (*Repository, error) {
	r, err := q.s.repositoryByName(ctx, owner, name, followRenames)
	if err != nil {
		return nil, hidden(concealed(err), noRepository(owner, name))
	}
	return r, nil
}

// RepositoryOwner finds an organization or a user: null when there is neither.
func (q *Query) RepositoryOwner(ctx context.Context, login string) (RepositoryOwner, error) {
	account, err := q.s.Deploy.FindAccount(ctx, login)
	if err != nil {
		return nil, absent(err)
	}
	return q.s.owner(account), nil
}

// User finds a user.
func (q *Query) User(ctx context.Context, login string) (*User, error) {
	account, err := q.s.Deploy.FindAccount(ctx, login)
	if err != nil {
		return nil, hidden(err, noLogin("User", login))
	}
	if u, ok := q.s.actor(&account).(*User); ok {
		return u, nil
	}
	return nil, noLogin("User", login)
}

// Viewer is who asks. The schema says that it is a user; an app's token speaks for its bot, as on GitHub under its whole
// login.
func (q *Query) Viewer(context.Context) (*User, error) {
	if q.s.Actor.Anonymous() {
		return nil, slipway.Fail(slipway.Unauthorized, "This endpoint requires you to be authenticated.")
	}
	return &User{account{q.s, q.s.Actor.Account}}, nil
}
