package wire

import (
	"math"

	"github.com/slipway-deploy/slipway"
)

// DecodeEnvironment reads the body of PUT environments (contract 6.2). All members are optional, and those that are absent
// or null switch their rule off. The range of wait_timer is checked here, because the refusal quotes the number as it was
// spelled.
func DecodeEnvironment(body []byte) (slipway.EnvironmentRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return slipway.EnvironmentRequest{}, err
	}
	in := slipway.EnvironmentRequest{
		PreventSelfReview: m.flag("prevent_self_review", false), CanAdminsBypass: m.boolean("can_admins_bypass"),
	}
	if minutes := m.integer("wait_timer", 0, slipway.MaxWaitTimer); minutes != nil {
		in.WaitTimer = int(*minutes)
	}
	for _, o := range m.objects("reviewers") {
		o.require("type", "id")
		reviewer := slipway.Reviewer{Type: o.text("type")}
		if id := o.integer("id", 1, math.MaxInt64); id != nil {
			reviewer.ID = *id
		}
		in.Reviewers = append(in.Reviewers, reviewer)
	}
	if o := m.object("deployment_branch_policy"); o != nil {
		o.require("protected_branches", "custom_branch_policies")
		in.BranchPolicy = &slipway.BranchPolicy{
			ProtectedBranches:    o.flag("protected_branches", false),
			CustomBranchPolicies: o.flag("custom_branch_policies", false),
		}
	}
	return in, m.err()
}

// FromEnvironment is an environment with the rules that are on (contract 6.1).
func FromEnvironment(e slipway.Environment, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.environment(e, r, u) })
}

// FromEnvironments is a page of a repository's environments; total counts all of them.
func FromEnvironments(total int, list []slipway.Environment, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.num("total_count", int64(total))
		w.key("environments")
		w.openArray()
		for _, e := range list {
			w.item()
			w.environment(e, r, u)
		}
		w.closeArray()
		w.close()
	})
}

func (w *writer) environment(e slipway.Environment, r slipway.Repository, u slipway.URLs) {
	w.open()
	w.num("id", e.ID)
	w.str("node_id", slipway.EnvironmentNodeID(r.ID, e.ID))
	w.str("name", e.Name)
	w.str("url", u.Environment(r, e.Name))
	w.str("html_url", u.EnvironmentHTML(r, e.Name))
	w.at("created_at", e.CreatedAt)
	w.at("updated_at", e.UpdatedAt)
	w.boolean("can_admins_bypass", e.CanAdminsBypass)
	w.key("protection_rules")
	w.openArray()
	w.protectionRules(e, r, u)
	w.closeArray()
	if e.BranchPolicy == nil {
		w.null("deployment_branch_policy")
	} else {
		w.object("deployment_branch_policy", func() {
			w.boolean("protected_branches", e.BranchPolicy.ProtectedBranches)
			w.boolean("custom_branch_policies", e.BranchPolicy.CustomBranchPolicies)
		})
	}
	w.close()
}

// protectionRules writes the rules that are on, in the order of contract 6.1.
func (w *writer) protectionRules(e slipway.Environment, r slipway.Repository, u slipway.URLs) {
	if rule := e.RequiredReviewers; rule != nil {
		w.rule(r, rule.RuleID, "required_reviewers", func() {
			w.boolean("prevent_self_review", rule.PreventSelfReview)
			w.reviewers(rule.Reviewers, u)
		})
	}
	if rule := e.WaitTimer; rule != nil {
		w.rule(r, rule.RuleID, "wait_timer", func() { w.num("wait_timer", int64(rule.Minutes)) })
	}
	if rule := e.BranchPolicy; rule != nil {
		w.rule(r, rule.RuleID, "branch_policy", func() {})
	}
}

func (w *writer) rule(r slipway.Repository, id int64, kind string, fill func()) {
	w.item()
	w.open()
	w.num("id", id)
	w.str("node_id", slipway.GateNodeID(r.ID, id))
	w.str("type", kind)
	fill()
	w.close()
}

// reviewers writes those reviewers who still exist: clients take apart what they are shown.
func (w *writer) reviewers(list []slipway.Reviewer, u slipway.URLs) {
	w.key("reviewers")
	w.openArray()
	for _, reviewer := range list {
		if reviewer.Account == nil && reviewer.Team == nil {
			continue
		}
		w.item()
		w.open()
		w.str("type", reviewer.Type)
		if reviewer.Team != nil {
			w.object("reviewer", func() { w.teamMembers(*reviewer.Team, u) })
		} else {
			w.maybeAccount("reviewer", reviewer.Account, u)
		}
		w.close()
	}
	w.closeArray()
}
