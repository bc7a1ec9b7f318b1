package slipway

// Need is what one kind of request asks of whoever makes it: a row of the table of who may do what (contract 9.1). Every
// route of every edge names one; [Allowed] weighs it. The zero Need lets nobody in.
type Need struct {
	// Scopes are the token's classic scopes of which one suffices. Empty but not nil: any token will do. nil: the row was
	// never filled in, and nobody passes.
	Scopes []string
	// Permissions are what apps and fine-grained tokens need instead of scopes: one of these (contract 9.1). None: any such
	// token will do where the row is about no repository, and none where it is.
	Permissions []Permissions
	// By says who may ask at all. The zero By is everybody.
	By Caller
	// PublicScopes suffice besides Scopes when the repository is public.
	PublicScopes []string
	// PublicRead opens the row to everybody, also without a token, when the repository is public (or when there is none).
	PublicRead bool
	// Role is the least role in the repository.
	Role Role
	// NoRepository marks rows that are about no repository: only the token counts.
	NoRepository bool
	// Hide keeps even the existence of what the row is about from everybody else: refusals are 404, also for anonymous
	// callers of a public repository (hooks).
	Hide bool
	// Reveal makes the refusal 403 "Must have admin rights to Repository." for callers who can see the repository
	// (environments; contract 1.4).
	Reveal bool
}

// Caller is a kind of caller that a row is for.
type Caller int

// The kinds of caller.
const (
	ByAnyone       Caller = iota
	ByPerson              // not an app by itself: the row is about the person who asks
	ByApp                 // a GitHub App by its key (contract 9.6)
	ByInstallation        // a GitHub App by the token of an installation
	ByPassword            // a person by their password: a token is not enough (contract 9.3)
	ByClient              // an app by its client id and secret
)

// to is one permission as the needs below have it.
func to(level Level, name string) []Permissions { return []Permissions{{name: level}} }

// The rows of contract 9.1. Edges pick one; they do not write their own, but REST's rows say themselves which permission
// they take.
var (
	// ToReadDeployments reads deployments and their statuses.
	ToReadDeployments = Need{
		Scopes: []string{"repo", "repo_deployment"}, PublicRead: true, Role: RoleRead, Permissions: to(LevelRead, "deployments"),
	}
	// ToWriteDeployments creates and deletes deployments and creates their statuses.
	ToWriteDeployments = Need{
		Scopes: []string{"repo", "repo_deployment"}, PublicScopes: []string{"public_repo"}, Role: RoleWrite,
		Permissions: to(LevelWrite, "deployments"),
	}
	// ToReadStatuses reads commit statuses and combined ones.
	ToReadStatuses = Need{
		Scopes: []string{"repo", "repo:status"}, PublicRead: true, Role: RoleRead, Permissions: to(LevelRead, "statuses"),
	}
	// ToWriteStatuses creates commit statuses.
	ToWriteStatuses = Need{
		Scopes: []string{"repo", "repo:status"}, PublicScopes: []string{"public_repo"}, Role: RoleWrite,
		Permissions: to(LevelWrite, "statuses"),
	}
	// ToReadChecks reads check runs and suites.
	ToReadChecks = Need{Scopes: []string{"repo"}, PublicRead: true, Role: RoleRead, Permissions: to(LevelRead, "checks")}
	// ToWriteChecks reports check runs; on GitHub only apps do (contract 5.4).
	ToWriteChecks = Need{Scopes: []string{"repo", "repo:status"}, Role: RoleWrite, Permissions: to(LevelWrite, "checks")}
	// ToSeeRepository sees that the repository is there and what it is called, which every app may where it is installed.
	ToSeeRepository = Need{Scopes: []string{"repo"}, PublicRead: true, Role: RoleRead, Permissions: to(LevelRead, Metadata)}
	// ToReadRepository reads the repository itself, its environments, code, refs, commits and comparisons, and clones it. A
	// token for deployments or statuses only does not see a private repository's code.
	ToReadRepository = Need{Scopes: []string{"repo"}, PublicRead: true, Role: RoleRead, Permissions: to(LevelRead, "contents")}
	// ToWriteCode pushes, merges and moves refs.
	ToWriteCode = Need{
		Scopes: []string{"repo"}, PublicScopes: []string{"public_repo"}, Role: RoleWrite, Permissions: to(LevelWrite, "contents"),
	}
	// ToWriteEnvironments puts and deletes environments and their rules, and lists the apps that could be rules.
	ToWriteEnvironments = Need{Scopes: []string{"repo"}, Role: RoleAdmin, Reveal: true, Permissions: to(LevelWrite, "administration")}
	// ToReadHooks lists and pings hooks and lists deliveries.
	ToReadHooks = Need{
		Scopes: []string{"read:repo_hook", "repo"}, PublicScopes: []string{"public_repo"}, Role: RoleAdmin, Hide: true,
		Permissions: to(LevelRead, "repository_hooks"),
	}
	// ToWriteHooks creates, edits and tests hooks and delivers again.
	ToWriteHooks = Need{
		Scopes: []string{"write:repo_hook", "repo"}, PublicScopes: []string{"public_repo"}, Role: RoleAdmin, Hide: true,
		Permissions: to(LevelWrite, "repository_hooks"),
	}
	// ToDeleteHooks deletes hooks.
	ToDeleteHooks = Need{
		Scopes: []string{"admin:repo_hook", "repo"}, PublicScopes: []string{"public_repo"}, Role: RoleAdmin, Hide: true,
		Permissions: to(LevelWrite, "repository_hooks"),
	}
	// ToCreateRepositories makes repositories; [MayCreateRepository] adds what a private one needs.
	ToCreateRepositories = Need{Scopes: []string{"public_repo"}, NoRepository: true, Permissions: to(LevelWrite, "administration")}
	// ToAdministerRepository renames, edits and archives a repository and lets people in.
	ToAdministerRepository = Need{
		Scopes: []string{"repo"}, PublicScopes: []string{"public_repo"}, Role: RoleAdmin, Reveal: true,
		Permissions: to(LevelWrite, "administration"),
	}
	// ToDeleteRepository deletes a repository.
	ToDeleteRepository = Need{
		Scopes: []string{"delete_repo"}, Role: RoleAdmin, Reveal: true, Permissions: to(LevelWrite, "administration"),
	}
	// ToReadCollaborators sees who works on a repository, and in which role.
	ToReadCollaborators = Need{
		Scopes: []string{"repo"}, PublicScopes: []string{"public_repo"}, Role: RoleWrite, Permissions: to(LevelRead, Metadata),
	}
	// ToReadOrganizations sees the organizations one belongs to, their members and their teams; [Visible] adds who belongs.
	ToReadOrganizations = Need{Scopes: []string{"read:org"}, NoRepository: true, Permissions: to(LevelRead, "members")}
	// ToReadOwnOrganizations lists which organizations and teams one belongs to.
	ToReadOwnOrganizations = Need{Scopes: []string{"read:org", "user"}, NoRepository: true, By: ByPerson}
	// ToBeSomebody needs a token, whatever its scopes.
	ToBeSomebody = Need{Scopes: []string{}, NoRepository: true}
	// ToBeAPerson needs a token of somebody's: one that an app has for itself is nobody's.
	ToBeAPerson = Need{Scopes: []string{}, NoRepository: true, By: ByPerson}
	// ToBeAnApp needs an app's signature, of which contract 9.6 says what it looks like.
	ToBeAnApp = Need{Scopes: []string{}, NoRepository: true, By: ByApp}
	// ToBeInstalled needs the token of an installation.
	ToBeInstalled = Need{Scopes: []string{}, NoRepository: true, By: ByInstallation}
	// ToHaveAPassword is about the tokens of whoever has just proved to be their owner.
	ToHaveAPassword = Need{Scopes: []string{}, NoRepository: true, By: ByPassword}
	// ToBeAClient is about the tokens of the app that asks.
	ToBeAClient = Need{Scopes: []string{}, NoRepository: true, By: ByClient}
	// ToBeAnybody is open.
	ToBeAnybody = Need{Scopes: []string{}, NoRepository: true, PublicRead: true}
)

// Allowed is the only place that says who may do what (decisions §2, contract 1.4 and 9.1): whether an actor who has a
// role in a repository may do what a row needs. Scopes and permissions never add rights the account lacks, and rights never
// make up for a missing scope or permission. An app that acts by itself has no role: its permissions are all it has, in the
// repositories it was installed on.
//
// It denies by default. The refusals are GitHub's: Unauthorized where an anonymous caller tried to write something public,
// Forbidden where the row reveals itself or the token is an app's or a fine-grained one, and otherwise NotFound, which looks
// as if there was nothing. Whether the repository is archived is asked later ([Repository.CheckWritable]).
//
// For rows about no repository r and role are ignored.
func Allowed(a Actor, n Need, r Repository, role Role) error {
	switch {
	case n.Scopes == nil:
		return &Error{Op: "slipway.Allowed: a row without scopes"}
	case a.Local:
		return nil
	case n.By == ByApp || a.IsApp():
		return allowedByKey(a, n, r)
	case n.By == ByPassword || n.By == ByClient:
		return allowedByProof(a, n)
	case n.NoRepository:
		return allowedAnywhere(a, n)
	case n.Role <= RoleNone:
		return &Error{Op: "slipway.Allowed: a row without a role"}
	case n.PublicRead && !r.Private && n.Role <= RoleRead:
		return nil
	case a.Anonymous():
		return refuseAnonymous(n, r)
	case !a.Token.Kind.Scoped():
		return allowedByPermission(a, n, r, role)
	case has(a, n, r) && RoleIn(a, r, role) >= n.Role:
		return nil
	case n.Reveal && Allowed(a, ToReadRepository, r, role) == nil:
		return Fail(Forbidden, "Must have admin rights to Repository.")
	default:
		return Fail(NotFound, "Not Found")
	}
}

// allowedAnywhere weighs a row about no repository.
func allowedAnywhere(a Actor, n Need) error {
	switch {
	case n.PublicRead:
		return nil
	case a.Anonymous():
		return Fail(Unauthorized, "Requires authentication")
	case !a.Token.Kind.Scoped() || n.By == ByInstallation:
		return permittedAnywhere(a, n)
	case len(n.Scopes) == 0 || a.Token.Scopes.CoversAny(n.Scopes):
		return nil
	default:
		return Fail(NotFound, "Not Found")
	}
}

// allowedByProof weighs a row for whoever has proved more than a token does. Others with a token do not see that it is there.
func allowedByProof(a Actor, n Need) error {
	switch {
	case n.By == ByPassword && a.Password && !a.Anonymous(), n.By == ByClient && a.Client != nil:
		return nil
	case a.Anonymous() && a.Client == nil && !a.IsApp():
		return Fail(Unauthorized, "Requires authentication")
	default:
		return Fail(NotFound, "Not Found")
	}
}

// refuseAnonymous tells an anonymous caller to say who they are only where that gives nothing away.
func refuseAnonymous(n Need, r Repository) error {
	if r.Private || n.Hide {
		return Fail(NotFound, "Not Found")
	}
	return Fail(Unauthorized, "Requires authentication")
}

// has reports whether the actor's token has one of the scopes a row accepts for this repository.
func has(a Actor, n Need, r Repository) bool {
	return a.Token.Scopes.CoversAny(n.Scopes) || !r.Private && a.Token.Scopes.CoversAny(n.PublicScopes)
}

// RoleIn is the actor's role in a repository, where given is the one it has there as a collaborator or member: the owner,
// a site administrator and this machine's administrator are admins everywhere, and everybody reads what is public.
func RoleIn(a Actor, r Repository, given Role) Role {
	switch {
	case a.Local:
		return RoleAdmin
	case !a.Anonymous() && (a.Account.SiteAdmin || a.Account.ID == r.Owner.ID):
		return RoleAdmin
	case !r.Private:
		return max(given, RoleRead)
	default:
		return given
	}
}

// MayCreateRepository reports whether the actor's token allows a repository of that visibility: public_repo makes public
// ones only. It is asked after the request was read; the refusal is NotFound.
//
// A fine-grained token makes both, if it may administer all repositories: the new one would not be among some.
func MayCreateRepository(a Actor, private bool) error {
	switch {
	case a.Local, a.Token.Scopes.Covers("repo"), !private && a.Token.Scopes.Covers("public_repo"):
		return nil
	case a.Token.Kind.Scoped():
		return Fail(NotFound, "Not Found")
	case a.Token.Kind == FineGrainedToken && a.Token.AllRepositories && permits(a.Token.Permissions, ToCreateRepositories):
		return nil
	default:
		return notAccessible(a)
	}
}

// MayMerge reports whether the actor may write the repository's contents, which auto-merge does and a token for
// deployments alone does not allow (contract 3.6 step 4). The refusal is NotFound, and Forbidden for apps and fine-grained
// tokens.
func MayMerge(a Actor, r Repository, role Role) error { return Allowed(a, ToWriteCode, r, role) }
