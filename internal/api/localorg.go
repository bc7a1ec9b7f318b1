package api

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// localOrganizationRoutes are the part of the administration interface about organizations and teams, and what is done to
// repositories as a whole.
func (a *API) localOrganizationRoutes() map[string]localHandler {
	return map[string]localHandler{
		"PATCH repositories":       a.localEditRepository,
		"PUT protected-branches":   a.localProtectBranches,
		"DELETE repositories":      a.localDeleteRepository,
		"GET organizations":        a.localOrganizations,
		"POST organizations":       a.localCreateOrganization,
		"POST members":             a.localAddMember,
		"DELETE members":           a.localRemoveMember,
		"GET teams":                a.localTeams,
		"POST teams":               a.localCreateTeam,
		"POST team-members":        a.localAddTeamMember,
		"DELETE team-members":      a.localRemoveTeamMember,
		"POST team-repositories":   a.localAddTeamRole,
		"DELETE team-repositories": a.localRemoveTeamRole,
	}
}

func (a *API) localOrganizations(ctx context.Context, _ *http.Request, _ []byte) (any, error) {
	all, err := a.deploy.Organizations(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]wire.LocalOrganization, len(all))
	for i, org := range all {
		out[i] = wire.FromLocalOrganization(org)
		members, err := a.deploy.Members(ctx, localAdministrator, org)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			out[i].Members = append(out[i].Members, wire.NewLocalMember(m.Account, m.Admin))
		}
	}
	return out, nil
}

func (a *API) localCreateOrganization(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalOrganization(body)
	if err != nil {
		return nil, err
	}
	org, err := a.deploy.CreateOrganization(ctx, localAdministrator, in.Login, in.Name)
	if err != nil {
		return nil, err
	}
	return wire.FromLocalOrganization(org), nil
}

func (a *API) localAddMember(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalMember(body)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.AddMember(ctx, localAdministrator, in.Organization, in.Login, in.Admin)
}

func (a *API) localRemoveMember(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalMember(body)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.RemoveMember(ctx, localAdministrator, in.Organization, in.Login)
}

func (a *API) localTeams(ctx context.Context, r *http.Request, _ []byte) (any, error) {
	orgs, err := a.deploy.Organizations(ctx)
	if err != nil {
		return nil, err
	}
	if only := queryValue(r, "organization"); only != "" {
		org, err := a.deploy.Organization(ctx, only)
		if err != nil {
			return nil, slipway.Fail(slipway.NotFound, "there is no organization "+only)
		}
		orgs = []slipway.Account{org}
	}
	out := []wire.LocalTeam{}
	for _, org := range orgs {
		teams, err := a.deploy.Teams(ctx, localAdministrator, org)
		if err != nil {
			return nil, err
		}
		for _, t := range teams {
			shown, err := a.localTeam(ctx, t)
			if err != nil {
				return nil, err
			}
			out = append(out, shown)
		}
	}
	return out, nil
}

// localTeam is a team with its people and what it may do.
func (a *API) localTeam(ctx context.Context, t slipway.Team) (wire.LocalTeam, error) {
	detail, err := a.deploy.TeamByID(ctx, localAdministrator, t.ID)
	out := wire.FromLocalTeam(detail.Team)
	for _, m := range detail.Members {
		out.Members = append(out.Members, m.Login)
	}
	for _, r := range detail.Repositories {
		out.Repositories = append(out.Repositories, wire.LocalTeamRole{FullName: r.Repository.FullName(), Role: r.Role.String()})
	}
	return out, err
}

func (a *API) localCreateTeam(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalTeam(body)
	if err != nil {
		return nil, err
	}
	t, err := a.deploy.CreateTeam(ctx, localAdministrator, deploy.NewTeam{
		Organization: in.Organization, Name: in.Name, Description: in.Description,
	})
	if err != nil {
		return nil, err
	}
	return wire.FromLocalTeam(t), nil
}

func (a *API) localAddTeamMember(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	return a.localTeamMember(ctx, body, true)
}

func (a *API) localRemoveTeamMember(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	return a.localTeamMember(ctx, body, false)
}

func (a *API) localTeamMember(ctx context.Context, body []byte, member bool) (any, error) {
	in, err := wire.DecodeLocalMember(body)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.SetTeamMember(ctx, localAdministrator, in.Organization, in.Team, in.Login, member)
}

func (a *API) localAddTeamRole(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalTeamRole(body)
	if err != nil {
		return nil, err
	}
	role, err := slipway.ParseRole(in.Role)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.SetTeamRole(ctx, localAdministrator, in.Organization, in.Team, in.Owner, in.Name, role)
}

func (a *API) localRemoveTeamRole(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalTeamRole(body)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.SetTeamRole(ctx, localAdministrator, in.Organization, in.Team, in.Owner, in.Name, slipway.RoleNone)
}

func (a *API) localEditRepository(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalRepositoryEdit(body)
	if err != nil {
		return nil, err
	}
	found, err := a.localRepository(ctx, in.Owner, in.Name)
	if err != nil {
		return nil, err
	}
	r, err := a.deploy.EditRepository(ctx, localAdministrator, found, deploy.RepositoryEdit{
		Name: in.NewName, Description: in.Description, Homepage: in.Homepage, DefaultBranch: in.DefaultBranch,
		Private: in.Private, Archived: in.Archived,
	})
	if err != nil {
		return nil, err
	}
	return wire.FromLocalRepository(r, a.options.URLs), nil
}

func (a *API) localProtectBranches(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalProtection(body)
	if err != nil {
		return nil, err
	}
	found, err := a.localRepository(ctx, in.Owner, in.Name)
	if err != nil {
		return nil, err
	}
	r, err := a.deploy.ProtectBranches(ctx, localAdministrator, found, in.Patterns)
	if err != nil {
		return nil, err
	}
	return wire.FromLocalRepository(r, a.options.URLs), nil
}

func (a *API) localDeleteRepository(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalRepositoryEdit(body)
	if err != nil {
		return nil, err
	}
	found, err := a.localRepository(ctx, in.Owner, in.Name)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.RemoveRepository(ctx, localAdministrator, found)
}

// localRepository finds a repository by the name it has today: what is deleted by its name must be the one that was meant.
func (a *API) localRepository(ctx context.Context, owner, name string) (slipway.Repository, error) {
	found, err := a.deploy.FindRepository(ctx, localAdministrator, owner, name)
	switch {
	case slipway.KindOf(err) == slipway.NotFound:
		return slipway.Repository{}, slipway.Fail(slipway.NotFound, "there is no repository "+owner+"/"+name)
	case err == nil && found.Moved:
		return slipway.Repository{}, slipway.Fail(slipway.NotFound, owner+"/"+name+" is called "+found.Repository.FullName()+" now")
	}
	return found.Repository, err
}
