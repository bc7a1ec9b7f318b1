package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// answers is a server of scripted answers: what it is asked for, it remembers.
type answers struct {
	status int
	body   string
	asked  string
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	a.asked = r.Method + " " + r.URL.RequestURI() + " " + string(text)
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// over gives a client of the handler in each of the two ways.
func over(t *testing.T, h http.Handler) map[string]*Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	dialed, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*Client{"socket": dialed, "in process": InProcess(h)}
}

func TestRequests(t *testing.T) {
	a := &answers{status: http.StatusCreated, body: `{}`}
	no := false
	for way, c := range over(t, a) {
		for _, test := range []struct {
			do   func(context.Context) error
			want string
		}{
			{func(ctx context.Context) error {
				_, err := c.CreateUser(ctx, wire.LocalUserRequest{Login: "ada", Admin: true})
				return err
			}, `POST /api/slipway/v1/local/users {"login":"ada","admin":true}`},
			{func(ctx context.Context) error {
				_, err := c.CreateToken(ctx, wire.LocalTokenRequest{User: "ci", Scopes: []string{"repo"}, Expires: "720h0m0s"})
				return err
			}, `POST /api/slipway/v1/local/tokens {"user":"ci","scopes":["repo"],"expires":"720h0m0s"}`},
			{func(ctx context.Context) error {
				return c.RevokeToken(ctx, wire.LocalRevokeRequest{ID: 7})
			}, `DELETE /api/slipway/v1/local/tokens {"id":7}`},
			{func(ctx context.Context) error {
				_, err := c.CreateRepository(ctx, wire.LocalRepositoryRequest{Owner: "acme", Name: "web", Private: &no})
				return err
			}, `POST /api/slipway/v1/local/repositories {"owner":"acme","name":"web","private":false}`},
			{func(ctx context.Context) error {
				return c.AddCollaborator(ctx, wire.LocalCollaboratorRequest{Owner: "acme", Name: "web", Login: "ada", Role: "write"})
			}, `POST /api/slipway/v1/local/collaborators {"owner":"acme","name":"web","login":"ada","role":"write"}`},
		} {
			if err := test.do(t.Context()); err != nil {
				t.Errorf("%s: %v", way, err)
			}
			if a.asked != test.want {
				t.Errorf("%s: asked\n%s, want\n%s", way, a.asked, test.want)
			}
		}
	}
}

func TestLists(t *testing.T) {
	a := &answers{status: http.StatusOK, body: `[{"id":1,"login":"slipway[bot]","user":"x&y"}]`}
	for way, c := range over(t, a) {
		users, err := c.Users(t.Context())
		if err != nil || len(users) != 1 || users[0].Login != "slipway[bot]" {
			t.Errorf("%s: %v %v", way, users, err)
		}
		tokens, err := c.Tokens(t.Context(), "x&y")
		if err != nil || len(tokens) != 1 || tokens[0].User != "x&y" || a.asked != "GET /api/slipway/v1/local/tokens?user=x%26y " {
			t.Errorf("%s: %v %v %s", way, tokens, err, a.asked)
		}
	}
}

func TestErrors(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"Not Found"}`: "Not Found",
		`{"message":"Validation Failed","errors":[{"field":"login","code":"already_exists"},{"code":"custom","message":"too long"},"as text"]}`: "Validation Failed: login already exists; too long; as text",
		`<html>`: "the server answered 422 Unprocessable Entity",
	} {
		for way, c := range over(t, &answers{status: http.StatusUnprocessableEntity, body: body}) {
			_, err := c.CreateUser(t.Context(), wire.LocalUserRequest{Login: "ada"})
			var e *Error
			if !errors.As(err, &e) || e.Status != 422 || err.Error() != want {
				t.Errorf("%s: %v, want %s", way, err, want)
			}
		}
	}
}

func TestNobodyThere(t *testing.T) {
	if _, err := Dial(t.Context(), filepath.Join(t.TempDir(), "nothing")); err == nil {
		t.Error("somebody answered")
	}
	if _, err := Socket(filepath.Join(t.TempDir(), "nothing")).Users(t.Context()); err == nil {
		t.Errorf("got %v", err)
	}
}
