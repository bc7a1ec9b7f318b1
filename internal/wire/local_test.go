package wire

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slipway-deploy/slipway"
)

// TestLocalRequests writes each request as the command line does and reads it as the server does.
func TestLocalRequests(t *testing.T) {
	roundTrip(t, LocalUserRequest{Login: "mona", Name: "Mona <x>", Email: "m@example.com", Admin: true}, DecodeLocalUser)
	roundTrip(t, LocalUserRequest{Login: "mona"}, DecodeLocalUser)
	roundTrip(t, LocalTokenRequest{User: "mona", Name: "ci", Scopes: []string{"repo", "user"}, Expires: "720h", Admin: true}, DecodeLocalToken)
	roundTrip(t, LocalTokenRequest{User: "mona", Scopes: []string{}}, DecodeLocalToken)
	roundTrip(t, LocalRevokeRequest{ID: 9}, DecodeLocalRevoke)
	roundTrip(t, LocalRevokeRequest{Token: "slp_x"}, DecodeLocalRevoke)
	roundTrip(t, LocalRepositoryRequest{Owner: "acme", Name: "web", Description: "d", DefaultBranch: "trunk", Private: ptr(false), AutoInit: true}, DecodeLocalRepository)
	roundTrip(t, LocalRepositoryRequest{Owner: "acme", Name: "web"}, DecodeLocalRepository)
	roundTrip(t, LocalCollaboratorRequest{Owner: "acme", Name: "web", Login: "mona", Role: "write"}, DecodeLocalCollaborator)
}

func roundTrip[T any](t *testing.T, in T, decode func([]byte) (T, error)) {
	t.Helper()
	body, err := Encode(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := decode(body)
	if diff := cmp.Diff(in, out); diff != "" || err != nil {
		t.Errorf("%s: %v (-sent +read):\n%s", body, err, diff)
	}
}

// TestLocalAnswers pins what the command line reads.
func TestLocalAnswers(t *testing.T) {
	token := slipway.Token{ID: 3, Kind: slipway.ClassicToken, Name: "ci", LastEight: "12345678", CreatedAt: then, ExpiresAt: &later}
	for want, v := range map[string]any{
		`{"id":583231,"login":"octocat","type":"User","name":"Mona","email":"mona@example.com","admin":false,"created_at":"2026-03-01T10:30:45Z"}`:                                                                                                                               FromLocalUser(octocat),
		`{"id":3,"user":"octocat","name":"ci","kind":"p","scopes":[],"token_last_eight":"12345678","created_at":"2026-03-01T10:30:45Z","expires_at":"2026-03-01T10:32:15Z","last_used_at":null,"permissions":null,"all_repositories":false,"repository_ids":[]}`:                 FromLocalToken(token, "octocat", ""),
		`{"id":3,"user":"octocat","name":"ci","kind":"p","scopes":[],"token_last_eight":"12345678","token":"slp_x","created_at":"2026-03-01T10:30:45Z","expires_at":"2026-03-01T10:32:15Z","last_used_at":null,"permissions":null,"all_repositories":false,"repository_ids":[]}`: FromLocalToken(token, "octocat", "slp_x"),
		`{"id":42,"owner":"acme","name":"web","full_name":"acme/web","private":true,"archived":false,"description":"","default_branch":"main","protected_branches":null,"clone_url":"https://deploy.example.com/acme/web.git","created_at":"2026-03-01T10:30:45Z"}`:              FromLocalRepository(web, testURLs),
	} {
		got, err := Encode(v)
		if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	var back LocalToken
	body, _ := Encode(FromLocalToken(token, "octocat", "slp_x"))
	if err := json.Unmarshal(body, &back); err != nil || !back.ExpiresAt.Equal(later.Truncate(time.Second)) {
		t.Errorf("%s read as %+v, %v", body, back, err)
	}
}
