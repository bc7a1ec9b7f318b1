// Package testkit is what tests of several packages share: a clock that stands still, throw-away Git repositories, a
// throw-away PostgreSQL, a whole server on a port, and a receiver of webhooks that misbehaves on request.
//
// Everything in it is the real thing with a handle on it: a real process that can be killed, a real socket that can be
// closed. Nothing here pretends to be a part of Slipway. Only tests import it.
package testkit

import (
	"sync"
	"time"
)

// Clock is a clock that stands still until it is moved. The zero Clock stands at the zero time.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock stands at the given time.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// Now is the time it stands at.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves it, and gives the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}
