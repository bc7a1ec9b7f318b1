package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"path/filepath"
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

// A world is a whole edge on a port, with a real database and real repositories, and a few people in it:
//
//	acme/web   private   admin: boss, write: writer, read: reader
//	acme/open  public    the same
//	acme/old   public, archived
//	writer/own public
//
// and a stranger, who has no part in any of them. Every person has a token with all scopes; tokenOf makes others.
type world struct {
	testing.TB
	api    *API
	deploy *deploy.Decisions
	store  *store.DB
	repos  *git.Repositories
	root   string // the repositories' folder
	url    string // of the server, without a path
	log    *lockedBuffer
	tokens map[string]string // by login, and those tokenOf made, by what they were asked for
	shas   map[string]string // what the fixture's commits are called, by SHA
	guard  *hook.Guard

	closeStore func() error
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

// publicURLs are what every world prints, wherever it listens.
var publicURLs = slipway.URLs{Web: "http://slipway.test", API: "http://slipway.test/api/v3"}

type worldOptions struct {
	Options
	settings deploy.Settings
	bare     bool // nobody but the administrator, and no repository
	postgres bool // on PostgreSQL instead of SQLite
}

func newWorld(t testing.TB, change ...func(*worldOptions)) *world {
	t.Helper()
	o := worldOptions{Options: Options{URLs: publicURLs, Era: slipway.E11, RequireUserAgent: true, AuthorizationsAPI: true}}
	o.settings = deploy.Settings{NoReplyHost: "slipway.test", MaxStatusesPerContext: 5}
	for _, f := range change {
		f(&o)
	}
	ctx := t.Context()
	dir := t.TempDir()
	w := &world{TB: t, root: filepath.Join(dir, "repos"), log: &lockedBuffer{}, tokens: map[string]string{}, shas: map[string]string{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.store = openStore(t, filepath.Join(dir, "slipway.db"), o.postgres, log)
	w.closeStore = sync.OnceValue(w.store.Close)
	t.Cleanup(func() { _ = w.closeStore() })
	w.repos = check(git.Open(w.root, git.Options{Log: log}))(t)
	w.guard = check(hook.NewGuard([]string{"127.0.0.0/8", "::1/128"}))(t)
	w.deploy = deploy.New(w.store, w.repos, w.guard, o.settings, log, nil)
	w.tokens["admin"], _ = check2(w.deploy.FirstStart(ctx))(t)
	o.Log = log
	w.api = New(w.deploy, o.Options)
	w.api.SetReady(true)
	server := httptest.NewUnstartedServer(nil)
	server.Config = NewServer(w.api, log)
	server.Start()
	t.Cleanup(server.Close)
	w.url = server.URL
	if !o.bare {
		w.settle(ctx)
	}
	return w
}

func openStore(t testing.TB, path string, postgres bool, log *slog.Logger) *store.DB {
	t.Helper()
	c := store.Config{Path: path, Key: bytes.Repeat([]byte{7}, 32), Log: log}
	if postgres {
		c.DatabaseURL = testkit.Postgres(t, func(url string) error {
			db, err := store.Open(context.Background(), store.Config{DatabaseURL: url, Key: c.Key})
			if err != nil {
				return err
			}
			return db.Close()
		})
	}
	return check(store.Open(t.Context(), c))(t)
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

func check2[T, U any](v T, u U, err error) func(testing.TB) (T, U) {
	return func(t testing.TB) (T, U) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v, u
	}
}

// settle makes the people and the repositories.
func (w *world) settle(ctx context.Context) {
	w.Helper()
	for _, login := range []string{"boss", "writer", "reader", "stranger"} {
		check(w.deploy.CreateAccount(ctx, localAdministrator, deploy.NewAccount{
			Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Email: login + "@example.com", Type: slipway.User,
		}))(w)
		w.tokens[login] = w.tokenOf(login, slipway.AllScopes()...)
	}
	for _, r := range []struct {
		owner, name string
		private     bool
	}{{"acme", "web", true}, {"acme", "open", false}, {"acme", "old", false}, {"writer", "own", false}} {
		w.newRepository(r.owner, r.name, r.private)
		if r.owner != "acme" {
			continue
		}
		for login, role := range map[string]slipway.Role{"boss": slipway.RoleAdmin, "writer": slipway.RoleWrite, "reader": slipway.RoleRead} {
			if err := w.deploy.AddCollaborator(ctx, localAdministrator, r.owner, r.name, login, role); err != nil {
				w.Fatal(err)
			}
		}
	}
	w.archive("acme", "old")
}

// newRepository makes one with the fixture's commits in it.
func (w *world) newRepository(owner, name string, private bool) slipway.Repository {
	w.Helper()
	ctx := context.Background()
	r := check(w.deploy.CreateRepository(ctx, localAdministrator, deploy.NewRepository{
		Owner: owner, Name: name, Private: &private, MakeOrganization: true,
	}))(w)
	w.fill(filepath.Join(w.root, owner, name+".git"))
	if err := w.deploy.SyncRefs(ctx, r.ID); err != nil {
		w.Fatal(err)
	}
	return check(w.deploy.FindRepository(ctx, localAdministrator, owner, name))(w).Repository
}

func (w *world) archive(owner, name string) {
	w.Helper()
	ctx := context.Background()
	r := check(w.deploy.FindRepository(ctx, localAdministrator, owner, name))(w).Repository
	r.Archived = true
	err := w.store.Update(ctx, 0, func(tx deploy.Tx) error {
		if err := tx.SetRepository(r); err != nil {
			return err
		}
		return tx.BumpAuthVersion()
	})
	if err != nil {
		w.Fatal(err)
	}
}

// history is the fixture: a main branch of two commits; topic and feature/x, one commit ahead and one behind; clash, which
// conflicts with main; ahead, which holds main; and tags, one of them with a branch's name.
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
author Boss <boss@example.com> 1700000100 +0000
committer Somebody <somebody@example.org> 1700000100 +0000
data 7
second
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

commit refs/heads/ahead
mark :14
author Writer <writer@example.com> 1700000400 +0000
committer Writer <writer@example.com> 1700000400 +0000
data 6
ahead
from :11
M 100644 :3 more

reset refs/heads/feature/x
from :12

reset refs/tags/v1
from :11

reset refs/tags/topic
from :11

tag v1.0
from :11
tagger Boss <boss@example.com> 1700000500 +0000
data 4
1.0

`

// fill writes the fixture's history into a bare repository, and remembers what its commits are called.
func (w *world) fill(dir string) {
	w.Helper()
	w.git(dir, history, "fast-import", "--quiet")
	for _, name := range []string{"main~1", "main", "topic", "clash", "ahead"} {
		ref := "refs/heads/" + name
		w.shas[strings.TrimSpace(w.git(dir, "", "rev-parse", ref))] = strings.ReplaceAll(name, "main~1", "first")
	}
}

func (w *world) git(dir, input string, args ...string) string {
	w.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(input)
	cmd.Env = append(cmd.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// sha is the SHA of one of the fixture's commits.
func (w *world) sha(name string) string {
	w.Helper()
	for sha, n := range w.shas {
		if n == name {
			return sha
		}
	}
	w.Fatalf("no commit %q", name)
	return ""
}

// tokenOf makes a token and gives its secret.
func (w *world) tokenOf(login string, scopes ...string) string {
	w.Helper()
	secret, _ := check2(w.deploy.CreateToken(context.Background(), localAdministrator, deploy.NewToken{Login: login, Scopes: slipway.NormalScopes(scopes)}))(w)
	return secret
}

// do sends one request. path begins after /api/v3, unless it begins with /api itself. headers are "Name: value"; "As: login" is that person's token.
func (w *world) do(method, path, body string, headers ...string) *answer {
	w.Helper()
	if !strings.HasPrefix(path, "/api/") {
		path = "/api/v3" + path
	}
	return w.send(method, w.url+path, body, headers...)
}

func (w *world) send(method, url, body string, headers ...string) *answer {
	w.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, url, r)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("User-Agent", "test")
	req.Header.Set("Accept-Encoding", "identity")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		value = strings.TrimSpace(value)
		switch name {
		case "As":
			req.Header.Add("Authorization", "token "+w.token(value))
		case "Host":
			req.Host = value
		case "User-Agent", "Accept-Encoding":
			req.Header.Set(name, value)
		default:
			req.Header.Add(name, value)
		}
	}
	res, err := client.Do(req)
	if err != nil {
		w.Fatalf("%s %s: %v", method, url, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatalf("%s %s: %v", method, url, err)
	}
	return &answer{res, text}
}

// client follows no redirects and asks for no compression by itself.
var client = &http.Client{
	Timeout:       time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64},
}

func (w *world) token(who string) string {
	w.Helper()
	secret, ok := w.tokens[who]
	if !ok {
		w.Fatalf("nobody is called %q", who)
	}
	return secret
}

// answer is a response that has been read.
type answer struct {
	*http.Response
	body []byte
}

// get is a header's value under any spelling; all its lines, joined.
func (a *answer) get(name string) string { return strings.Join(a.Header.Values(name), ", ") }

// idOf is the id in an answer.
func idOf(a *answer) int64 {
	var made struct{ ID int64 }
	_ = json.Unmarshal(a.body, &made)
	return made.ID
}

// firstID is the id of a list's first element.
func firstID(a *answer) int64 {
	var list []struct{ ID int64 }
	_ = json.Unmarshal(a.body, &list)
	if len(list) == 0 {
		return 0
	}
	return list[0].ID
}

func parsePrefixes(list ...string) (out []netip.Prefix, err error) {
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}
