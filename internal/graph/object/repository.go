package object

import (
	"context"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Repository is a repository. Whoever may read a part of it (its code, its deployments, its statuses) sees that it is there
// and what it is called; every part is asked for by itself, so that a token for deployments reads those and no code.
type Repository struct {
	s    *Session
	row  slipway.Repository
	role slipway.Role
}

// The interfaces of the schema that repositories implement.
func (*Repository) IsNode()                     {}
func (*Repository) IsUniformResourceLocatable() {}

// repositoryByName finds a repository that the caller may see, by a name it had before too unless that is not wanted: NotFound
// otherwise.
func (s *Session) repositoryByName(ctx context.Context, owner, name string, followRenames *bool) (*Repository, error) {
	access, err := s.Deploy.FindRepository(ctx, s.Actor, owner, name)
	if err == nil && access.Moved && followRenames != nil && !*followRenames {
		err = slipway.Fail(slipway.NotFound, "Not Found")
	}
	if err != nil {
		return nil, err
	}
	return s.repository(access).onlyIf(seen...)
}

// onlyIf is the repository if the caller may do one of some things there, and otherwise nothing but why not.
func (r *Repository) onlyIf(needs ...slipway.Need) (*Repository, error) {
	if err := r.visible(needs...); err != nil {
		return nil, err
	}
	return r, nil
}

// visible reports whether the caller may do one of some things: nil, or why not the first of them.
func (r *Repository) visible(needs ...slipway.Need) error {
	var first error
	for _, n := range needs {
		err := slipway.Allowed(r.s.Actor, n, r.row, r.role)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// may asks whether the caller may do something to a repository it sees.
func (r *Repository) may(ctx context.Context, n slipway.Need) error {
	err := slipway.Allowed(r.s.Actor, n, r.row, r.role)
	if err != nil && slipway.LacksScope(r.s.Actor, n, r.row, r.role) {
		return scopesLack(ctx, r.s, n)
	}
	return err
}

// CreatedAt is when it was made.
func (r *Repository) CreatedAt() time.Time { return r.row.CreatedAt }

// DatabaseID is the id REST prints.
func (r *Repository) DatabaseID() *int { return databaseID(r.row.ID) }

// DefaultBranchRef is the default branch: null as long as it has no commit.
func (r *Repository) DefaultBranchRef(ctx context.Context) (*Ref, error) {
	return r.Ref(ctx, "refs/heads/"+r.row.DefaultBranch)
}

// Deployments are the repository's deployments.
func (r *Repository) Deployments(ctx context.Context, after, before *string, environments []string, first, last *int, orderBy *DeploymentOrder) (*DeploymentConnection, error) {
	return r.deployments(ctx, deploy.DeploymentsOf{RepositoryID: r.row.ID}, environments, bounds{first, last, after, before}, orderBy)
}

// Description is what the repository is about.
func (r *Repository) Description(ctx context.Context) (*string, error) {
	return orNull(r.row.Description), r.may(ctx, toSeeRepository)
}

// Environment is one of its environments: null when there is none of that name.
func (r *Repository) Environment(ctx context.Context, name string) (*Environment, error) {
	if err := r.may(ctx, toReadEnvironments); err != nil {
		return nil, err
	}
	e, err := r.s.Deploy.Environment(ctx, r.row, name)
	if err != nil {
		return nil, absent(err)
	}
	return newEnvironments(r, []slipway.Environment{e})[0], nil
}

// Environments are its environments, by name.
func (r *Repository) Environments(ctx context.Context, after, before *string, first, last *int, names []string, orderBy *Environments, pinnedEnvironmentFilter *string) (*EnvironmentConnection, error) {
	b := bounds{first, last, after, before}
	if err := r.may(ctx, toReadEnvironments); err != nil {
		return nil, err
	}
	if err := atMost(names, "names"); err != nil {
		return nil, err
	}
	pinned := deref(pinnedEnvironmentFilter) == "ONLY"
	count := func(ctx context.Context) (int, error) {
		if pinned {
			return 0, nil
		}
		return r.s.Deploy.CountEnvironments(ctx, r.row, names)
	}
	if !wanted(ctx) {
		return &EnvironmentConnection{counted[*Environment](count)}, nil
	}
	cut, err := b.cutByKey(ctx, orderBy != nil && orderBy.Direction == descending)
	if err != nil {
		return nil, err
	}
	var part deploy.Part[slipway.Environment]
	if !pinned {
		if part, err = r.s.Deploy.EnvironmentsWithin(ctx, r.row, names, cut); err != nil {
			return nil, err
		}
	}
	key := func(e *Environment) string { return slipway.Key(e.row.Name) }
	return &EnvironmentConnection{paged(b, newEnvironments(r, part.Items), part.More, key, count)}, nil
}

// ID is the repository's node_id.
func (r *Repository) ID() string { return slipway.NodeID("Repository", r.row.ID) }

// IsArchived reports whether it is read-only.
func (r *Repository) IsArchived() bool { return r.row.Archived }

// IsDisabled is never true here.
func (r *Repository) IsDisabled() bool { return false }

// IsEmpty reports whether nothing was pushed to it.
func (r *Repository) IsEmpty() bool { return r.row.PushedAt == nil }

// IsFork is never true here.
func (r *Repository) IsFork() bool { return false }

// IsInOrganization reports whether an organization owns it.
func (r *Repository) IsInOrganization() bool { return r.row.Owner.Type == slipway.Organization }

// IsPrivate reports whether it is hidden from those who were not let in.
func (r *Repository) IsPrivate() bool { return r.row.Private }

// Name is its name.
func (r *Repository) Name() string { return r.row.Name }

// NameWithOwner is OWNER/NAME.
func (r *Repository) NameWithOwner() string { return r.row.FullName() }

// Owner is who owns it.
func (r *Repository) Owner() RepositoryOwner { return r.s.owner(r.row.Owner) }

// PushedAt is when something was last pushed.
func (r *Repository) PushedAt() *time.Time { return r.row.PushedAt }

// Ref is a branch or tag: null when there is none of that name.
func (r *Repository) Ref(ctx context.Context, qualifiedName string) (*Ref, error) {
	if err := r.may(ctx, toReadCode); err != nil {
		return nil, err
	}
	name := qualifiedName
	if strings.HasPrefix(name, "heads/") || strings.HasPrefix(name, "tags/") {
		name = "refs/" + name
	}
	found, err := r.s.Deploy.FindRef(ctx, r.row, name)
	if err == nil || name == qualifiedName || slipway.KindOf(err) != slipway.NotFound {
		return newRef(r, found, err)
	}
	found, err = r.s.Deploy.FindRef(ctx, r.row, qualifiedName) // a branch may be called heads/x
	return newRef(r, found, err)
}

// ResourcePath is the path of its page.
func (r *Repository) ResourcePath() string { return r.s.path(r.URL()) }

// UpdatedAt is when it last changed.
func (r *Repository) UpdatedAt() time.Time { return r.row.UpdatedAt }

// URL is the address of its page.
func (r *Repository) URL() string { return r.s.URLs.RepositoryHTML(r.row) }

// ViewerCanAdminister reports whether the caller may change its settings.
func (r *Repository) ViewerCanAdminister() bool { return r.role >= slipway.RoleAdmin }

// ViewerPermission is the caller's role; null for a role that is none.
func (r *Repository) ViewerPermission() *string {
	if r.role < slipway.RoleRead {
		return nil
	}
	name := strings.ToUpper(r.role.String())
	return &name
}

// Visibility is who can see it.
func (r *Repository) Visibility() string {
	if r.row.Private {
		return "PRIVATE"
	}
	return "PUBLIC"
}

// atMost bounds a list of names in an argument.
func atMost(names []string, argument string) error {
	if len(names) > maxPage {
		return &Error{typeArgument, "You may not provide more than 100 `" + argument + "`."}
	}
	return nil
}
