package slipway_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func TestEnvironmentRequestCheck(t *testing.T) {
	reviewers := func(n int) (list []slipway.Reviewer) {
		for i := range n {
			list = append(list, slipway.Reviewer{Type: slipway.ReviewerUser, ID: int64(i + 1)})
		}
		return list
	}
	policy := func(protected, custom bool) *slipway.BranchPolicy {
		return &slipway.BranchPolicy{ProtectedBranches: protected, CustomBranchPolicies: custom}
	}
	for _, test := range []struct {
		name string
		r    slipway.EnvironmentRequest
		want string
	}{
		{"nothing", slipway.EnvironmentRequest{}, ""},
		{"the most", slipway.EnvironmentRequest{WaitTimer: 43200, Reviewers: reviewers(6), BranchPolicy: policy(true, false)}, ""},
		{"a team", slipway.EnvironmentRequest{Reviewers: []slipway.Reviewer{{Type: "Team", ID: 1}}, BranchPolicy: policy(false, true)}, ""},
		{"below zero", slipway.EnvironmentRequest{WaitTimer: -1}, "-1 must be greater than or equal to 0."},
		{"too long", slipway.EnvironmentRequest{WaitTimer: 43201}, "43201 must be less than or equal to 43200."},
		{"too many", slipway.EnvironmentRequest{Reviewers: reviewers(7)}, "7 must be less than or equal to 6."},
		{"both", slipway.EnvironmentRequest{BranchPolicy: policy(true, true)}, "'protected_branches' and 'custom_branch_policies' cannot have the same value"},
		{"neither", slipway.EnvironmentRequest{BranchPolicy: policy(false, false)}, "'protected_branches' and 'custom_branch_policies' cannot have the same value"},
		{"a bot", slipway.EnvironmentRequest{Reviewers: []slipway.Reviewer{{Type: "Bot", ID: 1}}}, `Bot is not a member of ["User", "Team"].`},
	} {
		var want []string
		if test.want != "" {
			want = []string{"Invalid request.\n\n" + test.want}
		}
		if diff := cmp.Diff(want, faults(t, test.r.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	want := "Invalid request.\n\nUser 3 cannot review deployments of this repository."
	if got := slipway.UnknownReviewer(slipway.Reviewer{Type: "User", ID: 3}); got.Message != want || got.Details != nil {
		t.Errorf("%+v", got)
	}
}

func TestCheckEnvironmentName(t *testing.T) {
	for _, name := range []string{"production", "test/env", " QA ", "日本", "a%2Fb", strings.Repeat("ü", 255), "..", "-x"} {
		if err := slipway.CheckEnvironmentName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", " ", "\u00a0", "a\x00", "a\nb", "production\n", "\x7f", "\xff", strings.Repeat("ü", 256)} {
		if err := slipway.CheckEnvironmentName(name); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %v, want a refusal", name, err)
		}
	}
}
