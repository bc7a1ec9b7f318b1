package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slipway-deploy/slipway"
)

// bodies that no decoder accepts, whatever it reads.
var refusedBodies = []struct {
	name, body, message string
	kind                slipway.Kind
}{
	{"half a body", `{"ref":`, notJSON, slipway.Malformed},
	{"form encoding", `ref=main`, notJSON, slipway.Malformed},
	{"trailing garbage", `{"ref":"x"} x`, notJSON, slipway.Malformed},
	{"two objects", `{}{}`, notJSON, slipway.Malformed},
	{"trailing comma", `{"ref":"x",}`, notJSON, slipway.Malformed},
	{"comment", `{"ref":"x"} // x`, notJSON, slipway.Malformed},
	{"byte order mark", "\ufeff{}", notJSON, slipway.Malformed},
	{"control character in a string", "{\"ref\":\"a\nb\"}", notJSON, slipway.Malformed},
	{"not UTF-8 outside strings", "{\xff}", notJSON, slipway.Malformed},
	{"too deep", `{"payload":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, notJSON, slipway.Malformed},
	{"deeper than any parser goes", strings.Repeat(`{"a":`, 20_000), notJSON, slipway.Malformed},
	{"array", `[{"ref":"x"}]`, notObject, slipway.Malformed},
	{"string", `"main"`, notObject, slipway.Malformed},
	{"number", `1`, notObject, slipway.Malformed},
	{"null", `null`, notObject, slipway.Malformed},
	{"NUL", `{"ref":"a\u0000b"}`, noText, slipway.Invalid},
	{"NUL in a name", `{"\u0000":1}`, noText, slipway.Invalid},
	{"NUL deep inside", `{"payload":[{"a":["\\\u0000"]}]}`, noText, slipway.Invalid},
	{"not UTF-8", "{\"ref\":\"a\xffb\"}", noText, slipway.Invalid},
	{"surrogate in UTF-8", "{\"ref\":\"\xed\xa0\x80\"}", noText, slipway.Invalid},
	{"overlong NUL", "{\"ref\":\"\xc0\x80\"}", noText, slipway.Invalid},
	{"half a pair", `{"ref":"\ud83d"}`, noText, slipway.Invalid},
	{"second half first", `{"ref":"\ude00\ud83d"}`, noText, slipway.Invalid},
	{"half a pair, then a letter", `{"ref":"\uD83D\u0041"}`, noText, slipway.Invalid},
}

const noText = "Invalid request.\n\nStrings must be valid UTF-8 without NUL characters."

// decoders are all of them, without what they decode.
var decoders = map[string]func([]byte) error{
	"deployment":         func(b []byte) error { _, err := DecodeDeployment(b, Today); return err },
	"deployment status":  func(b []byte) error { _, err := DecodeDeploymentStatus(b, Today); return err },
	"commit status":      func(b []byte) error { _, err := DecodeCommitStatus(b); return err },
	"environment":        func(b []byte) error { _, err := DecodeEnvironment(b); return err },
	"hook":               func(b []byte) error { _, err := DecodeHook(b); return err },
	"hook config":        func(b []byte) error { _, err := DecodeHookConfig(b); return err },
	"redelivery":         func(b []byte) error { _, err := DecodeRedeliver(b); return err },
	"rotation":           func(b []byte) error { _, err := DecodeRotation(b); return err },
	"merge":              func(b []byte) error { _, _, _, err := DecodeMerge(b); return err },
	"new ref":            func(b []byte) error { _, _, err := DecodeNewRef(b); return err },
	"ref update":         func(b []byte) error { _, _, err := DecodeRefUpdate(b); return err },
	"repository":         func(b []byte) error { _, err := DecodeRepository(b); return err },
	"local user":         func(b []byte) error { _, err := DecodeLocalUser(b); return err },
	"local token":        func(b []byte) error { _, err := DecodeLocalToken(b); return err },
	"local revoke":       func(b []byte) error { _, err := DecodeLocalRevoke(b); return err },
	"local repository":   func(b []byte) error { _, err := DecodeLocalRepository(b); return err },
	"installation token": func(b []byte) error { _, err := DecodeInstallationToken(b); return err },
	"local app":          func(b []byte) error { _, err := DecodeLocalApp(b); return err },
	"local app's name":   func(b []byte) error { _, err := DecodeLocalAppName(b); return err },
	"local install":      func(b []byte) error { _, err := DecodeLocalInstall(b); return err },
	"local uninstall":    func(b []byte) error { _, err := DecodeLocalUninstall(b); return err },
	"local collaborator": func(b []byte) error { _, err := DecodeLocalCollaborator(b); return err },
}

func TestRefusedBodies(t *testing.T) {
	for noun, decode := range decoders {
		for _, c := range refusedBodies {
			if noun == "installation token" && c.name == "null" {
				continue // go-github's word for nothing
			}
			refused(t, noun+": "+c.name, decode([]byte(c.body)), c.kind, c.message)
		}
	}
	_, err := DecodeDeployment([]byte(`[]`), Shape{Era: slipway.E0})
	refused(t, "array in 2013", err, slipway.Malformed, notHash)
}

// refused checks what a client is told. An empty message stands for no error at all.
func refused(t *testing.T, name string, err error, kind slipway.Kind, message string) {
	t.Helper()
	if message == "" {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	var e *slipway.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: %v is not an error for a client", name, err)
		return
	}
	if e.Kind != kind || e.Message != message || e.Err != nil {
		t.Errorf("%s: %v %q, want %v %q", name, e.Kind, e.Message, kind, message)
	}
}

func TestDecodeDeployment(t *testing.T) {
	usual := slipway.DeploymentRequest{AutoMerge: true, Era: slipway.E11}
	for _, c := range []struct {
		body string
		want func(in *slipway.DeploymentRequest)
	}{
		{``, func(*slipway.DeploymentRequest) {}},
		{" \r\n\t", func(*slipway.DeploymentRequest) {}},
		{`{}`, func(*slipway.DeploymentRequest) {}},
		{`{"ref":"main"}`, func(in *slipway.DeploymentRequest) { in.Ref = "main" }},
		{`{"REF":"a","Ref":"b","auto_Merge":false}`, func(*slipway.DeploymentRequest) {}},
		{`{"ref":"main","REF":"other"}`, func(in *slipway.DeploymentRequest) { in.Ref = "main" }},
		{`{"ref":"first","ref":"last"}`, func(in *slipway.DeploymentRequest) { in.Ref = "last" }},
		{`{"r\u0065f":"\ud83d\ude00 \\u0000"}`, func(in *slipway.DeploymentRequest) { in.Ref = "😀 \\u0000" }},
		{`{"ref":null,"task":null,"auto_merge":null,"required_contexts":null,"payload":null,"environment":null,"description":null,
		   "transient_environment":null,"production_environment":null,"force":null}`, func(*slipway.DeploymentRequest) {}},
		{`{"sha":1,"force":"x","unknown":[{}],"":0}`, func(*slipway.DeploymentRequest) {}},
		{`{"required_contexts":[]}`, func(in *slipway.DeploymentRequest) { in.RequiredContexts = []string{} }},
		{`{"required_contexts":["a","","a"]}`, func(in *slipway.DeploymentRequest) { in.RequiredContexts = []string{"a", "", "a"} }},
		{`{"auto_merge":"false","transient_environment":"true","production_environment":false}`, func(in *slipway.DeploymentRequest) {
			in.AutoMerge, in.Transient, in.Production = false, true, ptr(false)
		}},
		{`{"description":"","task":"deploy:migrations","environment":"qa"}`, func(in *slipway.DeploymentRequest) {
			in.Description, in.Task, in.Environment = ptr(""), "deploy:migrations", "qa"
		}},
		{`{"payload":{"b": 1, "a": 2.0e5}}`, func(in *slipway.DeploymentRequest) { in.Payload = []byte(`{"b":1,"a":2.0e5}`) }},
		{`{"payload":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`, func(in *slipway.DeploymentRequest) {
			in.Payload = []byte(strings.Repeat("[", 99) + strings.Repeat("]", 99))
		}},
	} {
		want := usual
		c.want(&want)
		in, err := DecodeDeployment([]byte(c.body), Today)
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		if diff := cmp.Diff(want, in); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.body, diff)
		}
	}
}

func TestMistypedMembers(t *testing.T) {
	long := `"` + strings.Repeat("ü", 300) + `"`
	for _, c := range []struct{ decoder, body, sentences string }{
		{"deployment", `{"auto_merge":"yes"}`, `For 'properties/auto_merge', "yes" is not a boolean.`},
		{"deployment", `{"auto_merge":1}`, `For 'properties/auto_merge', 1 is not a boolean.`},
		{"deployment", `{"auto_merge":"False"}`, `For 'properties/auto_merge', "False" is not a boolean.`},
		{"deployment", `{"ref":12}`, `For 'properties/ref', 12 is not a string.`},
		{"deployment", `{"ref":{"a": [1, 2]}}`, `For 'properties/ref', {"a":[1,2]} is not a string.`},
		{"deployment", `{"ref":true,"task":[]}`, "For 'properties/ref', true is not a string.\nFor 'properties/task', [] is not a string."},
		{"deployment", `{"required_contexts":"[]"}`, `For 'properties/required_contexts', "[]" is not an array.`},
		{"deployment", `{"required_contexts":{}}`, `For 'properties/required_contexts', {} is not an array.`},
		{"deployment", `{"required_contexts":["a",5,6]}`, `For 'properties/required_contexts/items', 5 is not a string.`},
		{"deployment", `{"required_contexts":[null]}`, `For 'properties/required_contexts/items', null is not a string.`},
		{"deployment", `{"production_environment":` + long + `}`, `For 'properties/production_environment', "` + strings.Repeat("ü", 99) + `… is not a boolean.`},
		{"deployment", `{"description":1e999}`, `For 'properties/description', 1e999 is not a string.`},
		{"deployment status", `{"state":"success","auto_inactive":"no"}`, `For 'properties/auto_inactive', "no" is not a boolean.`},
		{"deployment status", `{"state":["success"]}`, `For 'properties/state', ["success"] is not a string.`},
		{"commit status", `{"context":7}`, `For 'properties/context', 7 is not a string.`},
		{"hook", `{"config":"x"}`, `For 'properties/config', "x" is not an object.`},
		{"hook", `{"config":{"url":5}}`, `For 'properties/config/properties/url', 5 is not a string.`},
		{"hook", `{"config":{"b":{},"a":[]}}`, "For 'properties/config/properties/a', [] is not a string.\nFor 'properties/config/properties/b', {} is not a string."},
		{"hook", `{"events":"push"}`, `For 'properties/events', "push" is not an array.`},
		{"hook", `{"active":"on"}`, `For 'properties/active', "on" is not a boolean.`},
		{"environment", `{"wait_timer":"30"}`, `For 'properties/wait_timer', "30" is not an integer.`},
		{"environment", `{"wait_timer":1.5}`, `For 'properties/wait_timer', 1.5 is not an integer.`},
		{"environment", `{"wait_timer":43201}`, `43201 must be less than or equal to 43200.`},
		{"environment", `{"wait_timer":-1}`, `-1 must be greater than or equal to 0.`},
		{"environment", `{"wait_timer":1e999}`, `1e999 must be less than or equal to 43200.`},
		{"environment", `{"wait_timer":-99999999999999999999}`, `-99999999999999999999 must be greater than or equal to 0.`},
		{"environment", `{"reviewers":{}}`, `For 'properties/reviewers', {} is not an array.`},
		{"environment", `{"reviewers":[7,8]}`, `For 'properties/reviewers/items', 7 is not an object.`},
		{"environment", `{"reviewers":[{"type":"User"}]}`, `"id" wasn't supplied.`},
		{"environment", `{"reviewers":[{"type":"User","id":9223372036854775808}]}`, `9223372036854775808 must be less than or equal to 9223372036854775807.`},
		{"environment", `{"reviewers":[{"type":1,"id":"1"}]}`, "For 'properties/reviewers/items/properties/type', 1 is not a string.\nFor 'properties/reviewers/items/properties/id', \"1\" is not an integer."},
		{"environment", `{"deployment_branch_policy":{"protected_branches":true}}`, `"custom_branch_policies" wasn't supplied.`},
		{"environment", `{"deployment_branch_policy":{}}`, `"protected_branches", "custom_branch_policies" weren't supplied.`},
		{"environment", `{"deployment_branch_policy":[]}`, `For 'properties/deployment_branch_policy', [] is not an object.`},
		{"new ref", `{"ref":"refs/heads/x"}`, `"sha" wasn't supplied.`},
		{"ref update", `{"sha":"x","force":"yes"}`, `For 'properties/force', "yes" is not a boolean.`},
		{"merge", `{}`, `"base", "head" weren't supplied.`},
		{"merge", `{"base":"main","head":null}`, `"head" wasn't supplied.`},
		{"merge", `{"base":"main","head":"x","commit_message":0}`, `For 'properties/commit_message', 0 is not a string.`},
		{"repository", `{"private":true}`, `"name" wasn't supplied.`},
		{"local token", `{"user":"a","expires":"-1h"}`, `For 'properties/expires', "-1h" is not a positive duration.`},
		{"local token", `{"user":"a","expires":"soon"}`, `For 'properties/expires', "soon" is not a positive duration.`},
		{"local token", `{}`, `"user" wasn't supplied.`},
		{"local revoke", `{}`, `Exactly one of "id" and "token" must be supplied.`},
		{"local revoke", `{"id":3,"token":"x"}`, `Exactly one of "id" and "token" must be supplied.`},
		{"local collaborator", `{"owner":"a","name":"b"}`, `"login", "role" weren't supplied.`},
	} {
		refused(t, c.decoder+" "+c.body, decoders[c.decoder]([]byte(c.body)), slipway.Invalid, "Invalid request.\n\n"+c.sentences)
	}
	many := `{"config":{`
	for i := range 50 {
		many += `"` + strings.Repeat("k", i+1) + `":[],`
	}
	_, err := DecodeHook([]byte(strings.TrimSuffix(many, ",") + "}}"))
	if lines := strings.Count(err.Error(), "\n"); lines != maxSentences+1 {
		t.Errorf("a refusal of %d lines", lines)
	}
}

func TestDecodeDeploymentStatus(t *testing.T) {
	for _, c := range []struct {
		body string
		want slipway.StatusRequest
	}{
		{``, slipway.StatusRequest{AutoInactive: true}},
		{`{"state":"success","ref":"stray","environment_url":null,"environment":null,"log_url":null}`, slipway.StatusRequest{State: "success", AutoInactive: true}},
		{
			`{"state":"queued","target_url":"https://t","log_url":"https://l","environment_url":"https://e","environment":"","description":"d","auto_inactive":"false"}`,
			slipway.StatusRequest{State: "queued", TargetURL: "https://t", LogURL: "https://l", EnvironmentURL: "https://e", Environment: ptr(""), Description: "d"},
		},
	} {
		for _, era := range []slipway.Era{slipway.E7, slipway.E11} {
			want := c.want
			want.Era = era
			in, err := DecodeDeploymentStatus([]byte(c.body), Shape{Era: era})
			if diff := cmp.Diff(want, in); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got):\n%s", c.body, err, diff)
			}
		}
	}
}

func TestDecodeOthers(t *testing.T) {
	commitStatus, err := DecodeCommitStatus([]byte(`{"state":"success","target_url":"","description":null,"context":"ci"}`))
	if diff := cmp.Diff(slipway.CommitStatusRequest{State: "success", TargetURL: ptr(""), Context: "ci"}, commitStatus); diff != "" || err != nil {
		t.Errorf("commit status: %v\n%s", err, diff)
	}

	environment, err := DecodeEnvironment([]byte(`{"wait_timer":3e1,"prevent_self_review":true,"reviewers":[{"type":"Team","id":1.0},{"type":"User","id":9223372036854775807}],
		"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":"true"}}`))
	wantEnvironment := slipway.EnvironmentRequest{
		WaitTimer: 30, PreventSelfReview: true,
		Reviewers:    []slipway.Reviewer{{Type: "Team", ID: 1}, {Type: "User", ID: 9223372036854775807}},
		BranchPolicy: &slipway.BranchPolicy{CustomBranchPolicies: true},
	}
	if diff := cmp.Diff(wantEnvironment, environment); diff != "" || err != nil {
		t.Errorf("environment: %v\n%s", err, diff)
	}
	environment, err = DecodeEnvironment([]byte(`{"wait_timer":null,"reviewers":null,"deployment_branch_policy":null}`))
	if diff := cmp.Diff(slipway.EnvironmentRequest{}, environment); diff != "" || err != nil {
		t.Errorf("environment of nulls: %v\n%s", err, diff)
	}

	hook, err := DecodeHook([]byte(`{"name":"web","active":false,"events":[],"add_events":["push"],"remove_events":["fork"],
		"config":{"url":"https://r","insecure_ssl":0,"secret":12.50,"inactive":true,"x":false,"gone":null}}`))
	wantHook := slipway.HookRequest{
		Name: ptr("web"), Active: ptr(false), Events: []string{}, AddEvents: []string{"push"}, RemoveEvents: []string{"fork"},
		Config: map[string]string{"url": "https://r", "insecure_ssl": "0", "secret": "12.50", "inactive": "1", "x": "0"},
	}
	if diff := cmp.Diff(wantHook, hook); diff != "" || err != nil {
		t.Errorf("hook: %v\n%s", err, diff)
	}
	hook, err = DecodeHook(nil)
	if diff := cmp.Diff(slipway.HookRequest{}, hook); diff != "" || err != nil {
		t.Errorf("empty hook: %v\n%s", err, diff)
	}

	base, head, message, err := DecodeMerge([]byte(`{"base":"main","head":"topic","commit_message":""}`))
	if base != "main" || head != "topic" || message == nil || *message != "" || err != nil {
		t.Errorf("merge: %q %q %v %v", base, head, message, err)
	}

	for body, want := range map[string]RepositoryRequest{
		`{"name":"web"}`: {Name: "web"},
		`{"name":"web","private":"true","description":"d","auto_init":true,"default_branch":"trunk","homepage":5}`: {Name: "web", Private: true, Description: "d", AutoInit: true, DefaultBranch: "trunk"},
		`{"name":"web","private":true,"visibility":"public"}`:                                                      {Name: "web"},
		`{"name":"web","visibility":"internal"}`:                                                                   {Name: "web", Private: true},
	} {
		in, err := DecodeRepository([]byte(body))
		if diff := cmp.Diff(want, in); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", body, err, diff)
		}
	}
}
