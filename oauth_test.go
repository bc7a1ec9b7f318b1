package slipway_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

func TestRedirectRule(t *testing.T) {
	web := slipway.App{CallbackURLs: []string{"https://app.example/cb"}}
	loop := slipway.App{CallbackURLs: []string{"http://127.0.0.1/cb", "http://localhost:3000", "http://[::1]/"}}
	custom := slipway.App{CallbackURLs: []string{"myapp://callback/done"}}
	for _, test := range []struct {
		app   slipway.App
		asked string
		want  bool
	}{
		{web, "", true},
		{web, "https://app.example/cb", true},
		{web, "https://APP.example/cb", true},
		{web, "https://app.example:443/cb", true},
		{web, "https://app.example/cb/below", true},
		{web, "https://app.example/cb/below/../more", true},
		{web, "https://app.example/cb?x=y", true},
		{web, "https://app.example/cb/", true},

		{web, "http://app.example/cb", false},
		{web, "https://app.example:8443/cb", false},
		{web, "https://app.example/", false},
		{web, "https://app.example", false},
		{web, "https://app.example/cbx", false},
		{web, "https://app.example/CB", false},
		{web, "https://app.example/cb/../admin", false},
		{web, "https://app.example/cb/%2e%2e/admin", false},
		{web, "https://app.example/cb/..%2fadmin", false},
		{web, "https://app.example/cb/..%5cadmin", false},
		{web, `https://app.example/cb/..\admin`, false},
		{web, "https://app.example.evil.example/cb", false},
		{web, "https://evil.example/cb", false},
		{web, "https://evil.example/https://app.example/cb", false},
		{web, "https://app.example@evil.example/cb", false},
		{web, "https://user:password@app.example/cb", false},
		{web, "https://evil.example#@app.example/cb", false},
		{web, "https://app.example/cb#fragment", false},
		{web, "https://app.example/cb#", false},
		{web, `https://evil.example\@app.example/cb`, false},
		{web, "https://app.example\t/cb", false},
		{web, "https://app.example/cb\r\nX: y", false},
		{web, " https://app.example/cb", false},
		{web, "//app.example/cb", false},
		{web, "/cb", false},
		{web, "cb", false},
		{web, "https:app.example/cb", false},
		{web, "https:///app.example/cb", false},
		{web, "javascript:alert(1)//app.example/cb", false},
		{web, "data:text/html,x", false},
		{web, "https://app.example./cb", false},
		{web, "https://app.example/cb?code=stolen", false},
		{web, "https://app.example/cb?x=y&st%61te=theirs", false},
		{web, "https://app.example/cb?error=access_denied", false},
		{web, "https://app.example/cb?error_description=x", false},
		{web, "https://app.example/cb?error_uri=x", false},
		{web, "https://app.example/cb?x=y;code=stolen", false},
		{web, "https://app.example/cb?%zz", false},

		{loop, "http://127.0.0.1:51234/cb", true},
		{loop, "http://127.0.0.1/cb", true},
		{loop, "http://localhost:8080/anything", true},
		{loop, "http://[::1]:9/x", true},
		{loop, "http://127.0.0.1:51234/other", false},
		{loop, "https://127.0.0.1:51234/cb", false},
		{loop, "http://127.0.0.2:51234/cb", false},
		{loop, "http://localhost.evil.example/", false},

		{custom, "myapp://callback/done", true},
		{custom, "myapp://callback/done/x", true},
		{custom, "myapp://other/done", false},
		{custom, "otherapp://callback/done", false},

		{slipway.App{}, "", false},
		{slipway.App{}, "https://app.example/cb", false},
		{slipway.App{CallbackURLs: []string{"javascript:alert(1)"}}, "javascript:alert(1)", false},
	} {
		got, ok := test.app.Redirect(test.asked)
		if ok != test.want || ok && test.asked != "" && got != test.asked || !ok && got != "" {
			t.Errorf("%v asked for %q: %q %v", test.app.CallbackURLs, test.asked, got, ok)
		}
	}
	if got, _ := web.Redirect(""); got != "https://app.example/cb" {
		t.Errorf("the default is %q", got)
	}
}

func TestCallbackOrigin(t *testing.T) {
	for address, want := range map[string]string{
		"https://App.example/cb?x": "https://app.example", "http://127.0.0.1:9/": "http://127.0.0.1:9", "myapp://cb": "myapp:",
		"https://a.example; script-src *": "", "javascript:x": "", "": "",
	} {
		if got := slipway.CallbackOrigin(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestUserCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := slipway.NewUserCode(rand.Reader)
		back, ok := slipway.NormalUserCode(strings.ToLower(strings.ReplaceAll(code, "-", " ")))
		if !ok || back != code || seen[code] {
			t.Fatalf("%q came back as %q %v", code, back, ok)
		}
		seen[code] = true
	}
	for _, wrong := range []string{"", "WDJB-MJH", "WDJB-MJHTX", "AAAA-AAAA", "1234-5678", "WDJB_MJHT", "WDJB-MJH\x00"} {
		if code, ok := slipway.NormalUserCode(wrong); ok {
			t.Errorf("%q is the code %q", wrong, code)
		}
	}
	for _, broken := range []func(){
		func() { slipway.NewUserCode(bytes.NewReader(nil)) }, func() { slipway.NewHexSecret(20, bytes.NewReader(nil)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a code without randomness")
				}
			}()
			broken()
		}()
	}
}

func TestScopesInWords(t *testing.T) {
	for _, scope := range []string{"repo", "repo_deployment", "repo:status", "public_repo", "site_admin", "admin:repo_hook", "user", "delete_repo"} {
		if words := slipway.ScopeWords(scope); words == "Use the scope "+scope || len(words) < 10 {
			t.Errorf("%s: %q", scope, words)
		}
	}
	if got := slipway.ScopeWords("gpg"); got != "Use the scope gpg" {
		t.Error(got)
	}
}

func TestScopeSets(t *testing.T) {
	s := slipway.ParseScopes("repo_deployment repo:status")
	if got := s.Both(slipway.ParseScopes("repo gist")).String(); got != "gist, repo" {
		t.Error(got)
	}
	if got := s.Without(slipway.Scopes{"repo:status"}).String(); got != "repo_deployment" {
		t.Error(got)
	}
	if got := slipway.ParseScopes("repo nonsense").Known().String(); got != "repo" {
		t.Error(got)
	}
	for asked, want := range map[string]bool{"": true, "repo:status": true, "repo": false, "repo:status gist": false} {
		if s.CoversAll(slipway.ParseScopes(asked)) != want {
			t.Errorf("%v covers all of %q: %v", s, asked, !want)
		}
	}
}

func TestDevicePollRule(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := slipway.DeviceCode{State: slipway.DeviceGranted, Pause: slipway.DeviceInterval, CreatedAt: at}
	if next, err := c.Poll(at); err != nil || next.PolledAt == nil {
		t.Errorf("%+v %v", next, err)
	}
	c.PolledAt = &at
	next, err := c.Poll(at.Add(4999 * time.Millisecond))
	if err == nil || next.Pause != 10*time.Second {
		t.Errorf("%+v %v", next, err)
	}
	if _, err := c.Poll(at.Add(15 * time.Minute)); !errors.Is(err, slipway.ExpiredDeviceCode) {
		t.Errorf("%v", err)
	}
}

func TestPasswordLengths(t *testing.T) {
	for password, want := range map[string]bool{"": false, "1234567": false, "12345678": true, strings.Repeat("x", 1000): true, strings.Repeat("x", 1001): false} {
		if err := slipway.CheckPassword(password); (err == nil) != want {
			t.Errorf("%d characters: %v", len(password), err)
		}
	}
}
