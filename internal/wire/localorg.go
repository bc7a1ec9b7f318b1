package wire

import (
	"time"

	"github.com/slipway-deploy/slipway"
)

// LocalOrganizationRequest asks for an organization (POST organizations).
type LocalOrganizationRequest struct {
	Login string `json:"login"`
	Name  string `json:"name,omitempty"`
}

// DecodeLocalOrganization reads a LocalOrganizationRequest.
func DecodeLocalOrganization(body []byte) (LocalOrganizationRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalOrganizationRequest{}, err
	}
	in := LocalOrganizationRequest{Login: m.text("login"), Name: m.text("name")}
	m.require("login")
	return in, m.err()
}

// LocalOrganization is an organization with its people.
type LocalOrganization struct {
	ID        int64         `json:"id"`
	Login     string        `json:"login"`
	Name      string        `json:"name"`
	Members   []LocalMember `json:"members"`
	CreatedAt time.Time     `json:"created_at"`
}

// LocalMember is a member of an organization.
type LocalMember struct {
	Login string `json:"login"`
	Role  string `json:"role"` // member or admin
}

// FromLocalOrganization shows an organization to the administrator; members are added by whoever calls it.
func FromLocalOrganization(a slipway.Account) LocalOrganization {
	return LocalOrganization{
		ID: a.ID, Login: a.Login, Name: a.Name, Members: []LocalMember{}, CreatedAt: wholeSecond(a.CreatedAt),
	}
}

// NewLocalMember shows a member.
func NewLocalMember(a slipway.Account, admin bool) LocalMember {
	return LocalMember{Login: a.Login, Role: membershipRole(admin, "admin")}
}

// LocalMemberRequest lets an account belong to an organization or a team, or ends that (POST and DELETE members,
// team-members).
type LocalMemberRequest struct {
	Organization string `json:"organization"`
	Team         string `json:"team,omitempty"` // a slug
	Login        string `json:"login"`
	Admin        bool   `json:"admin,omitempty"`
}

// DecodeLocalMember reads a LocalMemberRequest.
func DecodeLocalMember(body []byte) (LocalMemberRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalMemberRequest{}, err
	}
	in := LocalMemberRequest{
		Organization: m.text("organization"), Team: m.text("team"), Login: m.text("login"), Admin: m.flag("admin", false),
	}
	m.require("organization", "login")
	return in, m.err()
}

// LocalTeamRequest asks for a team (POST teams).
type LocalTeamRequest struct {
	Organization string `json:"organization"`
	Name         string `json:"name"`
	Description  string `json:"description,omitempty"`
}

// DecodeLocalTeam reads a LocalTeamRequest.
func DecodeLocalTeam(body []byte) (LocalTeamRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalTeamRequest{}, err
	}
	in := LocalTeamRequest{Organization: m.text("organization"), Name: m.text("name"), Description: m.text("description")}
	m.require("organization", "name")
	return in, m.err()
}

// LocalTeam is a team with its people and what it may do.
type LocalTeam struct {
	ID           int64           `json:"id"`
	Organization string          `json:"organization"`
	Slug         string          `json:"slug"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Members      []string        `json:"members"`
	Repositories []LocalTeamRole `json:"repositories"`
	CreatedAt    time.Time       `json:"created_at"`
}

// LocalTeamRole is a team's role in a repository.
type LocalTeamRole struct {
	FullName string `json:"full_name"`
	Role     string `json:"role"`
}

// FromLocalTeam shows a team to the administrator; members and repositories are added by whoever calls it.
func FromLocalTeam(t slipway.Team) LocalTeam {
	return LocalTeam{
		ID: t.ID, Organization: t.Organization.Login, Slug: t.Slug, Name: t.Name, Description: t.Description,
		Members: []string{}, Repositories: []LocalTeamRole{}, CreatedAt: wholeSecond(t.CreatedAt),
	}
}

// LocalTeamRoleRequest gives a team a role in a repository, or takes it away (POST and DELETE team-repositories).
type LocalTeamRoleRequest struct {
	Organization string `json:"organization"`
	Team         string `json:"team"` // a slug
	Owner        string `json:"owner"`
	Name         string `json:"name"`
	Role         string `json:"role,omitempty"`
}

// DecodeLocalTeamRole reads a LocalTeamRoleRequest.
func DecodeLocalTeamRole(body []byte) (LocalTeamRoleRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalTeamRoleRequest{}, err
	}
	in := LocalTeamRoleRequest{
		Organization: m.text("organization"), Team: m.text("team"), Owner: m.text("owner"), Name: m.text("name"), Role: m.text("role"),
	}
	m.require("organization", "team", "owner", "name")
	return in, m.err()
}

// LocalProtection says which branches of a repository are protected (PUT protected-branches): those that a pattern matches, or
// without patterns the default branch.
type LocalProtection struct {
	Owner    string   `json:"owner"`
	Name     string   `json:"name"`
	Patterns []string `json:"patterns,omitempty"`
}

// DecodeLocalProtection reads a LocalProtection.
func DecodeLocalProtection(body []byte) (LocalProtection, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalProtection{}, err
	}
	in := LocalProtection{Owner: m.text("owner"), Name: m.text("name"), Patterns: m.list("patterns")}
	m.require("owner", "name")
	return in, m.err()
}

// LocalRepositoryEdit changes a repository (PATCH repositories). What is left out stays as it is.
type LocalRepositoryEdit struct {
	Owner         string  `json:"owner"`
	Name          string  `json:"name"`
	NewName       *string `json:"new_name,omitempty"`
	Description   *string `json:"description,omitempty"`
	Homepage      *string `json:"homepage,omitempty"`
	DefaultBranch *string `json:"default_branch,omitempty"`
	Private       *bool   `json:"private,omitempty"`
	Archived      *bool   `json:"archived,omitempty"`
}

// DecodeLocalRepositoryEdit reads a LocalRepositoryEdit.
func DecodeLocalRepositoryEdit(body []byte) (LocalRepositoryEdit, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalRepositoryEdit{}, err
	}
	in := LocalRepositoryEdit{
		Owner: m.text("owner"), Name: m.text("name"), NewName: m.str("new_name"), Description: m.str("description"),
		Homepage: m.str("homepage"), DefaultBranch: m.str("default_branch"), Private: m.boolean("private"), Archived: m.boolean("archived"),
	}
	m.require("owner", "name")
	return in, m.err()
}
