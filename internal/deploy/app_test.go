package deploy_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// newApp asks for the app Deployer of acme.
func newApp(on ...string) deploy.NewApp {
	return deploy.NewApp{
		Kind: slipway.GitHubApp, Owner: "acme", Name: "Deployer", Permissions: slipway.Permissions{"deployments": slipway.LevelWrite},
		On: deploy.Selection{Repositories: on},
	}
}

func TestCreateApp(t *testing.T) {
	w := newWorld(t)
	w.repository("acme", "api")
	w.repository("umbrella", "web")
	in := newApp("acme/web", "umbrella/WEB", "acme/api", "acme/web")
	in.DeviceFlow = true
	app, on, secrets, err := w.CreateApp(w.ctx, w.admin, in)
	w.must(err)
	if app.Slug != "deployer" || app.Permissions.String() != "deployments=write,metadata=read" || len(app.PublicKeys) != 1 {
		t.Errorf("%+v", app)
	}
	if len(on) != 2 || len(on[0].RepositoryIDs) != 2 || len(on[1].RepositoryIDs) != 1 || on[1].Account.Login != "umbrella" {
		t.Errorf("installations %+v", on)
	}
	if !app.HasSecret(secrets.ClientSecret) || len(secrets.ClientSecret) != 40 {
		t.Errorf("secret %q", secrets.ClientSecret)
	}
	if block, rest := pem.Decode([]byte(secrets.PrivateKey)); block == nil || len(rest) > 0 {
		t.Errorf("key %q", secrets.PrivateKey)
	}
	bot, err := w.FindAccount(w.ctx, "deployer[bot]")
	if err != nil || bot.ID != app.BotID || bot.Type != slipway.Bot {
		t.Errorf("bot %+v, %v", bot, err)
	}

	for name, test := range map[string]struct {
		change func(*deploy.NewApp)
		actor  slipway.Actor
		kind   slipway.Kind
	}{
		"the name again":           {func(in *deploy.NewApp) { in.Name = " DEPLOYER " }, w.admin, slipway.Invalid},
		"the server's own name":    {func(in *deploy.NewApp) { in.Name = "Slipway" }, w.admin, slipway.Invalid},
		"no name":                  {func(in *deploy.NewApp) { in.Name = "" }, w.admin, slipway.Invalid},
		"nobody's":                 {func(in *deploy.NewApp) { in.Name, in.Owner = "x", "nobody" }, w.admin, slipway.NotFound},
		"a bot's":                  {func(in *deploy.NewApp) { in.Name, in.Owner = "x", "deployer[bot]" }, w.admin, slipway.Invalid},
		"on nothing":               {func(in *deploy.NewApp) { in.Name, in.On.Repositories = "x", []string{"acme/nothing"} }, w.admin, slipway.NotFound},
		"on all of nobody's":       {func(in *deploy.NewApp) { in.Name, in.On.AllOf = "x", []string{"nobody"} }, w.admin, slipway.NotFound},
		"of no kind":               {func(in *deploy.NewApp) { in.Name, in.Kind = "x", "x" }, w.admin, slipway.Invalid},
		"OAuth with permissions":   {func(in *deploy.NewApp) { in.Name, in.Kind, in.DeviceFlow = "x", slipway.OAuthApp, true }, w.admin, slipway.Invalid},
		"a script for a callback":  {func(in *deploy.NewApp) { in.Name, in.CallbackURLs = "x", []string{"javascript:1"} }, w.admin, slipway.Invalid},
		"a script for a home page": {func(in *deploy.NewApp) { in.Name, in.ExternalURL = "x", "javascript:1" }, w.admin, slipway.Invalid},
		"lines in its description": {func(in *deploy.NewApp) { in.Name, in.Description = "x", "a\nb" }, w.admin, slipway.Invalid},
		"by somebody":              {func(in *deploy.NewApp) { in.Name = "x" }, slipway.Actor{Account: slipway.Account{ID: 3}}, slipway.NotFound},
		"by an administrator's fine-grained token": {func(in *deploy.NewApp) { in.Name = "x" }, slipway.Actor{
			Account: w.admin.Account, Token: slipway.Token{ID: 9, Kind: slipway.FineGrainedToken, Permissions: slipway.Permissions{"administration": slipway.LevelWrite}, AllRepositories: true},
		}, slipway.NotFound},
	} {
		in := newApp("acme/web")
		test.change(&in)
		if _, _, got, err := w.CreateApp(w.ctx, test.actor, in); slipway.KindOf(err) != test.kind || got != (deploy.NewAppSecrets{}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	apps, err := w.ListApps(w.ctx)
	if err != nil || len(apps) != 1 {
		t.Errorf("%+v, %v", apps, err)
	}
}

// TestAppIsNamedThreeWays: by its id, its slug and its client id; and changing it needs an administrator.
func TestAppIsNamedThreeWays(t *testing.T) {
	w := newWorld(t)
	app, _, _, err := w.CreateApp(w.ctx, w.admin, newApp())
	w.must(err)
	var last string
	for _, name := range []string{"1", "Deployer", app.ClientID} {
		if last, err = w.NewClientSecret(w.ctx, w.admin, name, false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	nobody := slipway.Actor{Account: slipway.Account{ID: 3}}
	for name, err := range map[string]error{
		"secret": second(w.NewClientSecret(w.ctx, nobody, "1", false)), "key": second(w.NewPrivateKey(w.ctx, nobody, "1", false)),
		"delete": w.RemoveApp(w.ctx, nobody, "1"), "install": second(w.InstallApp(w.ctx, nobody, "1", deploy.Selection{AllOf: []string{"acme"}})),
		"uninstall": w.RemoveInstallation(w.ctx, nobody, 1),
	} {
		if slipway.KindOf(err) != slipway.NotFound {
			t.Errorf("%s by nobody: %v", name, err)
		}
	}
	// Old secrets are dropped before there are too many, the newest never.
	for range 5 {
		last, err = w.NewClientSecret(w.ctx, w.admin, "1", false)
		w.must(err)
	}
	if app, err = w.FindApp(w.ctx, "deployer"); err != nil || len(app.SecretHashes) != 5 || !app.HasSecret(last) {
		t.Errorf("%+v, %v", app, err)
	}
	alone, err := w.NewClientSecret(w.ctx, w.admin, "1", true)
	w.must(err)
	if app, err = w.FindAppByClientID(w.ctx, app.ClientID); err != nil || app.HasSecret(last) || !app.HasSecret(alone) {
		t.Errorf("%+v, %v", app, err)
	}
}

// TestAppActs: what an app does is its bot's, through the app, on the row and in the event; and stays so after the app is gone,
// whose name and bot another may take over.
func TestAppActs(t *testing.T) {
	w := newWorld(t)
	app, on, _, err := w.CreateApp(w.ctx, w.admin, newApp("acme/web"))
	w.must(err)
	secret, token, _, err := w.CreateInstallationToken(w.ctx, slipway.Actor{App: &app}, on[0].ID, deploy.InstallationTokenRequest{})
	w.must(err)
	if token.ExpiresAt.Sub(token.CreatedAt) != time.Hour {
		t.Errorf("good for %v", token.ExpiresAt.Sub(token.CreatedAt))
	}
	actor, err := w.Authenticate(w.ctx, secret)
	w.must(err)
	out, err := w.CreateDeployment(w.ctx, actor, w.repo, request("main"), deploy.IdempotencyKey{})
	w.must(err)
	_, _, err = w.CreateDeploymentStatus(w.ctx, actor, w.repo, out.Deployment.ID, slipway.StatusRequest{State: "success", Era: slipway.E11})
	w.must(err)
	d, err := w.Deployment(w.ctx, w.repo, out.Deployment.ID)
	if err != nil || d.Creator.Login != "deployer[bot]" || d.App == nil || d.App.ID != app.ID {
		t.Errorf("%+v, %v", d, err)
	}
	events, err := w.store.Events(w.ctx, 0, 100)
	w.must(err)
	through := 0
	for _, e := range events {
		s, err := slipway.ParseSubject(e.Subject)
		w.must(err)
		if s.Deployment != nil && s.Deployment.App != nil && s.Deployment.App.Slug == "deployer" && e.ActorID == app.BotID {
			through++
		}
		if bytes.Contains(e.Subject, []byte("PRIVATE")) || bytes.Contains(e.Subject, []byte("public_keys")) {
			t.Errorf("an event tells too much: %s", e.Subject)
		}
	}
	if through != 2 {
		t.Errorf("%d events through the app", through)
	}

	w.must(w.RemoveApp(w.ctx, w.admin, "deployer"))
	if _, err := w.Authenticate(w.ctx, secret); slipway.KindOf(err) != slipway.Unauthorized {
		t.Errorf("a token of an app that is gone: %v", err)
	}
	d, err = w.Deployment(w.ctx, w.repo, out.Deployment.ID)
	if err != nil || d.Creator.Login != "deployer[bot]" || d.App != nil {
		t.Errorf("%+v, %v", d, err)
	}
	again, _, _, err := w.CreateApp(w.ctx, w.admin, newApp())
	if err != nil || again.ID == app.ID || again.BotID != app.BotID || again.ClientID == app.ClientID {
		t.Errorf("%+v, %v", again, err)
	}
}

// TestInstallationTokensEnd: after an hour, and a day later they are forgotten.
func TestInstallationTokensEnd(t *testing.T) {
	w := newWorld(t)
	app, on, _, err := w.CreateApp(w.ctx, w.admin, newApp("acme/web"))
	w.must(err)
	secret, _, _, err := w.CreateInstallationToken(w.ctx, slipway.Actor{App: &app}, on[0].ID, deploy.InstallationTokenRequest{})
	w.must(err)
	w.time.add(time.Hour - time.Second)
	w.must(second(w.Authenticate(w.ctx, secret)))
	w.time.add(time.Second)
	if _, err := w.Authenticate(w.ctx, secret); slipway.KindOf(err) != slipway.Unauthorized {
		t.Errorf("after an hour: %v", err)
	}
	for _, left := range []int{1, 0} {
		w.must(w.RemoveOld(w.ctx))
		tokens, err := w.ListTokens(w.ctx, "deployer[bot]")
		if err != nil || len(tokens) != left {
			t.Errorf("%+v, %v, want %d", tokens, err, left)
		}
		w.time.add(24*time.Hour + time.Second)
	}
}

// TestAppSecretsAreNotKept: neither private keys nor client secrets nor tokens are in the database's files.
func TestAppSecretsAreNotKept(t *testing.T) {
	w := newWorld(t)
	in := newApp("acme/web")
	in.DeviceFlow = true
	app, on, secrets, err := w.CreateApp(w.ctx, w.admin, in)
	w.must(err)
	token, _, _, err := w.CreateInstallationToken(w.ctx, slipway.Actor{App: &app}, on[0].ID, deploy.InstallationTokenRequest{})
	w.must(err)
	more, err := w.NewPrivateKey(w.ctx, w.admin, "1", false)
	w.must(err)
	var file string
	w.must(w.raw.QueryRow(`SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&file))
	files, err := filepath.Glob(file + "*")
	w.must(err)
	var kept []byte
	for _, name := range files {
		text, err := os.ReadFile(name)
		w.must(err)
		kept = append(kept, text...)
	}
	if !bytes.Contains(kept, []byte(app.ClientID)) {
		t.Fatal("the database was not read")
	}
	app, err = w.FindApp(w.ctx, app.Slug)
	w.must(err)
	var public string // which the private keys hold too
	for _, key := range app.PublicKeys {
		public += base64.StdEncoding.EncodeToString(key) + "\n"
	}
	canaries := []string{secrets.ClientSecret, token, token[4:]}
	for line := range strings.SplitSeq(secrets.PrivateKey+more, "\n") {
		if len(line) >= 32 && line[0] != '-' && !strings.Contains(public, line) {
			canaries = append(canaries, line)
		}
	}
	if len(canaries) < 30 {
		t.Fatalf("only %d secrets are looked for", len(canaries))
	}
	for _, canary := range canaries {
		if bytes.Contains(kept, []byte(canary)) {
			t.Errorf("%q is in the database", canary)
		}
	}
}

func TestFineGrainedTokens(t *testing.T) {
	w := newWorld(t)
	permissions := slipway.Permissions{"deployments": slipway.LevelRead}
	secret, token, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "ann", Permissions: permissions, Repositories: []string{"ACME/web"}, Expires: time.Hour})
	w.must(err)
	if !strings.HasPrefix(secret, "slf_") || token.Permissions.String() != "deployments=read,metadata=read" || !slices.Equal(token.RepositoryIDs, []int64{w.repo.ID}) {
		t.Errorf("%+v", token)
	}
	w.must(second(w.Authenticate(w.ctx, secret)))
	for name, in := range map[string]deploy.NewToken{
		"scopes as well":        {Permissions: permissions, AllRepositories: true, Scopes: slipway.Scopes{"repo"}},
		"nowhere":               {Permissions: permissions},
		"some and all":          {Permissions: permissions, AllRepositories: true, Repositories: []string{"acme/web"}},
		"classic for some":      {Scopes: slipway.Scopes{"repo"}, Repositories: []string{"acme/web"}},
		"classic for all":       {Scopes: slipway.Scopes{"repo"}, AllRepositories: true},
		"too many repositories": {Permissions: permissions, Repositories: make([]string, 501)},
	} {
		in.Login = "ann"
		if _, _, err := w.CreateToken(w.ctx, w.admin, in); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := w.CreateToken(w.ctx, w.admin, deploy.NewToken{Login: "bob", Permissions: permissions, Repositories: []string{"acme/nothing"}}); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("a repository that is not there: %v", err)
	}
	if _, err := w.FindAccount(w.ctx, "bob"); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("a token that was refused left an account: %v", err)
	}
}

// FuzzAuthenticateApp: whatever is presented as a signature is refused as one, and nothing else happens.
func FuzzAuthenticateApp(f *testing.F) {
	w := newWorld(f)
	app, _, _, err := w.CreateApp(w.ctx, w.admin, newApp())
	w.must(err)
	encode := base64.RawURLEncoding.EncodeToString
	for _, claims := range []string{`{"iss":1,"iat":1,"exp":2}`, `{"iss":"` + app.ClientID + `"}`, `{"iss":"\u0000"}`, `{"iss":[1]}`, `null`, `[]`, `{"iss":1e400}`} {
		for _, header := range []string{`{"alg":"RS256"}`, `{"alg":"none"}`, `{"alg":"HS256"}`, `{"alg":1}`, `{}`} {
			f.Add(header, claims, "signature")
		}
	}
	f.Fuzz(func(t *testing.T, header, claims, signature string) {
		for _, signed := range []string{encode([]byte(header)) + "." + encode([]byte(claims)) + "." + encode([]byte(signature)), header + "." + claims + "." + signature} {
			if _, err := w.AuthenticateApp(w.ctx, signed); slipway.KindOf(err) != slipway.Unauthorized {
				t.Errorf("%q: %v", signed, err)
			}
		}
	})
}
