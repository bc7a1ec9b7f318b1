package git

import (
	"context"
	"errors"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Resolve finds the commit that a submitted ref names (contract 3.4 step 3): a full name if it begins with refs/, else a
// branch, a tag, a full SHA, or at least seven digits of one commit's. The full SHA of a commit is that commit, even where a
// branch or a tag is called so. It starts no process for any of these but the last;
// that a tip is a commit is asked of a process that stays, once per tip.
//
// NotFound: nothing is called so, or what is called so is no commit. Unavailable: the repository cannot be read.
func (g *Repositories) Resolve(ctx context.Context, r *slipway.Repository, ref string) (deploy.Resolved, error) {
	const op = "git: resolve"
	repo, err := g.at(r)
	if err != nil {
		return deploy.Resolved{}, err
	}
	found, err := g.resolve(ctx, repo, ref)
	switch {
	case err == nil:
		return found, nil
	case errors.Is(err, errNoRef), errors.Is(err, errNotCommit), errors.Is(err, errMissing):
		if !repo.present() {
			return deploy.Resolved{}, unavailable(op, errAbsent)
		}
		return deploy.Resolved{}, notFound(op, err)
	default:
		return deploy.Resolved{}, unavailable(op, err)
	}
}

// resolve is Resolve with errors that are still git's: errNoRef, errNotCommit and errMissing say that there is none.
func (g *Repositories) resolve(ctx context.Context, repo *repository, ref string) (deploy.Resolved, error) {
	if !slipway.MayBeRef(ref) {
		return deploy.Resolved{}, errNoRef
	}
	if strings.HasPrefix(ref, "refs/") {
		return g.named(ctx, repo, ref)
	}
	if !repo.present() { // what is remembered of a repository that is gone is no answer
		return deploy.Resolved{}, errNoRef
	}
	sha, full := slipway.ParseSHA(ref)
	if full {
		if found, err := g.commit(ctx, repo, sha); !errors.Is(err, errMissing) && !errors.Is(err, errNotCommit) {
			return deploy.Resolved{SHA: found}, err
		}
	}
	for _, kind := range [...]string{branches, tags} {
		if found, err := g.named(ctx, repo, kind+ref); !errors.Is(err, errNoRef) {
			return found, err
		}
	}
	if full || !slipway.IsSHAPrefix(ref) {
		return deploy.Resolved{}, errNoRef
	}
	found, err := g.abbreviated(ctx, repo, ref)
	return deploy.Resolved{SHA: found}, err
}

// errGone says that a ref names an object that is not there.
var errGone = errors.New("the object of a ref is missing")

// named resolves a full name. errNoRef: there is no such ref.
func (g *Repositories) named(ctx context.Context, repo *repository, name string) (deploy.Resolved, error) {
	sha, err := g.ref(ctx, repo, name)
	if err != nil {
		return deploy.Resolved{}, err
	}
	commit, err := g.commit(ctx, repo, sha)
	if errors.Is(err, errMissing) {
		return deploy.Resolved{}, errGone
	}
	if err != nil {
		return deploy.Resolved{}, err
	}
	found := deploy.Resolved{SHA: commit}
	found.Branch, _ = strings.CutPrefix(name, branches)
	if found.Branch == name {
		found.Branch = ""
	}
	return found, nil
}
