package wire

import (
	"time"

	"github.com/slipway-deploy/slipway"
)

// RepositoryRequest is what a client asks of POST /user/repos and POST /orgs/:org/repos (contract 8.1).
type RepositoryRequest struct {
	Name          string
	Description   string
	DefaultBranch string // empty: the server's default
	Private       bool   // absent means public
	AutoInit      bool
}

// DecodeRepository reads the body that makes a repository. visibility, which the organizations' form of the route takes,
// wins over private.
func DecodeRepository(body []byte) (RepositoryRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return RepositoryRequest{}, err
	}
	in := RepositoryRequest{
		Name:          m.text("name"),
		Description:   m.text("description"),
		DefaultBranch: m.text("default_branch"),
		Private:       m.flag("private", false),
		AutoInit:      m.flag("auto_init", false),
	}
	if visibility := m.text("visibility"); visibility != "" {
		in.Private = visibility != "public"
	}
	m.require("name")
	return in, m.err()
}

// RepositoryEdit is what a client asks of PATCH /repos/:owner/:repo. Members that are nil stay as they are.
type RepositoryEdit struct {
	Name          *string
	Description   *string
	Homepage      *string
	DefaultBranch *string
	Private       *bool
	Archived      *bool
}

// DecodeRepositoryEdit reads the body that changes a repository. visibility wins over private.
func DecodeRepositoryEdit(body []byte) (RepositoryEdit, error) {
	m, err := parse(body, Today)
	if err != nil {
		return RepositoryEdit{}, err
	}
	in := RepositoryEdit{
		Name:          m.str("name"),
		Description:   m.str("description"),
		Homepage:      m.str("homepage"),
		DefaultBranch: m.str("default_branch"),
		Private:       m.boolean("private"),
		Archived:      m.boolean("archived"),
	}
	if visibility := m.str("visibility"); visibility != nil {
		if *visibility != "public" && *visibility != "private" {
			m.complain(*visibility + ` is not a member of ["public", "private"].`)
		}
		in.Private = new(*visibility == "private")
	}
	return in, m.err()
}

// RepositoryView says which of a repository's members are shown, and to whom.
type RepositoryView struct {
	Minimal       bool         // only up to deployments_url: a repository inside another body
	Full          bool         // the single GET: also network_count, organization, and for those who may push how merges are made
	Authenticated bool         // permissions are shown
	Role          slipway.Role // the caller's
	RoleName      bool         // role_name is shown: a repository of a team
	MasterBranch  bool         // default_branch is shown under its name of 2013 too
}

// FromRepository is a repository (contract 8.1). All of GitHub's members are there; what Slipway has no idea of, like
// stars and issues, is zero, false or null.
func FromRepository(r slipway.Repository, v RepositoryView, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.repository(r, v, u) })
}

func (w *writer) repository(r slipway.Repository, v RepositoryView, u slipway.URLs) {
	w.open()
	if v.Minimal {
		w.minimalRepositoryMembers(r, u)
	} else {
		w.repositoryMembers(r, u)
		w.repositoryView(r, v, u)
	}
	w.close()
}

// minimalRepositoryMembers writes the members up to deployments_url.
func (w *writer) minimalRepositoryMembers(r slipway.Repository, u slipway.URLs) {
	w.repositoryName(r)
	w.key("owner")
	w.account(r.Owner, u)
	w.repositoryAbout(r, u)
	w.str("url", u.Repository(r))
	w.repositoryLinks(r, u)
}

// repositoryMembers writes the members up to default_branch: what everybody sees everywhere.
func (w *writer) repositoryMembers(r slipway.Repository, u slipway.URLs) {
	w.minimalRepositoryMembers(r, u)
	w.at("created_at", r.CreatedAt)
	w.at("updated_at", r.UpdatedAt)
	w.at("pushed_at", pushedAt(r))
	w.repositoryState(r, u)
}

func (w *writer) repositoryName(r slipway.Repository) {
	w.num("id", r.ID)
	w.nodeID(slipway.NodeID("Repository", r.ID))
	w.str("name", r.Name)
	w.str("full_name", r.FullName())
	w.boolean("private", r.Private)
}

func (w *writer) repositoryAbout(r slipway.Repository, u slipway.URLs) {
	w.str("html_url", u.RepositoryHTML(r))
	w.orNull("description", r.Description)
	w.boolean("fork", false)
}

// repositoryTemplates are the addresses below a repository's own, in the order they are printed.
var repositoryTemplates = [...]struct{ name, below string }{
	{"forks_url", "/forks"},
	{"keys_url", "/keys{/key_id}"},
	{"collaborators_url", "/collaborators{/collaborator}"},
	{"teams_url", "/teams"},
	{"hooks_url", "/hooks"},
	{"issue_events_url", "/issues/events{/number}"},
	{"events_url", "/events"},
	{"assignees_url", "/assignees{/user}"},
	{"branches_url", "/branches{/branch}"},
	{"tags_url", "/tags"},
	{"blobs_url", "/git/blobs{/sha}"},
	{"git_tags_url", "/git/tags{/sha}"},
	{"git_refs_url", "/git/refs{/sha}"},
	{"trees_url", "/git/trees{/sha}"},
	{"statuses_url", "/statuses/{sha}"},
	{"languages_url", "/languages"},
	{"stargazers_url", "/stargazers"},
	{"contributors_url", "/contributors"},
	{"subscribers_url", "/subscribers"},
	{"subscription_url", "/subscription"},
	{"commits_url", "/commits{/sha}"},
	{"git_commits_url", "/git/commits{/sha}"},
	{"comments_url", "/comments{/number}"},
	{"issue_comment_url", "/issues/comments{/number}"},
	{"contents_url", "/contents/{+path}"},
	{"compare_url", "/compare/{base}...{head}"},
	{"merges_url", "/merges"},
	{"archive_url", "/{archive_format}{/ref}"},
	{"downloads_url", "/downloads"},
	{"issues_url", "/issues{/number}"},
	{"pulls_url", "/pulls{/number}"},
	{"milestones_url", "/milestones{/number}"},
	{"notifications_url", "/notifications{?since,all,participating}"},
	{"labels_url", "/labels{/name}"},
	{"releases_url", "/releases{/id}"},
	{"deployments_url", "/deployments"},
}

func (w *writer) repositoryLinks(r slipway.Repository, u slipway.URLs) {
	url := u.Repository(r)
	for _, t := range repositoryTemplates {
		w.str(t.name, url, t.below)
	}
}

// repositoryState writes the members from git_url to default_branch.
func (w *writer) repositoryState(r slipway.Repository, u slipway.URLs) {
	w.str("git_url", "git://", u.Hostname(), "/", r.FullName(), ".git")
	w.str("ssh_url", "git@", u.Hostname(), ":", r.FullName(), ".git")
	w.str("clone_url", u.Clone(r))
	w.str("svn_url", u.RepositoryHTML(r))
	w.orNull("homepage", r.Homepage)
	w.num("size", 0)
	w.num("stargazers_count", 0)
	w.num("watchers_count", 0)
	w.null("language")
	w.boolean("has_issues", false)
	w.boolean("has_projects", false)
	w.boolean("has_downloads", false)
	w.boolean("has_wiki", false)
	w.boolean("has_pages", false)
	w.boolean("has_discussions", false)
	w.num("forks_count", 0)
	w.null("mirror_url")
	w.boolean("archived", r.Archived)
	w.boolean("disabled", false)
	w.num("open_issues_count", 0)
	w.null("license")
	w.boolean("allow_forking", false)
	w.boolean("is_template", false)
	w.boolean("web_commit_signoff_required", false)
	w.strs("topics", nil)
	w.str("visibility", visibility(r))
	w.num("forks", 0)
	w.num("open_issues", 0)
	w.num("watchers", 0)
	w.str("default_branch", r.DefaultBranch)
}

// pushedAt is when a repository was last pushed to. As on GitHub a new one counts as pushed when it was made: clients take
// the member for a time.
func pushedAt(r slipway.Repository) time.Time {
	if r.PushedAt == nil {
		return r.CreatedAt
	}
	return *r.PushedAt
}

func visibility(r slipway.Repository) string {
	if r.Private {
		return "private"
	}
	return "public"
}

// repositoryView writes what depends on who looks, and how closely.
func (w *writer) repositoryView(r slipway.Repository, v RepositoryView, u slipway.URLs) {
	if v.MasterBranch {
		w.str("master_branch", r.DefaultBranch)
	}
	if v.Authenticated {
		w.roleFlags(v.Role)
	}
	if v.RoleName {
		w.str("role_name", v.Role.String())
	}
	if !v.Full {
		return
	}
	if v.Authenticated && v.Role >= slipway.RoleWrite {
		w.mergeSettings()
	}
	if r.Owner.Type == slipway.Organization {
		w.maybeAccount("organization", &r.Owner, u)
	}
	w.num("network_count", 0)
	w.num("subscribers_count", 0)
}

// mergeSettings writes how branches are merged here: by merge commits (contract 3.6, 8.2).
func (w *writer) mergeSettings() {
	w.boolean("allow_squash_merge", false)
	w.boolean("allow_merge_commit", true)
	w.boolean("allow_rebase_merge", false)
	w.boolean("allow_auto_merge", false)
	w.boolean("delete_branch_on_merge", false)
	w.boolean("allow_update_branch", false)
	w.boolean("use_squash_pr_title_as_default", false)
	w.str("squash_merge_commit_message", "COMMIT_MESSAGES")
	w.str("squash_merge_commit_title", "COMMIT_OR_PR_TITLE")
	w.str("merge_commit_message", "PR_TITLE")
	w.str("merge_commit_title", "MERGE_MESSAGE")
}

// Moved is the body that leads to where a repository is now.
func Moved(to, documentation string) JSON {
	return render(func(w *writer) {
		w.open()
		w.str("message", "Moved Permanently")
		w.str("url", to)
		w.str("documentation_url", documentation)
		w.close()
	})
}
