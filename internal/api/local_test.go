package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// local calls the administration interface as the socket does.
func (w *world) local(method, path string, in, out any) (int, string) {
	w.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			w.Fatal(err)
		}
	}
	rec := httptest.NewRecorder()
	w.api.Local().ServeHTTP(rec, httptest.NewRequest(method, "http://local"+localBase+path, &body))
	text := rec.Body.String()
	if out != nil && rec.Code < 300 {
		if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
			w.Fatalf("%s: %v", text, err)
		}
	}
	return rec.Code, text
}

func TestLocal(t *testing.T) {
	w := newWorld(t)
	var user wire.LocalUser
	if code, text := w.local("POST", "users", wire.LocalUserRequest{Login: "ci", Name: "CI"}, &user); code != 201 || user.Login != "ci" || user.ID == 0 {
		t.Errorf("%d %s", code, text)
	}
	if code, text := w.local("POST", "users", wire.LocalUserRequest{Login: "CI"}, nil); code != 422 || !strings.Contains(text, `"message"`) {
		t.Errorf("a login that is taken: %d %s", code, text)
	}
	var users []wire.LocalUser
	if code, _ := w.local("GET", "users", nil, &users); code != 200 || len(users) < 6 {
		t.Errorf("%d %+v", code, users)
	}
	var token wire.LocalToken
	code, text := w.local("POST", "tokens", wire.LocalTokenRequest{User: "robot", Scopes: []string{"repo:deployment"}, Expires: "1h", Name: "n"}, &token)
	if code != 201 || token.Token == "" || token.User != "robot" || len(token.Scopes) != 1 || token.Scopes[0] != "repo_deployment" || token.ExpiresAt == nil {
		t.Errorf("%d %s", code, text)
	}
	expiry := w.do("GET", "/user", "", "Authorization: token "+token.Token)
	if expiry.StatusCode != http.StatusOK || !strings.HasSuffix(expiry.get("GitHub-Authentication-Token-Expiration"), " +0000") {
		t.Errorf("%d %v", expiry.StatusCode, expiry.Header)
	}
	var tokens []wire.LocalToken
	if code, text := w.local("GET", "tokens?user=robot", nil, &tokens); code != 200 || len(tokens) != 1 || strings.Contains(text, token.Token) {
		t.Errorf("%d %s", code, text)
	}
	for _, bad := range []wire.LocalTokenRequest{{User: "robot", Scopes: []string{"nonsense"}}, {User: "robot", Scopes: []string{"repo"}, Expires: "tomorrow"}, {User: "-", Scopes: []string{"repo"}}} {
		if code, text := w.local("POST", "tokens", bad, nil); code != 422 {
			t.Errorf("%+v: %d %s", bad, code, text)
		}
	}
	if code, text := w.local("DELETE", "tokens", wire.LocalRevokeRequest{ID: token.ID}, nil); code != 204 || text != "" {
		t.Errorf("%d %s", code, text)
	}
	if code, _ := w.local("DELETE", "tokens", wire.LocalRevokeRequest{Token: token.Token}, nil); code != 404 {
		t.Errorf("a token that is gone: %d", code)
	}
	if got := w.do("GET", "/user", "", "Authorization: token "+token.Token); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", got.StatusCode)
	}
	var r wire.LocalRepository
	if code, text := w.local("POST", "repositories", wire.LocalRepositoryRequest{Owner: "newcorp", Name: "site"}, &r); code != 201 || r.FullName != "newcorp/site" || r.CloneURL == "" {
		t.Errorf("%d %s", code, text)
	}
	var all []wire.LocalRepository
	if code, _ := w.local("GET", "repositories", nil, &all); code != 200 || len(all) != 5 {
		t.Errorf("%d %+v", code, all)
	}
	for _, role := range append(slipway.Roles(), "push") {
		in := wire.LocalCollaboratorRequest{Owner: "newcorp", Name: "site", Login: "ci", Role: role}
		if code, text := w.local("POST", "collaborators", in, nil); code != 204 {
			t.Errorf("%s: %d %s", role, code, text)
		}
	}
	for _, bad := range []wire.LocalCollaboratorRequest{{Owner: "newcorp", Name: "site", Login: "ci", Role: "king"}, {Owner: "newcorp", Name: "site", Login: "nobody", Role: "read"}, {Owner: "newcorp", Name: "nothing", Login: "ci", Role: "read"}} {
		if code, text := w.local("POST", "collaborators", bad, nil); code != 422 && code != 404 {
			t.Errorf("%+v: %d %s", bad, code, text)
		}
	}
	for _, other := range []string{"nothing", "", "users/"} {
		if code, _ := w.local("GET", other, nil, nil); code != 404 {
			t.Errorf("%q: %d", other, code)
		}
	}
	// Only the socket serves it.
	for _, path := range []string{"/api/slipway/v1/local/users", "/api/v3/local/users"} {
		if got := w.send("GET", w.url+path, "", "As: admin"); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}

// TestLocalBodiesAreWhole: what is too large is refused, not cut.
func TestLocalBodiesAreWhole(t *testing.T) {
	w := newWorld(t)
	large := `{"login":"large"}` + strings.Repeat(" ", maxBody)
	for name, body := range map[string]io.Reader{
		"with a length": strings.NewReader(large), "chunked": io.MultiReader(strings.NewReader(large)),
	} {
		rec := httptest.NewRecorder()
		w.api.Local().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "http://local"+localBase+"users", body))
		if rec.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
	}
}
