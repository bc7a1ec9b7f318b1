package storetest

import (
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func passwords(w *world) {
	a, b := w.account("a"), w.account("b")
	get := func(id int64) func(deploy.Tx) (string, error) {
		return func(tx deploy.Tx) (string, error) { return tx.Password(id) }
	}
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Password(a.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Password(0); return err })
	for _, hash := range []string{"$argon2id$first", "$argon2id$second"} {
		w.update(0, func(tx deploy.Tx) error { return tx.SetPassword(a.ID, hash, w.now) })
		w.same("password", read(w, get(a.ID)), hash)
	}
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Password(b.ID); return err })
}

func sessions(w *world) {
	a, b := w.account("a"), w.account("b")
	make := func(account slipway.Account, hash string) slipway.Session {
		s := slipway.Session{AccountID: account.ID, Hash: []byte(hash), Address: "192.0.2.1", Agent: "Füchse/1 <b>", CreatedAt: w.now, LastUsedAt: w.now}
		w.update(0, func(tx deploy.Tx) error { return tx.InsertSession(&s) })
		return s
	}
	first, second, third, foreign := make(a, "1"), make(a, "2"), make(a, "3"), make(b, "4")
	w.view(func(tx deploy.Tx) error {
		s, owner, err := tx.SessionByHash([]byte("2"))
		w.same("by hash", s, second)
		w.same("owner", owner, a)
		return err
	})
	list := func(tx deploy.Tx) ([]slipway.Session, error) { return tx.ListSessions(a.ID) }
	w.same("one's", read(w, list), []slipway.Session{first, second, third})

	w.move(time.Hour)
	w.update(-5, func(tx deploy.Tx) error { return tx.TouchSession(second.ID, w.now, "2001:db8::1") })
	second.LastUsedAt, second.Address = w.now, "2001:db8::1"
	w.same("used", read(w, list), []slipway.Session{first, second, third})
	w.update(-5, func(tx deploy.Tx) error { return tx.TouchSession(4711, w.now, "") })

	w.kind(slipway.Conflict, func(tx deploy.Tx) error { again := first; return tx.InsertSession(&again) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, _, err := tx.SessionByHash([]byte("5")); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveSession(a.ID, foreign.ID) })
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveSession(a.ID, first.ID) })
	w.same("after one ended", read(w, list), []slipway.Session{second, third})
	w.update(0, func(tx deploy.Tx) error {
		n, err := tx.RemoveSessions(a.ID, second.ID)
		w.same("ended", n, 1)
		return err
	})
	w.same("spared", read(w, list), []slipway.Session{second})
	w.update(-5, func(tx deploy.Tx) error {
		n, err := tx.RemoveOldSessions(w.now, 10)
		w.same("old ones", n, 1)
		return err
	})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, _, err := tx.SessionByHash([]byte("4")); return err })
	w.same("the new one", read(w, list), []slipway.Session{second})
}

// oauthApp puts an app into the store.
func (w *world) oauthApp(name string) slipway.App {
	w.Helper()
	app := slipway.App{
		Kind: slipway.OAuthApp, Slug: name, Name: name, Owner: w.account("owner-of-" + name), ClientID: "client-" + name, CreatedAt: w.now, UpdatedAt: w.now,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertApp(&app) })
	return app
}

func (w *world) grant(a slipway.Account, app slipway.App, scopes ...string) slipway.Grant {
	w.Helper()
	g := slipway.Grant{AccountID: a.ID, AppID: app.ID, Scopes: scopes, CreatedAt: w.now, UpdatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return tx.SetGrant(&g) })
	return g
}

func (w *world) code(a slipway.Account, app slipway.App, hash string) slipway.Code {
	w.Helper()
	c := slipway.Code{
		Hash: []byte(hash), AccountID: a.ID, AppID: app.ID, Scopes: slipway.Scopes{"repo"}, RedirectURI: "https://app.example/cb?x=ü",
		Challenge: "challenge", CreatedAt: w.now,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertCode(&c) })
	return c
}

func (w *world) deviceCode(app slipway.App, hash string) slipway.DeviceCode {
	w.Helper()
	c := slipway.DeviceCode{
		Hash: []byte(hash), UserHash: []byte("user " + hash), AppID: app.ID, Scopes: slipway.Scopes{"gist", "repo"},
		State: slipway.DevicePending, Pause: slipway.DeviceInterval, CreatedAt: w.now,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertDeviceCode(&c) })
	return c
}

func (w *world) refresh(a slipway.Account, app slipway.App, hash string, family, token int64) slipway.Refresh {
	w.Helper()
	r := slipway.Refresh{
		Hash: []byte(hash), Family: family, TokenID: token, AccountID: a.ID, AppID: app.ID, Scopes: slipway.Scopes{"repo"}, Device: true, CreatedAt: w.now,
	}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertRefresh(&r) })
	return r
}

func grants(w *world) {
	a, b, app, other := w.account("a"), w.account("b"), w.oauthApp("app"), w.oauthApp("other")
	first := w.grant(a, app, "repo")
	second := w.grant(a, other)
	foreign := w.grant(b, app, "gist")
	w.move(time.Hour)
	wider := first
	wider.Scopes, wider.UpdatedAt = slipway.Scopes{"gist", "repo"}, w.now
	w.update(0, func(tx deploy.Tx) error { return tx.SetGrant(&wider) })
	if wider.ID != first.ID {
		w.Errorf("a wider grant is another one: %d, was %d", wider.ID, first.ID)
	}
	w.same("one", read(w, func(tx deploy.Tx) (slipway.Grant, error) { return tx.Grant(a.ID, app.ID) }), wider)
	w.same("one's", read(w, func(tx deploy.Tx) ([]slipway.Grant, error) { return tx.ListGrants(a.ID) }), []slipway.Grant{wider, second})

	for _, account := range []slipway.Account{a, b} {
		w.code(account, app, "code of "+account.Login)
		w.refresh(account, app, "refresh of "+account.Login, account.ID, account.ID)
	}
	w.code(a, other, "code for other")
	granted := w.deviceCode(app, "device of a")
	granted.State, granted.AccountID = slipway.DeviceGranted, a.ID
	w.update(0, func(tx deploy.Tx) error { return tx.SetDeviceCode(granted) })
	w.deviceCode(app, "device of nobody")
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveGrant(a.ID, app.ID) })

	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Grant(a.ID, app.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveGrant(a.ID, app.ID) })
	for name, find := range map[string]func(deploy.Tx) error{
		"code":    func(tx deploy.Tx) error { _, err := tx.CodeByHash([]byte("code of a")); return err },
		"refresh": func(tx deploy.Tx) error { _, err := tx.RefreshByHash([]byte("refresh of a")); return err },
		"device":  func(tx deploy.Tx) error { _, err := tx.DeviceCodeByHash([]byte("device of a")); return err },
	} {
		if err := w.store.View(w.Context(), find); slipway.KindOf(err) != slipway.NotFound {
			w.Errorf("%s outlived the grant: %v", name, err)
		}
	}
	w.same("the other's", read(w, func(tx deploy.Tx) (slipway.Grant, error) { return tx.Grant(b.ID, app.ID) }), foreign)
	for _, find := range []func(deploy.Tx) error{
		func(tx deploy.Tx) error { _, err := tx.CodeByHash([]byte("code of b")); return err },
		func(tx deploy.Tx) error { _, err := tx.CodeByHash([]byte("code for other")); return err },
		func(tx deploy.Tx) error { _, err := tx.RefreshByHash([]byte("refresh of b")); return err },
		func(tx deploy.Tx) error { _, err := tx.DeviceCodeByHash([]byte("device of nobody")); return err },
	} {
		w.view(find)
	}
}

func codes(w *world) {
	a, app := w.account("a"), w.oauthApp("app")
	c := w.code(a, app, "hash")
	get := func(tx deploy.Tx) (slipway.Code, error) { return tx.CodeByHash([]byte("hash")) }
	w.same("code", read(w, get), c)
	w.update(0, func(tx deploy.Tx) error { return tx.UseCode(c.ID, 42) })
	c.TokenID = 42
	w.same("used", read(w, get), c)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.UseCode(4711, 42) })
	w.kind(slipway.Conflict, func(tx deploy.Tx) error { again := c; return tx.InsertCode(&again) })
	w.update(-5, func(tx deploy.Tx) error {
		n, err := tx.RemoveOldCodes(w.now, 10)
		w.same("not old yet", n, 0)
		return err
	})
	w.update(-5, func(tx deploy.Tx) error {
		n, err := tx.RemoveOldCodes(w.now.Add(time.Microsecond), 10)
		w.same("old", n, 1)
		return err
	})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := get(tx); return err })
}

func deviceCodes(w *world) {
	a, app := w.account("a"), w.oauthApp("app")
	c := w.deviceCode(app, "hash")
	byHash := func(tx deploy.Tx) (slipway.DeviceCode, error) { return tx.DeviceCodeByHash([]byte("hash")) }
	w.same("by hash", read(w, byHash), c)
	polled := w.now.Add(time.Second)
	c.AccountID, c.Scopes, c.State, c.Pause, c.PolledAt = a.ID, nil, slipway.DeviceGranted, 15*time.Second, &polled
	w.update(0, func(tx deploy.Tx) error { return tx.SetDeviceCode(c) })
	w.same("by user's", read(w, func(tx deploy.Tx) (slipway.DeviceCode, error) { return tx.DeviceCodeByUserHash([]byte("user hash")) }), c)
	w.kind(slipway.Conflict, func(tx deploy.Tx) error {
		again := c
		again.Hash = []byte("another")
		return tx.InsertDeviceCode(&again)
	})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetDeviceCode(slipway.DeviceCode{ID: 4711}) })
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveDeviceCode(c.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveDeviceCode(c.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := byHash(tx); return err })
	w.deviceCode(app, "old")
	w.update(-5, func(tx deploy.Tx) error {
		n, err := tx.RemoveOldDeviceCodes(w.now.Add(time.Second), 10)
		w.same("old", n, 1)
		return err
	})
}

func refreshTokens(w *world) {
	a, app := w.account("a"), w.oauthApp("app")
	first, second := w.refresh(a, app, "1", 7, 7), w.refresh(a, app, "2", 7, 8)
	other := w.refresh(a, app, "3", 9, 9)
	w.update(0, func(tx deploy.Tx) error { return tx.UseRefresh(first.ID) })
	first.Used = true
	w.same("family", read(w, func(tx deploy.Tx) ([]slipway.Refresh, error) { return tx.Family(7) }), []slipway.Refresh{first, second})
	w.same("by hash", read(w, func(tx deploy.Tx) (slipway.Refresh, error) { return tx.RefreshByHash([]byte("1")) }), first)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.UseRefresh(4711) })
	w.kind(slipway.Conflict, func(tx deploy.Tx) error { again := first; return tx.InsertRefresh(&again) })
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveFamily(7) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.RefreshByHash([]byte("2")); return err })
	w.same("the other", read(w, func(tx deploy.Tx) ([]slipway.Refresh, error) { return tx.Family(9) }), []slipway.Refresh{other})
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveRefreshesOf(9) })
	w.same("none", read(w, func(tx deploy.Tx) ([]slipway.Refresh, error) { return tx.Family(9) }), []slipway.Refresh{})
	w.refresh(a, app, "4", 1, 1)
	w.update(-5, func(tx deploy.Tx) error {
		n, err := tx.RemoveOldRefreshes(w.now.Add(time.Second), 10)
		w.same("old", n, 1)
		return err
	})
}

func tokenNotes(w *world) {
	a := w.account("a")
	k := slipway.Token{AccountID: a.ID, Kind: slipway.ClassicToken, Name: "old", Hash: []byte("h"), LastEight: "12345678", CreatedAt: w.now}
	w.update(0, func(tx deploy.Tx) error { return tx.InsertToken(&k) })
	note := func() (url, fingerprint string, at time.Time) {
		w.view(func(tx deploy.Tx) (err error) {
			url, fingerprint, at, err = tx.TokenNote(k.ID)
			return err
		})
		return url, fingerprint, at
	}
	if url, fingerprint, at := note(); url != "" || fingerprint != "" || !at.IsZero() {
		w.Errorf("no note: %q %q %v", url, fingerprint, at)
	}
	for _, fingerprint := range []string{"one", "two"} {
		w.update(0, func(tx deploy.Tx) error { return tx.SetTokenNote(k.ID, "https://x", fingerprint, w.now) })
		if url, got, at := note(); url != "https://x" || got != fingerprint || !at.Equal(w.now) {
			w.Errorf("note: %q %q %v", url, got, at)
		}
	}
	k.Name, k.Hash, k.LastEight, k.Scopes = "new", []byte("other"), "87654321", slipway.Scopes{"repo"}
	w.update(0, func(tx deploy.Tx) error { return tx.SetToken(k) })
	w.same("changed", read(w, func(tx deploy.Tx) (slipway.Token, error) { return tx.Token(k.ID) }), k)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetToken(slipway.Token{ID: 4711, Hash: []byte("x")}) })
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveToken(k.ID) })
	if url, _, _ := note(); url != "" {
		w.Error("a note outlived its token")
	}
}

func appsTakeAlong(w *world) {
	a, app := w.account("a"), w.oauthApp("app")
	w.grant(a, app, "repo")
	w.code(a, app, "code")
	w.deviceCode(app, "device")
	w.refresh(a, app, "refresh", 1, 1)
	w.update(0, func(tx deploy.Tx) error { return tx.RemoveApp(app.ID) })
	for name, find := range map[string]func(deploy.Tx) error{
		"grant":   func(tx deploy.Tx) error { _, err := tx.Grant(a.ID, app.ID); return err },
		"code":    func(tx deploy.Tx) error { _, err := tx.CodeByHash([]byte("code")); return err },
		"device":  func(tx deploy.Tx) error { _, err := tx.DeviceCodeByHash([]byte("device")); return err },
		"refresh": func(tx deploy.Tx) error { _, err := tx.RefreshByHash([]byte("refresh")); return err },
	} {
		if err := w.store.View(w.Context(), find); slipway.KindOf(err) != slipway.NotFound {
			w.Errorf("%s outlived its app: %v", name, err)
		}
	}
}
