package slipway

import (
	"net/url"
	"strconv"
	"strings"
)

// URLs makes every address that answers, events and pages print. The zero value prints paths without a host.
type URLs struct {
	Web string // https://deploy.example.com, without a trailing slash
	API string // https://deploy.example.com/api/v3, without a trailing slash
}

// Host is the web host with its port.
func (u URLs) Host() string { return authority(u.Web) }

// OwnsHost reports whether a request's Host, with or without a port, is the API's own, where the API lies at /: the one of
// API if Web has another, or any that begins "api." (contract 1.1, decisions §1).
func (u URLs) OwnsHost(host string) bool {
	const prefix = "api."
	host = WithoutPort(host)
	if len(host) > len(prefix) && strings.EqualFold(host[:len(prefix)], prefix) {
		return true
	}
	own := WithoutPort(authority(u.API))
	return own != "" && strings.EqualFold(host, own) && !strings.EqualFold(own, WithoutPort(authority(u.Web)))
}

// WithoutPort is a host without its port. The brackets of an IPv6 address stay.
func WithoutPort(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host[:i]
	}
	return host
}

// authority is the host of an address, with its port.
func authority(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// Extension is where the extension API lies: /api/slipway/v1 beside /api/v3, /slipway/v1 on a host of the API's own
// (decisions §1).
func (u URLs) Extension() string {
	if u.API == u.Web+"/api/v3" {
		return u.Web + "/api/slipway/v1"
	}
	return u.API + "/slipway/v1"
}

// Hostname is the web host without its port: what noreply addresses end with.
func (u URLs) Hostname() string {
	p, err := url.Parse(u.Web)
	if err != nil {
		return ""
	}
	return p.Hostname()
}

// Account is a user's or bot's address: {api}/users/{login}.
func (u URLs) Account(login string) string { return u.API + "/users/" + url.PathEscape(login) }

// AccountHTML is an account's page.
func (u URLs) AccountHTML(login string) string { return u.Web + "/" + url.PathEscape(login) }

// Avatar is an account's picture.
func (u URLs) Avatar(id int64) string { return u.Web + "/static/avatars/" + number(id) }

// Authorization is one token in the Authorizations API.
func (u URLs) Authorization(id int64) string { return u.API + "/authorizations/" + number(id) }

// Organization is {api}/orgs/{login}.
func (u URLs) Organization(login string) string { return u.API + "/orgs/" + url.PathEscape(login) }

// App is an app's address: {api}/apps/{slug}.
func (u URLs) App(slug string) string { return u.API + "/apps/" + url.PathEscape(slug) }

// AppHTML is an app's page.
func (u URLs) AppHTML(slug string) string { return u.Web + "/apps/" + url.PathEscape(slug) }

// InstallationHTML is the page of an installation on an account.
func (u URLs) InstallationHTML(i Installation) string {
	if i.Account.Type == Organization {
		return u.Web + "/organizations/" + url.PathEscape(i.Account.Login) + "/settings/installations/" + number(i.ID)
	}
	return u.Web + "/settings/installations/" + number(i.ID)
}

// InstallationTokens makes tokens of an installation.
func (u URLs) InstallationTokens(id int64) string {
	return u.API + "/app/installations/" + number(id) + "/access_tokens"
}

// InstallationRepositories lists an installation's repositories.
func (u URLs) InstallationRepositories() string { return u.API + "/installation/repositories" }

// Team is {api}/orgs/{login}/teams/{slug}.
func (u URLs) Team(organization, slug string) string {
	return u.Organization(organization) + "/teams/" + url.PathEscape(slug)
}

// Repository is {api}/repos/{owner}/{name}.
func (u URLs) Repository(r Repository) string { return u.API + "/repos/" + fullName(r) }

// RepositoryByID is the form that Link headers and redirects use: {api}/repositories/{id}.
func (u URLs) RepositoryByID(id int64) string { return u.API + "/repositories/" + number(id) }

// ExtensionRepositoryByID is the same in the extension API.
func (u URLs) ExtensionRepositoryByID(id int64) string {
	return u.Extension() + "/repositories/" + number(id)
}

// RepositoryHTML is a repository's page.
func (u URLs) RepositoryHTML(r Repository) string { return u.Web + "/" + fullName(r) }

// Clone is where git clones from and pushes to.
func (u URLs) Clone(r Repository) string { return u.RepositoryHTML(r) + ".git" }

// Deployments is a repository's list of deployments.
func (u URLs) Deployments(r Repository) string { return u.Repository(r) + "/deployments" }

// Deployment is one deployment.
func (u URLs) Deployment(r Repository, id int64) string { return u.Deployments(r) + "/" + number(id) }

// DeploymentStatuses is the list of a deployment's statuses.
func (u URLs) DeploymentStatuses(r Repository, deploymentID int64) string {
	return u.Deployment(r, deploymentID) + "/statuses"
}

// DeploymentStatus is one status of a deployment.
func (u URLs) DeploymentStatus(r Repository, deploymentID, id int64) string {
	return u.DeploymentStatuses(r, deploymentID) + "/" + number(id)
}

// CommitStatus is the address every status of a commit has: {repository}/statuses/{sha} (contract 5.1).
func (u URLs) CommitStatus(r Repository, sha SHA) string {
	return u.Repository(r) + "/statuses/" + string(sha)
}

// CombinedStatus is a commit's combined status.
func (u URLs) CombinedStatus(r Repository, sha SHA) string { return u.Commit(r, sha) + "/status" }

// CheckRun is one check run.
func (u URLs) CheckRun(r Repository, id int64) string {
	return u.Repository(r) + "/check-runs/" + number(id)
}

// CheckRunHTML is a check run's page.
func (u URLs) CheckRunHTML(r Repository, id int64) string {
	return u.RepositoryHTML(r) + "/runs/" + number(id)
}

// CheckSuite is one check suite.
func (u URLs) CheckSuite(r Repository, id int64) string {
	return u.Repository(r) + "/check-suites/" + number(id)
}

// Environment is one environment. A slash in its name stays a slash (contract 6.1).
func (u URLs) Environment(r Repository, name string) string {
	return u.Repository(r) + "/environments/" + escapePath(name)
}

// BranchPolicy is one deployment branch policy of an environment.
func (u URLs) BranchPolicy(r Repository, environment string, id int64) string {
	return u.Environment(r, environment) + "/deployment-branch-policies/" + number(id)
}

// EnvironmentHTML is the list of an environment's deployments, as a page.
func (u URLs) EnvironmentHTML(r Repository, name string) string {
	return u.RepositoryHTML(r) + "/deployments/activity_log?environments_filter=" + url.QueryEscape(name)
}

// Hook is one hook.
func (u URLs) Hook(r Repository, id int64) string { return u.Repository(r) + "/hooks/" + number(id) }

// HookTest sends the newest push to a hook again.
func (u URLs) HookTest(r Repository, id int64) string { return u.Hook(r, id) + "/test" }

// HookPings makes a hook be pinged.
func (u URLs) HookPings(r Repository, id int64) string { return u.Hook(r, id) + "/pings" }

// HookDeliveries is the list of what was sent to a hook.
func (u URLs) HookDeliveries(r Repository, id int64) string { return u.Hook(r, id) + "/deliveries" }

// Commit is one commit, as the commits API shows it.
func (u URLs) Commit(r Repository, sha SHA) string {
	return u.Repository(r) + "/commits/" + string(sha)
}

// CommitComments is the list of a commit's comments.
func (u URLs) CommitComments(r Repository, sha SHA) string { return u.Commit(r, sha) + "/comments" }

// CommitHTML is a commit's page.
func (u URLs) CommitHTML(r Repository, sha SHA) string {
	return u.RepositoryHTML(r) + "/commit/" + string(sha)
}

// GitCommit is one commit, as the Git API shows it.
func (u URLs) GitCommit(r Repository, sha SHA) string {
	return u.Repository(r) + "/git/commits/" + string(sha)
}

// GitTree is one tree.
func (u URLs) GitTree(r Repository, sha SHA) string {
	return u.Repository(r) + "/git/trees/" + string(sha)
}

// GitRef is one ref, as the Git API shows it; name is full.
func (u URLs) GitRef(r Repository, name string) string {
	return u.Repository(r) + "/git/" + escapePath(name)
}

// GitObject is one object of a kind, as the Git API shows it.
func (u URLs) GitObject(r Repository, kind ObjectKind, sha SHA) string {
	return u.Repository(r) + "/git/" + string(kind) + "s/" + string(sha)
}

// Archive is where everything at a ref can be fetched in one file; format is tarball or zipball.
func (u URLs) Archive(r Repository, format, ref string) string {
	return u.Repository(r) + "/" + format + "/" + escapePath(ref)
}

// ArchiveFile is where an archive itself lies, which Archive leads to; format is legacy.tar.gz or legacy.zip.
func (u URLs) ArchiveFile(r Repository, format string, sha SHA) string {
	return u.Repository(r) + "/" + format + "/" + string(sha)
}

// ContentsAt is a file or folder at a ref, as the contents API shows it.
func (u URLs) ContentsAt(r Repository, path, ref string) string {
	return u.Repository(r) + "/contents/" + escapePath(path) + "?ref=" + url.QueryEscape(ref)
}

// RawFile is where the bytes of a file at a commit are.
func (u URLs) RawFile(r Repository, commit SHA, path string) string {
	return u.Repository(r) + "/raw/" + string(commit) + "/" + escapePath(path)
}

// FileHTML is the page of a file at a ref, or of a folder; kind is blob, tree or raw.
func (u URLs) FileHTML(r Repository, kind, ref, path string) string {
	return u.RepositoryHTML(r) + "/" + kind + "/" + escapePath(ref) + "/" + escapePath(path)
}

// BlobHTML is a file's page at a commit.
func (u URLs) BlobHTML(r Repository, sha SHA, path string) string {
	return u.RepositoryHTML(r) + "/blob/" + string(sha) + "/" + escapePath(path)
}

// RawHTML is a file's content at a commit.
func (u URLs) RawHTML(r Repository, sha SHA, path string) string {
	return u.RepositoryHTML(r) + "/raw/" + string(sha) + "/" + escapePath(path)
}

// Contents is a file at a commit, as the contents API shows it.
func (u URLs) Contents(r Repository, sha SHA, path string) string {
	return u.Repository(r) + "/contents/" + escapePath(path) + "?ref=" + string(sha)
}

// Branch is one branch.
func (u URLs) Branch(r Repository, name string) string {
	return u.Repository(r) + "/branches/" + escapePath(name)
}

// BranchProtection is a branch's protection.
func (u URLs) BranchProtection(r Repository, name string) string {
	return u.Branch(r, name) + "/protection"
}

// BranchHTML is a branch's page.
func (u URLs) BranchHTML(r Repository, name string) string {
	return u.RepositoryHTML(r) + "/tree/" + escapePath(name)
}

// Compare is the comparison of two refs, as they were submitted.
func (u URLs) Compare(r Repository, base, head string) string {
	return u.Repository(r) + "/compare/" + escapePath(base) + "..." + escapePath(head)
}

// CompareHTML is the page of a comparison.
func (u URLs) CompareHTML(r Repository, base, head string) string {
	return u.RepositoryHTML(r) + "/compare/" + escapePath(base) + "..." + escapePath(head)
}

// CompareRefHTML is the page that compares a ref with the default branch.
func (u URLs) CompareRefHTML(r Repository, head string) string {
	return u.RepositoryHTML(r) + "/compare/" + escapePath(head)
}

// escapePath escapes each part of a name that may have slashes.
func escapePath(name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

func fullName(r Repository) string {
	return url.PathEscape(r.Owner.Login) + "/" + url.PathEscape(r.Name)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
