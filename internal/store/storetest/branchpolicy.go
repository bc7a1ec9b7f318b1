package storetest

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func branchPolicies(w *world) {
	r := w.repository("r")
	ensure := func(name string) (e slipway.Environment) {
		w.update(r.ID, func(tx deploy.Tx) (err error) {
			e, _, err = tx.EnsureEnvironment(r.ID, name)
			return err
		})
		return e
	}
	e, other := ensure("production"), ensure("qa")
	insert := func(e slipway.Environment, kind slipway.RefKind, name string) slipway.DeploymentBranchPolicy {
		p := slipway.DeploymentBranchPolicy{EnvironmentID: e.ID, Name: name, Type: kind}
		w.update(r.ID, func(tx deploy.Tx) error { return tx.InsertBranchPolicy(&p) })
		return p
	}
	first := insert(e, slipway.BranchRef, "Release/*")
	tag := insert(e, slipway.TagRef, "Release/*")
	lower := insert(e, slipway.BranchRef, "release/*")
	elsewhere := insert(other, slipway.BranchRef, "Release/*")
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.InsertBranchPolicy(&slipway.DeploymentBranchPolicy{EnvironmentID: e.ID, Name: "Release/*", Type: slipway.BranchRef})
	})

	w.same("by id", read(w, func(tx deploy.Tx) (slipway.DeploymentBranchPolicy, error) { return tx.BranchPolicy(e.ID, tag.ID) }), tag)
	w.same("by name", read(w, func(tx deploy.Tx) (slipway.DeploymentBranchPolicy, error) {
		return tx.BranchPolicyByName(e.ID, slipway.BranchRef, "release/*")
	}), lower)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.BranchPolicy(other.ID, tag.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error {
		_, err := tx.BranchPolicyByName(e.ID, slipway.TagRef, "release/*")
		return err
	})
	list := func(p deploy.Page) []slipway.DeploymentBranchPolicy {
		return read(w, func(tx deploy.Tx) ([]slipway.DeploymentBranchPolicy, error) { return tx.ListBranchPolicies(e.ID, p) })
	}
	count := func(tx deploy.Tx) (int, error) { return tx.CountBranchPolicies(e.ID) }
	w.same("oldest first", list(all()), []slipway.DeploymentBranchPolicy{first, tag, lower})
	w.same("second page", list(deploy.Page{Number: 2, Size: 2}), []slipway.DeploymentBranchPolicy{lower})
	w.same("count", read(w, count), 3)

	lower.Name = "hotfix/**/*"
	w.update(r.ID, func(tx deploy.Tx) error { return tx.SetBranchPolicy(lower) })
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.SetBranchPolicy(slipway.DeploymentBranchPolicy{ID: lower.ID, EnvironmentID: e.ID, Name: first.Name, Type: lower.Type})
	})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error {
		return tx.SetBranchPolicy(slipway.DeploymentBranchPolicy{ID: lower.ID, EnvironmentID: other.ID, Name: "x"})
	})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveBranchPolicy(other.ID, first.ID) })
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveBranchPolicy(e.ID, first.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveBranchPolicy(e.ID, first.ID) })
	w.same("one renamed, one removed", list(all()), []slipway.DeploymentBranchPolicy{tag, lower})

	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveBranchPolicies(e.ID) })
	w.same("all removed", list(all()), []slipway.DeploymentBranchPolicy(nil))
	w.same("count", read(w, count), 0)
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveEnvironment(r.ID, other.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.BranchPolicy(other.ID, elsewhere.ID); return err })
}

// protectedBranches: no list and an empty one are not the same.
func protectedBranches(w *world) {
	r := w.repository("r")
	for _, patterns := range [][]string{nil, {}, {"main", "release/*"}, nil} {
		r.Protected = patterns
		w.update(0, func(tx deploy.Tx) error { return tx.SetRepository(r) })
		got := read(w, func(tx deploy.Tx) (slipway.Repository, error) { return tx.Repository(r.ID) })
		w.same("patterns", got.Protected, patterns)
		if (got.Protected == nil) != (patterns == nil) {
			w.Errorf("%#v became %#v", patterns, got.Protected)
		}
	}
}
