package login

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

func TestTokenAnswers(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.as("ann")
	verifier := strings.Repeat("v", 50)
	code := func() string {
		return ann.consent(url.Values{
			"client_id": {app.ClientID}, "scope": {"user,gist"}, "prompt": {"consent"}, "code_challenge": {s256(verifier)}, "code_challenge_method": {"S256"},
		}, "authorize").Query().Get("code")
	}
	form := func() url.Values {
		return url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}, "code": {code()}, "code_verifier": {verifier}, "redirect_uri": {"https://app.example/cb"}}
	}
	got := ann.exchange(form(), "")
	w.want(got, http.StatusOK)
	if !regexp.MustCompile(`^access_token=slo_\w{36}&scope=gist%2Cuser&token_type=bearer$`).MatchString(got.text) || got.get("Content-Type") != "application/x-www-form-urlencoded; charset=utf-8" {
		t.Errorf("%s %s", got.get("Content-Type"), got.text)
	}
	if got.get("Cache-Control") != "no-store" || len(got.Cookies()) != 0 {
		t.Errorf("%v", got.Header)
	}
	got = ann.exchange(form(), "application/json")
	if !regexp.MustCompile(`^\{"access_token":"slo_\w{36}","token_type":"bearer","scope":"gist,user"\}$`).MatchString(got.text) || got.get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%s %s", got.get("Content-Type"), got.text)
	}
	got = ann.exchange(form(), "application/xml")
	if !regexp.MustCompile(`^<OAuth><access_token>slo_\w{36}</access_token><scope>gist,user</scope><token_type>bearer</token_type></OAuth>$`).MatchString(got.text) {
		t.Errorf("%s", got.text)
	}

	in := form()
	text, err := json.Marshal(map[string]any{"client_id": in.Get("client_id"), "client_secret": in.Get("client_secret"), "code": in.Get("code"), "code_verifier": verifier, "extra": 1, "state": nil})
	w.must(err)
	got = w.visitor().send("POST", "/login/oauth/access_token", string(text), "Content-Type: application/json", "Accept: application/json")
	w.want(got, http.StatusOK, `"access_token":"slo_`)

	in = form()
	in.Del("client_id")
	in.Del("client_secret")
	req := w.visitor()
	basic, err := http.NewRequest(http.MethodPost, w.url+"/login/oauth/access_token", strings.NewReader(in.Encode()))
	w.must(err)
	basic.SetBasicAuth(app.ClientID, appSecret)
	got = req.send("POST", "/login/oauth/access_token", in.Encode(), "Content-Type: application/x-www-form-urlencoded", "Authorization: "+basic.Header.Get("Authorization"))
	w.want(got, http.StatusOK, "access_token=slo_")
}

func TestTokenRefusals(t *testing.T) {
	w := newWorld(t)
	app, v := w.app("App", func(a *slipway.App) { a.ExpiringTokens = true }), w.visitor()
	closed := w.app("Closed", func(a *slipway.App) { a.DeviceFlow = false })
	for _, test := range []struct {
		form        url.Values
		code, words string
	}{
		{nil, "incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect."},
		{url.Values{"client_id": {app.ClientID}, "client_secret": {"wrong"}, "code": {"x"}}, "incorrect_client_credentials", ""},
		{url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}}, "bad_verification_code", "The code passed is incorrect or expired."},
		{url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}, "code": {"x"}, "grant_type": {"authorization_code"}}, "bad_verification_code", ""},
		{url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}, "grant_type": {"password"}}, "unsupported_grant_type", ""},
		{url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}, "grant_type": {"refresh_token"}, "refresh_token": {"slr_x"}}, "bad_refresh_token", "The refresh token passed is incorrect or expired."},
		{url.Values{"client_id": {app.ClientID}, "grant_type": {grantDevice}, "device_code": {"x"}}, "incorrect_device_code", ""},
		{url.Values{"client_id": {"nobody"}, "grant_type": {grantDevice}, "device_code": {"x"}}, "incorrect_client_credentials", ""},
		{url.Values{"client_id": {closed.ClientID}, "grant_type": {grantDevice}, "device_code": {"x"}}, "device_flow_disabled", ""},
		{url.Values{"client_id": {app.ClientID, "other"}, "client_secret": {appSecret}}, "invalid_request", ""},
		{url.Values{"client_id": {"a\x00b"}, "client_secret": {appSecret}}, "invalid_request", ""},
		{url.Values{"client_id": {"a\xffb"}, "grant_type": {grantDevice}, "device_code": {"x"}}, "invalid_request", ""},
	} {
		got := v.exchange(test.form, "application/json")
		var body struct {
			Error, Error_description, Error_uri string
		}
		w.must(json.Unmarshal([]byte(got.text), &body))
		if got.StatusCode != http.StatusOK || body.Error != test.code || !strings.Contains(body.Error_description, test.words) || body.Error_description == "" ||
			!strings.HasSuffix(body.Error_uri, "#"+strings.ReplaceAll(test.code, "_", "-")) {
			t.Errorf("%v: %d %s", test.form, got.StatusCode, got.text)
		}
		values, err := url.ParseQuery(v.exchange(test.form, "").text)
		w.must(err)
		if values.Get("error") != test.code || values.Get("error_description") != body.Error_description {
			t.Errorf("%v as a form: %v", test.form, values)
		}
		var tree struct {
			XMLName xml.Name `xml:"OAuth"`
			Error   string   `xml:"error"`
		}
		w.must(xml.Unmarshal([]byte(v.exchange(test.form, "application/xml").text), &tree))
		if tree.Error != test.code {
			t.Errorf("%v as XML: %+v", test.form, tree)
		}
	}
	for _, body := range []string{"{", "[]", `"x"`, "null\x00"} {
		got := v.send("POST", "/login/oauth/access_token", body, "Content-Type: application/json", "Accept: application/json")
		w.want(got, http.StatusOK, `"error":"invalid_request"`)
	}
	w.want(v.send("POST", "/login/oauth/access_token", "a=%zz", "Accept: application/json"), http.StatusOK, `"error":"invalid_request"`)
	w.want(v.send("POST", "/login/oauth/access_token", strings.Repeat("x", 70_000)), http.StatusRequestEntityTooLarge)
}

func TestExpiringTokens(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App", func(a *slipway.App) { a.ExpiringTokens = true }), w.as("ann")
	target := ann.consent(url.Values{"client_id": {app.ClientID}, "scope": {"repo"}}, "authorize")
	got := ann.exchange(url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}, "code": {target.Query().Get("code")}}, "application/json")
	var body struct {
		Access   string `json:"access_token"`
		Refresh  string `json:"refresh_token"`
		In       int    `json:"expires_in"`
		RefreshI int    `json:"refresh_token_expires_in"`
	}
	w.must(json.Unmarshal([]byte(got.text), &body))
	if body.In != 28800 || body.RefreshI != 15811200 || !strings.HasPrefix(body.Refresh, "slr_") {
		t.Errorf("%s", got.text)
	}
	got = ann.exchange(url.Values{"client_id": {app.ClientID}, "client_secret": {appSecret}, "grant_type": {"refresh_token"}, "refresh_token": {body.Refresh}}, "")
	w.want(got, http.StatusOK, "access_token=slo_", "&expires_in=28800&refresh_token=slr_", "&refresh_token_expires_in=15811200&scope=repo&token_type=bearer")
}

// TestRecordedTokens plays the recorded exchanges of category oauth-token: what the real server answered to an app, member for
// member (decisions §8).
func TestRecordedTokens(t *testing.T) {
	folder := os.Getenv("SLIPWAY_RECORDED")
	if folder == "" {
		t.Log("recorded exchanges: not run (SLIPWAY_RECORDED unset)")
		return
	}
	paths, err := filepath.Glob(filepath.Join(folder, "oauth-token--*.json"))
	if err != nil || len(paths) != 4 {
		t.Fatalf("%d recordings in %s: %v", len(paths), folder, err)
	}
	w := newWorld(t)
	ann := w.as("ann")
	plain, expiring := w.app("Plain"), w.app("Expiring", func(a *slipway.App) { a.ExpiringTokens = true })
	for _, path := range paths {
		text, err := os.ReadFile(path)
		w.must(err)
		var rec struct {
			Request struct {
				Method, Path string
				Headers      map[string]string
			}
			Response struct {
				Status int
				Body   map[string]any
			}
		}
		w.must(json.Unmarshal(text, &rec))
		if rec.Response.Body["error"] == "some_unknown_error" {
			continue // a client's test of what no server says
		}
		app := plain
		if rec.Response.Body["refresh_token"] != nil {
			app = expiring
		}
		verifier := strings.Repeat("v", 43)
		code := ann.consent(url.Values{"client_id": {app.ClientID}, "prompt": {"consent"}, "code_challenge": {s256(verifier)}, "code_challenge_method": {"S256"}}, "authorize").Query().Get("code")
		if rec.Response.Body["error"] != nil {
			code = "oauth_code_removed"
		}
		body, err := json.Marshal(map[string]string{"client_id": app.ClientID, "client_secret": appSecret, "code": code, "code_verifier": verifier})
		w.must(err)
		got := w.visitor().send(rec.Request.Method, rec.Request.Path, string(body), "Content-Type: "+rec.Request.Headers["Content-Type"], "Accept: "+rec.Request.Headers["Accept"])
		var ours map[string]any
		w.must(json.Unmarshal([]byte(got.text), &ours))
		if got.StatusCode != rec.Response.Status || !slices.Equal(sorted(ours), sorted(rec.Response.Body)) {
			t.Errorf("%s: %d %v, recorded %v", filepath.Base(path), got.StatusCode, sorted(ours), sorted(rec.Response.Body))
		}
		for name, value := range rec.Response.Body {
			if value != "REDACTED" && ours[name] != value {
				t.Errorf("%s: %s is %v, recorded %v", filepath.Base(path), name, ours[name], value)
			}
		}
	}
}

func sorted(m map[string]any) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestDeviceFlow(t *testing.T) {
	w := newWorld(t)
	app, ann, device := w.app("GitHub CLI"), w.as("ann"), w.visitor()
	got := device.send("POST", "/login/device/code", url.Values{"client_id": {app.ClientID}, "scope": {"repo read:org gist"}}.Encode(), "Content-Type: application/x-www-form-urlencoded")
	values, err := url.ParseQuery(got.text)
	w.must(err)
	if got.StatusCode != http.StatusOK || len(values.Get("device_code")) != 40 || len(values.Get("user_code")) != 9 ||
		values.Get("verification_uri") != w.url+"/login/device" || values.Get("expires_in") != "900" || values.Get("interval") != "5" {
		t.Fatalf("%d %s", got.StatusCode, got.text)
	}
	poll := func() *answer {
		return device.exchange(url.Values{"client_id": {app.ClientID}, "device_code": {values.Get("device_code")}, "grant_type": {grantDevice}}, "application/json")
	}
	w.want(poll(), http.StatusOK, `"error":"authorization_pending"`)
	w.want(poll(), http.StatusOK, `"error":"slow_down"`, `"interval":10`)

	page := ann.get("/login/device?user_code=" + values.Get("user_code"))
	w.want(page, http.StatusOK, "Connect a device", `value="`+values.Get("user_code")+`"`)
	page = ann.post("/login/device", url.Values{"user_code": {strings.ToLower(values.Get("user_code"))}})
	w.want(page, http.StatusOK, "Authorize GitHub CLI", "Did you start this yourself?", "Write gists")
	form := page.form()
	form.Set("user_code", values.Get("user_code"))
	form.Set("decision", "authorize")
	w.want(ann.post("/login/device", form), http.StatusOK, "The device is connected")
	w.clock.Advance(11 * time.Second)
	w.want(poll(), http.StatusOK, `"access_token":"slo_`, `"scope":"gist,read:org,repo"`)

	got = device.send("POST", "/login/device/code", `{"client_id":"`+app.ClientID+`"}`, "Content-Type: application/json", "Accept: application/json")
	w.want(got, http.StatusOK, `"expires_in":900`, `"interval":5`)
	w.want(device.send("POST", "/login/device/code", "client_id=nobody", "Content-Type: application/x-www-form-urlencoded"), http.StatusOK, "error=incorrect_client_credentials")
}

func TestDevicePage(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("Phisher"), w.as("ann")
	_, code, err := w.deploy.RequestDevice(t.Context(), app.ClientID, slipway.ParseScopes("repo"), "")
	w.must(err)
	got := w.visitor().get("/login/device?user_code=" + code)
	if got.get("Location") != "/login?return_to="+url.QueryEscape("/login/device?user_code="+code) {
		t.Errorf("sent to %s", got.get("Location"))
	}
	w.want(ann.get("/login/device"), http.StatusOK, "Enter only a code that you asked for yourself.")
	w.want(ann.post("/login/device", url.Values{"user_code": {code}}), http.StatusOK,
		"<b>Phisher</b> by <b>bob</b>", "Full control of your repositories", code, "If somebody sent you the code, cancel: they would act as you.")
	w.want(ann.post("/login/device", url.Values{"user_code": {code}, "decision": {"cancel"}}), http.StatusOK, "The device was refused")
	w.want(ann.post("/login/device", url.Values{"user_code": {code}, "decision": {"authorize"}}), http.StatusUnprocessableEntity, "The code is wrong, or it has expired.")
	w.want(ann.post("/login/device", url.Values{"user_code": {code}, "decision": {"perhaps"}}), http.StatusBadRequest)
}

func TestDeviceGuesses(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.as("ann")
	_, code, err := w.deploy.RequestDevice(t.Context(), app.ClientID, nil, "")
	w.must(err)
	for i := range 20 {
		form := url.Values{"user_code": {"BBBB-BBBB"}}
		if i%2 == 0 {
			form.Set("decision", "authorize")
		}
		w.want(ann.post("/login/device", form), http.StatusUnprocessableEntity)
	}
	w.want(ann.post("/login/device", url.Values{"user_code": {code}}), http.StatusForbidden, "Too many codes were wrong. Wait an hour.")
	w.want(w.as("bob").post("/login/device", url.Values{"user_code": {code}}), http.StatusOK)
}
