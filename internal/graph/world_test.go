package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/api"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
	"github.com/slipway-deploy/slipway/internal/graph"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// A world is both edges on a port, with a real database and real repositories, and a few people in it: acme/web is private and
// acme/open public, boss administers them, writer writes and reader reads them, and stranger has no part in either.
type world struct {
	testing.TB
	deploy *deploy.Decisions
	store  *counting
	db     *store.DB
	root   string
	url    string
	log    *lockedBuffer
	tokens map[string]string

	mu  sync.Mutex
	now time.Time
}

// lockedBuffer collects the log.
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

// counting counts the reads that decisions make of a store.
type counting struct {
	deploy.Store
	mu    sync.Mutex
	views int
}

func (c *counting) View(ctx context.Context, fn func(deploy.Tx) error) error {
	c.mu.Lock()
	c.views++
	c.mu.Unlock()
	return c.Store.View(ctx, fn)
}

// reads is how many reads fn makes.
func (c *counting) reads(fn func()) int {
	c.mu.Lock()
	before := c.views
	c.mu.Unlock()
	fn()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.views - before
}

var urls = slipway.URLs{Web: "http://slipway.test", API: "http://slipway.test/api/v3"}

var administrator = slipway.Actor{Local: true}

type options struct {
	api.Options
	postgres bool
}

func newWorld(t testing.TB, change ...func(*options)) *world {
	t.Helper()
	o := options{Options: api.Options{URLs: urls, Era: slipway.E11, RequireUserAgent: true}}
	for _, f := range change {
		f(&o)
	}
	dir := t.TempDir()
	w := &world{TB: t, root: filepath.Join(dir, "repos"), log: &lockedBuffer{}, tokens: map[string]string{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.db = openStore(t, filepath.Join(dir, "slipway.db"), o.postgres, w.clock)
	w.store = &counting{Store: w.db}
	repos := check(git.Open(w.root, git.Options{Log: log}))(t)
	guard := check(hook.NewGuard([]string{"127.0.0.0/8"}))(t)
	w.deploy = deploy.New(w.store, repos, guard, deploy.Settings{NoReplyHost: "slipway.test"}, log, nil)
	if _, _, err := w.deploy.FirstStart(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Log, o.GraphQL = log, graph.New(w.deploy, graph.Options{URLs: urls, Log: log, Now: w.clock}).Answer
	edge := api.New(w.deploy, o.Options)
	server := httptest.NewUnstartedServer(nil)
	server.Config = api.NewServer(edge, log)
	server.Start()
	t.Cleanup(server.Close)
	w.url = server.URL
	w.settle()
	return w
}

// clock is real until a test moves it.
func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now.IsZero() {
		return time.Now()
	}
	return w.now
}

func (w *world) setClock(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = at
}

func openStore(t testing.TB, path string, postgres bool, now func() time.Time) *store.DB {
	t.Helper()
	c := store.Config{Path: path, Key: bytes.Repeat([]byte{7}, 32), Now: now}
	if postgres {
		c.DatabaseURL = testkit.Postgres(t, func(url string) error {
			db, err := store.Open(context.Background(), store.Config{DatabaseURL: url, Key: c.Key})
			if err != nil {
				return err
			}
			return db.Close()
		})
	}
	db := check(store.Open(t.Context(), c))(t)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// check fails the test on an error: check(f())(t).
func check[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// settle makes the people and the repositories.
func (w *world) settle() {
	w.Helper()
	ctx := context.Background()
	for _, login := range []string{"boss", "writer", "reader", "stranger"} {
		check(w.deploy.CreateAccount(ctx, administrator, deploy.NewAccount{
			Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Email: login + "@example.com", Type: slipway.User,
		}))(w)
		w.tokens[login] = w.tokenOf(login, slipway.AllScopes()...)
	}
	for name, private := range map[string]bool{"web": true, "open": false} {
		w.newRepository("acme", name, private)
		for login, role := range map[string]slipway.Role{"boss": slipway.RoleAdmin, "writer": slipway.RoleWrite, "reader": slipway.RoleRead} {
			if err := w.deploy.AddCollaborator(ctx, administrator, "acme", name, login, role); err != nil {
				w.Fatal(err)
			}
		}
	}
}

// history is what is in every repository: main of two commits; topic, one ahead and one behind; clash, which conflicts with
// main; a light tag and an annotated one.
const history = `blob
mark :1
data 4
one

blob
mark :2
data 4
two

blob
mark :3
data 6
three

commit refs/heads/main
mark :10
author Boss <boss@example.com> 1700000000 +0000
committer Boss <boss@example.com> 1700000000 +0000
data 6
first
M 100644 :1 file

commit refs/heads/main
mark :11
author Boss <boss@example.com> 1700000100 +0100
committer Somebody <somebody@example.org> 1700000100 +0100
data 20
second

with a body

from :10
M 100644 :2 file

commit refs/heads/topic
mark :12
author Writer <writer@example.com> 1700000200 +0000
committer Writer <writer@example.com> 1700000200 +0000
data 6
topic
from :10
M 100644 :3 other

commit refs/heads/clash
mark :13
author Writer <writer@example.com> 1700000300 +0000
committer Writer <writer@example.com> 1700000300 +0000
data 6
clash
from :10
M 100644 :3 file

reset refs/heads/feature/x
from :12

reset refs/tags/v1
from :11

tag v1.0
from :11
tagger Boss <boss@example.com> 1700000500 +0000
data 4
1.0

`

func (w *world) newRepository(owner, name string, private bool) slipway.Repository {
	w.Helper()
	ctx := context.Background()
	r := check(w.deploy.CreateRepository(ctx, administrator, deploy.NewRepository{
		Owner: owner, Name: name, Private: &private, MakeOrganization: true,
	}))(w)
	w.git(name, history, "fast-import", "--quiet")
	if err := w.deploy.SyncRefs(ctx, r.ID); err != nil {
		w.Fatal(err)
	}
	return r
}

// git runs git in a repository of acme.
func (w *world) git(name, input string, args ...string) string {
	w.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = filepath.Join(w.root, "acme", name+".git"), strings.NewReader(input)
	cmd.Env = append(cmd.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w *world) repository(name string) slipway.Repository {
	w.Helper()
	return check(w.deploy.FindRepository(context.Background(), administrator, "acme", name))(w).Repository
}

// tokenOf makes a token and gives its secret.
func (w *world) tokenOf(login string, scopes ...string) string {
	w.Helper()
	secret, _, err := w.deploy.CreateToken(context.Background(), administrator, deploy.NewToken{Login: login, Scopes: slipway.NormalScopes(scopes)})
	if err != nil {
		w.Fatal(err)
	}
	return secret
}

// rest sends a request to REST and gives the answer's body, which must have one of the statuses of success.
func (w *world) rest(who, method, path, body string) []byte {
	w.Helper()
	res, text := w.send(who, method, "/api/v3"+path, body)
	if res.StatusCode >= 300 {
		w.Fatalf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
	return text
}

// send sends a request with somebody's token; "" is nobody.
func (w *world) send(who, method, path, body string, headers ...string) (*http.Response, []byte) {
	w.Helper()
	req, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("User-Agent", "test")
	if who != "" {
		token := w.tokens[who]
		if token == "" {
			token = who
		}
		req.Header.Set("Authorization", "bearer "+token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
		if name == "Host" {
			req.Host = value
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	return res, check(io.ReadAll(res.Body))(w)
}

// answer is what came of a query.
type answer struct {
	t      testing.TB
	text   []byte
	Data   map[string]any
	Errors []struct {
		Type       string
		Path       []any
		Locations  []struct{ Line, Column int }
		Extensions map[string]any
		Message    string
	}
}

type vars = map[string]any

// ask sends a query, which must be answered with 200.
func (w *world) ask(who, query string, variables ...vars) *answer {
	w.Helper()
	body := vars{"query": query}
	if len(variables) > 0 {
		body["variables"] = variables[0]
	}
	text := check(json.Marshal(body))(w)
	res, got := w.send(who, http.MethodPost, "/api/graphql", string(text))
	if res.StatusCode != http.StatusOK {
		w.Fatalf("%s: %d %s", query, res.StatusCode, got)
	}
	a := &answer{t: w, text: got}
	if err := json.Unmarshal(got, a); err != nil {
		w.Fatalf("%s: %v", got, err)
	}
	return a
}

// must is ask for queries that must not fail in any part.
func (w *world) must(who, query string, variables ...vars) *answer {
	w.Helper()
	a := w.ask(who, query, variables...)
	if len(a.Errors) > 0 {
		w.Fatalf("%s\n%s", query, a.text)
	}
	return a
}

// at is what lies at a path of the data: "repository.deployments.nodes.0.state".
func (a *answer) at(path string) any {
	a.t.Helper()
	var v any = a.Data
	for _, part := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = at[part]; !ok {
				a.t.Fatalf("no %s of %s in %s", part, path, a.text)
			}
		case []any:
			i := 0
			if err := json.Unmarshal([]byte(part), &i); err != nil || i >= len(at) {
				a.t.Fatalf("no %s of %s in %s", part, path, a.text)
			}
			v = at[i]
		default:
			a.t.Fatalf("no %s of %s in %s", part, path, a.text)
		}
	}
	return v
}

func (a *answer) str(path string) string {
	a.t.Helper()
	s, ok := a.at(path).(string)
	if !ok {
		a.t.Fatalf("%s is no text: %s", path, a.text)
	}
	return s
}

// failed checks the only error of an answer.
func (a *answer) failed(kind, path, message string) {
	a.t.Helper()
	if len(a.Errors) != 1 {
		a.t.Fatalf("%d errors, want one (%s): %s", len(a.Errors), message, a.text)
	}
	e := a.Errors[0]
	got, _ := json.Marshal(e.Path)
	want, _ := json.Marshal(pathOf(path))
	if e.Type != kind || e.Message != message || path != "" && string(got) != string(want) {
		a.t.Errorf("error %s\nwant %s at %s: %s", a.text, kind, path, message)
	}
	if kind != "" && path != "" && len(e.Locations) != 1 {
		a.t.Errorf("locations %v: %s", e.Locations, a.text)
	}
}

func pathOf(path string) (list []any) {
	for _, part := range strings.Split(path, ".") {
		i := 0
		if json.Unmarshal([]byte(part), &i) == nil {
			list = append(list, i)
		} else {
			list = append(list, part)
		}
	}
	return list
}
