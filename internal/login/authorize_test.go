package login

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// consent goes through the web flow's page and gives where the answer leads.
func (v *visitor) consent(query url.Values, decision string) *url.URL {
	v.Helper()
	page := v.get("/login/oauth/authorize?" + query.Encode())
	v.want(page, http.StatusOK, "Authorize ")
	form := page.form()
	form.Del("return_to") // the other form's
	form.Set("decision", decision)
	return v.target(v.post("/login/oauth/authorize", form))
}

// target is where a redirection leads.
func (v *visitor) target(got *answer) *url.URL {
	v.Helper()
	v.want(got, http.StatusFound)
	target, err := url.Parse(got.get("Location"))
	v.must(err)
	return target
}

// token takes an app through the whole web flow.
func (v *visitor) token(app slipway.App, scope string) string {
	v.Helper()
	target := v.consent(url.Values{"client_id": {app.ClientID}, "scope": {scope}, "prompt": {"consent"}}, "authorize")
	got := v.exchange(url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}, "code": {target.Query().Get("code")}}, "")
	values, err := url.ParseQuery(got.text)
	v.must(err)
	if values.Get("access_token") == "" {
		v.Fatalf("no token: %s", got.text)
	}
	return values.Get("access_token")
}

func TestState(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.as("ann")
	const state = `a b+c&d=e/"<ü>%20`
	query := url.Values{"client_id": {app.ClientID}, "state": {state}, "scope": {"repo"}, "redirect_uri": {"https://app.example/cb/in?x=1"}}
	refused := ann.consent(query, "cancel")
	if refused.Host != "app.example" || refused.Path != "/cb/in" || refused.Query().Get("state") != state || refused.Query().Get("x") != "1" || refused.Query().Get("code") != "" {
		t.Errorf("%s", refused)
	}
	if !strings.Contains(refused.RawQuery, "error=access_denied&error_description=The+user+has+denied+your+application+access.&error_uri=") {
		t.Errorf("%s", refused.RawQuery)
	}
	given := ann.consent(query, "authorize")
	if given.Query().Get("state") != state || len(given.Query().Get("code")) != 20 || given.Query().Get("error") != "" {
		t.Errorf("%s", given)
	}
	again := ann.target(ann.get("/login/oauth/authorize?" + query.Encode()))
	if again.Query().Get("state") != state || again.Query().Get("code") == given.Query().Get("code") {
		t.Errorf("%s", again)
	}
	query.Del("state")
	if got := ann.target(ann.get("/login/oauth/authorize?" + query.Encode())); got.Query().Has("state") {
		t.Errorf("%s", got)
	}
}

func TestNoOpenRedirect(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.as("ann")
	none := w.app("None", func(a *slipway.App) { a.CallbackURLs = nil })
	for _, evil := range []string{
		"https://evil.example/cb", "//evil.example", "https://app.example.evil.example/cb", "https://app.example@evil.example/cb",
		`https://evil.example\@app.example/cb`, "javascript:alert(1)", "https://app.example/cb/../evil", "http://app.example/cb", "https://evil.example#https://app.example/cb", "x",
	} {
		query := url.Values{"client_id": {app.ClientID}, "scope": {"repo"}, "redirect_uri": {evil}, "state": {"s"}}
		got := ann.target(ann.get("/login/oauth/authorize?" + query.Encode()))
		if got.Scheme != "https" || got.Host != "app.example" || got.Path != "/cb" || got.Query().Get("error") != "redirect_uri_mismatch" || got.Query().Get("state") != "s" {
			t.Errorf("%q leads to %s", evil, got)
		}
		for _, decision := range []string{"authorize", "cancel"} {
			form := url.Values{"client_id": {app.ClientID}, "redirect_uri": {evil}, "decision": {decision}}
			if got := ann.target(ann.post("/login/oauth/authorize", form)); got.Host != "app.example" || got.Query().Get("code") != "" {
				t.Errorf("%s at %q leads to %s", decision, evil, got)
			}
		}
		query.Set("client_id", none.ClientID)
		w.want(ann.get("/login/oauth/authorize?"+query.Encode()), http.StatusBadRequest, "no callback address")
		query.Set("client_id", "nobody")
		for _, who := range []*visitor{ann, w.visitor()} {
			got := who.get("/login/oauth/authorize?" + query.Encode())
			w.want(got, http.StatusNotFound, "There is no such application")
			if got.get("Location") != "" {
				t.Errorf("an unknown client leads to %s", got.get("Location"))
			}
		}
	}
	for twice, name := range map[string]string{
		"redirect_uri=https://app.example/cb&redirect_uri=https://evil.example": "redirect_uri", "state=a&state=b": "state", "client_id=x&scope=a&scope=b": "client_id",
	} {
		w.want(ann.get("/login/oauth/authorize?client_id="+app.ClientID+"&"+twice), http.StatusBadRequest, "The request has "+name+" twice.")
	}
	got := ann.target(ann.get("/login/oauth/authorize?scope=repo&code_challenge=abc&code_challenge_method=plain&client_id=" + app.ClientID))
	if got.Query().Get("error") != "invalid_request" {
		t.Errorf("%s", got)
	}
}

func TestSignInAndGoOn(t *testing.T) {
	w := newWorld(t)
	app, v := w.app("App"), w.visitor()
	got := v.get("/login/oauth/authorize?client_id=" + app.ClientID + "&scope=repo&state=s&login=ann")
	w.want(got, http.StatusSeeOther)
	page := v.get(got.get("Location"))
	w.want(page, http.StatusOK, `value="ann"`)
	if csp := page.get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' https://app.example;") {
		t.Errorf("a browser would stop at the callback: %s", csp)
	}
	form := page.form()
	form.Set("login", "ann")
	form.Set("password", goodPassword)
	next := v.post("/login", form).get("Location")
	w.want(v.get(next), http.StatusOK, "Authorize App", "Full control of your repositories", "https://app.example", "Signed in as <b>ann</b>")
}

func TestConsentIsAPost(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.as("ann")
	w.want(ann.get("/login/oauth/authorize?client_id="+app.ClientID+"&scope=repo&decision=authorize"), http.StatusOK, "Authorize App")
	got := w.visitor().post("/login/oauth/authorize", url.Values{"client_id": {app.ClientID}, "decision": {"authorize"}})
	if got.StatusCode != http.StatusSeeOther || got.get("Location") != "/login?return_to=%2Flogin%2Foauth%2Fauthorize" {
		t.Errorf("nobody consents: %d %s", got.StatusCode, got.get("Location"))
	}
	w.want(ann.post("/login/oauth/authorize", url.Values{"client_id": {app.ClientID}}), http.StatusBadRequest)
	grants, err := w.deploy.Grants(t.Context(), 0)
	w.must(err)
	if len(grants) != 0 {
		t.Errorf("%+v", grants)
	}
}

func TestConsentIsWhatItSaid(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.as("ann")
	page := ann.get("/login/oauth/authorize?client_id=" + app.ClientID + "&scope=" + url.QueryEscape("repo_deployment,nonsense read:org"))
	w.want(page, http.StatusOK, "Read and write deployments and their statuses, without access to code", "Read membership of your organizations and teams")
	if strings.Contains(page.text, `<code class="tag">nonsense`) {
		t.Error("the page promises a scope that does not exist")
	}
	form := page.form()
	form.Set("decision", "authorize")
	target := ann.target(ann.post("/login/oauth/authorize", form))
	got := ann.exchange(url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}, "code": {target.Query().Get("code")}}, "")
	if !strings.Contains(got.text, "scope=read%3Aorg%2Crepo_deployment&") {
		t.Errorf("%s", got.text)
	}
}

func TestConsentIsRemembered(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.as("ann")
	base := "/login/oauth/authorize?client_id=" + app.ClientID + "&scope="
	_ = ann.consent(url.Values{"client_id": {app.ClientID}, "scope": {"repo_deployment repo:status"}}, "authorize")
	for _, scope := range []string{"repo_deployment", "repo:status+repo_deployment", ""} {
		if got := ann.target(ann.get(base + scope)); got.Query().Get("code") == "" {
			t.Errorf("%q asks again: %s", scope, got)
		}
	}
	for _, scope := range []string{"repo", "repo_deployment+gist", "site_admin"} {
		w.want(ann.get(base+scope), http.StatusOK, "Authorize App")
	}
	w.want(ann.get(base+"repo_deployment&prompt=consent"), http.StatusOK, "You have let it do some of this before.")
	w.want(w.as("bob").get(base+"repo_deployment"), http.StatusOK, "Authorize App") // somebody else
	ann2, err := w.deploy.FindAccount(t.Context(), "ann")
	w.must(err)
	w.must(w.deploy.RevokeGrant(t.Context(), slipway.Actor{Account: ann2}, app.ID))
	w.want(ann.get(base+"repo_deployment"), http.StatusOK, "Authorize App")
}

func TestGitHubAppsAskForPermissions(t *testing.T) {
	w := newWorld(t)
	app := w.app("Bot", func(a *slipway.App) {
		a.Kind = slipway.GitHubApp
		a.Permissions = slipway.Permissions{"deployments": slipway.LevelWrite, "metadata": slipway.LevelRead}
	})
	ann := w.as("ann")
	w.want(ann.get("/login/oauth/authorize?client_id="+app.ClientID+"&scope=repo"), http.StatusOK, "Read and write deployments, where it is installed", "Read metadata")
	if token := ann.token(app, "repo"); !strings.HasPrefix(token, "slu_") {
		t.Errorf("token %s", token[:4])
	}
}

func TestCookieIsForPages(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.as("ann")
	got := ann.exchange(url.Values{"client_id": {app.ClientID}}, "application/json") // a cookie says nothing about an app
	if !strings.Contains(got.text, `"incorrect_client_credentials"`) {
		t.Errorf("%s", got.text)
	}
	for _, secret := range ann.cookies {
		if _, err := w.deploy.Authenticate(t.Context(), secret); slipway.KindOf(err) != slipway.Unauthorized {
			t.Errorf("a session opens the API: %v", err)
		}
		a, _, err := w.deploy.Signed(t.Context(), secret, deploy.Visitor{})
		w.must(err)
		private := slipway.Repository{Private: true, Owner: a.Account}
		for name, need := range map[string]slipway.Need{
			"deployments": slipway.ToWriteDeployments, "code": slipway.ToWriteCode, "hooks": slipway.ToReadHooks, "repository": slipway.ToReadRepository,
		} {
			if slipway.Allowed(a, need, private, slipway.RoleAdmin) == nil {
				t.Errorf("a session is allowed %s", name)
			}
		}
	}
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
