package hook

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Options are a worker's settings. Their zero values are the documented defaults.
type Options struct {
	Policy
	Identity

	Timeout time.Duration // of one attempt in total; 10 s
	Quick   int           // deliveries under way to receivers that answer; 32
	Slow    int           // … and to those that do not, or did not the last time; 128
	Pause   time.Duration // after the database failed; 1 s

	Log     *slog.Logger
	Observe func(Observation) // called after each attempt that was recorded; must not block. nil: nobody looks
	Now     func() time.Time  // nil: time.Now
}

// Observation is what became of an attempt, for metrics.
type Observation struct {
	HookID       int64
	RepositoryID int64
	Event        string
	StatusCode   int
	Duration     time.Duration
	Answered     bool // an HTTP answer came, whatever it said
	OK           bool // … and it was 2xx
	Parked       bool // the hook was parked
	SetAside     bool // the delivery was found to be poison
	GaveUp       bool // the delivery will not be tried again
}

func (o Options) withDefaults() Options {
	o.Policy = o.Policy.withDefaults()
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.UserAgent == "" {
		o.UserAgent = DefaultUserAgent
	}
	if o.Quick <= 0 {
		o.Quick = 32
	}
	if o.Slow <= 0 {
		o.Slow = 128
	}
	if o.Pause <= 0 {
		o.Pause = time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(Observation) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

const (
	lookEvery   = 10 * time.Second       // without a wake-up: another node may have died after a commit
	leaseMargin = 15 * time.Second       // of a lease, beyond an attempt's time-out
	breath      = 100 * time.Millisecond // before looking again where something seemed due and was not
)

// Worker expands events and delivers them, until its context ends.
type Worker struct {
	queue    Queue
	options  Options
	sender   *sender
	expander *expander
	lanes    *lanes

	events  chan struct{} // holds a token when there may be events to expand
	due     chan struct{} // holds a token when something may be due
	settled chan struct{} // holds a token when the next thing may be due at another time

	mu   sync.Mutex
	held map[int64]bool // hooks at work
	done sync.WaitGroup
}

// New makes a worker. Run starts it.
func New(queue Queue, render RenderFunc, guard *Guard, o Options) *Worker {
	o = o.withDefaults()
	w := &Worker{
		queue: queue, options: o, sender: newSender(guard, o.Identity, o.Timeout, o.Now), lanes: newLanes(o.Quick, o.Slow),
		events: make(chan struct{}, 1), due: make(chan struct{}, 1), settled: make(chan struct{}, 1),
		held: map[int64]bool{},
	}
	w.expander = &expander{queue: queue, render: render, now: o.Now, skipped: w.skipped}
	return w
}

// Wake has the worker look at once for new events and for what has become due. It never blocks; a call that is lost loses
// nothing but time.
func (w *Worker) Wake() {
	signal(w.events)
	signal(w.due)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run works until ctx ends. Deliveries under way have half a second to end then; what is cut short is sent again, under the same
// GUID, when somebody runs next. It always returns nil: what the queue cannot do now is tried again.
func (w *Worker) Run(ctx context.Context) error {
	defer w.sender.close()
	if !w.begin(ctx) {
		return nil
	}
	var loops sync.WaitGroup
	loops.Go(func() { w.expandLoop(ctx) })
	loops.Go(func() { w.claimLoop(ctx) })
	loops.Wait()
	w.done.Wait()
	return nil
}

// begin frees what the process before this one held. It reports whether that was done before ctx ended.
func (w *Worker) begin(ctx context.Context) bool {
	for {
		err := w.queue.Begin(ctx)
		if err == nil {
			return true
		}
		w.failed(ctx, "begin", err)
		if !sleep(ctx, w.options.Pause) {
			return false
		}
	}
}

func (w *Worker) expandLoop(ctx context.Context) {
	for ctx.Err() == nil {
		delivered, more, err := w.expander.round(ctx)
		switch {
		case err != nil:
			w.failed(ctx, "expand events", err)
			sleep(ctx, w.options.Pause)
		case delivered:
			signal(w.due)
		}
		if err == nil && !more {
			wait(ctx, lookEvery, w.events, nil)
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	if err := w.expander.settle(end, true); err != nil {
		w.failed(end, "settle", err)
	}
}

// claimLoop starts what is due as far as there is room, and sleeps until there is more of either.
func (w *Worker) claimLoop(ctx context.Context) {
	for ctx.Err() == nil {
		full, err := w.claim(ctx)
		switch {
		case err != nil:
			w.failed(ctx, "claim deliveries", err)
			sleep(ctx, w.options.Pause)
		case full:
			wait(ctx, lookEvery, w.due, w.lanes.freed)
		default:
			w.idle(ctx)
		}
	}
}

// claim leases what there is room for and starts it. It reports whether there may be more than that.
func (w *Worker) claim(ctx context.Context) (full bool, err error) {
	room := w.lanes.room()
	if room.Healthy == 0 && room.Failing == 0 {
		return true, nil
	}
	w.mu.Lock()
	for id := range w.held {
		room.Except = append(room.Except, id)
	}
	w.mu.Unlock()
	jobs, err := w.queue.Claim(ctx, room, w.lease())
	if err != nil {
		return false, err
	}
	for _, j := range jobs {
		if j.Failing {
			room.Failing--
		} else {
			room.Healthy--
		}
		w.start(ctx, j)
	}
	return room.Healthy == 0 || room.Failing == 0, nil
}

func (w *Worker) lease() time.Duration { return w.options.Timeout + leaseMargin }

// idle waits until something may be due.
func (w *Worker) idle(ctx context.Context) {
	for ctx.Err() == nil && wait(ctx, w.untilDue(ctx), w.due, w.settled) == w.settled {
	}
}

// untilDue is how long nothing will be due, at most lookEvery.
func (w *Worker) untilDue(ctx context.Context) time.Duration {
	at, err := w.queue.NextDue(ctx)
	if err != nil {
		w.failed(ctx, "find what is due", err)
		return w.options.Pause
	}
	if at.IsZero() {
		return lookEvery
	}
	if d := at.Sub(w.options.Now()); d > 0 {
		return min(d, lookEvery)
	}
	return breath
}

// wait waits for one of two signals, at most for a time, and says which came.
func wait(ctx context.Context, most time.Duration, a, b chan struct{}) chan struct{} {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-a:
		return a
	case <-b:
		return b
	case <-ctx.Done():
	case <-timer.C:
	}
	return nil
}

// sleep waits and reports whether ctx still goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (w *Worker) failed(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		w.options.Log.Error("the delivery worker could not "+what, "err", err)
	}
}

func (w *Worker) skipped(s Subscription, why error) {
	w.options.Log.Error("an event cannot be told to a hook",
		"event", s.Name, "id", s.Event.ID, "repository", s.Repository.FullName(), "hook", s.Hook.ID, "err", why)
}

func chance() float64 { return rand.Float64() } // spreads retries, hides nothing
