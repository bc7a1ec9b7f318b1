package deploy

import (
	"context"
	"slices"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// Environments remembers environments and their rules.
type Environments interface {
	Environment(repositoryID int64, name string) (slipway.Environment, error) // compared by slipway.Key
	ListEnvironments(repositoryID int64, p Page) ([]slipway.Environment, error)
	CountEnvironments(repositoryID int64) (int, error)
	// EnsureEnvironment makes an environment without rules unless one of that name exists. made says whether it did. What
	// existed is answered without its rules.
	EnsureEnvironment(repositoryID int64, name string) (e slipway.Environment, made bool, err error)
	// SetEnvironment replaces the rules. One that says what it said keeps its id, one that says something else is new.
	SetEnvironment(e *slipway.Environment) error
	RemoveEnvironment(repositoryID, id int64) error
}

// Environment finds an environment by its name, in any case: NotFound when there is none.
func (d *Decisions) Environment(ctx context.Context, r slipway.Repository, name string) (e slipway.Environment, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		e, err = tx.Environment(r.ID, name)
		return notFound(err)
	})
	return e, err
}

// ListEnvironments lists a repository's environments, newest first.
func (d *Decisions) ListEnvironments(ctx context.Context, r slipway.Repository, p Page) (list Listed[slipway.Environment], err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list = Listed[slipway.Environment]{Exact: true}
		if list.Items, err = tx.ListEnvironments(r.ID, p); err != nil {
			return err
		}
		list.Total, err = tx.CountEnvironments(r.ID)
		return err
	})
	return list, err
}

// PutEnvironment makes an environment or replaces its rules: a rule that is not in the request is switched off (contract
// 6.2). Reviewers must exist and be able to read the repository. The error is Invalid, a sentence without fields.
func (d *Decisions) PutEnvironment(ctx context.Context, a slipway.Actor, r slipway.Repository, name string, in slipway.EnvironmentRequest) (e slipway.Environment, err error) {
	if err := r.CheckWritable(); err != nil {
		return slipway.Environment{}, err
	}
	if err := slipway.CheckEnvironmentName(name); err != nil {
		return slipway.Environment{}, err
	}
	if err := in.Check(); err != nil {
		return slipway.Environment{}, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		reviewers, err := checkReviewers(tx, r, in.Reviewers)
		if err != nil {
			return err
		}
		var made bool
		if e, made, err = tx.EnsureEnvironment(r.ID, strings.TrimSpace(name)); err != nil {
			return err
		}
		setRules(&e, in, reviewers)
		e.UpdatedAt = tx.Now()
		if err := tx.SetEnvironment(&e); err != nil {
			return err
		}
		if !e.CustomBranchPolicies() {
			if err := tx.RemoveBranchPolicies(e.ID); err != nil {
				return err
			}
		}
		action := "edited"
		if made {
			action = "created"
		}
		return record(tx, a, r.ID, "environment", action, slipway.Subject{Environment: e.Name})
	})
	return e, err
}

// checkReviewers refuses reviewers that do not exist or cannot see the repository, and says who the others are.
func checkReviewers(tx Tx, r slipway.Repository, reviewers []slipway.Reviewer) ([]slipway.Reviewer, error) {
	checked := make([]slipway.Reviewer, 0, len(reviewers))
	for _, reviewer := range reviewers {
		check := reviewingUser
		if reviewer.Type == slipway.ReviewerTeam {
			check = reviewingTeam
		}
		err := check(tx, r, &reviewer)
		if slipway.KindOf(err) == slipway.NotFound {
			return nil, slipway.UnknownReviewer(reviewer)
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(checked, func(c slipway.Reviewer) bool { return c.Type == reviewer.Type && c.ID == reviewer.ID }) {
			checked = append(checked, reviewer)
		}
	}
	return checked, nil
}

// reviewingUser fills in who a reviewer is: NotFound unless it is a person who can read the repository.
func reviewingUser(tx Tx, r slipway.Repository, reviewer *slipway.Reviewer) error {
	account, err := tx.Account(reviewer.ID)
	if err != nil {
		return err
	}
	role, err := grantedRole(tx, account, r)
	if err != nil {
		return err
	}
	if account.Type != slipway.User || slipway.RoleIn(slipway.Actor{Account: account}, r, role) < slipway.RoleRead {
		return slipway.Fail(slipway.NotFound, "")
	}
	reviewer.Account = &account
	return nil
}

// reviewingTeam fills in who a reviewer is: NotFound unless it is a team of the organization whose repository it is, which all
// its members read.
func reviewingTeam(tx Tx, r slipway.Repository, reviewer *slipway.Reviewer) error {
	team, err := tx.Team(reviewer.ID)
	if err == nil && team.Organization.ID != r.Owner.ID {
		err = slipway.Fail(slipway.NotFound, "")
	}
	reviewer.Team = &team
	return err
}

// setRules puts the request's rules in place of the environment's.
func setRules(e *slipway.Environment, in slipway.EnvironmentRequest, reviewers []slipway.Reviewer) {
	if in.CanAdminsBypass != nil {
		e.CanAdminsBypass = *in.CanAdminsBypass
	}
	e.WaitTimer, e.RequiredReviewers, e.BranchPolicy = nil, nil, nil
	if in.WaitTimer > 0 {
		e.WaitTimer = &slipway.WaitTimer{Minutes: in.WaitTimer}
	}
	if len(reviewers) > 0 {
		e.RequiredReviewers = &slipway.RequiredReviewers{PreventSelfReview: in.PreventSelfReview, Reviewers: reviewers}
	}
	if in.BranchPolicy != nil {
		e.BranchPolicy = &slipway.BranchPolicy{
			ProtectedBranches: in.BranchPolicy.ProtectedBranches, CustomBranchPolicies: in.BranchPolicy.CustomBranchPolicies,
		}
	}
}

// DeleteEnvironment removes an environment and its rules. Deployments to it stay, and so does its name in them. NotFound when
// there is none.
func (d *Decisions) DeleteEnvironment(ctx context.Context, a slipway.Actor, r slipway.Repository, name string) error {
	return d.update(ctx, r.ID, func(tx Tx) error {
		e, err := tx.Environment(r.ID, name)
		if err != nil {
			return notFound(err)
		}
		if err := r.CheckWritable(); err != nil {
			return err
		}
		if err := tx.RemoveEnvironment(r.ID, e.ID); err != nil {
			return err
		}
		return record(tx, a, r.ID, "environment", "deleted", slipway.Subject{Environment: e.Name})
	})
}

// ensureEnvironment makes the environment that a deployment or a status names, or refuses to where the server's setting says
// so. resource is what the refusal is about.
func (d *Decisions) ensureEnvironment(tx Tx, a slipway.Actor, repositoryID int64, resource, name string) error {
	if d.settings.RefuseUnknownEnvs {
		_, err := tx.Environment(repositoryID, name)
		if slipway.KindOf(err) == slipway.NotFound {
			return slipway.ValidationFailed(slipway.Detail{Resource: resource, Field: "environment", Code: "missing"})
		}
		return err
	}
	e, made, err := tx.EnsureEnvironment(repositoryID, name)
	if err != nil || !made {
		return err
	}
	return record(tx, a, repositoryID, "environment", "created", slipway.Subject{Environment: e.Name})
}
