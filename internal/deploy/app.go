package deploy

import (
	"context"
	"encoding/hex"
	"io"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// Apps remembers apps of both kinds. Removing one removes its installations and all its tokens.
type Apps interface {
	App(id int64) (slipway.App, error)
	AppByClientID(clientID string) (slipway.App, error)
	AppBySlug(slug string) (slipway.App, error)
	ListApps() ([]slipway.App, error) // oldest first
	InsertApp(a *slipway.App) error
	SetApp(a slipway.App) error
	RemoveApp(id int64) error
}

// NewApp asks for an app.
type NewApp struct {
	Kind           slipway.AppKind
	Owner          string
	Name           string
	Description    string   // may be empty
	ExternalURL    string   // may be empty
	CallbackURLs   []string // an OAuth app has at least one, or the device flow
	DeviceFlow     bool
	ExpiringTokens bool
	Permissions    slipway.Permissions // of a GitHub App; it gets to see what it is installed on besides
	On             Selection           // where a GitHub App is installed at once; the zero Selection: nowhere
}

// NewAppSecrets are what is shown of a new app once and kept by nobody: of the key the server remembers the public half, of
// the secret its hash.
type NewAppSecrets struct {
	PrivateKey   string // PEM; of GitHub Apps
	ClientSecret string // of apps that act for people
}

// CreateApp makes an app, and installs it where it was asked to. Only administrators of the server may. A name that is taken
// is Invalid, an owner or a repository that is not there NotFound.
func (d *Decisions) CreateApp(ctx context.Context, a slipway.Actor, in NewApp) (made slipway.App, on []slipway.Installation, secrets NewAppSecrets, err error) {
	if err := firstOf(administers(a), in.check()); err != nil {
		return made, nil, secrets, err
	}
	app := in.app(d.random)
	if in.Kind == slipway.GitHubApp { // a key takes a while, and is not made while others wait for the database
		if secrets.PrivateKey, err = addKey(&app, d.random); err != nil {
			return made, nil, NewAppSecrets{}, err
		}
	}
	if in.actsForPeople() {
		secrets.ClientSecret = addSecret(&app, d.random)
	}
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		made = app
		if err := insertApp(tx, a, in.Owner, &made); err != nil {
			return err
		}
		on, err = install(tx, a, made, in.On)
		return err
	})
	if err != nil {
		return slipway.App{}, nil, NewAppSecrets{}, err
	}
	return made, on, secrets, nil
}

func (in NewApp) actsForPeople() bool { return len(in.CallbackURLs) > 0 || in.DeviceFlow }

func (in NewApp) check() error {
	if err := firstOf(slipway.CheckAppName(in.Name), slipway.CheckCallbacks(in.CallbackURLs)); err != nil {
		return err
	}
	switch {
	case in.Kind != slipway.GitHubApp && in.Kind != slipway.OAuthApp:
		return appError("kind", "kind must be github or oauth")
	case in.Kind == slipway.OAuthApp && !in.actsForPeople():
		return appError("callback_urls", "an OAuth app needs a callback URL or the device flow")
	case in.Kind == slipway.OAuthApp && (len(in.Permissions) > 0 || !in.On.none()):
		return appError("permissions", "an OAuth app has scopes, which people give it, and no permissions or installations of its own")
	case !isText(in.Description, slipway.MaxName):
		return appError("description", "description must be one line of at most 255 characters")
	case in.ExternalURL != "":
		return slipway.CheckCallbacks([]string{in.ExternalURL})
	}
	return nil
}

func appError(field, message string) error {
	return slipway.ValidationFailed(slipway.Detail{Resource: "Integration", Field: field, Code: "custom", Message: message})
}

// app is the app as it will be made, without its owner, its bot and its secrets.
func (in NewApp) app(random io.Reader) slipway.App {
	app := slipway.App{
		Kind: in.Kind, Slug: slipway.AppSlug(in.Name), Name: strings.TrimSpace(in.Name), Description: in.Description, ExternalURL: in.ExternalURL,
		CallbackURLs: in.CallbackURLs, DeviceFlow: in.DeviceFlow, ExpiringTokens: in.ExpiringTokens,
	}
	if in.Kind == slipway.GitHubApp {
		app.Permissions = in.Permissions.WithMetadata()
		app.ClientID = "Iv1." + randomHex(random, 8)
	} else {
		app.ClientID = randomHex(random, 10)
	}
	return app
}

// randomHex is a number of random bytes as text. It panics when there are none, as [slipway.NewTokenSecret] does.
func randomHex(random io.Reader, bytes int) string {
	b := make([]byte, bytes)
	if _, err := io.ReadFull(random, b); err != nil {
		panic("deploy: no random bytes: " + err.Error())
	}
	return hex.EncodeToString(b)
}

// insertApp stores an app within a decision, with its owner and for a GitHub App the bot it acts as.
func insertApp(tx Tx, a slipway.Actor, owner string, app *slipway.App) (err error) {
	if app.Owner, err = tx.AccountByLogin(owner); err != nil {
		return absent(a, err, "account "+owner)
	}
	if app.Owner.Type == slipway.Bot {
		return appError("owner", "a bot owns no apps")
	}
	if _, err := tx.AppBySlug(app.Slug); slipway.KindOf(err) != slipway.NotFound {
		return firstOf(err, appError("name", "name is already taken"))
	}
	app.CreatedAt, app.UpdatedAt = tx.Now(), tx.Now()
	if app.Kind == slipway.GitHubApp {
		if app.BotID, err = appBot(tx, a, app.Slug); err != nil {
			return err
		}
	}
	if err := tx.InsertApp(app); err != nil {
		return err
	}
	if err := record(tx, a, 0, "app", "created", slipway.Subject{AppID: app.ID, AccountID: app.Owner.ID}); err != nil {
		return err
	}
	return tx.BumpAuthVersion()
}

// appBot finds or makes the account {slug}[bot]. A bot outlives its app, for the sake of what it made; an app of the same
// name takes it over.
func appBot(tx Tx, a slipway.Actor, slug string) (int64, error) {
	login := slipway.BotLoginOf(slug)
	bot, err := tx.AccountByLogin(login)
	switch {
	case err == nil && (bot.Type != slipway.Bot || bot.ID == botID):
		return 0, appError("name", "name is reserved")
	case err == nil:
		return bot.ID, nil
	case slipway.KindOf(err) != slipway.NotFound:
		return 0, err
	}
	bot = slipway.Account{Login: login, Type: slipway.Bot, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	if err := tx.InsertAccount(&bot); err != nil {
		return 0, err
	}
	return bot.ID, record(tx, a, 0, "user", "created", slipway.Subject{AccountID: bot.ID})
}

// ListApps lists all apps, oldest first.
func (d *Decisions) ListApps(ctx context.Context) (list []slipway.App, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list, err = tx.ListApps()
		return err
	})
	return list, err
}

// FindApp finds an app by its slug, the server's own too: NotFound when there is none.
func (d *Decisions) FindApp(ctx context.Context, slug string) (slipway.App, error) {
	if slug == slipway.OwnAppSlug {
		return d.findApp(ctx, ownApp)
	}
	return d.findApp(ctx, func(tx Tx) (slipway.App, error) { return tx.AppBySlug(slug) })
}

// ownApp is the server as the app that check runs come from which people wrote.
func ownApp(tx Tx) (slipway.App, error) {
	bot, err := tx.AccountByLogin(slipway.BotLogin)
	return slipway.OwnApp(bot), err
}

// FindAppByClientID finds an app by its client id: NotFound when there is none. That whoever names it is the app is known
// only when [slipway.App.HasSecret] says so.
func (d *Decisions) FindAppByClientID(ctx context.Context, clientID string) (slipway.App, error) {
	return d.findApp(ctx, func(tx Tx) (slipway.App, error) { return tx.AppByClientID(clientID) })
}

func (d *Decisions) findApp(ctx context.Context, find func(Tx) (slipway.App, error)) (app slipway.App, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		app, err = find(tx)
		return notFound(err)
	})
	return app, err
}

// RemoveApp deletes an app with its installations and all its tokens: requests that begin afterwards are refused, on every
// node. Only administrators of the server may. What was made through the app stays, and so does its bot.
func (d *Decisions) RemoveApp(ctx context.Context, a slipway.Actor, name string) error {
	return d.changeApp(ctx, a, name, "deleted", func(tx Tx, app *slipway.App) error { return tx.RemoveApp(app.ID) })
}

// Secrets and keys may be more than one, so that an app can change to a new one without an outage. Above this the oldest is
// dropped.
const mostSecrets = 5

// NewClientSecret gives an app one more client secret and answers it, once. With alone, all earlier ones end.
func (d *Decisions) NewClientSecret(ctx context.Context, a slipway.Actor, name string, alone bool) (secret string, err error) {
	err = d.changeApp(ctx, a, name, "edited", func(tx Tx, app *slipway.App) error {
		if alone {
			app.SecretHashes = nil
		}
		secret = addSecret(app, d.random)
		return tx.SetApp(*app)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// NewPrivateKey gives a GitHub App one more private key and answers it in PEM, once. With alone, all earlier ones end.
func (d *Decisions) NewPrivateKey(ctx context.Context, a slipway.Actor, name string, alone bool) (pem string, err error) {
	if err := administers(a); err != nil {
		return "", err
	}
	var made slipway.App
	if pem, err = addKey(&made, d.random); err != nil {
		return "", err
	}
	err = d.changeApp(ctx, a, name, "edited", func(tx Tx, app *slipway.App) error {
		if app.Kind != slipway.GitHubApp {
			return appError("kind", "an OAuth app has no key, only client secrets")
		}
		if alone {
			app.PublicKeys = nil
		}
		app.PublicKeys = newest(append(app.PublicKeys, made.PublicKeys...))
		return tx.SetApp(*app)
	})
	if err != nil {
		return "", err
	}
	return pem, nil
}

// changeApp finds an app by its id, slug or client id, changes it and leaves an event.
func (d *Decisions) changeApp(ctx context.Context, a slipway.Actor, name, action string, change func(Tx, *slipway.App) error) error {
	if err := administers(a); err != nil {
		return err
	}
	return d.update(ctx, wholeServer, func(tx Tx) error {
		app, err := namedApp(tx, a, name)
		if err != nil {
			return err
		}
		app.UpdatedAt = tx.Now()
		if err := change(tx, &app); err != nil {
			return err
		}
		if err := record(tx, a, 0, "app", action, slipway.Subject{AppID: app.ID, AccountID: app.Owner.ID}); err != nil {
			return err
		}
		return tx.BumpAuthVersion()
	})
}

// namedApp is the app that an administrator names.
func namedApp(tx Tx, a slipway.Actor, name string) (app slipway.App, err error) {
	id, notNumber := strconv.ParseInt(name, 10, 64)
	finds := []func() (slipway.App, error){
		func() (slipway.App, error) { return tx.AppBySlug(name) },
		func() (slipway.App, error) { return tx.AppByClientID(name) },
	}
	if notNumber == nil {
		finds = append([]func() (slipway.App, error){func() (slipway.App, error) { return tx.App(id) }}, finds...)
	}
	for _, find := range finds {
		if app, err = find(); slipway.KindOf(err) != slipway.NotFound {
			return app, err
		}
	}
	return slipway.App{}, absent(a, err, "app "+name)
}

func addSecret(app *slipway.App, random io.Reader) (secret string) {
	secret = randomHex(random, 20)
	app.SecretHashes = newest(append(app.SecretHashes, slipway.HashToken(secret)))
	return secret
}

// newest drops the oldest of too many.
func newest(list [][]byte) [][]byte { return list[max(0, len(list)-mostSecrets):] }
