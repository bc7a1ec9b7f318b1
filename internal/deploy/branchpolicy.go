package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// BranchPolicies remembers the patterns of branches and tags that may be deployed to environments.
type BranchPolicies interface {
	BranchPolicy(environmentID, id int64) (slipway.DeploymentBranchPolicy, error)
	BranchPolicyByName(environmentID int64, kind slipway.RefKind, name string) (slipway.DeploymentBranchPolicy, error)
	ListBranchPolicies(environmentID int64, p Page) ([]slipway.DeploymentBranchPolicy, error) // oldest first
	CountBranchPolicies(environmentID int64) (int, error)
	InsertBranchPolicy(p *slipway.DeploymentBranchPolicy) error
	SetBranchPolicy(p slipway.DeploymentBranchPolicy) error // its name
	RemoveBranchPolicy(environmentID, id int64) error
	RemoveBranchPolicies(environmentID int64) error
}

// ListBranchPolicies lists an environment's deployment branch policies, oldest first: none where other rules or none decide
// which branches may be deployed. NotFound when there is no such environment.
func (d *Decisions) ListBranchPolicies(ctx context.Context, r slipway.Repository, environment string, p Page) (list Listed[slipway.DeploymentBranchPolicy], err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list = Listed[slipway.DeploymentBranchPolicy]{Exact: true}
		e, err := tx.Environment(r.ID, environment)
		if err != nil {
			return notFound(err)
		}
		if list.Items, err = tx.ListBranchPolicies(e.ID, p); err != nil {
			return err
		}
		list.Total, err = tx.CountBranchPolicies(e.ID)
		return err
	})
	return list, err
}

// BranchPolicy finds a deployment branch policy: NotFound when the environment has none of that id.
func (d *Decisions) BranchPolicy(ctx context.Context, r slipway.Repository, environment string, id int64) (p slipway.DeploymentBranchPolicy, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		_, p, err = branchPolicy(tx, r, environment, id)
		return err
	})
	return p, err
}

func branchPolicy(tx Tx, r slipway.Repository, environment string, id int64) (e slipway.Environment, p slipway.DeploymentBranchPolicy, err error) {
	if e, err = tx.Environment(r.ID, environment); err == nil {
		p, err = tx.BranchPolicy(e.ID, id)
	}
	return e, p, notFound(err)
}

// CustomBranchPolicies answers NotFound unless the environment exists and may have deployment branch policies (contract 6.3).
func (d *Decisions) CustomBranchPolicies(ctx context.Context, r slipway.Repository, environment string) error {
	return d.store.View(ctx, func(tx Tx) error {
		_, err := customEnvironment(tx, r, environment)
		return err
	})
}

func customEnvironment(tx Tx, r slipway.Repository, name string) (slipway.Environment, error) {
	e, err := tx.Environment(r.ID, name)
	if err == nil && !e.CustomBranchPolicies() {
		err = slipway.Fail(slipway.NotFound, "Not Found")
	}
	return e, notFound(err)
}

// CreateBranchPolicy adds a deployment branch policy to an environment. made is false when the environment has it already,
// which is then what is answered. NotFound unless the environment takes such policies.
func (d *Decisions) CreateBranchPolicy(ctx context.Context, a slipway.Actor, r slipway.Repository, environment string, in slipway.DeploymentBranchPolicyRequest) (p slipway.DeploymentBranchPolicy, made bool, err error) {
	if err := r.CheckWritable(); err != nil {
		return p, false, err
	}
	if err := in.Check(); err != nil {
		return p, false, err
	}
	in = in.WithDefaults()
	err = d.update(ctx, r.ID, func(tx Tx) error {
		made = false
		e, err := customEnvironment(tx, r, environment)
		if err != nil {
			return err
		}
		p, err = tx.BranchPolicyByName(e.ID, in.Type, in.Name)
		if slipway.KindOf(err) != slipway.NotFound {
			return err
		}
		made = true
		p = slipway.DeploymentBranchPolicy{EnvironmentID: e.ID, Name: in.Name, Type: in.Type}
		if err := tx.InsertBranchPolicy(&p); err != nil {
			return err
		}
		return record(tx, a, r.ID, "environment", "edited", slipway.Subject{Environment: e.Name})
	})
	return p, made, err
}

// RenameBranchPolicy gives a deployment branch policy another pattern; its kind stays. NotFound when there is none. Invalid:
// the pattern, or another policy of the environment has it.
func (d *Decisions) RenameBranchPolicy(ctx context.Context, a slipway.Actor, r slipway.Repository, environment string, id int64, name string) (p slipway.DeploymentBranchPolicy, err error) {
	if err := r.CheckWritable(); err != nil {
		return p, err
	}
	if err := (slipway.DeploymentBranchPolicyRequest{Name: name}).Check(); err != nil {
		return p, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		var e slipway.Environment
		if e, p, err = branchPolicy(tx, r, environment, id); err != nil {
			return err
		}
		other, err := tx.BranchPolicyByName(e.ID, p.Type, name)
		switch {
		case err == nil && other.ID == p.ID:
			return nil
		case err == nil:
			return slipway.BranchPolicyTaken()
		case slipway.KindOf(err) != slipway.NotFound:
			return err
		}
		p.Name = name
		if err := tx.SetBranchPolicy(p); err != nil {
			return err
		}
		return record(tx, a, r.ID, "environment", "edited", slipway.Subject{Environment: e.Name})
	})
	return p, err
}

// DeleteBranchPolicy removes a deployment branch policy: NotFound when there is none.
func (d *Decisions) DeleteBranchPolicy(ctx context.Context, a slipway.Actor, r slipway.Repository, environment string, id int64) error {
	return d.update(ctx, r.ID, func(tx Tx) error {
		e, p, err := branchPolicy(tx, r, environment, id)
		if err != nil {
			return err
		}
		if err := r.CheckWritable(); err != nil {
			return err
		}
		if err := tx.RemoveBranchPolicy(e.ID, p.ID); err != nil {
			return err
		}
		return record(tx, a, r.ID, "environment", "edited", slipway.Subject{Environment: e.Name})
	})
}
