package slipway

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

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

// NoReply is the address an account commits with when it has no public one: {id}+{login}@users.noreply.{host}
// (contract 1.9).
func (a Account) NoReply(host string) string {
	return strconv.FormatInt(a.ID, 10) + "+" + a.Login + "@users.noreply." + host
}

// Address is the e-mail address the account is known by: its own, else the noreply one.
func (a Account) Address(host string) string {
	if a.Email != "" {
		return a.Email
	}
	return a.NoReply(host)
}

// ParseNoReply reads the account's id out of an address that [Account.NoReply] made.
func ParseNoReply(email, host string) (id int64, ok bool) {
	local, domain, ok := strings.Cut(email, "@")
	number, login, plus := strings.Cut(local, "+")
	id, err := strconv.ParseInt(number, 10, 64)
	return id, ok && plus && login != "" && err == nil && id > 0 && strings.EqualFold(domain, "users.noreply."+host)
}

// Signature is how the account signs commits at a time: with its name, else its login, and with its address.
func (a Account) Signature(host string, at time.Time) Signature {
	s := Signature{Name: a.Name, Email: a.Address(host), When: at}
	if s.Name == "" {
		s.Name = a.Login
	}
	return s
}

// BotLogin is the account that creates what the server itself makes. It has id 1 and exists from the first start.
const BotLogin = "slipway[bot]"

// Actor is whoever makes a request: an account, and the token that limits what it may do. The zero Actor is anonymous.
type Actor struct {
	Account Account
	Token   Token // zero for the local administrator and for anonymous callers
	Local   bool  // speaks through the data folder's socket: the administrator of this machine
	Version int64 // of the server's authority when the actor was identified; 0: not known

	Password bool   // the account proved itself by its password; Token then has every scope and no id
	Client   *App   // the app whose client id and secret were presented, alone: it acts for nobody
	ClientID string // of the app that the token was given to; empty: none

	App           *App           // the GitHub App that acts, by itself or for a person; nil: none
	Installations []Installation // where it may: the token's own, or for a person all of the app's
}

// Anonymous reports whether nobody has been identified.
func (a Actor) Anonymous() bool { return a.Account.ID == 0 && !a.Local }

// IsApp reports whether a GitHub App speaks for itself, by its key and not by a token: it can look after its installations
// and get tokens for them, and nothing else.
func (a Actor) IsApp() bool { return a.App != nil && a.Token.ID == 0 }

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

// roleNames are the roles as GitHub and the command line spell them, in order.
var roleNames = []string{"none", "read", "triage", "write", "maintain", "admin"}

// String is the role's name: none, read, triage, write, maintain or admin.
func (r Role) String() string {
	if r < RoleNone || int(r) >= len(roleNames) {
		return "none"
	}
	return roleNames[r]
}

// Roles are the names that [ParseRole] lists: read, triage, write, maintain, admin.
func Roles() []string { return slices.Clone(roleNames[RoleRead:]) }

// ParseRole reads a role's name; GitHub's older words pull and push mean read and write. The error's Message says what is
// accepted.
func ParseRole(name string) (Role, error) {
	switch name {
	case "pull":
		return RoleRead, nil
	case "push":
		return RoleWrite, nil
	}
	if r := Role(slices.Index(roleNames, name)); r >= RoleRead {
		return r, nil
	}
	return RoleNone, Fail(Invalid, "role must be one of "+strings.Join(Roles(), ", "))
}

// Membership says what an account may do in an organization.
type Membership struct {
	OrganizationID int64
	AccountID      int64
	Admin          bool
}
