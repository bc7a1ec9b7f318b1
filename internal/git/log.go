package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// How far commits are counted for the last page's number: so many, for so long. What has been counted is remembered.
const (
	mostCounted = 50_000
	countTime   = 2 * time.Second
	knownCounts = 4096
	farthest    = 1 << 30 // commits into a history
)

// countKey is a question about a history that has always the same answer.
type countKey struct {
	repo  *repository
	query string
}

// Log lists the commits that lead to one, newest first, or those of them that are asked for. NotFound: it is not there.
func (g *Repositories) Log(ctx context.Context, r *slipway.Repository, q slipway.LogQuery, p deploy.Page) (deploy.Listed[slipway.Commit], error) {
	const op = "git: list commits"
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	repo, err := g.at(r)
	if err != nil {
		return deploy.Listed[slipway.Commit]{}, err
	}
	list, err := g.history(ctx, repo, q, p)
	return list, read(repo, op, err)
}

func (g *Repositories) history(ctx context.Context, repo *repository, q slipway.LogQuery, p deploy.Page) (list deploy.Listed[slipway.Commit], err error) {
	if q.From, err = g.commit(ctx, repo, q.From); err != nil {
		return list, err
	}
	options, ok := logOptions(q)
	if !ok {
		return deploy.Listed[slipway.Commit]{Exact: true}, nil
	}
	if list.Total, list.Exact, err = g.count(ctx, repo, options); err != nil {
		return list, err
	}
	first := (p.Number - 1) * p.Size
	if first >= farthest || list.Exact && first >= list.Total {
		return list, nil
	}
	out, err := g.run(ctx, run{repo: repo, env: literal, args: append([]string{
		"rev-list", "--skip=" + strconv.Itoa(first), "--max-count=" + strconv.Itoa(p.Size+1),
	}, options...)})
	if err != nil {
		return list, err
	}
	names := strings.Fields(string(out))
	if !list.Exact {
		list.Total = max(first+len(names), list.Total)
	}
	list.Items, err = g.readCommits(ctx, repo, names[:min(len(names), p.Size)])
	return list, err
}

// logOptions are the arguments for a query; not ok where nothing can match.
func logOptions(q slipway.LogQuery) (options []string, ok bool) {
	if q.Authors != nil && len(q.Authors) == 0 || q.Committers != nil && len(q.Committers) == 0 {
		return nil, false
	}
	options = []string{"--fixed-strings", "--regexp-ignore-case"}
	for _, a := range q.Authors {
		options = append(options, "--author=<"+a+">")
	}
	for _, c := range q.Committers {
		options = append(options, "--committer=<"+c+">")
	}
	if !q.Since.IsZero() {
		options = append(options, "--max-age="+strconv.FormatInt(q.Since.Unix(), 10))
	}
	if !q.Until.IsZero() {
		options = append(options, "--min-age="+strconv.FormatInt(q.Until.Unix(), 10))
	}
	options = append(options, "--end-of-options", string(q.From), "--")
	if q.Path != "" {
		clean, ok := slipway.CleanPath(q.Path)
		if !ok || clean != q.Path {
			return nil, false
		}
		options = append(options, q.Path)
	}
	return options, true
}

// count counts the commits of a query as far as that is cheap; exact says that it got to the end.
func (g *Repositories) count(ctx context.Context, repo *repository, options []string) (n int, exact bool, err error) {
	key := countKey{repo, strings.Join(options, "\x00")}
	if known, ok := g.counts.get(key); ok {
		return known, known < mostCounted, nil
	}
	out, err := g.run(ctx, run{repo: repo, env: literal, time: countTime, args: append([]string{
		"rev-list", "--count", "--max-count=" + strconv.Itoa(mostCounted),
	}, options...)})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	if n, err = strconv.Atoi(strings.TrimSpace(string(out))); err != nil {
		return 0, false, fmt.Errorf("rev-list says %.100q", out)
	}
	g.counts.put(key, n, one)
	return n, n < mostCounted, nil
}

// readCommits reads the commits that git has listed, in their order.
func (g *Repositories) readCommits(ctx context.Context, repo *repository, names []string) ([]slipway.Commit, error) {
	commits := make([]slipway.Commit, 0, len(names))
	for _, name := range names {
		c, err := g.readCommit(ctx, repo, slipway.SHA(name))
		if err != nil {
			return nil, lost(err)
		}
		commits = append(commits, c)
	}
	return commits, nil
}
