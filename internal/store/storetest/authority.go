package storetest

import (
	"errors"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func accounts(w *world) {
	a := slipway.Account{
		Login: "Octocat", Type: slipway.Organization, Name: "Mona", Email: "Mona@Example.com", SiteAdmin: true,
		CreatedAt: w.now, UpdatedAt: w.now.Add(time.Hour),
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertAccount(&a) })
	if a.ID == 0 {
		w.Fatal("no id")
	}
	w.same("by id", read(w, func(tx deploy.Tx) (slipway.Account, error) { return tx.Account(a.ID) }), a)

	a.Name, a.Email, a.SiteAdmin, a.Type, a.UpdatedAt = "", "", false, slipway.Bot, w.now.Add(2*time.Hour)
	w.update(0, func(tx deploy.Tx) error { return tx.SetAccount(a) })
	w.same("changed", read(w, func(tx deploy.Tx) (slipway.Account, error) { return tx.Account(a.ID) }), a)

	b, c := w.account("b"), w.account("c")
	w.same("after the first", read(w, func(tx deploy.Tx) ([]slipway.Account, error) { return tx.AccountsAfter(a.ID, 10) }), []slipway.Account{b, c})
	w.same("only one", read(w, func(tx deploy.Tx) ([]slipway.Account, error) { return tx.AccountsAfter(0, 1) }), []slipway.Account{a})

	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Account(99); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.AccountByLogin("nobody"); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetAccount(slipway.Account{ID: 99, Login: "x"}) })
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		return tx.InsertAccount(&slipway.Account{Login: "OCTOCAT", Type: slipway.User})
	})
	w.kind(slipway.Conflict, func(tx deploy.Tx) error { b.Login = "octocat"; return tx.SetAccount(b) })
}

func accountKeys(w *world) {
	a := w.account("Ünal")
	w.account("other")
	for _, spelling := range []string{"Ünal", "ÜNAL", "U\u0308nal"} {
		w.same(spelling, read(w, func(tx deploy.Tx) (slipway.Account, error) { return tx.AccountByLogin(spelling) }), a)
	}
	w.same("by e-mail", read(w, func(tx deploy.Tx) (slipway.Account, error) { return tx.AccountByEmail("ÜNAL@EXAMPLE.com") }), a)
	for _, address := range []string{"", " ", "nobody@example.com"} {
		w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.AccountByEmail(address); return err })
	}
}

func memberships(w *world) {
	org, a := w.account("org"), w.account("a")
	get := func(tx deploy.Tx) (slipway.Membership, error) { return tx.Membership(org.ID, a.ID) }
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := get(tx); return err })
	for _, admin := range []bool{false, true, false} {
		m := slipway.Membership{OrganizationID: org.ID, AccountID: a.ID, Admin: admin}
		w.update(0, func(tx deploy.Tx) error { return tx.SetMembership(m) })
		w.same("membership", read(w, get), m)
	}
}

// authVersion: what takes authority away moves the version, whether the caller thinks of it or not.
func authVersion(w *world) {
	r, a := w.repository("r"), w.account("a")
	k := slipway.Token{AccountID: a.ID, Kind: slipway.ClassicToken, Hash: []byte("h"), CreatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertToken(&k) })
	app := slipway.App{Kind: slipway.GitHubApp, Slug: "s", ClientID: "c", Owner: a, CreatedAt: w.now, UpdatedAt: w.now}
	gone := slipway.App{Kind: slipway.OAuthApp, Slug: "t", ClientID: "d", Owner: a, CreatedAt: w.now, UpdatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return errors.Join(tx.InsertApp(&app), tx.InsertApp(&gone)) })
	i := slipway.Installation{AppID: app.ID, Account: a, CreatedAt: w.now, UpdatedAt: w.now}
	j := slipway.Installation{AppID: app.ID, Account: r.Owner, CreatedAt: w.now, UpdatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertInstallation(&i) })
	version := func() int64 {
		v, err := w.store.AuthVersion(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		w.same("inside", read(w, deploy.Tx.AuthVersion), v)
		return v
	}
	for name, change := range map[string]func(deploy.Tx) error{
		"bump":    deploy.Tx.BumpAuthVersion,
		"account": func(tx deploy.Tx) error { return tx.SetAccount(a) },
		"membership": func(tx deploy.Tx) error {
			return tx.SetMembership(slipway.Membership{OrganizationID: r.Owner.ID, AccountID: a.ID})
		},
		"token":        func(tx deploy.Tx) error { return tx.RemoveToken(k.ID) },
		"repository":   func(tx deploy.Tx) error { return tx.SetRepository(r) },
		"app":          func(tx deploy.Tx) error { return tx.SetApp(app) },
		"no app":       func(tx deploy.Tx) error { return tx.RemoveApp(gone.ID) },
		"installation": func(tx deploy.Tx) error { return tx.InsertInstallation(&j) },
		"permissions":  func(tx deploy.Tx) error { return tx.SetInstallation(i) },
		"collaborator": func(tx deploy.Tx) error { return tx.SetCollaborator(r.ID, a.ID, slipway.RoleRead) },
	} {
		before := version()
		w.update(0, change)
		if after := version(); after <= before {
			w.Errorf("%s: version %d after %d", name, after, before)
		}
	}
	before := version()
	failed := slipway.Fail(slipway.Invalid, "no")
	w.kind(slipway.Invalid, func(tx deploy.Tx) error {
		if err := tx.BumpAuthVersion(); err != nil {
			return err
		}
		return failed
	})
	w.update(0, func(tx deploy.Tx) error { return tx.TouchToken(k.ID, w.now) })
	w.same("version after a failure and a use", version(), before)
}

func tokens(w *world) {
	a, b := w.account("a"), w.account("b")
	expires, used := w.now.Add(time.Hour), w.now.Add(time.Minute)
	full := slipway.Token{
		AccountID: a.ID, Kind: slipway.ClassicToken, Name: "ci, the \"old\" one", Hash: []byte(strings.Repeat("\x00\xff", 16)), LastEight: "abcdefgh",
		Scopes: slipway.Scopes{"admin:repo_hook", "repo", "repo_deployment"}, CreatedAt: w.now, ExpiresAt: &expires, LastUsedAt: &used,
	}
	bare := slipway.Token{AccountID: b.ID, Kind: slipway.ClassicToken, Hash: []byte("other"), CreatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertToken(&full) })
	w.update(0, func(tx deploy.Tx) error { return tx.InsertToken(&bare) })

	w.view(func(tx deploy.Tx) error {
		k, owner, err := tx.TokenByHash(full.Hash)
		w.same("by hash", k, full)
		w.same("owner", owner, a)
		return err
	})
	w.same("by id", read(w, func(tx deploy.Tx) (slipway.Token, error) { return tx.Token(bare.ID) }), bare)
	w.same("everybody's", read(w, func(tx deploy.Tx) ([]slipway.Token, error) { return tx.ListTokens(0) }), []slipway.Token{full, bare})
	w.same("one's", read(w, func(tx deploy.Tx) ([]slipway.Token, error) { return tx.ListTokens(b.ID) }), []slipway.Token{bare})

	w.update(0, func(tx deploy.Tx) error { return tx.TouchToken(bare.ID, used) })
	bare.LastUsedAt = &used
	w.same("used", read(w, func(tx deploy.Tx) (slipway.Token, error) { return tx.Token(bare.ID) }), bare)

	w.kind(slipway.Conflict, func(tx deploy.Tx) error { again := bare; return tx.InsertToken(&again) })
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveToken(full.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, _, err := tx.TokenByHash(full.Hash); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Token(full.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveToken(full.ID) })
	w.update(0, func(tx deploy.Tx) error { return tx.TouchToken(full.ID, used) })
}
