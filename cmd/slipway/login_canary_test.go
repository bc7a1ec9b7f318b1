package main

import (
	"bytes"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// TestCanariesOfSigningIn is promises S4 and S5 for people and apps: what goes through signing in, OAuth and the Authorizations
// API at debug level is in no line of the log, no refusal, no metric and no file of the data folder.
func TestCanariesOfSigningIn(t *testing.T) {
	const (
		password = "canary-password-4417"
		wrong    = "canary-wrong-password-9023"
		noSecret = "canary-client-secret-6610"
		noCode   = "canary-code-7745"
		state    = "canary-state-3108"
	)
	s := testkit.StartServer(t, "slipway", "SLIPWAY_LOG_LEVEL=debug", "SLIPWAY_AUTHORIZATIONS_API=true")
	s.Run("user", "create", "ann")
	setPassword(t, s, "ann", password)

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	var answers bytes.Buffer
	form := func(path string, values url.Values) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader(values.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := answers.ReadFrom(res.Body); err != nil {
			t.Fatal(err)
		}
	}
	form("/login", url.Values{"login": {"ann"}, "password": {wrong}})
	form("/login", url.Values{"login": {wrong}, "password": {wrong + "x"}, "return_to": {"/" + state}})
	answers.Reset() // a page shows what was typed as the login
	form("/login", url.Values{"login": {"ann"}, "password": {password}})
	address, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	cookies := jar.Cookies(address)
	if len(cookies) != 1 {
		t.Fatalf("%v", cookies)
	}
	session := cookies[0].Value
	form("/login/oauth/access_token", url.Values{"client_id": {"x"}, "client_secret": {noSecret}, "code": {noCode}, "code_verifier": {noCode}})
	form("/login/oauth/access_token?client_secret="+noSecret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {noCode}})
	form("/login/device", url.Values{"user_code": {noCode}})
	answers.Reset() // and the code
	if res, err := browser.Get(s.URL + "/login/oauth/authorize?client_id=x&state=" + state + "&code=" + noCode); err == nil {
		res.Body.Close()
	}
	basic := func(method, path, name, secret, body string) string {
		t.Helper()
		req, err := http.NewRequest(method, s.API()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(name, secret)
		return send(t, req)
	}
	made := basic(http.MethodPost, "/authorizations", "ann", password, `{"note":"x"}`)
	_, rest, _ := strings.Cut(made, `"token":"`)
	token, _, _ := strings.Cut(rest, `"`)
	if !strings.HasPrefix(token, "slp_") {
		t.Fatalf("no token: %s", made)
	}
	answers.WriteString(basic(http.MethodPost, "/authorizations", "ann", wrong, `{"note":"x"}`))
	answers.WriteString(basic(http.MethodGet, "/authorizations", "ann", password, ""))
	answers.WriteString(basic(http.MethodGet, "/applications/x/tokens/"+token, "x", noSecret, ""))
	metrics := with(t, s, "", "", s.URL+"/metrics")
	if !strings.Contains(metrics, `route="/login/oauth/access_token"`) {
		t.Error("the metrics do not know the pages")
	}
	if code := s.Stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	for _, secret := range []string{password, wrong, noSecret, noCode, state, session, token} {
		for place, text := range map[string]string{"the log": s.Log(), "an answer": answers.String(), "the metrics": metrics} {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %s", place, secret)
			}
		}
		for _, path := range filesWith(t, s.Data, secret) {
			t.Errorf("%s holds %s", path, secret)
		}
	}
	if !strings.Contains(s.Log(), "route=/login/device") {
		t.Error("the log does not know the pages")
	}
}

// setPassword runs the command as people do: the password on standard input.
func setPassword(t *testing.T, s *testkit.Server, login, password string) {
	t.Helper()
	cmd := exec.Command("slipway", "user", "set-password", login, "--data", s.Data)
	cmd.Stdin = strings.NewReader(password + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
