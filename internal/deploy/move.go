package deploy

import (
	"context"
	"errors"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// refsAtOnce is how many moves one transaction records: others write in between.
const refsAtOnce = 500

// errRefsMoved says that somebody else has recorded a move between our look at the table and our transaction.
var errRefsMoved = errors.New("deploy: refs were recorded meanwhile")

// moves are what one transaction records.
type moves struct {
	repositoryID int64
	refs         []slipway.RefChange
	branch       string  // the new default branch; empty: as it is
	over         []int64 // intents that nobody works on any more
	last         bool    // nothing remains to be recorded: the intents are cleared
}

// recordAll records moves in as many transactions as they need. The new default branch goes with the first, before any branch
// is known, and the end of the intents with the last.
func (d *Decisions) recordAll(ctx context.Context, m moves) error {
	for len(m.refs) > refsAtOnce {
		part := m
		part.refs, part.last = m.refs[:refsAtOnce], false
		if err := d.recordMoves(ctx, part); err != nil {
			return err
		}
		m.refs, m.branch = m.refs[refsAtOnce:], ""
	}
	return d.recordMoves(ctx, m)
}

// recordMoves records some moves in one transaction: the table, a push event each, when the repository was last pushed to,
// and the end of the intents.
func (d *Decisions) recordMoves(ctx context.Context, m moves) error {
	return d.update(ctx, m.repositoryID, func(tx Tx) error {
		if err := stillStanding(tx, m.repositoryID, m.refs); err != nil {
			return err
		}
		if err := recordPushes(tx, m.repositoryID, m.refs, m.over); err != nil {
			return err
		}
		if m.branch != "" {
			if err := setDefaultBranch(tx, m.repositoryID, m.branch); err != nil {
				return err
			}
		}
		if !m.last || len(m.over) == 0 {
			return nil
		}
		return tx.RemoveIntents(m.over)
	})
}

// recordMove records a move that we have made ourselves, without looking at the other refs of the repository, which may be
// many. Where the table did not know where that ref stood, it is a case for SyncRefs.
func (d *Decisions) recordMove(ctx context.Context, repositoryID int64, c slipway.RefChange, intent int64) error {
	release, err := d.locks.take(ctx, refsLock(repositoryID))
	if err != nil {
		d.owed.add(repositoryID, intent)
		return err
	}
	err = d.recordMoves(ctx, moves{repositoryID: repositoryID, refs: []slipway.RefChange{c}, over: []int64{intent}, last: true})
	release()
	switch {
	case errors.Is(err, errRefsMoved):
		return d.EndPush(ctx, repositoryID, intent)
	case err != nil:
		d.owed.add(repositoryID, intent)
	}
	return err
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
