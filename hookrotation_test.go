package slipway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

func TestRotate(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	one := slipway.Hook{ID: 1, Secret: "old"}
	two, err := one.Rotate("new", now)
	if err != nil || two.Secret != "old" || two.Rotation == nil || two.Rotation.Next != "new" || !two.Rotation.Since.Equal(now) || one.Rotation != nil {
		t.Fatalf("%+v, %v", two, err)
	}
	if again, err := two.Rotate("new", now.Add(time.Hour)); err != nil || again.Rotation != two.Rotation {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, err := two.Rotate("third", now); slipway.KindOf(err) != slipway.Conflict {
		t.Errorf("a third secret: %v", err)
	}
	for _, secret := range []string{"", "old", slipway.HiddenSecret, "a\x00b", "\xff", strings.Repeat("x", slipway.MaxHookConfig+1)} {
		if h, err := one.Rotate(secret, now); slipway.KindOf(err) != slipway.Invalid || h.Rotation != nil {
			t.Errorf("%.10q: %+v, %v", secret, h, err)
		}
	}
	if _, err := (slipway.Hook{ID: 1}).Rotate("new", now); slipway.KindOf(err) != slipway.Invalid {
		t.Errorf("without a secret: %v", err)
	}
	done, err := two.FinishRotation()
	if err != nil || done.Secret != "new" || done.Rotation != nil {
		t.Errorf("finished: %+v, %v", done, err)
	}
	if _, err := one.FinishRotation(); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("nothing to finish: %v", err)
	}
}

// TestConfigKeys: single keys change, and only an edit of the secret itself ends a rotation.
func TestConfigKeys(t *testing.T) {
	h := slipway.Hook{
		ID: 1, Secret: "old", Rotation: &slipway.Rotation{Next: "new"}, Events: []string{"push"},
		Config: config("url=https://a.example/", "content_type=json", "insecure_ssl=0", "note=mine"),
	}
	for _, test := range []struct {
		keys     map[string]string
		url      string
		secret   string
		rotating bool
	}{
		{map[string]string{}, "https://a.example/", "old", true},
		{config("url=https://b.example/"), "https://b.example/", "old", true},
		{config("secret=" + slipway.HiddenSecret), "https://a.example/", "old", true},
		{config("secret=other"), "https://a.example/", "other", false},
		{config("secret="), "https://a.example/", "", false},
	} {
		got, err := h.Apply(slipway.HookRequest{ConfigKeys: test.keys})
		if err != nil || got.Config["url"] != test.url || got.Secret != test.secret || (got.Rotation != nil) != test.rotating || got.Config["note"] != "mine" {
			t.Errorf("%v: %+v, %v", test.keys, got, err)
		}
		if _, shown := got.Config["secret"]; shown {
			t.Errorf("%v: the secret is in the config", test.keys)
		}
	}
	whole, err := h.Apply(slipway.HookRequest{Config: config("url=https://c.example/")})
	if err != nil || whole.Secret != "" || whole.Rotation != nil {
		t.Errorf("a whole config without a secret: %+v, %v", whole, err)
	}
}

func TestHookState(t *testing.T) {
	at := time.Now()
	for _, test := range []struct {
		h    slipway.HookHealth
		want string
	}{
		{slipway.HookHealth{Hook: slipway.Hook{Active: true}, Backlog: slipway.HookBacklog{Waiting: 9}}, "healthy"},
		{slipway.HookHealth{Hook: slipway.Hook{Active: true}, Backlog: slipway.HookBacklog{Failing: 1}}, "failing"},
		{slipway.HookHealth{Hook: slipway.Hook{Active: true, ParkedAt: &at}, Backlog: slipway.HookBacklog{Failing: 1}}, "parked"},
		{slipway.HookHealth{Hook: slipway.Hook{ParkedAt: &at}}, "inactive"},
	} {
		if got := test.h.State(); got != test.want {
			t.Errorf("%+v is %s, want %s", test.h, got, test.want)
		}
	}
}
