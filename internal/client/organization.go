package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// CreateOrganization makes an organization; 422 when the login is taken.
func (c *Client) CreateOrganization(ctx context.Context, in wire.LocalOrganizationRequest) (wire.LocalOrganization, error) {
	return call[wire.LocalOrganization](ctx, c, http.MethodPost, "/organizations", in)
}

// Organizations lists the organizations with their members, oldest first.
func (c *Client) Organizations(ctx context.Context) ([]wire.LocalOrganization, error) {
	return call[[]wire.LocalOrganization](ctx, c, http.MethodGet, "/organizations", nil)
}

// AddMember lets an account belong to an organization.
func (c *Client) AddMember(ctx context.Context, in wire.LocalMemberRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/members", in)
	return err
}

// RemoveMember ends a membership, and the member's part in the organization's teams.
func (c *Client) RemoveMember(ctx context.Context, in wire.LocalMemberRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/members", in)
	return err
}

// CreateTeam makes a team; 422 when the name is taken.
func (c *Client) CreateTeam(ctx context.Context, in wire.LocalTeamRequest) (wire.LocalTeam, error) {
	return call[wire.LocalTeam](ctx, c, http.MethodPost, "/teams", in)
}

// Teams lists the teams of an organization, or of all where org is empty.
func (c *Client) Teams(ctx context.Context, org string) ([]wire.LocalTeam, error) {
	path := "/teams"
	if org != "" {
		path += "?organization=" + url.QueryEscape(org)
	}
	return call[[]wire.LocalTeam](ctx, c, http.MethodGet, path, nil)
}

// AddTeamMember puts a member of the organization into a team.
func (c *Client) AddTeamMember(ctx context.Context, in wire.LocalMemberRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/team-members", in)
	return err
}

// RemoveTeamMember takes an account out of a team.
func (c *Client) RemoveTeamMember(ctx context.Context, in wire.LocalMemberRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/team-members", in)
	return err
}

// AddTeamRepository gives a team a role in a repository of its organization.
func (c *Client) AddTeamRepository(ctx context.Context, in wire.LocalTeamRoleRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/team-repositories", in)
	return err
}

// RemoveTeamRepository takes a team's role in a repository away.
func (c *Client) RemoveTeamRepository(ctx context.Context, in wire.LocalTeamRoleRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/team-repositories", in)
	return err
}

// EditRepository changes a repository, its name included.
func (c *Client) EditRepository(ctx context.Context, in wire.LocalRepositoryEdit) (wire.LocalRepository, error) {
	return call[wire.LocalRepository](ctx, c, http.MethodPatch, "/repositories", in)
}

// ProtectBranches says which branches of a repository are protected.
func (c *Client) ProtectBranches(ctx context.Context, in wire.LocalProtection) (wire.LocalRepository, error) {
	return call[wire.LocalRepository](ctx, c, http.MethodPut, "/protected-branches", in)
}

// DeleteRepository deletes a repository for ever.
func (c *Client) DeleteRepository(ctx context.Context, owner, name string) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/repositories", wire.LocalRepositoryEdit{Owner: owner, Name: name})
	return err
}
