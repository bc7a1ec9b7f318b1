package deploy

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Folders remembers which repositories' folders are about to move, and what repositories used to be called.
type Folders interface {
	InsertFolderMove(m *FolderMove, lease time.Duration) error // Conflict when that repository's folder is on the move already
	LeaseFolderMove(m *FolderMove, lease time.Duration) error  // Conflict when another node is at it, or it is over
	EndFolderLease(m FolderMove) error
	FolderMoves() ([]FolderMove, error) // oldest first
	RemoveFolderMove(m FolderMove) error
	SetFormerName(r slipway.Repository, name string) error
	ForgetFormerName(ownerID int64, name string) error
	RemoveRepository(id int64) error // out of sight, with its hooks; its rows are removed later
}

// FolderMove is an intent: a repository's folder is to get another name, or to go. It is written before the folder moves and
// removed in the transaction that makes the move known, so that whoever is killed in between is followed by somebody who ends
// it. It is the repository's lease as well (decisions §5): while it lasts no other node ends the move, and nobody begins to
// write in the repository; the fence tells who has been followed by somebody else in the meantime.
type FolderMove struct {
	RepositoryID int64
	Owner, Name  string // where it lies
	Target       string // the name it gets; empty: it goes
	ActorID      int64
	Fence        int64 // rises with each lease
	Leased       bool  // somebody is at it
}

// moveLease is how long a move may take. Git waits for writers for a part of it, and the rest is moments.
const moveLease = 15 * time.Second

// touches reports whether a name is on one end of the move.
func (m FolderMove) touches(owner, name string) bool {
	return slipway.Key(m.Owner) == slipway.Key(owner) &&
		(slipway.Key(m.Name) == slipway.Key(name) || m.Target != "" && slipway.Key(m.Target) == slipway.Key(name))
}

// RenameRepository gives a repository another name. Its old name leads to it until another repository takes that (contract
// 1.1). Pushes and merges that are under way are not lost: they end in the renamed repository. Invalid when the name is taken.
func (d *Decisions) RenameRepository(ctx context.Context, a slipway.Actor, r slipway.Repository, name string) (slipway.Repository, error) {
	if err := slipway.CheckRepositoryName(name); err != nil {
		return slipway.Repository{}, err
	}
	release, err := d.locks.take(ctx, "name "+slipway.Key(r.Owner.Login)+"/"+slipway.Key(name))
	if err != nil {
		return slipway.Repository{}, err
	}
	defer release()
	m, err := d.beginRename(ctx, a, r.ID, name)
	if err != nil {
		return slipway.Repository{}, err
	}
	if err := d.finishMove(context.WithoutCancel(ctx), m); err != nil {
		return slipway.Repository{}, err
	}
	return d.repository(ctx, r.ID)
}

// beginRename writes the intent, if the name is free.
func (d *Decisions) beginRename(ctx context.Context, a slipway.Actor, id int64, name string) (m FolderMove, err error) {
	err = d.store.Update(ctx, wholeServer, func(tx Tx) error {
		r, err := tx.Repository(id)
		if err != nil {
			return notFound(err)
		}
		if err := nameIsFree(tx, r.Owner.Login, name, id); err != nil {
			return err
		}
		m = FolderMove{RepositoryID: id, Owner: r.Owner.Login, Name: r.Name, Target: name, ActorID: actorID(a)}
		return tx.InsertFolderMove(&m, moveLease)
	})
	if slipway.KindOf(err) == slipway.Conflict {
		return m, errOnTheMove()
	}
	return m, err
}

// nameIsFree refuses a name that a repository other than id has, or that a folder is about to get or to leave.
func nameIsFree(tx Tx, owner, name string, id int64) error {
	other, err := tx.RepositoryByName(owner, name)
	switch {
	case err == nil && other.ID != id:
		return errNameTaken()
	case err != nil && slipway.KindOf(err) != slipway.NotFound:
		return err
	}
	moves, err := tx.FolderMoves()
	if err != nil {
		return err
	}
	for _, m := range moves {
		if m.touches(owner, name) {
			return errOnTheMove()
		}
	}
	return nil
}

func errNameTaken() error {
	return repositoryError("name", "custom", "name already exists on this account")
}

var errMoving = errors.New("deploy: the repository's folder is on the move")

// errOnTheMove asks for a moment's patience: somebody is just renaming or deleting.
func errOnTheMove() error {
	return &slipway.Error{
		Kind: slipway.Unavailable, Message: "A repository of that name is being renamed or deleted. Please try again.",
		RetryAfter: time.Second, Err: errMoving,
	}
}

// standsStill refuses to write in a repository whose folder somebody moves.
func standsStill(tx Tx, repositoryID int64) error {
	moves, err := tx.FolderMoves()
	if slices.ContainsFunc(moves, func(m FolderMove) bool { return m.RepositoryID == repositoryID && m.Leased }) {
		return errOnTheMove()
	}
	return err
}

// How long somebody who wants to write in a repository waits for its folder to arrive, and how often they look.
const (
	movePatience = 8 * time.Second
	movePause    = 50 * time.Millisecond
)

// onceStill runs a decision again until no folder is on the move that it wants to write in, for a bounded time.
func (d *Decisions) onceStill(ctx context.Context, decide func() error) error {
	ctx, cancel := context.WithTimeout(ctx, d.movePatience)
	defer cancel()
	for {
		err := decide()
		if !errors.Is(err, errMoving) {
			return err
		}
		select {
		case <-time.After(movePause):
		case <-ctx.Done():
			return err
		}
	}
}

// finishMove moves the folder and makes it known. What fails after the folder has moved is tried again by the housekeeping,
// and by the next start: a move is never taken back.
func (d *Decisions) finishMove(ctx context.Context, m FolderMove) (err error) {
	defer func() {
		if err != nil && slipway.KindOf(err) != slipway.Invalid {
			d.unfinished.Store(true)
			_ = d.store.Update(ctx, wholeServer, func(tx Tx) error { return tx.EndFolderLease(m) }) // else it ends by itself
		}
	}()
	from := slipway.Repository{ID: m.RepositoryID, Owner: slipway.Account{Login: m.Owner}, Name: m.Name}
	if m.Target == "" {
		if err := d.git.Remove(ctx, &from); err != nil {
			return err
		}
		d.unfinished.Store(true) // its rows are still there
		return d.dropMove(ctx, m)
	}
	to := from
	to.Name = m.Target
	switch err := d.git.Move(ctx, &from, &to); slipway.KindOf(err) {
	case slipway.Conflict: // somebody has put a folder there
		return firstOf(d.dropMove(ctx, m), errNameTaken())
	case slipway.NotFound: // the repository is damaged, and was before
		return firstOf(d.dropMove(ctx, m), damaged(err))
	default:
		if err != nil {
			return err
		}
	}
	return d.update(ctx, wholeServer, func(tx Tx) error { return m.rename(tx) })
}

// dropMove forgets a move that is over, or that cannot be.
func (d *Decisions) dropMove(ctx context.Context, m FolderMove) error {
	return d.store.Update(ctx, wholeServer, func(tx Tx) error { return tx.RemoveFolderMove(m) })
}

// rename makes a renamed folder known, unless somebody else has done so, or is about to.
func (m FolderMove) rename(tx Tx) error {
	moves, err := tx.FolderMoves()
	ours := func(other FolderMove) bool { return other.RepositoryID == m.RepositoryID && other.Fence == m.Fence }
	if err != nil || !slices.ContainsFunc(moves, ours) {
		return err
	}
	r, err := tx.Repository(m.RepositoryID)
	if err != nil {
		return notFound(err)
	}
	before := r.Name
	r.Name, r.UpdatedAt = m.Target, tx.Now()
	if err := tx.ForgetFormerName(r.Owner.ID, r.Name); err != nil {
		return err
	}
	if slipway.Key(before) != slipway.Key(r.Name) {
		if err := tx.SetFormerName(r, before); err != nil {
			return err
		}
	}
	if err := tx.SetRepository(r); err != nil {
		return err
	}
	if _, err := tx.Record(slipway.Event{
		RepositoryID: r.ID, ActorID: m.ActorID, Kind: "repository", Action: "renamed", Subject: slipway.Subject{Name: before}.Encode(),
	}); err != nil {
		return err
	}
	if err := tx.RemoveFolderMove(m); err != nil {
		return err
	}
	return tx.BumpAuthVersion()
}

// RemoveRepository deletes a repository for ever. It is gone at once, for everybody, with its hooks; its folder follows, then
// its rows, in small steps. What happened in it stays in the log.
func (d *Decisions) RemoveRepository(ctx context.Context, a slipway.Actor, r slipway.Repository) error {
	m := FolderMove{RepositoryID: r.ID, ActorID: actorID(a)}
	err := d.update(ctx, wholeServer, func(tx Tx) error {
		now, err := tx.Repository(r.ID)
		if err != nil {
			return notFound(err)
		}
		m.Owner, m.Name = now.Owner.Login, now.Name
		if err := tx.InsertFolderMove(&m, moveLease); slipway.KindOf(err) == slipway.Conflict {
			return errOnTheMove()
		} else if err != nil {
			return err
		}
		subject := slipway.Subject{AccountID: now.Owner.ID, Name: now.FullName()}
		if err := record(tx, a, r.ID, "repository", "deleted", subject); err != nil {
			return err
		}
		return tx.RemoveRepository(r.ID)
	})
	if err != nil {
		return err
	}
	if err := d.finishMove(context.WithoutCancel(ctx), m); err != nil {
		d.log.Warn("the folder of a deleted repository is removed later", "repository", m.Owner+"/"+m.Name, "error", err)
	}
	return nil // it is gone, whatever becomes of the folder
}

// RecoverFolders finishes what a killed server left half done: folders that were to move or to go. It is called before the
// server is ready. What cannot be done is logged, and tried again.
func (d *Decisions) RecoverFolders(ctx context.Context) error {
	var moves []FolderMove
	err := d.store.View(ctx, func(tx Tx) (err error) {
		moves, err = tx.FolderMoves()
		return err
	})
	if err != nil {
		return err
	}
	d.unfinished.Store(true) // there may be rows of deleted repositories
	for _, m := range moves {
		if err := d.takeOver(ctx, m); err != nil {
			if ctx.Err() != nil || slipway.KindOf(err) == slipway.Full {
				return err
			}
			d.log.Warn("a repository could not be renamed or removed", "repository", m.Owner+"/"+m.Name, "target", m.Target, "error", err)
		}
	}
	return nil
}

// takeOver ends a move that nobody is at any more. One that another node has leased is looked at later.
func (d *Decisions) takeOver(ctx context.Context, m FolderMove) error {
	err := d.store.Update(ctx, wholeServer, func(tx Tx) error { return tx.LeaseFolderMove(&m, moveLease) })
	if slipway.KindOf(err) == slipway.Conflict {
		d.unfinished.Store(true)
		return nil
	}
	return firstOf(err, d.finishMove(ctx, m))
}

// finishFolders ends what is left of renames and deletions.
func (d *Decisions) finishFolders(ctx context.Context) error {
	if !d.unfinished.Swap(false) {
		return nil
	}
	var moves []FolderMove
	err := d.store.View(ctx, func(tx Tx) (err error) {
		moves, err = tx.FolderMoves()
		return err
	})
	for _, m := range moves {
		err = firstOf(err, d.takeOver(ctx, m))
	}
	if err = firstOf(err, d.removeOld(ctx, d.now(), Tx.RemoveRemains)); err != nil {
		d.unfinished.Store(true)
	}
	return err
}
