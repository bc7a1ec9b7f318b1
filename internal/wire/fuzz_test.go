package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// seeds are bodies with everything in them that a decoder looks at.
var seeds = []string{
	``,
	`{}`,
	`{"ref":"main","task":"deploy","auto_merge":"false","required_contexts":[],"payload":{"a":[1.0,"\u00e9"]},"environment":"qa","description":null,"force":true}`,
	`{"state":"success","target_url":"https://t","environment":"x","auto_inactive":false,"context":"ci/build"}`,
	`{"wait_timer":30,"reviewers":[{"type":"User","id":1}],"deployment_branch_policy":{"protected_branches":true,"custom_branch_policies":false}}`,
	`{"name":"web","active":true,"events":["push"],"config":{"url":"https://r","insecure_ssl":1,"secret":"s"},"add_events":["*"]}`,
	`{"base":"main","head":"topic","commit_message":"m","private":true,"visibility":"private","auto_init":1}`,
	`{"login":"a","user":"b","scopes":["repo"],"expires":"1h","id":1e3,"token":"t","owner":"o","role":"write"}`,
	`{"ref":"\ud83d\ude00\ud83d","a":"\u0000"}`,
}

// FuzzDecode gives every decoder anything at all. It answers, with an error that a client may see or without one; text that
// comes out is text; and what it answers is the same the second time.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	for _, c := range refusedBodies {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for noun, decode := range decoders {
			err, again := decode(body), decode(body)
			if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
				t.Errorf("%s: first %v, then %v", noun, err, again)
			}
			if err == nil {
				continue
			}
			var e *slipway.Error
			if !errors.As(err, &e) || e.Err != nil || e.Message == "" || e.Kind != slipway.Malformed && e.Kind != slipway.Invalid {
				t.Errorf("%s: %#v is not for clients", noun, err)
			}
			if !utf8.ValidString(e.Message) || len(e.Message) > 8<<10 {
				t.Errorf("%s: a message of %d bytes: %.200q", noun, len(e.Message), e.Message)
			}
		}
	})
}

// FuzzPayload sends a payload through a deployment and back: the value is the same, and the body around it stays JSON.
func FuzzPayload(f *testing.F) {
	for _, s := range []string{`null`, `{}`, `""`, `{"b":1.0,"a":1e400}`, `[[],{"":"\/"}]`, `-0`, ` "\ud83d\ude00" `} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		body := append(append([]byte(`{"ref":"x","payload":`), payload...), '}')
		in, err := DecodeDeployment(body, Today)
		if err != nil || !json.Valid(payload) { // `1,"x":2` is a body too, but no payload
			return
		}
		want := compact(payload)
		if string(want) == "null" {
			want = nil
		}
		if !bytes.Equal(in.Payload, want) {
			t.Errorf("%q was read as %q", payload, in.Payload)
		}
		d := release
		d.Payload = in.Payload
		for era := slipway.E0; era <= slipway.E11; era++ {
			if shown := FromDeployment(d, web, testURLs, Shape{Era: era}); !json.Valid(shown) {
				t.Errorf("%v: %s", era, shown)
			}
		}
	})
}
