package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestCrossOrigin: pages of other origins may call everything, and read every answer, refusals too (contract 1.8).
func TestCrossOrigin(t *testing.T) {
	w := newWorld(t)
	// A browser asks before it sends what no form could. It sends no credentials with that, wherever it is going.
	for _, path := range []string{"/", "/user", "/repos/acme/web/deployments", "/repos/acme/absent/git/refs", "/no/such/route", "/repos/acme/web/contents/%ff"} {
		for _, method := range []string{"GET", "POST", "PATCH", "PUT", "DELETE"} {
			got := w.do(http.MethodOptions, path, "", "Origin: https://pages.example", "Access-Control-Request-Method: "+method,
				"Access-Control-Request-Headers: accept,authorization,content-type,x-github-api-version")
			if got.StatusCode != http.StatusNoContent || len(got.body) > 0 || got.get("Content-Type") != "" {
				t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
			}
			if got.get("Access-Control-Allow-Origin") != "*" || got.get("Access-Control-Max-Age") != "86400" || got.get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s: %v", path, got.Header)
			}
			if !slices.Contains(list(got.get("Access-Control-Allow-Methods")), method) {
				t.Errorf("%s: %s is not allowed", path, method)
			}
			for _, name := range []string{
				"Authorization", "Content-Type", "If-Match", "If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "X-GitHub-OTP",
				"X-Requested-With", "X-GitHub-Api-Version", "Idempotency-Key",
			} {
				if !slices.Contains(list(got.get("Access-Control-Allow-Headers")), name) {
					t.Errorf("%s: %s is not allowed", path, name)
				}
			}
		}
	}
	for _, exchange := range []struct {
		method, path, body string
		status             int
		headers            []string
	}{
		{"GET", "/repos/acme/open/deployments", "", http.StatusOK, nil},
		{"GET", "/repos/acme/web/git/blobs/f719efd430d52bcfc8566a43b2eb655688d38871", "", http.StatusOK, []string{"As: reader"}},
		{"GET", "/user", "", http.StatusUnauthorized, []string{"Authorization: token nonsense"}},
		{"GET", "/no/such/route", "", http.StatusNotFound, nil},
		{"GET", "/repos/acme/web", "", http.StatusNotFound, []string{"As: stranger"}},
		{"POST", "/repos/acme/web/deployments", "[", http.StatusBadRequest, []string{"As: writer"}},
		{"POST", "/repos/acme/web/deployments", `{"ref":"nowhere"}`, http.StatusUnprocessableEntity, []string{"As: writer"}},
		{"DELETE", "/repos/acme/old/git/refs/heads/topic", "", http.StatusForbidden, []string{"As: writer"}},
		{"POST", "/repos/acme/web/deployments", strings.Repeat("x", maxBody+1), http.StatusRequestEntityTooLarge, []string{"As: writer"}},
		{"GET", "/user", "", http.StatusForbidden, []string{"User-Agent: "}},
	} {
		got := w.do(exchange.method, exchange.path, exchange.body, append(exchange.headers, "Origin: https://pages.example")...)
		if got.StatusCode != exchange.status || got.get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s %s: %d, origin %q", exchange.method, exchange.path, got.StatusCode, got.get("Access-Control-Allow-Origin"))
		}
		for _, name := range []string{"ETag", "Link", "Location", "X-RateLimit-Remaining", "X-OAuth-Scopes", "X-GitHub-Request-Id"} {
			if !slices.Contains(list(got.get("Access-Control-Expose-Headers")), name) {
				t.Errorf("%s %s: %s cannot be read", exchange.method, exchange.path, name)
			}
		}
	}
}

// list takes a header apart that names several things.
func list(header string) []string { return strings.Split(header, ", ") }
