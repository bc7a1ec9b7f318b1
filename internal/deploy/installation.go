package deploy

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Installations remembers where GitHub Apps are installed, at most once on an account. Removing one removes its tokens.
type Installations interface {
	Installation(id int64) (slipway.Installation, error)
	InstallationOf(appID, accountID int64) (slipway.Installation, error)
	ListInstallations(appID int64) ([]slipway.Installation, error) // oldest first
	InsertInstallation(i *slipway.Installation) error
	SetInstallation(i slipway.Installation) error
	RemoveInstallation(id int64) error
}

// Selection names repositories: some, or all of some accounts, also those that they will have.
type Selection struct {
	Repositories []string // OWNER/NAME
	AllOf        []string // logins
}

func (s Selection) none() bool { return len(s.Repositories) == 0 && len(s.AllOf) == 0 }

// find looks the selection up, an installation's worth for each account, in the order in which they are named.
func (s Selection) find(tx Tx, a slipway.Actor) (found []slipway.Installation, err error) {
	of := func(account slipway.Account) *slipway.Installation {
		n := slices.IndexFunc(found, func(i slipway.Installation) bool { return i.Account.ID == account.ID })
		if n < 0 {
			found, n = append(found, slipway.Installation{Account: account}), len(found)
		}
		return &found[n]
	}
	for _, login := range s.AllOf {
		account, err := tx.AccountByLogin(login)
		if err != nil {
			return nil, absent(a, err, "account "+login)
		}
		of(account).AllRepositories = true
	}
	repositories, err := findRepositories(tx, a, s.Repositories)
	if err != nil {
		return nil, err
	}
	for _, r := range repositories {
		if i := of(r.Owner); !i.AllRepositories && !slices.Contains(i.RepositoryIDs, r.ID) {
			i.RepositoryIDs = append(i.RepositoryIDs, r.ID)
		}
	}
	return found, nil
}

// findRepositories looks up repositories that are named OWNER/NAME.
func findRepositories(tx Tx, a slipway.Actor, names []string) ([]slipway.Repository, error) {
	list := make([]slipway.Repository, 0, len(names))
	for _, full := range names {
		owner, name, _ := strings.Cut(full, "/")
		r, err := tx.RepositoryByName(owner, name)
		if err != nil {
			return nil, absent(a, err, "repository "+full)
		}
		list = append(list, r)
	}
	return list, nil
}

// InstallApp installs an app, named by its id, slug or client id, on repositories. Where it is on the account already, the
// installation becomes what is asked for now: its tokens cannot do more from then on. Only administrators of the server may.
func (d *Decisions) InstallApp(ctx context.Context, a slipway.Actor, name string, on Selection) (made []slipway.Installation, err error) {
	if err := administers(a); err != nil {
		return nil, err
	}
	if on.none() {
		return nil, appError("repositories", "say which repositories the app is installed on")
	}
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		app, err := namedApp(tx, a, name)
		if err != nil {
			return err
		}
		if app.Kind != slipway.GitHubApp {
			return appError("kind", "an OAuth app is not installed: people let it in")
		}
		made, err = install(tx, a, app, on)
		return err
	})
	return made, err
}

// install is InstallApp within a decision.
func install(tx Tx, a slipway.Actor, app slipway.App, on Selection) ([]slipway.Installation, error) {
	list, err := on.find(tx, a)
	if err != nil {
		return nil, err
	}
	for n := range list {
		if err := installOn(tx, a, app, &list[n]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// installOn makes or changes one installation, of which the account and the repositories are given.
func installOn(tx Tx, a slipway.Actor, app slipway.App, i *slipway.Installation) error {
	was, err := tx.InstallationOf(app.ID, i.Account.ID)
	if err != nil && slipway.KindOf(err) != slipway.NotFound {
		return err
	}
	action, store := "created", func() error { return tx.InsertInstallation(i) }
	i.AppID, i.Permissions, i.CreatedAt, i.UpdatedAt = app.ID, app.Permissions, tx.Now(), tx.Now()
	if err == nil {
		i.ID, i.CreatedAt = was.ID, was.CreatedAt
		action, store = "edited", func() error { return tx.SetInstallation(*i) }
	}
	if err := store(); err != nil {
		return err
	}
	return recordInstallation(tx, a, *i, action)
}

func recordInstallation(tx Tx, a slipway.Actor, i slipway.Installation, action string) error {
	subject := slipway.Subject{AppID: i.AppID, InstallationID: i.ID, AccountID: i.Account.ID}
	return firstOf(record(tx, a, 0, "installation", action, subject), tx.BumpAuthVersion())
}

// RemoveInstallation ends an installation and its tokens: requests that begin afterwards are refused, on every node. The app
// itself may, and administrators of the server.
func (d *Decisions) RemoveInstallation(ctx context.Context, a slipway.Actor, id int64) error {
	if !a.IsApp() {
		if err := administers(a); err != nil {
			return err
		}
	}
	return d.update(ctx, wholeServer, func(tx Tx) error {
		i, err := ownInstallation(tx, a, id)
		if err != nil {
			return err
		}
		if err := tx.RemoveInstallation(i.ID); err != nil {
			return err
		}
		return recordInstallation(tx, a, i, "deleted")
	})
}

// ownInstallation is an installation that the actor may look after: the app its own, an administrator any.
func ownInstallation(tx Tx, a slipway.Actor, id int64) (slipway.Installation, error) {
	i, err := tx.Installation(id)
	if err == nil && a.IsApp() && i.AppID != a.App.ID {
		return slipway.Installation{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	return i, absent(a, err, "installation "+strconv.FormatInt(id, 10))
}

// Installation is one of the acting app's installations: NotFound when it is not.
func (d *Decisions) Installation(ctx context.Context, a slipway.Actor, id int64) (i slipway.Installation, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		i, err = ownInstallation(tx, a, id)
		return err
	})
	return i, err
}

// InstallationOn is the acting app's installation on a repository: NotFound when it is not on it.
func (d *Decisions) InstallationOn(ctx context.Context, a slipway.Actor, r slipway.Repository) (i slipway.Installation, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		i, err = tx.InstallationOf(a.App.ID, r.Owner.ID)
		if err == nil && !i.Includes(r) {
			return slipway.Fail(slipway.NotFound, "Not Found")
		}
		return notFound(err)
	})
	return i, err
}

// InstallationFor is the acting app's installation on an account of a kind: NotFound when there is none.
func (d *Decisions) InstallationFor(ctx context.Context, a slipway.Actor, login string, kind slipway.AccountType) (i slipway.Installation, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		account, err := tx.AccountByLogin(login)
		if err != nil || account.Type != kind {
			return firstOf(notFound(err), slipway.Fail(slipway.NotFound, "Not Found"))
		}
		i, err = tx.InstallationOf(a.App.ID, account.ID)
		return notFound(err)
	})
	return i, err
}

// ListInstallations lists an app's installations, oldest first.
func (d *Decisions) ListInstallations(ctx context.Context, appID int64) (list []slipway.Installation, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list, err = tx.ListInstallations(appID)
		return err
	})
	return list, err
}

// InstallationTokenRequest asks for less than an installation has. What is nil leaves it at that.
type InstallationTokenRequest struct {
	Repositories  []string // names, without the account's
	RepositoryIDs []int64
	Permissions   map[string]string // names of levels
}

// How long the token of an installation is good for (contract 9.6), and for how many selected repositories.
const (
	installationTokenFor = time.Hour
	mostSelected         = 500
)

// CreateInstallationToken makes a token of one of the acting app's installations, with all that this has or with less
// (contract 9.6), and answers its secret and, where repositories are selected, which. NotFound: the installation. Invalid:
// more than the installation has.
func (d *Decisions) CreateInstallationToken(ctx context.Context, a slipway.Actor, id int64, in InstallationTokenRequest) (secret string, t slipway.Token, selected []slipway.Repository, err error) {
	secret = slipway.NewTokenSecret(slipway.InstallationToken, d.random)
	err = d.update(ctx, scopeInstallationTokens, func(tx Tx) error {
		i, err := ownInstallation(tx, a, id)
		if err != nil {
			return err
		}
		if t, err = in.token(i); err != nil {
			return err
		}
		if selected, err = in.selected(tx, i, &t); err != nil {
			return err
		}
		now := tx.Now()
		end := now.Add(installationTokenFor)
		t.AccountID, t.AppID, t.InstallationID = a.App.BotID, i.AppID, i.ID
		t.Hash, t.LastEight, t.CreatedAt, t.ExpiresAt = slipway.HashToken(secret), secret[len(secret)-8:], now, &end
		if err := tx.InsertToken(&t); err != nil {
			return err
		}
		return record(tx, a, 0, "token", "created", slipway.Subject{TokenID: t.ID, AccountID: t.AccountID, AppID: i.AppID, InstallationID: i.ID})
	})
	if err != nil {
		return "", slipway.Token{}, nil, err
	}
	return secret, t, selected, nil
}

// token is what the request asks for, without its repositories.
func (in InstallationTokenRequest) token(i slipway.Installation) (slipway.Token, error) {
	t := slipway.Token{Kind: slipway.InstallationToken, Permissions: i.Permissions}
	if in.Permissions == nil {
		return t, nil
	}
	asked, err := slipway.NewPermissions(in.Permissions)
	if err != nil || !asked.Within(i.Permissions) {
		return slipway.Token{}, slipway.InstallationExcess()
	}
	t.Permissions = asked.WithMetadata()
	return t, nil
}

// selected finds the repositories of a token that is not for all there will be, and names them in it.
func (in InstallationTokenRequest) selected(tx Tx, i slipway.Installation, t *slipway.Token) (list []slipway.Repository, err error) {
	if in.Repositories == nil && in.RepositoryIDs == nil {
		t.AllRepositories, t.RepositoryIDs = i.AllRepositories, i.RepositoryIDs
		return existing(tx, t.RepositoryIDs)
	}
	if n := len(in.Repositories) + len(in.RepositoryIDs); n == 0 || n > mostSelected {
		return nil, slipway.InstallationLacks()
	}
	for _, name := range in.Repositories {
		r, err := tx.RepositoryByName(i.Account.Login, name)
		if list, err = take(list, r, err, i); err != nil {
			return nil, err
		}
	}
	for _, id := range in.RepositoryIDs {
		r, err := tx.Repository(id)
		if list, err = take(list, r, err, i); err != nil {
			return nil, err
		}
	}
	for _, r := range list {
		t.RepositoryIDs = append(t.RepositoryIDs, r.ID)
	}
	return list, nil
}

// take adds a repository that was looked up to a list, once, if the installation is on it.
func take(list []slipway.Repository, r slipway.Repository, err error, i slipway.Installation) ([]slipway.Repository, error) {
	switch {
	case slipway.KindOf(err) == slipway.NotFound, err == nil && !i.Includes(r):
		return nil, slipway.InstallationLacks()
	case err != nil:
		return nil, err
	case slices.ContainsFunc(list, func(have slipway.Repository) bool { return have.ID == r.ID }):
		return list, nil
	}
	return append(list, r), nil
}

// existing reads repositories by id. Those that are gone are left out.
func existing(tx Tx, ids []int64) ([]slipway.Repository, error) {
	var list []slipway.Repository
	for _, id := range ids {
		r, err := tx.Repository(id)
		switch {
		case err == nil:
			list = append(list, r)
		case slipway.KindOf(err) != slipway.NotFound:
			return nil, err
		}
	}
	return list, nil
}

// InstallationRepositories lists what the acting installation's token is for, oldest first, a page of it.
func (d *Decisions) InstallationRepositories(ctx context.Context, a slipway.Actor, p Page) (list Listed[slipway.Repository], err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		all, err := reachable(tx, a)
		list = Paged(all, p)
		return err
	})
	return list, err
}

// reachable are the repositories that an installation's token sees.
func reachable(tx Tx, a slipway.Actor) (all []slipway.Repository, err error) {
	sees := func(r slipway.Repository) bool {
		return slices.ContainsFunc(a.Installations, func(i slipway.Installation) bool { return i.Includes(r) }) &&
			(a.Token.AllRepositories || slices.Contains(a.Token.RepositoryIDs, r.ID))
	}
	if !a.Token.AllRepositories {
		all, err = existing(tx, slices.Sorted(slices.Values(a.Token.RepositoryIDs)))
		return slices.DeleteFunc(all, func(r slipway.Repository) bool { return !sees(r) }), err
	}
	for _, i := range a.Installations {
		owned, err := tx.RepositoriesOwned(i.Account.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(owned, func(r slipway.Repository) bool { return !sees(r) })...)
	}
	return all, nil
}

// RevokeOwnToken ends the token of an installation that asks for it.
func (d *Decisions) RevokeOwnToken(ctx context.Context, a slipway.Actor) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		err := tx.RemoveToken(a.Token.ID)
		if slipway.KindOf(err) == slipway.NotFound {
			return nil // somebody else was faster
		}
		subject := slipway.Subject{TokenID: a.Token.ID, AccountID: a.Token.AccountID, InstallationID: a.Token.InstallationID}
		return firstOf(err, record(tx, a, 0, "token", "revoked", subject), tx.BumpAuthVersion())
	})
}

// actThrough completes an actor whose token is an app's: with the app, and with where it is installed. A token of a kind that
// lets nobody in by itself is refused, and so is one whose app or installation is gone.
func actThrough(tx Tx, a *slipway.Actor) error {
	switch a.Token.Kind {
	case slipway.ClassicToken, slipway.OAuthToken, slipway.FineGrainedToken:
		return nil
	case slipway.InstallationToken, slipway.AppUserToken:
	default:
		return slipway.BadCredentials()
	}
	app, err := tx.App(a.Token.AppID)
	if err == nil && app.Kind == slipway.GitHubApp {
		a.App = &app
		a.Installations, err = installationsOf(tx, a.Token)
	}
	if a.App == nil && err == nil || slipway.KindOf(err) == slipway.NotFound {
		return slipway.BadCredentials()
	}
	return err
}

// installationsOf is where an app's token counts: at its own installation, or for a person at all of the app's.
func installationsOf(tx Tx, t slipway.Token) ([]slipway.Installation, error) {
	if t.Kind == slipway.AppUserToken {
		return tx.ListInstallations(t.AppID)
	}
	i, err := tx.Installation(t.InstallationID)
	return []slipway.Installation{i}, err
}
