package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// Memberships remembers who belongs to which organization.
type Memberships interface {
	Membership(organizationID, accountID int64) (slipway.Membership, error) // NotFound when there is none
	SetMembership(m slipway.Membership) error
	RemoveMembership(organizationID, accountID int64) error // and from the organization's teams; NotFound when there is none
	Members(organizationID int64) ([]Member, error)         // by account
	OrganizationsOf(accountID int64) ([]Member, error)      // by organization; Account is the organization
}

// Member is one end of a membership: an account in an organization, or an organization of an account.
type Member struct {
	slipway.Account
	Admin bool
}

// CreateOrganization makes an organization; administrators of the server may. Its maker administers it. A login that is taken
// is Invalid.
func (d *Decisions) CreateOrganization(ctx context.Context, a slipway.Actor, login, name string) (made slipway.Account, err error) {
	if err := administers(a); err != nil {
		return slipway.Account{}, err
	}
	in := NewAccount{Login: login, Name: name, Type: slipway.Organization}
	if err := in.check(); err != nil {
		return slipway.Account{}, err
	}
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		if made, err = in.insert(tx, a); err != nil {
			return err
		}
		return joinAsAdmin(tx, a, made)
	})
	return made, err
}

// Organization finds an organization by its login, in any case: NotFound when there is none.
func (d *Decisions) Organization(ctx context.Context, login string) (found slipway.Account, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = organization(tx, login)
		return notFound(err)
	})
	return found, err
}

// organization finds an organization by its login.
func organization(tx Tx, login string) (slipway.Account, error) {
	found, err := tx.AccountByLogin(login)
	if err == nil && found.Type != slipway.Organization {
		return slipway.Account{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	return found, err
}

// Organizations lists all organizations, oldest first.
func (d *Decisions) Organizations(ctx context.Context) (all []slipway.Account, err error) {
	accounts, err := d.Accounts(ctx)
	for _, a := range accounts {
		if a.Type == slipway.Organization {
			all = append(all, a)
		}
	}
	return all, err
}

// AddMember lets a person belong to an organization, as its administrator or not; administrators of either may.
func (d *Decisions) AddMember(ctx context.Context, a slipway.Actor, org, login string, admin bool) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		organization, account, err := memberToBe(tx, a, org, login)
		if err != nil {
			return err
		}
		if account.Type != slipway.User {
			return membershipError("only people can be members of an organization")
		}
		m := slipway.Membership{OrganizationID: organization.ID, AccountID: account.ID, Admin: admin}
		if err := tx.SetMembership(m); err != nil {
			return err
		}
		subject := slipway.Subject{AccountID: account.ID, OrganizationID: organization.ID, Role: memberRole(admin)}
		return recordAuthority(tx, a, "organization", "member_added", subject)
	})
}

// RemoveMember ends a membership, and with it the member's part in the organization's teams. NotFound when there is none.
func (d *Decisions) RemoveMember(ctx context.Context, a slipway.Actor, org, login string) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		organization, account, err := memberToBe(tx, a, org, login)
		if err != nil {
			return err
		}
		if err := tx.RemoveMembership(organization.ID, account.ID); err != nil {
			return absent(a, err, "member "+login+" of "+org)
		}
		subject := slipway.Subject{AccountID: account.ID, OrganizationID: organization.ID}
		return recordAuthority(tx, a, "organization", "member_removed", subject)
	})
}

// memberToBe finds an organization that the actor administers, and an account.
func memberToBe(tx Tx, a slipway.Actor, org, login string) (organization, account slipway.Account, err error) {
	if organization, err = administered(tx, a, org); err != nil {
		return organization, account, err
	}
	account, err = tx.AccountByLogin(login)
	return organization, account, absent(a, err, "account "+login)
}

// administered finds an organization that the actor administers; for others there is none.
func administered(tx Tx, a slipway.Actor, org string) (slipway.Account, error) {
	found, err := organization(tx, org)
	if err != nil {
		return slipway.Account{}, absent(a, err, "organization "+org)
	}
	if administers(a) == nil {
		return found, nil
	}
	member, err := tx.Membership(found.ID, a.Account.ID)
	if err == nil && (!member.Admin || !a.Token.Scopes.Covers("admin:org")) {
		err = slipway.Fail(slipway.NotFound, "Not Found")
	}
	return found, notFound(err)
}

func memberRole(admin bool) slipway.Role {
	if admin {
		return slipway.RoleAdmin
	}
	return slipway.RoleRead
}

func membershipError(message string) error {
	return slipway.ValidationFailed(slipway.Detail{Resource: "OrganizationMember", Field: "user", Code: "custom", Message: message})
}

// recordAuthority is record for what says who may do what, on the whole server.
func recordAuthority(tx Tx, a slipway.Actor, kind, action string, s slipway.Subject) error {
	if err := record(tx, a, 0, kind, action, s); err != nil {
		return err
	}
	return tx.BumpAuthVersion()
}

// Members lists an organization's members, by account, for the people it is shown to: its own members and administrators of
// the server. To others nobody is a member, since no membership is public.
func (d *Decisions) Members(ctx context.Context, a slipway.Actor, org slipway.Account) (list []Member, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if err := belongs(tx, a, org.ID); err != nil {
			list = nil
			return hidden(err)
		}
		list, err = tx.Members(org.ID)
		return err
	})
	return list, err
}

// Membership is an account's part in an organization, for the people it is shown to. NotFound when there is none, or the actor
// may not know.
func (d *Decisions) Membership(ctx context.Context, a slipway.Actor, org slipway.Account, login string) (m Member, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if err := belongs(tx, a, org.ID); err != nil {
			return err
		}
		account, err := tx.AccountByLogin(login)
		if err != nil {
			return notFound(err)
		}
		found, err := tx.Membership(org.ID, account.ID)
		m = Member{Account: account, Admin: found.Admin}
		return notFound(err)
	})
	return m, err
}

// Belongs reports whether the members and teams of an organization are shown to the actor: nil, or NotFound.
func (d *Decisions) Belongs(ctx context.Context, a slipway.Actor, org slipway.Account) error {
	return d.store.View(ctx, func(tx Tx) error { return belongs(tx, a, org.ID) })
}

// belongs refuses whoever may not look at an organization's inside.
func belongs(tx Tx, a slipway.Actor, organizationID int64) error {
	member := false
	if !a.Anonymous() && !a.Local {
		_, err := tx.Membership(organizationID, a.Account.ID)
		if err != nil && slipway.KindOf(err) != slipway.NotFound {
			return err
		}
		member = err == nil
	}
	return slipway.Visible(a, member)
}

// hidden lets a refusal to look pass as an empty list.
func hidden(err error) error {
	if slipway.KindOf(err) == slipway.NotFound {
		return nil
	}
	return err
}

// OrganizationsOf lists the organizations of an account. Of others only administrators of the server see them, since no
// membership is public.
func (d *Decisions) OrganizationsOf(ctx context.Context, a slipway.Actor, account slipway.Account) (list []Member, err error) {
	if slipway.Visible(a, a.Account.ID == account.ID) != nil {
		return nil, nil
	}
	err = d.store.View(ctx, func(tx Tx) error {
		list, err = tx.OrganizationsOf(account.ID)
		return err
	})
	return list, err
}

// Paged is one page of a list that is read as a whole.
func Paged[T any](all []T, p Page) Listed[T] {
	from := min((p.Number-1)*p.Size, len(all))
	return Listed[T]{Items: all[from:min(from+p.Size, len(all))], Total: len(all), Exact: true}
}
