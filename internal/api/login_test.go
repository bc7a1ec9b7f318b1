package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

const (
	goodPassword = "correct horse battery"
	clientSecret = "0123456789abcdef0123456789abcdef01234567"
)

func basicHeader(name, secret string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+secret))
}

// password gives somebody a password and is the header with which they prove it.
func (w *world) password(login string) string {
	w.Helper()
	if err := w.deploy.SetPassword(context.Background(), localAdministrator, login, goodPassword); err != nil {
		w.Fatal(err)
	}
	return basicHeader(login, goodPassword)
}

// oauthApp makes an OAuth app, and is the header with which it proves who it is.
func (w *world) oauthApp(name string, change ...func(*slipway.App)) (app slipway.App, header string) {
	w.Helper()
	ctx := context.Background()
	app = slipway.App{
		Kind: slipway.OAuthApp, Slug: slipway.AppSlug(name), Name: name, Owner: check(w.deploy.FindAccount(ctx, "boss"))(w), ClientID: "client-" + slipway.AppSlug(name),
		ExternalURL: "https://app.example", CallbackURLs: []string{"https://app.example/cb"}, SecretHashes: [][]byte{slipway.HashToken(clientSecret)},
	}
	for _, f := range change {
		f(&app)
	}
	if err := w.store.Update(ctx, 0, func(tx deploy.Tx) error { return tx.InsertApp(&app) }); err != nil {
		w.Fatal(err)
	}
	return app, basicHeader(app.ClientID, clientSecret)
}

// signUp gives boss a password, makes an app, and lets it in for reader.
func (w *world) signUp() {
	w.Helper()
	w.password("boss")
	app, _ := w.oauthApp("App")
	w.tokens["oauth"] = w.oauthToken(app, "reader", "repo_deployment")
}

// oauthToken is a person's token for an app.
func (w *world) oauthToken(app slipway.App, login string, scopes ...string) string {
	w.Helper()
	ctx := context.Background()
	a := slipway.Actor{Account: check(w.deploy.FindAccount(ctx, login))(w)}
	code, _, err := w.deploy.GiveCode(ctx, a, deploy.AuthorizationRequest{ClientID: app.ClientID, Scopes: slipway.NormalScopes(scopes)}, true)
	if err != nil {
		w.Fatal(err)
	}
	out, err := w.deploy.ExchangeCode(ctx, deploy.CodeExchange{Client: deploy.Client{ID: app.ClientID, Secret: clientSecret}, Code: code})
	if err != nil {
		w.Fatal(err)
	}
	return out.Secret
}

func TestPasswordAuth(t *testing.T) {
	off := newWorld(t, func(o *worldOptions) { o.AuthorizationsAPI = false })
	header := off.password("reader")
	for _, path := range []string{"/user", "/repos/acme/web", "/repos/acme/open", "/", "/authorizations"} {
		got := off.do("GET", path, "", header)
		if got.StatusCode != http.StatusUnauthorized || !strings.Contains(string(got.body), "Bad credentials") {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	on := newWorld(t, func(o *worldOptions) { o.PasswordAuth = true })
	header = on.password("reader")
	for path, want := range map[string]int{"/user": 200, "/repos/acme/web": 200, "/repos/acme/web/hooks": 404, "/authorizations": 200, "/app": 401} {
		got := on.do("GET", path, "", header)
		if got.StatusCode != want {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
		if got.get("X-OAuth-Scopes") != "" || got.get("X-Accepted-OAuth-Scopes") != "" {
			t.Errorf("%s: a password has scopes: %v", path, got.Header)
		}
	}
	got := on.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, header) // reads, and no more than they may
	if got.StatusCode != http.StatusNotFound {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	for i := range 11 {
		got = on.do("GET", "/user", "", basicHeader("reader", "wrong password"))
		want := http.StatusUnauthorized
		if i == 10 {
			want = http.StatusForbidden
		}
		if got.StatusCode != want {
			t.Fatalf("guess %d: %d %s", i+1, got.StatusCode, got.body)
		}
	}
	if !strings.Contains(string(got.body), `"message":"Max number of login attempt exceeded"`) {
		t.Errorf("%s", got.body)
	}
	if got := on.do("GET", "/user", "", "As: reader"); got.StatusCode != http.StatusOK { // tokens are not concerned
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestAuthorizationsAreOff(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.AuthorizationsAPI, o.PasswordAuth = false, true })
	header := w.password("boss")
	for _, row := range authorizationRoutes() {
		for _, who := range []string{header, "As: boss", ""} {
			var headers []string
			if who != "" {
				headers = []string{who}
			}
			if got := w.do(row.method, concrete(&row, ""), "{}", headers...); got.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %d %s", row.method, row.pattern, got.StatusCode, got.body)
			}
		}
	}
}

func TestAuthorizationsWantAPassword(t *testing.T) {
	w := newWorld(t)
	app, client := w.oauthApp("App")
	for _, row := range authorizationRoutes() {
		for header, want := range map[string]int{
			"As: boss": 404, "As: admin": 404, "Authorization: token " + w.oauthToken(app, "boss", "repo", "user"): 404, client: 404, "X-Nothing: x": 401,
		} {
			if got := w.do(row.method, concrete(&row, ""), `{"note":"x"}`, header); got.StatusCode != want {
				t.Errorf("%s %s with %s: %d %s", row.method, row.pattern, header[:10], got.StatusCode, got.body)
			}
		}
	}
}

// shownAuthorization is an authorization as it is answered.
type shownAuthorization struct {
	ID          int64
	URL         string
	App         struct{ Name, URL, Client_id string }
	Token       string
	Last        string `json:"token_last_eight"`
	Hashed      string `json:"hashed_token"`
	Note        *string
	NoteURL     *string `json:"note_url"`
	Scopes      []string
	Fingerprint *string
	User        *struct{ Login string }
}

func (w *world) authorization(want int, method, path, body, header string) shownAuthorization {
	w.Helper()
	got := w.do(method, path, body, header)
	if got.StatusCode != want {
		w.Fatalf("%s %s: %d %s", method, path, got.StatusCode, got.body)
	}
	var s shownAuthorization
	if len(got.body) > 0 && got.body[0] == '{' {
		if err := json.Unmarshal(got.body, &s); err != nil {
			w.Fatal(err)
		}
	}
	if want == http.StatusCreated && got.get("Location") != s.URL {
		w.Errorf("Location %q, want %q", got.get("Location"), s.URL)
	}
	return s
}

func TestAuthorizationsShowSecretsOnce(t *testing.T) {
	w := newWorld(t)
	boss := w.password("boss")
	made := w.authorization(201, "POST", "/authorizations", `{"scopes":["repo_deployment","repo:status"],"note":"ci","note_url":"https://ci.example"}`, boss)
	if !strings.HasPrefix(made.Token, "slp_") || made.Last != made.Token[len(made.Token)-8:] || made.App.Name != "ci" || made.App.Client_id != "00000000000000000000" || *made.NoteURL != "https://ci.example" {
		t.Errorf("%+v", made)
	}
	if got := w.do("GET", "/user", "", "Authorization: token "+made.Token); got.StatusCode != http.StatusOK || got.get("X-OAuth-Scopes") != "repo:status, repo_deployment" {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	path := fmt.Sprintf("/authorizations/%d", made.ID)
	again := w.authorization(200, "GET", path, "", boss)
	edited := w.authorization(200, "PATCH", path, `{"add_scopes":["gist"],"note":"ci 2"}`, boss)
	if again.Token != "" || edited.Token != "" || again.Hashed != made.Hashed || strings.Join(edited.Scopes, " ") != "gist repo:status repo_deployment" || *edited.Note != "ci 2" {
		t.Errorf("%+v %+v", again, edited)
	}
	edited = w.authorization(200, "POST", path, `{"remove_scopes":["gist","repo:status"]}`, boss) // POST for PATCH
	if strings.Join(edited.Scopes, " ") != "repo_deployment" {
		t.Errorf("%+v", edited)
	}
	list := w.do("GET", "/authorizations", "", boss)
	if list.StatusCode != http.StatusOK || strings.Contains(string(list.body), made.Token) || !strings.Contains(string(list.body), `"note":"ci 2"`) {
		t.Errorf("%d %s", list.StatusCode, list.body)
	}
	for body, want := range map[string]string{
		`{"note":"ci 2"}`: `{"resource":"OauthAccess","code":"already_exists","field":"description"}`, `{}`: `"code":"missing_field"`,
		`{"note":"x","scopes":["nonsense"]}`: `"field":"scopes"`, `{"note":"x","client_id":"nobody"}`: `"field":"client_secret"`,
	} {
		got := w.do("POST", "/authorizations", body, boss)
		if text := string(got.body); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "OauthAccess") || !sameMembers(text, want) {
			t.Errorf("%s: %d %s", body, got.StatusCode, got.body)
		}
	}
	w.authorization(204, "DELETE", path, "", boss)
	w.authorization(404, "GET", path, "", boss)
	if got := w.do("GET", "/user", "", "Authorization: token "+made.Token); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("its token opens: %d", got.StatusCode)
	}
}

// sameMembers reports whether an answer has the members of an object, in any order.
func sameMembers(text, object string) bool {
	for _, member := range strings.Split(strings.Trim(object, "{}"), ",") {
		if !strings.Contains(text, member) {
			return false
		}
	}
	return true
}

func TestAuthorizationsForClients(t *testing.T) {
	w := newWorld(t)
	boss := w.password("boss")
	app, client := w.oauthApp("App")
	secret := `"client_secret":"` + clientSecret + `"`
	made := w.authorization(201, "PUT", "/authorizations/clients/"+app.ClientID, `{`+secret+`,"scopes":["repo"]}`, boss)
	again := w.authorization(200, "PUT", "/authorizations/clients/"+app.ClientID, `{`+secret+`,"scopes":["user"]}`, boss)
	if !strings.HasPrefix(made.Token, "slo_") || again.Token != "" || again.ID != made.ID || strings.Join(again.Scopes, "") != "repo" || made.App.Client_id != app.ClientID {
		t.Errorf("%+v %+v", made, again)
	}
	print := w.authorization(201, "PUT", "/authorizations/clients/"+app.ClientID+"/one", `{`+secret+`}`, boss)
	if *print.Fingerprint != "one" || print.ID == made.ID {
		t.Errorf("%+v", print)
	}
	w.authorization(200, "PUT", "/authorizations/clients/"+app.ClientID+"/one", `{`+secret+`}`, boss)
	other := w.authorization(201, "POST", "/authorizations", `{"client_id":"`+app.ClientID+`",`+secret+`,"note":"mine","scopes":["gist"]}`, boss)
	w.authorization(422, "PUT", "/authorizations/clients/"+app.ClientID, `{"client_secret":"wrong"}`, boss)
	w.authorization(422, "PUT", "/authorizations/clients/nobody", `{`+secret+`}`, boss)
	seen := w.authorization(200, "POST", "/applications/"+app.ClientID+"/token", `{"access_token":"`+other.Token+`"}`, client)
	if seen.User.Login != "boss" || seen.Token != other.Token || seen.ID != other.ID {
		t.Errorf("%+v", seen)
	}
	w.authorization(204, "DELETE", "/applications/"+app.ClientID+"/grant", `{"access_token":"`+other.Token+`"}`, client)
	for _, s := range []shownAuthorization{made, print, other} {
		w.authorization(404, "GET", fmt.Sprintf("/authorizations/%d", s.ID), "", boss)
	}
}

func TestAuthorizationsOfOthers(t *testing.T) {
	w := newWorld(t)
	boss, writer := w.password("boss"), w.password("writer")
	made := w.authorization(201, "POST", "/authorizations", `{"note":"ci"}`, boss)
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		w.authorization(404, method, fmt.Sprintf("/authorizations/%d", made.ID), `{"scopes":["repo"]}`, writer)
	}
	if list := w.do("GET", "/authorizations", "", writer); strings.Contains(string(list.body), `"note":"ci"`) {
		t.Errorf("%s", list.body)
	}
	w.authorization(200, "GET", fmt.Sprintf("/authorizations/%d", made.ID), "", boss)
}

func TestApplicationsKnowTheirOwn(t *testing.T) {
	w := newWorld(t)
	app, client := w.oauthApp("App")
	_, other := w.oauthApp("Other")
	token := w.oauthToken(app, "boss", "repo")
	foreign := w.tokens["boss"]
	base := "/applications/" + app.ClientID
	body := func(token string) string { return `{"access_token":"` + token + `"}` }
	for _, row := range clientRoutes() {
		inPath := strings.Contains(row.pattern, ":token")
		for name, test := range map[string]struct {
			path, token, header string
			want                int
		}{
			"another app's secret":  {base, token, other, 404},
			"a wrong secret":        {base, token, basicHeader(app.ClientID, "wrong"), 401},
			"a person's token":      {base, token, "As: boss", 404},
			"the token itself":      {base, token, "Authorization: token " + token, 404},
			"nobody":                {base, token, "X-Nothing: x", 401},
			"a token of no app":     {base, foreign, client, 404},
			"no token":              {base, "nonsense", client, 404},
			"another app's address": {"/applications/client-other", token, client, 404},
		} {
			path := strings.NewReplacer("/applications/:client", test.path, ":token", test.token).Replace(row.pattern)
			in := ""
			if !inPath {
				in = body(test.token)
			}
			if got := w.do(row.method, path, in, test.header); got.StatusCode != test.want {
				t.Errorf("%s %s with %s: %d %s", row.method, row.pattern, name, got.StatusCode, got.body)
			}
		}
		if !inPath {
			if got := w.do(row.method, strings.ReplaceAll(row.pattern, ":client", app.ClientID), "{}", client); got.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s %s without a token: %d %s", row.method, row.pattern, got.StatusCode, got.body)
			}
		}
	}
	if got := w.do("GET", "/user", "", "Authorization: token "+token); got.StatusCode != http.StatusOK {
		t.Fatalf("somebody ended it: %d", got.StatusCode)
	}
	old := token
	token = w.authorization(200, "PATCH", base+"/token", body(old), client).Token
	token2 := w.authorization(200, "POST", base+"/tokens/"+token, "", client).Token
	w.authorization(404, "GET", base+"/tokens/"+old, "", client)
	w.authorization(404, "POST", base+"/token", body(token), client)
	if seen := w.authorization(200, "GET", base+"/tokens/"+token2, "", client); seen.User.Login != "boss" || strings.Join(seen.Scopes, "") != "repo" {
		t.Errorf("%+v", seen)
	}
	w.authorization(204, "DELETE", base+"/tokens/"+token2, "", client)
	w.authorization(404, "DELETE", base+"/grants/"+token2, "", client)
	token = w.oauthToken(app, "boss", "repo")
	w.authorization(204, "DELETE", base+"/grants/"+token, "", client)
	if got := w.do("GET", "/user", "", "Authorization: token "+token); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("it opens: %d", got.StatusCode)
	}
}

// TestOAuthTokensHaveTheirScopes is TestScopes for OAuth's tokens, which are told from classic ones by their kind alone.
func TestOAuthTokensHaveTheirScopes(t *testing.T) {
	w := newWorld(t)
	secrets := map[string]string{}
	for i, scope := range everyScope() {
		app, _ := w.oauthApp(fmt.Sprintf("App %d", i)) // one that asks for nothing gets what it was granted before
		secrets[scope] = w.oauthToken(app, "boss", scope)
	}
	expiring, _ := w.oauthApp("Expiring", func(a *slipway.App) { a.ExpiringTokens = true })
	got := w.do("GET", "/user", "", "Authorization: token "+w.oauthToken(expiring, "boss", "repo"))
	if got.StatusCode != http.StatusOK || got.get("X-OAuth-Client-Id") != expiring.ClientID || got.get("X-OAuth-Scopes") != "repo" || !strings.HasSuffix(got.get("GitHub-Authentication-Token-Expiration"), " +0000") {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	w.reachable()
	for _, scope := range everyScope() {
		for _, row := range everyRow(t) {
			r := mustRule(row)
			want := r.byScope(scope, false)
			if onlyFor[row.method+" "+row.pattern] != "" {
				want = refusedTo(row, false, false)
			}
			got := w.do(row.method, concrete(row, "/repos/acme/web"), "", "Authorization: Bearer "+secrets[scope])
			if got.StatusCode != want {
				t.Errorf("%s %s with scope %q: %d, want %d", row.method, row.pattern, scope, got.StatusCode, want)
			}
		}
	}
}

// TestClientsAreCounted: an app that says who it is has the limit of an account, and no more than the anonymous may see.
func TestClientsAreCounted(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.RateLimit, o.RateLimitAnonymous = 5000, 60 })
	app, client := w.oauthApp("App")
	for header, want := range map[string]string{client: "5000", "X-Nothing: x": "60"} {
		got := w.do("GET", "/repos/acme/open", "", header)
		if got.StatusCode != http.StatusOK || got.get("X-RateLimit-Limit") != want || got.get("X-RateLimit-Used") != "1" {
			t.Errorf("%d %v", got.StatusCode, got.Header)
		}
		if got := w.do("GET", "/repos/acme/web", "", header); got.StatusCode != http.StatusNotFound {
			t.Errorf("it sees what is private: %d", got.StatusCode)
		}
	}
	if got := w.do("GET", "/user", "", client); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	query := "?client_id=" + app.ClientID + "&client_secret=" + clientSecret
	if got := w.do("GET", "/repos/acme/open"+query, ""); got.get("X-RateLimit-Limit") != "60" { // of their day, and not of ours
		t.Errorf("%v", got.Header)
	}
	old := newWorld(t, func(o *worldOptions) { o.RateLimit, o.RateLimitAnonymous, o.QueryTokens = 5000, 60, true })
	_, _ = old.oauthApp("App")
	if got := old.do("GET", "/repos/acme/open"+query, ""); got.StatusCode != http.StatusOK || got.get("X-RateLimit-Limit") != "5000" {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	if got := old.do("GET", "/repos/acme/open"+query+"x", ""); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}
