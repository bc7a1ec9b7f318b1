package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// onlyFor are the rows that scopes and roles have no say in: who passes them is an app, by its key, by the token of an
// installation or by its client secret, or a person by their password.
var onlyFor = map[string]string{
	"GET /app":                                            "key",
	"GET /app/installations":                              "key",
	"GET /app/installations/#installation":                "key",
	"DELETE /app/installations/#installation":             "key",
	"POST /app/installations/#installation/access_tokens": "key",
	"GET R/installation":                                  "key",
	"GET /orgs/:org/installation":                         "key",
	"GET /users/:user/installation":                       "key",
	"GET /installation/repositories":                      "installation",
	"DELETE /installation/token":                          "installation",

	"GET /authorizations":                              "password",
	"POST /authorizations":                             "password",
	"GET /authorizations/#authorization":               "password",
	"PATCH /authorizations/#authorization":             "password",
	"DELETE /authorizations/#authorization":            "password",
	"PUT /authorizations/clients/:client":              "password",
	"PUT /authorizations/clients/:client/:fingerprint": "password",
	"POST /applications/:client/token":                 "client",
	"PATCH /applications/:client/token":                "client",
	"DELETE /applications/:client/token":               "client",
	"DELETE /applications/:client/grant":               "client",
	"GET /applications/:client/tokens/:token":          "client",
	"POST /applications/:client/tokens/:token":         "client",
	"DELETE /applications/:client/tokens/:token":       "client",
	"DELETE /applications/:client/grants/:token":       "client",
}

// refusedTo is what a row that is only for apps answers to others: nothing about a private repository, and else whom it is for.
func refusedTo(row *route, public, anonymous bool) int {
	switch {
	case onlyFor[row.method+" "+row.pattern] == "installation" && !anonymous:
		return http.StatusForbidden
	case onlyFor[row.method+" "+row.pattern] != "key" && !anonymous:
		return http.StatusNotFound
	case strings.HasPrefix(row.pattern, "R") && !public:
		return http.StatusNotFound
	default:
		return http.StatusUnauthorized
	}
}

// permissionOf is which permission a row takes, in the words of the contract's endpoint table; "" where there is none.
func permissionOf(row *route) (name string, level slipway.Level) {
	name, text, _ := strings.Cut(row.permission, "=")
	level, err := slipway.ParseLevel(text)
	if row.permission != "" && err != nil {
		panic(row.permission + ": say in this test what that means")
	}
	return name, level
}

// tokensOfPermission are tokens that have nothing but one permission, for all of acme's repositories: an app's, a person's through
// the app, and a fine-grained one. The person administers the repositories.
func (w *world) tokensOfPermission(name string, level slipway.Level) map[slipway.TokenKind]string {
	w.Helper()
	ctx := context.Background()
	permissions := slipway.Permissions{}
	if level > slipway.LevelNone {
		permissions[name] = level
	}
	app, on, _, err := w.deploy.CreateApp(ctx, localAdministrator, deploy.NewApp{
		Kind: slipway.GitHubApp, Owner: "acme", Name: strings.ReplaceAll(name, "_", "-") + " " + level.String(), Permissions: permissions,
		On: deploy.Selection{AllOf: []string{"acme"}},
	})
	if err != nil {
		w.Fatal(err)
	}
	own, _ := check2(w.deploy.CreateToken(ctx, localAdministrator, deploy.NewToken{Login: "boss", Permissions: permissions, AllRepositories: true}))(w)
	key := slipway.Actor{App: &app, Account: slipway.Account{ID: app.BotID}}
	installed, _, _, err := w.deploy.CreateInstallationToken(ctx, key, on[0].ID, deploy.InstallationTokenRequest{})
	if err != nil {
		w.Fatal(err)
	}
	return map[slipway.TokenKind]string{
		slipway.FineGrainedToken: own, slipway.InstallationToken: installed, slipway.AppUserToken: w.appUserToken(app, "boss"),
	}
}

// appUserToken is a person's token through an app.
func (w *world) appUserToken(app slipway.App, login string) string {
	w.Helper()
	ctx := context.Background()
	secret := slipway.NewTokenSecret(slipway.AppUserToken, randomBytes)
	account := check(w.deploy.FindAccount(ctx, login))(w)
	err := w.store.Update(ctx, 0, func(tx deploy.Tx) error {
		return tx.InsertToken(&slipway.Token{
			AccountID: account.ID, Kind: slipway.AppUserToken, AppID: app.ID, Hash: slipway.HashToken(secret), LastEight: secret[32:], CreatedAt: tx.Now(),
		})
	})
	if err != nil {
		w.Fatal(err)
	}
	return secret
}

// TestPermissions is promise S1 for apps and fine-grained tokens: every route, every permission at every level, every kind of
// token that permissions limit. A token passes the rows that take what it has, and those that are open to everybody.
func TestPermissions(t *testing.T) {
	w := newWorld(t)
	w.reachable()
	rows := everyRow(t)
	var names []string
	for _, row := range rows {
		if name, _ := permissionOf(row); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) < 5 {
		t.Errorf("only %v are tried", names)
	}
	for _, name := range append(names, "issues") {
		for level := slipway.LevelRead; level <= slipway.LevelWrite; level++ {
			if name == slipway.Metadata && level > slipway.LevelRead {
				continue
			}
			for kind, secret := range w.tokensOfPermission(name, level) {
				for _, row := range rows {
					for _, repository := range []string{"/repos/acme/web", "/repos/acme/open"} {
						want := byPermission(row, kind, name, level, repository == "/repos/acme/open")
						got := w.do(row.method, concrete(row, repository), "", "Authorization: Bearer "+secret)
						if got.StatusCode != want || got.get("X-OAuth-Scopes") != "" || got.get("X-Accepted-OAuth-Scopes") != "" {
							t.Errorf("%s %s with %s=%s as %s: %d %s, want %d", row.method, concrete(row, repository), name, level, kind, got.StatusCode, got.body, want)
						}
						if got.StatusCode == http.StatusForbidden && row.permission != "" && got.get("X-Accepted-GitHub-Permissions") != row.permission {
							t.Errorf("%s %s: X-Accepted-GitHub-Permissions %q", row.method, row.pattern, got.get("X-Accepted-GitHub-Permissions"))
						}
					}
				}
			}
		}
	}
}

// byPermission says, in the words of contract 1.4 and 9.1, what a token with one permission is answered.
func byPermission(row *route, kind slipway.TokenKind, name string, level slipway.Level, public bool) int {
	r := mustRule(row)
	need, least := permissionOf(row)
	has := need != "" && (name == need && level >= least || need == slipway.Metadata && least == slipway.LevelRead)
	switch only := onlyFor[row.method+" "+row.pattern]; {
	case only == "installation" && kind == slipway.InstallationToken:
		return http.StatusOK
	case only != "":
		return refusedTo(row, public, false)
	case r.private == "open", public && r.public == "open":
		return http.StatusOK
	case strings.HasPrefix(row.pattern, "R"):
	case r.private == "any":
		if kind == slipway.InstallationToken && row.need.By == slipway.ByPerson {
			return http.StatusForbidden
		}
		return http.StatusOK
	case kind != slipway.FineGrainedToken && need != slipway.Metadata:
		return http.StatusForbidden // what is about no repository is not the app's to do
	}
	if has {
		return http.StatusOK
	}
	return http.StatusForbidden
}

// TestPermissionsByRole: whatever a person's token may do, the person may do too, and no more.
func TestPermissionsByRole(t *testing.T) {
	w := newWorld(t)
	w.reachable()
	everything := slipway.Permissions{}
	for _, row := range everyRow(t) {
		if name, level := permissionOf(row); name != "" {
			everything[name] = max(everything[name], level)
		}
	}
	app, _, _, err := w.deploy.CreateApp(t.Context(), localAdministrator, deploy.NewApp{
		Kind: slipway.GitHubApp, Owner: "acme", Name: "everything", Permissions: everything, On: deploy.Selection{AllOf: []string{"acme"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"stranger", "reader", "writer", "boss"} {
		own, _ := check2(w.deploy.CreateToken(t.Context(), localAdministrator, deploy.NewToken{Login: who, Permissions: everything, AllRepositories: true}))(t)
		for _, secret := range []string{own, w.appUserToken(app, who)} {
			for _, row := range everyRow(t) {
				for _, repository := range []string{"/repos/acme/web", "/repos/acme/open"} {
					if !strings.HasPrefix(row.pattern, "R") || onlyFor[row.method+" "+row.pattern] != "" {
						continue
					}
					classic := w.do(row.method, concrete(row, repository), "", "As: "+who).StatusCode == http.StatusOK
					got := w.do(row.method, concrete(row, repository), "", "Authorization: Bearer "+secret)
					want := http.StatusForbidden
					switch {
					case classic && row.permission != "":
						want = http.StatusOK
					case who == "stranger" && repository == "/repos/acme/web":
						want = http.StatusNotFound
					}
					if got.StatusCode != want {
						t.Errorf("%s %s as %s: %d %s, want %d", row.method, concrete(row, repository), who, got.StatusCode, got.body, want)
					}
				}
			}
		}
	}
}

// TestSelectedRepositories: a token for some repositories does not see the others.
func TestSelectedRepositories(t *testing.T) {
	w := newWorld(t)
	w.reachable()
	everything := check(slipway.ParsePermissions("actions=read,administration=write,checks=write,contents=write,deployments=write,repository_hooks=write,statuses=write"))(t)
	app, on, _, err := w.deploy.CreateApp(t.Context(), localAdministrator, deploy.NewApp{
		Kind: slipway.GitHubApp, Owner: "acme", Name: "selected", Permissions: everything, On: deploy.Selection{Repositories: []string{"acme/old"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	installed, _, _, err := w.deploy.CreateInstallationToken(t.Context(), slipway.Actor{App: &app, Account: slipway.Account{ID: app.BotID}}, on[0].ID, deploy.InstallationTokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	own, _ := check2(w.deploy.CreateToken(t.Context(), localAdministrator, deploy.NewToken{Login: "boss", Permissions: everything, Repositories: []string{"ACME/Old"}}))(t)
	for kind, secret := range map[string]string{"installation": installed, "app-user": w.appUserToken(app, "boss"), "fine-grained": own} {
		for _, row := range everyRow(t) {
			if !strings.HasPrefix(row.pattern, "R") || onlyFor[row.method+" "+row.pattern] != "" {
				continue
			}
			if got := w.do(row.method, concrete(row, "/repos/acme/web"), "", "Authorization: Bearer "+secret); got.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s with %s: %d", row.method, concrete(row, "/repos/acme/web"), kind, got.StatusCode)
			}
			want := http.StatusForbidden
			if mustRule(row).public == "open" {
				want = http.StatusOK
			}
			if got := w.do(row.method, concrete(row, "/repos/acme/open"), "", "Authorization: Bearer "+secret); got.StatusCode != want {
				t.Errorf("%s %s with %s: %d, want %d", row.method, concrete(row, "/repos/acme/open"), kind, got.StatusCode, want)
			}
		}
	}
}

// TestKeysElsewhere: an app that speaks by its key is refused everywhere but where it looks after its installations.
func TestKeysElsewhere(t *testing.T) {
	w := newWorld(t)
	w.reachable()
	app := w.newApp("acme/web")
	for _, row := range everyRow(t) {
		for _, repository := range []string{"/repos/acme/web", "/repos/acme/open"} {
			want := http.StatusUnauthorized
			if onlyFor[row.method+" "+row.pattern] == "key" {
				want = http.StatusOK
			}
			if got := w.do(row.method, concrete(row, repository), "", "Authorization: Bearer "+app.jwt(nil)); got.StatusCode != want {
				t.Errorf("%s %s: %d %s, want %d", row.method, concrete(row, repository), got.StatusCode, got.body, want)
			}
		}
	}
}
