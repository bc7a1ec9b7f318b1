package hook

import (
	"crypto/hmac"
	"crypto/sha1" // X-Hub-Signature is SHA-1 by GitHub's definition; -256 goes beside it
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// sign adds what lets a receiver believe a delivery: GitHub's two signatures (contract 7.4) and the three headers of
// Standard Webhooks. They cover the bytes as sent. Without a secret only the id and the time are said. While the secret is
// rotated, GitHub's signatures, of which there can be only one each, are made with the older; the other has one of each
// (decisions §4).
func sign(h http.Header, to slipway.Hook, guid string, at time.Time, body []byte) {
	secret := to.Secret
	stamp := strconv.FormatInt(at.Unix(), 10)
	h["webhook-id"] = []string{guid}
	h["webhook-timestamp"] = []string{stamp}
	if secret == "" {
		return
	}
	key := []byte(secret)
	h["X-Hub-Signature"] = []string{"sha1=" + hex.EncodeToString(sum(sha1.New, key, body))}
	h["X-Hub-Signature-256"] = []string{"sha256=" + hex.EncodeToString(sum(sha256.New, key, body))}
	signatures := standardSignature(secret, guid, stamp, body)
	if to.Rotation != nil {
		signatures += " " + standardSignature(to.Rotation.Next, guid, stamp, body)
	}
	h["webhook-signature"] = []string{signatures}
}

func standardSignature(secret, guid, stamp string, body []byte) string {
	mac := sum(sha256.New, standardKey(secret), []byte(guid), []byte("."), []byte(stamp), []byte("."), body)
	return "v1," + base64.StdEncoding.EncodeToString(mac)
}

// standardKey is the secret's bytes, or what its base64 after whsec_ stands for.
func standardKey(secret string) []byte {
	if text, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if key, err := base64.StdEncoding.DecodeString(text); err == nil {
			return key
		}
	}
	return []byte(secret)
}

func sum(algorithm func() hash.Hash, key []byte, parts ...[]byte) []byte {
	m := hmac.New(algorithm, key)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}
