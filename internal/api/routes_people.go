package api

import "github.com/slipway-deploy/slipway"

// The scopes that rows about organizations and teams accept, as the header spells them.
const (
	organizationScopes = "admin:org, read:org, repo, user, write:org"
	teamScopes         = "admin:org, read:org, write:org"
	ownOrgScopes       = "admin:org, read:org, user, write:org"
)

// peopleRoutes are the rows about accounts, organizations, teams, and who works on which repository.
func peopleRoutes() []route {
	return []route{
		// Users
		{method: "GET", pattern: "/user", need: slipway.ToBeAPerson, doc: "users/users#get-the-authenticated-user", do: (*API).currentUser},
		{method: "GET", pattern: "/users/:user", need: slipway.ToBeAnybody, doc: "users/users#get-a-user", do: (*API).getUser},
		{method: "GET", pattern: "/user/#account", need: slipway.ToBeAnybody, doc: "users/users#get-a-user-using-their-id", do: (*API).getUser},
		{method: "GET", pattern: "/users", need: slipway.ToBeAnybody, doc: "users/users#list-users", do: (*API).listUsers},

		// Organizations
		{
			method: "GET", pattern: "/orgs/:org", need: slipway.ToBeAnybody, scopes: organizationScopes,
			doc: "orgs/orgs#get-an-organization", do: (*API).getOrganization,
		},
		{
			method: "GET", pattern: "/orgs/:org/members", need: slipway.ToBeAnybody, scopes: organizationScopes, permission: "members=read",
			doc: "orgs/members#list-organization-members", do: (*API).listMembers,
		},
		{
			method: "GET", pattern: "/orgs/:org/members/:user", need: slipway.ToBeAnybody, scopes: organizationScopes, permission: "members=read",
			doc: "orgs/members#check-organization-membership-for-a-user", do: (*API).checkMember,
		},
		{
			method: "GET", pattern: "/orgs/:org/public_members", need: slipway.ToBeAnybody, scopes: organizationScopes,
			doc: "orgs/members#list-public-organization-members", do: (*API).listPublicMembers,
		},
		{
			method: "GET", pattern: "/orgs/:org/public_members/:user", need: slipway.ToBeAnybody, scopes: organizationScopes,
			doc: "orgs/members#check-public-organization-membership-for-a-user", do: (*API).checkPublicMember,
		},
		{
			method: "GET", pattern: "/orgs/:org/memberships/:user", need: slipway.ToReadOrganizations, scopes: teamScopes, permission: "members=read",
			doc: "orgs/members#get-organization-membership-for-a-user", do: (*API).getMembership,
		},
		{
			method: "GET", pattern: "/user/orgs", need: slipway.ToReadOwnOrganizations, scopes: ownOrgScopes,
			doc: "orgs/orgs#list-organizations-for-the-authenticated-user", do: (*API).listOwnOrganizations,
		},
		{
			method: "GET", pattern: "/users/:user/orgs", need: slipway.ToBeAnybody,
			doc: "orgs/orgs#list-organizations-for-a-user", do: (*API).listOrganizations,
		},

		// Teams
		{
			method: "GET", pattern: "/orgs/:org/teams", need: slipway.ToReadOrganizations, scopes: teamScopes, permission: "members=read",
			doc: "teams/teams#list-teams", do: (*API).listTeams,
		},
		{
			method: "GET", pattern: "/orgs/:org/teams/:team", need: slipway.ToReadOrganizations, scopes: teamScopes, permission: "members=read",
			doc: "teams/teams#get-a-team-by-name", do: (*API).getTeam,
		},
		{
			method: "GET", pattern: "/orgs/:org/teams/:team/members", need: slipway.ToReadOrganizations, scopes: teamScopes, permission: "members=read",
			doc: "teams/members#list-team-members", do: (*API).listTeamMembers,
		},
		{
			method: "GET", pattern: "/orgs/:org/teams/:team/memberships/:user", need: slipway.ToReadOrganizations, scopes: teamScopes, permission: "members=read",
			doc: "teams/members#get-team-membership-for-a-user", do: (*API).getTeamMembership,
		},
		{
			method: "GET", pattern: "/orgs/:org/teams/:team/repos", need: slipway.ToReadOrganizations, scopes: teamScopes, permission: "members=read",
			doc: "teams/teams#list-team-repositories", do: (*API).listTeamRepositories,
		},
		{
			method: "GET", pattern: "/teams/#team", need: slipway.ToReadOrganizations, scopes: teamScopes, permission: "members=read",
			doc: "teams/teams#get-a-team-legacy", do: (*API).getTeam,
		},
		{
			method: "GET", pattern: "/user/teams", need: slipway.ToReadOwnOrganizations, scopes: ownOrgScopes,
			doc: "teams/teams#list-teams-for-the-authenticated-user", do: (*API).listOwnTeams,
		},

		// Collaborators
		{
			method: "GET", pattern: "R/collaborators", need: slipway.ToReadCollaborators, scopes: "repo", permission: "metadata=read",
			doc: "collaborators/collaborators#list-repository-collaborators", do: (*API).listCollaborators,
		},
		{
			method: "GET", pattern: "R/collaborators/:user", need: slipway.ToReadCollaborators, scopes: "repo", permission: "metadata=read",
			doc: "collaborators/collaborators#check-if-a-user-is-a-repository-collaborator", do: (*API).checkCollaborator,
		},
		{
			method: "GET", pattern: "R/collaborators/:user/permission", need: slipway.ToReadCollaborators, scopes: "repo", permission: "metadata=read",
			doc: "collaborators/collaborators#get-repository-permissions-for-a-user", do: (*API).getPermission,
		},
		{
			method: "PUT", pattern: "R/collaborators/:user", need: slipway.ToAdministerRepository, permission: "administration=write",
			doc: "collaborators/collaborators#add-a-repository-collaborator", do: (*API).putCollaborator,
		},
		{
			method: "DELETE", pattern: "R/collaborators/:user", need: slipway.ToAdministerRepository, permission: "administration=write",
			doc: "collaborators/collaborators#remove-a-repository-collaborator", do: (*API).deleteCollaborator,
		},

		// Repositories as a whole
		{
			method: "PATCH", pattern: "R", need: slipway.ToAdministerRepository, permission: "administration=write",
			doc: "repos/repos#update-a-repository", evenArchived: true, do: (*API).editRepository,
		},
		{
			method: "DELETE", pattern: "R", need: slipway.ToDeleteRepository, scopes: "delete_repo", permission: "administration=write",
			doc: "repos/repos#delete-a-repository", evenArchived: true, do: (*API).deleteRepository,
		},
		{
			method: "GET", pattern: "/user/repos", need: slipway.ToBeAPerson, scopes: "repo", permission: "metadata=read",
			doc: "repos/repos#list-repositories-for-the-authenticated-user", do: (*API).listOwnRepositories,
		},
		{
			method: "GET", pattern: "/users/:user/repos", need: slipway.ToBeAnybody, permission: "metadata=read",
			doc: "repos/repos#list-repositories-for-a-user", do: (*API).listUserRepositories,
		},
		{
			method: "GET", pattern: "/orgs/:org/repos", need: slipway.ToBeAnybody, permission: "metadata=read",
			doc: "repos/repos#list-organization-repositories", do: (*API).listOrganizationRepositories,
		},
		{
			method: "GET", pattern: "/repositories", need: slipway.ToBeAnybody, permission: "metadata=read",
			doc: "repos/repos#list-public-repositories", do: (*API).listAllRepositories,
		},
	}
}

// eventRoutes are the rows of the Events API, and of what everybody asks once.
func eventRoutes() []route {
	return []route{
		{
			method: "GET", pattern: "R/events", need: slipway.ToReadRepository, permission: "metadata=read",
			doc: "activity/events#list-repository-events", do: (*API).listRepositoryEvents,
		},
		{
			method: "GET", pattern: "/events", need: slipway.ToBeAnybody, permission: "metadata=read",
			doc: "activity/events#list-public-events", do: (*API).listPublicEvents,
		},
		{
			method: "GET", pattern: "/orgs/:org/events", need: slipway.ToBeAnybody, permission: "metadata=read",
			doc: "activity/events#list-public-organization-events", do: (*API).listOrganizationEvents,
		},
		{
			method: "GET", pattern: "/users/:user/events", need: slipway.ToBeAnybody, permission: "metadata=read",
			doc: "activity/events#list-events-for-the-authenticated-user", do: (*API).listUserEvents,
		},
		{
			method: "GET", pattern: "/users/:user/events/public", need: slipway.ToBeAnybody, permission: "metadata=read", publicEvents: true,
			doc: "activity/events#list-public-events-for-a-user", do: (*API).listUserEvents,
		},
		{
			method: "GET", pattern: "/users/:user/received_events", need: slipway.ToBeAnybody, permission: "metadata=read",
			doc: "activity/events#list-events-received-by-the-authenticated-user", do: (*API).listReceivedEvents,
		},
		{
			method: "GET", pattern: "/users/:user/received_events/public", need: slipway.ToBeAnybody, permission: "metadata=read", publicEvents: true,
			doc: "activity/events#list-public-events-received-by-a-user", do: (*API).listReceivedEvents,
		},
		{method: "GET", pattern: "/zen", need: slipway.ToBeAnybody, doc: "meta/meta#get-the-zen-of-github", do: (*API).zen},
		{method: "GET", pattern: "/versions", need: slipway.ToBeAnybody, doc: "meta/meta#get-all-api-versions", do: (*API).versions},
	}
}
