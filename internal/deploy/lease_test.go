package deploy_test

import (
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// TestARenameHoldsItsRepository: while one node renames, another neither ends that nor begins to write in the repository.
func TestARenameHoldsItsRepository(t *testing.T) {
	w := newWorld(t)
	r, elsewhere, other := w.repository("corp", "one"), w.repository("corp", "else"), w.decisions()
	other.SetMovePatience(10 * time.Millisecond)
	moves := 0
	w.git.before = func(what string, _ *slipway.Repository) error {
		if what != "move" {
			return nil
		}
		if moves++; moves > 1 {
			return nil
		}
		w.must(other.RecoverFolders(w.ctx))
		_, err := other.BeginPush(w.ctx, w.admin, r)
		w.refused(err, slipway.Unavailable, "A repository of that name is being renamed or deleted. Please try again.")
		_, err = other.BeginPush(w.ctx, w.admin, elsewhere)
		w.must(err)
		return nil
	}
	renamed, err := w.RenameRepository(w.ctx, w.admin, r, "two")
	w.must(err)
	if moves != 1 {
		t.Errorf("the folder was moved %d times", moves)
	}
	_, err = other.BeginPush(w.ctx, w.admin, renamed)
	w.must(err)
}

// TestADeadNodesRenameIsEnded: once its lease is over, by whoever comes first; who held it then changes nothing any more.
func TestADeadNodesRenameIsEnded(t *testing.T) {
	w := newWorld(t)
	r := w.repository("corp", "one")
	dead := deploy.FolderMove{RepositoryID: r.ID, Owner: "corp", Name: "one", Target: "two", ActorID: w.admin.Account.ID}
	w.must(w.store.Update(w.ctx, 0, func(tx deploy.Tx) error { return tx.InsertFolderMove(&dead, deploy.MoveLease) }))
	other := w.decisions()
	named := func(want string) {
		t.Helper()
		w.must(other.RecoverFolders(w.ctx))
		found, err := other.FindRepositoryByID(w.ctx, w.admin, r.ID)
		if err != nil || found.Repository.Name != want {
			t.Errorf("%s, %v; want %s", found.Repository.Name, err, want)
		}
	}
	named("one")
	w.time.add(deploy.MoveLease)
	taken := dead
	w.must(w.store.Update(w.ctx, 0, func(tx deploy.Tx) error { return tx.LeaseFolderMove(&taken, deploy.MoveLease) }))
	w.must(w.FinishMove(w.ctx, dead))
	named("one")
	w.time.add(deploy.MoveLease)
	named("two")
	before := w.lastEvent()
	w.must(w.FinishMove(w.ctx, taken))
	if names := w.names(before); names != "" {
		t.Errorf("it was told twice: %s", names)
	}
}
