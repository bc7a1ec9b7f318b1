package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/slipway-deploy/slipway"
)

// ancestryKey asks whether one commit is an ancestor of another, or the same.
type ancestryKey struct {
	repo     *repository
	old, new [20]byte
}

// Behind reports whether head lacks commits of base. Both are full SHAs of commits; NotFound when one is not there. The
// first answer for a pair costs one run of git; it never changes, so it is remembered.
func (g *Repositories) Behind(ctx context.Context, r *slipway.Repository, base, head slipway.SHA) (bool, error) {
	const op = "git: behind"
	repo, err := g.at(r)
	if err != nil {
		return false, err
	}
	if base == head {
		return false, nil
	}
	old, ok1 := binary(base)
	tip, ok2 := binary(head)
	if !ok1 || !ok2 {
		return false, notFound(op, errMissing)
	}
	key := ancestryKey{repo, old, tip}
	if is, ok := g.ancestry.get(key); ok {
		return !is, nil
	}
	is, err := g.askAncestry(ctx, key, base, head)
	if err != nil {
		return false, g.missingOr(ctx, op, repo, err, base, head)
	}
	return !is, nil
}

// askAncestry runs git once for all who ask the same at the same time.
func (g *Repositories) askAncestry(ctx context.Context, key ancestryKey, base, head slipway.SHA) (bool, error) {
	answer := g.asking.DoChan(fmt.Sprintf("%s %s %s", key.repo.name(), base, head), func() (any, error) {
		_, err := g.output(context.WithoutCancel(ctx), key.repo, "merge-base", "--is-ancestor", string(base), string(head))
		switch {
		case err == nil:
			g.ancestry.put(key, true, one)
			return true, nil
		case exitCode(err) == 1:
			g.ancestry.put(key, false, one)
			return false, nil
		default:
			return false, err
		}
	})
	select {
	case a := <-answer:
		is, _ := a.Val.(bool)
		return is, a.Err
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// missingOr explains why git had no answer about commits: NotFound when one of them is not there, else Unavailable.
func (g *Repositories) missingOr(ctx context.Context, op string, repo *repository, err error, commits ...slipway.SHA) error {
	if (errors.Is(err, errMissing) || errors.Is(err, errNotCommit)) && repo.present() {
		return notFound(op, err)
	}
	if exitCode(err) <= 0 {
		return unavailable(op, err)
	}
	for _, sha := range commits {
		_, why := g.commit(ctx, repo, sha)
		if (errors.Is(why, errMissing) || errors.Is(why, errNotCommit)) && repo.present() {
			return notFound(op, why)
		}
	}
	return unavailable(op, err)
}
