package hook_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store"
)

func TestMain(m *testing.M) {
	server := goleak.IgnoreAnyFunction("github.com/slipway-deploy/slipway/internal/testkit.startPostgres.func1") // ends with the process
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent(), server)
}

const secret = "it's a secret to everybody"

// patience is how long a test waits for what must come; nothing takes nearly as long unless it is broken.
const patience = 20 * time.Second

// world is a real store with one repository, and a worker that delivers to receivers on loopback.
type world struct {
	testing.TB
	db      *store.DB
	config  store.Config
	options hook.Options
	queue   hook.Queue // what the worker works on; db unless a test stands in between
	render  hook.RenderFunc
	repo    slipway.Repository

	mu       sync.Mutex
	observed []hook.Observation
	stop     func()
	worker   *hook.Worker
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, store.Config{Path: filepath.Join(t.TempDir(), "slipway.db")})
}

// newWorldOn is a world on a database of its own.
func newWorldOn(t testing.TB, c store.Config) *world {
	t.Helper()
	c.Key = make([]byte, 32)
	if _, err := rand.Read(c.Key); err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, config: c}
	w.options = hook.Options{
		Policy:  hook.Policy{RetryMin: 20 * time.Millisecond, RetryMax: 200 * time.Millisecond, ParkAfter: time.Hour},
		Timeout: 5 * time.Second, Log: slog.New(slog.NewTextHandler(logTo{t}, nil)), Observe: w.observe,
	}
	w.render = hook.NewRenderer(nil, nil, slipway.URLs{Web: "http://slipway.test", API: "http://slipway.test/api/v3"}, w.options.Log)
	w.open()
	t.Cleanup(func() { w.halt(); _ = w.db.Close() })
	owner := slipway.Account{Login: "acme", Type: slipway.User, CreatedAt: time.Now(), UpdatedAt: time.Now()}
	w.repo = slipway.Repository{Name: "web", DefaultBranch: "main", CreatedAt: time.Now(), UpdatedAt: time.Now()}
	w.update(func(tx deploy.Tx) error {
		if err := tx.InsertAccount(&owner); err != nil {
			return err
		}
		w.repo.Owner = owner
		return tx.InsertRepository(&w.repo)
	})
	return w
}

// open opens the store, as a process that starts would.
func (w *world) open() {
	w.Helper()
	db, err := store.Open(context.Background(), w.config)
	if err != nil {
		w.Fatal(err)
	}
	w.db, w.queue = db, db
}

// start runs a worker until halt.
func (w *world) start() {
	w.Helper()
	guard, err := hook.NewGuard([]string{"127.0.0.0/8", "::1"})
	if err != nil {
		w.Fatal(err)
	}
	w.worker = hook.New(w.queue, w.render, guard, w.options)
	w.db.OnStamp(w.worker.Wake)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.worker.Run(ctx)
	}()
	w.stop = func() { cancel(); <-done }
}

// halt ends the worker and waits for it.
func (w *world) halt() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

func (w *world) observe(o hook.Observation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.observed = append(w.observed, o)
}

func (w *world) observations() []hook.Observation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]hook.Observation(nil), w.observed...)
}

func (w *world) update(fn func(deploy.Tx) error) {
	w.Helper()
	if err := w.db.Update(context.Background(), w.repo.ID, fn); err != nil {
		w.Fatal(err)
	}
}

// hook makes a hook for all events. settings are pairs of config keys and values.
func (w *world) hook(url string, settings ...string) slipway.Hook {
	w.Helper()
	h := slipway.Hook{
		RepositoryID: w.repo.ID, Name: "web", Active: true, Events: []string{"*"}, Secret: secret,
		Config: map[string]string{"url": url, "content_type": "json", "insecure_ssl": "0"}, CreatedAt: time.Now(), UpdatedAt: time.Now(),
	}
	for i := 0; i < len(settings); i += 2 {
		h.Config[settings[i]] = settings[i+1]
	}
	w.update(func(tx deploy.Tx) error { return tx.InsertHook(&h) })
	return h
}

// deployments records n releases, numbered on from first in their refs, and wakes the worker as a decision would.
func (w *world) deployments(first, n int) {
	w.Helper()
	for i := first; i < first+n; i++ {
		d := slipway.Deployment{
			ID: int64(i), RepositoryID: w.repo.ID, Ref: ref(i), SHA: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Task: "deploy",
			Environment: "production", OriginalEnvironment: "production", Creator: &w.repo.Owner, CreatedAt: time.Now(), UpdatedAt: time.Now(),
		}
		w.record("deployment", "released", slipway.Subject{Deployment: &d})
	}
}

func ref(i int) string { return "n" + strconv.Itoa(i) }

func (w *world) record(kind, action string, s slipway.Subject) {
	w.Helper()
	w.update(func(tx deploy.Tx) error {
		_, err := tx.Record(slipway.Event{
			RepositoryID: w.repo.ID, ActorID: w.repo.Owner.ID, Kind: kind, Action: action, Subject: s.Encode(),
		})
		return err
	})
}

// attempts lists what a hook's owner sees, newest first.
func (w *world) attempts(h slipway.Hook) (list []slipway.Delivery) {
	w.Helper()
	err := w.db.View(context.Background(), func(tx deploy.Tx) (err error) {
		list, err = tx.ListDeliveries(h.ID, 0, "", 1000)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return list
}

func (w *world) detail(h slipway.Hook, id int64) (d slipway.Delivery) {
	w.Helper()
	err := w.db.View(context.Background(), func(tx deploy.Tx) (err error) {
		d, err = tx.Delivery(h.ID, id)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// reopen closes the store and opens it again, as the next process would.
func (w *world) reopen() {
	w.Helper()
	if err := w.db.Close(); err != nil {
		w.Fatal(err)
	}
	w.open()
}

// unexpanded counts the events that have not become deliveries yet.
func (w *world) unexpanded() int {
	w.Helper()
	b, err := w.db.Unexpanded(context.Background(), 0, 100)
	if err != nil {
		w.Fatal(err)
	}
	return len(b.Occurrences)
}

// idle reports whether all events are expanded and nothing that is due waits.
func (w *world) idle() bool {
	w.Helper()
	due, err := w.db.NextDue(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	return w.unexpanded() == 0 && (due.IsZero() || due.After(time.Now()))
}

func (w *world) reread(h slipway.Hook) slipway.Hook {
	w.Helper()
	err := w.db.View(context.Background(), func(tx deploy.Tx) (err error) {
		h, err = tx.Hook(h.RepositoryID, h.ID)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return h
}

// until waits for a condition that the worker brings about. It looks after every attempt that was recorded.
func (w *world) until(what string, ok func() bool) {
	w.Helper()
	late := time.After(patience)
	for !ok() {
		select {
		case <-late:
			w.Fatalf("%s: not after %s", what, patience)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

type logTo struct{ t testing.TB }

func (l logTo) Write(p []byte) (int, error) {
	defer func() { _ = recover() }() // the test is over
	l.t.Log(string(p))
	return len(p), nil
}
