package slipway_test

import (
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestBranchPolicyAllows(t *testing.T) {
	r := slipway.Repository{DefaultBranch: "main"}
	patterns := r
	patterns.Protected = []string{"release/*", "main"}
	none := r
	none.Protected = []string{}
	protected := &slipway.BranchPolicy{ProtectedBranches: true}
	custom := &slipway.BranchPolicy{CustomBranchPolicies: true}
	policies := []slipway.DeploymentBranchPolicy{
		{Name: "release/*", Type: slipway.BranchRef}, {Name: "v[0-9]*", Type: slipway.TagRef},
	}
	for _, test := range []struct {
		what     string
		policy   *slipway.BranchPolicy
		r        slipway.Repository
		policies []slipway.DeploymentBranchPolicy
		kind     slipway.RefKind
		name     string
		want     bool
	}{
		{"no policy", nil, r, nil, slipway.BranchRef, "x", true},
		{"no policy, a commit", nil, r, nil, "", "", true},
		{"the default branch", protected, r, nil, slipway.BranchRef, "main", true},
		{"another branch", protected, r, nil, slipway.BranchRef, "Main", false},
		{"a tag of that name", protected, r, nil, slipway.TagRef, "main", false},
		{"a commit", protected, r, nil, "", "main", false},
		{"a pattern", protected, patterns, nil, slipway.BranchRef, "release/1", true},
		{"patterns instead of the default branch", protected, none, nil, slipway.BranchRef, "main", false},
		{"policies do not count for protected branches", protected, r, policies, slipway.BranchRef, "release/1", false},
		{"a branch by a branch's pattern", custom, r, policies, slipway.BranchRef, "release/1", true},
		{"a branch by a tag's pattern", custom, r, policies, slipway.BranchRef, "v1", false},
		{"a tag by a tag's pattern", custom, r, policies, slipway.TagRef, "v1.0", true},
		{"a tag by a branch's pattern", custom, r, policies, slipway.TagRef, "release/1", false},
		{"the default branch is nothing special", custom, r, policies, slipway.BranchRef, "main", false},
		{"no pattern, no branch", custom, r, nil, slipway.BranchRef, "main", false},
		{"a commit has no pattern", custom, r, policies, "", "release/1", false},
		{"a policy that says nothing", &slipway.BranchPolicy{}, r, policies, slipway.BranchRef, "main", false},
	} {
		if got := test.policy.Allows(test.r, test.policies, test.kind, test.name); got != test.want {
			t.Errorf("%s: %t", test.what, got)
		}
	}
}

func TestCheckProtected(t *testing.T) {
	for _, list := range [][]string{nil, {}, {"main", "release/**/*"}, make100("x")} {
		if err := slipway.CheckProtected(list); err != nil {
			t.Errorf("%q: %v", list, err)
		}
	}
	for _, list := range [][]string{{""}, {"main", "a\x00"}, {strings.Repeat("x", 256)}, append(make100("x"), "y")} {
		if err := slipway.CheckProtected(list); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func make100(s string) (list []string) {
	for range 100 {
		list = append(list, s)
	}
	return list
}

func TestDeploymentBranchPolicyRequestCheck(t *testing.T) {
	for _, test := range []struct {
		in   slipway.DeploymentBranchPolicyRequest
		want string
	}{
		{slipway.DeploymentBranchPolicyRequest{Name: "main"}, ""},
		{slipway.DeploymentBranchPolicyRequest{Name: strings.Repeat("ü", 255), Type: "tag"}, ""},
		{slipway.DeploymentBranchPolicyRequest{Name: "[", Type: "branch"}, ""},
		{slipway.DeploymentBranchPolicyRequest{}, `"name" wasn't supplied.`},
		{slipway.DeploymentBranchPolicyRequest{Name: "a\nb"}, "name must not contain control characters"},
		{slipway.DeploymentBranchPolicyRequest{Name: "\xff"}, "name must not contain control characters"},
		{slipway.DeploymentBranchPolicyRequest{Name: strings.Repeat("ü", 256)}, "name is too long (maximum is 255 characters)"},
		{slipway.DeploymentBranchPolicyRequest{Name: "x", Type: "Branch"}, `Branch is not a member of ["branch", "tag"].`},
	} {
		got := ""
		if err := test.in.Check(); err != nil {
			got = strings.TrimPrefix(refusal(t, err).Message, "Invalid request.\n\n")
		}
		if got != test.want {
			t.Errorf("%+v: %q", test.in, got)
		}
	}
	if in := (slipway.DeploymentBranchPolicyRequest{Name: "x"}).WithDefaults(); in.Type != slipway.BranchRef {
		t.Errorf("%+v", in)
	}
}
