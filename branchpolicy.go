package slipway

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// BranchPolicy says which branches and tags may be deployed to an environment. Exactly one of the two is true.
type BranchPolicy struct {
	RuleID               int64
	ProtectedBranches    bool // the repository's protected branches
	CustomBranchPolicies bool // what the environment's deployment branch policies match
}

// RefKind says what a deployed ref is the name of.
type RefKind string

// The kinds of ref that a policy can be about. A commit that was named by its SHA is neither.
const (
	BranchRef RefKind = "branch"
	TagRef    RefKind = "tag"
)

// refKinds are those that clients may send.
var refKinds = []RefKind{BranchRef, TagRef}

// DeploymentBranchPolicy is a pattern of branches or tags that may be deployed to an environment (contract 6.3). Its name is
// the pattern: see [MatchRef].
type DeploymentBranchPolicy struct {
	ID            int64
	EnvironmentID int64
	Name          string
	Type          RefKind
}

// Allows reports whether a ref may be deployed under a policy; a nil one allows everything. policies are those of the
// environment, which count if CustomBranchPolicies is on: of the same kind as the ref, by [MatchRef]. Otherwise the ref must
// be a branch that r protects. name is the short one, main or v1.0; what is neither a branch nor a tag is never allowed.
func (p *BranchPolicy) Allows(r Repository, policies []DeploymentBranchPolicy, kind RefKind, name string) bool {
	switch {
	case p == nil:
		return true
	case p.ProtectedBranches:
		return kind == BranchRef && r.Protects(name)
	case p.CustomBranchPolicies:
		return slices.ContainsFunc(policies, func(d DeploymentBranchPolicy) bool {
			return d.Type == kind && MatchRef(d.Name, name)
		})
	default:
		return false
	}
}

// DeploymentBranchPolicyRequest is what a client asks of POST and PUT deployment-branch-policies.
type DeploymentBranchPolicyRequest struct {
	Name string
	Type RefKind // empty: branch
}

// Check says what is wrong with the request: Invalid, a sentence without fields.
func (r DeploymentBranchPolicyRequest) Check() error {
	switch wrong := wrongPattern(r.Name); {
	case r.Name == "":
		return InvalidRequest(`"name" wasn't supplied.`)
	case wrong != "":
		return InvalidRequest("name " + wrong)
	case r.Type != "" && !slices.Contains(refKinds, r.Type):
		return InvalidRequest(clip(string(r.Type)) + ` is not a member of ["branch", "tag"].`)
	}
	return nil
}

// wrongPattern says what is wrong with the text of a pattern; empty when nothing is.
func wrongPattern(p string) string {
	switch {
	case p == "":
		return "must not be empty"
	case !utf8.ValidString(p), strings.ContainsFunc(p, unicode.IsControl):
		return "must not contain control characters"
	case utf8.RuneCountInString(p) > MaxName:
		return "is too long (maximum is " + number(MaxName) + " characters)"
	}
	return ""
}

// CheckProtected says whether a repository may have these patterns of protected branches. The error is Invalid.
func CheckProtected(patterns []string) error {
	if len(patterns) > MaxProtected {
		return Fail(Invalid, "a repository may have at most "+number(MaxProtected)+" patterns of protected branches")
	}
	for _, p := range patterns {
		if wrong := wrongPattern(p); wrong != "" {
			return Fail(Invalid, "a pattern "+wrong)
		}
	}
	return nil
}

// WithDefaults fills in what was left out.
func (r DeploymentBranchPolicyRequest) WithDefaults() DeploymentBranchPolicyRequest {
	if r.Type == "" {
		r.Type = BranchRef
	}
	return r
}

// BranchPolicyTaken refuses to give a policy the name of another one of its environment.
func BranchPolicyTaken() *Error {
	return ValidationFailed(Detail{Resource: "DeploymentBranchPolicy", Field: "name", Code: "already_exists"})
}
