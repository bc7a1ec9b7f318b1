package hook

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Policy is when to try again and when to stop. Its zero members mean the defaults.
type Policy struct {
	RetryMin  time.Duration // before the second attempt; 5 s
	RetryMax  time.Duration // never wait much longer than this; 6 h
	ParkAfter time.Duration // of failing, then the hook is parked; 72 h
}

func (p Policy) withDefaults() Policy {
	if p.RetryMin <= 0 {
		p.RetryMin = 5 * time.Second
	}
	if p.RetryMax <= 0 {
		p.RetryMax = 6 * time.Hour
	}
	p.RetryMax = max(p.RetryMax, p.RetryMin)
	if p.ParkAfter <= 0 {
		p.ParkAfter = 72 * time.Hour
	}
	return p
}

// pingRefusals is how often a ping may be refused before its answer is taken for one. Some receivers refuse every event
// they do not know, and nobody wants that asked for days.
const pingRefusals = 3

// next decides what becomes of a delivery: the whole of decisions about retries, parking and poison in one place. chance is
// uniform in [0, 1).
func (p Policy) next(j Job, a Attempt, now time.Time, chance float64) Next {
	if a.OK() {
		return Next{Done: true, Resume: j.Event == Ping && j.Hook.ParkedAt != nil}
	}
	if j.Ahead != 0 { // a failed probe says nothing about the delivery: its own turn has not come
		return Next{At: now, Progress: j.Progress}
	}
	n := Next{Progress: j.Progress.failed(a, j.Due, now)}
	n.At = now.Add(p.delay(n.Progress.Failures, a.ResponseHeader, now, chance))
	gone := a.Answered && a.StatusCode == http.StatusGone
	over := n.Progress.FailingFor >= p.ParkAfter
	switch {
	case j.Event == Ping && (gone || over || n.Progress.Refusals >= pingRefusals):
		n.Done, n.GaveUp = true, true
	case j.OutOfOrder && over:
		n.Done, n.GaveUp = true, true
	case gone || over:
		n.Park = true
	case j.Verdict && a.Answered:
		n.SetAside = true
	case !j.OutOfOrder && p.suspect(j.Progress, n.Progress, a):
		n.Probe = true
	}
	return n
}

// delay is how long to wait after the nth failure in a row: min(RetryMax, RetryMin·2ⁿ⁻¹) ± 20 %, or what the receiver
// asked for if that is longer, up to RetryMax.
func (p Policy) delay(n int, answer http.Header, now time.Time, chance float64) time.Duration {
	d := p.RetryMin
	for i := 1; i < n && d < p.RetryMax; i++ {
		d *= 2
	}
	d = min(d, p.RetryMax)
	d = time.Duration(float64(d) * (0.8 + 0.4*chance))
	return max(d, min(retryAfter(answer, now), p.RetryMax))
}

// retryAfter reads the header of that name: seconds or a date. Anything else is no wish.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(v, 10, 64); err == nil {
		const most = int64(366 * 24 * time.Hour / time.Second)
		return time.Duration(min(max(seconds, 0), most)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// failed counts one more failure.
func (g Progress) failed(a Attempt, due, now time.Time) Progress {
	since := g.since(due, now)
	g.Failures++
	g.FailingFor += since
	if g.Refusals > 0 {
		g.RefusedFor += since
	}
	if refused(a) {
		g.Refusals++
	}
	g.LastCode = 0
	if a.Answered {
		g.LastCode = a.StatusCode
	}
	g.LastAt = now
	return g
}

// clockSlack is how much later than planned an attempt may come before the difference is taken for a clock that was set,
// or a server that was down, rather than for a receiver that failed.
const clockSlack = 2 * time.Minute

// since is the time between the last failure and this one. A clock that was set meanwhile must not park a hook, so only
// what the schedule explains is counted.
func (g Progress) since(due, now time.Time) time.Duration {
	if g.LastAt.IsZero() {
		return 0
	}
	planned, measured := max(due.Sub(g.LastAt), 0), now.Sub(g.LastAt)
	if measured < 0 || measured > planned+clockSlack {
		return planned
	}
	return measured
}
