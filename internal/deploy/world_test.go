package deploy_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// world is a server without edges: the decisions on a real SQLite store and a scripted git, with a first repository,
// acme/web, that has one commit on main.
type world struct {
	*deploy.Decisions
	t      testing.TB
	ctx    context.Context
	store  *store.DB
	git    *scriptedGit
	faults *testkit.Faults
	raw    *sql.DB // the same file, to look at
	wakes  atomic.Int64
	time   *clock

	admin slipway.Actor // the first start's administrator, with every scope
	repo  slipway.Repository
	main  slipway.SHA
}

// clock is a time that stands until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// anyTarget lets hooks have every address but those that say they are private.
type anyTarget struct{}

func (anyTarget) Check(_ context.Context, url string) error {
	if strings.Contains(url, "localhost") {
		return slipway.ValidationFailed(slipway.Detail{Resource: "Hook", Code: "custom", Message: "url is not supported because it isn't reachable over the public Internet (localhost)"})
	}
	return nil
}

func newWorld(t testing.TB, settings ...func(*deploy.Settings)) *world {
	t.Helper()
	w := emptyWorld(t, settings...)
	w.begin()
	return w
}

// begin starts the server for the first time and makes its repository.
func (w *world) begin() {
	w.t.Helper()
	secret, made, err := w.FirstStart(w.ctx)
	w.must(err)
	if !made {
		w.t.Fatal("the first start made nothing")
	}
	w.admin, err = w.Authenticate(w.ctx, secret)
	w.must(err)
	w.repo = w.repository("acme", "web")
	w.main = w.git.write(w.repo, "refs/heads/main")
	w.must(w.SyncRefs(w.ctx, w.repo.ID))
}

// emptyWorld is a server that was never started.
func emptyWorld(t testing.TB, settings ...func(*deploy.Settings)) *world {
	t.Helper()
	w := &world{
		t: t, ctx: context.Background(), git: newScriptedGit(), faults: &testkit.Faults{},
		time: &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
	}
	path := filepath.Join(t.TempDir(), "slipway.db")
	w.store = w.open(store.Config{
		Path: path, Wrap: w.faults.Wrap,
	})
	w.look("sqlite", path)
	w.Decisions = w.decisions(settings...)
	return w
}

// open opens a database until the test ends.
func (w *world) open(c store.Config) *store.DB {
	w.t.Helper()
	c.Key, c.Now = make([]byte, 32), w.time.now
	db, err := store.Open(w.ctx, c)
	w.must(err)
	w.t.Cleanup(func() { w.must(db.Close()) })
	return db
}

// look opens the same database to see what is in it.
func (w *world) look(driver, source string) {
	w.t.Helper()
	raw, err := sql.Open(driver, source)
	w.must(err)
	raw.SetMaxOpenConns(1) // a connection knows whether others have written since it last looked
	w.t.Cleanup(func() { _ = raw.Close() })
	w.raw = raw
}

// in makes a part of a test the one that fails.
func (w *world) in(t testing.TB) {
	whole := w.t
	w.t = t
	t.Cleanup(func() { w.t = whole })
}

// decisions are a node's on the world's store and git, with memories of its own.
func (w *world) decisions(settings ...func(*deploy.Settings)) *deploy.Decisions {
	return w.decisionsOn(w.store, settings...)
}

func (w *world) decisionsOn(db *store.DB, settings ...func(*deploy.Settings)) *deploy.Decisions {
	s := deploy.Settings{
		Committer: slipway.Signature{Name: "Slipway", Email: "noreply@example.com"}, NoReplyHost: "example.com",
	}
	for _, set := range settings {
		set(&s)
	}
	d := deploy.New(db, w.git, anyTarget{}, s, nil, func() { w.wakes.Add(1) })
	d.SetClock(w.time.now)
	return d
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) repository(owner, name string) slipway.Repository {
	w.t.Helper()
	r, err := w.CreateRepository(w.ctx, slipway.Actor{Local: true}, deploy.NewRepository{
		Owner: owner, Name: name, MakeOrganization: true,
	})
	w.must(err)
	return r
}

// actor is an account with a token of some scopes.
func (w *world) actor(login, scopes string) slipway.Actor {
	w.t.Helper()
	secret, _, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: login, Scopes: slipway.ParseScopes(scopes)})
	w.must(err)
	a, err := w.Authenticate(w.ctx, secret)
	w.must(err)
	return a
}

// request is a request for a deployment of a ref that asks for no merge and no statuses.
func request(ref string) slipway.DeploymentRequest {
	return slipway.DeploymentRequest{Ref: ref, RequiredContexts: []string{}, Era: slipway.E11}
}

func (w *world) deploy(ref, environment string) slipway.Deployment {
	w.t.Helper()
	in := request(ref)
	in.Environment = environment
	out, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{})
	w.must(err)
	return out.Deployment
}

func (w *world) report(id int64, state string) slipway.DeploymentStatus {
	w.t.Helper()
	s, _, err := w.CreateDeploymentStatus(w.ctx, w.admin, w.repo, id, slipway.StatusRequest{State: state, AutoInactive: true, Era: slipway.E11})
	w.must(err)
	return s
}

func (w *world) status(sha slipway.SHA, name, state string) {
	w.t.Helper()
	_, err := w.CreateCommitStatus(w.ctx, w.admin, w.repo, string(sha), slipway.CommitStatusRequest{Context: name, State: state})
	w.must(err)
}

// event is a row of the log as tests look at it.
type event struct {
	ID, Repository, Actor int64
	Name                  string // kind/action
	Subject               slipway.Subject
}

// events lists the log, or what was added after an id.
func (w *world) events(after int64) (list []event) {
	w.t.Helper()
	const query = "SELECT id, repository_id, actor_id, kind, action, subject FROM events WHERE id > $1 ORDER BY id"
	w.rows(query, []any{after}, func(rows *sql.Rows) error {
		var e event
		var kind, action, subject string
		if err := rows.Scan(&e.ID, &e.Repository, &e.Actor, &kind, &action, &subject); err != nil {
			return err
		}
		e.Name = strings.TrimSuffix(kind+"/"+action, "/")
		var err error
		e.Subject, err = slipway.ParseSubject([]byte(subject))
		list = append(list, e)
		return err
	})
	return list
}

// rows runs a query on what the store has written.
func (w *world) rows(query string, args []any, each func(*sql.Rows) error) {
	w.t.Helper()
	rows, err := w.raw.QueryContext(w.ctx, query, args...)
	w.must(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		w.must(each(rows))
	}
	w.must(rows.Err())
}

// lastEvent is the id of the newest row of the log.
func (w *world) lastEvent() int64 {
	w.t.Helper()
	var id int64
	w.must(w.raw.QueryRowContext(w.ctx, "SELECT coalesce(max(id), 0) FROM events").Scan(&id))
	return id
}

// names are the events after an id, in order.
func (w *world) names(after int64) string {
	w.t.Helper()
	var names []string
	for _, e := range w.events(after) {
		names = append(names, e.Name)
	}
	return strings.Join(names, " ")
}

// dump is everything the database holds, to see that something changed nothing.
func (w *world) dump() string {
	w.t.Helper()
	var tables []string
	w.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", nil, func(rows *sql.Rows) error {
		tables = append(tables, "")
		return rows.Scan(&tables[len(tables)-1])
	})
	var out strings.Builder
	for _, name := range tables {
		w.rows(`SELECT * FROM "`+name+`"`, nil, func(rows *sql.Rows) error {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				return err
			}
			fmt.Fprint(&out, name)
			for _, v := range values {
				fmt.Fprintf(&out, "|%v", *v.(*any))
			}
			fmt.Fprintln(&out)
			return nil
		})
	}
	return out.String()
}

// written changes whenever something was committed.
func (w *world) written() (version int64) {
	w.t.Helper()
	w.must(w.raw.QueryRowContext(w.ctx, "PRAGMA data_version").Scan(&version))
	return version
}

// refused checks that an error has a kind and a sentence.
func (w *world) refused(err error, kind slipway.Kind, message string) {
	w.t.Helper()
	_ = w.refusal(err, kind, message)
}

// refusal is refused for those who want to see the rest.
func (w *world) refusal(err error, kind slipway.Kind, message string) *slipway.Error {
	w.t.Helper()
	var e *slipway.Error
	if !errors.As(err, &e) {
		w.t.Fatalf("got %v, want %v %q", err, kind, message)
	}
	if e.Kind != kind || e.Sentence() != message {
		w.t.Fatalf("got %v %q (%v), want %v %q", e.Kind, e.Sentence(), err, kind, message)
	}
	return e
}
