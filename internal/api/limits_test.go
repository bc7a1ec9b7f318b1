package api

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// stopped is a clock that only moves when it is told to.
type stopped struct{ at time.Time }

func (c *stopped) now() time.Time { return c.at }

func TestLimits(t *testing.T) {
	clock := &stopped{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	q := newQuotas(10_000, 2, clock.now)
	somebody := slipway.Actor{Account: slipway.Account{ID: 7}}
	enter := func(a slipway.Actor, writes bool) error {
		leave, err := q.enter(a, "192.0.2.1", writes, false)
		if err == nil {
			leave(false)
		}
		return err
	}

	t.Run("an hour", func(t *testing.T) {
		nobody := slipway.Actor{}
		for i := range 2 {
			if err := enter(nobody, false); err != nil {
				t.Fatalf("request %d: %v", i, err)
			}
		}
		clock.at = clock.at.Add(59 * time.Minute)
		err := enter(nobody, false)
		e := shown(err)
		if e.Kind != slipway.Limited || !strings.HasPrefix(e.Message, "API rate limit exceeded for 192.0.2.1") || e.RetryAfter != time.Minute {
			t.Errorf("%+v", e)
		}
		if got := q.look(nobody, "192.0.2.1"); got.Remaining != 0 || got.Used != 2 || got.Limit != 2 {
			t.Errorf("%+v", got)
		}
		if _, err := q.enter(nobody, "192.0.2.1", false, true); err != nil {
			t.Errorf("a free request: %v", err)
		}
		clock.at = clock.at.Add(time.Minute)
		if err := enter(nobody, false); err != nil {
			t.Errorf("the next hour: %v", err)
		}
		clock.at = clock.at.Add(-72 * time.Hour)
		if err := enter(nobody, false); err != nil {
			t.Errorf("a clock that was set back: %v", err)
		}
	})

	t.Run("at once", func(t *testing.T) {
		var leaves []func(bool)
		for range concurrentRequests {
			leave, err := q.enter(somebody, "", false, false)
			if err != nil {
				t.Fatal(err)
			}
			leaves = append(leaves, leave)
		}
		e := shown(enter(somebody, false))
		if e.Kind != slipway.Limited || !strings.HasPrefix(e.Message, "You have exceeded a secondary rate limit") || e.RetryAfter <= 0 {
			t.Errorf("%+v", e)
		}
		for _, leave := range leaves {
			leave(true)
		}
		if err := enter(somebody, false); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		if got := q.look(somebody, ""); got.Used != 1 {
			t.Errorf("what was given back counts: %+v", got)
		}
	})

	t.Run("writes", func(t *testing.T) {
		for range writesAMinute {
			if err := enter(somebody, true); err != nil {
				t.Fatal(err)
			}
		}
		if e := shown(enter(somebody, true)); e.Kind != slipway.Limited || !strings.HasPrefix(e.Message, "You have exceeded a secondary rate limit") {
			t.Errorf("%+v", e)
		}
		if err := enter(somebody, false); err != nil {
			t.Errorf("a read: %v", err)
		}
		clock.at = clock.at.Add(time.Second)
		if err := enter(somebody, true); err != nil {
			t.Errorf("a second later: %v", err)
		}
	})

	t.Run("addresses", func(t *testing.T) {
		for address, want := range map[string]string{"192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::/64", "2001:db8::ffff:2": "2001:db8::/64", "fe80::1%eth0": "fe80::/64", "@": "@"} {
			if got := callerKey(slipway.Actor{}, address); got != want {
				t.Errorf("%s: %s", address, got)
			}
		}
		for i := range maxCallers + 10 {
			q.look(slipway.Actor{}, strconv.Itoa(i))
		}
		if len(q.callers) > maxCallers {
			t.Errorf("%d callers are remembered", len(q.callers))
		}
	})

	t.Run("forgotten", func(t *testing.T) {
		clock.at = clock.at.Add(3 * time.Hour)
		q.look(somebody, "")
		if len(q.callers) != 1 {
			t.Errorf("%d callers are remembered after their hour", len(q.callers))
		}
	})
}

// TestStatusOfLimits: the primary limit is 403, the secondary one 429 (decisions §1).
func TestStatusOfLimits(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.RateLimit = 1; o.bare = true })
	for i, want := range []int{200, 403} {
		got := w.do("GET", "/user", "", "As: admin")
		if got.StatusCode != want || got.get("X-RateLimit-Limit") != "1" || got.get("X-RateLimit-Remaining") != "0" || got.get("X-RateLimit-Used") != "1" {
			t.Errorf("request %d: %d %v", i, got.StatusCode, got.Header)
		}
	}
	rep := w.api.fail(&call{}, secondaryLimit(1500*time.Millisecond))
	if rep.status != 429 || rep.retry != 1500*time.Millisecond {
		t.Errorf("%+v", rep)
	}
}

// TestAPIHost: the API answers at the root of its own host, or of one that begins "api.", and below /api/v3 everywhere.
func TestAPIHost(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) {
		o.bare = true
		o.URLs = slipway.URLs{Web: "https://deploy.example.com", API: "https://hub.example.com:8443"}
	})
	for host, want := range map[string]int{
		"hub.example.com": 200, "HUB.example.com:8443": 200, "api.example.com": 200, "API.x:1": 200,
		"deploy.example.com": 404, "api": 404, "xapi.example.com": 404, "127.0.0.1": 404, "[::1]:80": 404,
	} {
		if got := w.send("GET", w.url+"/meta", "", "Host: "+host); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", host, got.StatusCode, want)
		}
		if got := w.send("GET", w.url+"/api/v3/meta", "", "Host: "+host); got.StatusCode != http.StatusOK {
			t.Errorf("%s below /api/v3: %d", host, got.StatusCode)
		}
	}
	if got := w.do("GET", "/", ""); got.get("Strict-Transport-Security") == "" || !strings.Contains(string(got.body), `"https://hub.example.com:8443/user"`) {
		t.Errorf("%v %s", got.Header, got.body)
	}
}
