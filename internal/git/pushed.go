package git

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// BranchesWith lists at most limit branches whose history holds the commit, by name. NotFound: there is no such commit.
func (g *Repositories) BranchesWith(ctx context.Context, r *slipway.Repository, sha slipway.SHA, limit int) ([]slipway.Branch, error) {
	const op = "git: branches with a commit"
	repo, err := g.at(r)
	if err != nil {
		return nil, err
	}
	if _, ok := binary(sha); !ok {
		return nil, notFound(op, errMissing)
	}
	out, err := g.output(ctx, repo, "for-each-ref", "--count="+strconv.Itoa(limit), "--contains="+string(sha),
		"--format=%(objectname) %(refname)", "--end-of-options", branches)
	if err != nil {
		return nil, g.missingOr(ctx, op, repo, err, sha)
	}
	var found []slipway.Branch
	for line := range strings.Lines(string(out)) {
		tip, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if isShown(name) {
			found = append(found, slipway.Branch{Name: strings.TrimPrefix(name, branches), SHA: slipway.SHA(tip)})
		}
	}
	return found, nil
}

// mostTips is how many other branches are looked at to see what a new one adds.
const mostTips = 10_000

// Pushed lists the commits that a push added to a ref, oldest first, at most limit, the newest if there are more, with the
// names of the files they changed. For a ref that is new (before is slipway.ZeroSHA, or no longer there) they are the
// commits no other branch has; for one that is gone there are none. NotFound: after is not there.
func (g *Repositories) Pushed(ctx context.Context, r *slipway.Repository, before, after slipway.SHA, limit int) ([]slipway.Commit, error) {
	const op = "git: commits of a push"
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	repo, err := g.at(r)
	if err != nil {
		return nil, err
	}
	if after == slipway.ZeroSHA || limit < 1 {
		return nil, nil
	}
	commits, err := g.pushed(ctx, repo, before, after, limit)
	switch {
	case err == nil:
		return commits, nil
	case (errors.Is(err, errMissing) || errors.Is(err, errNotCommit)) && repo.present():
		return nil, notFound(op, err)
	default:
		return nil, unavailable(op, err)
	}
}

func (g *Repositories) pushed(ctx context.Context, repo *repository, before, after slipway.SHA, limit int) ([]slipway.Commit, error) {
	tip, err := g.commit(ctx, repo, after)
	if err != nil {
		return nil, err
	}
	without, err := g.knownBefore(ctx, repo, before, tip)
	if err != nil {
		return nil, err
	}
	commits, err := g.listCommits(ctx, repo, without, "--topo-order", "--max-count="+strconv.Itoa(limit), string(tip))
	if err != nil || len(commits) == 0 {
		return commits, err
	}
	return commits, g.nameFiles(ctx, repo, commits)
}

// knownBefore is what rev-list is to leave out: what the ref had before, or what other branches have.
func (g *Repositories) knownBefore(ctx context.Context, repo *repository, before, tip slipway.SHA) ([]string, error) {
	if before != slipway.ZeroSHA {
		old, err := g.commit(ctx, repo, before)
		switch {
		case err == nil:
			return []string{"^" + string(old)}, nil
		case !errors.Is(err, errMissing) && !errors.Is(err, errNotCommit):
			return nil, err
		}
	}
	refs, err := g.refs(ctx, repo, allRefs)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, ref := range refs {
		if strings.HasPrefix(ref.Name, branches) && ref.SHA != tip && len(known) < mostTips {
			known = append(known, "^"+string(ref.SHA))
		}
	}
	return known, nil
}

// nameFiles fills in which files each commit changed against its first parent, in one run of git: paths and what became of
// them, no counts, no patches.
func (g *Repositories) nameFiles(ctx context.Context, repo *repository, commits []slipway.Commit) error {
	var names strings.Builder
	place := make(map[string]int, len(commits))
	for i, c := range commits {
		names.WriteString(string(c.SHA) + "\n")
		place[string(c.SHA)] = i
		commits[i].Files = []slipway.File{}
	}
	args := append([]string{"diff-tree", "--stdin", "--root", "--diff-merges=first-parent", "--raw", "--no-abbrev"}, diffOptions...)
	out, err := g.run(ctx, run{repo: repo, args: args, in: strings.NewReader(names.String()), limit: mostDiff, cut: true})
	if err != nil {
		return err
	}
	var of *slipway.Commit
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if i, ok := place[line]; ok {
			of = &commits[i]
			continue
		}
		if file, ok := parseRaw(line); ok && of != nil && len(of.Files) < mostFiles {
			of.Files = append(of.Files, file)
		}
	}
	return nil
}
