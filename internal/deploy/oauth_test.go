package deploy_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

const appSecret = "0123456789abcdef0123456789abcdef01234567"

// app makes an OAuth app of acme with one callback and one secret.
func (w *world) app(name string, change ...func(*slipway.App)) slipway.App {
	w.t.Helper()
	owner, err := w.FindAccount(w.ctx, "acme")
	w.must(err)
	app := slipway.App{
		Kind: slipway.OAuthApp, Slug: strings.ToLower(name), Name: name, Owner: owner, ClientID: "client-" + strings.ToLower(name),
		CallbackURLs: []string{"https://app.example/cb"}, DeviceFlow: true, SecretHashes: [][]byte{slipway.HashToken(appSecret)},
		CreatedAt: w.time.now(), UpdatedAt: w.time.now(),
	}
	for _, f := range change {
		f(&app)
	}
	w.must(w.store.Update(w.ctx, 0, func(tx deploy.Tx) error { return tx.InsertApp(&app) }))
	return app
}

func expiring(a *slipway.App) { a.ExpiringTokens = true }

// told checks that an error is OAuth's.
func (w *world) told(err error, want *slipway.OAuthError) {
	w.t.Helper()
	var e *slipway.OAuthError
	if !errors.As(err, &e) || e.Code != want.Code || e.Description != want.Description {
		w.t.Fatalf("got %v, want %v", err, want)
	}
}

// people is an actor without a token, as pages have them.
func (w *world) people(login string) slipway.Actor {
	w.t.Helper()
	account, err := w.FindAccount(w.ctx, login)
	if slipway.KindOf(err) == slipway.NotFound {
		account, err = w.CreateAccount(w.ctx, local, deploy.NewAccount{Login: login})
	}
	w.must(err)
	return slipway.Actor{Account: account}
}

// code is one of the web flow that a person has consented to.
func (w *world) code(a slipway.Actor, app slipway.App, scopes string) string {
	w.t.Helper()
	code, _, err := w.GiveCode(w.ctx, a, deploy.AuthorizationRequest{ClientID: app.ClientID, Scopes: slipway.ParseScopes(scopes)}, true)
	w.must(err)
	return code
}

func exchange(app slipway.App, code string) deploy.CodeExchange {
	return deploy.CodeExchange{Client: deploy.Client{ID: app.ClientID, Secret: appSecret}, Code: code}
}

// opens checks whether a token lets somebody in.
func (w *world) opens(secret string, want bool) slipway.Actor {
	w.t.Helper()
	a, err := w.Authenticate(w.ctx, secret)
	if (err == nil) != want {
		w.t.Fatalf("a token opens: %v (%v), want %v", err == nil, err, want)
	}
	return a
}

func TestWebFlow(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.people("ann")
	in := deploy.AuthorizationRequest{ClientID: app.ClientID, Scopes: slipway.ParseScopes("repo_deployment repo:status,nonsense")}
	c, err := w.WeighConsent(w.ctx, ann, in)
	w.must(err)
	if c.Granted || c.RedirectURI != "https://app.example/cb" || c.Scopes.String() != "repo:status, repo_deployment" {
		t.Fatalf("%+v", c)
	}
	_, _, err = w.GiveCode(w.ctx, ann, in, false) // nobody was asked
	w.told(err, slipway.AccessDenied)
	before := w.lastEvent()
	code, _, err := w.GiveCode(w.ctx, ann, in, true)
	w.must(err)
	if len(code) != 20 || strings.Trim(code, "0123456789abcdef") != "" {
		t.Errorf("code %q", code)
	}
	out, err := w.ExchangeCode(w.ctx, exchange(app, code))
	w.must(err)
	if got := w.names(before); got != "app/authorized token/created" {
		t.Errorf("events %s", got)
	}
	a := w.opens(out.Secret, true)
	if a.Account.Login != "ann" || a.Token.Kind != slipway.OAuthToken || a.Token.AppID != app.ID || a.Token.Scopes.String() != "repo:status, repo_deployment" || a.Token.ExpiresAt != nil || out.RefreshSecret != "" {
		t.Errorf("%+v", a)
	}

	for scopes, granted := range map[string]bool{"": true, "repo_deployment": true, "repo": false, "gist": false, "repo:status repo_deployment": true} {
		c, err := w.WeighConsent(w.ctx, ann, deploy.AuthorizationRequest{ClientID: app.ClientID, Scopes: slipway.ParseScopes(scopes)})
		w.must(err)
		if c.Granted != granted {
			t.Errorf("%q after the first consent: granted %v", scopes, c.Granted)
		}
	}
	c, err = w.WeighConsent(w.ctx, ann, deploy.AuthorizationRequest{ClientID: app.ClientID}) // names none: what was granted
	w.must(err)
	if c.Scopes.String() != "repo:status, repo_deployment" {
		t.Errorf("%v", c.Scopes)
	}
	_ = w.code(ann, app, "repo")
	grants, err := w.Grants(w.ctx, ann.Account.ID)
	w.must(err)
	if len(grants) != 1 || grants[0].Scopes.String() != "repo" || grants[0].App.Name != "App" || grants[0].Tokens != 1 {
		t.Errorf("%+v", grants)
	}
}

func TestCodeOnce(t *testing.T) {
	w := newWorld(t)
	for _, app := range []slipway.App{w.app("Plain"), w.app("Expiring", expiring)} {
		ann := w.people("ann")
		code := w.code(ann, app, "repo")
		out, err := w.ExchangeCode(w.ctx, exchange(app, code))
		w.must(err)
		w.opens(out.Secret, true)
		renewed := out
		if app.ExpiringTokens {
			renewed, err = w.RefreshAppToken(w.ctx, deploy.Client{ID: app.ClientID, Secret: appSecret}, out.RefreshSecret)
			w.must(err)
			w.opens(renewed.Secret, true)
		}
		_, err = w.ExchangeCode(w.ctx, exchange(app, code))
		w.told(err, slipway.BadVerificationCode)
		w.opens(out.Secret, false)
		w.opens(renewed.Secret, false)
		_, err = w.ExchangeCode(w.ctx, exchange(app, code)) // and a third time nothing breaks
		w.told(err, slipway.BadVerificationCode)
	}
}

// TestCodeRace: two nodes are given one code at once.
func TestCodeRace(t *testing.T) {
	w, nodes := newCluster(t)
	app, ann := w.app("App"), w.people("ann")
	for range 5 {
		code := w.code(ann, app, "repo")
		secrets := make([]string, 6)
		_ = race(nodes, len(secrets), func(i int, node *deploy.Decisions) error {
			out, err := node.ExchangeCode(w.ctx, exchange(app, code))
			secrets[i] = out.Secret
			return err
		})
		given := 0
		for _, secret := range secrets {
			if secret != "" {
				given++
				w.opens(secret, false) // the loser ended it
			}
		}
		if given != 1 {
			t.Fatalf("one code gave %d tokens", given)
		}
	}
}

func TestCodeIsBound(t *testing.T) {
	w := newWorld(t)
	app, other, ann := w.app("App"), w.app("Other"), w.people("ann")
	code := w.code(ann, app, "repo")
	_, err := w.ExchangeCode(w.ctx, exchange(other, code))
	w.told(err, slipway.BadVerificationCode)
	wrong := exchange(app, code)
	wrong.RedirectURI = "https://evil.example/cb"
	_, err = w.ExchangeCode(w.ctx, wrong)
	w.told(err, slipway.RedirectURIMismatch)
	for _, nonsense := range []string{"", "x", strings.ToUpper(code), code + "0"} {
		_, err = w.ExchangeCode(w.ctx, exchange(app, nonsense))
		w.told(err, slipway.BadVerificationCode)
	}
	w.time.add(10*time.Minute - time.Second)
	_, err = w.ExchangeCode(w.ctx, exchange(app, code)) // none of that has used it up
	w.must(err)

	late := w.code(ann, app, "repo")
	w.time.add(10 * time.Minute)
	_, err = w.ExchangeCode(w.ctx, exchange(app, late))
	w.told(err, slipway.BadVerificationCode)

	named, _, err := w.GiveCode(w.ctx, ann, deploy.AuthorizationRequest{ClientID: app.ClientID, RedirectURI: "https://app.example/cb/a", Scopes: slipway.ParseScopes("repo")}, true)
	w.must(err)
	in := exchange(app, named)
	in.RedirectURI = "https://app.example/cb/b" // registered, but not where this one was sent
	_, err = w.ExchangeCode(w.ctx, in)
	w.told(err, slipway.RedirectURIMismatch)
	in.RedirectURI = "https://app.example/cb/a"
	_, err = w.ExchangeCode(w.ctx, in)
	w.must(err)
}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestPKCE(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.people("ann")
	verifier := strings.Repeat("v", 43)
	for _, test := range []struct {
		name, challenge, method, verifier string
		asked, given                      bool
	}{
		{"S256", challengeOf(verifier), "S256", verifier, true, true},
		{"a wrong verifier", challengeOf(verifier), "S256", verifier + "x", true, false},
		{"no verifier", challengeOf(verifier), "S256", "", true, false},
		{"the challenge itself", challengeOf(verifier), "S256", challengeOf(verifier), true, false},
		{"a verifier without a challenge", "", "", verifier, true, false},
		{"neither", "", "", "", true, true},
		{"plain", verifier, "plain", verifier, false, false},
		{"no method, which means plain", challengeOf(verifier), "", verifier, false, false},
		{"a method without a challenge", "", "S256", verifier, false, false},
		{"too short", challengeOf(verifier)[:42], "S256", verifier, false, false},
		{"another alphabet", strings.Repeat("+", 43), "S256", verifier, false, false},
	} {
		in := deploy.AuthorizationRequest{ClientID: app.ClientID, Scopes: slipway.ParseScopes("repo"), Challenge: test.challenge, ChallengeMethod: test.method}
		code, _, err := w.GiveCode(w.ctx, ann, in, true)
		if !test.asked {
			w.told(err, slipway.ChallengeMethodRefused)
			continue
		}
		w.must(err)
		ex := exchange(app, code)
		ex.Verifier = test.verifier
		if _, err = w.ExchangeCode(w.ctx, ex); (err == nil) != test.given {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestClientSecrets(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.people("ann")
	if strings.Contains(w.dump(), appSecret) {
		t.Error("the database holds the secret")
	}
	code := w.code(ann, app, "repo")
	for _, client := range []deploy.Client{
		{},
		{ID: app.ClientID},
		{ID: app.ClientID, Secret: appSecret[1:]},
		{ID: app.ClientID, Secret: strings.ToUpper(appSecret)},
		{ID: "nobody", Secret: appSecret},
		{Secret: appSecret},
	} {
		_, err := w.ExchangeCode(w.ctx, deploy.CodeExchange{Client: client, Code: code})
		w.told(err, slipway.IncorrectClientCredentials)
		_, ok, err := w.AuthenticateClient(w.ctx, client)
		w.must(err)
		if ok {
			t.Errorf("%+v is a client", client)
		}
	}
	found, ok, err := w.AuthenticateClient(w.ctx, deploy.Client{ID: app.ClientID, Secret: appSecret})
	w.must(err)
	if !ok || found.ID != app.ID {
		t.Errorf("%+v %v", found, ok)
	}
}

func TestRefreshReuse(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App", expiring), w.people("ann")
	client := deploy.Client{ID: app.ClientID, Secret: appSecret}
	first, err := w.ExchangeCode(w.ctx, exchange(app, w.code(ann, app, "repo")))
	w.must(err)
	if first.Token.ExpiresAt.Sub(first.Token.CreatedAt) != 28800*time.Second || !strings.HasPrefix(first.RefreshSecret, "slr_") {
		t.Errorf("%+v", first.Token)
	}
	other, err := w.ExchangeCode(w.ctx, exchange(app, w.code(ann, app, "repo"))) // another consent's family
	w.must(err)
	second, err := w.RefreshAppToken(w.ctx, client, first.RefreshSecret)
	w.must(err)
	w.opens(first.Secret, false) // renewed, it is of no use any more
	w.opens(second.Secret, true)
	if second.Token.Scopes.String() != "repo" {
		t.Errorf("%v", second.Token.Scopes)
	}
	third, err := w.RefreshAppToken(w.ctx, client, second.RefreshSecret)
	w.must(err)
	_, err = w.RefreshAppToken(w.ctx, client, second.RefreshSecret)
	w.told(err, slipway.BadRefreshToken)
	w.opens(third.Secret, false)
	_, err = w.RefreshAppToken(w.ctx, client, third.RefreshSecret)
	w.told(err, slipway.BadRefreshToken)
	w.opens(other.Secret, true)
}

func TestRefreshIsBound(t *testing.T) {
	w := newWorld(t)
	app, thief, ann := w.app("App", expiring), w.app("Thief", expiring), w.people("ann")
	client := deploy.Client{ID: app.ClientID, Secret: appSecret}
	out, err := w.ExchangeCode(w.ctx, exchange(app, w.code(ann, app, "repo")))
	w.must(err)
	w.opens(out.RefreshSecret, false) // it is no access token
	_, err = w.RefreshAppToken(w.ctx, deploy.Client{ID: thief.ClientID, Secret: appSecret}, out.RefreshSecret)
	w.told(err, slipway.BadRefreshToken)
	_, err = w.RefreshAppToken(w.ctx, deploy.Client{ID: app.ClientID}, out.RefreshSecret)
	w.told(err, slipway.IncorrectClientCredentials)
	_, err = w.RefreshAppToken(w.ctx, client, out.Secret)
	w.told(err, slipway.BadRefreshToken)
	w.time.add(8 * time.Hour)
	w.opens(out.Secret, false)
	out, err = w.RefreshAppToken(w.ctx, client, out.RefreshSecret)
	w.must(err)
	w.time.add(15811200 * time.Second)
	_, err = w.RefreshAppToken(w.ctx, client, out.RefreshSecret)
	w.told(err, slipway.BadRefreshToken)
	if strings.Contains(w.dump(), out.RefreshSecret) {
		t.Error("the database holds the refresh token")
	}
	w.time.add(time.Hour)
	w.must(w.RemoveOld(w.ctx))
	if strings.Contains(w.dump(), "\nrefresh_tokens|") {
		t.Error("it is still remembered")
	}
}

func TestRevokedGrantIsGone(t *testing.T) {
	w := newWorld(t)
	app, kept, ann, bob := w.app("App", expiring), w.app("Kept"), w.people("ann"), w.people("bob")
	client := deploy.Client{ID: app.ClientID, Secret: appSecret}
	out, err := w.ExchangeCode(w.ctx, exchange(app, w.code(ann, app, "repo")))
	w.must(err)
	his, err := w.ExchangeCode(w.ctx, exchange(app, w.code(bob, app, "repo")))
	w.must(err)
	other, err := w.ExchangeCode(w.ctx, exchange(kept, w.code(ann, kept, "repo")))
	w.must(err)
	pending := w.code(ann, app, "repo")
	_, userCode := w.device(app, "repo")
	w.must(w.AnswerDevice(w.ctx, ann, userCode, true))
	node := w.decisions() // one that remembers the token
	if _, err := node.Authenticate(w.ctx, out.Secret); err != nil {
		t.Fatal(err)
	}

	w.must(w.RevokeGrant(w.ctx, ann, app.ID))
	w.opens(out.Secret, false)
	if _, err := node.Authenticate(w.ctx, out.Secret); slipway.KindOf(err) != slipway.Unauthorized {
		t.Errorf("another node: %v", err)
	}
	_, err = w.RefreshAppToken(w.ctx, client, out.RefreshSecret)
	w.told(err, slipway.BadRefreshToken)
	_, err = w.ExchangeCode(w.ctx, exchange(app, pending))
	w.told(err, slipway.BadVerificationCode)
	w.opens(his.Secret, true)
	w.opens(other.Secret, true)
	w.refused(w.RevokeGrant(w.ctx, ann, app.ID), slipway.NotFound, "Not Found")
	_, _, err = w.GiveCode(w.ctx, ann, deploy.AuthorizationRequest{ClientID: app.ClientID, Scopes: slipway.ParseScopes("repo")}, false)
	w.told(err, slipway.AccessDenied) // and it has to ask again
}

func TestTenTokensOfAnApp(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.people("ann")
	var secrets []string
	for range 11 {
		out, err := w.ExchangeCode(w.ctx, exchange(app, w.code(ann, app, "repo")))
		w.must(err)
		secrets = append(secrets, out.Secret)
	}
	out, err := w.ExchangeCode(w.ctx, exchange(app, w.code(ann, app, "gist")))
	w.must(err)
	w.opens(secrets[0], false)
	for _, secret := range append(secrets[1:], out.Secret) {
		w.opens(secret, true)
	}
}

func TestCodesAreHashed(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.people("ann")
	code := w.code(ann, app, "repo")
	deviceCode, userCode := w.device(app, "repo")
	all := w.dump()
	for _, secret := range []string{code, deviceCode, userCode} {
		if strings.Contains(all, secret) {
			t.Errorf("the database holds %s", secret)
		}
	}
}
