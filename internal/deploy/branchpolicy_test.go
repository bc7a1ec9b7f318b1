package deploy_test

import (
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestBranchPoliciesComeAndGoWithTheirRule(t *testing.T) {
	w := newWorld(t)
	put := func(policy *slipway.BranchPolicy) {
		t.Helper()
		w.must(second(w.PutEnvironment(w.ctx, w.admin, w.repo, "Prod/EU", slipway.EnvironmentRequest{BranchPolicy: policy})))
	}
	total := func() int {
		t.Helper()
		list, err := w.ListBranchPolicies(w.ctx, w.repo, "prod/eu", deploy.Page{Number: 1, Size: 30})
		w.must(err)
		return list.Total
	}
	main := slipway.DeploymentBranchPolicyRequest{Name: "main"}
	refuse := func() {
		t.Helper()
		_, _, err := w.CreateBranchPolicy(w.ctx, w.admin, w.repo, "prod/eu", main)
		w.refused(err, slipway.NotFound, "Not Found")
	}
	refuse() // no environment
	put(nil)
	refuse()
	put(&slipway.BranchPolicy{ProtectedBranches: true})
	refuse()
	custom := &slipway.BranchPolicy{CustomBranchPolicies: true}
	put(custom)
	before := w.lastEvent()
	first, made, err := w.CreateBranchPolicy(w.ctx, w.admin, w.repo, "prod/eu", main)
	w.must(err)
	again, madeAgain, err := w.CreateBranchPolicy(w.ctx, w.admin, w.repo, "PROD/EU", main)
	w.must(err)
	if !made || madeAgain || first != again || first.Type != slipway.BranchRef {
		t.Errorf("%+v, %+v", first, again)
	}
	tag, made, err := w.CreateBranchPolicy(w.ctx, w.admin, w.repo, "prod/eu", slipway.DeploymentBranchPolicyRequest{Name: "main", Type: slipway.TagRef})
	w.must(err)
	if !made || total() != 2 {
		t.Errorf("%+v, %d", tag, total())
	}
	put(custom) // as clients do who send all they know
	if total() != 2 {
		t.Error("the same rule again lost its patterns")
	}
	renamed, err := w.RenameBranchPolicy(w.ctx, w.admin, w.repo, "prod/eu", first.ID, "release/*")
	w.must(err)
	if renamed.ID != first.ID || renamed.Name != "release/*" {
		t.Errorf("%+v", renamed)
	}
	w.must(second(w.RenameBranchPolicy(w.ctx, w.admin, w.repo, "prod/eu", first.ID, "release/*")))
	w.must(w.DeleteBranchPolicy(w.ctx, w.admin, w.repo, "prod/eu", tag.ID))
	w.refused(w.DeleteBranchPolicy(w.ctx, w.admin, w.repo, "prod/eu", tag.ID), slipway.NotFound, "Not Found")
	const edited = "environment/edited"
	if names := w.names(before); names != edited+" "+edited+" "+edited+" "+edited+" "+edited {
		t.Errorf("events: %s", names)
	}
	put(&slipway.BranchPolicy{ProtectedBranches: true})
	put(custom)
	if total() != 0 {
		t.Error("patterns outlived their rule")
	}
}

func TestRefusedBranchPoliciesChangeNothing(t *testing.T) {
	w := newWorld(t)
	custom := &slipway.BranchPolicy{CustomBranchPolicies: true}
	w.must(second(w.PutEnvironment(w.ctx, w.admin, w.repo, "qa", slipway.EnvironmentRequest{BranchPolicy: custom})))
	w.must(second(w.PutEnvironment(w.ctx, w.admin, w.repo, "other", slipway.EnvironmentRequest{BranchPolicy: custom})))
	a, _, err := w.CreateBranchPolicy(w.ctx, w.admin, w.repo, "qa", slipway.DeploymentBranchPolicyRequest{Name: "a"})
	w.must(err)
	_, _, err = w.CreateBranchPolicy(w.ctx, w.admin, w.repo, "qa", slipway.DeploymentBranchPolicyRequest{Name: "b"})
	w.must(err)
	archived := w.repo
	archived.Archived = true
	before := w.dump()
	_, _, err = w.CreateBranchPolicy(w.ctx, w.admin, w.repo, "qa", slipway.DeploymentBranchPolicyRequest{})
	kindIs(t, err, slipway.Invalid)
	_, _, err = w.CreateBranchPolicy(w.ctx, w.admin, archived, "qa", slipway.DeploymentBranchPolicyRequest{Name: "c"})
	kindIs(t, err, slipway.Forbidden)
	_, err = w.RenameBranchPolicy(w.ctx, w.admin, w.repo, "qa", a.ID, "b")
	kindIs(t, err, slipway.Invalid)
	_, err = w.RenameBranchPolicy(w.ctx, w.admin, w.repo, "qa", a.ID, "")
	kindIs(t, err, slipway.Invalid)
	_, err = w.RenameBranchPolicy(w.ctx, w.admin, archived, "qa", a.ID, "c")
	kindIs(t, err, slipway.Forbidden)
	_, err = w.RenameBranchPolicy(w.ctx, w.admin, w.repo, "other", a.ID, "c")
	kindIs(t, err, slipway.NotFound)
	kindIs(t, w.DeleteBranchPolicy(w.ctx, w.admin, archived, "qa", a.ID), slipway.Forbidden)
	kindIs(t, w.DeleteBranchPolicy(w.ctx, w.admin, w.repo, "other", a.ID), slipway.NotFound)
	_, err = w.BranchPolicy(w.ctx, w.repo, "other", a.ID)
	kindIs(t, err, slipway.NotFound)
	if w.dump() != before {
		t.Error("something was left behind")
	}
}

func TestWhoeverForgetsCanAdminsBypassDoesNotLoosenIt(t *testing.T) {
	w := newWorld(t)
	no := false
	e, err := w.PutEnvironment(w.ctx, w.admin, w.repo, "qa", slipway.EnvironmentRequest{CanAdminsBypass: &no})
	w.must(err)
	again, err := w.PutEnvironment(w.ctx, w.admin, w.repo, "qa", slipway.EnvironmentRequest{WaitTimer: 3})
	w.must(err)
	if e.CanAdminsBypass || again.CanAdminsBypass {
		t.Errorf("%+v, %+v", e, again)
	}
}

func kindIs(t *testing.T, err error, want slipway.Kind) {
	t.Helper()
	if err == nil || slipway.KindOf(err) != want {
		t.Errorf("%v, want %v", err, want)
	}
}
