package deploy

import (
	"context"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// Accounts remembers people, organizations and bots.
type Accounts interface {
	Account(id int64) (slipway.Account, error)
	AccountByLogin(login string) (slipway.Account, error) // compared by slipway.Key
	AccountByEmail(email string) (slipway.Account, error)
	InsertAccount(a *slipway.Account) error
	SetAccount(a slipway.Account) error
	AccountsAfter(id int64, limit int) ([]slipway.Account, error) // by id
}

// NewAccount asks for an account.
type NewAccount struct {
	Login     string
	Name      string // may be empty
	Email     string // may be empty
	SiteAdmin bool
	Type      slipway.AccountType // empty: a user
}

// CreateAccount makes an account; only administrators of the server may. A login that is taken is Invalid.
func (d *Decisions) CreateAccount(ctx context.Context, a slipway.Actor, in NewAccount) (made slipway.Account, err error) {
	if err := administers(a); err != nil {
		return slipway.Account{}, err
	}
	if err := in.check(); err != nil {
		return slipway.Account{}, err
	}
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		made, err = in.insert(tx, a)
		return err
	})
	return made, err
}

// administers refuses whoever does not administer the server itself.
func administers(a slipway.Actor) error {
	if a.Local || a.Account.SiteAdmin && a.Token.Scopes.Covers("site_admin") {
		return nil
	}
	return slipway.Fail(slipway.NotFound, "Not Found")
}

func (in NewAccount) check() error {
	if err := slipway.CheckLogin(in.Login); err != nil {
		return err
	}
	switch in.Type {
	case "", slipway.User, slipway.Organization:
	default:
		return userError("type", "type is not included in the list")
	}
	if !oneLine(in.Name) {
		return userError("name", "name must be one line of at most 255 characters")
	}
	if in.Email != "" && !isAddress(in.Email) {
		return userError("email", "email is not an address")
	}
	return nil
}

func userError(field, message string) error {
	return slipway.ValidationFailed(slipway.Detail{Resource: "User", Field: field, Code: "custom", Message: message})
}

// oneLine reports whether a text can stand where a name does: in a list, or as the author of a commit.
func oneLine(s string) bool { return isText(s, slipway.MaxName) && !strings.ContainsAny(s, "<>") }

// isText reports whether s is text without control characters, of at most a number of characters.
func isText(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

func isAddress(email string) bool {
	parsed, err := mail.ParseAddress(email)
	return err == nil && parsed.Address == email && oneLine(email)
}

// insert makes the account within a decision.
func (in NewAccount) insert(tx Tx, a slipway.Actor) (slipway.Account, error) {
	_, err := tx.AccountByLogin(in.Login)
	switch {
	case err == nil:
		return slipway.Account{}, slipway.ValidationFailed(slipway.Detail{Resource: "User", Field: "login", Code: "already_exists"})
	case slipway.KindOf(err) != slipway.NotFound:
		return slipway.Account{}, err
	}
	now := tx.Now()
	made := slipway.Account{
		Login: in.Login, Type: in.Type, Name: in.Name, Email: in.Email, SiteAdmin: in.SiteAdmin, CreatedAt: now, UpdatedAt: now,
	}
	if made.Type == "" {
		made.Type = slipway.User
	}
	if err := tx.InsertAccount(&made); err != nil {
		return slipway.Account{}, err
	}
	if err := record(tx, a, 0, "user", "created", slipway.Subject{AccountID: made.ID}); err != nil {
		return slipway.Account{}, err
	}
	return made, tx.BumpAuthVersion()
}

// FindAccount finds an account by its login, in any case: NotFound when there is none.
func (d *Decisions) FindAccount(ctx context.Context, login string) (found slipway.Account, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.AccountByLogin(login)
		return notFound(err)
	})
	return found, err
}

// FindAccountByID finds an account by its id: NotFound when there is none.
func (d *Decisions) FindAccountByID(ctx context.Context, id int64) (found slipway.Account, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.Account(id)
		return notFound(err)
	})
	return found, err
}

// readAtOnce bounds one read of a list of accounts or repositories.
const readAtOnce = 500

// Accounts lists every account, oldest first.
func (d *Decisions) Accounts(ctx context.Context) (all []slipway.Account, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		all = nil
		for after := int64(0); ; after = all[len(all)-1].ID {
			page, err := tx.AccountsAfter(after, readAtOnce)
			if err != nil || len(page) == 0 {
				return err
			}
			all = append(all, page...)
		}
	})
	return all, err
}

// AccountsByEmail says whose the addresses of commits are: an account's own, or its noreply one (contract 1.9). Addresses
// that belong to nobody are not in the answer.
func (d *Decisions) AccountsByEmail(ctx context.Context, emails []string) (map[string]slipway.Account, error) {
	found := make(map[string]slipway.Account, len(emails))
	err := d.store.View(ctx, func(tx Tx) error {
		clear(found)
		for _, email := range emails {
			if _, done := found[email]; done || email == "" {
				continue
			}
			account, err := d.accountByEmail(tx, email)
			switch {
			case err == nil:
				found[email] = account
			case slipway.KindOf(err) != slipway.NotFound:
				return err
			}
		}
		return nil
	})
	return found, err
}

func (d *Decisions) accountByEmail(tx Tx, email string) (slipway.Account, error) {
	if id, ok := slipway.ParseNoReply(email, d.settings.NoReplyHost); ok {
		return tx.Account(id)
	}
	return tx.AccountByEmail(email)
}

// CountRepositories says how many repositories an account owns.
func (d *Decisions) CountRepositories(ctx context.Context, accountID int64) (public, private int, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		public, private, err = tx.CountRepositories(accountID)
		return err
	})
	return public, private, err
}

// NamedAccount is FindAccount for a login that an administrator typed, who is told which one there is not.
func (d *Decisions) NamedAccount(ctx context.Context, a slipway.Actor, login string) (found slipway.Account, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		found, err = tx.AccountByLogin(login)
		return absent(a, err, "account "+login)
	})
	return found, err
}
