package wire

import "github.com/slipway-deploy/slipway"

// OrganizationView says what of an organization is shown beside itself.
type OrganizationView struct {
	PublicRepositories  int
	PrivateRepositories int
	Private             bool // for its members: how many private repositories, what members may do
}

// FromAccounts is a list of simple users.
func FromAccounts(list []slipway.Account, u slipway.URLs, s Shape) JSON {
	items := make([]JSON, len(list))
	for i, a := range list {
		items[i] = s.render(func(w *writer) { w.account(a, u) })
	}
	return List(items)
}

// FromOrganizations is a list of simple organizations.
func FromOrganizations(list []slipway.Account, u slipway.URLs, s Shape) JSON {
	items := make([]JSON, len(list))
	for i, a := range list {
		items[i] = s.render(func(w *writer) { w.organization(a, u) })
	}
	return List(items)
}

// FromOrganization is the full organization of GET /orgs/:org (contract 11.2). What Slipway has no idea of is zero, false or
// null.
func FromOrganization(a slipway.Account, v OrganizationView, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.fullOrganization(a, v, u)
		if v.Private {
			w.privateOrganizationMembers(a, v)
		}
		w.close()
	})
}

func (w *writer) fullOrganization(a slipway.Account, v OrganizationView, u slipway.URLs) {
	w.organizationMembers(a, u)
	w.orNull("name", a.Name)
	w.null("company")
	w.str("blog", "")
	w.null("location")
	w.orNull("email", a.Email)
	w.null("twitter_username")
	w.boolean("is_verified", false)
	w.boolean("has_organization_projects", false)
	w.boolean("has_repository_projects", false)
	w.num("public_repos", int64(v.PublicRepositories))
	w.num("public_gists", 0)
	w.num("followers", 0)
	w.num("following", 0)
	w.str("html_url", u.AccountHTML(a.Login))
	w.at("created_at", a.CreatedAt)
	w.at("updated_at", a.UpdatedAt)
	w.null("archived_at")
	w.str("type", string(a.Type))
}

// privateOrganizationMembers writes what an organization's own people see. Members make repositories and read all that their
// organization has.
func (w *writer) privateOrganizationMembers(a slipway.Account, v OrganizationView) {
	w.num("total_private_repos", int64(v.PrivateRepositories))
	w.num("owned_private_repos", int64(v.PrivateRepositories))
	w.num("private_gists", 0)
	w.num("disk_usage", 0)
	w.num("collaborators", 0)
	w.orNull("billing_email", a.Email)
	w.str("default_repository_permission", "read")
	w.boolean("members_can_create_repositories", true)
	w.boolean("two_factor_requirement_enabled", false)
	w.str("members_allowed_repository_creation_type", "all")
	w.boolean("members_can_create_public_repositories", true)
	w.boolean("members_can_create_private_repositories", true)
	for _, name := range [...]string{
		"members_can_create_internal_repositories", "members_can_create_pages", "members_can_fork_private_repositories",
		"web_commit_signoff_required", "members_can_create_public_pages", "members_can_create_private_pages",
	} {
		w.boolean(name, false)
	}
	w.object("plan", func() {
		w.str("name", "slipway")
		w.num("space", 0)
		w.num("private_repos", int64(v.PrivateRepositories))
		w.num("filled_seats", 0)
		w.num("seats", 0)
	})
	for _, name := range [...]string{
		"advanced_security", "dependabot_alerts", "dependabot_security_updates", "dependency_graph", "secret_scanning",
		"secret_scanning_push_protection",
	} {
		w.boolean(name+"_enabled_for_new_repositories", false)
	}
	w.boolean("secret_scanning_push_protection_custom_link_enabled", false)
	w.null("secret_scanning_push_protection_custom_link")
}

// FromMembership is an account's part in an organization: GET /orgs/:org/memberships/:user.
func FromMembership(account slipway.Account, admin bool, org slipway.Account, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.str("url", u.Organization(org.Login), "/memberships/", account.Login)
		w.str("state", "active")
		w.str("role", membershipRole(admin, "admin"))
		w.str("organization_url", u.Organization(org.Login))
		w.key("organization")
		w.organization(org, u)
		w.key("user")
		w.account(account, u)
		w.close()
	})
}

func membershipRole(admin bool, word string) string {
	if admin {
		return word
	}
	return "member"
}

// TeamView says what of a team is shown beside itself.
type TeamView struct {
	Full         bool // with the organization and the numbers
	Members      int
	Repositories int
}

// FromTeam is a team (contract 11.2).
func FromTeam(t slipway.Team, v TeamView, u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.open()
		w.teamMembers(t, u)
		if v.Full {
			w.num("members_count", int64(v.Members))
			w.num("repos_count", int64(v.Repositories))
			w.at("created_at", t.CreatedAt)
			w.at("updated_at", t.UpdatedAt)
			w.object("organization", func() { w.fullOrganization(t.Organization, OrganizationView{}, u) })
		}
		w.close()
	})
}

// teamMembers writes what every form of a team has. Teams are seen by all members of their organization, and have no roles
// of their own: permission is what GitHub has for such.
func (w *writer) teamMembers(t slipway.Team, u slipway.URLs) {
	url := u.Team(t.Organization.Login, t.Slug)
	w.num("id", t.ID)
	w.str("node_id", slipway.NodeID("Team", t.ID))
	w.str("name", t.Name)
	w.str("slug", t.Slug)
	w.orNull("description", t.Description)
	w.str("privacy", "closed")
	w.str("notification_setting", "notifications_disabled")
	w.str("permission", "pull")
	w.str("url", url)
	w.str("html_url", u.Web, "/orgs/", t.Organization.Login, "/teams/", t.Slug)
	w.str("members_url", url, "/members{/member}")
	w.str("repositories_url", url, "/repos")
	w.str("type", "organization")
	w.num("organization_id", t.Organization.ID)
	w.null("parent")
}

// FromTeamMembership is an account's part in a team.
func FromTeamMembership(account slipway.Account, maintainer bool, t slipway.Team, u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.open()
		w.str("url", u.Team(t.Organization.Login, t.Slug), "/memberships/", account.Login)
		w.str("role", membershipRole(maintainer, "maintainer"))
		w.str("state", "active")
		w.close()
	})
}

// FromCollaborator is an account with what it may do in a repository.
func FromCollaborator(a slipway.Account, role slipway.Role, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.collaborator(a, role, u) })
}

func (w *writer) collaborator(a slipway.Account, role slipway.Role, u slipway.URLs) {
	w.open()
	w.accountMembers(a, u)
	w.roleFlags(role)
	w.str("role_name", role.String())
	w.close()
}

// roleFlags writes what a role allows, in GitHub's five words.
func (w *writer) roleFlags(role slipway.Role) {
	w.object("permissions", func() {
		w.boolean("admin", role >= slipway.RoleAdmin)
		w.boolean("maintain", role >= slipway.RoleMaintain)
		w.boolean("push", role >= slipway.RoleWrite)
		w.boolean("triage", role >= slipway.RoleTriage)
		w.boolean("pull", role >= slipway.RoleRead)
	})
}

// FromPermission is the answer of GET R/collaborators/:user/permission. permission knows three words only, as on GitHub:
// triage is read there and maintain is write.
func FromPermission(a slipway.Account, role slipway.Role, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.str("permission", oldPermission(role))
		w.str("role_name", role.String())
		w.key("user")
		w.collaborator(a, role, u)
		w.close()
	})
}

func oldPermission(role slipway.Role) string {
	switch role {
	case slipway.RoleTriage:
		return slipway.RoleRead.String()
	case slipway.RoleMaintain:
		return slipway.RoleWrite.String()
	default:
		return role.String()
	}
}

// DecodeCollaborator reads the body of PUT R/collaborators/:user: the role's name, push where none is given.
func DecodeCollaborator(body []byte) (permission string, err error) {
	m, err := parse(body, Today)
	if err != nil {
		return "", err
	}
	if permission = m.text("permission"); permission == "" {
		permission = "push"
	}
	return permission, m.err()
}
