package login

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

const (
	goodPassword = "correct horse battery"
	appSecret    = "0123456789abcdef0123456789abcdef01234567"
)

var local = slipway.Actor{Local: true}

// A world is the edge on a port with a real database behind it, and two people, ann and bob, who have passwords.
type world struct {
	*testing.T
	deploy *deploy.Decisions
	store  *store.DB
	clock  *testkit.Clock
	url    string
	log    *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newWorld is a server that says it is reached at public; empty: at the address where it is.
func newWorld(t *testing.T, public ...string) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{T: t, clock: testkit.NewClock(time.Now().Truncate(time.Second)), log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	w.store, err = store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "slipway.db"), Key: bytes.Repeat([]byte{7}, 32), Log: log, Now: w.clock.Now})
	w.must(err)
	t.Cleanup(func() { _ = w.store.Close() })
	repos, err := git.Open(filepath.Join(dir, "repos"), git.Options{Log: log})
	w.must(err)
	guard, err := hook.NewGuard(nil)
	w.must(err)
	w.deploy = deploy.New(w.store, repos, guard, deploy.Settings{}, log, nil)
	w.must(w.deploy.Prepare(t.Context()))
	server := httptest.NewUnstartedServer(nil)
	w.url = "http://" + server.Listener.Addr().String()
	web := w.url
	if len(public) > 0 {
		web = public[0]
	}
	server.Config.Handler = New(w.deploy, Options{URLs: slipway.URLs{Web: web, API: web + "/api/v3"}, Log: log, Now: w.clock.Now})
	server.Start()
	t.Cleanup(server.Close)
	for _, login := range []string{"ann", "bob"} {
		_, err := w.deploy.CreateAccount(t.Context(), local, deploy.NewAccount{Login: login})
		w.must(err)
		w.must(w.deploy.SetPassword(t.Context(), local, login, goodPassword))
	}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// app makes an OAuth app of bob's.
func (w *world) app(name string, change ...func(*slipway.App)) slipway.App {
	w.Helper()
	owner, err := w.deploy.FindAccount(w.Context(), "bob")
	w.must(err)
	app := slipway.App{
		Kind: slipway.OAuthApp, Slug: slipway.AppSlug(name) + "-" + rest(name), Name: name, Owner: owner, ClientID: "client-" + rest(name), DeviceFlow: true,
		CallbackURLs: []string{"https://app.example/cb"}, SecretHashes: [][]byte{slipway.HashToken(appSecret)},
		CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now(),
	}
	for _, f := range change {
		f(&app)
	}
	w.must(w.store.Update(context.Background(), 0, func(tx deploy.Tx) error { return tx.InsertApp(&app) }))
	return app
}

// rest is a name that is different for different names.
func rest(name string) string {
	return string(slipway.HashToken(name)[:4][0]%26+'a') + slipway.AppSlug(name)
}

// browser is somebody's browser: it keeps cookies and follows nothing.
type visitor struct {
	*world
	http    *http.Client
	cookies map[string]string
}

func (w *world) visitor() *visitor {
	return &visitor{world: w, cookies: map[string]string{}, http: &http.Client{
		Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is a response that has been read.
type answer struct {
	*http.Response
	text string
}

func (a *answer) get(name string) string { return strings.Join(a.Header.Values(name), ", ") }

// send sends one request. headers are "Name: value".
func (v *visitor) send(method, path, body string, headers ...string) *answer {
	v.Helper()
	req, err := http.NewRequest(method, v.url+path, strings.NewReader(body))
	v.must(err)
	for name, value := range v.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	res, err := v.http.Do(req)
	v.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	v.must(err)
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
			continue
		}
		v.cookies[c.Name] = c.Value
	}
	return &answer{res, string(text)}
}

func (v *visitor) get(path string) *answer { v.Helper(); return v.send("GET", path, "") }

// post sends a form as a browser does from a page of this server.
func (v *visitor) post(path string, form url.Values) *answer {
	v.Helper()
	return v.send("POST", path, form.Encode(), "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin")
}

// as signs somebody in.
func (w *world) as(login string) *visitor {
	w.Helper()
	v := w.visitor()
	got := v.post("/login", url.Values{"login": {login}, "password": {goodPassword}})
	if got.StatusCode != http.StatusSeeOther || len(v.cookies) != 1 {
		w.Fatalf("signing in: %d %s", got.StatusCode, got.text)
	}
	return v
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// form is what a page's form carries.
func (a *answer) form() url.Values {
	values := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(a.text, -1) {
		values.Set(m[1], strings.NewReplacer("&amp;", "&", "&#43;", "+", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'").Replace(m[2]))
	}
	return values
}

// want checks a status, and that the page says something.
func (w *world) want(got *answer, status int, says ...string) {
	w.Helper()
	if got.StatusCode != status {
		w.Fatalf("%s %s: %d %s\n%s", got.Request.Method, got.Request.URL, got.StatusCode, got.get("Location"), got.text)
	}
	for _, s := range says {
		if !strings.Contains(got.text, s) {
			w.Errorf("%s %s does not say %q:\n%s", got.Request.Method, got.Request.URL, s, got.text)
		}
	}
}

// exchange gives what an app is answered for a form.
func (v *visitor) exchange(form url.Values, accept string) *answer {
	v.Helper()
	return v.send("POST", "/login/oauth/access_token", form.Encode(), "Content-Type: application/x-www-form-urlencoded", "Accept: "+accept)
}
