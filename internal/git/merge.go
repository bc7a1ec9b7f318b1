package git

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

const mostConflicts = 1000 // paths of a conflict that are named

// Merge merges Base into the branch without a work tree: the trees are merged, a commit with two parents is written, even
// where a fast-forward would do (contract 3.6), and the branch is moved to it only from Head. When it answers, the commit and
// the move are on disk. When it fails, the branch is where it was.
//
// Conflict: with *deploy.MergeConflict inside when the two cannot be merged, without paths when their histories have nothing
// in common; with deploy.ErrMoved inside when the branch is not at Head any more. NotFound: Base or Head is not there.
func (g *Repositories) Merge(ctx context.Context, r *slipway.Repository, m deploy.Merge) (slipway.SHA, error) {
	const op = "git: merge"
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	repo, err := g.at(r)
	if err != nil {
		return "", err
	}
	if err := slipway.CheckBranchName(m.Branch); err != nil {
		return "", err
	}
	if _, ok := binary(m.Head); !ok {
		return "", notFound(op, errMissing)
	}
	if _, ok := binary(m.Base); !ok {
		return "", notFound(op, errMissing)
	}
	select {
	case repo.merging <- struct{}{}:
		defer func() { <-repo.merging }()
	case <-ctx.Done():
		return "", unavailable(op, ctx.Err())
	}
	leave := g.enter(repo)
	sha, err := g.merge(ctx, repo, m)
	leave(hurt(err))
	var known *slipway.Error
	var f *failure
	if errors.As(err, &f) && isLocked(f.said) {
		g.unlock(repo) // for the next one
	}
	switch {
	case err == nil:
		g.remember(repo, sha, m.Head, m.Base)
		g.upkeep.need(repo)
		return sha, nil
	case errors.As(err, &known):
		return "", err
	default:
		return "", g.missingOr(ctx, op, repo, err, m.Head, m.Base)
	}
}

func (g *Repositories) merge(ctx context.Context, repo *repository, m deploy.Merge) (slipway.SHA, error) {
	began := time.Now()
	name := branches + m.Branch
	if tip, err := g.ref(ctx, repo, name); err == nil && tip != m.Head || errors.Is(err, errNoRef) {
		return "", moved(name)
	}
	tree, err := g.mergeTrees(ctx, repo, m.Head, m.Base)
	if err != nil {
		return "", err
	}
	sha, err := g.writeCommit(ctx, repo, newCommit{
		tree: tree, parents: []slipway.SHA{m.Head, m.Base}, author: m.Author, committer: m.Committer, at: m.At, message: m.Message,
	})
	if err != nil {
		return "", err
	}
	return sha, g.move(ctx, repo, name, m.Head, sha, began)
}

// mergeTrees merges two commits' trees and gives the tree that comes of it, or the conflict. git before 2.44 takes a root tree
// that is missing for an empty one, and the merge would delete files: all that goes into it is looked for first.
func (g *Repositories) mergeTrees(ctx context.Context, repo *repository, ours, theirs slipway.SHA) (slipway.SHA, error) {
	if err := g.whole(ctx, repo, ours, theirs); err != nil {
		return "", err
	}
	bases, err := g.mergeBases(ctx, repo, ours, theirs)
	if errors.Is(err, errUnrelated) {
		return "", conflict("")
	}
	if err == nil {
		err = lost(g.whole(ctx, repo, bases...))
	}
	if err != nil {
		return "", err
	}
	out, err := g.run(ctx, run{
		repo: repo,
		args: []string{"merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", string(ours), string(theirs)},
	})
	first, rest, _ := strings.Cut(string(out), "\x00")
	tree, ok := slipway.ParseSHA(first)
	switch {
	case err == nil && ok:
		_, err = g.ask(ctx, repo, "info", string(tree))
		return tree, lost(err)
	case err == nil:
		return "", fmt.Errorf("merge-tree says %.100q", first)
	case exitCode(err) == 1 && ok:
		return "", conflict(rest)
	default:
		return "", err
	}
}

// whole looks for commits and for their root trees. errMissing, errNotCommit: one is no commit; errGone: its tree is not
// there.
func (g *Repositories) whole(ctx context.Context, repo *repository, commits ...slipway.SHA) error {
	for _, sha := range commits {
		if _, err := g.commit(ctx, repo, sha); err != nil {
			return err
		}
		if _, err := g.ask(ctx, repo, "info", string(sha)+"^{tree}"); err != nil {
			return lost(err)
		}
	}
	return nil
}

// lost makes damage of the absence of what must be there.
func lost(err error) error {
	if errors.Is(err, errMissing) || errors.Is(err, errNotCommit) {
		return errGone
	}
	return err
}

// conflict is the refusal of a merge, with the paths git has listed, a NUL after each.
func conflict(listed string) error {
	paths := strings.FieldsFunc(listed, func(r rune) bool { return r == 0 })
	slices.Sort(paths)
	paths = slices.Compact(paths)
	paths = paths[:min(len(paths), mostConflicts)]
	for i, path := range paths {
		paths[i] = strings.ToValidUTF8(path, "\uFFFD")
	}
	return &slipway.Error{
		Kind: slipway.Conflict, Message: "Merge conflict", Op: "git: merge", Err: &deploy.MergeConflict{Paths: paths},
	}
}

// remember keeps what a new merge commit makes true, so that nobody has to ask git.
func (g *Repositories) remember(repo *repository, sha slipway.SHA, parents ...slipway.SHA) {
	tip, _ := binary(sha)
	g.commits.put(commitKey{repo, tip}, foundCommit{commit: sha, trace: repo.traceOf(sha)}, one)
	for _, parent := range parents {
		old, _ := binary(parent)
		g.ancestry.put(ancestryKey{repo, old, tip}, true, one)
	}
}

// move moves a ref from where it is expected, slipway.ZeroSHA if it must not exist, and makes that durable. Once git has been
// asked, the caller's going away changes nothing.
func (g *Repositories) move(ctx context.Context, repo *repository, name string, from, to slipway.SHA, began time.Time) error {
	ctx, cancel := staying(ctx)
	defer cancel()
	_, err := g.output(ctx, repo, "update-ref", "--end-of-options", name, string(to), string(from))
	if err == nil {
		return repo.sync(began)
	}
	tip, missing := g.ref(ctx, repo, name)
	if errors.Is(missing, errNoRef) {
		tip, missing = slipway.ZeroSHA, nil
	}
	switch {
	case missing != nil, tip == from:
		return err // somebody holds its lock, or the disk is full
	case tip == to && died(err):
		return repo.sync(began) // it was killed after it had done its work
	default:
		return moved(name)
	}
}

// staying is a context that goes on when its caller leaves, but no longer than the caller has time.
func staying(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(context.WithoutCancel(ctx), deadline)
	}
	return context.WithoutCancel(ctx), func() {}
}

func moved(name string) error {
	return &slipway.Error{
		Kind: slipway.Conflict, Op: "git: move " + strconv.Quote(name), Err: deploy.ErrMoved,
	}
}

// newCommit is a commit to be written.
type newCommit struct {
	tree              slipway.SHA
	parents           []slipway.SHA
	author, committer slipway.Signature
	at                time.Time // of both signatures
	message           string
}

// text is the commit as git stores it. Its times are UTC, whole seconds.
func (c newCommit) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", c.tree)
	for _, parent := range c.parents {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n", signature(c.author, c.at), signature(c.committer, c.at))
	b.WriteString(strings.ReplaceAll(c.message, "\x00", ""))
	if !strings.HasSuffix(c.message, "\n") {
		b.WriteByte('\n')
	}
	return b.String()
}

// signature spells who and when. What would end a name or an address early is left out, as git does.
func signature(s slipway.Signature, at time.Time) string {
	clean := func(text string) string {
		return strings.TrimSpace(strings.Map(func(r rune) rune {
			if r < ' ' || strings.ContainsRune("<>\x7f", r) {
				return -1
			}
			return r
		}, text))
	}
	name, email := clean(s.Name), clean(s.Email)
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	if name == "" {
		name = "nobody" // git fsck wants one
	}
	return fmt.Sprintf("%s <%s> %d +0000", name, email, at.Unix())
}

// writeCommit stores a commit and gives its name.
func (g *Repositories) writeCommit(ctx context.Context, repo *repository, c newCommit) (slipway.SHA, error) {
	return g.writeObject(ctx, repo, "commit", c.text())
}

func (g *Repositories) writeObject(ctx context.Context, repo *repository, kind, text string) (slipway.SHA, error) {
	out, err := g.run(ctx, run{
		repo: repo, args: []string{"hash-object", "-t", kind, "-w", "--stdin"}, in: strings.NewReader(text),
	})
	return oneSHA(out, err)
}

// oneSHA reads the object name that a command has printed.
func oneSHA(out []byte, err error) (slipway.SHA, error) {
	if err != nil {
		return "", err
	}
	sha, ok := slipway.ParseSHA(strings.TrimSpace(string(out)))
	if !ok {
		return "", fmt.Errorf("git says %.100q where a name was due", out)
	}
	return sha, nil
}

// FirstCommit writes a commit without parents that holds one file, and a branch that points at it. Conflict with
// deploy.ErrMoved inside: the branch exists.
func (g *Repositories) FirstCommit(ctx context.Context, r *slipway.Repository, c deploy.FirstCommit) (slipway.SHA, error) {
	const op = "git: first commit"
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	repo, err := g.at(r)
	if err != nil {
		return "", err
	}
	if err := slipway.CheckBranchName(c.Branch); err != nil {
		return "", err
	}
	if c.Path == "" || c.Path == "." || c.Path == ".." || strings.EqualFold(c.Path, ".git") || strings.ContainsAny(c.Path, "/\x00\n\"\\") {
		return "", slipway.Fail(slipway.Invalid, "path is not the name of a file")
	}
	leave := g.enter(repo)
	sha, err := g.firstCommit(ctx, repo, c)
	leave(hurt(err))
	var known *slipway.Error
	if err != nil && !errors.As(err, &known) {
		err = unavailable(op, err)
	}
	if err != nil {
		return "", err
	}
	g.upkeep.need(repo)
	return sha, nil
}

func (g *Repositories) firstCommit(ctx context.Context, repo *repository, c deploy.FirstCommit) (slipway.SHA, error) {
	began := time.Now()
	blob, err := g.writeObject(ctx, repo, "blob", string(c.Content))
	if err != nil {
		return "", err
	}
	tree, err := oneSHA(g.run(ctx, run{
		repo: repo, args: []string{"mktree", "-z"}, in: strings.NewReader("100644 blob " + string(blob) + "\t" + c.Path + "\x00"),
	}))
	if err != nil {
		return "", err
	}
	sha, err := g.writeCommit(ctx, repo, newCommit{
		tree: tree, author: c.Author, committer: c.Committer, at: c.At, message: c.Message,
	})
	if err != nil {
		return "", err
	}
	return sha, g.move(ctx, repo, branches+c.Branch, slipway.ZeroSHA, sha, began)
}
