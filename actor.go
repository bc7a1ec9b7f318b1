package slipway

import "time"

// AccountType says what an account is. The values are the ones GitHub prints.
type AccountType string

// The kinds of account.
const (
	User         AccountType = "User"
	Organization AccountType = "Organization"
	Bot          AccountType = "Bot"
)

// Account is a person, an organization or a bot: whatever can own a repository or be named as the creator of something.
type Account struct {
	ID        int64
	Login     string // as first written; compared by Key(Login)
	Type      AccountType
	Name      string // display name, may be empty
	Email     string // public e-mail address, may be empty
	SiteAdmin bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// BotLogin is the account that creates what the server itself makes. It has id 1 and exists from the first start.
const BotLogin = "slipway[bot]"

// Actor is whoever makes a request: an account, and the token that limits what it may do. The zero Actor is anonymous.
type Actor struct {
	Account Account
	Token   Token // zero for the local administrator and for anonymous callers
	Local   bool  // speaks through the data folder's socket: the administrator of this machine
}

// Anonymous reports whether nobody has been identified.
func (a Actor) Anonymous() bool { return a.Account.ID == 0 && !a.Local }

// Role is what an account may do in a repository, in GitHub's five steps.
type Role int

// The roles, weakest first, so that they can be compared.
const (
	RoleNone Role = iota
	RoleRead
	RoleTriage
	RoleWrite
	RoleMaintain
	RoleAdmin
)

// Membership says what an account may do in an organization.
type Membership struct {
	OrganizationID int64
	AccountID      int64
	Admin          bool
}
