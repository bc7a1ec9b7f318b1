package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// silent is a ResponseWriter that forgets.
type silent struct{ header http.Header }

func (s *silent) Header() http.Header         { return s.header }
func (s *silent) Write(b []byte) (int, error) { return len(b), nil }
func (s *silent) WriteHeader(int)             {}

// benchmark calls the edge without a network. {main} in a path is that commit's SHA.
func benchmark(b *testing.B, method, path, body string) {
	b.Helper()
	w := newWorld(b, func(o *worldOptions) { o.settings.MaxStatusesPerContext = 1 << 30 })
	path = w.expand(path)
	w.api.log = slog.New(slog.DiscardHandler)
	for range 30 {
		w.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, "As: writer")
	}
	token := "token " + w.token("writer")
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest(method, "/api/v3"+path, strings.NewReader(body))
			r.Header["Authorization"] = []string{token}
			r.Header["User-Agent"] = []string{"bench"}
			r.Header["Accept-Encoding"] = []string{"gzip"}
			w.api.ServeHTTP(&silent{make(http.Header)}, r)
		}
	})
}

func BenchmarkGetDeployment(b *testing.B) {
	benchmark(b, "GET", "/repos/acme/web/deployments/1", "")
}

func BenchmarkRateLimit(b *testing.B) { benchmark(b, "GET", "/rate_limit", "") }

func BenchmarkCreateCommitStatus(b *testing.B) {
	benchmark(b, "POST", "/repos/acme/web/statuses/{main}", `{"state":"success"}`)
}

func BenchmarkCreateDeployment(b *testing.B) {
	benchmark(b, "POST", "/repos/acme/web/deployments", `{"ref":"main"}`)
}

func BenchmarkListDeployments(b *testing.B) {
	benchmark(b, "GET", "/repos/acme/web/deployments", "")
}
