package object

import (
	"context"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Actor is whoever did something: a [User], an [Organization] or a [Bot].
type Actor interface{ IsActor() }

// RepositoryOwner is whoever can own repositories: a [User] or an [Organization].
type RepositoryOwner interface{ IsRepositoryOwner() }

// account is what all kinds of account answer.
type account struct {
	s   *Session
	row slipway.Account
}

// User is a person.
type User struct{ account }

// Organization is an account that several people share.
type Organization struct{ account }

// Bot is an account that stands for a program.
type Bot struct{ account }

// The interfaces of the schema that accounts implement.
func (*User) IsActor()                            {}
func (*User) IsNode()                             {}
func (*User) IsRepositoryOwner()                  {}
func (*User) IsUniformResourceLocatable()         {}
func (*User) IsDeploymentReviewer()               {}
func (*Organization) IsActor()                    {}
func (*Organization) IsNode()                     {}
func (*Organization) IsRepositoryOwner()          {}
func (*Organization) IsUniformResourceLocatable() {}
func (*Bot) IsActor()                             {}
func (*Bot) IsNode()                              {}
func (*Bot) IsUniformResourceLocatable()          {}

// ghost stands in for accounts that are gone, where the schema wants somebody.
var ghost = slipway.Account{Login: "ghost", Type: slipway.User, Name: "Deleted user", CreatedAt: time.Unix(0, 0), UpdatedAt: time.Unix(0, 0)}

// actor is who did something; nil is somebody who is gone.
func (s *Session) actor(a *slipway.Account) Actor {
	if a == nil {
		a = &ghost
	}
	switch a.Type {
	case slipway.Organization:
		return &Organization{account{s, *a}}
	case slipway.Bot:
		return &Bot{account{s, *a}}
	default:
		return &User{account{s, *a}}
	}
}

// owner is an account that can own repositories; nil when it cannot.
func (s *Session) owner(a slipway.Account) RepositoryOwner {
	owner, _ := s.actor(&a).(RepositoryOwner)
	return owner
}

// AvatarURL is the address of the account's picture, which has one size.
func (a account) AvatarURL() string { return a.s.URLs.Avatar(a.row.ID) }

// CreatedAt is when the account was made.
func (a account) CreatedAt() time.Time { return a.row.CreatedAt }

// DatabaseID is the id REST prints.
func (a account) DatabaseID() *int { return databaseID(a.row.ID) }

// ID is the account's node_id.
func (a account) ID() string { return slipway.AccountNodeID(a.row) }

// Login is the account's login.
func (a account) Login() string { return a.row.Login }

// Name is the display name; null when there is none.
func (a account) Name() *string { return orNull(a.row.Name) }

// ResourcePath is the path of the account's page.
func (a account) ResourcePath() string { return a.s.path(a.URL()) }

// UpdatedAt is when the account last changed.
func (a account) UpdatedAt() time.Time { return a.row.UpdatedAt }

// URL is the address of the account's page.
func (a account) URL() string { return a.s.URLs.AccountHTML(a.row.Login) }

// Repository is one of the account's repositories: null when it has none of that name that the caller may see.
func (a account) Repository(ctx context.Context, followRenames *bool, name string) (*Repository, error) {
	r, err := a.s.repositoryByName(ctx, a.row.Login, name, followRenames)
	if err != nil {
		return nil, absent(concealed(err))
	}
	return r, nil
}

// Email is the public address; empty when there is none.
func (u *User) Email() string { return u.row.Email }

// IsSiteAdmin reports whether the user administers the server.
func (u *User) IsSiteAdmin() bool { return u.row.SiteAdmin }

// IsViewer reports whether the user asks.
func (u *User) IsViewer() bool { return u.row.ID == u.s.Actor.Account.ID }

// Email is the public address; null when there is none.
func (o *Organization) Email() *string { return orNull(o.row.Email) }

// Login is the login without the [bot] that REST prints (contract 10.1).
func (b *Bot) Login() string { return strings.TrimSuffix(b.row.Login, "[bot]") }

// path is an address of the web host without the host.
func (s *Session) path(address string) string { return strings.TrimPrefix(address, s.URLs.Web) }
