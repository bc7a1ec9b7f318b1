package slipway

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Environment is where deployments go, with GitHub's protection members (contract 6.1).
type Environment struct {
	ID                int64
	RepositoryID      int64
	Name              string // as first written
	CreatedAt         time.Time
	UpdatedAt         time.Time
	CanAdminsBypass   bool
	WaitTimer         *WaitTimer         // nil: off
	RequiredReviewers *RequiredReviewers // nil: off
	BranchPolicy      *BranchPolicy      // nil: any branch
}

// CustomBranchPolicies reports whether the environment may have deployment branch policies.
func (e Environment) CustomBranchPolicies() bool {
	return e.BranchPolicy != nil && e.BranchPolicy.CustomBranchPolicies
}

// WaitTimer holds a deployment back for some minutes.
type WaitTimer struct {
	RuleID  int64
	Minutes int // 0–43200
}

// RequiredReviewers names who must approve.
type RequiredReviewers struct {
	RuleID            int64
	PreventSelfReview bool
	Reviewers         []Reviewer // at most six
}

// The kinds of reviewer.
const (
	ReviewerUser = "User"
	ReviewerTeam = "Team"
)

// Reviewer is a user or a team.
type Reviewer struct {
	Type    string // User or Team
	ID      int64
	Account *Account // the user, as known when it was read; nil for teams and for users that are gone
	Team    *Team    // the team, likewise
}

// EnvironmentRequest is what a client asks of PUT environments. PUT replaces: what is absent is switched off.
type EnvironmentRequest struct {
	WaitTimer         int
	PreventSelfReview bool
	Reviewers         []Reviewer
	BranchPolicy      *BranchPolicy
	CanAdminsBypass   *bool // nil: as it was; it is no rule, and to forget it must not loosen anything
}

// Check says what is wrong with the request (contract 6.2): Invalid, a sentence without fields. Whether reviewers exist and
// can read the repository is the caller's to ask.
func (r EnvironmentRequest) Check() error {
	switch {
	case r.WaitTimer < 0:
		return InvalidRequest(strconv.Itoa(r.WaitTimer) + " must be greater than or equal to 0.")
	case r.WaitTimer > MaxWaitTimer:
		return InvalidRequest(strconv.Itoa(r.WaitTimer) + " must be less than or equal to " + strconv.Itoa(MaxWaitTimer) + ".")
	case len(r.Reviewers) > MaxReviewers:
		return InvalidRequest(strconv.Itoa(len(r.Reviewers)) + " must be less than or equal to " + strconv.Itoa(MaxReviewers) + ".")
	case r.BranchPolicy != nil && r.BranchPolicy.ProtectedBranches == r.BranchPolicy.CustomBranchPolicies:
		return InvalidRequest("'protected_branches' and 'custom_branch_policies' cannot have the same value")
	}
	for _, reviewer := range r.Reviewers {
		if reviewer.Type != ReviewerUser && reviewer.Type != ReviewerTeam {
			return InvalidRequest(clip(reviewer.Type) + ` is not a member of ["User", "Team"].`)
		}
	}
	return nil
}

// CheckEnvironmentName says whether an environment may be called so (contract 6, 3.9). The error is Invalid, a sentence
// without fields.
func CheckEnvironmentName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return InvalidRequest(`"name" wasn't supplied.`)
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		return InvalidRequest("name must not contain control characters")
	case utf8.RuneCountInString(strings.TrimSpace(name)) > MaxName:
		return InvalidRequest(tooLong("name", MaxName, "characters"))
	}
	return nil
}

// UnknownReviewer refuses a reviewer that does not exist or cannot read the repository (contract 6.2).
func UnknownReviewer(r Reviewer) *Error {
	return InvalidRequest(r.Type + " " + number(r.ID) + " cannot review deployments of this repository.")
}
