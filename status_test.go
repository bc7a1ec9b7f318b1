package slipway_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func TestStatesOfTheEras(t *testing.T) {
	first := map[string]slipway.Era{ // where a state was first accepted
		"error": slipway.E0, "failure": slipway.E0, "pending": slipway.E0, "success": slipway.E0,
		"inactive": slipway.E8, "in_progress": slipway.E9, "queued": slipway.E9,
		"waiting": 99, "cancelled": 99, "Success": 99, "success ": 99, "destroyed": 99,
	}
	for state, since := range first {
		for era := slipway.E0; era <= slipway.E11; era++ {
			var want []string
			if era < since {
				want = []string{"DeploymentStatus|state|custom|state is not included in the list"}
			}
			if diff := cmp.Diff(want, faults(t, slipway.StatusRequest{State: state, Era: era}.Check())); diff != "" {
				t.Errorf("%q in %v (-want +got):\n%s", state, era, diff)
			}
		}
	}
}

func TestStatusRequestCheck(t *testing.T) {
	for _, test := range []struct {
		name string
		r    slipway.StatusRequest
		want []string
	}{
		{"no state", slipway.StatusRequest{}, []string{"DeploymentStatus|state|missing_field|"}},
		{
			"everything at its limit",
			slipway.StatusRequest{
				State: "success", Description: strings.Repeat("日", 140), Environment: text(strings.Repeat("ü", 255)),
				LogURL: "https://ci.example.com/1", TargetURL: "http://ci.example.com/1", EnvironmentURL: "HTTPS://example.com",
			},
			nil,
		},
		{
			"everything wrong",
			slipway.StatusRequest{
				State: "done", Description: strings.Repeat("日", 141), Environment: text(strings.Repeat("ü", 256)),
				LogURL: "javascript:alert(1)", TargetURL: "ftp://x", EnvironmentURL: "example.com",
			},
			[]string{
				"DeploymentStatus|state|custom|state is not included in the list",
				"DeploymentStatus|target_url|custom|target_url must use http(s) scheme",
				"DeploymentStatus|log_url|custom|log_url must use http(s) scheme",
				"DeploymentStatus|environment_url|custom|environment_url must use http(s) scheme",
				"DeploymentStatus|description|custom|description is too long (maximum is 140 characters)",
				"DeploymentStatus|environment|custom|environment is too long (maximum is 255 characters)",
			},
		},
		{
			"control characters",
			slipway.StatusRequest{State: "success", Environment: text("a\x07"), Description: "x\x00"},
			[]string{
				"DeploymentStatus|description|custom|description must be text",
				"DeploymentStatus|environment|custom|environment must not contain control characters",
			},
		},
		{
			"a long address",
			slipway.StatusRequest{State: "success", LogURL: "https://x/" + strings.Repeat("a", 8<<10)},
			[]string{"DeploymentStatus|log_url|custom|log_url is too long (maximum is 8192 bytes)"},
		},
	} {
		test.r.Era = slipway.E11
		if diff := cmp.Diff(test.want, faults(t, test.r.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestStatusRequestWithDefaults(t *testing.T) {
	for _, test := range []struct{ name, target, log, want string }{
		{"neither", "", "", ""},
		{"target only", "http://t", "", "http://t"},
		{"log only", "", "http://l", "http://l"},
		{"both", "http://t", "http://l", "http://l"},
	} {
		r := slipway.StatusRequest{TargetURL: test.target, LogURL: test.log}.WithDefaults()
		if r.TargetURL != test.want || r.LogURL != test.want {
			t.Errorf("%s: target %q, log %q, want %q", test.name, r.TargetURL, r.LogURL, test.want)
		}
	}
	for _, name := range []*string{nil, text(""), text("  ")} {
		if r := (slipway.StatusRequest{Environment: name}).WithDefaults(); r.Environment != nil {
			t.Errorf("environment %q, want none", *r.Environment)
		}
	}
	sent := text(" QA ")
	if r := (slipway.StatusRequest{Environment: sent}).WithDefaults(); *r.Environment != "QA" || *sent != " QA " {
		t.Errorf("environment %q of %q", *r.Environment, *sent)
	}
}

func TestCommitStatusRequest(t *testing.T) {
	for _, test := range []struct {
		name string
		r    slipway.CommitStatusRequest
		want []string
	}{
		{"the least", slipway.CommitStatusRequest{State: "pending"}, nil},
		{
			"at the limit",
			slipway.CommitStatusRequest{State: "error", Context: strings.Repeat("c", 255), Description: text(strings.Repeat("é", 140)), TargetURL: text("")},
			nil,
		},
		{"no state", slipway.CommitStatusRequest{}, []string{"Status|state|missing_field|"}},
		{"a deployment's state", slipway.CommitStatusRequest{State: "inactive"}, []string{"Status|state|custom|state is not included in the list"}},
		{
			"over the limit",
			slipway.CommitStatusRequest{State: "success", Context: strings.Repeat("c", 256), Description: text(strings.Repeat("é", 141)), TargetURL: text("x")},
			[]string{
				"Status|context|custom|context is too long (maximum is 255 characters)",
				"Status|description|custom|description is too long (maximum is 140 characters)",
				"Status|target_url|custom|target_url must use http(s) scheme",
			},
		},
		{
			"control characters",
			slipway.CommitStatusRequest{State: "success", Context: "a\tb"},
			[]string{"Status|context|custom|context must not contain control characters"},
		},
	} {
		if diff := cmp.Diff(test.want, faults(t, test.r.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	for context, want := range map[string]string{"": "default", " ": "default", " ci ": "ci", "CI/x": "CI/x"} {
		if r := (slipway.CommitStatusRequest{Context: context}).WithDefaults(); r.Context != want {
			t.Errorf("context %q became %q, want %q", context, r.Context, want)
		}
	}
}

func TestCheckStatusSHA(t *testing.T) {
	if got, err := slipway.CheckStatusSHA(strings.ToUpper(sha)); err != nil || got != sha {
		t.Errorf("%q, %v", got, err)
	}
	want := []string{"Status|sha|custom|sha must be a 40 character SHA1"}
	for _, s := range []string{"", "HEAD", "main", sha[:7], sha + "a"} {
		_, err := slipway.CheckStatusSHA(s)
		if diff := cmp.Diff(want, faults(t, err)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", s, diff)
		}
	}
}

func TestTooManyStatuses(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{slipway.TooManyStatuses(), "Status||custom|This SHA and context has reached the maximum number of statuses."},
		{slipway.TooManyDeploymentStatuses(), "DeploymentStatus||custom|This deployment has reached the maximum number of statuses."},
	} {
		if got := faults(t, test.err); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
