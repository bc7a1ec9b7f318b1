package git

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Ref finds what a full name points at. NotFound: there is no such ref.
func (g *Repositories) Ref(ctx context.Context, r *slipway.Repository, name string) (slipway.SHA, error) {
	const op = "git: look at a ref"
	repo, err := g.at(r)
	if err != nil {
		return "", err
	}
	sha, err := g.ref(ctx, repo, name)
	switch {
	case err == nil:
		return sha, nil
	case errors.Is(err, errNoRef) && repo.present():
		return "", notFound(op, err)
	default:
		return "", unavailable(op, err)
	}
}

// RefsUnder lists the refs whose full names begin so, by name, as Refs does.
func (g *Repositories) RefsUnder(ctx context.Context, r *slipway.Repository, prefix string) ([]slipway.Ref, error) {
	const op = "git: list refs"
	repo, err := g.at(r)
	if err != nil {
		return nil, err
	}
	refs, err := g.refs(ctx, repo, prefix)
	if err != nil {
		return nil, unavailable(op, err)
	}
	return refs, nil
}

// MoveRef makes, moves or removes a ref by compare-and-swap: Old is where it must be. When it answers, the move is on disk.
// Conflict with deploy.ErrMoved inside: the ref is elsewhere. Invalid: another ref's name is in the way, or it cannot be moved
// to such an object.
func (g *Repositories) MoveRef(ctx context.Context, r *slipway.Repository, c slipway.RefChange) error {
	const op = "git: move a ref"
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	repo, err := g.at(r)
	if err != nil {
		return err
	}
	if why := whyRefused(c.Name, c.Deleted()); why != "" || slipway.CheckRefName(c.Name) != nil {
		return slipway.Fail(slipway.Invalid, why)
	}
	leave := g.enter(repo)
	if c.Deleted() {
		err = g.remove(ctx, repo, c.Name, c.Old)
	} else {
		err = g.move(ctx, repo, c.Name, c.Old, c.New, time.Now())
	}
	leave(hurt(err))
	var known *slipway.Error
	var f *failure
	switch {
	case err == nil:
		g.upkeep.need(repo)
		return nil
	case errors.As(err, &known):
		return err
	case c.Created() && g.inTheWay(ctx, repo, c.Name):
		return slipway.RefInTheWay()
	case errors.As(err, &f) && isLocked(f.said):
		g.unlock(repo) // for the next one
	}
	return unavailable(op, err)
}

// remove removes a ref that is where it is expected, and makes that durable.
func (g *Repositories) remove(ctx context.Context, repo *repository, name string, from slipway.SHA) error {
	began := time.Now()
	ctx, cancel := staying(ctx)
	defer cancel()
	_, err := g.output(ctx, repo, "update-ref", "-d", "--end-of-options", name, string(from))
	if err == nil {
		return repo.sync(began)
	}
	tip, missing := g.ref(ctx, repo, name)
	switch {
	case errors.Is(missing, errNoRef) && died(err):
		return repo.sync(began) // it was killed after it had done its work
	case errors.Is(missing, errNoRef), missing == nil && tip != from:
		return moved(name)
	default:
		return err
	}
}

// inTheWay reports whether a ref cannot be made because another one is a part of its name, or the other way round.
func (g *Repositories) inTheWay(ctx context.Context, repo *repository, name string) bool {
	if below, err := g.refs(ctx, repo, name+"/"); err == nil && len(below) > 0 {
		return true
	}
	for at := strings.LastIndexByte(name, '/'); at > len("refs/"); at = strings.LastIndexByte(name[:at], '/') {
		if _, err := g.ref(ctx, repo, name[:at]); err == nil {
			return true
		}
	}
	return false
}
