package main

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
)

// home is all there is to see in a browser so far.
func (f *front) home(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" || r.Method != http.MethodGet && r.Method != http.MethodHead {
		notFound(w, r)
		return
	}
	harmless(w, "text/plain; charset=utf-8")
	fmt.Fprintf(w, `Slipway %s: GitHub's Deployments API for any Git repository.

API      %s
GraphQL  %s
Git      %s/OWNER/NAME.git
Sign in  %s/login
Health   %s/healthz
`, versionText(), f.urls.API, f.graphQL(), f.urls.Web, f.urls.Web, f.urls.Web)
}

// graphQL is where GraphQL is: beside the API, as on GitHub Enterprise, or at /graphql of the API's own host.
func (f *front) graphQL() string {
	return strings.TrimSuffix(f.urls.API, "/v3") + "/graphql"
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	harmless(w, "application/json; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(`{"message":"Not Found","documentation_url":"https://docs.github.com/rest","status":"404"}` + "\n"))
}

// avatar draws the picture that avatar_url points at: one colour for each path, so that nothing about accounts is told.
func avatar(w http.ResponseWriter, r *http.Request) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(r.URL.Path))
	harmless(w, "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="hsl(%d 45%% 55%%)"/><circle cx="4" cy="3.2" r="1.4" fill="#fff"/><path d="M1.2 8a2.8 2.8 0 0 1 5.6 0z" fill="#fff"/></svg>`, h.Sum32()%360)
}

// harmless sets the headers of an answer that loads nothing and runs nothing.
func harmless(w http.ResponseWriter, contentType string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "deny")
	h.Set("Referrer-Policy", "no-referrer")
}
