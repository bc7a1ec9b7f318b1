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
		err := slipway.Gate("topic", test.required, test.latest, slipway.E11)
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
		e := refusal(t, slipway.Gate("refs/heads/x", nil, statuses("a=failure"), era))
		want, details := "Conflict: Commit status checks failed for refs/heads/x.", 1
		if era <= slipway.E3 {
			want, details = "No successful commit statuses for refs/heads/x.", 0
		}
		if e.Kind != slipway.Conflict || e.Message != want || len(e.Details) != details {
			t.Errorf("%v: %+v", era, e)
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
		required := rapid.SliceOfN(name, 0, 4).Draw(t, "required")
		if rapid.Bool().Draw(t, "absent") {
			required = nil
		}
		allowed := slipway.Gate("x", required, latest, slipway.E11) == nil
		if want := gateByHand(required, latest); allowed != want {
			t.Fatalf("required %q, reported %v: allowed %v, want %v", required, latest, allowed, want)
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
