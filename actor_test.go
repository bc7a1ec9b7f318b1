package slipway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

func TestNoReply(t *testing.T) {
	bot := slipway.Account{ID: 1, Login: slipway.BotLogin}
	address := bot.NoReply("deploy.example.com")
	if want := "1+slipway[bot]@users.noreply.deploy.example.com"; address != want {
		t.Errorf("address %q, want %q", address, want)
	}
	if id, ok := slipway.ParseNoReply(address, "Deploy.example.com"); id != 1 || !ok {
		t.Errorf("%q is account %d, %v", address, id, ok)
	}
	for _, address := range []string{
		"", "mona@example.com", "1+mona@users.noreply.other", "1@users.noreply.h", "+mona@users.noreply.h", "x+mona@users.noreply.h",
		"-1+mona@users.noreply.h", "0+mona@users.noreply.h", "1+@users.noreply.h", "1+mona@users.noreply.h@evil", "1+mona",
	} {
		if id, ok := slipway.ParseNoReply(address, "h"); ok {
			t.Errorf("%q is account %d", address, id)
		}
	}
}

func TestSignature(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, test := range []struct {
		a    slipway.Account
		want slipway.Signature
	}{
		{
			slipway.Account{ID: 9, Login: "mona", Name: "Mona Lisa", Email: "mona@example.com"},
			slipway.Signature{Name: "Mona Lisa", Email: "mona@example.com", When: now},
		},
		{
			slipway.Account{ID: 9, Login: "mona"},
			slipway.Signature{Name: "mona", Email: "9+mona@users.noreply.h", When: now},
		},
	} {
		if got := test.a.Signature("h", now); got != test.want {
			t.Errorf("%+v signs as %+v, want %+v", test.a, got, test.want)
		}
	}
}

func TestRoles(t *testing.T) {
	for role := slipway.RoleRead; role <= slipway.RoleAdmin; role++ {
		if got, err := slipway.ParseRole(role.String()); err != nil || got != role {
			t.Errorf("%v: %v, %v", role, got, err)
		}
	}
	for name, want := range map[string]slipway.Role{"pull": slipway.RoleRead, "push": slipway.RoleWrite} {
		if got, err := slipway.ParseRole(name); err != nil || got != want {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "none", "Admin", "owner"} {
		_, err := slipway.ParseRole(name)
		if e := refusal(t, err); e.Kind != slipway.Invalid || e.Message != "role must be one of "+strings.Join(slipway.Roles(), ", ") {
			t.Errorf("%q: %v", name, e)
		}
	}
	for _, role := range []slipway.Role{-1, slipway.RoleNone, 99} {
		if role.String() != "none" {
			t.Errorf("role %d is %q", int(role), role)
		}
	}
}

func TestAnonymous(t *testing.T) {
	if !(slipway.Actor{}).Anonymous() || (slipway.Actor{Local: true}).Anonymous() || actor("").Anonymous() {
		t.Error("the wrong ones are anonymous")
	}
}
