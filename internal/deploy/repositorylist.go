package deploy

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// RepositoryLists reads many repositories at once.
type RepositoryLists interface {
	RepositoriesOwned(ownerID int64) ([]slipway.Repository, error) // by id
	RepositoriesFor(accountID int64) ([]slipway.Repository, error) // owned, shared, of its organizations and teams; by id
	PublicRepositories(limit int) ([]slipway.Repository, error)    // those pushed to last first
	FormerName(owner, name string) (repositoryID int64, err error) // what used to be called so; NotFound
}

// RepositoryList says which repositories of an account to list, and in which order. The words are GitHub's.
type RepositoryList struct {
	Visibility  string   // all, public, private
	Affiliation []string // owner, collaborator, organization_member: how the account has a part in them
	Sort        string   // created, updated, pushed, full_name
	Descending  bool
	PublicOnly  bool
}

// RepositoriesOf lists the repositories an account has a part in, as far as the actor may see them.
func (d *Decisions) RepositoriesOf(ctx context.Context, a slipway.Actor, account slipway.Account, q RepositoryList) (list []Access, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		all, err := tx.RepositoriesFor(account.ID)
		if account.Type == slipway.Organization {
			all, err = tx.RepositoriesOwned(account.ID)
		}
		if err != nil {
			return err
		}
		if all, err = q.affiliated(tx, account, all); err != nil {
			return err
		}
		list, err = visible(tx, a, slices.DeleteFunc(all, q.unwanted))
		return err
	})
	slices.SortStableFunc(list, q.order)
	return list, err
}

// unwanted is what the visibility leaves out.
func (q RepositoryList) unwanted(r slipway.Repository) bool {
	return r.Private && (q.PublicOnly || q.Visibility == "public") || !r.Private && q.Visibility == "private"
}

// affiliated keeps what the account has to do with in one of the ways asked for.
func (q RepositoryList) affiliated(tx Tx, account slipway.Account, all []slipway.Repository) ([]slipway.Repository, error) {
	if len(q.Affiliation) == 0 || account.Type == slipway.Organization {
		return all, nil
	}
	shared, err := tx.CollaborationsOf(account.ID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(r slipway.Repository) bool {
		collaborator := slices.Contains(shared, r.ID)
		return !slices.ContainsFunc(q.Affiliation, func(how string) bool {
			switch how {
			case "owner":
				return r.Owner.ID == account.ID
			case "collaborator":
				return collaborator
			default:
				return r.Owner.ID != account.ID && r.Owner.Type == slipway.Organization
			}
		})
	}), nil
}

// visible keeps the repositories the actor may see, with the role it has in each.
func visible(tx Tx, a slipway.Actor, all []slipway.Repository) (list []Access, err error) {
	for _, r := range all {
		role, err := grantedRole(tx, a.Account, r)
		if err != nil {
			return nil, err
		}
		role = slipway.RoleIn(a, r, role)
		if slipway.Allowed(a, slipway.ToSeeRepository, r, role) == nil {
			list = append(list, Access{Repository: r, Role: role})
		}
	}
	return list, nil
}

func (q RepositoryList) order(x, y Access) int {
	a, b := x.Repository, y.Repository
	order := 0
	switch q.Sort {
	case "created":
		order = a.CreatedAt.Compare(b.CreatedAt)
	case "updated":
		order = a.UpdatedAt.Compare(b.UpdatedAt)
	case "pushed":
		order = pushedAt(a).Compare(pushedAt(b))
	default:
		order = strings.Compare(slipway.Key(a.FullName()), slipway.Key(b.FullName()))
	}
	if order == 0 {
		order = cmp.Compare(a.ID, b.ID)
	}
	if q.Descending {
		return -order
	}
	return order
}

// pushedAt is when a repository was last pushed to: when it was made, if never.
func pushedAt(r slipway.Repository) time.Time {
	if r.PushedAt == nil {
		return r.CreatedAt
	}
	return *r.PushedAt
}

// RepositoriesAfter lists the repositories with ids above since that the actor may see, oldest first, at most limit.
func (d *Decisions) RepositoriesAfter(ctx context.Context, a slipway.Actor, since int64, limit int) (list []Access, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list = nil
		for after := since; len(list) < limit; {
			page, err := tx.RepositoriesAfter(after, readAtOnce)
			if err != nil || len(page) == 0 {
				return err
			}
			after = page[len(page)-1].ID
			seen, err := visible(tx, a, page)
			if err != nil {
				return err
			}
			list = append(list, seen[:min(len(seen), limit-len(list))]...)
		}
		return nil
	})
	return list, err
}

// AccountsAfter lists users and organizations with ids above since, oldest first, at most limit.
func (d *Decisions) AccountsAfter(ctx context.Context, since int64, limit int) (list []slipway.Account, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list, err = tx.AccountsAfter(since, limit)
		return err
	})
	return list, err
}
