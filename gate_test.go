package slipway_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

// statuses reads "context=state" pairs.
func statuses(pairs ...string) (list []slipway.CommitStatus) {
	for _, p := range pairs {
		context, state, _ := strings.Cut(p, "=")
		list = append(list, slipway.CommitStatus{Context: context, State: state})
	}
	return list
}

// refusal is what err tells the caller.
func refusal(t *testing.T, err error) *slipway.Error {
	t.Helper()
	var e *slipway.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is not a refusal", err)
	}
	return e
}

func TestGate(t *testing.T) {
	const passes = "passes"
	for _, test := range []struct {
		name     string
		required []string
		latest   []slipway.CommitStatus
		want     string // the contexts of the refusal
	}{
		{"nothing reported", nil, nil, passes},
		{"all green", nil, statuses("a=success", "b=success"), passes},
		{"one pending", nil, statuses("a=success", "b=pending"), "a=success b=pending"},
		{"one failed", nil, statuses("a=failure"), "a=failure"},
		{"one erred", nil, statuses("a=error", "b=success"), "a=error b=success"},
		{"a word nobody knows", nil, statuses("a=skipped"), "a=skipped"},
		{"no state at all", nil, statuses("a="), "a="},

		{"no gate", []string{}, statuses("a=failure"), passes},
		{"empty names only", []string{"", "  "}, statuses("a=failure"), passes},

		{"required and green", []string{"a"}, statuses("a=success", "b=failure"), passes},
		{"required and red", []string{"b"}, statuses("a=success", "b=failure"), "b=failure"},
		{"required, one red", []string{"b", "a"}, statuses("a=success", "b=failure", "c=success"), "a=success b=failure"},
		{"required and missing", []string{"c"}, statuses("a=success"), ""},
		{"required, one missing", []string{"a", "c"}, statuses("a=success"), "a=success"},
		{"required, nothing reported", []string{"a"}, nil, ""},
		{"required twice", []string{"a", "A", " a "}, statuses("a=failure"), "a=failure"},
		{"required among empty names", []string{"", "a"}, statuses("a=failure"), "a=failure"},
		{"case does not count", []string{"CI/Build"}, statuses("ci/build=success"), passes},
		{"space does not count", []string{" ci "}, statuses("ci=success"), passes},
		{"composition does not count", []string{"caf\u00e9"}, statuses("cafe\u0301=success"), passes},
		{"the spelling of the status is shown", []string{"CI"}, statuses("ci=pending"), "ci=pending"},
		{"one name twice, once red", []string{"main"}, statuses("main=success", "main=failure"), "main=success main=failure"},
	} {
		err := slipway.Gate("topic", test.required, test.latest, nil, slipway.E11)
		if (err == nil) != (test.want == passes) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if err == nil {
			continue
		}
		want := &slipway.Error{
			Kind:    slipway.Conflict,
			Message: "Conflict: Commit status checks failed for topic.",
			Details: []slipway.Detail{{
				Resource: "Deployment", Field: "required_contexts", Code: "invalid", Contexts: contexts(test.want),
			}},
		}
		if diff := cmp.Diff(want, refusal(t, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func contexts(pairs string) []slipway.ContextState {
	list := []slipway.ContextState{}
	for _, s := range statuses(strings.Fields(pairs)...) {
		list = append(list, slipway.ContextState{Context: s.Context, State: s.State})
	}
	return list
}

func TestGateOfThatDay(t *testing.T) {
	for era := slipway.E0; era <= slipway.E11; era++ {
		e := refusal(t, slipway.Gate("refs/heads/x", nil, statuses("a=failure"), nil, era))
		want, details := "Conflict: Commit status checks failed for refs/heads/x.", 1
		if era <= slipway.E3 {
			want, details = "No successful commit statuses for refs/heads/x.", 0
		}
		if e.Kind != slipway.Conflict || e.Message != want || len(e.Details) != details {
			t.Errorf("%v: %+v", era, e)
		}
	}
}

// runs reads "name=conclusion" pairs; a conclusion that is a status means that it is not completed.
func runs(pairs ...string) (list []slipway.CheckRun) {
	for _, p := range pairs {
		name, state, _ := strings.Cut(p, "=")
		r := slipway.CheckRun{Name: name, Status: slipway.CheckCompleted, Conclusion: state}
		if state == slipway.CheckQueued || state == slipway.CheckInProgress {
			r.Status, r.Conclusion = state, ""
		}
		list = append(list, r)
	}
	return list
}

// Check runs count by their name, and of their conclusions only success passes (contract 3.7).
func TestGateOfCheckRuns(t *testing.T) {
	const passes = "passes"
	for _, test := range []struct {
		name     string
		required []string
		statuses []slipway.CommitStatus
		runs     []slipway.CheckRun
		want     string // the contexts of the refusal
	}{
		{"green", nil, nil, runs("build=success"), passes},
		{"queued", nil, nil, runs("build=queued"), "build=pending"},
		{"in progress", nil, nil, runs("build=in_progress"), "build=pending"},
		{"neutral", nil, nil, runs("build=neutral"), "build=neutral"},
		{"skipped", nil, nil, runs("build=skipped"), "build=skipped"},
		{"failure", nil, nil, runs("build=failure"), "build=failure"},
		{"cancelled", nil, nil, runs("build=cancelled"), "build=cancelled"},
		{"timed out", nil, nil, runs("build=timed_out"), "build=timed_out"},
		{"action required", nil, nil, runs("build=action_required"), "build=action_required"},
		{"completed without a conclusion", nil, nil, []slipway.CheckRun{{Name: "build", Status: slipway.CheckCompleted}}, "build=pending"},
		{"a conclusion before it is completed", nil, nil, []slipway.CheckRun{{Name: "build", Status: "queued", Conclusion: "success"}}, "build=pending"},
		{"statuses come first", nil, statuses("ci=success"), runs("build=failure"), "ci=success build=failure"},
		{"a red status beside a green run", nil, statuses("ci=failure"), runs("build=success"), "ci=failure build=success"},
		{"no gate", []string{}, nil, runs("build=failure"), passes},
		{"required", []string{"Build"}, nil, runs("build=success", "lint=failure"), passes},
		{"required and red", []string{"lint"}, statuses("ci=failure"), runs("build=success", "lint=failure"), "lint=failure"},
		{"required of both kinds", []string{"ci", "build"}, statuses("ci=success"), runs("build=success"), passes},
		{"required and missing", []string{"ci", "test"}, statuses("ci=success"), runs("build=success"), "ci=success"},
		{"a status and a run of one name, one red", []string{"ci"}, statuses("ci=success"), runs("ci=failure"), "ci=success ci=failure"},
		{"two apps, one name, one red", nil, nil, runs("main=success", "main=failure"), "main=success main=failure"},
	} {
		err := slipway.Gate("topic", test.required, test.statuses, test.runs, slipway.E11)
		if (err == nil) != (test.want == passes) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if err == nil {
			continue
		}
		if diff := cmp.Diff(contexts(test.want), refusal(t, err).Details[0].Contexts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// Gate never allows a failing or missing required context, and refuses nothing else.
func TestGateProperty(t *testing.T) {
	name := rapid.SampledFrom([]string{"a", "A", "b", "ci/x", "", " b "})
	state := rapid.SampledFrom([]string{"success", "success", "pending", "failure", "error", "neutral"})
	rapid.Check(t, func(t *rapid.T) {
		var latest []slipway.CommitStatus
		for _, n := range rapid.SliceOfN(name, 0, 5).Draw(t, "reported") {
			latest = append(latest, slipway.CommitStatus{Context: n, State: state.Draw(t, "state")})
		}
		var runs []slipway.CheckRun
		for _, n := range rapid.SliceOfN(name, 0, 4).Draw(t, "runs") {
			r := slipway.CheckRun{Name: n, Status: rapid.SampledFrom([]string{"queued", "completed", "completed"}).Draw(t, "status")}
			r.Conclusion = rapid.SampledFrom([]string{"success", "success", "skipped", "neutral", "failure", ""}).Draw(t, "conclusion")
			runs = append(runs, r)
		}
		required := rapid.SliceOfN(name, 0, 4).Draw(t, "required")
		if rapid.Bool().Draw(t, "absent") {
			required = nil
		}
		allowed := slipway.Gate("x", required, latest, runs, slipway.E11) == nil
		all := latest
		for _, r := range runs { // a run is as good as a status that is success only if the run is completed with that
			s := slipway.CommitStatus{Context: r.Name, State: "failure"}
			if r.Status == "completed" && r.Conclusion == "success" {
				s.State = "success"
			}
			all = append(all, s)
		}
		if want := gateByHand(required, all); allowed != want {
			t.Fatalf("required %q, reported %v and %v: allowed %v, want %v", required, latest, runs, allowed, want)
		}
	})
}

// gateByHand is the rule, said the long way.
func gateByHand(required []string, latest []slipway.CommitStatus) bool {
	green := func(s slipway.CommitStatus) bool { return s.State == "success" }
	if required == nil {
		return !slices.ContainsFunc(latest, func(s slipway.CommitStatus) bool { return !green(s) })
	}
	for _, r := range required {
		if slipway.Key(r) == "" {
			continue
		}
		found := false
		for _, s := range latest {
			if slipway.Key(s.Context) == slipway.Key(r) {
				found = true
				if !green(s) {
					return false
				}
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func TestCombinedState(t *testing.T) {
	for _, test := range []struct {
		latest []slipway.CommitStatus
		want   string
	}{
		{nil, "pending"},
		{statuses("a=success"), "success"},
		{statuses("a=success", "b=success"), "success"},
		{statuses("a=success", "b=pending"), "pending"},
		{statuses("a=pending", "b=failure"), "failure"},
		{statuses("a=error", "b=pending"), "failure"},
		{statuses("a=success", "b=error"), "failure"},
	} {
		if got := slipway.CombinedState(test.latest); got != test.want {
			t.Errorf("%v: %q, want %q", test.latest, got, test.want)
		}
	}
}
