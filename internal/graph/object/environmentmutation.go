package object

import (
	"context"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func lower(state string) string { return strings.ToLower(state) }

// CreateEnvironmentInput asks for an environment.
type CreateEnvironmentInput struct {
	ClientMutationID *string
	Name             string
	RepositoryID     string
}

// CreateEnvironmentPayload is the environment, new or existing.
type CreateEnvironmentPayload struct {
	ClientMutationID *string
	Environment      *Environment
}

// CreateEnvironment makes an environment, or finds the one of that name.
func (m *Mutation) CreateEnvironment(ctx context.Context, input CreateEnvironmentInput) (*CreateEnvironmentPayload, error) {
	r, err := m.repository(ctx, input.RepositoryID, slipway.ToWriteEnvironments)
	if err != nil {
		return nil, err
	}
	made, err := m.s.Deploy.CreateEnvironment(ctx, m.s.Actor, r.row, input.Name)
	if err != nil {
		return nil, err
	}
	return &CreateEnvironmentPayload{input.ClientMutationID, newEnvironments(r, []slipway.Environment{made})[0]}, nil
}

// UpdateEnvironmentInput names the rules to change.
type UpdateEnvironmentInput struct {
	ClientMutationID  *string
	EnvironmentID     string
	PreventSelfReview *bool
	Reviewers         []string
	WaitTimer         *int
}

// UpdateEnvironmentPayload is the environment as it then is.
type UpdateEnvironmentPayload struct {
	ClientMutationID *string
	Environment      *Environment
}

// UpdateEnvironment changes an environment's rules; what the input does not name stays as it is.
func (m *Mutation) UpdateEnvironment(ctx context.Context, input UpdateEnvironmentInput) (*UpdateEnvironmentPayload, error) {
	e, err := m.environment(ctx, input.EnvironmentID)
	if err != nil {
		return nil, err
	}
	change := deploy.EnvironmentChange{WaitTimer: input.WaitTimer, PreventSelfReview: input.PreventSelfReview}
	if input.Reviewers != nil {
		if change.Reviewers, err = reviewers(input.Reviewers); err != nil {
			return nil, err
		}
	}
	r := e.siblings.repository
	row, err := m.s.Deploy.ChangeEnvironment(ctx, m.s.Actor, r.row, e.row.Name, change)
	if err != nil {
		return nil, hidden(err, noNode(input.EnvironmentID))
	}
	return &UpdateEnvironmentPayload{input.ClientMutationID, newEnvironments(r, []slipway.Environment{row})[0]}, nil
}

// reviewers reads the ids of those who may approve. Whether they exist and may is asked when the rule is written.
func reviewers(ids []string) ([]slipway.Reviewer, error) {
	list := make([]slipway.Reviewer, 0, len(ids))
	for _, id := range ids {
		n, ok := slipway.ParseNodeID(id)
		if !ok || n.Type != slipway.ReviewerUser && n.Type != slipway.ReviewerTeam {
			return nil, noNode(id)
		}
		list = append(list, slipway.Reviewer{Type: n.Type, ID: n.ID})
	}
	return list, nil
}

// DeleteEnvironmentInput names an environment to remove.
type DeleteEnvironmentInput struct {
	ClientMutationID *string
	ID               string
}

// DeleteEnvironmentPayload says that it is gone.
type DeleteEnvironmentPayload struct{ ClientMutationID *string }

// DeleteEnvironment removes an environment and its rules; its deployments stay.
func (m *Mutation) DeleteEnvironment(ctx context.Context, input DeleteEnvironmentInput) (*DeleteEnvironmentPayload, error) {
	e, err := m.environment(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	if err := m.s.Deploy.DeleteEnvironment(ctx, m.s.Actor, e.siblings.repository.row, e.row.Name); err != nil {
		return nil, hidden(err, noNode(input.ID))
	}
	return &DeleteEnvironmentPayload{input.ClientMutationID}, nil
}

// environment finds the environment that an input names, if the caller may change it.
func (m *Mutation) environment(ctx context.Context, id string) (*Environment, error) {
	node, ok := slipway.ParseNodeID(id)
	if !ok || node.Type != "Environment" {
		return nil, noNode(id)
	}
	objects := map[slipway.Node]Node{}
	if err := m.s.findEnvironments(ctx, []slipway.Node{node}, objects); err != nil {
		return nil, err
	}
	e, _ := objects[node].(*Environment)
	if e == nil {
		return nil, noNode(id)
	}
	return e, hidden(e.siblings.repository.may(ctx, slipway.ToWriteEnvironments), noNode(id))
}

// ApproveDeploymentsInput names deployments to approve.
type ApproveDeploymentsInput struct {
	ClientMutationID *string
	Comment          *string
	EnvironmentIds   []string
	WorkflowRunID    string
}

// ApproveDeploymentsPayload lists what was approved.
type ApproveDeploymentsPayload struct {
	ClientMutationID *string
	Deployments      []*Deployment
}

// RejectDeploymentsInput names deployments to reject.
type RejectDeploymentsInput ApproveDeploymentsInput

// RejectDeploymentsPayload lists what was rejected.
type RejectDeploymentsPayload ApproveDeploymentsPayload

// nothingWaits refuses a review: no rule holds a deployment back, so none is there to be approved.
var nothingWaits = &Error{typeUnprocessed, "There are no pending deployment requests to approve or reject."}

// ApproveDeployments approves deployments that wait: none does.
func (m *Mutation) ApproveDeployments(ctx context.Context, input ApproveDeploymentsInput) (*ApproveDeploymentsPayload, error) {
	return nil, m.review(ctx, input)
}

// RejectDeployments rejects deployments that wait: none does.
func (m *Mutation) RejectDeployments(ctx context.Context, input RejectDeploymentsInput) (*RejectDeploymentsPayload, error) {
	return nil, m.review(ctx, ApproveDeploymentsInput(input))
}

// review refuses a review: first for what is named and the caller may not see, which is then as if it were not there.
func (m *Mutation) review(ctx context.Context, in ApproveDeploymentsInput) error {
	found, errs := m.s.nodes(ctx, append([]string{in.WorkflowRunID}, in.EnvironmentIds...))
	for i, err := range errs {
		if err != nil {
			return err
		}
		if _, ok := found[i].(*Environment); !ok && i > 0 {
			return noNode(in.EnvironmentIds[i-1])
		}
	}
	return nothingWaits
}
