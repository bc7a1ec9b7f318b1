package deploy

import "github.com/slipway-deploy/slipway"

// Accounts remembers people, organizations and bots.
type Accounts interface {
	Account(id int64) (slipway.Account, error)
	AccountByLogin(login string) (slipway.Account, error) // compared by slipway.Key
	AccountByEmail(email string) (slipway.Account, error)
	InsertAccount(a *slipway.Account) error
	SetAccount(a slipway.Account) error
	AccountsAfter(id int64, limit int) ([]slipway.Account, error) // by id
}

// Memberships remembers who belongs to which organization.
type Memberships interface {
	Membership(organizationID, accountID int64) (slipway.Membership, error) // NotFound when there is none
	SetMembership(m slipway.Membership) error
}
