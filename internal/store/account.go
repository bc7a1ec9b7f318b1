package store

import (
	"encoding/json"
	"errors"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// AuthVersion is the version of everything that says who may do what.
func (t *tx) AuthVersion() (int64, error) {
	v, err := t.q.GetAuthVersion(t.ctx)
	return v, t.failed("auth version", err)
}

// BumpAuthVersion moves the version, once in a transaction. What takes authority away moves it by itself, so that no
// caller can forget to.
func (t *tx) BumpAuthVersion() error {
	if t.bumped {
		return nil
	}
	t.bumped = true
	return t.failed("bump auth version", t.q.BumpAuthVersion(t.ctx))
}

// Account finds an account by its id.
func (t *tx) Account(id int64) (slipway.Account, error) {
	a, err := t.q.GetAccount(t.ctx, id)
	return accountOf(a), t.failed("account", err)
}

// AccountByLogin finds an account by its login, in any case.
func (t *tx) AccountByLogin(login string) (slipway.Account, error) {
	a, err := t.q.GetAccountByLogin(t.ctx, slipway.Key(login))
	return accountOf(a), t.failed("account by login", err)
}

// AccountByEmail finds the oldest account with an address, in any case. Nobody has the empty address.
func (t *tx) AccountByEmail(email string) (slipway.Account, error) {
	key := slipway.Key(email)
	if key == "" {
		return slipway.Account{}, missing("account by email", 0, nil)
	}
	a, err := t.q.GetAccountByEmail(t.ctx, key)
	return accountOf(a), t.failed("account by email", err)
}

// InsertAccount adds an account: Conflict when its login is taken.
func (t *tx) InsertAccount(a *slipway.Account) error {
	id, err := t.q.InsertAccount(t.ctx, db.InsertAccountParams{
		Login: a.Login, LoginKey: slipway.Key(a.Login), Type: string(a.Type), Name: a.Name,
		Email: a.Email, EmailKey: slipway.Key(a.Email), SiteAdmin: a.SiteAdmin,
		CreatedAt: micro(a.CreatedAt), UpdatedAt: micro(a.UpdatedAt),
	})
	if err != nil {
		return t.failed("insert account", err)
	}
	a.ID = id
	return nil
}

// SetAccount changes an account.
func (t *tx) SetAccount(a slipway.Account) error {
	n, err := t.q.UpdateAccount(t.ctx, db.UpdateAccountParams{
		Login: a.Login, LoginKey: slipway.Key(a.Login), Type: string(a.Type), Name: a.Name,
		Email: a.Email, EmailKey: slipway.Key(a.Email), SiteAdmin: a.SiteAdmin, UpdatedAt: micro(a.UpdatedAt), ID: a.ID,
	})
	return errors.Join(t.changed("set account", n, err), t.BumpAuthVersion())
}

// AccountsAfter lists accounts with greater ids, oldest first.
func (t *tx) AccountsAfter(id int64, limit int) ([]slipway.Account, error) {
	rows, err := t.q.ListAccountsAfter(t.ctx, db.ListAccountsAfterParams{After: id, Lim: int64(limit)})
	list := make([]slipway.Account, 0, len(rows))
	for _, row := range rows {
		list = append(list, accountOf(row))
	}
	return list, t.failed("list accounts", err)
}

// Membership says what an account may do in an organization.
func (t *tx) Membership(organizationID, accountID int64) (slipway.Membership, error) {
	m, err := t.q.GetMembership(t.ctx, db.GetMembershipParams{OrganizationID: organizationID, AccountID: accountID})
	return slipway.Membership{OrganizationID: m.OrganizationID, AccountID: m.AccountID, Admin: m.Admin}, t.failed("membership", err)
}

// SetMembership adds a membership or changes it.
func (t *tx) SetMembership(m slipway.Membership) error {
	err := t.q.SetMembership(t.ctx, db.SetMembershipParams{OrganizationID: m.OrganizationID, AccountID: m.AccountID, Admin: m.Admin})
	return errors.Join(t.failed("set membership", err), t.BumpAuthVersion())
}

// RemoveMembership ends a membership and the account's part in the organization's teams.
func (t *tx) RemoveMembership(organizationID, accountID int64) error {
	err := t.q.DeleteTeamMemberships(t.ctx, db.DeleteTeamMembershipsParams{AccountID: accountID, OrganizationID: organizationID})
	if err != nil {
		return t.failed("remove team memberships", err)
	}
	n, err := t.q.DeleteMembership(t.ctx, db.DeleteMembershipParams{OrganizationID: organizationID, AccountID: accountID})
	return errors.Join(t.changed("remove membership", n, err), t.BumpAuthVersion())
}

// Members lists an organization's members, by account.
func (t *tx) Members(organizationID int64) ([]deploy.Member, error) {
	rows, err := t.q.ListMembers(t.ctx, organizationID)
	list := make([]deploy.Member, 0, len(rows))
	for _, row := range rows {
		list = append(list, deploy.Member{Account: accountOf(row.Account), Admin: row.Admin})
	}
	return list, t.failed("members", err)
}

// OrganizationsOf lists the organizations of an account, by organization.
func (t *tx) OrganizationsOf(accountID int64) ([]deploy.Member, error) {
	rows, err := t.q.ListOrganizationsOf(t.ctx, accountID)
	list := make([]deploy.Member, 0, len(rows))
	for _, row := range rows {
		list = append(list, deploy.Member{Account: accountOf(row.Account), Admin: row.Admin})
	}
	return list, t.failed("organizations of an account", err)
}

func accountOf(a db.Account) slipway.Account {
	return slipway.Account{
		ID: a.ID, Login: a.Login, Type: slipway.AccountType(a.Type), Name: a.Name, Email: a.Email, SiteAdmin: a.SiteAdmin,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

// creators looks up whoever is named on a page. Accounts that are gone are absent, and *Account is then nil.
type creators map[int64]*slipway.Account

func (t *tx) creators(ids []int64) (creators, error) {
	found := creators{}
	switch len(ids) {
	case 0:
		return found, nil
	case 1:
		a, err := t.Account(ids[0])
		if err == nil {
			found[ids[0]] = &a
		}
		return found, absent(err)
	}
	rows, err := t.q.ListAccountsByID(t.ctx, idList(ids))
	for _, row := range rows {
		a := accountOf(row)
		found[a.ID] = &a
	}
	return found, t.failed("accounts", err)
}

func (c creators) of(id *int64) *slipway.Account {
	if id == nil {
		return nil
	}
	return c[*id]
}

// creatorsOf collects the distinct ids that rows name.
func creatorsOf[Row any](rows []Row, id func(Row) *int64) []int64 {
	var ids []int64
	seen := map[int64]bool{}
	for _, row := range rows {
		if p := id(row); p != nil && !seen[*p] {
			seen[*p] = true
			ids = append(ids, *p)
		}
	}
	return ids
}

// idOf is the column of an account that may be nobody.
func idOf(a *slipway.Account) *int64 {
	if a == nil || a.ID == 0 {
		return nil
	}
	return &a.ID
}

// idList is a list as the queries take it: a JSON array, never null.
func idList(ids []int64) string {
	if len(ids) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(ids) // integers always encode
	return string(text)
}
