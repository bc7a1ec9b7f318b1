package hook_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// nodes makes worlds that share one PostgreSQL, its hooks and its repository.
func nodes(t *testing.T, n int) []*world {
	t.Helper()
	url := testkit.Postgres(t, func(url string) error {
		db, err := store.Open(context.Background(), store.Config{DatabaseURL: url})
		if err != nil {
			return err
		}
		return db.Close()
	})
	list := []*world{newWorldOn(t, store.Config{DatabaseURL: url, Connections: 8})}
	for range n - 1 {
		first := list[0]
		w := &world{TB: t, config: first.config, options: first.options, render: first.render, repo: first.repo}
		w.options.Observe = w.observe
		w.open()
		t.Cleanup(func() { w.halt(); _ = w.db.Close() })
		list = append(list, w)
	}
	return list
}

// TestNodes is two servers on one database: in peace each delivery is sent once, in order.
func TestNodes(t *testing.T) {
	list := nodes(t, 2)
	r, other := testkit.NewReceiver(t, secret), testkit.NewReceiver(t, secret)
	list[0].hook(r.URL())
	list[0].hook(other.URL())
	for _, w := range list {
		w.start()
	}
	for i := range 40 {
		list[i%2].deployments(i+1, 1)
	}
	for _, r := range []*testkit.Receiver{r, other} {
		got := expect(t, r, refs(1, 40))
		oneGUID(t, got)
		if len(got) != 40 {
			t.Errorf("%d deliveries of 40 events", len(got))
		}
	}
}

// TestNodeDies: what a dead node held is taken over when its lease ends, and nothing else waits for that.
func TestNodeDies(t *testing.T) {
	list := nodes(t, 2)
	r, other := testkit.NewReceiver(t, secret), testkit.NewReceiver(t, secret)
	held := list[0].hook(r.URL())
	list[0].deployments(1, 3)
	list[0].until("the events have positions", func() bool {
		b, err := list[0].db.Unexpanded(t.Context(), 0, 100)
		return err == nil && len(b.Occurrences) == 3
	})
	b, err := list[0].db.Unexpanded(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := list[0].db.Expand(t.Context(), expansionOf(b)); err != nil {
		t.Fatal(err)
	}
	const lease = 2 * time.Second
	jobs, err := list[0].db.Claim(t.Context(), hook.Room{Healthy: 1}, lease)
	if err != nil || len(jobs) != 1 || jobs[0].Hook.ID != held.ID {
		t.Fatal(jobs, err)
	}
	claimed := time.Now()
	list[0].hook(other.URL())
	list[1].start() // the other node has died
	list[1].deployments(4, 1)
	expect(t, other, refs(4, 4))
	got := r.Wait(patience, func(got []testkit.Received) bool { return len(taken(got)) == 4 })
	if early := lease - got[0].At.Sub(claimed); early > 100*time.Millisecond {
		t.Errorf("taken over %s before the lease ended", early)
	}
	if got[0].GUID != jobs[0].GUID {
		t.Error("taken over under another GUID")
	}
	if list := taken(got); !slices.Equal(list[3:], refs(4, 4)) {
		t.Errorf("taken %v", list)
	}
}
