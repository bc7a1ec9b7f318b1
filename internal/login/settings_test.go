package login

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func TestSessionsPage(t *testing.T) {
	w := newWorld(t)
	desk, phone := w.as("ann"), w.visitor()
	got := phone.send("POST", "/login", url.Values{"login": {"ann"}, "password": {goodPassword}}.Encode(), "Content-Type: application/x-www-form-urlencoded",
		"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1")
	w.want(got, http.StatusSeeOther)
	page := desk.get("/settings/sessions")
	w.want(page, http.StatusOK, "Safari on iPhone", "127.0.0.1", "just now", "No applications", "Sign out everywhere else")
	ids := regexp.MustCompile(`name="id" value="(\d+)"`).FindAllStringSubmatch(page.text, -1)
	if len(ids) != 2 {
		t.Fatalf("%d sessions", len(ids))
	}
	theirs := w.as("bob") // and nobody else's
	for _, id := range ids {
		w.want(theirs.post("/settings/sessions/end", url.Values{"id": {id[1]}}), http.StatusNotFound)
	}
	w.want(desk.post("/settings/sessions/end-others", nil), http.StatusSeeOther)
	w.want(phone.get("/settings/sessions"), http.StatusSeeOther)
	w.want(desk.get("/settings/sessions"), http.StatusOK)
	w.want(desk.post("/settings/sessions/end", url.Values{"id": {ids[len(ids)-1][1]}}), http.StatusNotFound) // ended already

	other := w.as("ann")
	page = desk.get("/settings/sessions")
	ids = regexp.MustCompile(`name="id" value="(\d+)"`).FindAllStringSubmatch(page.text, -1)
	for _, id := range slices.Backward(ids) { // its own last
		w.want(desk.post("/settings/sessions/end", url.Values{"id": {id[1]}}), http.StatusSeeOther)
	}
	w.want(other.get("/settings/sessions"), http.StatusSeeOther)
	w.want(desk.get("/settings/sessions"), http.StatusSeeOther)
}

func TestRevokeOnThePage(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("Deployer"), w.as("ann")
	token := ann.token(app, "repo_deployment")
	_, err := w.deploy.Authenticate(t.Context(), token)
	w.must(err)
	w.want(ann.get("/settings/sessions"), http.StatusOK, "<b>Deployer</b>", "by bob", "repo_deployment", "never used")
	w.want(w.as("bob").post("/settings/applications/revoke", url.Values{"id": {strconv.FormatInt(app.ID, 10)}}), http.StatusNotFound)
	w.want(ann.post("/settings/applications/revoke", url.Values{"id": {strconv.FormatInt(app.ID, 10)}}), http.StatusSeeOther)
	if _, err := w.deploy.Authenticate(t.Context(), token); slipway.KindOf(err) != slipway.Unauthorized {
		t.Errorf("the token opens: %v", err)
	}
	w.want(ann.get("/settings/sessions"), http.StatusOK, "No applications")
}

// TestHostileNames: whatever an app, a browser or a form is called, the page has the same elements and attributes as with a
// harmless name.
func TestHostileNames(t *testing.T) {
	w := newWorld(t)
	structure := func(name string, i int) map[string]string {
		ann := w.visitor()
		agent := strings.Map(func(r rune) rune { return min(r, 0x7e) }, name)
		w.want(ann.send("POST", "/login", url.Values{"login": {"ann"}, "password": {goodPassword}}.Encode(), "Content-Type: application/x-www-form-urlencoded", "User-Agent: "+agent), http.StatusSeeOther)
		app := w.app(name, func(a *slipway.App) {
			a.Slug, a.ClientID = "app-"+strconv.Itoa(i), "client"+strconv.Itoa(i)
			a.Description, a.ExternalURL = name, "javascript:alert(1)"
		})
		consent := ann.get("/login/oauth/authorize?client_id=" + app.ClientID + "&scope=repo&state=" + url.QueryEscape(name))
		if got := consent.form().Get("state"); got != name && !strings.Contains(name, "&lt;") {
			t.Errorf("state %q came back as %q", name, got)
		}
		_ = ann.token(app, "repo")
		_, user, err := w.deploy.RequestDevice(t.Context(), app.ClientID, nil, "")
		w.must(err)
		found := map[string]string{}
		for where, got := range map[string]*answer{
			"consent": consent, "sessions": ann.get("/settings/sessions"), "device": ann.post("/login/device", url.Values{"user_code": {user}}),
			"wrong code": ann.post("/login/device", url.Values{"user_code": {name}}),
			"sign in":    w.visitor().post("/login", url.Values{"login": {name}, "return_to": {"/" + name}}),
		} {
			if got.StatusCode >= 500 {
				t.Errorf("%s with %q: %d", where, name, got.StatusCode)
			}
			found[where] = fmt.Sprint(strings.Count(got.text, "<"), strings.Count(got.text, ">"), strings.Count(got.text, `"`), strings.Count(got.text, "'"))
		}
		w.want(ann.post("/settings/applications/revoke", url.Values{"id": {strconv.FormatInt(app.ID, 10)}}), http.StatusSeeOther)
		w.want(ann.post("/logout", nil), http.StatusSeeOther)
		return found
	}
	want := structure("Plain", 0)
	for i, name := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=a()>`, `' autofocus onfocus='a()`, `</title><script>a()//`, `{{.Person}}`,
		`javascript:alert(1)`, "&lt;b&gt;", "a\u202etxt.exe", `<!--`, `]]>`, `\"`, "`${a}`",
	} {
		if diff := cmp.Diff(want, structure(name, i+1)); diff != "" {
			t.Errorf("%q changes the page (-harmless +hostile):\n%s", name, diff)
		}
	}
}

func TestMoments(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for age, want := range map[time.Duration]string{
		-time.Minute: "just now", 59 * time.Second: "just now", 3 * time.Minute: "3m ago", 5 * time.Hour: "5h ago", 50 * time.Hour: "2d ago", 40 * 24 * time.Hour: "2026-01-23",
	} {
		if got := momentOf(now.Add(-age), now); got.Words != want {
			t.Errorf("%v: %q, want %q", age, got.Words, want)
		}
	}
}

func TestBrowsers(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0":                                                        "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0": "Edge on Windows",
		"Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36":                  "Chrome on Android",
		"curl/8.9": "curl/8.9", "": "Unknown browser", strings.Repeat("é", 100): strings.Repeat("é", 30) + "…",
	} {
		if got := browser(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}
