package hook_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway/internal/hook"
)

// BenchmarkDeliveries is the closed loop of performance goal 10: one event at a time in flight per caller, ten hooks, every
// attempt recorded durably. The figure to read is deliveries/s.
func BenchmarkDeliveries(b *testing.B) {
	for _, backlog := range []int{1, 8} {
		b.Run("backlog="+strconv.Itoa(backlog), func(b *testing.B) {
			const hooks = 10
			w := newWorld(b)
			var got atomic.Int64
			arrived := make(chan struct{}, 1<<20)
			server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				if got.Add(1)%hooks == 0 {
					arrived <- struct{}{}
				}
			}))
			defer server.Close()
			for i := range hooks {
				w.hook(server.URL + "/" + strconv.Itoa(i))
			}
			w.start()
			b.ResetTimer()
			began := time.Now()
			sent := 0
			for i := range b.N {
				for sent < min(i+backlog, b.N) {
					sent++
					w.deployments(sent, 1)
				}
				<-arrived
			}
			b.ReportMetric(float64(b.N*hooks)/time.Since(began).Seconds(), "deliveries/s")
		})
	}
}

// BenchmarkLatency is performance goal 8: the time from a commit to its receipt when nothing else goes on.
func BenchmarkLatency(b *testing.B) {
	w := newWorld(b)
	arrived := make(chan time.Time, 1)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- time.Now() }))
	defer server.Close()
	w.hook(server.URL)
	w.start()
	var total time.Duration
	for i := range b.N {
		time.Sleep(20 * time.Millisecond)
		w.deployments(i+1, 1)
		answered := time.Now()
		total += (<-arrived).Sub(answered)
	}
	b.ReportMetric(float64(total.Microseconds())/float64(b.N)/1000, "ms/receipt")
}

// BenchmarkBesideDeadHooks is promise P15: fifty hooks whose receiver accepts and never answers, with the default time-out,
// beside a good one that is told of ten events a second. The figures to read are the good one's.
func BenchmarkBesideDeadHooks(b *testing.B) {
	w := newWorld(b)
	w.options.Timeout, w.options.Policy = 0, hook.Policy{}
	dead := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer dead.Close()
	defer w.halt() // or the receiver waits for those that wait for it
	arrived := make(chan time.Time, 1)
	good := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- time.Now() }))
	defer good.Close()
	for range 50 {
		w.hook(dead.URL)
	}
	w.hook(good.URL)
	w.start()
	b.ResetTimer()
	var taken, writes []time.Duration
	for i := range b.N {
		time.Sleep(100 * time.Millisecond)
		began := time.Now()
		w.deployments(i+1, 1)
		writes = append(writes, time.Since(began))
		committed := time.Now()
		taken = append(taken, (<-arrived).Sub(committed))
	}
	slices.Sort(taken)
	slices.Sort(writes)
	p99 := func(list []time.Duration) float64 { return list[len(list)*99/100].Seconds() * 1000 }
	b.ReportMetric(p99(taken), "p99-ms/receipt")
	b.ReportMetric(p99(writes), "p99-ms/write")
}
