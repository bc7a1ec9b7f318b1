package deploy

import (
	"cmp"
	"context"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// Collaborators remembers who works on which repository.
type Collaborators interface {
	Collaborator(repositoryID, accountID int64) (slipway.Role, error)       // RoleNone when there is none, no error
	SetCollaborator(repositoryID, accountID int64, role slipway.Role) error // RoleNone removes
	Collaborators(repositoryID int64) ([]Grant, error)                      // by account
}

// Grant is a role that an account has.
type Grant struct {
	slipway.Account
	Role   slipway.Role
	Direct bool // as a collaborator of the repository, not through the organization or a team
}

// Outside reports whether a collaborator does not belong to the organization that owns the repository.
func (g Grant) outside(members map[int64]Member) bool {
	_, member := members[g.ID]
	return g.Direct && !member
}

// The kinds of collaborators that lists can be limited to.
const (
	AllCollaborators     = "all"
	DirectCollaborators  = "direct"
	OutsideCollaborators = "outside"
)

// ListCollaborators lists everybody who was given a role in a repository, by account: its owner, its collaborators, and the members
// of the organization and the teams it belongs to. kind limits it to the direct or the outside collaborators.
func (d *Decisions) ListCollaborators(ctx context.Context, r slipway.Repository, kind string) (list []Grant, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list, err = collaborators(tx, r, kind)
		return err
	})
	return list, err
}

func collaborators(tx Tx, r slipway.Repository, kind string) ([]Grant, error) {
	direct, err := tx.Collaborators(r.ID)
	if err != nil {
		return nil, err
	}
	granted := make(map[int64]Grant)
	for _, g := range direct {
		g.Direct = true
		granted[g.ID] = g
	}
	members, err := membersOf(tx, r, granted)
	if err != nil {
		return nil, err
	}
	list := make([]Grant, 0, len(granted))
	for _, g := range granted {
		if kind == DirectCollaborators && !g.Direct || kind == OutsideCollaborators && !g.outside(members) {
			continue
		}
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b Grant) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// membersOf adds the roles that come with owning a repository, with belonging to its organization and with being in a team.
func membersOf(tx Tx, r slipway.Repository, granted map[int64]Grant) (map[int64]Member, error) {
	raise := func(account slipway.Account, role slipway.Role, direct bool) {
		g := granted[account.ID]
		granted[account.ID] = Grant{Account: account, Role: max(g.Role, role), Direct: g.Direct || direct}
	}
	members := make(map[int64]Member)
	if r.Owner.Type != slipway.Organization {
		raise(r.Owner, slipway.RoleAdmin, true)
		members[r.Owner.ID] = Member{Account: r.Owner}
		return members, nil
	}
	list, err := tx.Members(r.Owner.ID)
	if err != nil {
		return nil, err
	}
	teams, err := tx.TeamRoles(r.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		members[m.ID] = m
		raise(m.Account, max(memberRole(m.Admin), teams[m.ID]), false)
	}
	return members, nil
}

// Permission says which role an account has in a repository, RoleNone included. NotFound when there is no such account.
func (d *Decisions) Permission(ctx context.Context, r slipway.Repository, login string) (g Grant, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if g.Account, err = tx.AccountByLogin(login); err != nil {
			return notFound(err)
		}
		role, err := grantedRole(tx, g.Account, r)
		g.Role = slipway.RoleIn(slipway.Actor{Account: g.Account}, r, role)
		return err
	})
	return g, err
}

// IsCollaborator reports whether an account was given a role in a repository: nil, or NotFound.
func (d *Decisions) IsCollaborator(ctx context.Context, r slipway.Repository, login string) error {
	return d.store.View(ctx, func(tx Tx) error {
		account, err := tx.AccountByLogin(login)
		if err != nil {
			return notFound(err)
		}
		role, err := grantedRole(tx, account, r)
		if err == nil && role == slipway.RoleNone && account.ID != r.Owner.ID {
			err = slipway.Fail(slipway.NotFound, "Not Found")
		}
		return err
	})
}

// AddCollaborator gives an account a role in a repository, in place of the one it had there. Administrators of the
// repository may; for others neither exists. NotFound too when the repository or the account is absent.
func (d *Decisions) AddCollaborator(ctx context.Context, a slipway.Actor, owner, name, login string, role slipway.Role) error {
	found, err := d.administeredRepository(ctx, a, owner, name)
	if err != nil {
		return err
	}
	return d.SetCollaborator(ctx, a, found, login, role)
}

// administeredRepository finds a repository that the actor administers; for others there is none.
func (d *Decisions) administeredRepository(ctx context.Context, a slipway.Actor, owner, name string) (slipway.Repository, error) {
	found, err := d.FindRepository(ctx, a, owner, name)
	if err != nil {
		return slipway.Repository{}, absent(a, err, "repository "+owner+"/"+name)
	}
	if !a.Local && found.Role < slipway.RoleAdmin {
		return slipway.Repository{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	return found.Repository, nil
}

// SetCollaborator is AddCollaborator for a repository that was found, whose administrator the actor is.
func (d *Decisions) SetCollaborator(ctx context.Context, a slipway.Actor, r slipway.Repository, login string, role slipway.Role) error {
	if role < slipway.RoleRead || role > slipway.RoleAdmin {
		return repositoryError("permission", "invalid", "")
	}
	return d.changeCollaborator(ctx, a, r, login, role)
}

// RemoveCollaborator takes away the role an account was given in a repository. That it had none is no error.
func (d *Decisions) RemoveCollaborator(ctx context.Context, a slipway.Actor, r slipway.Repository, login string) error {
	return d.changeCollaborator(ctx, a, r, login, slipway.RoleNone)
}

func (d *Decisions) changeCollaborator(ctx context.Context, a slipway.Actor, r slipway.Repository, login string, role slipway.Role) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		account, err := tx.AccountByLogin(login)
		if err != nil {
			return absent(a, err, "account "+login)
		}
		if account.Type == slipway.Organization {
			return repositoryError("collaborator", "custom", "an organization cannot be a collaborator")
		}
		if err := tx.SetCollaborator(r.ID, account.ID, role); err != nil {
			return err
		}
		action := "collaborator_added"
		if role == slipway.RoleNone {
			action = "collaborator_removed"
		}
		if err := record(tx, a, r.ID, "repository", action, slipway.Subject{AccountID: account.ID, Role: role}); err != nil {
			return err
		}
		return tx.BumpAuthVersion()
	})
}
