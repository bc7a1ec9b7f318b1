package object

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/slipway-deploy/slipway"
)

// Node is whatever an id identifies.
type Node interface {
	IsNode()
	ID() string
}

// The other interfaces of the schema.
type (
	// UniformResourceLocatable is what has a page.
	UniformResourceLocatable interface{ IsUniformResourceLocatable() }
	// RequirableByPullRequest is what may be required before a pull request is merged.
	RequirableByPullRequest interface{ IsRequirableByPullRequest() }
)

// nodes finds the objects of ids. What is there and what the caller may see are asked in a few reads for all of them; an
// object that is absent and one that is hidden are refused in the same words.
func (s *Session) nodes(ctx context.Context, ids []string) ([]Node, []error) {
	found, errs := make([]Node, len(ids)), make([]error, len(ids))
	wanted := map[string][]slipway.Node{}
	parsed := make([]slipway.Node, len(ids))
	for i, id := range ids {
		if n, ok := slipway.ParseNodeID(id); ok {
			parsed[i] = n
			wanted[n.Type] = append(wanted[n.Type], n)
		}
	}
	objects := map[slipway.Node]Node{}
	failed := map[string]error{}
	for kind, list := range wanted {
		failed[kind] = s.find(ctx, kind, list, objects)
	}
	for i, id := range ids {
		switch object := objects[parsed[i]]; {
		case object != nil:
			found[i] = object
		case failed[parsed[i].Type] != nil:
			errs[i] = failed[parsed[i].Type]
		default:
			errs[i] = noNode(id)
		}
	}
	return found, errs
}

// find looks for nodes of one type, and leaves those the caller may see in objects.
func (s *Session) find(ctx context.Context, kind string, list []slipway.Node, objects map[slipway.Node]Node) error {
	switch kind {
	case "User", "Organization", "Bot":
		return s.findAccounts(ctx, kind, list, objects)
	case "Deployment":
		return s.findDeployments(ctx, list, objects)
	case "DeploymentStatus":
		return s.findDeploymentStatuses(ctx, list, objects)
	case "StatusContext":
		return s.findStatusContexts(ctx, list, objects)
	case "Environment":
		return s.findEnvironments(ctx, list, objects)
	case "CheckRun":
		return s.findCheckRuns(ctx, list, objects)
	case "CheckSuite":
		return s.findCheckSuites(ctx, list, objects)
	}
	one := map[string]func(context.Context, slipway.Node) (Node, error){
		"Repository": s.findRepository, "Commit": s.findCommit, "Ref": s.findRef,
		"App": s.findApp, "Team": s.findTeam, "Tag": s.findObject, "Tree": s.findObject, "Blob": s.findObject,
		"Status": s.findStatus, "StatusCheckRollup": s.findRollup, "DeploymentProtectionRule": s.findRule,
	}[kind]
	if one == nil {
		return nil
	}
	for _, n := range list {
		object, err := one(ctx, n)
		if err := absent(err); err != nil {
			return err
		}
		if err == nil && object != nil {
			objects[n] = object
		}
	}
	return nil
}

func idsOf(list []slipway.Node) []int64 {
	ids := make([]int64, len(list))
	for i, n := range list {
		ids[i] = n.ID
	}
	return ids
}

func (s *Session) findAccounts(ctx context.Context, kind string, list []slipway.Node, objects map[slipway.Node]Node) error {
	rows, err := s.Deploy.AccountsByID(ctx, idsOf(list))
	for _, row := range rows {
		if string(row.Type) == kind {
			objects[slipway.Node{Type: kind, ID: row.ID}], _ = s.actor(&row).(Node)
		}
	}
	return err
}

// visibleDeployments finds deployments, and of those the caller may see the objects.
func (s *Session) visibleDeployments(ctx context.Context, ids []int64) (map[int64]*Deployment, error) {
	rows, err := s.Deploy.DeploymentsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	visible := map[int64]*Deployment{}
	repositories := map[int64]*Repository{}
	var shown []slipway.Deployment
	for _, row := range rows {
		r, err := s.repositoryByID(ctx, row.RepositoryID, toReadDeployments)
		if err == nil {
			repositories[row.RepositoryID] = r
			shown = append(shown, row)
		} else if !refused(err) {
			return nil, err
		}
	}
	for _, d := range s.newDeployments(shown, func(row slipway.Deployment) *Repository { return repositories[row.RepositoryID] }) {
		visible[d.row.ID] = d
	}
	return visible, nil
}

// refused reports whether an error says that the caller may not see something, or that it is not there.
func refused(err error) bool {
	switch slipway.KindOf(err) {
	case slipway.NotFound, slipway.Forbidden, slipway.Unauthorized:
		return true
	}
	return false
}

func (s *Session) findDeployments(ctx context.Context, list []slipway.Node, objects map[slipway.Node]Node) error {
	visible, err := s.visibleDeployments(ctx, idsOf(list))
	for id, d := range visible {
		objects[slipway.Node{Type: "Deployment", ID: id}] = d
	}
	return err
}

func (s *Session) findDeploymentStatuses(ctx context.Context, list []slipway.Node, objects map[slipway.Node]Node) error {
	rows, err := s.Deploy.DeploymentStatusesByID(ctx, idsOf(list))
	if err != nil {
		return err
	}
	var of []int64
	for _, row := range rows {
		of = append(of, row.DeploymentID)
	}
	visible, err := s.visibleDeployments(ctx, of)
	for _, row := range rows {
		if d := visible[row.DeploymentID]; d != nil {
			objects[slipway.Node{Type: "DeploymentStatus", ID: row.ID}] = &DeploymentStatus{deployment: d, row: row}
		}
	}
	return err
}

func (s *Session) findStatusContexts(ctx context.Context, list []slipway.Node, objects map[slipway.Node]Node) error {
	rows, err := s.Deploy.CommitStatusesByID(ctx, idsOf(list))
	if err != nil {
		return err
	}
	siblings := commitsOf{}
	for _, row := range rows {
		of, err := siblings.of(ctx, s, row.RepositoryID, row.SHA, toReadStatuses)
		if err != nil {
			return err
		}
		if of != nil {
			objects[slipway.Node{Type: "StatusContext", ID: row.ID}] = &StatusContext{of, row}
		}
	}
	return nil
}

func (s *Session) findCheckRuns(ctx context.Context, list []slipway.Node, objects map[slipway.Node]Node) error {
	rows, err := s.Deploy.CheckRunsByID(ctx, idsOf(list))
	if err != nil {
		return err
	}
	siblings := commitsOf{}
	for _, row := range rows {
		of, err := siblings.of(ctx, s, row.RepositoryID, row.SHA, toReadChecks)
		if err != nil {
			return err
		}
		if of != nil {
			objects[slipway.Node{Type: "CheckRun", ID: row.ID}] = &CheckRun{of, row}
		}
	}
	return nil
}

func (s *Session) findCheckSuites(ctx context.Context, list []slipway.Node, objects map[slipway.Node]Node) error {
	rows, err := s.Deploy.CheckSuitesByID(ctx, idsOf(list))
	if err != nil {
		return err
	}
	siblings := commitsOf{}
	for _, row := range rows {
		of, err := siblings.of(ctx, s, row.RepositoryID, row.SHA, toReadChecks)
		if err != nil {
			return err
		}
		if of != nil {
			objects[slipway.Node{Type: "CheckSuite", ID: row.ID}] = &CheckSuite{of, row}
		}
	}
	return nil
}

// commitsOf are the commits that nodes are about, by repository.
type commitsOf map[int64]*commits

// of is where a commit of a repository is among its siblings: nil when the caller may not do there what a need says.
func (c commitsOf) of(ctx context.Context, s *Session, repositoryID int64, sha slipway.SHA, n slipway.Need) (*commits, error) {
	r, err := s.repositoryByID(ctx, repositoryID, n)
	if err != nil {
		return nil, absent(concealed(err))
	}
	if c[repositoryID] == nil {
		c[repositoryID] = &commits{repository: r}
	}
	c[repositoryID].add(sha)
	return c[repositoryID], nil
}

func (s *Session) findEnvironments(ctx context.Context, list []slipway.Node, objects map[slipway.Node]Node) error {
	rows, err := s.Deploy.EnvironmentsByID(ctx, idsOf(list))
	if err != nil {
		return err
	}
	byRepository := map[int64][]slipway.Environment{}
	for _, row := range rows {
		byRepository[row.RepositoryID] = append(byRepository[row.RepositoryID], row)
	}
	for id, rows := range byRepository {
		r, err := s.repositoryByID(ctx, id, toReadEnvironments)
		if err != nil && !refused(err) {
			return err
		}
		if err != nil {
			continue
		}
		for _, e := range newEnvironments(r, rows) {
			objects[slipway.Node{Type: "Environment", RepositoryID: id, ID: e.row.ID}] = e
		}
	}
	return nil
}

func (s *Session) findRepository(ctx context.Context, n slipway.Node) (Node, error) {
	r, err := s.repositoryByID(ctx, n.ID, seen...)
	if err != nil {
		return nil, concealed(err)
	}
	return r, nil
}

// concealed gives a refusal the words of an absence.
func concealed(err error) error {
	if refused(err) {
		return slipway.Fail(slipway.NotFound, "Not Found")
	}
	return err
}

func (s *Session) findCommit(ctx context.Context, n slipway.Node) (Node, error) {
	c, err := s.commitOf(ctx, n)
	if err != nil || c == nil {
		return nil, err
	}
	return c, nil
}

// commitOf finds the commit of a node that names one.
func (s *Session) commitOf(ctx context.Context, n slipway.Node) (*Commit, error) {
	r, err := s.repositoryByID(ctx, n.RepositoryID, toReadCode)
	if err != nil {
		return nil, concealed(err)
	}
	one := &commits{repository: r, shas: []slipway.SHA{n.SHA}}
	return one.at(ctx, n.SHA)
}

func (s *Session) findRef(ctx context.Context, n slipway.Node) (Node, error) {
	r, err := s.repositoryByID(ctx, n.RepositoryID, toReadCode)
	if err != nil {
		return nil, concealed(err)
	}
	found, err := s.Deploy.FindRef(ctx, r.row, n.Ref)
	if err != nil {
		return nil, err
	}
	return newRef(r, found, nil)
}

// findApp finds an app: everybody sees those.
func (s *Session) findApp(ctx context.Context, n slipway.Node) (Node, error) {
	row, err := s.Deploy.AppByID(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	return &App{s, row}, nil
}

// findTeam finds a team that is shown to the caller.
func (s *Session) findTeam(ctx context.Context, n slipway.Node) (Node, error) {
	if err := slipway.Allowed(s.Actor, slipway.ToReadOrganizations, slipway.Repository{}, slipway.RoleNone); err != nil {
		return nil, concealed(err)
	}
	found, err := s.Deploy.TeamByID(ctx, s.Actor, n.ID)
	if err != nil {
		return nil, concealed(err)
	}
	return &Team{s, found.Team}, nil
}

// findObject finds a tag, tree or blob.
func (s *Session) findObject(ctx context.Context, n slipway.Node) (Node, error) {
	r, err := s.repositoryByID(ctx, n.RepositoryID, toReadCode)
	if err != nil {
		return nil, concealed(err)
	}
	found, err := r.objectAt(ctx, n.SHA)
	node, ok := found.(Node)
	if err != nil || !ok || node.ID() != n.String() {
		return nil, err
	}
	return node, nil
}

func (s *Session) findStatus(ctx context.Context, n slipway.Node) (Node, error) {
	c, err := s.commitOf(ctx, n)
	if err != nil || c == nil {
		return nil, err
	}
	status, err := c.Status(ctx)
	if err != nil || status == nil {
		return nil, concealed(err)
	}
	return status, nil
}

func (s *Session) findRollup(ctx context.Context, n slipway.Node) (Node, error) {
	c, err := s.commitOf(ctx, n)
	if err != nil || c == nil {
		return nil, err
	}
	rollup, err := c.StatusCheckRollup(ctx)
	if err != nil || rollup == nil {
		return nil, concealed(err)
	}
	return rollup, nil
}

func (s *Session) findRule(ctx context.Context, n slipway.Node) (Node, error) {
	row, err := s.Deploy.EnvironmentOfRule(ctx, n.ID)
	if err != nil || row.RepositoryID != n.RepositoryID {
		return nil, err
	}
	r, err := s.repositoryByID(ctx, n.RepositoryID, toReadEnvironments)
	if err != nil {
		return nil, concealed(err)
	}
	for _, rule := range newEnvironments(r, []slipway.Environment{row})[0].rules() {
		if rule.ruleID == n.ID {
			return rule, nil
		}
	}
	return nil, nil
}

// addError leaves the error of one element of the list that is being resolved.
func addError(ctx context.Context, index int, err error) {
	path := append(ast.Path{}, graphql.GetPath(ctx)...)
	e := gqlerror.WrapPath(append(path, ast.PathIndex(index)), err)
	if f := graphql.GetFieldContext(ctx); f != nil && f.Field.Position != nil {
		e.Locations = []gqlerror.Location{{Line: f.Field.Position.Line, Column: f.Field.Position.Column}}
	}
	graphql.AddError(ctx, e)
}
