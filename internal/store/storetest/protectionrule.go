package storetest

import (
	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func protectionRules(w *world) {
	r := w.repository("r")
	ensure := func(name string) (e slipway.Environment) {
		w.update(r.ID, func(tx deploy.Tx) (err error) {
			e, _, err = tx.EnsureEnvironment(r.ID, name)
			return err
		})
		return e
	}
	e, other := ensure("production"), ensure("qa")
	gate, judge := w.app("gate", r.Owner), w.app("judge", r.Owner)
	insert := func(e slipway.Environment, app slipway.App) slipway.DeploymentProtectionRule {
		rule := slipway.DeploymentProtectionRule{EnvironmentID: e.ID, App: app}
		w.update(r.ID, func(tx deploy.Tx) error { return tx.InsertProtectionRule(&rule) })
		return rule
	}
	second, first := insert(e, judge), insert(e, gate)
	elsewhere := insert(other, gate)
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.InsertProtectionRule(&slipway.DeploymentProtectionRule{EnvironmentID: e.ID, App: gate})
	})
	list := func(e slipway.Environment) []slipway.DeploymentProtectionRule {
		return read(w, func(tx deploy.Tx) ([]slipway.DeploymentProtectionRule, error) { return tx.ListProtectionRules(e.ID) })
	}
	w.same("oldest first", list(e), []slipway.DeploymentProtectionRule{second, first})
	w.same("elsewhere", list(other), []slipway.DeploymentProtectionRule{elsewhere})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveProtectionRule(other.ID, first.ID) })
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveProtectionRule(e.ID, first.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveProtectionRule(e.ID, first.ID) })
	w.same("one removed", list(e), []slipway.DeploymentProtectionRule{second})

	w.update(0, func(tx deploy.Tx) error { return tx.RemoveApp(judge.ID) })
	w.same("gone with its app", list(e), []slipway.DeploymentProtectionRule(nil))
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveEnvironment(r.ID, other.ID) })
	w.same("gone with its environment", list(other), []slipway.DeploymentProtectionRule(nil))
}

func teamReviewers(w *world) {
	r := w.repository("r")
	team := slipway.Team{Organization: r.Owner, Name: "Ops", Slug: "ops", CreatedAt: w.now, UpdatedAt: w.now}
	var e slipway.Environment
	w.update(0, func(tx deploy.Tx) error { return tx.InsertTeam(&team) })
	w.update(r.ID, func(tx deploy.Tx) (err error) {
		if e, _, err = tx.EnsureEnvironment(r.ID, "production"); err != nil {
			return err
		}
		e.RequiredReviewers = &slipway.RequiredReviewers{Reviewers: []slipway.Reviewer{
			{Type: "Team", ID: team.ID, Team: &team}, {Type: "User", ID: r.Owner.ID, Account: &r.Owner}, {Type: "Team", ID: 4711},
		}}
		return tx.SetEnvironment(&e)
	})
	w.same("read back", read(w, func(tx deploy.Tx) (slipway.Environment, error) { return tx.Environment(r.ID, "production") }), e)
}
