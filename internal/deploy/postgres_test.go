package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store"
	"github.com/slipway-deploy/slipway/internal/testkit"
)

// newCluster is a world of two nodes on one PostgreSQL: decisions that share nothing but the database and git.
func newCluster(t *testing.T) (w *world, nodes []*deploy.Decisions) {
	t.Helper()
	w = emptyWorld(t)
	url := testkit.Postgres(t, func(url string) error {
		db, err := store.Open(context.Background(), store.Config{DatabaseURL: url, Key: make([]byte, 32)})
		if err != nil {
			return err
		}
		return db.Close()
	})
	for range 2 {
		w.store = w.open(store.Config{DatabaseURL: url})
		nodes = append(nodes, w.decisionsOn(w.store))
	}
	w.look("pgx", url)
	w.Decisions = nodes[0]
	w.begin()
	return w, nodes
}

// race has n callers do something at once, on the nodes in turn.
func race(nodes []*deploy.Decisions, n int, do func(i int, node *deploy.Decisions) error) error {
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { errs[i] = do(i, nodes[i%len(nodes)]) })
	}
	group.Wait()
	return errors.Join(errs...)
}

func TestTwoNodesDecideAsOne(t *testing.T) {
	w, nodes := newCluster(t)

	t.Run("one key, one deployment", func(t *testing.T) {
		w.in(t)
		before := w.lastEvent()
		ids := make([]int64, 12)
		w.must(race(nodes, len(ids), func(i int, node *deploy.Decisions) error {
			out, err := node.CreateDeployment(w.ctx, w.admin, w.repo, request("main"), deploy.IdempotencyKey{Key: "k", Hash: []byte("h")})
			ids[i] = out.Deployment.ID
			return err
		}))
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("deployments %v", ids)
			}
		}
		if names := w.names(before); names != "environment/created deployment/created deployment/released" {
			t.Error(names)
		}
	})

	t.Run("one success is live", func(t *testing.T) {
		w.in(t)
		var list []int64
		for range 8 {
			list = append(list, w.deploy("main", "qa").ID)
		}
		w.must(race(nodes, len(list), func(i int, node *deploy.Decisions) error {
			_, _, err := node.CreateDeploymentStatus(w.ctx, w.admin, w.repo, list[i], slipway.StatusRequest{State: "success", AutoInactive: true, Era: slipway.E11})
			return err
		}))
		newest, err := w.Deployment(w.ctx, w.repo, list[len(list)-1])
		if err != nil || newest.State != "success" {
			t.Errorf("%+v, %v", newest, err)
		}
	})

	t.Run("one merge", func(t *testing.T) {
		w.in(t)
		w.git.write(w.repo, "refs/heads/topic", w.main)
		w.git.write(w.repo, "refs/heads/main", w.main)
		w.must(w.SyncRefs(w.ctx, w.repo.ID))
		before := w.lastEvent()
		in := request("topic")
		in.AutoMerge = true
		w.must(race(nodes, 10, func(_ int, node *deploy.Decisions) error {
			return second(node.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{}))
		}))
		if w.git.merges != 1 || len(w.moves(before)) != 1 {
			t.Errorf("%d merges, told %+v", w.git.merges, w.moves(before))
		}
	})

	t.Run("every push is told once", func(t *testing.T) {
		w.in(t)
		before := w.lastEvent()
		w.must(race(nodes, 16, func(i int, node *deploy.Decisions) error {
			intent, err := node.BeginPush(w.ctx, w.admin, w.repo)
			if err != nil {
				return err
			}
			w.git.write(w.repo, fmt.Sprint("refs/heads/", i), w.main)
			return node.EndPush(w.ctx, w.repo.ID, intent)
		}))
		seen := map[string]int{}
		for _, m := range w.moves(before) {
			seen[m.Name]++
		}
		if len(seen) != 16 || len(w.moves(before)) != 16 {
			t.Errorf("%v", seen)
		}
		w.noIntents()
	})

	t.Run("a revoked token is refused", func(t *testing.T) {
		w.in(t)
		secret, token, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann"})
		w.must(err)
		w.must(second(nodes[1].Authenticate(w.ctx, secret)))
		w.must(w.RevokeToken(w.ctx, w.admin, token.ID))
		_, err = nodes[1].Authenticate(w.ctx, secret)
		w.refused(err, slipway.Unauthorized, "Bad credentials")
	})
}
