package storetest

import (
	"errors"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// app puts an app with nothing but what it must have into the store.
func (w *world) app(slug string, owner slipway.Account) slipway.App {
	w.Helper()
	a := slipway.App{
		Kind: slipway.GitHubApp, Slug: slug, Name: slug, Owner: owner, ClientID: "Iv1." + slug, CreatedAt: w.now, UpdatedAt: w.now,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertApp(&a) })
	return a
}

// installation puts an installation on an account into the store.
func (w *world) installation(app slipway.App, account slipway.Account) slipway.Installation {
	w.Helper()
	i := slipway.Installation{AppID: app.ID, Account: account, CreatedAt: w.now, UpdatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertInstallation(&i) })
	return i
}

func apps(w *world) {
	owner, bot := w.account("acme"), w.account("deployer[bot]")
	full := slipway.App{
		Kind: slipway.GitHubApp, Slug: "deployer", Name: "Deployer, the \"new\" one", Owner: owner, ClientID: "Iv1.0123456789abcdef",
		Description: "deploys", ExternalURL: "https://deployer.example.com/?a=1,2",
		CallbackURLs: []string{"https://deployer.example.com/a,b", "http://127.0.0.1/"}, DeviceFlow: true, ExpiringTokens: true,
		Permissions: slipway.Permissions{"deployments": slipway.LevelWrite, "contents": slipway.LevelRead},
		Events:      []string{"deployment", "push"}, PublicKeys: [][]byte{{0, 0xff}, {1}}, SecretHashes: [][]byte{{0xfe, 0}, {2}},
		BotID: bot.ID, CreatedAt: w.now, UpdatedAt: w.now.Add(time.Second),
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertApp(&full) })
	bare := w.app("bare", owner)
	by := func(find func(deploy.Tx) (slipway.App, error)) slipway.App { return read(w, find) }
	w.same("by id", by(func(tx deploy.Tx) (slipway.App, error) { return tx.App(full.ID) }), full)
	w.same("by client id", by(func(tx deploy.Tx) (slipway.App, error) { return tx.AppByClientID(full.ClientID) }), full)
	w.same("by slug", by(func(tx deploy.Tx) (slipway.App, error) { return tx.AppBySlug("DEPLOYER") }), full)
	w.same("all", read(w, deploy.Tx.ListApps), []slipway.App{full, bare})

	bare.Kind, bare.Slug, bare.Name, bare.ClientID, bare.Owner = slipway.OAuthApp, "other", "Other", "client", bot
	bare.Description, bare.ExternalURL, bare.CallbackURLs, bare.DeviceFlow, bare.ExpiringTokens = "d", "e", []string{"c"}, true, true
	bare.Permissions, bare.Events = slipway.Permissions{"metadata": slipway.LevelRead}, []string{"status"}
	bare.PublicKeys, bare.SecretHashes, bare.BotID, bare.UpdatedAt = [][]byte{{3}}, [][]byte{{4}}, owner.ID, w.now.Add(time.Hour)
	w.update(0, func(tx deploy.Tx) error { return tx.SetApp(bare) })
	w.same("changed", by(func(tx deploy.Tx) (slipway.App, error) { return tx.App(bare.ID) }), bare)

	for what, fn := range map[string]func(deploy.Tx) error{
		"id":        func(tx deploy.Tx) error { _, err := tx.App(99); return err },
		"client id": func(tx deploy.Tx) error { _, err := tx.AppByClientID("CLIENT"); return err },
		"slug":      func(tx deploy.Tx) error { _, err := tx.AppBySlug("none"); return err },
		"set": func(tx deploy.Tx) error {
			return tx.SetApp(slipway.App{ID: 99, Slug: "x", ClientID: "x", Owner: owner})
		},
		"remove": func(tx deploy.Tx) error { return tx.RemoveApp(99) },
	} {
		w.Log(what)
		w.kind(slipway.NotFound, fn)
	}
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.InsertApp(&slipway.App{Slug: "deployer", ClientID: "y", Owner: owner, CreatedAt: w.now, UpdatedAt: w.now})
	})
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.InsertApp(&slipway.App{Slug: "y", ClientID: "client", Owner: owner, CreatedAt: w.now, UpdatedAt: w.now})
	})
}

func installations(w *world) {
	acme, umbrella := w.account("acme"), w.account("umbrella")
	app, other := w.app("deployer", acme), w.app("other", acme)
	full := slipway.Installation{
		AppID: app.ID, Account: acme, Permissions: slipway.Permissions{"deployments": slipway.LevelWrite},
		RepositoryIDs: []int64{3, 1, 2}, CreatedAt: w.now, UpdatedAt: w.now,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertInstallation(&full) })
	bare, elsewhere := w.installation(app, umbrella), w.installation(other, acme)
	get := func(id int64) func(deploy.Tx) (slipway.Installation, error) {
		return func(tx deploy.Tx) (slipway.Installation, error) { return tx.Installation(id) }
	}
	w.same("by id", read(w, get(full.ID)), full)
	w.same("of an account", read(w, func(tx deploy.Tx) (slipway.Installation, error) { return tx.InstallationOf(other.ID, acme.ID) }), elsewhere)
	w.same("of an app", read(w, func(tx deploy.Tx) ([]slipway.Installation, error) { return tx.ListInstallations(app.ID) }), []slipway.Installation{full, bare})

	bare.Permissions, bare.AllRepositories, bare.RepositoryIDs, bare.UpdatedAt = slipway.Permissions{"statuses": slipway.LevelRead}, true, []int64{9}, w.now.Add(time.Hour)
	w.update(0, func(tx deploy.Tx) error { return tx.SetInstallation(bare) })
	w.same("changed", read(w, get(bare.ID)), bare)

	w.kind(slipway.Conflict, func(tx deploy.Tx) error { again := full; return tx.InsertInstallation(&again) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Installation(99); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.InstallationOf(other.ID, umbrella.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetInstallation(slipway.Installation{ID: 99}) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveInstallation(99) })
}

func appTokens(w *world) {
	a := w.account("acme")
	app := w.app("deployer", a)
	i := w.installation(app, a)
	list := []slipway.Token{
		{Kind: slipway.InstallationToken, AppID: app.ID, InstallationID: i.ID, Permissions: slipway.Permissions{"deployments": slipway.LevelWrite}, RepositoryIDs: []int64{5, 4}},
		{Kind: slipway.AppUserToken, AppID: app.ID},
		{Kind: slipway.FineGrainedToken, Permissions: slipway.Permissions{"contents": slipway.LevelRead, "metadata": slipway.LevelRead}, AllRepositories: true},
	}
	for n := range list {
		k := &list[n]
		k.AccountID, k.Hash, k.CreatedAt = a.ID, []byte{byte(n)}, w.now
		w.update(0, func(tx deploy.Tx) error { return tx.InsertToken(k) })
		w.same("token", read(w, func(tx deploy.Tx) (slipway.Token, error) { return tx.Token(k.ID) }), *k)
	}
	w.same("listed", read(w, func(tx deploy.Tx) ([]slipway.Token, error) { return tx.ListTokens(0) }), list)
}

func appsRemoved(w *world) {
	a := w.account("acme")
	gone, stays := w.app("gone", a), w.app("stays", a)
	token := func(app slipway.App, i slipway.Installation) slipway.Token {
		k := slipway.Token{AccountID: a.ID, Kind: slipway.AppUserToken, AppID: app.ID, InstallationID: i.ID, Hash: []byte{byte(app.ID), byte(i.ID)}, CreatedAt: w.now}
		w.update(0, func(tx deploy.Tx) error { return tx.InsertToken(&k) })
		return k
	}
	i, j := w.installation(gone, a), w.installation(stays, a)
	token(gone, slipway.Installation{})
	token(gone, i)
	theirs, own := token(stays, slipway.Installation{}), token(stays, j)

	w.update(0, func(tx deploy.Tx) error { return tx.RemoveApp(gone.ID) })
	tokens := func(tx deploy.Tx) ([]slipway.Token, error) { return tx.ListTokens(0) }
	w.same("tokens", read(w, tokens), []slipway.Token{theirs, own})
	w.same("apps", read(w, deploy.Tx.ListApps), []slipway.App{stays})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Installation(i.ID); return err })

	w.update(0, func(tx deploy.Tx) error { return tx.RemoveInstallation(j.ID) })
	w.same("tokens of the app", read(w, tokens), []slipway.Token{theirs})
	w.update(0, func(tx deploy.Tx) error { return errors.Join(tx.RemoveToken(theirs.ID), tx.RemoveApp(stays.ID)) })
}

func oldTokens(w *world) {
	a := w.account("acme")
	app := w.app("deployer", a)
	i := w.installation(app, a)
	token := func(kind slipway.TokenKind, installation int64, end time.Duration) slipway.Token {
		at := w.now.Add(end)
		k := slipway.Token{
			AccountID: a.ID, Kind: kind, InstallationID: installation, Hash: []byte(kind + slipway.TokenKind(end.String())), CreatedAt: w.now, ExpiresAt: &at,
		}
		w.update(0, func(tx deploy.Tx) error { return tx.InsertToken(&k) })
		return k
	}
	token(slipway.InstallationToken, i.ID, -2*time.Hour)
	token(slipway.InstallationToken, i.ID, -time.Hour-time.Microsecond)
	kept := []slipway.Token{
		token(slipway.InstallationToken, i.ID, -time.Hour), token(slipway.ClassicToken, 0, -3*time.Hour), token(slipway.InstallationToken, i.ID, time.Hour),
	}
	for _, want := range []int{1, 1, 0} {
		w.update(0, func(tx deploy.Tx) error {
			n, err := tx.RemoveOldTokens(w.now.Add(-time.Hour), 1)
			w.same("removed", n, want)
			return err
		})
	}
	w.same("kept", read(w, func(tx deploy.Tx) ([]slipway.Token, error) { return tx.ListTokens(0) }), kept)
}
