package deploy_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// What a request costs besides HTTP and JSON: the disk's flush, mostly, and with many callers the queries.
func BenchmarkCreateDeployment(b *testing.B) {
	for name, callers := range map[string]int{"1 caller": 0, "64 callers": 32} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			in := request("main")
			in.RequiredContexts, in.AutoMerge = nil, true
			create := func() {
				if _, err := w.CreateDeployment(w.ctx, w.admin, w.repo, in, deploy.IdempotencyKey{}); err != nil {
					b.Error(err)
				}
			}
			b.ResetTimer()
			if callers == 0 {
				for b.Loop() {
					create()
				}
				return
			}
			b.SetParallelism(callers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					create()
				}
			})
		})
	}
}

func BenchmarkCreateCommitStatus(b *testing.B) {
	w := newWorld(b)
	var n atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			in := slipway.CommitStatusRequest{State: "success", Context: fmt.Sprint("ci/", n.Add(1)/100)}
			if _, err := w.CreateCommitStatus(w.ctx, w.admin, w.repo, string(w.main), in); err != nil {
				b.Error(err)
			}
		}
	})
}

// What every request costs before anything is decided.
func BenchmarkAuthenticate(b *testing.B) {
	w := newWorld(b)
	secret, _, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann"})
	w.must(err)
	for b.Loop() {
		a, err := w.Authenticate(w.ctx, secret)
		w.must(err)
		_, err = w.FindRepository(w.ctx, a, "acme", "web")
		w.must(err)
	}
}
