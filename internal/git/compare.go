package git

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// errUnrelated says that two commits have no common ancestor.
var errUnrelated = errors.New("no common ancestor")

// Compare says how head stands to base (contract 8): how many commits each has that the other has not, one page of those of
// head, oldest first, and what they changed since their common ancestor. NotFound: one of them is not there, or they have
// nothing in common.
func (g *Repositories) Compare(ctx context.Context, r *slipway.Repository, base, head slipway.SHA, page deploy.Page) (slipway.Comparison, error) {
	const op = "git: compare"
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	repo, err := g.at(r)
	if err != nil {
		return slipway.Comparison{}, err
	}
	c, err := g.compare(ctx, repo, base, head, page)
	switch {
	case err == nil:
		return c, nil
	case (errors.Is(err, errMissing) || errors.Is(err, errNotCommit) || errors.Is(err, errUnrelated)) && repo.present():
		return slipway.Comparison{}, notFound(op, err)
	default:
		return slipway.Comparison{}, unavailable(op, err)
	}
}

func (g *Repositories) compare(ctx context.Context, repo *repository, base, head slipway.SHA, page deploy.Page) (c slipway.Comparison, err error) {
	if c.Base, err = g.readCommit(ctx, repo, base); err != nil {
		return c, err
	}
	if c.Head, err = g.readCommit(ctx, repo, head); err != nil {
		return c, err
	}
	fork, err := g.mergeBase(ctx, repo, c.Base.SHA, c.Head.SHA)
	if err != nil {
		return c, err
	}
	if c.MergeBase, err = g.readCommit(ctx, repo, fork); err != nil {
		return c, lost(err)
	}
	counts, err := g.line(ctx, repo, "rev-list", "--count", "--left-right", string(c.Base.SHA)+"..."+string(c.Head.SHA))
	if err != nil {
		return c, err
	}
	if _, err := fmt.Sscanf(counts, "%d\t%d", &c.BehindBy, &c.AheadBy); err != nil {
		return c, fmt.Errorf("rev-list says %.100q: %w", counts, err)
	}
	if c.Commits, err = g.between(ctx, repo, c, page); err != nil {
		return c, err
	}
	c.Files, err = g.changedFiles(ctx, repo, fork, c.Head.SHA)
	return c, err
}

// mergeBase is the best common ancestor of two commits; errUnrelated when there is none.
func (g *Repositories) mergeBase(ctx context.Context, repo *repository, a, b slipway.SHA) (slipway.SHA, error) {
	if a == b {
		return a, nil
	}
	bases, err := g.mergeBases(ctx, repo, a, b)
	if err != nil {
		return "", err
	}
	return bases[0], nil
}

// mergeBases are all of the best common ancestors of two commits, at least one; errUnrelated when there are none.
func (g *Repositories) mergeBases(ctx context.Context, repo *repository, a, b slipway.SHA) (bases []slipway.SHA, err error) {
	out, err := g.output(ctx, repo, "merge-base", "--all", string(a), string(b))
	if exitCode(err) == 1 {
		return nil, errUnrelated
	}
	if err != nil {
		return nil, err
	}
	for name := range strings.FieldsSeq(string(out)) {
		sha, ok := slipway.ParseSHA(name)
		if !ok {
			return nil, fmt.Errorf("merge-base says %.100q", out)
		}
		bases = append(bases, sha)
	}
	if len(bases) == 0 {
		return nil, errors.New("merge-base says nothing")
	}
	return bases, nil
}

// between reads one page of the commits that head has and base has not, oldest first. git counts from the newest.
func (g *Repositories) between(ctx context.Context, repo *repository, c slipway.Comparison, page deploy.Page) ([]slipway.Commit, error) {
	first := (page.Number - 1) * page.Size
	if page.Number < 1 || page.Size < 1 || first >= c.AheadBy {
		return []slipway.Commit{}, nil
	}
	last := min(first+page.Size, c.AheadBy)
	return g.listCommits(ctx, repo, nil, "--topo-order", "--skip="+strconv.Itoa(c.AheadBy-last),
		"--max-count="+strconv.Itoa(last-first), "^"+string(c.Base.SHA), string(c.Head.SHA))
}

// listCommits reads the commits that `git rev-list` lists, the other way round: oldest first. stdin may name commits too.
func (g *Repositories) listCommits(ctx context.Context, repo *repository, stdin []string, args ...string) ([]slipway.Commit, error) {
	list := run{repo: repo, args: append([]string{"rev-list"}, args...)}
	if len(stdin) > 0 {
		list.args = append(list.args, "--stdin")
		list.in = strings.NewReader(strings.Join(stdin, "\n") + "\n")
	}
	out, err := g.run(ctx, list)
	if err != nil {
		return nil, err
	}
	commits, err := g.readCommits(ctx, repo, strings.Fields(string(out)))
	slices.Reverse(commits)
	return commits, err
}
