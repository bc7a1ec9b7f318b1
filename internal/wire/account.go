package wire

import "github.com/slipway-deploy/slipway"

// account writes GitHub's simple user: a user, an organization or a bot in 19 members, 17 before 2018
// (contract 1.9).
func (w *writer) account(a slipway.Account, u slipway.URLs) {
	w.open()
	w.accountMembers(a, u)
	w.close()
}

// maybeAccount writes a member that is a simple user, or null when the account is gone.
func (w *writer) maybeAccount(name string, a *slipway.Account, u slipway.URLs) {
	if a == nil {
		w.null(name)
		return
	}
	w.key(name)
	w.account(*a, u)
}

// maybeAvatar writes the picture of an account, or null when the account is gone.
func (w *writer) maybeAvatar(name string, a *slipway.Account, u slipway.URLs) {
	if a == nil {
		w.null(name)
		return
	}
	w.str(name, u.Avatar(a.ID))
}

func (w *writer) accountMembers(a slipway.Account, u slipway.URLs) {
	url := u.Account(a.Login)
	w.str("login", a.Login)
	w.num("id", a.ID)
	w.nodeID(slipway.AccountNodeID(a))
	w.str("avatar_url", u.Avatar(a.ID))
	w.str("gravatar_id", "")
	w.str("url", url)
	w.str("html_url", u.AccountHTML(a.Login))
	w.str("followers_url", url, "/followers")
	w.str("following_url", url, "/following{/other_user}")
	w.str("gists_url", url, "/gists{/gist_id}")
	w.str("starred_url", url, "/starred{/owner}{/repo}")
	w.str("subscriptions_url", url, "/subscriptions")
	w.str("organizations_url", url, "/orgs")
	w.str("repos_url", url, "/repos")
	w.str("events_url", url, "/events{/privacy}")
	w.str("received_events_url", url, "/received_events")
	w.str("type", string(a.Type))
	if !w.schema && w.era >= slipway.E11 {
		w.str("user_view_type", "public")
	}
	w.boolean("site_admin", a.SiteAdmin)
}

// UserView is what a full user object says about an account beside the account itself.
type UserView struct {
	PublicRepositories  int
	PrivateRepositories int
	Private             bool // for the account itself, with scope user: how many private repositories, which plan, …
}

// FromUser is the full user object of GET /user and GET /users/:user (contract 11.2). What Slipway has no idea of, like
// gists and followers, is zero or null.
func FromUser(a slipway.Account, v UserView, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.accountMembers(a, u)
		w.orNull("name", a.Name)
		w.null("company")
		w.str("blog", "")
		w.null("location")
		w.orNull("email", a.Email)
		w.null("hireable")
		w.null("bio")
		w.null("twitter_username")
		w.orNull("notification_email", a.Email)
		w.num("public_repos", int64(v.PublicRepositories))
		w.num("public_gists", 0)
		w.num("followers", 0)
		w.num("following", 0)
		w.at("created_at", a.CreatedAt)
		w.at("updated_at", a.UpdatedAt)
		if v.Private {
			w.privateUserMembers(v)
		}
		w.close()
	})
}

func (w *writer) privateUserMembers(v UserView) {
	w.num("private_gists", 0)
	w.num("total_private_repos", int64(v.PrivateRepositories))
	w.num("owned_private_repos", int64(v.PrivateRepositories))
	w.num("disk_usage", 0)
	w.num("collaborators", 0)
	w.boolean("two_factor_authentication", false)
	w.object("plan", func() {
		w.str("name", "slipway")
		w.num("space", 0)
		w.num("collaborators", 0)
		w.num("private_repos", int64(v.PrivateRepositories))
	})
}

// organization writes the simple organization: webhook bodies and lists have it.
func (w *writer) organization(a slipway.Account, u slipway.URLs) {
	w.open()
	w.organizationMembers(a, u)
	w.close()
}

func (w *writer) organizationMembers(a slipway.Account, u slipway.URLs) {
	url := u.Organization(a.Login)
	w.str("login", a.Login)
	w.num("id", a.ID)
	w.nodeID(slipway.AccountNodeID(a))
	w.str("url", url)
	w.str("repos_url", url, "/repos")
	w.str("events_url", url, "/events")
	w.str("hooks_url", url, "/hooks")
	w.str("issues_url", url, "/issues")
	w.str("members_url", url, "/members{/member}")
	w.str("public_members_url", url, "/public_members{/member}")
	w.str("avatar_url", u.Avatar(a.ID))
	w.str("description", "")
}
