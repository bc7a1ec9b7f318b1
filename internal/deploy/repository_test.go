package deploy_test

import (
	"errors"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestWhoMayMakeRepositories(t *testing.T) {
	w := newWorld(t)
	ann, reader := w.actor("ann", "repo"), w.actor("ann", "repo_deployment")
	public := w.actor("ann", "public_repo")
	w.must(second(w.CreateAccount(w.ctx, w.admin, deploy.NewAccount{Login: "other-org", Type: slipway.Organization})))
	yes := true
	for name, test := range map[string]struct {
		a    slipway.Actor
		in   deploy.NewRepository
		kind slipway.Kind
	}{
		"one's own":                 {ann, deploy.NewRepository{Name: "one"}, 0},
		"one's own, named":          {ann, deploy.NewRepository{Owner: "ANN", Name: "two"}, 0},
		"private needs repo":        {public, deploy.NewRepository{Name: "three", Private: &yes}, slipway.NotFound},
		"public needs public_repo":  {public, deploy.NewRepository{Name: "four"}, 0},
		"deployments are not code":  {reader, deploy.NewRepository{Name: "five"}, slipway.NotFound},
		"somebody else's":           {ann, deploy.NewRepository{Owner: "admin", Name: "six"}, slipway.NotFound},
		"a foreign organization":    {ann, deploy.NewRepository{Owner: "other-org", Name: "seven"}, slipway.NotFound},
		"no such owner":             {ann, deploy.NewRepository{Owner: "nobody", Name: "eight"}, slipway.NotFound},
		"no organizations for ann":  {ann, deploy.NewRepository{Owner: "nobody", Name: "nine", MakeOrganization: true}, slipway.NotFound},
		"administrators, anywhere":  {w.admin, deploy.NewRepository{Owner: "ann", Name: "ten"}, 0},
		"taken, in another case":    {ann, deploy.NewRepository{Name: "ONE"}, slipway.Invalid},
		"a name that is no name":    {ann, deploy.NewRepository{Name: "a/b"}, slipway.Invalid},
		"a branch that is none":     {ann, deploy.NewRepository{Name: "eleven", DefaultBranch: "-x"}, slipway.Invalid},
		"a description of two rows": {ann, deploy.NewRepository{Name: "twelve", Description: "a\nb"}, slipway.Invalid},
	} {
		if test.in.Name == "ONE" {
			continue // below: after one
		}
		r, err := w.CreateRepository(w.ctx, test.a, test.in)
		if test.kind == 0 && (err != nil || r.ID == 0 || r.Private) || test.kind != 0 && slipway.KindOf(err) != test.kind {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	_, err := w.CreateRepository(w.ctx, ann, deploy.NewRepository{Name: "ONE"})
	w.refused(err, slipway.Invalid, "Validation Failed")
	public1, private1, err := w.CountRepositories(w.ctx, ann.Account.ID)
	if err != nil || public1 != 4 || private1 != 0 {
		t.Errorf("%d, %d, %v", public1, private1, err)
	}
}

func TestTheCommandLineMakesOrganizationsAndItsOwnDefaults(t *testing.T) {
	w := newWorld(t, func(s *deploy.Settings) { s.PrivateByDefault = true })
	r := w.repository("newcorp", "app")
	if r.Owner.Type != slipway.Organization || !r.Private || r.DefaultBranch != "main" {
		t.Errorf("%+v", r)
	}
	_, err := w.CreateRepository(w.ctx, slipway.Actor{Local: true}, deploy.NewRepository{Owner: "settings", Name: "x", MakeOrganization: true})
	w.refused(err, slipway.Invalid, "Validation Failed")
	// An organization that somebody makes is theirs.
	made, err := w.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Owner: "theirs", Name: "app", MakeOrganization: true})
	w.must(err)
	_, _, err = w.CreateToken(w.ctx, slipway.Actor{Local: true}, deploy.NewToken{Login: "ann"})
	w.must(err)
	found, err := w.FindRepository(w.ctx, slipway.Actor{Account: slipway.Account{ID: w.admin.Account.ID}}, "theirs", "app")
	if err != nil || found.Role != slipway.RoleAdmin || made.Private {
		t.Errorf("%+v, %+v, %v", found, made, err)
	}
	all, err := w.AllRepositories(w.ctx)
	if err != nil || len(all) != 3 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestARepositoryWithAFirstCommit(t *testing.T) {
	w := newWorld(t)
	before := w.lastEvent()
	r, err := w.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Name: "app", DefaultBranch: "trunk", AutoInit: true})
	w.must(err)
	branch, commit, err := w.Branch(w.ctx, r, "trunk")
	w.must(err)
	if branch.SHA != commit.SHA || commit.Message != "Initial commit" || commit.Author.Name != "admin" || r.PushedAt == nil {
		t.Errorf("%+v of %+v", commit, r)
	}
	if names := w.names(before); names != "repository/created push" {
		t.Errorf("events: %s", names)
	}
	if log := w.events(before); log[1].Actor != w.admin.Account.ID || !log[1].Subject.Push.Created() {
		t.Errorf("%+v", log[1])
	}
	w.noIntents()
}

func TestARepositoryIsNotMadeWithoutItsFolder(t *testing.T) {
	w := newWorld(t)
	before := w.dump()
	w.git.before = func(what string, _ *slipway.Repository) error {
		if what == "init" {
			return slipway.Because(slipway.Full, "git: init", errors.New("no space left on /srv"))
		}
		return nil
	}
	_, err := w.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Name: "app"})
	if slipway.KindOf(err) != slipway.Full || w.dump() != before {
		t.Errorf("%v", err)
	}
	w.git.before = nil
	w.must(second(w.CreateRepository(w.ctx, w.admin, deploy.NewRepository{Name: "app"})))
}
