package wire

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func TestDecodeCheckRun(t *testing.T) {
	got, err := DecodeCheckRun([]byte(`{"name":"ci","head_sha":"` + string(tip) + `","status":"completed","conclusion":"success","details_url":"http://d",
		"external_id":"e","started_at":"2026-03-01T12:30:45+02:00","completed_at":"2026-03-01T10:31:00Z","output":{"title":"t","summary":"s","text":"x",
		"annotations":[{"path":"a","start_line":1,"end_line":2,"start_column":3,"end_column":4,"annotation_level":"notice","message":"m","title":"T","raw_details":"r"}],
		"images":[{"alt":"a","image_url":"http://i"}]},"actions":[{"label":"l","description":"d","identifier":"i"}],"unknown":1}`))
	started, completed := time.Date(2026, 3, 1, 10, 30, 45, 0, time.UTC), time.Date(2026, 3, 1, 10, 31, 0, 0, time.UTC)
	want := slipway.CheckRunRequest{
		Name: ptr("ci"), HeadSHA: string(tip), Status: ptr("completed"), Conclusion: ptr("success"), DetailsURL: ptr("http://d"),
		ExternalID: ptr("e"), StartedAt: &started, CompletedAt: &completed,
		Output: &slipway.CheckOutputRequest{Title: ptr("t"), Summary: ptr("s"), Text: ptr("x"), Annotations: []slipway.Annotation{{
			Path: "a", StartLine: 1, EndLine: 2, StartColumn: ptr(int64(3)), EndColumn: ptr(int64(4)), Level: "notice", Message: "m",
			Title: ptr("T"), RawDetails: ptr("r"),
		}}},
		Actions: []slipway.CheckAction{{Label: "l", Description: "d", Identifier: "i"}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, err := DecodeCheckRunUpdate(nil); err != nil || cmp.Diff(slipway.CheckRunRequest{}, got) != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := DecodeCheckRunUpdate([]byte(`{"output":{"summary":"s"},"head_sha":"x","name":null}`)); err != nil || *got.Output.Summary != "s" || got.HeadSHA != "" {
		t.Errorf("%+v, %v", got, err)
	}
	const whole = `"name":"ci","head_sha":"x"`
	for body, want := range map[string]string{
		`{}`:                                       `"name", "head_sha" weren't supplied.`,
		`{"name":"x"}`:                             `"head_sha" wasn't supplied.`,
		`{"name":1,"head_sha":"x"}`:                `For 'properties/name', 1 is not a string.`,
		`{` + whole + `,"output":{}}`:              `"title", "summary" weren't supplied.`,
		`{` + whole + `,"output":[]}`:              `For 'properties/output', [] is not an object.`,
		`{` + whole + `,"started_at":1}`:           `For 'properties/started_at', 1 is not a string.`,
		`{` + whole + `,"started_at":"yesterday"}`: `For 'properties/started_at', "yesterday" is not a time such as 2026-03-01T12:30:45Z.`,
		`{` + whole + `,"completed_at":"0000-01-01T00:00:00Z"}`: `For 'properties/completed_at', "0000-01-01T00:00:00Z" is not a time such as 2026-03-01T12:30:45Z.`,
		`{` + whole + `,"actions":[{}]}`:                        `"label", "description", "identifier" weren't supplied.`,
		`{` + whole + `,"output":{"title":"t","summary":"s","annotations":[{"path":"a","start_line":-1,"end_line":"x","annotation_level":"notice","message":"m"}]}}`: "-1 must be greater than or equal to 0.\nFor 'properties/output/properties/annotations/items/properties/end_line', \"x\" is not an integer.",
	} {
		_, err := DecodeCheckRun([]byte(body))
		got := ""
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "Invalid request.\n\n")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if sha, err := DecodeHead([]byte(`{"head_sha":"x"}`)); err != nil || sha != "x" {
		t.Errorf("%q, %v", sha, err)
	}
	if _, err := DecodeHead(nil); err == nil {
		t.Error("no head_sha, and no refusal")
	}
}
