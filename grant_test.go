package slipway_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

const (
	notIntegration = "Resource not accessible by integration"
	notPersonal    = "Resource not accessible by personal access token"
	notInstalled   = "You must authenticate with an installation access token in order to list repositories for an installation."
	noKey          = "A JSON web token could not be decoded"
	badCredentials = "Bad credentials"
)

// listed reads permissions that are known to be right.
func listed(list string) slipway.Permissions {
	p, err := slipway.ParsePermissions(list)
	if err != nil {
		panic(err)
	}
	return p
}

// fine is a person with a fine-grained token for some repositories; none: for all.
func fine(list string, repositories ...int64) slipway.Actor {
	a := actor("")
	a.Token = slipway.Token{
		ID: 2, Kind: slipway.FineGrainedToken, Permissions: listed(list), RepositoryIDs: repositories, AllRepositories: len(repositories) == 0,
	}
	return a
}

// installed is an app with the token of an installation on some of acme's repositories; none: on all. The token has all that
// the installation has.
func installed(list string, repositories ...int64) slipway.Actor {
	i := slipway.Installation{
		ID: 5, AppID: 3, Account: slipway.Account{ID: 7, Login: "acme"}, Permissions: listed(list),
		RepositoryIDs: repositories, AllRepositories: len(repositories) == 0,
	}
	return slipway.Actor{
		Account: slipway.Account{ID: 20, Login: "deployer[bot]", Type: slipway.Bot},
		Token: slipway.Token{
			ID: 3, Kind: slipway.InstallationToken, AppID: 3, InstallationID: 5, Permissions: listed(list), AllRepositories: true,
		},
		App: &slipway.App{ID: 3, Slug: "deployer"}, Installations: []slipway.Installation{i},
	}
}

// through is a person who uses that app.
func through(list string, repositories ...int64) slipway.Actor {
	a := installed(list, repositories...)
	a.Account = actor("").Account
	a.Token = slipway.Token{ID: 4, Kind: slipway.AppUserToken, AppID: 3}
	return a
}

func TestAllowedByPermission(t *testing.T) {
	other := slipway.Repository{ID: 3, Owner: slipway.Account{ID: 8, Login: "umbrella"}, Name: "x", Private: true}
	less := installed("deployments=write")
	less.Token.Permissions = listed("deployments=read")
	shrunk := installed("deployments=read")
	shrunk.Token.Permissions = listed("deployments=write")
	some := installed("deployments=write")
	some.Token.AllRepositories, some.Token.RepositoryIDs = false, []int64{1}
	elsewhere := installed("deployments=write")
	elsewhere.Token.InstallationID = 6
	gone := installed("deployments=write")
	gone.Installations = nil
	admin := fine("contents=read")
	admin.Account.SiteAdmin = true
	agent := fine("deployments=write")
	agent.Token.Kind = slipway.DeploymentToken
	refresh := fine("deployments=write")
	refresh.Token.Kind = slipway.RefreshToken
	future := fine("deployments=write")
	future.Token.Kind = "z"
	key := installed("deployments=write,administration=write")
	key.Token = slipway.Token{}

	for _, test := range []struct {
		name string
		a    slipway.Actor
		n    slipway.Need
		r    slipway.Repository
		role slipway.Role
		want string
	}{
		{"app deploys", installed("deployments=write"), slipway.ToWriteDeployments, private, slipway.RoleNone, yes},
		{"app deploys in public", installed("deployments=write"), slipway.ToWriteDeployments, public, slipway.RoleNone, yes},
		{"app administers", installed("administration=write"), slipway.ToWriteEnvironments, private, slipway.RoleNone, yes},
		{"write includes read", installed("deployments=write"), slipway.ToReadDeployments, private, slipway.RoleNone, yes},
		{"read is not write", installed("deployments=read"), slipway.ToWriteDeployments, private, slipway.RoleNone, notIntegration},
		{"another permission", installed("statuses=write"), slipway.ToWriteDeployments, private, slipway.RoleNone, notIntegration},
		{"another permission, reading", installed("statuses=write"), slipway.ToReadDeployments, private, slipway.RoleNone, notIntegration},
		{"hooks are not hidden from an app", installed("statuses=write"), slipway.ToWriteHooks, private, slipway.RoleNone, notIntegration},
		{"no permission reads what is public", installed(""), slipway.ToReadDeployments, public, slipway.RoleNone, yes},
		{"not the repository, public", installed("deployments=write", 2), slipway.ToWriteDeployments, public, slipway.RoleNone, notIntegration},
		{"not the repository, public, reading", installed("deployments=write", 2), slipway.ToReadDeployments, public, slipway.RoleNone, yes},
		{"not the repository, private", installed("deployments=write", 1), slipway.ToWriteDeployments, private, slipway.RoleNone, hidden},
		{"the repository", installed("deployments=write", 2), slipway.ToWriteDeployments, private, slipway.RoleNone, yes},
		{"another account's repository", installed("deployments=write"), slipway.ToWriteDeployments, other, slipway.RoleAdmin, hidden},
		{"a bot's role is nothing", installed("deployments=read"), slipway.ToWriteDeployments, private, slipway.RoleAdmin, notIntegration},
		{"a token with less than its installation", less, slipway.ToWriteDeployments, private, slipway.RoleNone, notIntegration},
		{"an installation with less than its token", shrunk, slipway.ToWriteDeployments, private, slipway.RoleNone, notIntegration},
		{"a token for less than its installation", some, slipway.ToWriteDeployments, private, slipway.RoleNone, hidden},
		{"a token for less, its repository", some, slipway.ToWriteDeployments, public, slipway.RoleNone, yes},
		{"a token of another installation", elsewhere, slipway.ToWriteDeployments, private, slipway.RoleNone, hidden},
		{"no installation", gone, slipway.ToWriteDeployments, private, slipway.RoleNone, hidden},

		{"fine-grained deploys", fine("deployments=write"), slipway.ToWriteDeployments, private, slipway.RoleWrite, yes},
		{"fine-grained, too low a role", fine("deployments=write"), slipway.ToWriteDeployments, private, slipway.RoleTriage, notPersonal},
		{"fine-grained, no role", fine("deployments=write"), slipway.ToWriteDeployments, private, slipway.RoleNone, hidden},
		{"fine-grained, no permission", fine("statuses=write"), slipway.ToWriteDeployments, private, slipway.RoleAdmin, notPersonal},
		{"fine-grained, environments", fine("deployments=write"), slipway.ToWriteEnvironments, private, slipway.RoleAdmin, notPersonal},
		{"fine-grained, hooks", fine("deployments=write"), slipway.ToReadHooks, private, slipway.RoleAdmin, notPersonal},
		{"fine-grained, not the repository", fine("deployments=write", 1), slipway.ToWriteDeployments, private, slipway.RoleAdmin, hidden},
		{"fine-grained, not the repository, public", fine("deployments=write", 2), slipway.ToWriteDeployments, public, slipway.RoleAdmin, notPersonal},
		{"fine-grained, not the repository, public, reading", fine("deployments=write", 2), slipway.ToReadRepository, public, slipway.RoleNone, yes},
		{"fine-grained of a site admin", admin, slipway.ToReadRepository, other, slipway.RoleNone, yes},
		{"fine-grained of a site admin, no permission", admin, slipway.ToWriteDeployments, other, slipway.RoleNone, notPersonal},
		{"no code without contents", fine("deployments=write"), slipway.ToReadRepository, private, slipway.RoleAdmin, notPersonal},

		{"through an app", through("deployments=write"), slipway.ToWriteDeployments, private, slipway.RoleWrite, yes},
		{"through an app, too low a role", through("deployments=write"), slipway.ToWriteDeployments, private, slipway.RoleRead, notIntegration},
		{"through an app, no role", through("deployments=write"), slipway.ToWriteDeployments, private, slipway.RoleNone, hidden},
		{"through an app, no permission", through("statuses=write"), slipway.ToWriteDeployments, private, slipway.RoleAdmin, notIntegration},
		{"through an app, not the repository", through("deployments=write", 1), slipway.ToWriteDeployments, private, slipway.RoleAdmin, hidden},
		{"through an app that is not installed there", through("deployments=write"), slipway.ToWriteDeployments, other, slipway.RoleAdmin, hidden},

		{"a deployment's token opens nothing here", agent, slipway.ToWriteDeployments, private, slipway.RoleAdmin, hidden},
		{"a refresh token opens nothing", refresh, slipway.ToWriteDeployments, public, slipway.RoleAdmin, notIntegration},
		{"a kind that nobody knows opens nothing", future, slipway.ToBeSomebody, slipway.Repository{}, slipway.RoleNone, notIntegration},

		{"an app by itself is nobody", installed(""), slipway.ToBeAPerson, slipway.Repository{}, slipway.RoleNone, notIntegration},
		{"an app by itself is somebody", installed(""), slipway.ToBeSomebody, slipway.Repository{}, slipway.RoleNone, yes},
		{"a person through an app", through(""), slipway.ToBeAPerson, slipway.Repository{}, slipway.RoleNone, yes},
		{"a person with a fine-grained token", fine(""), slipway.ToBeAPerson, slipway.Repository{}, slipway.RoleNone, yes},
		{"an installation", installed(""), slipway.ToBeInstalled, slipway.Repository{}, slipway.RoleNone, yes},
		{"not an installation", actor("repo"), slipway.ToBeInstalled, slipway.Repository{}, slipway.RoleNone, notInstalled},
		{"fine-grained is not an installation", fine(""), slipway.ToBeInstalled, slipway.Repository{}, slipway.RoleNone, notInstalled},
		{"anonymous is not an installation", slipway.Actor{}, slipway.ToBeInstalled, slipway.Repository{}, slipway.RoleNone, login},
		{"an app makes no repositories", installed("administration=write"), slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, notIntegration},
		{"nor does a person through one", through("administration=write"), slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, notIntegration},
		{"fine-grained makes repositories", fine("administration=write"), slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, yes},
		{"fine-grained makes none", fine("contents=write"), slipway.ToCreateRepositories, slipway.Repository{}, slipway.RoleNone, notPersonal},

		{"by key", key, slipway.ToBeAnApp, slipway.Repository{}, slipway.RoleNone, yes},
		{"by key, a repository's installation", key, slipway.ToBeAnApp, private, slipway.RoleNone, yes},
		{"by key, elsewhere", key, slipway.ToWriteDeployments, private, slipway.RoleAdmin, badCredentials},
		{"by key, what is public", key, slipway.ToReadDeployments, public, slipway.RoleNone, badCredentials},
		{"by key, what anybody may", key, slipway.ToBeAnybody, slipway.Repository{}, slipway.RoleNone, badCredentials},
		{"by key, as an installation", key, slipway.ToBeInstalled, slipway.Repository{}, slipway.RoleNone, badCredentials},
		{"without a key", actor("repo"), slipway.ToBeAnApp, slipway.Repository{}, slipway.RoleNone, noKey},
		{"with the app's token", installed("deployments=write"), slipway.ToBeAnApp, public, slipway.RoleNone, noKey},
		{"anonymous, without a key", slipway.Actor{}, slipway.ToBeAnApp, slipway.Repository{}, slipway.RoleNone, noKey},
		{"without a key, in private", siteAdmin("repo"), slipway.ToBeAnApp, private, slipway.RoleAdmin, hidden},
	} {
		if got := sentence(t, slipway.Allowed(test.a, test.n, test.r, test.role)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// sentence is what a refusal says, of whatever kind; empty when there is none.
func sentence(t *testing.T, err error) string {
	t.Helper()
	var e *slipway.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("error %v is not ours", err)
	}
	if e == nil {
		return yes
	}
	kinds := map[string]slipway.Kind{
		login: slipway.Unauthorized, hidden: slipway.NotFound, notIntegration: slipway.Forbidden, notPersonal: slipway.Forbidden,
		notInstalled: slipway.Forbidden, noKey: slipway.Unauthorized, badCredentials: slipway.Unauthorized,
	}
	if kind, ok := kinds[e.Message]; !ok || e.Kind != kind {
		t.Errorf("refusal %q has kind %v", e.Message, e.Kind)
	}
	return e.Message
}

// needs are the rows about repositories.
var needs = []slipway.Need{
	slipway.ToReadDeployments, slipway.ToWriteDeployments, slipway.ToReadStatuses, slipway.ToWriteStatuses, slipway.ToReadRepository,
	slipway.ToWriteCode, slipway.ToWriteEnvironments, slipway.ToReadHooks, slipway.ToWriteHooks, slipway.ToDeleteHooks,
}

// somePermissions draws permissions that the rows ask for.
var somePermissions = rapid.Custom(func(t *rapid.T) slipway.Permissions {
	return rapid.MapOf(
		rapid.SampledFrom([]string{"deployments", "statuses", "contents", "administration", "repository_hooks", "metadata"}),
		rapid.SampledFrom([]slipway.Level{slipway.LevelRead, slipway.LevelWrite})).Draw(t, "permissions")
})

// However a token of an app or a fine-grained one is made, what it may do that not everybody may is within its permissions and
// its repositories; and one that is a person's does nothing that the person may not do with every scope.
func TestPermissionsNeverAdd(t *testing.T) {
	repositories := []slipway.Repository{public, private}
	for n := range repositories {
		repositories = append(repositories, repositories[n])
		repositories[n+2].ID, repositories[n+2].Owner.ID = int64(n)+3, 8
	}
	rapid.Check(t, func(t *rapid.T) {
		n, r := rapid.SampledFrom(needs).Draw(t, "need"), rapid.SampledFrom(repositories).Draw(t, "repository")
		role := slipway.Role(rapid.IntRange(int(slipway.RoleNone), int(slipway.RoleAdmin)).Draw(t, "role"))
		ids := rapid.SliceOfN(rapid.Int64Range(1, 4), 0, 3)
		kinds := []slipway.TokenKind{
			slipway.AppUserToken, slipway.InstallationToken, slipway.RefreshToken, slipway.FineGrainedToken, slipway.DeploymentToken, "?",
		}
		token := slipway.Token{
			ID: 1, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Permissions: somePermissions.Draw(t, "token"),
			AllRepositories: rapid.Bool().Draw(t, "all"), RepositoryIDs: ids.Draw(t, "selected"),
			InstallationID: rapid.Int64Range(1, 2).Draw(t, "of"),
			Scopes:         slipway.AllScopes(), // which no such token has: they must count for nothing
		}
		i := slipway.Installation{
			ID: 1, Account: slipway.Account{ID: rapid.SampledFrom([]int64{7, 8}).Draw(t, "on")}, Permissions: somePermissions.Draw(t, "installation"),
			AllRepositories: rapid.Bool().Draw(t, "all of it"), RepositoryIDs: ids.Draw(t, "of it"),
		}
		a := slipway.Actor{
			Account: slipway.Account{ID: rapid.SampledFrom([]int64{7, 9}).Draw(t, "who"), Type: slipway.User, SiteAdmin: rapid.Bool().Draw(t, "site admin")},
			Token:   token, App: &slipway.App{ID: 1}, Installations: []slipway.Installation{i},
		}
		if slipway.Allowed(a, n, r, role) != nil || slipway.Allowed(slipway.Actor{}, n, r, slipway.RoleNone) == nil {
			return
		}
		selected := token.AllRepositories || contains(token.RepositoryIDs, r.ID)
		onIt := i.Account.ID == r.Owner.ID && (i.AllRepositories || contains(i.RepositoryIDs, r.ID))
		need := n.Permissions[0]
		within := false
		switch token.Kind {
		case slipway.FineGrainedToken:
			within = selected && token.Permissions.Covers(need)
		case slipway.InstallationToken:
			within = selected && onIt && token.InstallationID == i.ID && token.Permissions.Covers(need) && i.Permissions.Covers(need)
		case slipway.AppUserToken:
			within = onIt && i.Permissions.Covers(need)
		}
		if !within {
			t.Fatalf("more than its permissions")
		}
		a.Token = slipway.Token{ID: 9, Kind: slipway.ClassicToken, Scopes: slipway.AllScopes()}
		if token.Kind != slipway.InstallationToken && slipway.Allowed(a, n, r, role) != nil {
			t.Fatal("more than the person may")
		}
	})
}

func contains(ids []int64, id int64) bool {
	for _, i := range ids {
		if i == id {
			return true
		}
	}
	return false
}

func TestMayByPermission(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"app merges":                    {slipway.MayMerge(installed("contents=write"), private, slipway.RoleWrite), yes},
		"app deploys only":              {slipway.MayMerge(installed("deployments=write,contents=read"), private, slipway.RoleWrite), notIntegration},
		"fine-grained merges":           {slipway.MayMerge(fine("contents=write"), private, slipway.RoleWrite), yes},
		"fine-grained deploys only":     {slipway.MayMerge(fine("deployments=write"), public, slipway.RoleWrite), notPersonal},
		"fine-grained makes":            {slipway.MayCreateRepository(fine("administration=write"), true), yes},
		"fine-grained of some makes":    {slipway.MayCreateRepository(fine("administration=write", 1), false), notPersonal},
		"fine-grained of code makes":    {slipway.MayCreateRepository(fine("contents=write"), false), notPersonal},
		"an app makes":                  {slipway.MayCreateRepository(installed("administration=write"), false), notIntegration},
		"a person through an app makes": {slipway.MayCreateRepository(through("administration=write"), false), notIntegration},
	} {
		if got := sentence(t, test.err); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
