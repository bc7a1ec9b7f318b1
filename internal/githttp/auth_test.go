package githttp

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestSecretOf(t *testing.T) {
	token := slipway.NewTokenSecret(slipway.ClassicToken, strings.NewReader(strings.Repeat("a", 1<<10)))
	basic := func(pair string) string { return base64.StdEncoding.EncodeToString([]byte(pair)) }
	for header, want := range map[string]string{
		"token " + token:                          token,
		"Bearer " + token:                         token,
		"bEaReR  " + token + " ":                  token,
		"Basic " + basic("x-access-token:"+token): token,
		"basic " + basic("octocat:"+token):        token,
		"Basic " + basic(token+":x-oauth-basic"):  token,
		"Basic " + basic(token+":"):               token,
		"Basic " + basic("octocat:hunter2"):       "hunter2",
		"Basic " + basic("hunter2:"):              "hunter2",
		"Basic " + basic(":hunter2"):              "hunter2",
	} {
		if got, ok := secretOf(header); !ok || got != want {
			t.Errorf("%q: %q, %v; want %q", header, got, ok, want)
		}
	}
	for _, header := range []string{
		"", " ", "token", "Bearer ", "Basic", "Basic !", "Basic " + basic("nothing"), "Basic " + basic(":"), "Digest " + token, token,
	} {
		if got, ok := secretOf(header); ok {
			t.Errorf("%q: %q, want nothing", header, got)
		}
	}
}

func FuzzSecretOf(f *testing.F) {
	for _, header := range []string{"token x", "Basic eDp5", "bearer\ty", "Basic Og==", "token  a b"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if secret, ok := secretOf(header); ok == (secret == "") {
			t.Fatalf("%q: %q, %v", header, secret, ok)
		}
	})
}
