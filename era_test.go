package slipway_test

import (
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestParseEra(t *testing.T) {
	for era := slipway.E0; era <= slipway.E11; era++ {
		if got, err := slipway.ParseEra(era.String()); err != nil || got != era {
			t.Errorf("%v: %v, %v", era, got, err)
		}
	}
	if got, err := slipway.ParseEra("e7"); err != nil || got != slipway.E7 {
		t.Errorf("e7: %v, %v", got, err)
	}
	for _, s := range []string{"", "E", "E12", "E-1", "E+1", "E01", "11", "EE1", " E1", "E1 ", "E999999999999999999999", "e１"} {
		if got, err := slipway.ParseEra(s); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q is %v, %v", s, got, err)
		}
	}
}

func TestDeploymentScope(t *testing.T) {
	for era, want := range map[slipway.Era]string{
		slipway.E0: "repo:deployment", slipway.E1: "repo:deployment", slipway.E2: "repo_deployment", slipway.E11: "repo_deployment",
	} {
		if got := era.DeploymentScope(); got != want {
			t.Errorf("%v: %q, want %q", era, got, want)
		}
	}
}

func FuzzParseEra(f *testing.F) {
	for _, seed := range []string{"E0", "e11", "E12", "", "E-0", "E1\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if era, err := slipway.ParseEra(s); err == nil && (era < slipway.E0 || era > slipway.E11 || len(s) > 3) {
			t.Errorf("%q is %v", s, era)
		}
	})
}
