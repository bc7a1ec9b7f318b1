package store

import (
	"errors"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Team finds a team by its id.
func (t *tx) Team(id int64) (slipway.Team, error) {
	row, err := t.q.GetTeam(t.ctx, id)
	return teamOf(row.Team, row.Account), t.failed("team", err)
}

// TeamBySlug finds a team of an organization by its slug.
func (t *tx) TeamBySlug(organizationID int64, slug string) (slipway.Team, error) {
	row, err := t.q.GetTeamBySlug(t.ctx, db.GetTeamBySlugParams{OrganizationID: organizationID, Slug: slug})
	return teamOf(row.Team, row.Account), t.failed("team by slug", err)
}

// TeamsOf lists an organization's teams, by slug.
func (t *tx) TeamsOf(organizationID int64) ([]slipway.Team, error) {
	rows, err := t.q.ListTeams(t.ctx, organizationID)
	list := make([]slipway.Team, 0, len(rows))
	for _, row := range rows {
		list = append(list, teamOf(row.Team, row.Account))
	}
	return list, t.failed("teams", err)
}

// TeamsOfMember lists the teams an account is in, by id.
func (t *tx) TeamsOfMember(accountID int64) ([]slipway.Team, error) {
	rows, err := t.q.ListTeamsOfMember(t.ctx, accountID)
	list := make([]slipway.Team, 0, len(rows))
	for _, row := range rows {
		list = append(list, teamOf(row.Team, row.Account))
	}
	return list, t.failed("teams of a member", err)
}

// InsertTeam adds a team: Conflict when its slug is taken in the organization.
func (t *tx) InsertTeam(team *slipway.Team) error {
	id, err := t.q.InsertTeam(t.ctx, db.InsertTeamParams{
		OrganizationID: team.Organization.ID, Name: team.Name, Slug: team.Slug, Description: team.Description,
		CreatedAt: micro(team.CreatedAt), UpdatedAt: micro(team.UpdatedAt),
	})
	if err != nil {
		return t.failed("insert team", err)
	}
	team.ID = id
	return nil
}

// TeamMembers lists who is in a team, by id.
func (t *tx) TeamMembers(teamID int64) ([]slipway.Account, error) {
	rows, err := t.q.ListTeamMembers(t.ctx, teamID)
	list := make([]slipway.Account, 0, len(rows))
	for _, row := range rows {
		list = append(list, accountOf(row.Account))
	}
	return list, t.failed("team members", err)
}

// SetTeamMember puts an account into a team, or takes it out.
func (t *tx) SetTeamMember(teamID, accountID int64, member bool) error {
	if member {
		err := t.q.SetTeamMember(t.ctx, db.SetTeamMemberParams{TeamID: teamID, AccountID: accountID})
		return errors.Join(t.failed("set team member", err), t.BumpAuthVersion())
	}
	n, err := t.q.DeleteTeamMember(t.ctx, db.DeleteTeamMemberParams{TeamID: teamID, AccountID: accountID})
	return errors.Join(t.changed("remove team member", n, err), t.BumpAuthVersion())
}

// TeamRepositories lists what a team has a part in, by repository.
func (t *tx) TeamRepositories(teamID int64) ([]deploy.Access, error) {
	rows, err := t.q.ListTeamRepositories(t.ctx, teamID)
	list := make([]deploy.Access, 0, len(rows))
	for _, row := range rows {
		list = append(list, deploy.Access{Repository: repositoryOf(row.Repository, row.Account), Role: slipway.Role(row.Role)})
	}
	return list, t.failed("team repositories", err)
}

// SetTeamRole gives a team a role in a repository, or with RoleNone takes it away.
func (t *tx) SetTeamRole(teamID, repositoryID int64, role slipway.Role) error {
	var err error
	if role == slipway.RoleNone {
		err = t.q.DeleteTeamRepository(t.ctx, db.DeleteTeamRepositoryParams{TeamID: teamID, RepositoryID: repositoryID})
	} else {
		err = t.q.SetTeamRepository(t.ctx, db.SetTeamRepositoryParams{TeamID: teamID, RepositoryID: repositoryID, Role: int64(role)})
	}
	return errors.Join(t.failed("set team role", err), t.BumpAuthVersion())
}

// TeamRole is the greatest role that an account's teams have in a repository.
func (t *tx) TeamRole(repositoryID, accountID int64) (slipway.Role, error) {
	role, err := t.q.GetTeamRole(t.ctx, db.GetTeamRoleParams{RepositoryID: repositoryID, AccountID: accountID})
	return slipway.Role(role), t.failed("team role", err)
}

// TeamRoles is TeamRole for every account that has one.
func (t *tx) TeamRoles(repositoryID int64) (map[int64]slipway.Role, error) {
	rows, err := t.q.ListTeamRoles(t.ctx, repositoryID)
	roles := make(map[int64]slipway.Role, len(rows))
	for _, row := range rows {
		roles[row.AccountID] = slipway.Role(row.Role)
	}
	return roles, t.failed("team roles", err)
}

func teamOf(row db.Team, organization db.Account) slipway.Team {
	return slipway.Team{
		ID: row.ID, Organization: accountOf(organization), Name: row.Name, Slug: row.Slug, Description: row.Description,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
}
