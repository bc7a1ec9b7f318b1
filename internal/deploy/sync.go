package deploy

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

const (
	syncTries      = 20               // when other nodes record moves of the same refs meanwhile
	forcedPatience = 20 * time.Second // spent on finding out which moves were forced
)

// SyncRefs compares where the refs of a repository stand in git with where they stood when their moves were last recorded,
// records a push event for every difference and clears the intents of moves that are over (docs/architecture.md). The first branches
// ever decide the default branch, if there is none of that name. Calls for one repository run one after another, so no move
// is recorded twice; what moves while it looks is left to the call that follows every move.
//
// A failure leaves the repository on the list of the housekeeping loop, which tries again.
func (d *Decisions) SyncRefs(ctx context.Context, repositoryID int64) (err error) {
	release, err := d.locks.take(ctx, refsLock(repositoryID))
	if err != nil {
		d.owed.add(repositoryID)
		return err
	}
	defer release()
	over := d.owed.take(repositoryID)
	defer func() {
		if err == nil || slipway.KindOf(err) == slipway.NotFound {
			d.owed.settled(repositoryID)
			return
		}
		d.owed.add(repositoryID, over...)
	}()
	for range syncTries {
		err = d.syncOnce(ctx, repositoryID, over)
		if !errors.Is(err, errRefsMoved) {
			return err
		}
	}
	return slipway.Because(slipway.Unavailable, "deploy: refs of a repository move too fast to be recorded", err)
}

// refsLock is what whoever records moves of a repository's refs holds.
func refsLock(repositoryID int64) string { return "refs " + strconv.FormatInt(repositoryID, 10) }

// refSync is one look at a repository: what the table says and what git says.
type refSync struct {
	repository slipway.Repository
	known      []slipway.Ref // the table
	standing   []slipway.Ref // git, read after the table
}

func (d *Decisions) syncOnce(ctx context.Context, repositoryID int64, over []int64) error {
	look, err := d.look(ctx, repositoryID)
	if err != nil {
		return err
	}
	changes := d.changes(ctx, look)
	if len(changes) == 0 && len(over) == 0 {
		return nil
	}
	// git first: if we are killed between the two, the table still says that no branch was ever seen.
	branch := firstBranch(look)
	if branch != "" {
		if err := d.git.SetHead(ctx, &look.repository, branch); err != nil {
			return err
		}
	}
	return d.recordAll(ctx, moves{repositoryID: repositoryID, refs: changes, branch: branch, over: over, last: true})
}

// look reads the table, then git: never the other way round, or a move that was recorded in between would look undone.
func (d *Decisions) look(ctx context.Context, repositoryID int64) (look refSync, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if look.repository, err = tx.Repository(repositoryID); err != nil {
			return notFound(err)
		}
		look.known, err = tx.ListRefs(repositoryID)
		return err
	})
	if err != nil {
		return look, err
	}
	look.standing, err = d.git.Refs(ctx, &look.repository)
	return look, err
}

// changes lists the differences by name, with what was forced.
func (d *Decisions) changes(ctx context.Context, look refSync) []slipway.RefChange {
	changes := differences(look.known, look.standing)
	ctx, cancel := context.WithTimeout(ctx, forcedPatience)
	defer cancel()
	for i, c := range changes {
		if !c.Created() && !c.Deleted() {
			changes[i].Forced = d.forced(ctx, &look.repository, c)
		}
	}
	return changes
}

// forced reports whether a move lost commits. A moved tag always does; where git has no answer in time, nothing is claimed.
func (d *Decisions) forced(ctx context.Context, r *slipway.Repository, c slipway.RefChange) bool {
	if !strings.HasPrefix(c.Name, branchPrefix) {
		return true
	}
	if ctx.Err() != nil {
		return false
	}
	lost, err := d.git.Behind(ctx, r, c.Old, c.New)
	if err != nil {
		return slipway.KindOf(err) == slipway.NotFound // the old commit is gone, so nothing leads to it
	}
	return lost
}

// differences lists how refs got from one state to another, by name.
func differences(before, after []slipway.Ref) []slipway.RefChange {
	old := make(map[string]slipway.SHA, len(before))
	seen := make(map[slipway.SHA]bool, len(before))
	for _, ref := range before {
		old[ref.Name], seen[ref.SHA] = ref.SHA, true
	}
	var changes []slipway.RefChange
	for _, ref := range after {
		was, known := old[ref.Name]
		delete(old, ref.Name)
		switch {
		case !known:
			changes = append(changes, slipway.RefChange{Name: ref.Name, Old: slipway.ZeroSHA, New: ref.SHA, Known: seen[ref.SHA]})
		case was != ref.SHA:
			changes = append(changes, slipway.RefChange{Name: ref.Name, Old: was, New: ref.SHA})
		}
	}
	for name, was := range old {
		changes = append(changes, slipway.RefChange{Name: name, Old: was, New: slipway.ZeroSHA})
	}
	slices.SortFunc(changes, func(a, b slipway.RefChange) int { return cmp.Compare(a.Name, b.Name) })
	return changes
}

const branchPrefix = "refs/heads/"

// firstBranch picks the default branch at the first push, when the configured one is not among what was pushed: main, else
// master, else the first by name. Empty: the default branch stays as it is.
func firstBranch(look refSync) string {
	if slices.ContainsFunc(look.known, isBranch) {
		return ""
	}
	var names []string
	for _, ref := range look.standing {
		if isBranch(ref) {
			names = append(names, strings.TrimPrefix(ref.Name, branchPrefix))
		}
	}
	if len(names) == 0 || slices.Contains(names, look.repository.DefaultBranch) {
		return ""
	}
	for _, usual := range []string{"main", "master"} {
		if slices.Contains(names, usual) {
			return usual
		}
	}
	return slices.Min(names)
}

func isBranch(ref slipway.Ref) bool { return strings.HasPrefix(ref.Name, branchPrefix) }
