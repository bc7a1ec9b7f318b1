package slipway_test

import (
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestTeamNames(t *testing.T) {
	for name, want := range map[string]string{
		"Justice League": "justice-league", "ops": "ops", "  On-Call / EU ": "on-call-eu", "a__b": "a__b", "Ärzte": "ärzte", "--": "", "1": "1",
	} {
		if got := slipway.TeamSlug(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
		if err := slipway.CheckTeamName(name); (err == nil) != (want != "") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, bad := range []string{"", "a\nb", strings.Repeat("x", 256), "\xff"} {
		if slipway.KindOf(slipway.CheckTeamName(bad)) != slipway.Invalid {
			t.Errorf("%q is a name", bad)
		}
	}
}

func TestWhoSeesTeams(t *testing.T) {
	person := slipway.Account{ID: 7}
	for name, test := range map[string]struct {
		a      slipway.Actor
		member bool
		sees   bool
	}{
		"a member":           {slipway.Actor{Account: person}, true, true},
		"somebody else":      {slipway.Actor{Account: person}, false, false},
		"nobody":             {slipway.Actor{}, false, false},
		"an administrator":   {slipway.Actor{Account: slipway.Account{ID: 8, SiteAdmin: true}}, false, true},
		"this machine's own": {slipway.Actor{Local: true}, false, true},
	} {
		if err := slipway.Visible(test.a, test.member); (err == nil) != test.sees {
			t.Errorf("%s: %v", name, err)
		}
	}
}
