package deploy_test

import (
	"fmt"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// installed puts an app into the store that is installed on some repositories of acme.
func (w *world) installed(slug string, repositories ...int64) slipway.App {
	w.t.Helper()
	app := w.through(w.admin, slug).App
	w.must(w.store.Update(w.ctx, 0, func(tx deploy.Tx) error {
		return tx.InsertInstallation(&slipway.Installation{
			AppID: app.ID, Account: w.repo.Owner, RepositoryIDs: repositories, CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
		})
	}))
	return *app
}

func TestAppsOfARepositoryCanBeRules(t *testing.T) {
	w := newWorld(t)
	w.must(second(w.PutEnvironment(w.ctx, w.admin, w.repo, "Prod", slipway.EnvironmentRequest{})))
	gate, elsewhere := w.installed("gate", w.repo.ID), w.installed("elsewhere", 4711)
	nowhere := w.through(w.admin, "nowhere").App
	before := w.lastEvent()
	rule, err := w.CreateProtectionRule(w.ctx, w.admin, w.repo, "prod", gate.ID)
	w.must(err)
	found, err := w.ProtectionRule(w.ctx, w.repo, "PROD", rule.ID)
	if err != nil || found.App.Slug != "gate" || found.ID != rule.ID {
		t.Errorf("%+v, %v", found, err)
	}
	list, err := w.ListRuleApps(w.ctx, w.repo, "prod", deploy.Page{Number: 1, Size: 30})
	if err != nil || list.Total != 1 || list.Items[0].Slug != "gate" {
		t.Errorf("%+v, %v", list, err)
	}
	dump := w.dump()
	archived := w.repo
	archived.Archived = true
	for name, test := range map[string]struct {
		r           slipway.Repository
		environment string
		app         int64
		kind        slipway.Kind
	}{
		"twice":            {w.repo, "prod", gate.ID, slipway.Invalid},
		"not on it":        {w.repo, "prod", elsewhere.ID, slipway.Invalid},
		"not installed":    {w.repo, "prod", nowhere.ID, slipway.Invalid},
		"no such app":      {w.repo, "prod", 4711, slipway.Invalid},
		"the server's own": {w.repo, "prod", slipway.OwnAppID, slipway.Invalid},
		"no environment":   {w.repo, "none", gate.ID, slipway.NotFound},
		"archived":         {archived, "prod", gate.ID, slipway.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.CreateProtectionRule(w.ctx, w.admin, test.r, test.environment, test.app)
			kindIs(t, err, test.kind)
		})
	}
	kindIs(t, w.DeleteProtectionRule(w.ctx, w.admin, archived, "prod", rule.ID), slipway.Forbidden)
	kindIs(t, w.DeleteProtectionRule(w.ctx, w.admin, w.repo, "prod", 4711), slipway.NotFound)
	kindIs(t, w.DeleteProtectionRule(w.ctx, w.admin, w.repo, "none", rule.ID), slipway.NotFound)
	_, err = w.ListRuleApps(w.ctx, w.repo, "none", deploy.Page{Number: 1, Size: 30})
	kindIs(t, err, slipway.NotFound)
	if w.dump() != dump {
		t.Error("something was left behind")
	}
	w.must(w.DeleteProtectionRule(w.ctx, w.admin, w.repo, "prod", rule.ID))
	_, err = w.ProtectionRule(w.ctx, w.repo, "prod", rule.ID)
	kindIs(t, err, slipway.NotFound)
	if names := w.names(before); names != "environment/edited environment/edited" {
		t.Errorf("events: %s", names)
	}
	for i := range 7 {
		_, err := w.CreateProtectionRule(w.ctx, w.admin, w.repo, "prod", w.installed(fmt.Sprintf("app-%d", i), w.repo.ID).ID)
		if (err == nil) != (i < 6) {
			t.Errorf("rule %d: %v", i+1, err)
		}
	}
}

func TestTeamsReview(t *testing.T) {
	w := newWorld(t)
	team := func(org slipway.Account) (t slipway.Team) {
		w.must(w.store.Update(w.ctx, 0, func(tx deploy.Tx) error {
			t = slipway.Team{Organization: org, Name: "Ops", Slug: "ops", CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
			return tx.InsertTeam(&t)
		}))
		return t
	}
	own, other := team(w.repo.Owner), team(w.repository("umbrella", "x").Owner)
	ann := w.actor("ann", "repo").Account
	put := func(list ...slipway.Reviewer) (slipway.Environment, error) {
		return w.PutEnvironment(w.ctx, w.admin, w.repo, "prod", slipway.EnvironmentRequest{Reviewers: list})
	}
	e, err := put(slipway.Reviewer{Type: "Team", ID: own.ID}, slipway.Reviewer{Type: "User", ID: ann.ID}, slipway.Reviewer{Type: "Team", ID: own.ID})
	w.must(err)
	if list := e.RequiredReviewers.Reviewers; len(list) != 2 || list[0].Team.Slug != "ops" || list[0].Account != nil || list[1].Account.Login != "ann" {
		t.Errorf("%+v", list)
	}
	for _, id := range []int64{other.ID, 4711} {
		_, err := put(slipway.Reviewer{Type: "Team", ID: id})
		w.refused(err, slipway.Invalid, fmt.Sprintf("Invalid request.\n\nTeam %d cannot review deployments of this repository.", id))
	}
	// An account and a team may have the same id.
	e, err = put(slipway.Reviewer{Type: "Team", ID: own.ID}, slipway.Reviewer{Type: "User", ID: w.admin.Account.ID})
	if err != nil || len(e.RequiredReviewers.Reviewers) != 2 {
		t.Errorf("%+v, %v", e.RequiredReviewers, err)
	}
}
