package slipway

import "time"

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

// Reviewer is a user or a team.
type Reviewer struct {
	Type    string // User or Team
	ID      int64
	Account *Account // the user, as known when it was read; nil for teams and for users that are gone
}

// BranchPolicy says which branches may be deployed. Exactly one of the two is true.
type BranchPolicy struct {
	RuleID               int64
	ProtectedBranches    bool
	CustomBranchPolicies bool
}

// EnvironmentRequest is what a client asks of PUT environments. PUT replaces: what is absent is switched off.
type EnvironmentRequest struct {
	WaitTimer         int
	PreventSelfReview bool
	Reviewers         []Reviewer
	BranchPolicy      *BranchPolicy
}
