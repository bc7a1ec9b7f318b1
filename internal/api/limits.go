package api

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/slipway-deploy/slipway"
)

// quota is what the X-RateLimit headers say of a caller's hour.
type quota = slipway.Quota

// unlimited is what callers read while there is no limit: a large constant, since clients stop by themselves at zero.
const unlimited = 1_000_000

// maxCallers bounds how many callers are remembered.
const maxCallers = 1 << 16

// Secondary limits, which apply only where primary ones do.
const (
	concurrentRequests = 100
	writesAMinute      = 500
)

// quotas counts requests in memory, per account, per app and per anonymous address, in windows of an hour. What is counted is
// written down once a minute ([API.KeepQuotas]).
type quotas struct {
	perHour, anonymous int // 0: no limit
	now                func() time.Time

	mu      sync.Mutex
	callers map[string]*caller
	swept   time.Time
}

type caller struct {
	used    int
	written int // of it, what the database knows
	reset   time.Time
	inWork  int
	writes  *rate.Limiter
}

func newQuotas(perHour, anonymous int, now func() time.Time) *quotas {
	return &quotas{perHour: perHour, anonymous: anonymous, now: now, callers: make(map[string]*caller)}
}

func (q *quotas) limitOf(a slipway.Actor) int {
	if a.Anonymous() && a.Client == nil {
		return q.anonymous
	}
	return q.perHour
}

// callerKey names whose quota counts: an account's, an app's that gave its client id and secret, or an address's. Of IPv6 the /64 counts, since one caller has all of it.
func callerKey(a slipway.Actor, address string) string {
	if !a.Anonymous() {
		return "#" + strconv.FormatInt(a.Account.ID, 10)
	}
	if a.Client != nil {
		return "app " + a.Client.ClientID
	}
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			return net.String()
		}
	}
	return address
}

// look says how a caller stands without counting.
func (q *quotas) look(a slipway.Actor, address string) quota {
	limit := q.limitOf(a)
	if limit == 0 {
		return quota{Limit: unlimited, Remaining: unlimited, Reset: q.now().Truncate(time.Hour).Add(time.Hour)}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.find(callerKey(a, address)).quota(limit)
}

// enter charges a request, or answers the error of kind Limited that it gets. leave must be called once it is done, and
// gives the charge back where the answer was a 304, which is free. A free request is neither charged nor refused.
func (q *quotas) enter(a slipway.Actor, address string, writes, free bool) (leave func(refund bool), err error) {
	limit := q.limitOf(a)
	if limit == 0 || free {
		return func(bool) {}, nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.find(callerKey(a, address))
	switch {
	case c.used >= limit:
		return nil, primaryLimit(a, address, c.reset.Sub(q.now()))
	case c.inWork >= concurrentRequests:
		return nil, secondaryLimit(time.Second)
	case writes && !c.writes.AllowN(q.now(), 1):
		return nil, secondaryLimit(time.Minute / writesAMinute)
	}
	c.inWork++
	c.used++
	return func(refund bool) {
		q.mu.Lock()
		defer q.mu.Unlock()
		c.inWork--
		if refund && c.used > 0 {
			c.used--
		}
	}, nil
}

// find is called with the lock held.
func (q *quotas) find(key string) *caller {
	now := q.now()
	if age := now.Sub(q.swept); age > 10*time.Minute || age < 0 || len(q.callers) >= maxCallers {
		q.sweep(now)
	}
	c := q.callers[key]
	if c == nil {
		c = &caller{writes: rate.NewLimiter(rate.Limit(writesAMinute)/60, writesAMinute)}
		q.callers[key] = c
	}
	if !now.Before(c.reset) || c.reset.Sub(now) > time.Hour { // the clock may have been set back
		c.used, c.written, c.reset = 0, 0, now.Add(time.Hour).Truncate(time.Second)
	}
	return c
}

// sweep forgets callers whose hour is over; when that leaves too many, others too: memory is worth more than their quotas.
func (q *quotas) sweep(now time.Time) {
	q.swept = now
	for key, c := range q.callers {
		if c.inWork == 0 && !now.Before(c.reset) {
			delete(q.callers, key)
		}
	}
	for key, c := range q.callers {
		if len(q.callers) <= maxCallers/2 {
			return
		}
		if c.inWork == 0 {
			delete(q.callers, key)
		}
	}
}

func (c *caller) quota(limit int) quota {
	return quota{Limit: limit, Remaining: max(limit-c.used, 0), Used: c.used, Reset: c.reset}
}

func primaryLimit(a slipway.Actor, address string, wait time.Duration) error {
	who := address
	switch {
	case a.Client != nil:
		who = "client ID " + a.Client.ClientID
	case !a.Anonymous():
		who = "user ID " + strconv.FormatInt(a.Account.ID, 10)
	}
	e := slipway.Fail(slipway.Limited, "API rate limit exceeded for "+who+".")
	e.RetryAfter = max(wait, time.Second)
	return e
}

// secondarySentence is the one of the limit that is answered with 429; clients match its beginning.
const secondarySentence = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."

func secondaryLimit(wait time.Duration) error {
	e := slipway.Fail(slipway.Limited, secondarySentence)
	e.RetryAfter = max(wait, time.Second)
	return e
}

// admission bounds how many requests are in work at once. What finds no room waits a little, in a short queue, and is then
// answered 503 rather than left to pile up.
type admission struct {
	slots    chan struct{}
	waiting  atomic.Int64
	queue    int64
	patience time.Duration
}

func newAdmission(slots, queue int, patience time.Duration) *admission {
	return &admission{slots: make(chan struct{}, slots), queue: int64(queue), patience: patience}
}

// enter reports whether there was room; leave must then be called.
func (ad *admission) enter(ctx context.Context) bool {
	select {
	case ad.slots <- struct{}{}:
		return true
	default:
	}
	if ad.waiting.Add(1) > ad.queue {
		ad.waiting.Add(-1)
		return false
	}
	defer ad.waiting.Add(-1)
	timer := time.NewTimer(ad.patience)
	defer timer.Stop()
	select {
	case ad.slots <- struct{}{}:
		return true
	case <-timer.C:
		return false
	case <-ctx.Done():
		return false
	}
}

func (ad *admission) leave() { <-ad.slots }

// errBusy is the answer of a full house. It is not worth a line in the log: the access log has it.
var errBusy = &slipway.Error{
	Kind: slipway.Unavailable, Message: "The server is busy. Please try again in a moment.", RetryAfter: time.Second,
}

// ClientAddress is clientAddress for other edges of the same server.
func (a *API) ClientAddress(r *http.Request) string { return a.clientAddress(r) }

// clientAddress is who is at the other end: the connection's address, or what a trusted proxy says of it.
func (a *API) clientAddress(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr // a unix socket's
	}
	address := peer.Addr().Unmap()
	if len(a.options.TrustedProxies) == 0 {
		return address.String()
	}
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0 && a.trusts(address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
	}
	return address.String()
}

func (a *API) trusts(address netip.Addr) bool {
	for _, p := range a.options.TrustedProxies {
		if p.Contains(address) {
			return true
		}
	}
	return false
}
