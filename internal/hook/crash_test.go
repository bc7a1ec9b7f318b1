package hook_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// TestEveryStatementFails has a delivery made by hand, once for each statement that is run on its way, with the database
// failing at that statement. Whatever fails, the next start finds the truth: nothing is lost, nothing overtakes, one GUID.
func TestEveryStatementFails(t *testing.T) {
	w := newWorld(t)
	broken := &testkit.Faults{}
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	w.config.Wrap = broken.Wrap
	w.open()
	h := w.hook("http://127.0.0.1/")
	l := &ledger{guids: map[string]string{}}
	for n := 1; ; n++ {
		w.deployments(2*n-1, 2)
		broken.Arm(n)
		for range 3 { // processes that die of the failure, and the one that does not
			if err := l.live(w); err == nil {
				break
			}
		}
		if !broken.Disarm() {
			if n < 20 {
				t.Errorf("only %d statements were run", n)
			}
			break
		}
		if err := l.live(w); err != nil {
			t.Fatalf("statement %d: %v", n, err)
		}
		if got, want := firsts(l.refs), refs(1, 2*n); !slices.Equal(got, want) {
			t.Fatalf("statement %d: sent %v, want %v", n, got[max(0, len(got)-4):], want[len(want)-4:])
		}
	}
	if l.doubled != "" {
		t.Error(l.doubled)
	}
	if made, listed := len(l.refs), len(w.attempts(h)); listed > made {
		t.Errorf("%d attempts are listed, %d were made", listed, made)
	}
}

// ledger is a receiver without a network: what it was sent, and under which GUIDs.
type ledger struct {
	refs    []string
	guids   map[string]string
	doubled string
}

// live is one process: it expands, claims and sends until nothing is due, or dies of the first error.
func (l *ledger) live(w *world) error {
	ctx := context.Background()
	if err := w.db.Begin(ctx); err != nil {
		return err
	}
	for {
		b, err := w.db.Unexpanded(ctx, 0, 1) // one by one: more statements to fail at
		if err != nil {
			return err
		}
		if len(b.Occurrences) == 0 {
			break
		}
		if err := w.db.Expand(ctx, expansionOf(b)); err != nil {
			return err
		}
	}
	for {
		jobs, err := w.db.Claim(ctx, hook.Room{Healthy: 1, Failing: 1}, time.Hour)
		if err != nil || len(jobs) == 0 {
			return err
		}
		for next := &jobs[0]; next != nil; {
			l.send(next)
			a := hook.Attempt{At: time.Now(), StatusCode: 200, Status: "OK", Answered: true}
			then, err := w.db.Finish(ctx, *next, a, hook.Next{Done: true, GiveBack: len(l.refs)%3 == 0}, time.Hour)
			if err != nil {
				return err
			}
			next = then.Next
		}
	}
}

func expansionOf(b hook.Backlog) hook.Expansion {
	x := hook.Expansion{To: b.To}
	for _, o := range b.Occurrences {
		s, err := slipway.ParseSubject(o.Event.Subject)
		if err != nil || s.Deployment == nil {
			continue
		}
		for _, h := range o.Hooks {
			x.Deliveries = append(x.Deliveries, hook.Delivery{
				Position: o.Event.Position, EventID: o.Event.ID, HookID: h.ID, RepositoryID: o.Repository.ID, Event: "deployment",
				GUID: uuid.NewString(), Body: []byte(s.Deployment.Ref),
			})
		}
	}
	return x
}

func (l *ledger) send(j *hook.Job) {
	name := string(j.Body)
	l.refs = append(l.refs, name)
	if known, ok := l.guids[name]; ok && known != j.GUID {
		l.doubled = name + " was sent as " + known + " and as " + j.GUID
	}
	l.guids[name] = j.GUID
}

// TestFlakyQueue has a worker deliver while its queue fails at random, before it has done what was asked and after.
func TestFlakyQueue(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			w := newWorld(t)
			w.options.Pause = time.Millisecond
			w.queue = &flaky{Queue: w.db, random: rand.New(rand.NewPCG(seed, 7))}
			receivers := []*testkit.Receiver{testkit.NewReceiver(t, secret), testkit.NewReceiver(t, secret), testkit.NewReceiver(t, secret)}
			for i, r := range receivers {
				w.hook(r.URL())
				r.BehaveEach(func(n int, _ testkit.Received) testkit.Manner {
					if n%4 == i {
						return testkit.Status(502 + n%3)
					}
					return testkit.Status(200)
				})
			}
			w.start()
			for i := range 30 {
				w.deployments(i+1, 1)
			}
			for _, r := range receivers {
				got := r.Wait(patience, func(got []testkit.Received) bool { return len(firsts(taken(got))) == 30 })
				if list := firsts(taken(got)); !slices.Equal(list, refs(1, 30)) {
					t.Errorf("taken %v", list)
				}
				oneGUID(t, got)
			}
		})
	}
}

// flaky is a queue that fails every now and then. What failed may have been done or not.
type flaky struct {
	hook.Queue
	mu     sync.Mutex
	random *rand.Rand
}

func (f *flaky) roll() (before, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.random.IntN(10)
	return n == 0, n == 1
}

var errFlaky = slipway.Because(slipway.Unavailable, "test", errors.New("flaky"))

func try[T any](f *flaky, do func() (T, error)) (none T, err error) {
	before, after := f.roll()
	if before {
		return none, errFlaky
	}
	out, err := do()
	if after {
		return none, errFlaky
	}
	return out, err
}

func (f *flaky) Begin(ctx context.Context) error {
	_, err := try(f, func() (any, error) { return nil, f.Queue.Begin(ctx) })
	return err
}

func (f *flaky) Unexpanded(ctx context.Context, after int64, n int) (hook.Backlog, error) {
	return try(f, func() (hook.Backlog, error) { return f.Queue.Unexpanded(ctx, after, n) })
}

func (f *flaky) Expand(ctx context.Context, x hook.Expansion) error {
	_, err := try(f, func() (any, error) { return nil, f.Queue.Expand(ctx, x) })
	return err
}

// Claim fails before only: hooks whose claim's answer is lost wait for the lease to end, which is not what is tested here.
func (f *flaky) Claim(ctx context.Context, r hook.Room, lease time.Duration) ([]hook.Job, error) {
	if before, _ := f.roll(); before {
		return nil, errFlaky
	}
	return f.Queue.Claim(ctx, r, lease)
}

func (f *flaky) Finish(ctx context.Context, j hook.Job, a hook.Attempt, n hook.Next, lease time.Duration) (hook.Then, error) {
	return try(f, func() (hook.Then, error) { return f.Queue.Finish(ctx, j, a, n, lease) })
}

func (f *flaky) NextDue(ctx context.Context) (time.Time, error) {
	return try(f, func() (time.Time, error) { return f.Queue.NextDue(ctx) })
}
