package githttp_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
	"github.com/slipway-deploy/slipway/internal/githttp"
	"github.com/slipway-deploy/slipway/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

// patience is how long a test waits for what must come; nothing takes nearly as long unless it is broken.
const patience = 20 * time.Second

// world is a server that speaks nothing but Git: the real edge on the real decisions, store and git, and git as its client.
type world struct {
	*deploy.Decisions
	t      testing.TB
	ctx    context.Context
	folder string
	db     *store.DB
	repos  *git.Repositories
	server *httptest.Server
	raw    *sql.DB // the store's file, to look at
	admin  string  // the token of the first start
	home   string  // the client's
	log    *logBuffer
	ended  chan error  // what each EndPush came to
	broken atomic.Bool // the store fails when a push ends

	mu   sync.Mutex
	seen []*http.Request
}

// overTLS serves the world with HTTP/2 instead.
func (w *world) overTLS() {
	handler := w.server.Config.Handler
	w.server.Close()
	w.server = httptest.NewUnstartedServer(handler)
	w.server.EnableHTTP2 = true
	w.server.StartTLS()
	w.t.Cleanup(w.server.Close)
}

// local is the administrator of the machine.
var local = slipway.Actor{Local: true}

func newWorld(t testing.TB, options ...func(*githttp.Options)) *world {
	t.Helper()
	w := &world{
		t: t, ctx: context.Background(), folder: t.TempDir(), home: t.TempDir(), log: &logBuffer{},
		ended: make(chan error, 1000),
	}
	var err error
	w.db, err = store.Open(w.ctx, store.Config{Path: filepath.Join(w.folder, "slipway.db"), Key: make([]byte, 32)})
	w.must(err)
	t.Cleanup(func() { w.must(w.db.Close()) })
	w.raw, err = sql.Open("sqlite", filepath.Join(w.folder, "slipway.db"))
	w.must(err)
	t.Cleanup(func() { _ = w.raw.Close() })
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.repos, err = git.Open(filepath.Join(w.folder, "repos"), git.Options{Log: log, Rest: time.Hour})
	w.must(err)
	t.Cleanup(func() { w.must(w.repos.Close()) })
	w.Decisions = deploy.New(w.db, w.repos, nil, deploy.Settings{NoReplyHost: "example.com"}, nil, nil)
	w.admin, _, err = w.FirstStart(w.ctx)
	w.must(err)

	o := githttp.Options{Log: log}
	for _, set := range options {
		set(&o)
	}
	edge := githttp.New(watched{w.Decisions, w}, w.repos, o)
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.seen = append(w.seen, r)
		w.mu.Unlock()
		edge.ServeHTTP(rw, r)
	}))
	w.server.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	w.server.Start()
	t.Cleanup(w.server.Close)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the log:\n%s", w.log)
		}
		if w.log.contains(w.admin) {
			t.Error("the log holds a token")
		}
	})
	return w
}

// watched are the decisions, with a hand on the end of a push.
type watched struct {
	*deploy.Decisions
	w *world
}

func (d watched) EndPush(ctx context.Context, repositoryID, intent int64) (err error) {
	defer func() { d.w.ended <- err }()
	if d.w.broken.Load() {
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		ctx = canceled
	}
	return d.Decisions.EndPush(ctx, repositoryID, intent)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// requests are those that came since the last call.
func (w *world) requests() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen = nil
	return seen
}

func (w *world) repository(fullName string, private bool) slipway.Repository {
	w.t.Helper()
	owner, name, _ := strings.Cut(fullName, "/")
	r, err := w.CreateRepository(w.ctx, local, deploy.NewRepository{Owner: owner, Name: name, Private: &private, MakeOrganization: true})
	w.must(err)
	return r
}

// token makes a token for an account, which is made too if there is none.
func (w *world) token(login, scopes string) string {
	w.t.Helper()
	secret, _, err := w.CreateToken(w.ctx, local, deploy.NewToken{Login: login, Scopes: slipway.ParseScopes(scopes)})
	w.must(err)
	return secret
}

// url is the address of a repository, with a token in it if there is one.
func (w *world) url(fullName, token string) string {
	u, err := url.Parse(w.server.URL + "/" + fullName + ".git")
	w.must(err)
	if token != "" {
		u.User = url.UserPassword("x-access-token", token)
	}
	return u.String()
}

// folderOf is where the server keeps a repository.
func (w *world) folderOf(r slipway.Repository) string {
	return filepath.Join(w.folder, "repos", r.Owner.Login, r.Name+".git")
}

// tryGit runs git as a client does, and gives all that it says.
func (w *world) tryGit(dir string, args ...string) (string, error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // its helpers may live on
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.home, "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Mona", "GIT_AUTHOR_EMAIL=mona@example.com", "GIT_COMMITTER_NAME=Mona", "GIT_COMMITTER_EMAIL=mona@example.com",
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *world) git(dir string, args ...string) string {
	w.t.Helper()
	out, err := w.tryGit(dir, args...)
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

// work makes a repository of the client's with one commit on main, and an origin.
func (w *world) work(origin string) string {
	w.t.Helper()
	dir := w.t.TempDir()
	w.git(dir, "init", "-q", "-b", "main")
	w.commit(dir, "README", "hello\n")
	w.git(dir, "remote", "add", "origin", origin)
	return dir
}

// commit commits a file and gives the commit's name.
func (w *world) commit(dir, name, content string) string {
	w.t.Helper()
	w.must(os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	w.git(dir, "add", name)
	w.git(dir, "commit", "-q", "-m", "change "+name)
	return w.git(dir, "rev-parse", "HEAD")
}

// pushes are the push events of a repository, as "ref old new", oldest first.
func (w *world) pushes(r slipway.Repository) (list []string) {
	w.t.Helper()
	rows, err := w.raw.QueryContext(w.ctx, "SELECT subject FROM events WHERE repository_id = ? AND kind = 'push' ORDER BY id", r.ID)
	w.must(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		w.must(rows.Scan(&text))
		subject, err := slipway.ParseSubject([]byte(text))
		w.must(err)
		list = append(list, fmt.Sprintf("%s %s %s", subject.Push.Name, subject.Push.Old, subject.Push.New))
	}
	w.must(rows.Err())
	return list
}

// nothingLeft checks that a repository is sound and that no push has left anything: a lock, an intent, an object.
func (w *world) nothingLeft(r slipway.Repository) {
	w.t.Helper()
	err := filepath.WalkDir(w.folderOf(r), func(path string, _ os.DirEntry, err error) error {
		name := filepath.Base(path)
		if strings.HasSuffix(name, ".lock") || strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, "incoming") {
			w.t.Errorf("%s was left", path)
		}
		return err
	})
	w.must(err)
	w.git(w.folderOf(r), "fsck", "--full", "--strict")
	w.must(w.db.View(w.ctx, func(tx deploy.Tx) error {
		intents, err := tx.Intents(r.ID)
		if len(intents) > 0 {
			w.t.Errorf("intents were left: %v", intents)
		}
		return err
	}))
}

// do sends a request. header is pairs of a name and a value.
func (w *world) do(method, path string, body io.Reader, header ...string) (int, http.Header, string) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.server.URL+path, body)
	w.must(err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	res, err := w.server.Client().Do(req)
	w.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	return res.StatusCode, res.Header, string(text)
}

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBuffer) contains(s string) bool { return strings.Contains(l.String(), s) }
