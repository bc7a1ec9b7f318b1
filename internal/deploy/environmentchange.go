package deploy

import (
	"context"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// EnvironmentChange names the rules of an environment to change; nil leaves them as they are.
type EnvironmentChange struct {
	WaitTimer         *int
	PreventSelfReview *bool
	Reviewers         []slipway.Reviewer // empty but not nil: nobody needs to approve
}

// applied is the environment's rules with the change, as PUT would ask for them.
func (c EnvironmentChange) applied(e slipway.Environment) slipway.EnvironmentRequest {
	in := slipway.EnvironmentRequest{BranchPolicy: e.BranchPolicy}
	if e.WaitTimer != nil {
		in.WaitTimer = e.WaitTimer.Minutes
	}
	if e.RequiredReviewers != nil {
		in.Reviewers, in.PreventSelfReview = e.RequiredReviewers.Reviewers, e.RequiredReviewers.PreventSelfReview
	}
	if c.WaitTimer != nil {
		in.WaitTimer = *c.WaitTimer
	}
	if c.PreventSelfReview != nil {
		in.PreventSelfReview = *c.PreventSelfReview
	}
	if c.Reviewers != nil {
		in.Reviewers = c.Reviewers
	}
	return in
}

// CreateEnvironment makes an environment without rules, or finds the one of that name as it is. The error is Invalid, a
// sentence without fields, when it cannot be called so.
func (d *Decisions) CreateEnvironment(ctx context.Context, a slipway.Actor, r slipway.Repository, name string) (e slipway.Environment, err error) {
	if err := firstOf(r.CheckWritable(), slipway.CheckEnvironmentName(name)); err != nil {
		return slipway.Environment{}, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		var made bool
		if e, made, err = tx.EnsureEnvironment(r.ID, strings.TrimSpace(name)); err != nil {
			return err
		}
		if made {
			return record(tx, a, r.ID, "environment", "created", slipway.Subject{Environment: e.Name})
		}
		e, err = tx.Environment(r.ID, name)
		return err
	})
	return e, err
}

// ChangeEnvironment changes some rules of an environment and leaves the others: NotFound when there is none, otherwise as
// PutEnvironment.
func (d *Decisions) ChangeEnvironment(ctx context.Context, a slipway.Actor, r slipway.Repository, name string, change EnvironmentChange) (e slipway.Environment, err error) {
	if err := r.CheckWritable(); err != nil {
		return slipway.Environment{}, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		if e, err = tx.Environment(r.ID, name); err != nil {
			return notFound(err)
		}
		in := change.applied(e)
		if err := in.Check(); err != nil {
			return err
		}
		reviewers, err := checkReviewers(tx, r, in.Reviewers)
		if err != nil {
			return err
		}
		setRules(&e, in, reviewers)
		e.UpdatedAt = tx.Now()
		if err := tx.SetEnvironment(&e); err != nil {
			return err
		}
		return record(tx, a, r.ID, "environment", "edited", slipway.Subject{Environment: e.Name})
	})
	return e, err
}
