package hook_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
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
