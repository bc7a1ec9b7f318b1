package slipway_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

var (
	public  = slipway.Repository{ID: 1, Owner: slipway.Account{ID: 7, Login: "acme"}, Name: "web"}
	private = slipway.Repository{ID: 2, Owner: slipway.Account{ID: 7, Login: "acme"}, Name: "vault", Private: true}
)

func actor(scopes string) slipway.Actor {
	return slipway.Actor{
		Account: slipway.Account{ID: 9, Login: "mona", Type: slipway.User},
		Token:   slipway.Token{ID: 1, Kind: slipway.ClassicToken, Scopes: slipway.ParseScopes(scopes)},
	}
}

func siteAdmin(scopes string) slipway.Actor {
	a := actor(scopes)
	a.Account.SiteAdmin = true
	return a
}

const (
	yes      = ""
	login    = "Requires authentication"
	hidden   = "Not Found"
	notAdmin = "Must have admin rights to Repository."
)

// said is the sentence of a refusal; empty when there is none.
func said(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return yes
	}
	var e *slipway.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v is not ours", err)
	}
	kinds := map[string]slipway.Kind{login: slipway.Unauthorized, hidden: slipway.NotFound, notAdmin: slipway.Forbidden}
	if kind, ok := kinds[e.Message]; !ok || e.Kind != kind {
		t.Errorf("refusal %q has kind %v", e.Message, e.Kind)
	}
	return e.Message
}

func TestAllowed(t *testing.T) {
	var (
		anonymous = slipway.Actor{}
		local     = slipway.Actor{Local: true}
		tokenless = slipway.Actor{Account: slipway.Account{ID: 9, Login: "mona"}} // identified, but by no token
		bot       = slipway.Actor{Account: slipway.Account{ID: 1, Login: slipway.BotLogin, Type: slipway.Bot}}
		owner     = actor("repo")
	)
	owner.Account.ID = 7

	for _, test := range []struct {
		name string
		a    slipway.Actor
		n    slipway.Need
		r    slipway.Repository
		role slipway.Role
		want string
	}{
		// What is public is read by everybody.
		{"anonymous reads public deployments", anonymous, slipway.ToReadDeployments, public, slipway.RoleNone, yes},
		{"anonymous reads public statuses", anonymous, slipway.ToReadStatuses, public, slipway.RoleNone, yes},
		{"anonymous reads a public repository", anonymous, slipway.ToReadRepository, public, slipway.RoleNone, yes},
		{"no scope reads public deployments", actor(""), slipway.ToReadDeployments, public, slipway.RoleNone, yes},
		{"no scope reads a public repository", actor(""), slipway.ToReadRepository, public, slipway.RoleNone, yes},
		{"another scope reads public deployments", actor("gist"), slipway.ToReadDeployments, public, slipway.RoleNone, yes},

		// What is private looks absent.
		{"anonymous, private deployments", anonymous, slipway.ToReadDeployments, private, slipway.RoleNone, hidden},
		{"anonymous, private repository", anonymous, slipway.ToReadRepository, private, slipway.RoleNone, hidden},
		{"anonymous writes private deployments", anonymous, slipway.ToWriteDeployments, private, slipway.RoleNone, hidden},
		{"stranger with every scope", actor("repo,admin:repo_hook"), slipway.ToReadRepository, private, slipway.RoleNone, hidden},
		{"stranger with every scope, hooks", actor("repo,admin:repo_hook"), slipway.ToReadHooks, private, slipway.RoleNone, hidden},
		{"stranger, private environments", actor("repo"), slipway.ToWriteEnvironments, private, slipway.RoleNone, hidden},
		{"admin without scope", actor(""), slipway.ToReadDeployments, private, slipway.RoleAdmin, hidden},
		{"reader with repo", actor("repo"), slipway.ToReadRepository, private, slipway.RoleRead, yes},
		{"triage reads", actor("repo"), slipway.ToReadDeployments, private, slipway.RoleTriage, yes},

		// Anonymous callers are asked to say who they are where that gives nothing away.
		{"anonymous writes public deployments", anonymous, slipway.ToWriteDeployments, public, slipway.RoleNone, login},
		{"anonymous writes public statuses", anonymous, slipway.ToWriteStatuses, public, slipway.RoleNone, login},
		{"anonymous merges", anonymous, slipway.ToWriteCode, public, slipway.RoleNone, login},
		{"anonymous puts an environment", anonymous, slipway.ToWriteEnvironments, public, slipway.RoleNone, login},
		{"anonymous lists hooks", anonymous, slipway.ToReadHooks, public, slipway.RoleNone, hidden},
		{"anonymous creates a hook", anonymous, slipway.ToWriteHooks, public, slipway.RoleNone, hidden},

		// repo_deployment sees deployments without code; repo:status likewise.
		{"repo_deployment reads deployments", actor("repo_deployment"), slipway.ToReadDeployments, private, slipway.RoleWrite, yes},
		{"the seed's scope reads deployments", actor("repo:deployment"), slipway.ToReadDeployments, private, slipway.RoleWrite, yes},
		{"repo_deployment writes deployments", actor("repo_deployment"), slipway.ToWriteDeployments, private, slipway.RoleWrite, yes},
		{"repo_deployment, repository", actor("repo_deployment"), slipway.ToReadRepository, private, slipway.RoleAdmin, hidden},
		{"repo_deployment, statuses", actor("repo_deployment"), slipway.ToReadStatuses, private, slipway.RoleAdmin, hidden},
		{"repo_deployment writes statuses", actor("repo_deployment"), slipway.ToWriteStatuses, private, slipway.RoleAdmin, hidden},
		{"repo_deployment merges", actor("repo_deployment"), slipway.ToWriteCode, private, slipway.RoleAdmin, hidden},
		{"repo_deployment merges in public", actor("repo_deployment"), slipway.ToWriteCode, public, slipway.RoleAdmin, hidden},
		{"repo_deployment, hooks", actor("repo_deployment"), slipway.ToReadHooks, private, slipway.RoleAdmin, hidden},
		{"repo_deployment, environments", actor("repo_deployment"), slipway.ToWriteEnvironments, private, slipway.RoleAdmin, hidden},
		{"repo:status reads statuses", actor("repo:status"), slipway.ToReadStatuses, private, slipway.RoleRead, yes},
		{"repo:status writes statuses", actor("repo:status"), slipway.ToWriteStatuses, private, slipway.RoleWrite, yes},
		{"repo:status, deployments", actor("repo:status"), slipway.ToReadDeployments, private, slipway.RoleAdmin, hidden},
		{"repo:status, repository", actor("repo:status"), slipway.ToReadRepository, private, slipway.RoleAdmin, hidden},

		// public_repo writes what is public, and nothing else.
		{"public_repo deploys in public", actor("public_repo"), slipway.ToWriteDeployments, public, slipway.RoleWrite, yes},
		{"public_repo reports in public", actor("public_repo"), slipway.ToWriteStatuses, public, slipway.RoleWrite, yes},
		{"public_repo merges in public", actor("public_repo"), slipway.ToWriteCode, public, slipway.RoleWrite, yes},
		{"public_repo hooks in public", actor("public_repo"), slipway.ToDeleteHooks, public, slipway.RoleAdmin, yes},
		{"public_repo deploys in private", actor("public_repo"), slipway.ToWriteDeployments, private, slipway.RoleAdmin, hidden},
		{"public_repo reads private", actor("public_repo"), slipway.ToReadRepository, private, slipway.RoleAdmin, hidden},
		{"public_repo hooks in private", actor("public_repo"), slipway.ToReadHooks, private, slipway.RoleAdmin, hidden},

		// A role that is too low looks absent too.
		{"reader deploys in public", actor("repo"), slipway.ToWriteDeployments, public, slipway.RoleRead, hidden},
		{"triage deploys", actor("repo"), slipway.ToWriteDeployments, private, slipway.RoleTriage, hidden},
		{"stranger deploys in public", actor("repo"), slipway.ToWriteDeployments, public, slipway.RoleNone, hidden},
		{"writer deploys", actor("repo"), slipway.ToWriteDeployments, private, slipway.RoleWrite, yes},
		{"maintainer deploys", actor("repo"), slipway.ToWriteDeployments, private, slipway.RoleMaintain, yes},
		{"maintainer, hooks", actor("repo"), slipway.ToReadHooks, private, slipway.RoleMaintain, hidden},
		{"maintainer, hooks in public", actor("repo"), slipway.ToWriteHooks, public, slipway.RoleMaintain, hidden},

		// Hooks have scopes in three steps.
		{"read:repo_hook reads hooks", actor("read:repo_hook"), slipway.ToReadHooks, private, slipway.RoleAdmin, yes},
		{"read:repo_hook writes hooks", actor("read:repo_hook"), slipway.ToWriteHooks, private, slipway.RoleAdmin, hidden},
		{"write:repo_hook writes hooks", actor("write:repo_hook"), slipway.ToWriteHooks, private, slipway.RoleAdmin, yes},
		{"write:repo_hook deletes hooks", actor("write:repo_hook"), slipway.ToDeleteHooks, private, slipway.RoleAdmin, hidden},
		{"admin:repo_hook deletes hooks", actor("admin:repo_hook"), slipway.ToDeleteHooks, private, slipway.RoleAdmin, yes},
		{"admin:repo_hook, repository", actor("admin:repo_hook"), slipway.ToReadRepository, private, slipway.RoleAdmin, hidden},
		{"repo deletes hooks", actor("repo"), slipway.ToDeleteHooks, private, slipway.RoleAdmin, yes},

		// Environments say what is missing to those who see the repository.
		{"writer puts an environment in public", actor("repo"), slipway.ToWriteEnvironments, public, slipway.RoleWrite, notAdmin},
		{"stranger puts an environment in public", actor("repo"), slipway.ToWriteEnvironments, public, slipway.RoleNone, notAdmin},
		{"no scope puts an environment in public", actor(""), slipway.ToWriteEnvironments, public, slipway.RoleAdmin, notAdmin},
		{"public_repo puts an environment", actor("public_repo"), slipway.ToWriteEnvironments, public, slipway.RoleAdmin, notAdmin},
		{"writer puts an environment in private", actor("repo"), slipway.ToWriteEnvironments, private, slipway.RoleWrite, notAdmin},
		{"admin puts an environment", actor("repo"), slipway.ToWriteEnvironments, private, slipway.RoleAdmin, yes},

		// Who is admin everywhere, and still needs a scope.
		{"site admin", siteAdmin("repo"), slipway.ToWriteHooks, private, slipway.RoleNone, yes},
		{"site admin without scope", siteAdmin(""), slipway.ToReadRepository, private, slipway.RoleNone, hidden},
		{"site admin for deployments", siteAdmin("repo_deployment"), slipway.ToReadRepository, private, slipway.RoleNone, hidden},
		{"owner", owner, slipway.ToWriteHooks, private, slipway.RoleNone, yes},
		{"this machine's administrator", local, slipway.ToWriteHooks, private, slipway.RoleNone, yes},
		{"this machine's administrator, no repository", local, slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, yes},

		// Without a token there are no scopes.
		{"tokenless reads public", tokenless, slipway.ToReadRepository, public, slipway.RoleAdmin, yes},
		{"tokenless reads private", tokenless, slipway.ToReadRepository, private, slipway.RoleAdmin, hidden},
		{"tokenless deploys", tokenless, slipway.ToWriteDeployments, public, slipway.RoleAdmin, hidden},
		{"the server's bot has no rights of its own", bot, slipway.ToWriteDeployments, private, slipway.RoleAdmin, hidden},

		// Rows about no repository.
		{"anybody, anonymous", anonymous, slipway.ToBeAnybody, slipway.Repository{}, slipway.RoleNone, yes},
		{"somebody, anonymous", anonymous, slipway.ToBeSomebody, slipway.Repository{}, slipway.RoleNone, login},
		{"somebody, no scope", actor(""), slipway.ToBeSomebody, slipway.Repository{}, slipway.RoleNone, yes},
		{"create repositories, anonymous", anonymous, slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, login},
		{"create repositories, no scope", actor("repo_deployment"), slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, hidden},
		{"create repositories, public_repo", actor("public_repo"), slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, yes},
		{"create repositories, repo", actor("repo"), slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, yes},
	} {
		if got := said(t, slipway.Allowed(test.a, test.n, test.r, test.role)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestAllowedDeniesRowsThatWereNeverFilledIn(t *testing.T) {
	for _, n := range []slipway.Need{
		{},
		{Role: slipway.RoleRead, PublicRead: true},
		{NoRepository: true, PublicRead: true},
		{Scopes: []string{}}, // no role
		{Scopes: []string{"repo"}, PublicRead: true},
	} {
		for _, a := range []slipway.Actor{{}, actor("repo"), siteAdmin("repo")} {
			if err := slipway.Allowed(a, n, public, slipway.RoleAdmin); slipway.KindOf(err) != slipway.Internal || err == nil {
				t.Errorf("row %+v: %v, want an internal error", n, err)
			}
		}
	}
}

var rows = []slipway.Need{
	slipway.ToReadDeployments, slipway.ToWriteDeployments, slipway.ToReadStatuses, slipway.ToWriteStatuses,
	slipway.ToReadRepository, slipway.ToWriteCode, slipway.ToWriteEnvironments, slipway.ToReadHooks, slipway.ToWriteHooks,
	slipway.ToDeleteHooks, slipway.ToCreateRepositories, slipway.ToBeSomebody, slipway.ToBeAnybody,
}

// More scopes or a higher role never close a door, and what anonymous callers may do everybody may.
func TestAllowedIsMonotonous(t *testing.T) {
	known := slipway.KnownScopes()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom(rows).Draw(t, "row")
		r := rapid.SampledFrom([]slipway.Repository{public, private}).Draw(t, "repository")
		role := slipway.Role(rapid.IntRange(0, 5).Draw(t, "role"))
		scopes := rapid.SliceOf(rapid.SampledFrom(known)).Draw(t, "scopes")
		more := append(scopes, rapid.SampledFrom(known).Draw(t, "more"))

		a, wider := actor(""), actor("")
		a.Token.Scopes, wider.Token.Scopes = slipway.NormalScopes(scopes), slipway.NormalScopes(more)
		allowed := slipway.Allowed(a, n, r, role) == nil
		switch {
		case allowed && slipway.Allowed(wider, n, r, role) != nil:
			t.Fatalf("scopes %v open what %v do not", scopes, more)
		case allowed && slipway.Allowed(a, n, r, slipway.RoleAdmin) != nil:
			t.Fatalf("role %v opens what admin does not", role)
		case slipway.Allowed(slipway.Actor{}, n, r, slipway.RoleNone) == nil && !allowed:
			t.Fatal("anonymous callers may do more")
		case allowed && r.Private && !n.NoRepository && role < n.Role:
			t.Fatal("a role that is too low opens a private repository")
		case allowed && r.Private && !n.NoRepository && !a.Token.Scopes.CoversAny(n.Scopes):
			t.Fatal("a scope that is missing opens a private repository")
		}
	})
}

// A refusal of something private never tells it from something absent, save to those who may read it.
func TestAllowedGivesNothingAway(t *testing.T) {
	for _, n := range rows {
		if n.NoRepository {
			continue
		}
		for _, scopes := range append(slipway.KnownScopes(), "") {
			for role := slipway.RoleNone; role <= slipway.RoleAdmin; role++ {
				a := actor(scopes)
				got := said(t, slipway.Allowed(a, n, private, role))
				sees := slipway.Allowed(a, slipway.ToReadRepository, private, role) == nil
				if got != yes && got != hidden && !sees {
					t.Errorf("scope %q, role %v, row %+v: %q", scopes, role, n, got)
				}
			}
		}
	}
}

func TestRoleIn(t *testing.T) {
	owner := actor("")
	owner.Account.ID = 7
	for _, test := range []struct {
		name  string
		a     slipway.Actor
		r     slipway.Repository
		given slipway.Role
		want  slipway.Role
	}{
		{"anonymous in public", slipway.Actor{}, public, slipway.RoleNone, slipway.RoleRead},
		{"anonymous in private", slipway.Actor{}, private, slipway.RoleNone, slipway.RoleNone},
		{"anonymous, no owner", slipway.Actor{}, slipway.Repository{Private: true}, slipway.RoleNone, slipway.RoleNone},
		{"stranger in private", actor("repo"), private, slipway.RoleNone, slipway.RoleNone},
		{"collaborator", actor(""), private, slipway.RoleWrite, slipway.RoleWrite},
		{"collaborator in public", actor(""), public, slipway.RoleTriage, slipway.RoleTriage},
		{"owner", owner, private, slipway.RoleNone, slipway.RoleAdmin},
		{"site admin", siteAdmin(""), private, slipway.RoleNone, slipway.RoleAdmin},
		{"local", slipway.Actor{Local: true}, private, slipway.RoleNone, slipway.RoleAdmin},
	} {
		if got := slipway.RoleIn(test.a, test.r, test.given); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestMayMerge(t *testing.T) {
	for scopes, want := range map[string]string{"repo": yes, "repo_deployment": hidden, "public_repo": hidden} {
		if got := said(t, slipway.MayMerge(actor(scopes), private, slipway.RoleWrite)); got != want {
			t.Errorf("scope %q: %q, want %q", scopes, got, want)
		}
	}
}

func TestMayCreateRepository(t *testing.T) {
	for _, test := range []struct {
		a       slipway.Actor
		private bool
		want    string
	}{
		{actor("public_repo"), false, yes},
		{actor("public_repo"), true, hidden},
		{actor("repo"), false, yes},
		{actor("repo"), true, yes},
		{actor(""), false, hidden},
		{slipway.Actor{}, false, hidden},
		{slipway.Actor{Local: true}, true, yes},
	} {
		if got := said(t, slipway.MayCreateRepository(test.a, test.private)); got != test.want {
			t.Errorf("scopes %v, private %v: %q, want %q", test.a.Token.Scopes, test.private, got, test.want)
		}
	}
}
