package deploy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestPuttingAnEnvironmentReplacesItsRules(t *testing.T) {
	w := newWorld(t)
	ann := w.actor("ann", "repo").Account
	before := w.lastEvent()
	put := func(in slipway.EnvironmentRequest) slipway.Environment {
		t.Helper()
		w.time.add(time.Second)
		e, err := w.PutEnvironment(w.ctx, w.admin, w.repo, "Prod/EU", in)
		w.must(err)
		stored, err := w.Environment(w.ctx, w.repo, "prod/eu")
		w.must(err)
		if diff := cmp.Diff(e, stored); diff != "" {
			t.Errorf("the answer is not what was stored:\n%s", diff)
		}
		return e
	}
	full := slipway.EnvironmentRequest{
		WaitTimer: 30, PreventSelfReview: true,
		Reviewers:    []slipway.Reviewer{{Type: "User", ID: ann.ID}, {Type: "User", ID: ann.ID}},
		BranchPolicy: &slipway.BranchPolicy{ProtectedBranches: true},
	}
	first := put(full)
	if first.Name != "Prod/EU" || first.WaitTimer.Minutes != 30 || len(first.RequiredReviewers.Reviewers) != 1 ||
		first.RequiredReviewers.Reviewers[0].Account.Login != "ann" || !first.BranchPolicy.ProtectedBranches || !first.CanAdminsBypass {
		t.Errorf("%+v", first)
	}
	same := put(full)
	if same.WaitTimer.RuleID != first.WaitTimer.RuleID || !same.UpdatedAt.After(first.UpdatedAt) || same.ID != first.ID {
		t.Errorf("%+v after %+v", same, first)
	}
	full.BranchPolicy = &slipway.BranchPolicy{CustomBranchPolicies: true}
	if other := put(full); other.BranchPolicy.RuleID == first.BranchPolicy.RuleID || !other.BranchPolicy.CustomBranchPolicies {
		t.Errorf("%+v", other.BranchPolicy)
	}
	if none := put(slipway.EnvironmentRequest{}); none.WaitTimer != nil || none.RequiredReviewers != nil || none.BranchPolicy != nil {
		t.Errorf("%+v", none)
	}
	if names := w.names(before); names != "environment/created environment/edited environment/edited environment/edited" {
		t.Errorf("events: %s", names)
	}
}

func TestRefusedEnvironmentsChangeNothing(t *testing.T) {
	w := newWorld(t)
	yes := true
	secret, err := w.CreateRepository(w.ctx, slipway.Actor{Local: true}, deploy.NewRepository{Owner: "acme", Name: "secret", Private: &yes})
	w.must(err)
	stranger := w.actor("stranger", "repo").Account
	archived := w.repo
	archived.Archived = true
	reviewer := func(kind string, id int64) slipway.EnvironmentRequest {
		return slipway.EnvironmentRequest{Reviewers: []slipway.Reviewer{{Type: kind, ID: id}}}
	}
	for name, test := range map[string]struct {
		repo slipway.Repository
		name string
		in   slipway.EnvironmentRequest
		kind slipway.Kind
	}{
		"too long":          {w.repo, strings.Repeat("x", 256), slipway.EnvironmentRequest{}, slipway.Invalid},
		"no name":           {w.repo, " ", slipway.EnvironmentRequest{}, slipway.Invalid},
		"both":              {w.repo, "x", slipway.EnvironmentRequest{BranchPolicy: &slipway.BranchPolicy{ProtectedBranches: true, CustomBranchPolicies: true}}, slipway.Invalid},
		"unknown reviewer":  {w.repo, "x", reviewer("User", 999), slipway.Invalid},
		"a team":            {w.repo, "x", reviewer("Team", 1), slipway.Invalid},
		"an organization":   {w.repo, "x", reviewer("User", w.repo.Owner.ID), slipway.Invalid},
		"a bot":             {w.repo, "x", reviewer("User", 1), slipway.Invalid},
		"cannot read":       {secret, "x", reviewer("User", stranger.ID), slipway.Invalid},
		"archived":          {archived, "x", slipway.EnvironmentRequest{}, slipway.Forbidden},
		"thirty-one days":   {w.repo, "x", slipway.EnvironmentRequest{WaitTimer: 44640}, slipway.Invalid},
		"control character": {w.repo, "a\r\nb", slipway.EnvironmentRequest{}, slipway.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t)
			before := w.dump()
			_, err := w.PutEnvironment(w.ctx, w.admin, test.repo, test.name, test.in)
			if slipway.KindOf(err) != test.kind || err == nil {
				t.Errorf("%v", err)
			}
			if w.dump() != before {
				t.Error("something was left behind")
			}
		})
	}
	w.must(second(w.PutEnvironment(w.ctx, w.admin, secret, "x", reviewer("User", w.admin.Account.ID))))
	w.must(w.AddCollaborator(w.ctx, w.admin, "acme", "secret", "stranger", slipway.RoleRead))
	w.must(second(w.PutEnvironment(w.ctx, w.admin, secret, "x", reviewer("User", stranger.ID))))
}

func TestADeletedEnvironmentKeepsItsDeployments(t *testing.T) {
	w := newWorld(t)
	d := w.deploy("main", "Staging")
	w.must(w.DeleteEnvironment(w.ctx, w.admin, w.repo, "staging"))
	w.refused(w.DeleteEnvironment(w.ctx, w.admin, w.repo, "staging"), slipway.NotFound, "Not Found")
	_, err := w.Environment(w.ctx, w.repo, "staging")
	w.refused(err, slipway.NotFound, "Not Found")
	if got, err := w.Deployment(w.ctx, w.repo, d.ID); err != nil || got.Environment != "Staging" {
		t.Errorf("%+v, %v", got, err)
	}
	w.deploy("main", "STAGING") // makes it anew, with this spelling
	list, err := w.ListEnvironments(w.ctx, w.repo, deploy.Page{Number: 1, Size: 30})
	if err != nil || list.Total != 1 || list.Items[0].Name != "STAGING" {
		t.Errorf("%+v, %v", list, err)
	}
}
