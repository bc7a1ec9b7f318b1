package store

import (
	"encoding/json"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Environment finds an environment by its name, in any case.
func (t *tx) Environment(repositoryID int64, name string) (slipway.Environment, error) {
	row, err := t.q.GetEnvironment(t.ctx, db.GetEnvironmentParams{RepositoryID: repositoryID, NameKey: slipway.Key(name)})
	if err != nil {
		return slipway.Environment{}, t.failed("environment", err)
	}
	list, err := t.environments([]db.Environment{row})
	if err != nil {
		return slipway.Environment{}, err
	}
	return list[0], nil
}

// ListEnvironments is one page of a repository's environments, newest first.
func (t *tx) ListEnvironments(repositoryID int64, p deploy.Page) ([]slipway.Environment, error) {
	limit, skip := span(p)
	rows, err := t.q.ListEnvironments(t.ctx, db.ListEnvironmentsParams{RepositoryID: repositoryID, Lim: limit, Skip: skip})
	if err != nil {
		return nil, t.failed("list environments", err)
	}
	return t.environments(rows)
}

// CountEnvironments says how many environments a repository has.
func (t *tx) CountEnvironments(repositoryID int64) (int, error) {
	n, err := t.counter(repositoryID, counterEnvironments, "")
	return int(n), err
}

// EnsureEnvironment finds an environment by its name, without its rules, or makes one that has none. It is on the way of
// every deployment, which asks only that the environment is there.
func (t *tx) EnsureEnvironment(repositoryID int64, name string) (e slipway.Environment, made bool, err error) {
	row, err := t.q.GetEnvironment(t.ctx, db.GetEnvironmentParams{RepositoryID: repositoryID, NameKey: slipway.Key(name)})
	err = t.failed("ensure environment", err)
	if err == nil || slipway.KindOf(err) != slipway.NotFound {
		return environmentOf(row), false, err
	}
	e = slipway.Environment{
		RepositoryID: repositoryID, Name: name, CreatedAt: t.now, UpdatedAt: t.now, CanAdminsBypass: true,
	}
	e.ID, err = t.q.InsertEnvironment(t.ctx, db.InsertEnvironmentParams{
		RepositoryID: repositoryID, Name: name, NameKey: slipway.Key(name), CanAdminsBypass: e.CanAdminsBypass,
		CreatedAt: t.now, UpdatedAt: t.now,
	})
	if err != nil {
		return slipway.Environment{}, false, t.failed("ensure environment", err)
	}
	return e, true, t.count(repositoryID, counterEnvironments, "", 1)
}

// SetEnvironment changes an environment's CanAdminsBypass, UpdatedAt and rules. A rule that says what it said keeps its
// id; one that says something else is a new one (contract 6.1); one that is nil is removed.
func (t *tx) SetEnvironment(e *slipway.Environment) error {
	n, err := t.q.UpdateEnvironment(t.ctx, db.UpdateEnvironmentParams{
		CanAdminsBypass: e.CanAdminsBypass, UpdatedAt: micro(e.UpdatedAt), ID: e.ID, RepositoryID: e.RepositoryID,
	})
	if err := t.changed("set environment", n, err); err != nil {
		return err
	}
	rows, err := t.q.ListEnvironmentRules(t.ctx, e.ID)
	if err != nil {
		return t.failed("environment rules", err)
	}
	kept := map[string]db.EnvironmentRule{}
	for _, row := range rows {
		kept[row.Kind] = row
	}
	for _, rule := range rulesOf(e) {
		if err := t.setRule(e.ID, kept[rule.kind], rule); err != nil {
			return err
		}
	}
	return nil
}

// setRule makes the row of one kind say what it should; was is the zero row when there is none.
func (t *tx) setRule(environmentID int64, was db.EnvironmentRule, rule rule) error {
	if rule.id != nil && was.Value == rule.value {
		*rule.id = was.ID
		return nil
	}
	if was.ID != 0 {
		if err := t.q.DeleteEnvironmentRule(t.ctx, was.ID); err != nil {
			return t.failed("remove environment rule", err)
		}
	}
	if rule.id == nil {
		return nil
	}
	id, err := t.q.InsertEnvironmentRule(t.ctx, db.InsertEnvironmentRuleParams{
		EnvironmentID: environmentID, Kind: rule.kind, Value: rule.value,
	})
	if err != nil {
		return t.failed("insert environment rule", err)
	}
	*rule.id = id
	return nil
}

// RemoveEnvironment removes an environment and its rules. Its deployments stay.
func (t *tx) RemoveEnvironment(repositoryID, id int64) error {
	if _, err := t.q.GetEnvironmentByID(t.ctx, db.GetEnvironmentByIDParams{ID: id, RepositoryID: repositoryID}); err != nil {
		return t.failed("remove environment", err)
	}
	if err := t.q.DeleteEnvironmentRules(t.ctx, id); err != nil {
		return t.failed("remove environment rules", err)
	}
	if err := t.RemoveBranchPolicies(id); err != nil {
		return err
	}
	if err := t.q.DeleteProtectionRules(t.ctx, id); err != nil {
		return t.failed("remove protection rules", err)
	}
	n, err := t.q.DeleteEnvironment(t.ctx, db.DeleteEnvironmentParams{ID: id, RepositoryID: repositoryID})
	if err := t.changed("remove environment", n, err); err != nil {
		return err
	}
	return t.count(repositoryID, counterEnvironments, "", -1)
}

// environments adds the rules and the reviewers' accounts to rows.
func (t *tx) environments(rows []db.Environment) ([]slipway.Environment, error) {
	list := make([]slipway.Environment, len(rows))
	byID := map[int64]*slipway.Environment{}
	ids := make([]int64, len(rows))
	for i, e := range rows {
		list[i] = environmentOf(e)
		byID[e.ID], ids[i] = &list[i], e.ID
	}
	rules, err := t.rules(ids)
	if err != nil {
		return nil, err
	}
	for _, row := range rules {
		if err := addRule(byID[row.EnvironmentID], row); err != nil {
			return nil, failure("environment rule", err)
		}
	}
	return list, t.addReviewers(list)
}

func environmentOf(e db.Environment) slipway.Environment {
	return slipway.Environment{
		ID: e.ID, RepositoryID: e.RepositoryID, Name: e.Name, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt,
		CanAdminsBypass: e.CanAdminsBypass,
	}
}

func (t *tx) rules(ids []int64) (rows []db.EnvironmentRule, err error) {
	switch len(ids) {
	case 0:
	case 1:
		rows, err = t.q.ListEnvironmentRules(t.ctx, ids[0])
	default:
		rows, err = t.q.ListRulesOfEnvironments(t.ctx, idList(ids))
	}
	return rows, t.failed("environment rules", err)
}

// addReviewers looks up the users and teams who are named as reviewers.
func (t *tx) addReviewers(list []slipway.Environment) error {
	var users []int64
	teams := map[int64]*slipway.Team{}
	each := func(do func(*slipway.Reviewer)) {
		for i := range list {
			if list[i].RequiredReviewers == nil {
				continue
			}
			for j := range list[i].RequiredReviewers.Reviewers {
				do(&list[i].RequiredReviewers.Reviewers[j])
			}
		}
	}
	each(func(r *slipway.Reviewer) {
		if r.Type == slipway.ReviewerTeam {
			teams[r.ID] = nil
		} else {
			users = append(users, r.ID)
		}
	})
	who, err := t.creators(users)
	if err != nil {
		return err
	}
	for id := range teams {
		team, err := t.Team(id)
		if err == nil {
			teams[id] = &team
		}
		if err := absent(err); err != nil {
			return err
		}
	}
	each(func(r *slipway.Reviewer) {
		if r.Type == slipway.ReviewerTeam {
			r.Team = teams[r.ID]
		} else {
			r.Account = who[r.ID]
		}
	})
	return nil
}

// Kinds of rules, as kept.
const (
	ruleWaitTimer         = "wait_timer"
	ruleRequiredReviewers = "required_reviewers"
	ruleBranchPolicy      = "branch_policy"
)

// rule is one kind of rule of an environment: what it says, and where its id goes. A nil id: there is no such rule.
type rule struct {
	kind  string
	value string
	id    *int64
}

// The members of rules as they are kept: a storage format, not an API shape.
type (
	waitTimer struct {
		Minutes int `json:"minutes"`
	}
	requiredReviewers struct {
		PreventSelfReview bool       `json:"prevent_self_review"`
		Reviewers         []reviewer `json:"reviewers"`
	}
	reviewer struct {
		Type string `json:"type"`
		ID   int64  `json:"id"`
	}
	branchPolicy struct {
		ProtectedBranches    bool `json:"protected_branches"`
		CustomBranchPolicies bool `json:"custom_branch_policies"`
	}
)

// rulesOf lists all kinds, in the order they are shown in, whether the environment has them or not.
func rulesOf(e *slipway.Environment) []rule {
	rules := []rule{{kind: ruleRequiredReviewers}, {kind: ruleWaitTimer}, {kind: ruleBranchPolicy}}
	if r := e.RequiredReviewers; r != nil {
		kept := requiredReviewers{PreventSelfReview: r.PreventSelfReview}
		for _, who := range r.Reviewers {
			kept.Reviewers = append(kept.Reviewers, reviewer{who.Type, who.ID})
		}
		rules[0].id, rules[0].value = &r.RuleID, encode(kept)
	}
	if r := e.WaitTimer; r != nil {
		rules[1].id, rules[1].value = &r.RuleID, encode(waitTimer{r.Minutes})
	}
	if r := e.BranchPolicy; r != nil {
		rules[2].id, rules[2].value = &r.RuleID, encode(branchPolicy{r.ProtectedBranches, r.CustomBranchPolicies})
	}
	return rules
}

// addRule gives an environment what a row says.
func addRule(e *slipway.Environment, row db.EnvironmentRule) error {
	value := []byte(row.Value)
	switch row.Kind {
	case ruleWaitTimer:
		var v waitTimer
		err := json.Unmarshal(value, &v)
		e.WaitTimer = &slipway.WaitTimer{RuleID: row.ID, Minutes: v.Minutes}
		return err
	case ruleRequiredReviewers:
		var v requiredReviewers
		err := json.Unmarshal(value, &v)
		e.RequiredReviewers = &slipway.RequiredReviewers{RuleID: row.ID, PreventSelfReview: v.PreventSelfReview}
		for _, who := range v.Reviewers {
			e.RequiredReviewers.Reviewers = append(e.RequiredReviewers.Reviewers, slipway.Reviewer{Type: who.Type, ID: who.ID})
		}
		return err
	case ruleBranchPolicy:
		var v branchPolicy
		err := json.Unmarshal(value, &v)
		e.BranchPolicy = &slipway.BranchPolicy{
			RuleID: row.ID, ProtectedBranches: v.ProtectedBranches, CustomBranchPolicies: v.CustomBranchPolicies,
		}
		return err
	}
	return nil
}

// encode is JSON text of a value that always encodes.
func encode(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
