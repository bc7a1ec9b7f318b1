package hook

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPoison plays answers to one head on the default schedule without jitter: attempts after 0, 5, 15, 35, 75 … seconds.
func TestPoison(t *testing.T) {
	for _, test := range []struct {
		name   string
		policy Policy
		codes  []int
		probes []int // after which attempts, counted from 1, the next delivery is probed
	}{
		{"400 each time", Policy{}, []int{400, 400, 400, 400, 400}, []int{4, 5}},
		{"different 4xx", Policy{}, []int{400, 404, 422, 401, 403}, []int{4, 5}},
		{"500 each time", Policy{}, []int{500, 500, 500, 500, 500}, []int{4, 5}},
		{"never the same 5xx", Policy{}, []int{500, 502, 500, 502, 500, 502}, nil},
		{"the same 5xx at last", Policy{}, []int{500, 502, 500, 503, 503}, []int{5}},
		{"4xx after 5xx", Policy{}, []int{500, 502, 503, 400}, []int{4}},
		{"load", Policy{}, []int{429, 429, 429, 429, 429}, nil},
		{"timing", Policy{}, []int{408, 425, 408, 425, 408}, nil},
		{"redirects", Policy{}, []int{302, 302, 302, 302, 302}, nil},
		{"no answer", Policy{}, []int{0, 0, 0, 0, 0, 0}, nil},
		{"an outage, then one refusal", Policy{}, []int{0, 0, 0, 0, 0, 404}, nil},
		{"an outage, then three refusals", Policy{}, []int{0, 0, 0, 404, 404, 404}, []int{6}},
		{"no probe follows a time-out", Policy{}, []int{400, 400, 400, 0, 400}, []int{5}},
		{"a time-out between two 5xx", Policy{}, []int{500, 500, 500, 0, 500, 500}, []int{6}},
		{"seldom tried: a minute is enough", Policy{RetryMin: time.Minute}, []int{400, 400, 400}, []int{3}},
		{"often tried: five times the least", Policy{RetryMin: time.Second}, []int{400, 400, 400, 400}, []int{4}},
	} {
		next, _ := play(test.policy.withDefaults(), Job{Event: "push"}, 0.5, test.codes...)
		var probes []int
		for i, n := range next {
			if n.Probe {
				probes = append(probes, i+1)
			}
		}
		if !slices.Equal(probes, test.probes) {
			t.Errorf("%s: probes after %v, want %v", test.name, probes, test.probes)
		}
	}
}

// TestPoisonIsFoundWithinAMinute is promise P6, for every jitter and every interval up to the default.
func TestPoisonIsFoundWithinAMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{RetryMin: time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(5*time.Second)).Draw(t, "min"))}.withDefaults()
		now, j := noon, Job{Event: "push", Due: noon}
		for {
			n := p.next(j, answer(400), now, rapid.Float64Range(0, 0.9999).Draw(t, "chance"))
			if n.Probe {
				break
			}
			j.Progress, j.Due, now = n.Progress, n.At, n.At
		}
		if now.Sub(noon) > time.Minute {
			t.Fatalf("found after %s", now.Sub(noon))
		}
	})
}

// TestPoisonNeedsAnAnswer: whatever happens, a probe follows only on an answer that may be about the delivery, and only
// after three of those.
func TestPoisonNeedsAnAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		codes := rapid.SliceOfN(rapid.SampledFrom([]int{0, 302, 400, 404, 408, 425, 429, 500, 503}), 1, 30).Draw(t, "codes")
		next, _ := play(Policy{RetryMin: time.Second}.withDefaults(), Job{Event: "push"}, rapid.Float64Range(0, 0.9999).Draw(t, "chance"), codes...)
		counted := 0
		for i, n := range next {
			if refused(answer(codes[i])) {
				counted++
			}
			if n.Probe && (!refused(answer(codes[i])) || counted < 3) {
				t.Fatalf("a probe after %v", codes[:i+1])
			}
		}
	})
}

// TestOverloadIsNoPoison: an answer that says when to come back is about load, and a probe right after it would not heed that.
func TestOverloadIsNoPoison(t *testing.T) {
	for after, want := range map[string]bool{"": true, "0": true, "soon": true, "1": false, noon.Add(time.Hour).Format(http.TimeFormat): false, noon.Add(-time.Hour).Format(http.TimeFormat): true} {
		for _, code := range []int{503, 500, 403} {
			a := answer(code)
			a.At = noon
			if after != "" {
				a.ResponseHeader = http.Header{"Retry-After": {after}}
			}
			if got := refused(a); got != want {
				t.Errorf("%d with Retry-After %q counts: %v, want %v", code, after, got, want)
			}
		}
	}
	p, j, now := Policy{}.withDefaults(), Job{Event: "push", Due: noon}, noon
	for i := range 20 {
		a := answer(503)
		a.At, a.ResponseHeader = now, http.Header{"Retry-After": {"2"}}
		n := p.next(j, a, now, 0.5)
		if n.Probe || n.Done || n.Park {
			t.Fatalf("attempt %d: %+v", i, n)
		}
		j.Progress, j.Due, now = n.Progress, n.At, n.At
	}
}
