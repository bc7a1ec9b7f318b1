package slipway_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/slipway-deploy/slipway"
)

func TestTokenSecret(t *testing.T) {
	form := regexp.MustCompile(`^slp_[0-9A-Za-z]{36}$`)
	seen := map[string]bool{}
	for range 1000 {
		secret := slipway.NewTokenSecret(slipway.ClassicToken, rand.Reader)
		if !form.MatchString(secret) || seen[secret] {
			t.Fatalf("secret %q", secret)
		}
		seen[secret] = true
		if kind, ok := slipway.CheckTokenSecret(secret); !ok || kind != slipway.ClassicToken {
			t.Fatalf("secret %q is not accepted: %q, %v", secret, kind, ok)
		}
	}
}

func TestTokenSecretOfEveryKind(t *testing.T) {
	for _, kind := range []slipway.TokenKind{
		slipway.ClassicToken, slipway.OAuthToken, slipway.AppUserToken, slipway.InstallationToken, slipway.RefreshToken,
		slipway.FineGrainedToken, slipway.DeploymentToken,
	} {
		secret := slipway.NewTokenSecret(kind, rand.Reader)
		if got, ok := slipway.CheckTokenSecret(secret); !ok || got != kind || !strings.HasPrefix(secret, "sl"+string(kind)+"_") {
			t.Errorf("kind %q: secret %q is read as %q, %v", kind, secret, got, ok)
		}
	}
}

// The checksum is the one scanners compute: CRC-32 of the thirty characters, in base62, zeros in front.
func TestTokenChecksum(t *testing.T) {
	zeros := slipway.NewTokenSecret(slipway.ClassicToken, bytes.NewReader(make([]byte, 64)))
	if want := "slp_" + strings.Repeat("0", 30) + "2C8GjS"; zeros != want {
		t.Errorf("secret of zeros %q, want %q", zeros, want)
	}
}

func TestTokenSecretIsUnbiased(t *testing.T) {
	count := map[byte]int{}
	for range 2000 {
		for _, c := range []byte(slipway.NewTokenSecret(slipway.ClassicToken, rand.Reader)[4:34]) {
			count[c]++
		}
	}
	if len(count) != 62 {
		t.Errorf("%d characters are in use, want 62", len(count))
	}
	for c, n := range count { // 60,000 characters: 968 each, standard deviation 31
		if n < 968-170 || n > 968+170 {
			t.Errorf("%q came %d times", c, n)
		}
	}
}

func TestTokenSecretWithoutRandom(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a token was made without random bytes")
		}
	}()
	slipway.NewTokenSecret(slipway.ClassicToken, iotest.ErrReader(errors.New("no entropy")))
}

func TestCheckTokenSecretRefuses(t *testing.T) {
	good := slipway.NewTokenSecret(slipway.ClassicToken, rand.Reader)
	flipped := good[:10] + string(good[10]^1) + good[11:]
	for _, secret := range []string{
		"", "slp_", good[:39], good + "0", flipped, "slx_" + good[4:], "ghp_" + good[4:], "sl" + good[3:] + "0",
		"SLP_" + good[4:], strings.Repeat("a", 40), "slp_" + strings.Repeat("\x00", 36), good[:39] + "-",
	} {
		if kind, ok := slipway.CheckTokenSecret(secret); ok {
			t.Errorf("%q is accepted as %q", secret, kind)
		}
	}
}

func TestHashToken(t *testing.T) {
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2: "abc"
	if got := hex.EncodeToString(slipway.HashToken("abc")); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

func TestTokenExpired(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(d time.Duration) *time.Time { t := now.Add(d); return &t }
	for _, test := range []struct {
		expires *time.Time
		want    bool
	}{{nil, false}, {at(time.Microsecond), false}, {at(0), true}, {at(-time.Hour), true}} {
		if got := (slipway.Token{ExpiresAt: test.expires}).Expired(now); got != test.want {
			t.Errorf("token that expires at %v is expired at %v: %v", test.expires, now, got)
		}
	}
}

func FuzzCheckTokenSecret(f *testing.F) {
	f.Add(slipway.NewTokenSecret(slipway.ClassicToken, bytes.NewReader(make([]byte, 64))))
	f.Add("slp_")
	f.Add("ghp_000000000000000000000000000000000000")
	f.Fuzz(func(t *testing.T, secret string) {
		kind, ok := slipway.CheckTokenSecret(secret)
		if ok && (kind != slipway.ClassicToken || len(secret) != 40 || strings.Trim(secret[4:], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != "") {
			t.Errorf("%q is accepted", secret)
		}
	})
}

func basic(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }

func TestSecretOf(t *testing.T) {
	secret := slipway.NewTokenSecret(slipway.ClassicToken, bytes.NewReader(make([]byte, 64)))
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
		basic("hunter2:"):                                "hunter2",
		basic(":hunter2"):                                "hunter2",
		"bAsIc " + basic("me:" + secret)[6:]:             secret,
		"token 0123456789012345678901234567890123456789": "0123456789012345678901234567890123456789",
	} {
		if got, ok := slipway.SecretOf(header); !ok || got != want {
			t.Errorf("%q: %q, %v", header, got, ok)
		}
	}
	for _, header := range []string{"", " ", "token", "token ", "Bearer", "Digest x", secret, "Basic", "Basic !!!", basic("nocolon"), basic(":"), "Negotiate " + secret} {
		if got, ok := slipway.SecretOf(header); ok {
			t.Errorf("%q: %q", header, got)
		}
	}
}

// FuzzSecretOf: whatever the header, what is taken for a secret was in it.
func FuzzSecretOf(f *testing.F) {
	for _, s := range []string{"token x", "Basic eDp5", "bearer\ty", "Basic Og==", "token  a b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		secret, ok := slipway.SecretOf(header)
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
