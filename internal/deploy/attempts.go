package deploy

import (
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/slipway-deploy/slipway"
)

// How many wrong guesses are listened to within a quarter of an hour. The first bound stops somebody at one account, the
// second somebody who tries many, the third many who try one; it is wide, for whoever reaches it locks its owner out.
const (
	attemptsWindow   = 15 * time.Minute
	attemptsAtOne    = 10  // at one account from one address
	attemptsFromOne  = 50  // from one address
	attemptsAtOneAll = 100 // at one account from all addresses
	maxAttempted     = 1 << 16
)

// attempts counts wrong guesses, in memory and per node: a restart forgives them.
type attempts struct {
	mu      sync.Mutex
	counted *lru.Cache[string, *guesses]
}

type guesses struct {
	n     int
	since time.Time
}

func newAttempts() *attempts {
	counted, err := lru.New[string, *guesses](maxAttempted)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return &attempts{counted: counted}
}

// bound is one thing that guesses are counted at.
type bound struct {
	key  string
	most int
}

func boundsOf(login, from string) []bound {
	login, from = string(slipway.HashToken(slipway.Key(login))), network(from)
	return []bound{{"pair " + login + " " + from, attemptsAtOne}, {"from " + from, attemptsFromOne}, {"at " + login, attemptsAtOneAll}}
}

// network is what of an address counts: of IPv6 the /64, since one caller has all of it.
func network(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Unmap().Is6() {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			return net.String()
		}
	}
	return address
}

// enter counts a guess before it is weighed, so that many at once do not slip through together: Forbidden where there were too
// many already. giveBack takes it back, once.
func (c *attempts) enter(login, from string, now time.Time) (giveBack func(), err error) {
	return c.count(boundsOf(login, from), attemptsWindow, now)
}

func (c *attempts) count(bounds []bound, window time.Duration, now time.Time) (giveBack func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := make([]*guesses, len(bounds))
	for i, b := range bounds {
		g, ok := c.counted.Get(b.key)
		if age := time.Duration(0); ok {
			age = now.Sub(g.since)
			ok = age >= 0 && age < window // the clock may have been set back
		}
		if !ok {
			g = &guesses{since: now}
		}
		if g.n >= b.most {
			return nil, slipway.TooManyAttempts()
		}
		found[i] = g
	}
	for i, b := range bounds {
		found[i].n++
		c.counted.Add(b.key, found[i])
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, g := range found {
			g.n--
		}
	}, nil
}

// forgive forgets what an account got wrong from an address, now that it got it right.
func (c *attempts) forgive(login, from string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted.Remove(boundsOf(login, from)[0].key)
}
