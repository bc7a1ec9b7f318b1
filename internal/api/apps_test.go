package api

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

var randomBytes = rand.Reader

// testApp is an app with what only its owner has.
type testApp struct {
	*world
	slipway.App
	installation int64
	key          *rsa.PrivateKey
}

// newApp is the app Deployer, which deploys and reports, installed on repositories.
func (w *world) newApp(repositories ...string) testApp {
	w.Helper()
	app, on, secrets, err := w.deploy.CreateApp(context.Background(), localAdministrator, deploy.NewApp{
		Kind: slipway.GitHubApp, Owner: "acme", Name: "Deployer", Description: "deploys",
		Permissions: slipway.Permissions{"deployments": slipway.LevelWrite, "statuses": slipway.LevelWrite, "contents": slipway.LevelRead},
		On:          deploy.Selection{Repositories: repositories},
	})
	if err != nil {
		w.Fatal(err)
	}
	block, _ := pem.Decode([]byte(secrets.PrivateKey))
	if block == nil || block.Type != "RSA PRIVATE KEY" {
		w.Fatalf("key %+v", block)
	}
	a := testApp{world: w, App: app, key: check(x509.ParsePKCS1PrivateKey(block.Bytes))(w)}
	if len(on) > 0 {
		a.installation = on[0].ID
	}
	return a
}

// newApps prepares the stories about apps: Deployer is on acme/web and acme/open; "As: deployer" is its signature, "As:
// deployer[bot]" its token, and "As: boss fine" a fine-grained token that may deploy.
func (w *world) newApps() {
	w.Helper()
	app := w.newApp("acme/web", "acme/open")
	w.tokens["deployer"], w.tokens["deployer[bot]"] = app.jwt(nil), app.token("")
	w.tokens["boss fine"], _ = check2(w.deploy.CreateToken(context.Background(), localAdministrator, deploy.NewToken{
		Login: "boss", Permissions: slipway.Permissions{"deployments": slipway.LevelWrite}, AllRepositories: true, Expires: time.Hour,
	}))(w)
}

// jwt is what the app signs now; change may spoil it.
func (a testApp) jwt(change func(jwt.MapClaims)) string {
	now := time.Now()
	claims := jwt.MapClaims{"iss": a.App.ID, "iat": now.Add(-30 * time.Second).Unix(), "exp": now.Add(9 * time.Minute).Unix()}
	if change != nil {
		change(claims)
	}
	return check(jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(a.key))(a.world)
}

// token is a token of the app's installation.
func (a testApp) token(body string) string {
	a.Helper()
	got := a.do("POST", fmt.Sprintf("/app/installations/%d/access_tokens", a.installation), body, "Authorization: Bearer "+a.jwt(nil))
	var made struct{ Token string }
	if err := json.Unmarshal(got.body, &made); err != nil || got.StatusCode != http.StatusCreated {
		a.Fatalf("%d %s", got.StatusCode, got.body)
	}
	return made.Token
}

// respelled is text whose last character of base64 has bits that stand for nothing set: a lenient reader decodes the same bytes.
func respelled(signed string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(signed) - 1
	return signed[:last] + digits[strings.IndexByte(digits, signed[last])|1:][:1]
}

// TestKeys: what an app may sign, and what a wrong signature is told (contract 1.4; promise S7 in spirit).
func TestKeys(t *testing.T) {
	w := newWorld(t)
	app := w.newApp("acme/web")
	now := time.Now()
	in := func(d time.Duration) int64 { return now.Add(d).Unix() }
	set := func(claim string, value any) string {
		return app.jwt(func(c jwt.MapClaims) {
			c[claim] = value
			if value == nil {
				delete(c, claim)
			}
		})
	}
	other := check(rsa.GenerateKey(rand.Reader, 2048))(t)
	claims := jwt.MapClaims{"iss": app.App.ID, "iat": in(0), "exp": in(time.Minute)}
	public := check(x509.MarshalPKIXPublicKey(&app.key.PublicKey))(t)
	oauth, _, _, err := w.deploy.CreateApp(t.Context(), localAdministrator, deploy.NewApp{Kind: slipway.OAuthApp, Owner: "acme", Name: "web", DeviceFlow: true})
	if err != nil {
		t.Fatal(err)
	}
	const (
		undecoded = "A JSON web token could not be decoded"
		expiry    = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
		far       = "'Expiration time' claim ('exp') is too far in the future"
		issued    = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	)
	good := app.jwt(nil)
	parts := strings.Split(good, ".")
	unsigned := func(header string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "."
	}
	crit := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	crit.Header["crit"] = []string{"b64"}
	for name, test := range map[string]struct{ signed, want string }{
		"good":                       {good, ""},
		"issuer as text":             {set("iss", fmt.Sprint(app.App.ID)), ""},
		"issuer by client id":        {set("iss", app.ClientID), ""},
		"claims in capitals beside":  {set("ISS", app.App.ID+100), ""},
		"an issuer in capitals":      {app.jwt(func(c jwt.MapClaims) { c["ISS"] = c["iss"]; delete(c, "iss") }), undecoded},
		"an issuer with a sign":      {set("iss", fmt.Sprintf("+%d", app.App.ID)), undecoded},
		"an issuer with a zero":      {set("iss", fmt.Sprintf("0%d", app.App.ID)), undecoded},
		"exactly ten minutes":        {set("exp", in(10*time.Minute)), ""},
		"a clock that is ahead":      {set("iat", in(30*time.Second)), ""},
		"issued long ago":            {set("iat", in(-time.Hour)), ""},
		"fractions of seconds":       {set("exp", float64(in(time.Minute))+0.5), ""},
		"ended":                      {set("exp", in(-time.Second)), expiry},
		"never ends":                 {set("exp", nil), expiry},
		"ends in words":              {set("exp", "tomorrow"), expiry},
		"ends in text":               {set("exp", fmt.Sprint(in(time.Minute))), expiry},
		"ends too late":              {set("exp", in(12*time.Minute)), far},
		"ends at the end of time":    {set("exp", 1<<32), far},
		"ends beyond time":           {set("exp", 1e300), expiry},
		"issued in the future":       {set("iat", in(2*time.Minute)), issued},
		"not issued":                 {set("iat", nil), issued},
		"no issuer":                  {set("iss", nil), undecoded},
		"another issuer":             {set("iss", app.App.ID+100), undecoded},
		"an issuer that is a list":   {set("iss", []int64{app.App.ID}), undecoded},
		"an OAuth app":               {set("iss", oauth.ClientID), undecoded},
		"an issuer with a zero byte": {set("iss", "a\x00b"), undecoded},
		"another key":                {check(jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(other))(t), undecoded},
		"HMAC with the public key":   {check(jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(public))(t), undecoded},
		"HMAC with the public PEM":   {check(jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})))(t), undecoded},
		"another algorithm":          {check(jwt.NewWithClaims(jwt.SigningMethodRS512, claims).SignedString(app.key))(t), undecoded},
		"PSS":                        {check(jwt.NewWithClaims(jwt.SigningMethodPS256, claims).SignedString(app.key))(t), undecoded},
		"none":                       {unsigned(`{"alg":"none","typ":"JWT"}`), undecoded},
		"NONE":                       {unsigned(`{"alg":"NoNe"}`), undecoded},
		"no signature":               {unsigned(`{"alg":"RS256"}`), undecoded},
		"no algorithm":               {unsigned(`{}`), undecoded},
		"critical extension":         {check(crit.SignedString(app.key))(t), undecoded},
		"other claims, signature":    {parts[0] + "." + strings.Split(app.jwt(func(c jwt.MapClaims) { c["x"] = 1 }), ".")[1] + "." + parts[2], undecoded},
		"spelled another way":        {respelled(good), undecoded},
		"two parts":                  {parts[0] + "." + parts[1], undecoded},
		"nonsense":                   {"nonsense", undecoded},
		"three dots":                 {"a.b.c", undecoded},
		"dots":                       {"..", undecoded},
	} {
		got := w.do("GET", "/app", "", "Authorization: Bearer "+test.signed)
		status := http.StatusUnauthorized
		if test.want == "" {
			status = http.StatusOK
		}
		var body struct{ Message string }
		_ = json.Unmarshal(got.body, &body)
		if got.StatusCode != status || body.Message != test.want {
			t.Errorf("%s: %d %s", name, got.StatusCode, got.body)
		}
	}
	for _, header := range []string{"", "As: admin", "Authorization: Bearer " + app.token("")} {
		var headers []string
		if header != "" {
			headers = []string{header}
		}
		if got := w.do("GET", "/app", "", headers...); got.StatusCode != http.StatusUnauthorized || !strings.Contains(string(got.body), undecoded) {
			t.Errorf("%q: %d %s", header, got.StatusCode, got.body)
		}
	}
}

// TestInstallationTokens: what may be asked of an installation, and what a token of it may do then.
func TestInstallationTokens(t *testing.T) {
	w := newWorld(t)
	app := w.newApp("acme/web", "acme/open")
	path := fmt.Sprintf("/app/installations/%d/access_tokens", app.installation)
	id := check(w.deploy.FindRepository(t.Context(), localAdministrator, "acme", "web"))(t).Repository.ID
	const (
		excess = "The permissions requested are not granted to this installation."
		lacks  = "There is at least one repository that does not exist or is not accessible to the parent installation."
	)
	for body, want := range map[string]string{
		`{"permissions":{"deployments":"write"}}`:                         "",
		`{"permissions":{"deployments":"read","metadata":"read"}}`:        "",
		`{"permissions":{}}`:                                              "",
		`{"permissions":null,"repositories":null}`:                        "",
		`{"repositories":["WEB"]}`:                                        "",
		fmt.Sprintf(`{"repository_ids":[%d],"repositories":["web"]}`, id): "",
		`{"permissions":{"contents":"write"}}`:                            excess,
		`{"permissions":{"administration":"read"}}`:                       excess,
		`{"permissions":{"deployments":"admin"}}`:                         excess,
		`{"permissions":{"nonsense":"read"}}`:                             excess,
		`{"repositories":["old"]}`:                                        lacks,
		`{"repositories":["nothing"]}`:                                    lacks,
		`{"repositories":["web","nothing"]}`:                              lacks,
		`{"repositories":["acme/web"]}`:                                   lacks,
		`{"repositories":[]}`:                                             lacks,
		`{"repository_ids":[4711]}`:                                       lacks,
		`{"repository_ids":["1"]}`:                                        "Invalid request.\n\nFor 'properties/repository_ids/items', \"1\" is not a positive integer.",
		`{"permissions":["deployments"]}`:                                 "Invalid request.\n\nFor 'properties/permissions', [\"deployments\"] is not an object.",
		`[]`:                                                              "Body should be a JSON object",
	} {
		got := w.do("POST", path, body, "Authorization: Bearer "+app.jwt(nil))
		var answer struct{ Message string }
		if err := json.Unmarshal(got.body, &answer); err != nil || answer.Message != want || (got.StatusCode == http.StatusCreated) != (want == "") {
			t.Errorf("%s: %d %s", body, got.StatusCode, got.body)
		}
	}
	if got := w.do("POST", fmt.Sprintf("/app/installations/%d/access_tokens", app.installation+1), "{", "Authorization: Bearer "+app.jwt(nil)); got.StatusCode != http.StatusNotFound {
		t.Errorf("an installation that is not there: %d %s", got.StatusCode, got.body)
	}

	only := app.token(`{"repositories":["open"],"permissions":{"deployments":"write"}}`)
	for request, want := range map[string]int{
		"POST /repos/acme/open/deployments": http.StatusCreated, "POST /repos/acme/web/deployments": http.StatusNotFound,
		"POST /repos/acme/open/statuses/" + w.sha("main"): http.StatusForbidden, "GET /repos/acme/web": http.StatusNotFound,
		"GET /repos/acme/open": http.StatusOK, "GET /user": http.StatusForbidden, "GET /installation/repositories": http.StatusOK,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := w.do(method, path, `{"ref":"main","auto_merge":false,"state":"success"}`, "Authorization: Bearer "+only); got.StatusCode != want {
			t.Errorf("%s: %d %s, want %d", request, got.StatusCode, got.body, want)
		}
	}
	// Auto-merge writes code.
	if got := w.do("POST", "/repos/acme/open/deployments", `{"ref":"topic"}`, "Authorization: Bearer "+app.token("")); got.StatusCode != http.StatusForbidden {
		t.Errorf("auto-merge without contents=write: %d %s", got.StatusCode, got.body)
	}
}

// TestRevokedAtOnce is promise S13: what is taken away is gone with the next request.
func TestRevokedAtOnce(t *testing.T) {
	for name, take := range map[string]func(w *world, app testApp, token string) error{
		"the token": func(w *world, _ testApp, token string) error {
			return w.deploy.RevokeTokenSecret(context.Background(), localAdministrator, token)
		},
		"the token by itself": func(w *world, _ testApp, token string) error {
			if got := w.do("DELETE", "/installation/token", "", "Authorization: Bearer "+token); got.StatusCode != http.StatusNoContent {
				return fmt.Errorf("%d %s", got.StatusCode, got.body)
			}
			return nil
		},
		"the installation": func(w *world, app testApp, _ string) error {
			return w.deploy.RemoveInstallation(context.Background(), localAdministrator, app.installation)
		},
		"the installation by the app": func(w *world, app testApp, _ string) error {
			path := fmt.Sprintf("/app/installations/%d", app.installation)
			if got := w.do("DELETE", path, "", "Authorization: Bearer "+app.jwt(nil)); got.StatusCode != http.StatusNoContent {
				return fmt.Errorf("%d %s", got.StatusCode, got.body)
			}
			return nil
		},
		"the app": func(w *world, app testApp, _ string) error {
			return w.deploy.RemoveApp(context.Background(), localAdministrator, app.Slug)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			app := w.newApp("acme/web")
			token := app.token("")
			read := func() int {
				return w.do("GET", "/repos/acme/web/deployments", "", "Authorization: Bearer "+token).StatusCode
			}
			if got := read(); got != http.StatusOK {
				t.Fatalf("before: %d", got)
			}
			if err := take(w, app, token); err != nil {
				t.Fatal(err)
			}
			if got := read(); got != http.StatusUnauthorized {
				t.Errorf("after: %d", got)
			}
			if got := w.do("GET", "/app", "", "Authorization: Bearer "+app.jwt(nil)).StatusCode; (got == http.StatusUnauthorized) != (name == "the app") {
				t.Errorf("by its key: %d", got)
			}
		})
	}
}

// TestInstallationShrinks: tokens that are out there lose what their installation loses.
func TestInstallationShrinks(t *testing.T) {
	w := newWorld(t)
	app := w.newApp("acme/web")
	token := app.token("")
	check(w.deploy.InstallApp(t.Context(), localAdministrator, app.Slug, deploy.Selection{Repositories: []string{"acme/open"}}))(t)
	if got := w.do("GET", "/repos/acme/web/deployments", "", "Authorization: Bearer "+token); got.StatusCode != http.StatusNotFound {
		t.Errorf("a repository that was taken away: %d", got.StatusCode)
	}
}

// TestNewKeys: a new key works beside the old one, or alone.
func TestNewKeys(t *testing.T) {
	w := newWorld(t)
	app := w.newApp("acme/web")
	for _, alone := range []bool{false, true} {
		text := check(w.deploy.NewPrivateKey(t.Context(), localAdministrator, app.Slug, alone))(t)
		block, _ := pem.Decode([]byte(text))
		next := app
		next.key = check(x509.ParsePKCS1PrivateKey(block.Bytes))(t)
		for signed, want := range map[string]bool{app.jwt(nil): !alone, next.jwt(nil): true} {
			if got := w.do("GET", "/app", "", "Authorization: Bearer "+signed).StatusCode == http.StatusOK; got != want {
				t.Errorf("alone %v: accepted %v, want %v", alone, got, want)
			}
		}
		app = next
	}
}
