package hook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v93/github"

	"github.com/slipway-deploy/slipway"
)

// TestSignatures has go-github, which nobody here wrote, check what is sent: both encodings, both algorithms.
func TestSignatures(t *testing.T) {
	payload := []byte(`{"ref":"a b&c=d+é%","n":1}`)
	for _, encoding := range []string{"json", "form", ""} {
		for _, algorithm := range []string{"X-Hub-Signature", "X-Hub-Signature-256"} {
			j := Job{GUID: "guid", Event: "push", Body: payload, Hook: slipway.Hook{Secret: "s3cr3t", Config: map[string]string{"content_type": encoding}}}
			body := encode(j)
			h := (&sender{}).header(j, time.Now(), body)
			only := http.Header{"Content-Type": h["Content-Type"], github.EventTypeHeader: {"push"}}
			only.Set(algorithm, h[algorithm][0])
			req := &http.Request{Method: http.MethodPost, Header: only, Body: http.NoBody}
			req.Body = readCloser{bytes.NewReader(body)}
			got, err := github.ValidatePayload(req, []byte("s3cr3t"))
			if err != nil || !bytes.Equal(got, payload) {
				t.Errorf("%q %s: %s, %v", encoding, algorithm, got, err)
			}
			req.Body = readCloser{bytes.NewReader(append(body, ' '))}
			if _, err := github.ValidatePayload(req, []byte("s3cr3t")); err == nil {
				t.Errorf("%q %s: a changed body passes", encoding, algorithm)
			}
		}
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// raw is a header by the very name it is sent with.
func raw(h http.Header, name string) string { return strings.Join(h[name], ", ") }

// TestStandardWebhooks has one vector of the specification (the example of its reference libraries) and our own reading of
// secrets without its prefix.
func TestStandardWebhooks(t *testing.T) {
	h := http.Header{}
	sign(h, slipway.Hook{Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got := raw(h, "webhook-signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("signature %q", got)
	}
	if raw(h, "webhook-id") != "msg_p5jXN8AQM9LWM0D4loKWxJek" || raw(h, "webhook-timestamp") != "1614265330" {
		t.Errorf("headers %v", h)
	}
	for _, secret := range []string{"plain", "whsec_not base64!"} {
		h := http.Header{}
		sign(h, slipway.Hook{Secret: secret}, "id", time.Unix(7, 0), []byte("body"))
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte("id.7.body"))
		if want := "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil)); raw(h, "webhook-signature") != want {
			t.Errorf("%q: %q, want %q", secret, raw(h, "webhook-signature"), want)
		}
	}
}

// TestRotation: both secrets are live in the list, and GitHub's two signatures are the older one's.
func TestRotation(t *testing.T) {
	signed := func(h slipway.Hook) http.Header {
		header := http.Header{}
		sign(header, h, "id", time.Unix(7, 0), []byte("body"))
		return header
	}
	old, next := signed(slipway.Hook{Secret: "old"}), signed(slipway.Hook{Secret: "next"})
	both := signed(slipway.Hook{Secret: "old", Rotation: &slipway.Rotation{Next: "next"}})
	if want := raw(old, "webhook-signature") + " " + raw(next, "webhook-signature"); raw(both, "webhook-signature") != want {
		t.Errorf("signatures %q, want %q", raw(both, "webhook-signature"), want)
	}
	for _, name := range []string{"X-Hub-Signature", "X-Hub-Signature-256"} {
		if raw(both, name) != raw(old, name) || raw(both, name) == raw(next, name) {
			t.Errorf("%s is %q", name, raw(both, name))
		}
	}
}

func TestWithoutSecretNothingIsSigned(t *testing.T) {
	h := (&sender{}).header(Job{GUID: "guid"}, time.Now(), nil)
	for name := range h {
		if strings.Contains(strings.ToLower(name), "signature") {
			t.Errorf("%s is sent", name)
		}
	}
	if raw(h, "webhook-id") == "" || raw(h, "webhook-timestamp") == "" {
		t.Errorf("headers %v", h)
	}
}
