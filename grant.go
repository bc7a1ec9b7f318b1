package slipway

import "slices"

// A grant is what a token that permissions limit may do in one repository.
type grant struct {
	permissions Permissions
	included    bool // the repository is one of those the token is for
	byRole      bool // and besides it may do no more than whose it is
}

// grantIn is what the actor's token says of a repository. A kind that is not here says nothing.
func grantIn(a Actor, r Repository) grant {
	switch a.Token.Kind {
	case FineGrainedToken:
		return grant{permissions: a.Token.Permissions, included: a.Token.selects(r), byRole: true}
	case InstallationToken:
		i, ok := a.installation(r)
		return grant{permissions: a.Token.Permissions.Both(i.Permissions), included: ok && i.ID == a.Token.InstallationID && a.Token.selects(r)}
	case AppUserToken:
		i, ok := a.installation(r)
		return grant{permissions: i.Permissions, included: ok, byRole: true}
	default:
		return grant{byRole: true}
	}
}

// selects reports whether a repository is one of those the token was made for.
func (t Token) selects(r Repository) bool {
	return t.AllRepositories || slices.Contains(t.RepositoryIDs, r.ID)
}

// installation is the one of the acting app that a repository belongs to.
func (a Actor) installation(r Repository) (Installation, bool) {
	if n := slices.IndexFunc(a.Installations, func(i Installation) bool { return i.Includes(r) }); n >= 0 {
		return a.Installations[n], true
	}
	return Installation{}, false
}

// permits reports whether permissions have one of the alternatives that a row takes.
func permits(p Permissions, n Need) bool {
	return slices.ContainsFunc(n.Permissions, func(need Permissions) bool { return p.Covers(need) })
}

// allowedByPermission weighs a row about a repository for tokens that permissions limit (contract 1.4). What such a token
// cannot see is NotFound; what it sees and may not do is Forbidden, in the sentences clients know.
func allowedByPermission(a Actor, n Need, r Repository, role Role) error {
	g, have := grantIn(a, r), RoleIn(a, r, role)
	visible := !r.Private || g.included && (!g.byRole || have >= RoleRead)
	switch {
	case !visible:
		return Fail(NotFound, "Not Found")
	case g.included && permits(g.permissions, n) && (!g.byRole || have >= n.Role):
		return nil
	default:
		return notAccessible(a)
	}
}

// permittedAnywhere weighs a row about no repository for tokens that permissions limit, and rows that only such tokens pass.
// An app by itself passes those that take no permission, or only the one that all have: what else they take, an installation
// was given for the repositories of one account, and such a row is about more.
func permittedAnywhere(a Actor, n Need) error {
	kind := a.Token.Kind
	open := len(n.Permissions) == 0 && len(n.Scopes) == 0
	switch {
	case n.By == ByInstallation && kind != InstallationToken:
		return Fail(Forbidden, "You must authenticate with an installation access token in order to list repositories for an installation.")
	case kind == InstallationToken && n.By != ByPerson && (open || permits(Permissions{Metadata: LevelRead}, n)):
		return nil
	case kind == AppUserToken && (open || permits(Permissions{Metadata: LevelRead}, n)):
		return nil
	case kind == FineGrainedToken && (open || permits(a.Token.Permissions, n)):
		return nil
	default:
		return notAccessible(a)
	}
}

// notAccessible is the refusal of tokens that permissions limit (contract 1.4).
func notAccessible(a Actor) error {
	if a.Token.Kind == FineGrainedToken {
		return Fail(Forbidden, "Resource not accessible by personal access token")
	}
	return Fail(Forbidden, "Resource not accessible by integration")
}

// allowedByKey weighs the rows that only an app passes that proves who it is by its key, and refuses it all others. A
// private repository is not told to anybody else on the way.
func allowedByKey(a Actor, n Need, r Repository) error {
	switch {
	case n.By == ByApp && a.IsApp():
		return nil
	case n.By != ByApp:
		return BadCredentials()
	case r.Private:
		return Fail(NotFound, "Not Found")
	default:
		return BadAppKey()
	}
}

// BadAppKey is the answer to every signature of an app that does not hold, and to its absence (contract 1.4).
func BadAppKey() *Error { return Fail(Unauthorized, "A JSON web token could not be decoded") }
