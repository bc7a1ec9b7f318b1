package login

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	got := v.get("/settings/sessions")
	w.want(got, http.StatusSeeOther)
	if got.get("Location") != "/login?return_to=%2Fsettings%2Fsessions" {
		t.Errorf("sent to %s", got.get("Location"))
	}
	page := v.get(got.get("Location"))
	w.want(page, http.StatusOK, "Sign in to Slipway", `autocomplete="current-password"`)
	form := page.form()
	form.Set("login", " Ann ")
	form.Set("password", "wrong password")
	w.want(v.post("/login", form), http.StatusUnprocessableEntity, "Login and password do not match.", `value="Ann"`)
	if len(v.cookies) != 0 {
		t.Errorf("cookies %v", v.cookies)
	}
	form.Set("password", goodPassword)
	got = v.post("/login", form)
	w.want(got, http.StatusSeeOther)
	if got.get("Location") != "/settings/sessions" {
		t.Errorf("sent to %s", got.get("Location"))
	}
	w.want(v.get("/settings/sessions"), http.StatusOK, "ann", "This one")
	w.want(v.get("/settings"), http.StatusSeeOther)
	if got := v.get("/login?return_to=/login/device"); got.get("Location") != "/login/device" { // signed in already
		t.Errorf("%d %s", got.StatusCode, got.get("Location"))
	}

	for i := range 11 {
		form.Set("password", "wrong password")
		got = w.visitor().post("/login", form)
		if want := map[bool]int{true: http.StatusUnprocessableEntity, false: http.StatusForbidden}[i < 10]; got.StatusCode != want {
			t.Fatalf("guess %d: %d", i+1, got.StatusCode)
		}
	}
	w.want(got, http.StatusForbidden, "Too many tries were wrong. Wait a quarter of an hour.")
}

func TestTokensDoNotSignIn(t *testing.T) {
	w := newWorld(t)
	secret, _, err := w.deploy.CreateToken(t.Context(), local, deploy.NewToken{Login: "ann", Scopes: slipway.AllScopes()})
	w.must(err)
	got := w.visitor().post("/login", url.Values{"login": {"ann"}, "password": {secret}})
	w.want(got, http.StatusUnprocessableEntity)
	v := w.visitor()
	v.cookies["slipway_session"] = secret
	w.want(v.get("/settings/sessions"), http.StatusSeeOther)
	if got := v.send("GET", "/settings/sessions", "", "Authorization: token "+secret); got.StatusCode != http.StatusSeeOther {
		t.Errorf("a token opens a page: %d", got.StatusCode)
	}
}

func TestNewSessionAtSignIn(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	const planted = "slw_000000000000000000000000000000000000"
	v.cookies["slipway_session"] = planted
	w.want(v.post("/login", url.Values{"login": {"ann"}, "password": {goodPassword}}), http.StatusSeeOther)
	first := v.cookies["slipway_session"]
	if first == planted || first == "" {
		t.Fatalf("the session is %q", first)
	}
	w.want(v.post("/login", url.Values{"login": {"bob"}, "password": {goodPassword}}), http.StatusSeeOther)
	if second := v.cookies["slipway_session"]; second == first {
		t.Error("bob goes on in ann's session")
	}
	old := w.visitor()
	old.cookies["slipway_session"] = first
	w.want(old.get("/settings/sessions"), http.StatusSeeOther) // the one that came with the form has ended
}

func TestCookie(t *testing.T) {
	for public, want := range map[string]http.Cookie{
		"http://slipway.test":  {Name: "slipway_session"},
		"https://slipway.test": {Name: "__Host-slipway_session", Secure: true},
	} {
		w := newWorld(t, public)
		v := w.visitor()
		got := v.post("/login", url.Values{"login": {"ann"}, "password": {goodPassword}})
		list := got.Cookies()
		if len(list) != 1 {
			t.Fatalf("%v", list)
		}
		c := list[0]
		if c.Name != want.Name || c.Secure != want.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 30*24*3600 {
			t.Errorf("%s: %+v", public, c)
		}
		if hsts := got.get("Strict-Transport-Security"); (hsts != "") != want.Secure {
			t.Errorf("%s: Strict-Transport-Security %q", public, hsts)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	w := newWorld(t)
	v := w.as("ann")
	stolen := v.cookies["slipway_session"]
	got := v.post("/logout", nil)
	w.want(got, http.StatusSeeOther)
	if got.get("Location") != "/login" || len(v.cookies) != 0 {
		t.Errorf("%s %v", got.get("Location"), v.cookies)
	}
	v.cookies["slipway_session"] = stolen
	w.want(v.get("/settings/sessions"), http.StatusSeeOther)
	w.want(w.visitor().post("/logout", nil), http.StatusSeeOther) // whoever is not signed in is told the same

	v = w.as("ann")
	w.clock.Advance(30*24*time.Hour - time.Minute)
	w.want(v.get("/settings/sessions"), http.StatusOK)
	v = w.as("ann")
	w.clock.Advance(30 * 24 * time.Hour)
	w.want(v.get("/settings/sessions"), http.StatusSeeOther)

	v = w.as("ann")
	w.must(w.deploy.SetPassword(t.Context(), local, "ann", "another password"))
	w.want(v.get("/settings/sessions"), http.StatusSeeOther)
}

func TestCrossSiteForms(t *testing.T) {
	w := newWorld(t, "https://slipway.test")
	v := w.as("ann")
	form := url.Values{"id": {"1"}}.Encode()
	for _, headers := range [][]string{
		{"Sec-Fetch-Site: cross-site"},
		{"Sec-Fetch-Site: same-site"},
		{"Origin: https://evil.example"},
		{"Origin: null"},
		{"Origin: http://slipway.test"},
		{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example", "Host: slipway.test"},
	} {
		for path := range routes {
			path, post := strings.CutPrefix(path, "POST ")
			if !post || routes["POST "+path].apps {
				continue
			}
			got := v.send("POST", path, form, append(headers, "Content-Type: application/x-www-form-urlencoded")...)
			if got.StatusCode != http.StatusForbidden || !strings.Contains(got.text, "another site") {
				t.Errorf("POST %s with %v: %d", path, headers, got.StatusCode)
			}
		}
	}
	w.want(v.get("/settings/sessions"), http.StatusOK) // nothing of it was done
	for _, headers := range [][]string{{"Sec-Fetch-Site: same-origin"}, {"Origin: https://slipway.test"}, {"Sec-Fetch-Site: cross-site", "Origin: https://slipway.test"}} {
		got := v.send("POST", "/settings/sessions/end-others", "", append(headers, "Content-Type: application/x-www-form-urlencoded")...)
		if got.StatusCode != http.StatusSeeOther {
			t.Errorf("with %v: %d", headers, got.StatusCode)
		}
	}
	// Looking at a page from elsewhere is no harm.
	w.want(v.send("GET", "/settings/sessions", "", "Sec-Fetch-Site: cross-site"), http.StatusOK)
}

func TestReturnTo(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string]string{
		"/login/device?user_code=WDJB-MJHT":                                              "/login/device?user_code=WDJB-MJHT",
		"/login/oauth/authorize?client_id=x&redirect_uri=https%3A%2F%2Fapp.example%2Fcb": "/login/oauth/authorize?client_id=x&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
		"/":                             "/",
		"/acme/web":                     "/acme/web",
		"":                              afterSignIn,
		"//evil.example":                afterSignIn,
		"///evil.example":               afterSignIn,
		`/\evil.example`:                afterSignIn,
		`\\evil.example`:                afterSignIn,
		"/a//evil.example":              afterSignIn,
		"/./evil":                       afterSignIn,
		"/../evil":                      afterSignIn,
		"https://evil.example":          afterSignIn,
		"https:evil.example":            afterSignIn,
		"javascript:alert(1)":           afterSignIn,
		"evil.example":                  afterSignIn,
		"/\tevil":                       afterSignIn,
		"/\r\nSet-Cookie: x=y":          afterSignIn,
		" /settings":                    afterSignIn,
		"/\x00":                         afterSignIn,
		"\t//evil.example":              afterSignIn,
		"/%0d%0aX: y":                   afterSignIn,
		"@evil.example":                 afterSignIn,
		"/a\xffb":                       afterSignIn,
		"?x":                            afterSignIn,
		"/\u2028":                       "/%E2%80%A8",
		"/é?x=ü%C3%BC":                  "/%C3%A9?x=%C3%BC%C3%BC",
		"/" + strings.Repeat("x", 9000): afterSignIn,
	} {
		got := w.visitor().post("/login", url.Values{"login": {"ann"}, "password": {goodPassword}, "return_to": {target}})
		if got.StatusCode != http.StatusSeeOther || got.get("Location") != want {
			t.Errorf("%q: %d to %q, want %q", target, got.StatusCode, got.get("Location"), want)
		}
	}
	got := w.as("ann").get("/login?return_to=" + url.QueryEscape("//evil.example"))
	if got.get("Location") != afterSignIn {
		t.Errorf("signed in: to %q", got.get("Location"))
	}
	got = w.as("ann").post("/logout", url.Values{"return_to": {"https://evil.example"}})
	if got.get("Location") != "/login" {
		t.Errorf("signed out: to %q", got.get("Location"))
	}
}

func TestPageHeaders(t *testing.T) {
	w := newWorld(t)
	app := w.app("App")
	ann, nobody := w.as("ann"), w.visitor()
	consent := "/login/oauth/authorize?client_id=" + app.ClientID + "&scope=repo"
	for path, got := range map[string]*answer{
		"/login":             nobody.get("/login"),
		"/settings/sessions": ann.get("/settings/sessions"),
		"/login/device":      ann.get("/login/device"),
		consent:              ann.get(consent),
		"/login/nothing":     nobody.get("/login/nothing"),
		"POST /login":        nobody.post("/login", url.Values{"login": {"x"}}),
		"/settings":          nobody.get("/settings"),
	} {
		csp := got.get("Content-Security-Policy")
		want := "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
		if path == consent {
			want = strings.Replace(want, "'self'; base", "'self' https://app.example; base", 1)
		}
		if csp != want {
			t.Errorf("%s: Content-Security-Policy %q", path, csp)
		}
		for name, value := range map[string]string{
			"X-Frame-Options": "deny", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		} {
			if got.get(name) != value {
				t.Errorf("%s: %s %q", path, name, got.get(name))
			}
		}
		if strings.Contains(got.text, "<script") || strings.Contains(got.text, "style=") || strings.Contains(got.text, " onclick") {
			t.Errorf("%s has what the policy forbids", path)
		}
		for _, m := range []string{"http://", "https://", "//"} {
			if strings.Contains(got.text, `src="`+m) || strings.Contains(got.text, `href="`+m) {
				t.Errorf("%s loads something from elsewhere", path)
			}
		}
	}
}

func TestStatic(t *testing.T) {
	w := newWorld(t)
	page := w.visitor().get("/login").text
	at := strings.Index(page, "/static/slipway-")
	address := page[at : at+strings.Index(page[at:], `"`)]
	got := w.visitor().get(address)
	w.want(got, http.StatusOK, "--surface")
	if got.get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(got.get("Cache-Control"), "immutable") {
		t.Errorf("%v", got.Header)
	}
	w.want(w.visitor().get("/static/slipway-000000000000.css"), http.StatusNotFound)
	w.want(w.visitor().get("/static/../login.go"), http.StatusNotFound)
}

func TestWhatIsNotThere(t *testing.T) {
	w := newWorld(t)
	v := w.as("ann")
	for _, request := range []string{"GET /logout", "PUT /login", "DELETE /settings/sessions", "GET /login/", "GET /login//oauth/authorize", "GET /login/oauth/access_token", "POST /settings/sessions", "GET /login/device/code"} {
		method, path, _ := strings.Cut(request, " ")
		w.want(v.send(method, path, ""), http.StatusNotFound, "There is nothing here")
	}
	w.want(v.send("HEAD", "/login/device", ""), http.StatusOK)
	for _, form := range []url.Values{nil, {"id": {"x"}}, {"id": {"-1"}}, {"id": {"99999999999999999999"}}} {
		w.want(v.post("/settings/sessions/end", form), http.StatusBadRequest)
		w.want(v.post("/settings/applications/revoke", form), http.StatusBadRequest)
	}
	w.want(v.post("/settings/sessions/end", url.Values{"id": {"4711"}}), http.StatusNotFound)
	w.want(v.post("/settings/applications/revoke", url.Values{"id": {"4711"}}), http.StatusNotFound)
	w.want(v.post("/login", url.Values{"login": {strings.Repeat("x", 70_000)}}), http.StatusRequestEntityTooLarge)
}
