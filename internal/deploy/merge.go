package deploy

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// mergeTries is how often a merge starts over when the branch moves under it: a branch that busy needs no merge from us.
const mergeTries = 20

// MergeBranches merges head, a branch or a commit, into the branch base (contract 8.2). The answer is the merge commit, or
// nil when base holds head already. NotFound names the one that does not exist; Conflict is a textual conflict, with its
// paths.
func (d *Decisions) MergeBranches(ctx context.Context, a slipway.Actor, r slipway.Repository, base, head string, message *string) (*slipway.Commit, error) {
	if err := r.CheckWritable(); err != nil {
		return nil, err
	}
	switch {
	case base == "":
		return nil, slipway.InvalidRequest(`"base" wasn't supplied.`)
	case head == "":
		return nil, slipway.InvalidRequest(`"head" wasn't supplied.`)
	case message != nil && !isMessage(*message):
		return nil, slipway.InvalidRequest("commit_message must be text of at most 65536 bytes.")
	}
	into, err := d.resolve(ctx, r, base)
	if slipway.KindOf(err) == slipway.NotFound || err == nil && into.Branch == "" {
		return nil, slipway.Fail(slipway.NotFound, "Base does not exist")
	}
	if err != nil {
		return nil, err
	}
	text := slipway.MergeMessage(base, head)
	if message != nil && *message != "" {
		text = *message
	}
	sha, err := d.mergeInto(ctx, a, r, into.Branch, text, func() (slipway.SHA, error) {
		from, err := d.resolve(ctx, r, head)
		if slipway.KindOf(err) == slipway.NotFound {
			return "", slipway.Fail(slipway.NotFound, "Head does not exist")
		}
		return from.SHA, err
	})
	if conflict := asConflict(err); conflict != nil {
		return nil, slipway.MergeConflict(conflict.Paths)
	}
	if err != nil || sha == "" {
		return nil, err
	}
	commit, err := d.git.Commit(ctx, &r, sha, true)
	if err != nil {
		return nil, damaged(err)
	}
	return &commit, nil
}

// mergeInto merges what from names into a branch, unless the branch holds it already: then the answer is empty. One merge
// of a branch runs at a time, and starts over when the branch moves under it, so that no push is lost and equal requests
// make one commit.
func (d *Decisions) mergeInto(ctx context.Context, a slipway.Actor, r slipway.Repository, branch, message string, from func() (slipway.SHA, error)) (slipway.SHA, error) {
	release, err := d.locks.take(ctx, refLock(r, branchPrefix+branch))
	if err != nil {
		return "", err
	}
	defer release()
	for range mergeTries {
		tip, err := d.resolve(ctx, r, branchPrefix+branch)
		if err != nil {
			return "", err
		}
		base, err := from()
		if err != nil {
			return "", err
		}
		behind, err := d.behind(ctx, r, base, tip.SHA)
		if err != nil || !behind {
			return "", err
		}
		sha, err := d.mergeOnce(ctx, a, r, Merge{Branch: branch, Head: tip.SHA, Base: base, Message: message})
		if !errors.Is(err, ErrMoved) {
			return sha, err
		}
	}
	return "", slipway.Because(slipway.Unavailable, "deploy: a branch moves too fast to be merged into", ErrMoved)
}

// mergeOnce writes the merge commit, moves the branch and records the push. Once the branch has moved the caller's going
// away changes nothing any more.
func (d *Decisions) mergeOnce(ctx context.Context, a slipway.Actor, r slipway.Repository, m Merge) (slipway.SHA, error) {
	m.At = d.now().UTC().Truncate(time.Second)
	m.Author = d.authorOf(a, m.At)
	m.Committer = d.settings.Committer
	m.Committer.When = m.At
	intent, err := d.begin(ctx, a, slipway.Intent{RepositoryID: r.ID, Ref: branchPrefix + m.Branch, Old: m.Head})
	if err != nil {
		return "", err
	}
	sha, err := d.git.Merge(ctx, &r, m)
	switch {
	case err == nil:
		move := slipway.RefChange{Name: branchPrefix + m.Branch, Old: m.Head, New: sha}
		return sha, d.recordMove(context.WithoutCancel(ctx), r.ID, move, intent)
	case asConflict(err) != nil, errors.Is(err, ErrMoved):
		d.abandon(ctx, r.ID, intent)
	default:
		d.owed.add(r.ID, intent) // nobody knows whether the branch has moved
	}
	return "", damaged(err)
}

// asConflict is the textual conflict inside an error, or nil.
func asConflict(err error) *MergeConflict {
	var conflict *MergeConflict
	if errors.As(err, &conflict) {
		return conflict
	}
	return nil
}

// maxMessage bounds a commit's message, in bytes.
const maxMessage = 64 << 10

// resolve finds the commit a ref names: NotFound when it names none, or could name something else to git.
func (d *Decisions) resolve(ctx context.Context, r slipway.Repository, ref string) (Resolved, error) {
	if !slipway.MayBeRef(ref) {
		return Resolved{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	return d.git.Resolve(ctx, &r, ref)
}

// behind reports whether head lacks commits of base. Both were found just now.
func (d *Decisions) behind(ctx context.Context, r slipway.Repository, base, head slipway.SHA) (bool, error) {
	behind, err := d.git.Behind(ctx, &r, base, head)
	return behind, damaged(err)
}

// damaged says what it means that git does not find what it has just named: the repository lacks objects. The caller asked for
// nothing that is not there.
func damaged(err error) error {
	if slipway.KindOf(err) == slipway.NotFound {
		return slipway.Because(slipway.Unavailable, "deploy: a repository lacks objects", err)
	}
	return err
}

// isMessage reports whether a text can be a commit's message.
func isMessage(s string) bool {
	return len(s) <= maxMessage && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
