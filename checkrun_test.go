package slipway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func TestCheckRunRequestCheck(t *testing.T) {
	long := func(n int) *string { return text(strings.Repeat("ü", n)) }
	output := func(o slipway.CheckOutputRequest) slipway.CheckRunRequest { return slipway.CheckRunRequest{Output: &o} }
	note := slipway.Annotation{Path: "a", StartLine: 1, EndLine: 2, Level: "notice", Message: "m"}
	notes := func(change func(*slipway.Annotation)) slipway.CheckRunRequest {
		n := note
		change(&n)
		return output(slipway.CheckOutputRequest{Annotations: []slipway.Annotation{n}})
	}
	many := func(n int) (list []slipway.Annotation) {
		for range n {
			list = append(list, note)
		}
		return list
	}
	now := time.Now()
	for _, test := range []struct {
		name string
		r    slipway.CheckRunRequest
		want string
	}{
		{"nothing", slipway.CheckRunRequest{}, ""},
		{"everything", slipway.CheckRunRequest{
			Name: long(255), Status: text("completed"), Conclusion: text("skipped"), DetailsURL: text("https://ci.example.com/1"),
			ExternalID: text("x"), StartedAt: &now, CompletedAt: &now,
			Output:  &slipway.CheckOutputRequest{Title: long(65535), Summary: long(65535), Text: long(65535), Annotations: many(50)},
			Actions: []slipway.CheckAction{{Label: strings.Repeat("l", 20), Description: strings.Repeat("d", 40), Identifier: strings.Repeat("i", 20)}},
		}, ""},
		{"queued with a conclusion", slipway.CheckRunRequest{Status: text("queued"), Conclusion: text("success")}, ""},
		{"no address", slipway.CheckRunRequest{DetailsURL: text("")}, ""},
		{"blank name", slipway.CheckRunRequest{Name: text(" ")}, `"name" wasn't supplied.`},
		{"long name", slipway.CheckRunRequest{Name: long(256)}, "Only 255 characters are allowed; 256 were supplied."},
		{"control character", slipway.CheckRunRequest{Name: text("a\nb")}, "name must not contain control characters"},
		{"no status", slipway.CheckRunRequest{Status: text("done")}, `done is not a member of ["queued", "in_progress", "completed"].`},
		{"no conclusion", slipway.CheckRunRequest{Conclusion: text("stale")}, `stale is not a member of ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"].`},
		{"completed", slipway.CheckRunRequest{Status: text("completed")}, "No subschema in \"anyOf\" matched.\n\"conclusion\" wasn't supplied.\ncompleted is not a member of [\"queued\", \"in_progress\"]."},
		{"completed at", slipway.CheckRunRequest{CompletedAt: &now}, `"conclusion" wasn't supplied.`},
		{"scheme", slipway.CheckRunRequest{DetailsURL: text("javascript:x")}, "details_url must use http(s) scheme"},
		{"long title", output(slipway.CheckOutputRequest{Title: long(65536)}), "Only 65535 characters are allowed; 65536 were supplied."},
		{"long summary", output(slipway.CheckOutputRequest{Summary: long(65536)}), "Only 65535 characters are allowed; 65536 were supplied."},
		{"long text", output(slipway.CheckOutputRequest{Text: long(70000)}), "Only 65535 characters are allowed; 70000 were supplied."},
		{"many annotations", output(slipway.CheckOutputRequest{Annotations: many(51)}), "No more than 50 items are allowed; 51 were supplied."},
		{"level", notes(func(a *slipway.Annotation) { a.Level = "error" }), `error is not a member of ["notice", "warning", "failure"].`},
		{"backwards", notes(func(a *slipway.Annotation) { a.EndLine = 0 }), "end_line must not be before start_line"},
		{"long message", notes(func(a *slipway.Annotation) { a.Message = strings.Repeat("m", 64<<10+1) }), "message is too long (maximum is 65536 bytes)"},
		{"long details", notes(func(a *slipway.Annotation) { a.RawDetails = text(strings.Repeat("m", 64<<10+1)) }), "raw_details is too long (maximum is 65536 bytes)"},
		{"long annotation title", notes(func(a *slipway.Annotation) { a.Title = long(256) }), "Only 255 characters are allowed; 256 were supplied."},
		{"many actions", slipway.CheckRunRequest{Actions: make([]slipway.CheckAction, 4)}, "No more than 3 items are allowed; 4 were supplied."},
		{"long label", slipway.CheckRunRequest{Actions: []slipway.CheckAction{{Label: strings.Repeat("l", 21)}}}, "Only 20 characters are allowed; 21 were supplied."},
		{"two faults", slipway.CheckRunRequest{Status: text("x"), Conclusion: text("y")}, "x is not a member of [\"queued\", \"in_progress\", \"completed\"].\ny is not a member of [\"action_required\", \"cancelled\", \"failure\", \"neutral\", \"success\", \"skipped\", \"timed_out\"]."},
	} {
		got := ""
		if err := test.r.Check(); err != nil {
			e := refusal(t, err)
			got = strings.TrimPrefix(e.Message, "Invalid request.\n\n")
			if e.Kind != slipway.Invalid || len(e.Details) > 0 {
				t.Errorf("%s: %+v", test.name, e)
			}
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestCheckRunWith(t *testing.T) {
	start, now, earlier := at, at.Add(time.Hour), at.Add(time.Minute)
	queued := slipway.CheckRun{ID: 1, Name: "ci", Status: "queued", StartedAt: start}
	done := queued
	done.Status, done.Conclusion, done.CompletedAt = "completed", "failure", &earlier
	for _, test := range []struct {
		name string
		run  slipway.CheckRun
		in   slipway.CheckRunRequest
		want slipway.CheckRun
	}{
		{"nothing", queued, slipway.CheckRunRequest{}, queued},
		{"begins", queued, slipway.CheckRunRequest{Status: text("in_progress"), StartedAt: &earlier}, slipway.CheckRun{ID: 1, Name: "ci", Status: "in_progress", StartedAt: earlier}},
		{"concludes", queued, slipway.CheckRunRequest{Conclusion: text("success")}, slipway.CheckRun{ID: 1, Name: "ci", Status: "completed", Conclusion: "success", StartedAt: start, CompletedAt: &now}},
		{"concludes, whatever its status says", queued, slipway.CheckRunRequest{Status: text("queued"), Conclusion: text("success"), CompletedAt: &earlier}, slipway.CheckRun{ID: 1, Name: "ci", Status: "completed", Conclusion: "success", StartedAt: start, CompletedAt: &earlier}},
		{"concludes otherwise", done, slipway.CheckRunRequest{Conclusion: text("success")}, slipway.CheckRun{ID: 1, Name: "ci", Status: "completed", Conclusion: "success", StartedAt: start, CompletedAt: &earlier}},
		{"begins again", done, slipway.CheckRunRequest{Status: text("queued")}, queued},
		{"says more", done, slipway.CheckRunRequest{Name: text(" CI "), DetailsURL: text("http://x"), ExternalID: text("e")}, slipway.CheckRun{ID: 1, Name: "CI", DetailsURL: "http://x", ExternalID: "e", Status: "completed", Conclusion: "failure", StartedAt: start, CompletedAt: &earlier}},
	} {
		test.want.UpdatedAt = now
		if diff := cmp.Diff(test.want, test.run.With(test.in, now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	run := queued.With(slipway.CheckRunRequest{Output: &slipway.CheckOutputRequest{Title: text("t"), Summary: text("s"), Text: text("x"), Annotations: make([]slipway.Annotation, 2)}}, now)
	run = run.With(slipway.CheckRunRequest{Output: &slipway.CheckOutputRequest{Summary: text("more"), Annotations: make([]slipway.Annotation, 3)}}, now)
	if diff := cmp.Diff(slipway.CheckOutput{Title: text("t"), Summary: text("more"), Text: text("x"), Annotations: 5}, run.Output); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

func TestCheckSuiteSummed(t *testing.T) {
	for _, test := range []struct{ runs, want string }{
		{"", "queued"},
		{"a=queued", "queued"},
		{"a=queued b=in_progress", "in_progress"},
		{"a=success b=queued", "in_progress"},
		{"a=failure b=in_progress", "in_progress"},
		{"a=success", "completed success"},
		{"a=success b=skipped c=neutral", "completed success"},
		{"a=skipped b=neutral", "completed neutral"},
		{"a=skipped", "completed skipped"},
		{"a=success b=cancelled", "completed cancelled"},
		{"a=cancelled b=action_required", "completed action_required"},
		{"a=timed_out b=action_required", "completed timed_out"},
		{"a=timed_out b=failure c=success", "completed failure"},
		{"a=something", "completed neutral"},
	} {
		list := runs(strings.Fields(test.runs)...)
		got := slipway.CheckSuite{Status: "x", Conclusion: "y"}.Summed(list)
		if told := strings.TrimSpace(got.Status + " " + got.Conclusion); told != test.want || got.Runs != len(list) {
			t.Errorf("%s: %s, %d runs", test.runs, told, got.Runs)
		}
	}
	later := at.Add(time.Hour)
	suite := slipway.CheckSuite{RerequestedAt: &at}
	run := runs("a=success")
	run[0].UpdatedAt = at
	if got := suite.Summed(run); got.Status != "queued" || got.Conclusion != "" || got.Runs != 1 {
		t.Errorf("asked for again: %+v", got)
	}
	run[0].UpdatedAt = later
	if got := suite.Summed(run); got.Status != "completed" || got.Conclusion != "success" {
		t.Errorf("and answered: %+v", got)
	}
}
