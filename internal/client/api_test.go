package client

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"https://slipway.example":                "https://slipway.example/api/v3 https://slipway.example/api/slipway/v1",
		"http://127.0.0.1:8480/":                 "http://127.0.0.1:8480/api/v3 http://127.0.0.1:8480/api/slipway/v1",
		"https://slipway.example/api/v3":         "https://slipway.example/api/v3 https://slipway.example/api/slipway/v1",
		"https://slipway.example/api/slipway/v1": "https://slipway.example/api/v3 https://slipway.example/api/slipway/v1",
		"https://api.slipway.example":            "https://api.slipway.example https://api.slipway.example/slipway/v1",
	} {
		s, err := NewAPI(address, "t")
		if err != nil || s.github+" "+s.extension != want {
			t.Errorf("%s: %+v, %v, want %s", address, s, err, want)
		}
	}
	for _, address := range []string{"", "slipway.example", "ftp://slipway.example", "https://", "https://u:p@slipway.example", "https://slipway.example/acme/web", "https://slipway.example?x"} {
		if s, err := NewAPI(address, "t"); err == nil {
			t.Errorf("%q: %+v", address, s)
		}
	}
}

// TestPages: a list is read to its end, under the address that was given, however the server calls itself.
func TestPages(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/api/v3/repos/acme/web/hooks/1/deliveries" || r.Header.Get("Authorization") != "Bearer t" {
			t.Errorf("asked %s with %q", r.URL, r.Header.Get("Authorization"))
		}
		page := r.URL.Query().Get("cursor")
		if page != "v1_3" {
			w.Header().Set("Link", `<http://elsewhere.example/api/v3/repositories/1/hooks/1/deliveries?per_page=2&cursor=v1_3>; rel="next"`)
		}
		fmt.Fprintf(w, `[{"id":%d},{"id":%d}]`, 10*asked, 10*asked+1)
	}))
	defer server.Close()
	s, err := NewAPI(server.URL, "t")
	if err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int]string{0: `[{"id":10},{"id":11},{"id":20},{"id":21}]`, 1: `[{"id":10}]`, 3: `[{"id":10},{"id":11},{"id":20}]`} {
		asked = 0
		list, err := s.Deliveries(t.Context(), "acme/web", 1, "", most)
		if err != nil || string(list.Raw) != want || len(list.Value) != strings.Count(want, "id") {
			t.Errorf("%d: %s, %v, want %s", most, list.Raw, err, want)
		}
	}
}

// TestTokenStaysWithItsServer: a redirect to another host is not followed.
func TestTokenStaysWithItsServer(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other was asked") }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v3/repositories/1/hooks/1" {
			fmt.Fprint(w, `{"id":1}`)
			return
		}
		if strings.Contains(r.URL.Path, "renamed") {
			http.Redirect(w, r, "/api/v3/repositories/1/hooks/1", http.StatusMovedPermanently)
			return
		}
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	s, err := NewAPI(server.URL, "t")
	if err != nil {
		t.Fatal(err)
	}
	if h, err := s.Hook(t.Context(), "acme/renamed", 1); err != nil || h.Value.ID != 1 {
		t.Errorf("renamed: %+v, %v", h, err)
	}
	if _, err := s.Hook(t.Context(), "acme/web", 1); err == nil || !strings.Contains(err.Error(), "redirects elsewhere") {
		t.Errorf("elsewhere: %v", err)
	}
}
