package object

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Mutation is what can be changed. Each method is a decision of package deploy; what it refuses, REST refuses in the same
// words.
type Mutation struct{ s *Session }

// Mutation begins a mutation.
func (s *Session) Mutation() *Mutation { return &Mutation{s} }

// CreateDeploymentInput asks for a deployment (contract 10.2). Its defaults are not REST's: the description is empty and not
// null, the payload an empty object.
type CreateDeploymentInput struct {
	AutoMerge        *bool
	ClientMutationID *string
	Description      *string
	Environment      *string
	Payload          *string
	RefID            string
	RepositoryID     string
	RequiredContexts []string
	Task             *string
}

// CreateDeploymentPayload is what came of it: a deployment, or a merge.
type CreateDeploymentPayload struct {
	AutoMerged       *bool
	ClientMutationID *string
	Deployment       *Deployment
}

// CreateDeployment makes a deployment of a branch or tag.
func (m *Mutation) CreateDeployment(ctx context.Context, input CreateDeploymentInput) (*CreateDeploymentPayload, error) {
	r, err := m.repository(ctx, input.RepositoryID, slipway.ToWriteDeployments)
	if err != nil {
		return nil, err
	}
	ref, ok := slipway.ParseNodeID(input.RefID)
	if !ok || ref.Type != "Ref" || ref.RepositoryID != r.row.ID {
		return nil, noNode(input.RefID)
	}
	in := input.request()
	if in.Ref, err = m.s.Deploy.SubmittedName(ctx, r.row, ref.Ref); err != nil {
		return nil, err
	}
	made, err := m.s.Deploy.CreateDeployment(ctx, m.s.Actor, r.row, in, deploy.IdempotencyKey{})
	if err != nil {
		return nil, err
	}
	merged := made.Merged != ""
	out := &CreateDeploymentPayload{AutoMerged: &merged, ClientMutationID: input.ClientMutationID}
	if !merged {
		out.Deployment = r.newDeployments(made.Deployment)[0]
	}
	return out, nil
}

// request is the input as REST would have it, but for the ref.
func (i CreateDeploymentInput) request() slipway.DeploymentRequest {
	description, payload := deref(i.Description), json.RawMessage("{}")
	if i.Payload != nil {
		payload = json.RawMessage(*i.Payload)
		var compact bytes.Buffer
		if json.Compact(&compact, payload) == nil {
			payload = compact.Bytes()
		}
	}
	return slipway.DeploymentRequest{
		Task: deref(i.Task), AutoMerge: i.AutoMerge == nil || *i.AutoMerge, RequiredContexts: i.RequiredContexts, Payload: payload,
		Environment: deref(i.Environment), Description: &description, Era: slipway.E11,
	}
}

// CreateDeploymentStatusInput asks for a report about a deployment.
type CreateDeploymentStatusInput struct {
	AutoInactive     *bool
	ClientMutationID *string
	DeploymentID     string
	Description      *string
	Environment      *string
	EnvironmentURL   *string
	LogURL           *string
	State            string
}

// CreateDeploymentStatusPayload is the report.
type CreateDeploymentStatusPayload struct {
	ClientMutationID *string
	DeploymentStatus *DeploymentStatus
}

// CreateDeploymentStatus reports about a deployment.
func (m *Mutation) CreateDeploymentStatus(ctx context.Context, input CreateDeploymentStatusInput) (*CreateDeploymentStatusPayload, error) {
	d, err := m.deployment(ctx, input.DeploymentID)
	if err != nil {
		return nil, err
	}
	r := d.repository
	status, of, err := m.s.Deploy.CreateDeploymentStatus(ctx, m.s.Actor, r.row, d.row.ID, slipway.StatusRequest{
		State: lower(input.State), Description: deref(input.Description), LogURL: deref(input.LogURL),
		EnvironmentURL: deref(input.EnvironmentURL), Environment: input.Environment,
		AutoInactive: input.AutoInactive == nil || *input.AutoInactive, Era: slipway.E11,
	})
	if err != nil {
		return nil, hidden(err, noNode(input.DeploymentID))
	}
	made := &DeploymentStatus{deployment: r.newDeployments(of)[0], row: status}
	return &CreateDeploymentStatusPayload{ClientMutationID: input.ClientMutationID, DeploymentStatus: made}, nil
}

// DeleteDeploymentInput names a deployment to remove.
type DeleteDeploymentInput struct {
	ClientMutationID *string
	ID               string
}

// DeleteDeploymentPayload says that it is gone.
type DeleteDeploymentPayload struct{ ClientMutationID *string }

// DeleteDeployment removes a deployment and its statuses.
func (m *Mutation) DeleteDeployment(ctx context.Context, input DeleteDeploymentInput) (*DeleteDeploymentPayload, error) {
	d, err := m.deployment(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	if err := m.s.Deploy.DeleteDeployment(ctx, m.s.Actor, d.repository.row, d.row.ID); err != nil {
		return nil, hidden(err, noNode(input.ID))
	}
	return &DeleteDeploymentPayload{input.ClientMutationID}, nil
}

// repository finds the repository that an input names, if the caller may do there what a need says. To those who cannot see
// it, and to those who may only read it, it is not there (contract 1.4).
func (m *Mutation) repository(ctx context.Context, id string, n slipway.Need) (*Repository, error) {
	node, ok := slipway.ParseNodeID(id)
	if !ok || node.Type != "Repository" {
		return nil, noNode(id)
	}
	r, err := m.s.repositoryByID(ctx, node.ID, seen...)
	if err != nil {
		return nil, hidden(concealed(err), noNode(id))
	}
	return r, hidden(r.may(ctx, n), noNode(id))
}

// deployment finds the deployment that an input names, if the caller may write it.
func (m *Mutation) deployment(ctx context.Context, id string) (*Deployment, error) {
	node, ok := slipway.ParseNodeID(id)
	if !ok || node.Type != "Deployment" {
		return nil, noNode(id)
	}
	visible, err := m.s.visibleDeployments(ctx, []int64{node.ID})
	if err != nil {
		return nil, err
	}
	d := visible[node.ID]
	if d == nil {
		return nil, noNode(id)
	}
	return d, hidden(d.repository.may(ctx, slipway.ToWriteDeployments), noNode(id))
}
