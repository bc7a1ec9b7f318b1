package slipway_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func text(s string) *string { return &s }

// fault is one entry of errors[], as "field code message".
func faults(t *testing.T, err error) (list []string) {
	t.Helper()
	if err == nil {
		return nil
	}
	e := refusal(t, err)
	if e.Kind != slipway.Invalid {
		t.Errorf("refusal %v has kind %v", e, e.Kind)
	}
	if e.Message != "Validation Failed" {
		list = append(list, e.Message)
	}
	for _, d := range e.Details {
		list = append(list, strings.Join([]string{d.Resource, d.Field, d.Code, d.Message}, "|"))
	}
	return list
}

func TestDeploymentRequestCheck(t *testing.T) {
	long := strings.Repeat("é", 255)
	for _, test := range []struct {
		name string
		r    slipway.DeploymentRequest
		want []string
	}{
		{"the least", slipway.DeploymentRequest{Ref: "main"}, nil},
		{
			"everything at its limit",
			slipway.DeploymentRequest{
				Ref: "refs/heads/" + strings.Repeat("a", 250), Task: long, Environment: " " + long + " ",
				Description: text(strings.Repeat("x", 64<<10)), Payload: json.RawMessage(`"` + strings.Repeat("x", 64<<10-2) + `"`),
			},
			nil,
		},
		{"no ref", slipway.DeploymentRequest{}, []string{"Invalid request.\n\n\"ref\" wasn't supplied."}},
		{"an option", slipway.DeploymentRequest{Ref: "--all"}, []string{"No ref found for: --all"}},
		{"HEAD", slipway.DeploymentRequest{Ref: "HEAD"}, []string{"No ref found for: HEAD"}},
		{"a line", slipway.DeploymentRequest{Ref: "a\r\nb"}, []string{"No ref found for: a\r\nb"}},
		{"NUL in the ref", slipway.DeploymentRequest{Ref: "a\x00"}, []string{"No ref found for: a\x00"}},
		{
			"everything over its limit",
			slipway.DeploymentRequest{
				Ref: "main", Task: long + "x", Environment: long + "x", Description: text(strings.Repeat("x", 64<<10+1)),
				Payload: json.RawMessage(`"` + strings.Repeat("x", 64<<10) + `"`),
			},
			[]string{
				"Deployment|task|custom|task is too long (maximum is 255 characters)",
				"Deployment|environment|custom|environment is too long (maximum is 255 characters)",
				"Deployment|description|custom|description is too long (maximum is 65536 bytes)",
				"Deployment|payload|custom|payload is too long (maximum is 65536 bytes)",
			},
		},
		{
			"control characters",
			slipway.DeploymentRequest{Ref: "main", Task: "a\nb", Environment: "prod\u0085x"},
			[]string{
				"Deployment|task|custom|task must not contain control characters",
				"Deployment|environment|custom|environment must not contain control characters",
			},
		},
		{
			"a line end is not a space",
			slipway.DeploymentRequest{Ref: "main", Environment: "production\n"},
			[]string{"Deployment|environment|custom|environment must not contain control characters"},
		},
		{
			"not text",
			slipway.DeploymentRequest{Ref: "main", Task: "\x00", Environment: "\xff", Description: text("a\x00")},
			[]string{
				"Deployment|task|custom|task must be text", "Deployment|environment|custom|environment must be text",
				"Deployment|description|custom|description must be text",
			},
		},
		{"not JSON", slipway.DeploymentRequest{Ref: "main", Payload: json.RawMessage(`{`)}, []string{"Deployment|payload|invalid|"}},
	} {
		test.r.Era = slipway.E11
		if diff := cmp.Diff(test.want, faults(t, test.r.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"Deployment|ref|missing_field|"}, faults(t, slipway.DeploymentRequest{Era: slipway.E7}.Check())); diff != "" {
		t.Errorf("no ref, long ago (-want +got):\n%s", diff)
	}
}

func TestDeploymentRequestWithDefaults(t *testing.T) {
	for _, test := range []struct{ r, want slipway.DeploymentRequest }{
		{slipway.DeploymentRequest{Ref: "x"}, slipway.DeploymentRequest{Ref: "x", Task: "deploy", Environment: "production"}},
		{slipway.DeploymentRequest{Environment: "  "}, slipway.DeploymentRequest{Task: "deploy", Environment: "production"}},
		{slipway.DeploymentRequest{Environment: " QA ", Task: "t"}, slipway.DeploymentRequest{Task: "t", Environment: "QA"}},
	} {
		if diff := cmp.Diff(test.want, test.r.WithDefaults()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.r, diff)
		}
	}
}
