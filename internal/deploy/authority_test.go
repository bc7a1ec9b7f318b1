package deploy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestTheFirstStartHappensOnce(t *testing.T) {
	w := newWorld(t) // the first
	if w.admin.Account.Login != "admin" || !w.admin.Account.SiteAdmin || !w.admin.Token.Scopes.Covers("repo") || w.admin.Token.ExpiresAt != nil {
		t.Errorf("%+v", w.admin)
	}
	bot, err := w.FindAccount(w.ctx, slipway.BotLogin)
	w.must(err)
	if bot.ID != 1 || bot.Type != slipway.Bot {
		t.Errorf("%+v", bot)
	}
	before := w.dump()
	secret, made, err := w.FirstStart(w.ctx)
	if secret != "" || made || err != nil {
		t.Errorf("again: %q, %v, %v", secret, made, err)
	}
	if w.dump() != before {
		t.Error("it changed something")
	}
}

func TestEveryBadTokenIsRefusedAlike(t *testing.T) {
	w := newWorld(t)
	secret, token, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann", Expires: time.Hour, Scopes: slipway.ParseScopes("repo")})
	w.must(err)
	a, err := w.Authenticate(w.ctx, secret)
	w.must(err)
	if a.Account.Login != "ann" || a.Token.ID != token.ID || a.Token.Scopes.String() != "repo" {
		t.Errorf("%+v", a)
	}
	for _, bad := range []string{"", "x", strings.ToUpper(secret), secret[:len(secret)-1], secret + "x"} {
		_, err := w.Authenticate(w.ctx, bad)
		w.refused(err, slipway.Unauthorized, "Bad credentials")
	}
	w.time.add(time.Hour)
	_, err = w.Authenticate(w.ctx, secret)
	w.refused(err, slipway.Unauthorized, "Bad credentials")
}

func TestARevokedTokenIsRefusedAtOnceEverywhere(t *testing.T) {
	w := newWorld(t)
	other := w.decisions() // a second node, with memories of its own
	secret, token, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann"})
	w.must(err)
	for _, node := range []*deploy.Decisions{w.Decisions, other} {
		_, err := node.Authenticate(w.ctx, secret)
		w.must(err)
	}
	w.must(w.RevokeToken(w.ctx, w.admin, token.ID))
	for _, node := range []*deploy.Decisions{w.Decisions, other} {
		_, err := node.Authenticate(w.ctx, secret)
		w.refused(err, slipway.Unauthorized, "Bad credentials")
	}
	w.refused(w.RevokeToken(w.ctx, w.admin, token.ID), slipway.NotFound, "Not Found")
	secret, _, err = w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann"})
	w.must(err)
	w.must(other.RevokeTokenSecret(w.ctx, w.admin, secret))
	_, err = w.Authenticate(w.ctx, secret)
	w.refused(err, slipway.Unauthorized, "Bad credentials")
}

func TestRolesFollowEveryChangeAtOnce(t *testing.T) {
	w := newWorld(t)
	private := true
	secret, err := w.CreateRepository(w.ctx, slipway.Actor{Local: true}, deploy.NewRepository{Owner: "acme", Name: "secret", Private: &private})
	w.must(err)
	other := w.decisions()
	ann := w.actor("ann", "repo")
	role := func(want slipway.Role) {
		t.Helper()
		for _, node := range []*deploy.Decisions{w.Decisions, other} {
			a, err := node.FindRepository(w.ctx, slipway.Actor{Account: ann.Account}, "ACME", "Secret")
			w.must(err)
			b, err := node.FindRepositoryByID(w.ctx, slipway.Actor{Account: ann.Account}, secret.ID)
			w.must(err)
			if a.Role != want || b.Role != want || a.Repository.FullName() != "acme/secret" {
				t.Errorf("%+v and %+v, want %v", a, b, want)
			}
		}
	}
	role(slipway.RoleNone)
	w.must(w.AddCollaborator(w.ctx, w.admin, "acme", "secret", "ANN", slipway.RoleTriage))
	role(slipway.RoleTriage)
	w.must(w.AddCollaborator(w.ctx, w.admin, "acme", "secret", "ann", slipway.RoleRead))
	role(slipway.RoleRead)
	_, _, err = w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann", SiteAdmin: true})
	w.must(err)
	ann.Account, err = w.FindAccount(w.ctx, "ann")
	w.must(err)
	role(slipway.RoleAdmin)

	_, err = w.FindRepository(w.ctx, ann, "acme", "nope")
	w.refused(err, slipway.NotFound, "Not Found")
	_, err = w.FindRepositoryByID(w.ctx, slipway.Actor{}, 999)
	w.refused(err, slipway.NotFound, "Not Found")
	if a, err := w.FindRepository(w.ctx, slipway.Actor{Local: true}, "acme", "secret"); err != nil || a.Role != slipway.RoleAdmin {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestWhatIsRememberedOfARepositoryKeepsUpWithPushes(t *testing.T) {
	w := newWorld(t)
	look := func() slipway.Repository {
		found, err := w.FindRepository(w.ctx, slipway.Actor{}, "acme", "web")
		w.must(err)
		return found.Repository
	}
	first := look()
	w.time.add(time.Minute)
	w.git.write(w.repo, "refs/heads/main", w.main)
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
	if second := look(); !second.PushedAt.After(*first.PushedAt) || *second.LastPushID <= *first.LastPushID {
		t.Errorf("%+v after %+v", second, first)
	}
}

func TestOnlyAdministratorsLetPeopleIn(t *testing.T) {
	w := newWorld(t)
	before := w.dump()
	bystanders := []slipway.Actor{
		{}, // nobody
		{Account: slipway.Account{ID: 77, Login: "ann"}, Token: slipway.Token{Scopes: slipway.AllScopes()}}, // no admin
		{Account: w.admin.Account, Token: slipway.Token{Scopes: slipway.ParseScopes("repo")}},               // an admin's small token
	}
	for _, a := range bystanders {
		_, err := w.CreateAccount(w.ctx, a, deploy.NewAccount{Login: "eve"})
		w.refused(err, slipway.NotFound, "Not Found")
		_, _, err = w.CreateToken(w.ctx, a, deploy.NewToken{Login: "admin"})
		w.refused(err, slipway.NotFound, "Not Found")
		w.refused(w.RevokeToken(w.ctx, a, w.admin.Token.ID), slipway.NotFound, "Not Found")
	}
	for _, a := range bystanders[:2] {
		w.refused(w.AddCollaborator(w.ctx, a, "acme", "web", "admin", slipway.RoleAdmin), slipway.NotFound, "Not Found")
	}
	if w.dump() != before {
		t.Error("something was changed")
	}
}

func TestAccountsAndTokensAreChecked(t *testing.T) {
	w := newWorld(t)
	w.must(second(w.CreateAccount(w.ctx, w.admin, deploy.NewAccount{Login: "Ann", Name: "Ann Example", Email: "ann@example.org"})))
	before := w.dump()
	for _, in := range []deploy.NewAccount{
		{Login: "ann"},
		{Login: ""},
		{Login: "-x"},
		{Login: "admin"},
		{Login: "api"},
		{Login: strings.Repeat("x", 40)},
		{Login: "ok", Email: "a@b\r\nBcc: c"},
		{Login: "ok", Name: "x\ny"},
		{Login: "ok", Name: "a <b>"},
		{Login: "ok", Type: "Robot"},
		{Login: "ok", Type: slipway.Bot},
	} {
		if _, err := w.CreateAccount(w.ctx, w.admin, in); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%+v: %v", in, err)
		}
	}
	for login, message := range map[string]string{"acme": "an organization has no tokens", slipway.BotLogin: "a bot has no tokens"} {
		_, _, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: login, SiteAdmin: true})
		if e := w.refusal(err, slipway.Invalid, "Validation Failed"); e == nil || e.Details[0].Message != message {
			t.Errorf("%s: %v", login, err)
		}
	}
	for _, in := range []deploy.NewToken{
		{Login: "ann", Scopes: slipway.Scopes{"root"}}, {Login: "ann", Expires: -time.Second}, {Login: "a b"}, {Login: "acme"}, {Login: "ann", Name: "a\x00"},
	} {
		if _, _, err := w.CreateToken(w.ctx, w.admin, in); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%+v: %v", in, err)
		}
	}
	if w.dump() != before {
		t.Error("something was changed")
	}
	found, err := w.AccountsByEmail(w.ctx, []string{"ann@example.org", "2+admin@users.noreply.example.com", "", "who@example.org", "99+x@users.noreply.example.com"})
	w.must(err)
	if len(found) != 2 || found["ann@example.org"].Login != "Ann" || found["2+admin@users.noreply.example.com"].Login != "admin" {
		t.Errorf("%+v", found)
	}
	all, err := w.Accounts(w.ctx)
	w.must(err)
	if len(all) != 4 || all[0].Login != slipway.BotLogin || all[3].Login != "Ann" {
		t.Errorf("%+v", all)
	}
}

// second drops a value that is of no interest.
func second[T any](_ T, err error) error { return err }

func third[T, U any](_ T, _ U, err error) error { return err }

func TestTokensAreListedWithoutSecrets(t *testing.T) {
	w := newWorld(t)
	secret, _, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann", Name: "ci", Scopes: slipway.ParseScopes("repo:deployment,repo_deployment")})
	w.must(err)
	list, err := w.ListTokens(w.ctx, "ann")
	w.must(err)
	if len(list) != 1 || list[0].Login != "ann" || list[0].Name != "ci" || list[0].Scopes.String() != "repo_deployment" || list[0].LastEight != secret[len(secret)-8:] {
		t.Errorf("%+v", list)
	}
	all, err := w.ListTokens(w.ctx, "")
	w.must(err)
	if len(all) != 2 {
		t.Errorf("%+v", all)
	}
	_, err = w.ListTokens(w.ctx, "nobody")
	w.refused(err, slipway.NotFound, "Not Found")
	if strings.Contains(w.dump(), secret) {
		t.Error("the secret is in the database")
	}
}

func TestTheLastUseIsNotedOnceAMinute(t *testing.T) {
	w := newWorld(t)
	secret, token, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann"})
	w.must(err)
	used := func() time.Time {
		list, err := w.ListTokens(w.ctx, "ann")
		w.must(err)
		if list[0].LastUsedAt == nil {
			return time.Time{}
		}
		return *list[0].LastUsedAt
	}
	use := func(after time.Duration) {
		w.time.add(after)
		w.must(second(w.Authenticate(w.ctx, secret)))
		w.must(deploy.WriteUses(w.Decisions, w.ctx))
	}
	if !used().IsZero() {
		t.Error("used before it was used")
	}
	use(0)
	first := used()
	if !first.Equal(w.time.now()) {
		t.Errorf("first used at %v", first)
	}
	use(59 * time.Second)
	if !used().Equal(first) {
		t.Error("noted twice within a minute")
	}
	use(time.Second)
	if !used().Equal(w.time.now()) {
		t.Error("not noted after a minute")
	}
	w.must(second(w.Authenticate(w.ctx, secret)))
	w.time.add(time.Hour)
	w.must(second(w.Authenticate(w.ctx, secret)))
	w.must(w.RevokeToken(w.ctx, w.admin, token.ID))
	w.must(deploy.WriteUses(w.Decisions, w.ctx)) // of a token that is gone
}
