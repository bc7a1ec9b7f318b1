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
	refsAtOnce     = 500              // changes recorded in one transaction: others write in between
	syncTries      = 20               // when other nodes record moves of the same refs meanwhile
	forcedPatience = 20 * time.Second // spent on finding out which moves were forced
)

// errRefsMoved says that somebody else has recorded a move between our look at the table and our transaction.
var errRefsMoved = errors.New("deploy: refs were recorded meanwhile")

// SyncRefs compares where the refs of a repository stand in git with where they stood when their moves were last recorded,
// records a push event for every difference and clears the intents of moves that are over (decisions §5). The first branches
// ever decide the default branch, if there is none of that name. Calls for one repository run one after another, so no move
// is recorded twice; what moves while it looks is left to the call that follows every move.
//
// A failure leaves the repository on the list of the housekeeping loop, which tries again.
func (d *Decisions) SyncRefs(ctx context.Context, repositoryID int64) (err error) {
	release, err := d.locks.take(ctx, "refs "+strconv.FormatInt(repositoryID, 10))
	if err != nil {
		d.owed.add(repositoryID)
		return err
	}
	defer release()
	over := d.owed.take(repositoryID)
	defer func() {
		if err != nil && slipway.KindOf(err) != slipway.NotFound {
			d.owed.add(repositoryID, over...)
		}
	}()
	for range syncTries {
		err = d.syncOnce(ctx, repositoryID, over)
		if !errors.Is(err, errRefsMoved) {
			return err
		}
	}
	return slipway.Because(slipway.Unavailable, "deploy: refs of a repository move too fast to be recorded", err)
}

// refSync is one look at a repository: what the table says and what git says.
type refSync struct {
	repository slipway.Repository
	known      []slipway.Ref // the table
	standing   []slipway.Ref // git, read after the table
	branch     string        // the new default branch; empty: as it is
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
	if look.branch = firstBranch(look); look.branch != "" {
		if err := d.git.SetHead(ctx, &look.repository, look.branch); err != nil {
			return err
		}
	}
	for first := true; first || len(changes) > 0; first = false {
		batch := changes[:min(len(changes), refsAtOnce)]
		changes = changes[len(batch):]
		done := over
		if len(changes) > 0 {
			done = nil // intents are kept until everything is recorded
		}
		if err := d.recordMoves(ctx, look, batch, over, done); err != nil {
			return err
		}
		look.branch = ""
	}
	return nil
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
	for _, ref := range before {
		old[ref.Name] = ref.SHA
	}
	var changes []slipway.RefChange
	for _, ref := range after {
		was, known := old[ref.Name]
		delete(old, ref.Name)
		switch {
		case !known:
			changes = append(changes, slipway.RefChange{Name: ref.Name, Old: slipway.ZeroSHA, New: ref.SHA})
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

// recordMoves records some moves in one transaction: the table, a push event each, when the repository was last pushed to,
// and the end of the intents that are done. over are the intents whose pushes made the moves.
func (d *Decisions) recordMoves(ctx context.Context, look refSync, moves []slipway.RefChange, over, done []int64) error {
	id := look.repository.ID
	return d.update(ctx, id, func(tx Tx) error {
		if err := stillStanding(tx, id, moves); err != nil {
			return err
		}
		if err := recordPushes(tx, id, moves, over); err != nil {
			return err
		}
		if look.branch != "" {
			if err := setDefaultBranch(tx, id, look.branch); err != nil {
				return err
			}
		}
		if len(done) == 0 {
			return nil
		}
		return tx.RemoveIntents(done)
	})
}

// stillStanding makes sure that the table has not moved since it was looked at, as another node might have made it.
func stillStanding(tx Tx, repositoryID int64, moves []slipway.RefChange) error {
	for _, c := range moves {
		ref, err := tx.Ref(repositoryID, c.Name)
		if slipway.KindOf(err) == slipway.NotFound {
			ref.SHA, err = slipway.ZeroSHA, nil
		}
		if err != nil {
			return err
		}
		if ref.SHA != c.Old {
			return errRefsMoved
		}
	}
	return nil
}

func recordPushes(tx Tx, repositoryID int64, moves []slipway.RefChange, over []int64) error {
	if len(moves) == 0 {
		return nil
	}
	intents, err := tx.Intents(repositoryID)
	if err != nil {
		return err
	}
	var newest int64
	for _, c := range moves {
		newest, err = tx.Record(slipway.Event{
			RepositoryID: repositoryID, ActorID: mover(c, intents, over), Kind: "push", Subject: slipway.Subject{Push: &c}.Encode(),
		})
		if err != nil {
			return err
		}
	}
	if err := tx.SetRefs(repositoryID, moves); err != nil {
		return err
	}
	if err := tx.SetPushed(repositoryID, tx.Now(), newest); err != nil {
		return err
	}
	return tx.BumpAuthVersion() // what is remembered of the repository says when it was pushed to
}

// mover is who moved a ref: whoever meant to move just that one, else whose push is over, else whose push is under way, else
// the server, which stands for people who edit the folder.
func mover(c slipway.RefChange, intents []slipway.Intent, over []int64) int64 {
	for _, means := range []func(slipway.Intent) bool{
		func(i slipway.Intent) bool {
			return i.Ref == c.Name && i.Old == c.Old && (i.New == "" || i.New == c.New)
		},
		func(i slipway.Intent) bool { return i.Ref == "" && slices.Contains(over, i.ID) },
		func(i slipway.Intent) bool { return i.Ref == "" },
	} {
		if n := slices.IndexFunc(intents, means); n >= 0 {
			return intents[n].ActorID
		}
	}
	return botID
}

func setDefaultBranch(tx Tx, repositoryID int64, branch string) error {
	r, err := tx.Repository(repositoryID)
	if err != nil {
		return err
	}
	r.DefaultBranch, r.UpdatedAt = branch, tx.Now()
	if err := tx.SetRepository(r); err != nil {
		return err
	}
	if err := record(tx, slipway.Actor{}, repositoryID, "repository", "edited", slipway.Subject{}); err != nil {
		return err
	}
	return tx.BumpAuthVersion()
}

// SyncAll reconciles every repository, one after another. One that fails stands in nobody's way: it is logged.
func (d *Decisions) SyncAll(ctx context.Context) error {
	for after := int64(0); ; {
		var page []slipway.Repository
		err := d.store.View(ctx, func(tx Tx) (err error) {
			page, err = tx.RepositoriesAfter(after, readAtOnce)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			after = r.ID
			if err := d.SyncRefs(ctx, r.ID); err != nil {
				if ctx.Err() != nil {
					return err
				}
				d.log.Warn("refs could not be reconciled", "repository", r.FullName(), "error", err)
			}
		}
	}
}

// RecoverIntents finishes what a killed server left half done: in every repository with an unfinished intent it removes
// git's stale locks and records the moves that happened. It is called before the server is ready. A damaged repository is
// logged and does not keep the server from starting.
func (d *Decisions) RecoverIntents(ctx context.Context) error {
	var left map[int64][]int64
	err := d.store.View(ctx, func(tx Tx) error {
		left = make(map[int64][]int64)
		repositories, err := tx.RepositoriesWithIntents()
		if err != nil {
			return err
		}
		for _, id := range repositories {
			intents, err := tx.Intents(id)
			if err != nil {
				return err
			}
			for _, i := range intents {
				left[id] = append(left[id], i.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for id, intents := range left {
		if err := d.recoverOne(ctx, id, intents); err != nil {
			if ctx.Err() != nil || slipway.KindOf(err) == slipway.Full {
				return err
			}
			d.log.Warn("an interrupted push could not be recorded", "repository", id, "error", err)
		}
	}
	return nil
}

func (d *Decisions) recoverOne(ctx context.Context, id int64, intents []int64) error {
	d.owed.add(id, intents...)
	r, err := d.repository(ctx, id)
	if err != nil {
		return err
	}
	if err := d.git.Heal(ctx, &r); err != nil {
		return err
	}
	return d.SyncRefs(ctx, id)
}
