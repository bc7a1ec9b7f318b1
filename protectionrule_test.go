package slipway_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func TestCheckProtectionRule(t *testing.T) {
	rules := func(n int) (list []slipway.DeploymentProtectionRule) {
		for i := range n {
			list = append(list, slipway.DeploymentProtectionRule{ID: int64(i), App: slipway.App{ID: int64(10 + i)}})
		}
		return list
	}
	for _, test := range []struct {
		name string
		have int
		app  int64
		want string
	}{
		{"the first", 0, 10, ""},
		{"the sixth", 5, 15, ""},
		{"the seventh", 6, 16, "an environment may have at most 6 custom deployment protection rules"},
		{"twice", 1, 10, "integration_id is already enabled for this environment"},
		{"twice, of six", 6, 12, "integration_id is already enabled for this environment"},
	} {
		err := slipway.CheckProtectionRule(rules(test.have), test.app)
		if (err == nil) != (test.want == "") {
			t.Errorf("%s: %v", test.name, err)
		}
		if err == nil {
			continue
		}
		want := []slipway.Detail{{Resource: "DeploymentProtectionRule", Field: "integration_id", Code: "custom", Message: test.want}}
		if diff := cmp.Diff(want, refusal(t, err).Details); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if e := refusal(t, slipway.NotInstalled()); e.Kind != slipway.Invalid || e.Details[0].Code != "invalid" {
		t.Errorf("%+v", e)
	}
}
