package hook

import (
	"net/http"
	"time"
)

// A receiver that refuses one delivery for ever would stop every later one, since order is kept. A delivery is therefore
// suspected of being poison when it was refused three times, and for long enough, by a receiver that plainly is there; the
// next one is then sent ahead of it, once after each such refusal. If that probe gets through while the suspect fails once
// more right after it, the suspect is to blame and is set aside, with a schedule of its own.
//
// Time-outs and connection errors never make a suspect: they say something about the receiver, not about the delivery. So does
// an answer that says when to come back, and a probe right after it would disregard that (docs/adr/0010).
//
// A receiver that recovers between the suspect's failure and the probe takes both, the probe first. That cannot be told from
// outside before it has happened; it takes a receiver that answered for a minute, and then recovered within a millisecond.

const (
	poisonRefusals = 3
	poisonWindow   = time.Minute // or five times RetryMin, if that is less
)

// suspect reports whether a delivery should be put to the test. before is its progress until attempt a, g what it is now.
func (p Policy) suspect(before, g Progress, a Attempt) bool {
	if g.Refusals < poisonRefusals || g.RefusedFor < min(poisonWindow, 5*p.RetryMin) {
		return false
	}
	return refused(a) && (a.StatusCode < 500 || a.StatusCode == before.LastCode)
}

// refused reports whether an answer may be about the delivery: a 5xx or a 4xx that is not about timing or load.
func refused(a Attempt) bool {
	if !a.Answered || retryAfter(a.ResponseHeader, a.At) > 0 {
		return false
	}
	switch a.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return a.StatusCode >= 400
}
