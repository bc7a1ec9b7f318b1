package object

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// Environments is an order of environments; the schema calls it so.
type Environments struct{ Direction, Field string }

// Environment is where deployments go.
type Environment struct {
	siblings *environments
	row      slipway.Environment
}

// EnvironmentConnection is a page of environments.
type EnvironmentConnection struct{ Connection[*Environment] }

// EnvironmentEdge is an environment in a page.
type EnvironmentEdge = Edge[*Environment]

// IsNode says that environments have ids.
func (*Environment) IsNode() {}

// environments are siblings of one repository.
type environments struct {
	repository *Repository
	names      []string
	completed  shared[map[string]*Deployment]
}

func newEnvironments(r *Repository, rows []slipway.Environment) []*Environment {
	siblings := &environments{repository: r}
	list := make([]*Environment, len(rows))
	for i, row := range rows {
		list[i] = &Environment{siblings: siblings, row: row}
		siblings.names = append(siblings.names, row.Name)
	}
	return list
}

// DatabaseID is the id REST prints.
func (e *Environment) DatabaseID() *int { return databaseID(e.row.ID) }

// ID is the environment's node_id.
func (e *Environment) ID() string { return slipway.EnvironmentNodeID(e.row.RepositoryID, e.row.ID) }

// IsPinned is never true: there is no page to pin it to.
func (e *Environment) IsPinned() *bool { return new(bool) }

// LatestCompletedDeployment is the newest deployment to it that ended in success, failure or error: null when there is none.
func (e *Environment) LatestCompletedDeployment(ctx context.Context) (*Deployment, error) {
	r := e.siblings.repository
	if err := r.may(ctx, toReadDeployments); err != nil {
		return nil, err
	}
	all, err := e.siblings.completed.get(func() (map[string]*Deployment, error) {
		found, err := r.s.Deploy.LatestCompletedDeployments(ctx, r.row, e.siblings.names)
		byKey := make(map[string]*Deployment, len(found))
		for _, d := range r.newDeployments(found...) {
			byKey[slipway.Key(d.row.Environment)] = d
		}
		return byKey, err
	})
	return all[slipway.Key(e.row.Name)], err
}

// Name is its name, as first written.
func (e *Environment) Name() string { return e.row.Name }

// PinnedPosition is always null.
func (e *Environment) PinnedPosition() *int { return nil }

// ProtectionRules are the rules it has, in REST's order.
func (e *Environment) ProtectionRules(ctx context.Context, after, before *string, first, last *int) (*DeploymentProtectionRuleConnection, error) {
	page, err := listed(ctx, bounds{first, last, after, before}, e.rules(), (*DeploymentProtectionRule).key, false)
	return &DeploymentProtectionRuleConnection{page}, err
}

func (e *Environment) rules() (list []*DeploymentProtectionRule) {
	if r := e.row.RequiredReviewers; r != nil {
		prevent := r.PreventSelfReview
		list = append(list, &DeploymentProtectionRule{environment: e, ruleID: r.RuleID, Type: "REQUIRED_REVIEWERS", PreventSelfReview: &prevent, who: r.Reviewers})
	}
	if r := e.row.WaitTimer; r != nil {
		list = append(list, &DeploymentProtectionRule{environment: e, ruleID: r.RuleID, Type: "WAIT_TIMER", Timeout: r.Minutes})
	}
	if r := e.row.BranchPolicy; r != nil {
		list = append(list, &DeploymentProtectionRule{environment: e, ruleID: r.RuleID, Type: "BRANCH_POLICY"})
	}
	return list
}

// DeploymentProtectionRule is a rule that a deployment to an environment must pass.
type DeploymentProtectionRule struct {
	environment *Environment
	ruleID      int64
	who         []slipway.Reviewer

	PreventSelfReview *bool
	Timeout           int // minutes
	Type              string
}

// DeploymentProtectionRuleConnection is a page of rules.
type DeploymentProtectionRuleConnection struct {
	Connection[*DeploymentProtectionRule]
}

// DeploymentProtectionRuleEdge is a rule in a page.
type DeploymentProtectionRuleEdge = Edge[*DeploymentProtectionRule]

// IsNode says that rules have ids.
func (*DeploymentProtectionRule) IsNode() {}

func (r *DeploymentProtectionRule) key() string { return cursorOfID(r.ruleID) }

// DatabaseID is the id REST prints.
func (r *DeploymentProtectionRule) DatabaseID() *int { return databaseID(r.ruleID) }

// ID is the rule's node_id.
func (r *DeploymentProtectionRule) ID() string {
	return slipway.GateNodeID(r.environment.row.RepositoryID, r.ruleID)
}

// DeploymentReviewer is who may approve a deployment.
type DeploymentReviewer interface {
	IsDeploymentReviewer()
	ID() string
}

// DeploymentReviewerConnection is a page of reviewers.
type DeploymentReviewerConnection struct{ Connection[DeploymentReviewer] }

// DeploymentReviewerEdge is a reviewer in a page.
type DeploymentReviewerEdge = Edge[DeploymentReviewer]

// Reviewers are those who may approve; accounts and teams that are gone are left out.
func (r *DeploymentProtectionRule) Reviewers(ctx context.Context, after, before *string, first, last *int) (*DeploymentReviewerConnection, error) {
	s := r.environment.siblings.repository.s
	var list []DeploymentReviewer
	for _, who := range r.who {
		switch {
		case who.Team != nil:
			list = append(list, &Team{s, *who.Team})
		case who.Account != nil:
			if reviewer, ok := s.actor(who.Account).(DeploymentReviewer); ok {
				list = append(list, reviewer)
			}
		}
	}
	page, err := listed(ctx, bounds{first, last, after, before}, list, DeploymentReviewer.ID, false)
	return &DeploymentReviewerConnection{page}, err
}
