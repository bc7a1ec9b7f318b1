package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

// signed is the JSON web token of the app that the runner made.
func signed() string {
	block, _ := pem.Decode(part.Must(os.ReadFile(part.Env("SLIPWAY_APP_KEY"))))
	part.Want(block != nil, "the key is no PEM")
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		key = part.Must(x509.ParsePKCS8PrivateKey(block.Bytes)).(*rsa.PrivateKey)
	}
	encode := func(v any) string { return base64.RawURLEncoding.EncodeToString(part.Must(json.Marshal(v))) }
	now := time.Now()
	text := encode(object{"alg": "RS256", "typ": "JWT"}) + "." +
		encode(object{"iss": part.Env("SLIPWAY_APP_ID"), "iat": now.Add(-time.Minute).Unix(), "exp": now.Add(5 * time.Minute).Unix()})
	hash := sha256.Sum256([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(part.Must(rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, hash[:])))
}

func as(token string) string { return "Authorization: Bearer " + token }

// app walks over what an app sees of itself, and deploys as its installation.
func (t *tour) app() {
	app, installation := as(signed()), part.Env("SLIPWAY_INSTALLATION_ID")
	slug := t.do("GET", "/app", nil, 200, app).str("slug")
	install := exec.Command(part.Env("SLIPWAY_BINARY"), "app", "install", slug, "--repos", "boss/mine")
	part.Must(install.Output())
	for _, path := range []string{"/app/installations", "/app/installations/" + installation, t.repo + "/installation", "/orgs/acme/installation", "/users/boss/installation"} {
		t.do("GET", path, nil, 200, app)
	}
	t.get("/apps/" + slug)
	t.do("GET", "/app", nil, 401, as("a.b.c"))
	tokens := "/app/installations/" + installation + "/access_tokens"
	installed := as(t.do("POST", tokens, nil, 201, app).str("token"))
	t.do("POST", tokens, object{"repositories": []string{"web"}, "permissions": object{"deployments": "read"}}, 201, app)
	t.do("POST", tokens, object{"permissions": object{"administration": "write"}}, 422, app)
	t.do("GET", "/installation/repositories", nil, 200, installed)
	made := t.do("POST", t.r("/deployments"), object{"ref": "ready", "auto_merge": false, "required_contexts": []string{}, "environment": "by-app"}, 201, installed)
	part.Want(made.str("creator.type") == "Bot" && made.str("performed_via_github_app.slug") == slug, "it was made by %v", made.at("creator"))
	t.do("POST", t.r("/deployments/%d/statuses", made.id()), object{"state": "success"}, 201, installed)
	t.do("POST", t.r("/statuses/%s", t.ready), object{"state": "success", "context": "by-app"}, 201, installed)
	t.do("PUT", t.r("/environments/x"), nil, 403, installed).says("Resource not accessible by integration")
	t.protectionRules()
	t.do("DELETE", "/installation/token", nil, 204, installed)
	t.do("GET", t.repo, nil, 401, installed)
	t.do("DELETE", "/app/installations/"+installation, nil, 204, app)
}

// protectionRules makes the app a rule of an environment.
func (t *tour) protectionRules() {
	t.do("PUT", t.r("/environments/ruled"), nil, 200)
	at := t.r("/environments/ruled/deployment_protection_rules")
	apps := t.get(at + "/apps")
	part.Want(apps.number("total_count") == 1, "the apps are %s", apps.text)
	rule := t.do("POST", at, object{"integration_id": apps.number("available_custom_deployment_protection_rule_integrations.0.id")}, 201).id()
	t.get(at)
	t.get(fmt.Sprintf("%s/%d", at, rule))
	t.do("DELETE", fmt.Sprintf("%s/%d", at, rule), nil, 204)
	t.do("DELETE", t.r("/environments/ruled"), nil, 204)
}

// oauth gets tokens by all ways, and has them looked after.
func (t *tour) oauth() {
	cookie := t.signIn()
	id, key := part.Env("SLIPWAY_CLIENT_ID"), part.Env("SLIPWAY_CLIENT_SECRET")
	asked := url.Values{"client_id": {id}, "scope": {"repo"}, "state": {"xyz"}, "redirect_uri": {"http://127.0.0.1/callback"}, "decision": {"authorize"}}
	back := t.form("/login/oauth/authorize", asked, cookie)
	part.Want(back.StatusCode == 302 || back.StatusCode == 303, "authorizing answers %d", back.StatusCode)
	code := part.Must(url.Parse(back.Header.Get("Location"))).Query().Get("code")
	exchange := url.Values{"client_id": {id}, "client_secret": {key}, "code": {code}}
	given := t.form("/login/oauth/access_token", exchange, "")
	token := given.str("access_token")
	part.Want(strings.HasPrefix(token, "slo_"), "the token is %q", given.text)
	part.Want(t.form("/login/oauth/access_token", exchange, "").str("error") == "bad_verification_code", "a code opens twice")

	basic := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+key))
	// The second use of the code has ended its token; another one is looked after.
	code = part.Must(url.Parse(t.form("/login/oauth/authorize", asked, cookie).Header.Get("Location"))).Query().Get("code")
	exchange.Set("code", code)
	token = t.form("/login/oauth/access_token", exchange, "").str("access_token")
	t.do("POST", "/applications/"+id+"/token", object{"access_token": token}, 200, basic)
	fresh := t.do("PATCH", "/applications/"+id+"/token", object{"access_token": token}, 200, basic).str("token")
	t.do("GET", "/user", nil, 401, as(token))
	t.do("GET", "/user", nil, 200, as(fresh))
	t.do("DELETE", "/applications/"+id+"/token", object{"access_token": fresh}, 204, basic)
	t.do("POST", "/applications/"+id+"/token", object{"access_token": fresh}, 404, basic)
	t.lookAfter(id, basic, exchange, asked, cookie)
	t.authorizations()
	t.device(id, cookie)
}

// lookAfter has tokens looked at, changed and ended at the addresses of 2013, and ends the grant.
func (t *tour) lookAfter(id, basic string, exchange, asked url.Values, cookie string) {
	token := func() string {
		back := t.form("/login/oauth/authorize", asked, cookie)
		exchange.Set("code", part.Must(url.Parse(back.Header.Get("Location"))).Query().Get("code"))
		return t.form("/login/oauth/access_token", exchange, "").str("access_token")
	}
	old := "/applications/" + id + "/tokens/"
	first := token()
	t.do("GET", old+first, nil, 200, basic)
	fresh := t.do("POST", old+first, nil, 200, basic).str("token")
	t.do("DELETE", old+fresh, nil, 204, basic)
	t.do("DELETE", "/applications/"+id+"/grants/"+token(), nil, 204, basic)
	t.do("DELETE", "/applications/"+id+"/grant", object{"access_token": token()}, 204, basic)
}

// authorizations walks over the API of 2011, which the runner has switched on for this suite.
func (t *tour) authorizations() {
	boss := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("boss:"+part.Env("SLIPWAY_PASSWORD")))
	made := t.do("POST", "/authorizations", object{"scopes": []string{"repo"}, "note": "by the tour"}, 201, boss)
	one := fmt.Sprintf("/authorizations/%d", made.id())
	t.do("GET", "/authorizations", nil, 200, boss)
	t.do("GET", one, nil, 200, boss)
	t.do("PATCH", one, object{"add_scopes": []string{"user"}}, 200, boss)
	t.do("DELETE", one, nil, 204, boss)
	client := object{"client_secret": part.Env("SLIPWAY_CLIENT_SECRET"), "scopes": []string{"repo"}}
	for _, path := range []string{"", "/laptop"} {
		t.do("PUT", "/authorizations/clients/"+part.Env("SLIPWAY_CLIENT_ID")+path, client, 201, boss)
		t.do("PUT", "/authorizations/clients/"+part.Env("SLIPWAY_CLIENT_ID")+path, client, 200, boss)
	}
	t.do("GET", "/authorizations", nil, 404)
}

func (t *tour) device(id, cookie string) {
	shown := t.form("/login/device/code", url.Values{"client_id": {id}, "scope": {"repo_deployment"}}, "")
	poll := url.Values{"client_id": {id}, "device_code": {shown.str("device_code")}, "grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}}
	part.Want(t.form("/login/oauth/access_token", poll, "").str("error") == "authorization_pending", "a device does not wait")
	answer := t.form("/login/device", url.Values{"user_code": {shown.str("user_code")}, "decision": {"cancel"}}, cookie)
	part.Want(answer.StatusCode == 200, "refusing a device answers %d", answer.StatusCode)
}

// signIn gives the cookie of boss's session.
func (t *tour) signIn() string {
	a := t.form("/login", url.Values{"login": {"boss"}, "password": {part.Env("SLIPWAY_PASSWORD")}}, "")
	part.Want(a.StatusCode == 303, "signing in answers %d", a.StatusCode)
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	return cookie
}

// graphql asks what the well-known clients ask.
func (t *tour) graphql() {
	ask := func(query string, variables object) *answer {
		a := t.send("POST", strings.TrimSuffix(t.api, "/v3")+"/graphql", part.Must(json.Marshal(object{"query": query, "variables": variables})), as(t.token))
		part.Want(a.StatusCode == 200, "GraphQL answers %d: %s", a.StatusCode, a.text)
		return a
	}
	part.Want(ask("{viewer{login}}", nil).str("data.viewer.login") == "boss", "the viewer")
	a := ask(`query($n: Int!) { repository(owner: "acme", name: "web") { nameWithOwner deployments(first: $n, environments: ["many"], orderBy: {field: CREATED_AT, direction: DESC}) {
		nodes { id state environment latestStatus { state } } pageInfo { hasNextPage endCursor } } } }`, object{"n": 2})
	part.Want(a.len("data.repository.deployments.nodes") == 2, "the list is %s", a.text)
	part.Want(ask("{nothing}", nil).len("errors") == 1, "an unknown field is no error")
}

// renames gives a repository another name, follows the old one, and removes it.
func (t *tour) renames() {
	made := t.do("POST", "/user/repos", object{"name": "before"}, 201)
	t.do("PATCH", "/repos/boss/before", object{"name": "after", "description": "renamed"}, 200)
	moved := t.do("GET", "/repos/boss/before/deployments", nil, 301).says("Moved Permanently")
	part.Want(strings.HasSuffix(moved.Header.Get("Location"), fmt.Sprintf("/repositories/%d/deployments", made.id())), "it leads to %q", moved.Header.Get("Location"))
	t.do("PATCH", "/repos/boss/before", object{"archived": true}, 307)
	t.do("PATCH", "/repos/boss/after", object{"archived": true}, 200)
	t.do("POST", "/repos/boss/after/deployments", object{"ref": "main"}, 403)
	t.do("DELETE", "/repos/boss/after", nil, 204)
	t.do("GET", "/repos/boss/after", nil, 404)
}
