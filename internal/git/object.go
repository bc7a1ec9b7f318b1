package git

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// commitKey is an object in a repository. What one repository holds says nothing about another.
type commitKey struct {
	repo *repository
	sha  [20]byte
}

// costs of what is remembered are counted in entries.
const one = 1

// errNotCommit says that an object is there and leads to no commit: a tree, a blob, or a tag of one.
var errNotCommit = errors.New("not a commit")

// binary packs a full object name into the form it is remembered by.
func binary(sha slipway.SHA) (b [20]byte, ok bool) {
	n, err := hex.Decode(b[:], []byte(sha)[:min(len(sha), shaLen)])
	return b, err == nil && n == len(b) && len(sha) == shaLen
}

// commit finds the commit an object is or, for an annotated tag, leads to. errMissing and errNotCommit are answers. That a
// commit is one is asked once and remembered, while its object is where it was.
func (g *Repositories) commit(ctx context.Context, repo *repository, sha slipway.SHA) (slipway.SHA, error) {
	b, ok := binary(sha)
	if !ok {
		return "", errMissing
	}
	key := commitKey{repo, b}
	if known, ok := g.commits.get(key); ok && repo.holds(sha, known.trace) {
		if known.commit == sha {
			return sha, nil
		}
		return g.commit(ctx, repo, known.commit)
	}
	trace := repo.traceOf(sha)
	o, err := g.ask(ctx, repo, "info", string(sha)+"^{commit}")
	if errors.Is(err, errMissing) {
		if _, err = g.ask(ctx, repo, "info", string(sha)); err == nil {
			err = errNotCommit
		}
	}
	if err != nil {
		return "", err
	}
	g.commits.put(key, foundCommit{commit: o.sha, trace: trace}, one)
	return o.sha, nil
}

// abbreviated finds the only commit whose name begins so. errMissing when there is none or several.
func (g *Repositories) abbreviated(ctx context.Context, repo *repository, prefix string) (slipway.SHA, error) {
	prefix = strings.ToLower(prefix)
	o, err := g.ask(ctx, repo, "info", prefix+"^{commit}")
	if errors.Is(err, errAmbiguous) || err == nil && !strings.HasPrefix(string(o.sha), prefix) {
		return "", errMissing // the latter: git found a ref of that name first
	}
	return o.sha, err
}
