package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/slipway-deploy/slipway"
)

// front sends each request to the edge it belongs to, by the first segment of its path. One ServeMux cannot: it refuses
// /{owner}/{name}/info/refs beside /api/v3/{rest...}, cleans // out of paths and answers 405 where GitHub answers 404.
type front struct {
	urls    slipway.URLs
	api     http.Handler // /api/v3, health, and everything on a host of its own
	login   http.Handler // /login, /logout, /settings, /static
	git     http.Handler // /OWNER/NAME(.git)/…
	metrics http.Handler // nil: served elsewhere

	working  atomic.Int64 // requests under way
	stopping atomic.Bool  // SIGTERM was received
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.working.Add(1)
	defer f.working.Add(-1)
	if f.stopping.Load() && r.URL.Path != "/healthz" && r.URL.Path != "/readyz" {
		refuse(w)
		return
	}
	f.edge(r).ServeHTTP(w, r)
}

// edge is who answers a request.
func (f *front) edge(r *http.Request) http.Handler {
	if f.urls.OwnsHost(r.Host) {
		return f.api
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case first == "api" || first == "healthz" || first == "readyz":
		return f.api
	case first == "metrics" && rest == "" && f.metrics != nil:
		return loopbackOnly(f.metrics)
	case first == "static" && strings.HasPrefix(rest, "avatars/"):
		return http.HandlerFunc(avatar)
	case first == "login" || first == "logout" || first == "settings" || first == "static":
		return f.login
	case isGit(rest):
		return f.git
	case first == "":
		return http.HandlerFunc(f.home)
	}
	return http.HandlerFunc(notFound)
}

// isGit reports whether what follows the owner in a path is a repository and a service of smart HTTP.
func isGit(rest string) bool {
	_, service, ok := strings.Cut(rest, "/")
	if !ok {
		return false
	}
	switch service {
	case "info/refs", "git-upload-pack", "git-receive-pack", "HEAD":
		return true
	}
	return strings.HasPrefix(service, "objects/")
}

// refuse answers for a server on its way out: it takes no new work.
func refuse(w http.ResponseWriter) {
	harmless(w, "application/json; charset=utf-8")
	w.Header().Set("Connection", "close")
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, `{"message":"The server is shutting down.","documentation_url":"https://docs.github.com/rest","status":"503"}`)
}

// drained waits until nothing is under way, or for the time given.
func (f *front) drained(within time.Duration) {
	end := time.Now().Add(within)
	for f.working.Load() > 0 && time.Now().Before(end) {
		time.Sleep(10 * time.Millisecond)
	}
}

// loopbackOnly hides a handler from other machines. A request that a proxy on this one passed on is not from this one.
func loopbackOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		ip := net.ParseIP(host)
		proxied := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != "" || r.Header.Get("Via") != ""
		if ip == nil || !ip.IsLoopback() || proxied {
			notFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}
