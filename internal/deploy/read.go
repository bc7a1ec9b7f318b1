package deploy

import (
	"context"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// The formats in which git shows what changed.
const (
	Diff  = "diff"
	Patch = "patch"
)

// Branch finds a branch and the commit at its tip: NotFound "Branch not found" when there is none (contract 8).
func (d *Decisions) Branch(ctx context.Context, r slipway.Repository, name string) (slipway.Branch, slipway.Commit, error) {
	tip, err := d.resolve(ctx, r, branchPrefix+name)
	if slipway.KindOf(err) == slipway.NotFound {
		return slipway.Branch{}, slipway.Commit{}, slipway.Fail(slipway.NotFound, "Branch not found")
	}
	if err != nil {
		return slipway.Branch{}, slipway.Commit{}, err
	}
	commit, err := d.git.Commit(ctx, &r, tip.SHA, false)
	return slipway.Branch{Name: name, SHA: tip.SHA}, commit, damaged(err)
}

// Commit finds the commit that a branch, tag, SHA, heads/x or tags/x names, with the files it changed if they are asked for.
// Invalid "No commit found for SHA: …" when there is none (contract 8).
func (d *Decisions) Commit(ctx context.Context, r slipway.Repository, ref string, files bool) (slipway.Commit, error) {
	found, err := d.namedCommit(ctx, r, ref)
	if err != nil {
		return slipway.Commit{}, err
	}
	commit, err := d.git.Commit(ctx, &r, found.SHA, files)
	if slipway.KindOf(err) == slipway.NotFound {
		return slipway.Commit{}, slipway.NoCommitFound(ref)
	}
	return commit, err
}

// RawCommit is what the commit that ref names changed, as git prints it; format is [Diff] or [Patch]. Errors are those of
// Commit.
func (d *Decisions) RawCommit(ctx context.Context, r slipway.Repository, ref, format string) ([]byte, error) {
	found, err := d.namedCommit(ctx, r, ref)
	if err != nil {
		return nil, err
	}
	return d.git.Raw(ctx, &r, "", found.SHA, format)
}

func (d *Decisions) namedCommit(ctx context.Context, r slipway.Repository, ref string) (Resolved, error) {
	found, err := d.resolveShort(ctx, r, ref)
	if slipway.KindOf(err) == slipway.NotFound {
		return Resolved{}, slipway.NoCommitFound(ref)
	}
	return found, err
}

// Compare says how head stands to base, with one page of the commits between them (contract 8). Either may be written
// OWNER:NAME, as GitHub allows, if the owner is this repository's. NotFound when one of them does not exist.
func (d *Decisions) Compare(ctx context.Context, r slipway.Repository, base, head string, p Page) (slipway.Comparison, error) {
	from, to, err := d.bothEnds(ctx, r, base, head)
	if err != nil {
		return slipway.Comparison{}, err
	}
	comparison, err := d.git.Compare(ctx, &r, from, to, p)
	return comparison, notFound(err)
}

// RawCompare is what changed from base to head, as git prints it; format is [Diff] or [Patch]. Errors are those of Compare.
func (d *Decisions) RawCompare(ctx context.Context, r slipway.Repository, base, head, format string) ([]byte, error) {
	from, to, err := d.bothEnds(ctx, r, base, head)
	if err != nil {
		return nil, err
	}
	raw, err := d.git.Raw(ctx, &r, from, to, format)
	return raw, notFound(err)
}

func (d *Decisions) bothEnds(ctx context.Context, r slipway.Repository, base, head string) (from, to slipway.SHA, err error) {
	b, err := d.resolveShort(ctx, r, ownName(r, base))
	if err != nil {
		return "", "", notFound(err)
	}
	h, err := d.resolveShort(ctx, r, ownName(r, head))
	return b.SHA, h.SHA, notFound(err)
}

// ownName takes this repository's owner off OWNER:NAME. No ref has a colon in its name, so another owner's finds nothing.
func ownName(r slipway.Repository, name string) string {
	if owner, rest, ok := strings.Cut(name, ":"); ok && slipway.Key(owner) == slipway.Key(r.Owner.Login) {
		return rest
	}
	return name
}

// resolveShort is resolve for addresses, where heads/x and tags/x stand for refs/heads/x and refs/tags/x unless a branch or
// tag is called just that.
func (d *Decisions) resolveShort(ctx context.Context, r slipway.Repository, ref string) (Resolved, error) {
	found, err := d.resolve(ctx, r, ref)
	if slipway.KindOf(err) != slipway.NotFound || !strings.HasPrefix(ref, "heads/") && !strings.HasPrefix(ref, "tags/") {
		return found, err
	}
	return d.resolve(ctx, r, "refs/"+ref)
}
