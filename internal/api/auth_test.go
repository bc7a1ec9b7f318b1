package api

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func basic(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }

func TestSecretOf(t *testing.T) {
	secret := slipway.NewTokenSecret(slipway.ClassicToken, zeros{})
	for header, want := range map[string]string{
		"token " + secret:                                secret,
		"TOKEN " + secret:                                secret,
		"bearer " + secret:                               secret,
		"Bearer   " + secret + " ":                       secret,
		basic("me:" + secret):                            secret,
		basic(secret + ":x-oauth-basic"):                 secret,
		basic(secret + ":"):                              secret,
		basic("x-access-token:" + secret):                secret,
		basic(":" + secret):                              secret,
		basic("me:hunter2"):                              "hunter2",
		"bAsIc " + basic("me:" + secret)[6:]:             secret,
		"token 0123456789012345678901234567890123456789": "0123456789012345678901234567890123456789",
	} {
		if got, ok := secretOf(header); !ok || got != want {
			t.Errorf("%q: %q, %v", header, got, ok)
		}
	}
	for _, header := range []string{"", " ", "token", "token ", "Bearer", "Digest x", secret, "Basic", "Basic !!!", basic("nocolon"), basic(":"), "Negotiate " + secret} {
		if got, ok := secretOf(header); ok {
			t.Errorf("%q: %q", header, got)
		}
	}
}

// FuzzAuthorization: whatever the header, what is taken for a secret was in it.
func FuzzAuthorization(f *testing.F) {
	for _, s := range []string{"token x", "Basic eDp5", "bearer\ty", "Basic Og==", "token  a b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		secret, ok := secretOf(header)
		if ok == (secret == "") {
			t.Fatalf("%q: %q, %v", header, secret, ok)
		}
		if !ok || strings.Contains(header, secret) {
			return
		}
		_, encoded, _ := strings.Cut(strings.TrimSpace(header), " ")
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
		if err != nil || !strings.Contains(string(plain), secret) {
			t.Fatalf("%q: %q", header, secret)
		}
	})
}
