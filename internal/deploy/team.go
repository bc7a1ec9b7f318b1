package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// Teams remembers teams and who is in them.
type Teams interface {
	Team(id int64) (slipway.Team, error)
	TeamBySlug(organizationID int64, slug string) (slipway.Team, error)
	TeamsOf(organizationID int64) ([]slipway.Team, error)     // by slug
	TeamsOfMember(accountID int64) ([]slipway.Team, error)    // by id
	InsertTeam(t *slipway.Team) error                         // t.Organization.ID says whose
	TeamMembers(teamID int64) ([]slipway.Account, error)      // by id
	SetTeamMember(teamID, accountID int64, member bool) error // false removes: NotFound when there is none
}

// TeamAccess remembers which roles teams have in repositories.
type TeamAccess interface {
	TeamRepositories(teamID int64) ([]Access, error)                    // by repository
	SetTeamRole(teamID, repositoryID int64, role slipway.Role) error    // RoleNone removes
	TeamRole(repositoryID, accountID int64) (slipway.Role, error)       // the greatest of an account's teams'; RoleNone: none
	TeamRoles(repositoryID int64) (map[int64]slipway.Role, error)       // the same for every account that has one
	CollaborationsOf(accountID int64) (repositories []int64, err error) // as a collaborator, not through teams
}

// NewTeam asks for a team.
type NewTeam struct {
	Organization string
	Name         string
	Description  string
}

// CreateTeam makes a team; administrators of the organization or the server may. A name whose slug is taken is Invalid.
func (d *Decisions) CreateTeam(ctx context.Context, a slipway.Actor, in NewTeam) (t slipway.Team, err error) {
	if err := slipway.CheckTeamName(in.Name); err != nil {
		return t, err
	}
	if !isText(in.Description, maxRepositoryDescription) {
		return t, teamError("description", "description must be text of at most 350 characters")
	}
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		org, err := administered(tx, a, in.Organization)
		if err != nil {
			return err
		}
		t = slipway.Team{
			Organization: org, Name: in.Name, Slug: slipway.TeamSlug(in.Name), Description: in.Description,
			CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
		}
		if _, err := tx.TeamBySlug(org.ID, t.Slug); slipway.KindOf(err) != slipway.NotFound {
			return firstOf(err, slipway.ValidationFailed(slipway.Detail{Resource: "Team", Field: "name", Code: "already_exists"}))
		}
		if err := tx.InsertTeam(&t); err != nil {
			return err
		}
		return recordAuthority(tx, a, "team", "created", slipway.Subject{TeamID: t.ID, OrganizationID: org.ID})
	})
	return t, err
}

func teamError(field, message string) error {
	return slipway.ValidationFailed(slipway.Detail{Resource: "Team", Field: field, Code: "custom", Message: message})
}

// SetTeamMember lets a member of the organization be in a team, or no longer be in it.
func (d *Decisions) SetTeamMember(ctx context.Context, a slipway.Actor, org, slug, login string, member bool) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		t, err := administeredTeam(tx, a, org, slug)
		if err != nil {
			return err
		}
		account, err := tx.AccountByLogin(login)
		if err != nil {
			return absent(a, err, "account "+login)
		}
		action := "member_removed"
		if member {
			action = "member_added"
			if _, err := tx.Membership(t.Organization.ID, account.ID); slipway.KindOf(err) == slipway.NotFound {
				return teamError("user", login+" is not a member of "+t.Organization.Login)
			} else if err != nil {
				return err
			}
		}
		if err := tx.SetTeamMember(t.ID, account.ID, member); err != nil {
			return absent(a, err, "member "+login+" of "+org+"/"+slug)
		}
		return recordAuthority(tx, a, "team", action, slipway.Subject{TeamID: t.ID, AccountID: account.ID, OrganizationID: t.Organization.ID})
	})
}

// SetTeamRole gives a team a role in a repository of its organization, in place of the one it had there; RoleNone takes it away.
func (d *Decisions) SetTeamRole(ctx context.Context, a slipway.Actor, org, slug, owner, name string, role slipway.Role) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		t, err := administeredTeam(tx, a, org, slug)
		if err != nil {
			return err
		}
		r, err := tx.RepositoryByName(owner, name)
		if err != nil {
			return absent(a, err, "repository "+owner+"/"+name)
		}
		if r.Owner.ID != t.Organization.ID {
			return teamError("repository", r.FullName()+" does not belong to "+t.Organization.Login)
		}
		if err := tx.SetTeamRole(t.ID, r.ID, role); err != nil {
			return err
		}
		action := "team_added"
		if role == slipway.RoleNone {
			action = "team_removed"
		}
		if err := record(tx, a, r.ID, "repository", action, slipway.Subject{TeamID: t.ID, Role: role}); err != nil {
			return err
		}
		return tx.BumpAuthVersion()
	})
}

// administeredTeam finds a team of an organization that the actor administers.
func administeredTeam(tx Tx, a slipway.Actor, org, slug string) (slipway.Team, error) {
	found, err := administered(tx, a, org)
	if err != nil {
		return slipway.Team{}, err
	}
	t, err := tx.TeamBySlug(found.ID, slipway.TeamSlug(slug))
	return t, absent(a, err, "team "+org+"/"+slug)
}

// Teams lists an organization's teams, by slug, for its members and administrators of the server; for others they do not exist.
func (d *Decisions) Teams(ctx context.Context, a slipway.Actor, org slipway.Account) (list []slipway.Team, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if err := belongs(tx, a, org.ID); err != nil {
			return err
		}
		list, err = tx.TeamsOf(org.ID)
		return err
	})
	return list, err
}

// TeamDetail is a team with its members and the repositories it has a part in.
type TeamDetail struct {
	slipway.Team
	Members      []Member // an organization's administrators maintain its teams
	Repositories []Access
}

// Team finds a team of an organization by its slug, for whom it is shown to: NotFound when there is none.
func (d *Decisions) Team(ctx context.Context, a slipway.Actor, org slipway.Account, slug string) (TeamDetail, error) {
	return d.team(ctx, a, func(tx Tx) (slipway.Team, error) { return tx.TeamBySlug(org.ID, slipway.TeamSlug(slug)) })
}

// TeamByID is Team for the numeric form of addresses.
func (d *Decisions) TeamByID(ctx context.Context, a slipway.Actor, id int64) (TeamDetail, error) {
	return d.team(ctx, a, func(tx Tx) (slipway.Team, error) { return tx.Team(id) })
}

func (d *Decisions) team(ctx context.Context, a slipway.Actor, find func(Tx) (slipway.Team, error)) (t TeamDetail, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if t.Team, err = find(tx); err != nil {
			return notFound(err)
		}
		if err := belongs(tx, a, t.Organization.ID); err != nil {
			return err
		}
		return t.read(tx, a)
	})
	return t, err
}

// read fills in who is in the team and what it may do, as far as the actor may see it.
func (t *TeamDetail) read(tx Tx, a slipway.Actor) error {
	accounts, err := tx.TeamMembers(t.ID)
	if err != nil {
		return err
	}
	t.Members = nil
	for _, account := range accounts {
		m, err := tx.Membership(t.Organization.ID, account.ID)
		if err != nil {
			return err
		}
		t.Members = append(t.Members, Member{Account: account, Admin: m.Admin})
	}
	all, err := tx.TeamRepositories(t.ID)
	if err != nil {
		return err
	}
	repositories := make([]slipway.Repository, len(all))
	roles := make(map[int64]slipway.Role, len(all))
	for i, r := range all {
		repositories[i], roles[r.Repository.ID] = r.Repository, r.Role
	}
	t.Repositories, err = visible(tx, a, repositories)
	for i, r := range t.Repositories {
		t.Repositories[i].Role = roles[r.Repository.ID]
	}
	return err
}

// TeamsOfMember lists the teams the actor is in, in all organizations.
func (d *Decisions) TeamsOfMember(ctx context.Context, a slipway.Actor) (list []TeamDetail, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list = nil
		teams, err := tx.TeamsOfMember(a.Account.ID)
		if err != nil {
			return err
		}
		for _, t := range teams {
			detail := TeamDetail{Team: t}
			if err := detail.read(tx, a); err != nil {
				return err
			}
			list = append(list, detail)
		}
		return nil
	})
	return list, err
}
