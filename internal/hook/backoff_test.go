package hook

import (
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func answer(code int, headers ...string) Attempt {
	a := Attempt{Answered: code != 0, StatusCode: code, ResponseHeader: http.Header{}}
	if code == 0 {
		a.StatusCode = 504
	}
	for i := 0; i < len(headers); i += 2 {
		a.ResponseHeader.Set(headers[i], headers[i+1])
	}
	return a
}

// play has a receiver answer one delivery again and again, exactly when its schedule says, until that ends.
func play(p Policy, j Job, chance float64, codes ...int) (next []Next, at []time.Duration) {
	now := noon
	j.Due = now
	for _, code := range codes {
		n := p.next(j, answer(code), now, chance)
		next, at = append(next, n), append(at, now.Sub(noon))
		if n.Done || n.Park || n.SetAside {
			break
		}
		j.Progress, j.Tries, j.Due, now = n.Progress, j.Tries+1, n.At, n.At
	}
	return next, at
}

func TestDelay(t *testing.T) {
	p := Policy{}.withDefaults()
	for _, test := range []struct {
		n      int
		chance float64
		after  string
		want   time.Duration
	}{
		{1, 0.5, "", 5 * time.Second},
		{1, 0, "", 4 * time.Second},
		{1, 1, "", 6 * time.Second},
		{2, 0.5, "", 10 * time.Second},
		{5, 0.5, "", 80 * time.Second},
		{13, 0.5, "", 5*time.Hour + 41*time.Minute + 20*time.Second},
		{14, 0.5, "", 6 * time.Hour},
		{1 << 30, 0.5, "", 6 * time.Hour},
		{1, 0.5, "3", 5 * time.Second}, // a shorter wish does not count
		{1, 0.5, "90", 90 * time.Second},
		{1, 0.5, "Wed, 04 Mar 2026 12:01:30 GMT", 90 * time.Second},
		{1, 0.5, "Wednesday, 04-Mar-26 12:01:30 GMT", 90 * time.Second},
		{1, 0.5, "Wed, 04 Mar 2026 11:00:00 GMT", 5 * time.Second},
		{1, 0.5, "Wed, 04 Mar 2036 12:00:00 GMT", 6 * time.Hour},
		{1, 0.5, "9999999999999", 6 * time.Hour},
		{1, 0.5, "99999999999999999999999", 5 * time.Second},
		{1, 0.5, "-5", 5 * time.Second},
		{1, 0.5, "soon", 5 * time.Second},
	} {
		if got := p.delay(test.n, http.Header{"Retry-After": {test.after}}, noon, test.chance); got != test.want {
			t.Errorf("failure %d, chance %v, Retry-After %q: %s, want %s", test.n, test.chance, test.after, got, test.want)
		}
	}
}

func TestDelayStaysInItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{
			RetryMin: time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "min")),
			RetryMax: time.Duration(rapid.Int64Range(1, int64(100*time.Hour)).Draw(t, "max")),
		}.withDefaults()
		n := rapid.IntRange(1, 1000).Draw(t, "n")
		wish := http.Header{"Retry-After": {rapid.SampledFrom([]string{"", "0", "1", "60", "100000000"}).Draw(t, "wish")}}
		d := p.delay(n, wish, noon, rapid.Float64Range(0, 0.9999999).Draw(t, "chance"))
		low, high := float64(p.RetryMin)*0.8, float64(p.RetryMax)*1.2
		if float64(d) < low-1 || float64(d) > high+1 {
			t.Fatalf("%s is outside %v … %v", d, low, high)
		}
	})
}

// TestDefaultScheduleSpansThreeDays is promise P4: with a receiver that stays away, attempts go on for at least three days,
// then the hook is parked.
func TestDefaultScheduleSpansThreeDays(t *testing.T) {
	for _, chance := range []float64{0, 0.5, 0.999} {
		next, at := play(Policy{}.withDefaults(), Job{Event: "push"}, chance, make([]int, 200)...)
		last := len(next) - 1
		if !next[last].Park || at[last] < 72*time.Hour || at[last] > 80*time.Hour {
			t.Errorf("chance %v: %d attempts until %s, parked %v", chance, last+1, at[last], next[last].Park)
		}
		if last < 20 || last > 40 {
			t.Errorf("chance %v: %d attempts", chance, last+1)
		}
	}
}

func TestOutcomes(t *testing.T) {
	parked := slipway.Hook{ParkedAt: &noon}
	long := Progress{Failures: 9, FailingFor: 72 * time.Hour, LastAt: noon}
	for _, test := range []struct {
		name string
		job  Job
		got  Attempt
		want Next // Progress and At apart
	}{
		{"delivered", Job{Event: "push"}, answer(200), Next{Done: true}},
		{"delivered with 299", Job{Event: "push"}, answer(299), Next{Done: true}},
		{"redirected", Job{Event: "push"}, answer(302), Next{}},
		{"refused", Job{Event: "push"}, answer(404), Next{}},
		{"gone", Job{Event: "push"}, answer(410), Next{Park: true}},
		{"gone, out of order", Job{Event: "push", OutOfOrder: true}, answer(410), Next{Park: true}},
		{"ping, gone", Job{Event: Ping, OutOfOrder: true}, answer(410), Next{Done: true, GaveUp: true}},
		{"ping of a parked hook", Job{Event: Ping, OutOfOrder: true, Hook: parked}, answer(204), Next{Done: true, Resume: true}},
		{"another of a parked hook", Job{Event: "push", OutOfOrder: true, Hook: parked}, answer(204), Next{Done: true}},
		{"too long", Job{Event: "push", Progress: long}, answer(0), Next{Park: true}},
		{"too long, out of order", Job{Event: "push", OutOfOrder: true, Progress: long}, answer(0), Next{Done: true, GaveUp: true}},
		{"ping refused three times", Job{Event: Ping, OutOfOrder: true, Progress: Progress{Refusals: 2}}, answer(404), Next{Done: true, GaveUp: true}},
		{"ping not answered", Job{Event: Ping, OutOfOrder: true, Progress: Progress{Failures: 7}}, answer(0), Next{}},
		{"verdict", Job{Event: "push", Verdict: true, Progress: Progress{Failures: 4}}, answer(400), Next{SetAside: true}},
		{"verdict, not answered", Job{Event: "push", Verdict: true, Progress: Progress{Failures: 4}}, answer(0), Next{}},
		{"acquitted", Job{Event: "push", Verdict: true}, answer(200), Next{Done: true}},
		{"probe refused", Job{Event: "push", Ahead: 7}, answer(410), Next{}},
		{"probe not answered", Job{Event: "push", Ahead: 7}, answer(0), Next{}},
		{"probe got through", Job{Event: "push", Ahead: 7}, answer(200), Next{Done: true}},
	} {
		n := Policy{}.withDefaults().next(test.job, test.got, noon, 0.5)
		if test.job.Ahead != 0 && n.Progress != test.job.Progress {
			t.Errorf("%s: the probe's own progress became %+v", test.name, n.Progress)
		}
		n.Progress, n.At = Progress{}, time.Time{}
		if n != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, n, test.want)
		}
	}
}

// TestClockJumps is promise P20: a clock that is set must not park a hook, nor keep one from being parked.
func TestClockJumps(t *testing.T) {
	p := Policy{}.withDefaults()
	for _, jump := range []time.Duration{72 * time.Hour, -72 * time.Hour, 365 * 24 * time.Hour} {
		first := p.next(Job{Event: "push"}, answer(0), noon, 0.5)
		second := p.next(Job{Event: "push", Progress: first.Progress, Due: first.At}, answer(0), first.At.Add(jump), 0.5)
		if second.Park || second.Progress.FailingFor != 5*time.Second {
			t.Errorf("a jump of %s: parked %v, failing for %s", jump, second.Park, second.Progress.FailingFor)
		}
	}
}
