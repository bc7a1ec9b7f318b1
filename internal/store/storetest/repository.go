package storetest

import (
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func repositories(w *world) {
	owner := w.account("Acme")
	pushed, push := w.now.Add(-time.Hour), int64(7)
	r := slipway.Repository{
		Owner: owner, Name: "Web", Private: true, Description: "the \"site\"", Homepage: "https://x.example", DefaultBranch: "main", Archived: true,
		CreatedAt: w.now, UpdatedAt: w.now, PushedAt: &pushed, LastPushID: &push,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertRepository(&r) })
	byID := func(tx deploy.Tx) (slipway.Repository, error) { return tx.Repository(r.ID) }
	w.same("by id", read(w, byID), r)
	w.same("by name", read(w, func(tx deploy.Tx) (slipway.Repository, error) { return tx.RepositoryByName("ACME", "web") }), r)

	w.update(r.ID, func(tx deploy.Tx) error { return tx.SetPushed(r.ID, w.now, 8) })
	push8 := int64(8)
	r.PushedAt, r.LastPushID = &w.now, &push8
	r.Name, r.Private, r.Archived, r.DefaultBranch, r.Description, r.Homepage, r.UpdatedAt = "site", false, false, "trunk", "", "", w.now.Add(time.Hour)
	w.update(0, func(tx deploy.Tx) error { return tx.SetRepository(r) })
	w.same("changed", read(w, byID), r)

	other := w.repository("other")
	w.same("after", read(w, func(tx deploy.Tx) ([]slipway.Repository, error) { return tx.RepositoriesAfter(r.ID, 5) }), []slipway.Repository{other})
	w.same("limited", read(w, func(tx deploy.Tx) ([]slipway.Repository, error) { return tx.RepositoriesAfter(0, 1) }), []slipway.Repository{r})

	w.update(0, func(tx deploy.Tx) error {
		return tx.InsertRepository(&slipway.Repository{Owner: owner, Name: "secret", Private: true})
	})
	w.view(func(tx deploy.Tx) error {
		public, private, err := tx.CountRepositories(owner.ID)
		w.same("public, private", []int{public, private}, []int{1, 1})
		return err
	})
	w.view(func(tx deploy.Tx) error {
		public, private, err := tx.CountRepositories(99)
		w.same("nobody's", []int{public, private}, []int{0, 0})
		return err
	})

	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.InsertRepository(&slipway.Repository{Owner: owner, Name: "SITE"})
	})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Repository(99); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.RepositoryByName("acme", "web"); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.RepositoryByName("nobody", "site"); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetPushed(99, w.now, 1) })
}

func collaborators(w *world) {
	r, a := w.repository("r"), w.account("a")
	role := func(tx deploy.Tx) (slipway.Role, error) { return tx.Collaborator(r.ID, a.ID) }
	w.same("at first", read(w, role), slipway.RoleNone)
	for _, want := range []slipway.Role{slipway.RoleRead, slipway.RoleAdmin, slipway.RoleTriage, slipway.RoleNone} {
		w.update(r.ID, func(tx deploy.Tx) error { return tx.SetCollaborator(r.ID, a.ID, want) })
		w.same("role", read(w, role), want)
	}
	w.same("elsewhere", read(w, func(tx deploy.Tx) (slipway.Role, error) { return tx.Collaborator(99, a.ID) }), slipway.RoleNone)
}

func refs(w *world) {
	r, other := w.repository("r"), w.repository("other")
	set := func(changes ...slipway.RefChange) {
		w.update(r.ID, func(tx deploy.Tx) error { return tx.SetRefs(r.ID, changes) })
	}
	list := func(tx deploy.Tx) ([]slipway.Ref, error) { return tx.ListRefs(r.ID) }
	w.same("none", read(w, list), []slipway.Ref(nil))
	set()
	set(
		slipway.RefChange{Name: "refs/tags/v1", Old: slipway.ZeroSHA, New: sha(1)},
		slipway.RefChange{Name: "refs/heads/main", Old: slipway.ZeroSHA, New: sha(2)},
		slipway.RefChange{Name: "refs/heads/Main", Old: slipway.ZeroSHA, New: sha(3)},
	)
	set(
		slipway.RefChange{Name: "refs/heads/main", Old: sha(2), New: sha(4)},
		slipway.RefChange{Name: "refs/tags/v1", Old: sha(1), New: slipway.ZeroSHA},
		slipway.RefChange{Name: "refs/heads/never", Old: sha(1), New: slipway.ZeroSHA},
	)
	want := []slipway.Ref{{Name: "refs/heads/Main", SHA: sha(3)}, {Name: "refs/heads/main", SHA: sha(4)}}
	w.same("by name", read(w, list), want)
	w.same("one", read(w, func(tx deploy.Tx) (slipway.Ref, error) { return tx.Ref(r.ID, "refs/heads/main") }), want[1])
	w.same("another repository's", read(w, func(tx deploy.Tx) ([]slipway.Ref, error) { return tx.ListRefs(other.ID) }), []slipway.Ref(nil))
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Ref(r.ID, "refs/tags/v1"); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Ref(other.ID, "refs/heads/main"); return err })
}

func intents(w *world) {
	r, other := w.repository("r"), w.repository("other")
	merge := slipway.Intent{RepositoryID: r.ID, Ref: "refs/heads/main", Old: sha(1), New: sha(2), ActorID: r.Owner.ID, CreatedAt: w.now}
	push := slipway.Intent{RepositoryID: r.ID, ActorID: r.Owner.ID, CreatedAt: w.now}
	elsewhere := slipway.Intent{RepositoryID: other.ID, ActorID: r.Owner.ID, CreatedAt: w.now}
	for _, i := range []*slipway.Intent{&merge, &push, &elsewhere} {
		w.update(i.RepositoryID, func(tx deploy.Tx) error { return tx.InsertIntent(i) })
	}
	list := func(tx deploy.Tx) ([]slipway.Intent, error) { return tx.Intents(r.ID) }
	w.same("oldest first", read(w, list), []slipway.Intent{merge, push})
	w.same("where", read(w, deploy.Tx.RepositoriesWithIntents), []int64{r.ID, other.ID})
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveIntents([]int64{merge.ID, 99}) })
	w.same("one removed", read(w, list), []slipway.Intent{push})
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveIntents([]int64{push.ID}) })
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveIntents(nil) })
	w.same("where", read(w, deploy.Tx.RepositoriesWithIntents), []int64{other.ID})
}
