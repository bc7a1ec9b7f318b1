package slipway_test

import (
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestAppSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Deployer": "deployer", "My  Deploy-Bot!": "my-deploy-bot", "--a--": "a", "Ünï 7": "n-7", "日本": "", "": "",
	} {
		if got := slipway.AppSlug(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCheckAppName(t *testing.T) {
	for _, name := range []string{"Deployer", "a", strings.Repeat("ä", 33) + "b"} {
		if err := slipway.CheckAppName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "  ", "日本", strings.Repeat("a", 35), "a\nb", "a\xff"} {
		if err := slipway.CheckAppName(name); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAppHasSecret(t *testing.T) {
	app := slipway.App{SecretHashes: [][]byte{slipway.HashToken("old"), slipway.HashToken("new")}}
	for secret, want := range map[string]bool{"old": true, "new": true, "other": false, "": false} {
		if app.HasSecret(secret) != want {
			t.Errorf("%q", secret)
		}
	}
	if (slipway.App{}).HasSecret("") || (slipway.App{SecretHashes: [][]byte{nil}}).HasSecret("") {
		t.Error("an app without a secret has one")
	}
}

func TestInstallationIncludes(t *testing.T) {
	acme := slipway.Account{ID: 7}
	for _, test := range []struct {
		i    slipway.Installation
		r    slipway.Repository
		want bool
	}{
		{slipway.Installation{Account: acme, AllRepositories: true}, slipway.Repository{ID: 1, Owner: acme}, true},
		{slipway.Installation{Account: acme, RepositoryIDs: []int64{1, 2}}, slipway.Repository{ID: 2, Owner: acme}, true},
		{slipway.Installation{Account: acme, RepositoryIDs: []int64{1, 2}}, slipway.Repository{ID: 3, Owner: acme}, false},
		{slipway.Installation{Account: acme}, slipway.Repository{ID: 3, Owner: acme}, false},
		// A repository that was given away is not the installation's any more.
		{slipway.Installation{Account: acme, RepositoryIDs: []int64{1}}, slipway.Repository{ID: 1, Owner: slipway.Account{ID: 8}}, false},
		{slipway.Installation{Account: acme, AllRepositories: true}, slipway.Repository{ID: 1, Owner: slipway.Account{ID: 8}}, false},
	} {
		if got := test.i.Includes(test.r); got != test.want {
			t.Errorf("%+v in %+v: %v", test.i, test.r, got)
		}
	}
}

func TestCheckCallbacks(t *testing.T) {
	for _, url := range []string{"https://a.example.com", "http://127.0.0.1:8080/cb?x=1", "https://a.example.com/" + strings.Repeat("a", 1000)} {
		if err := slipway.CheckCallbacks([]string{url}); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, url := range []string{
		"", "/cb", "javascript:alert(1)", "data:text/html,x", "https://", "https:///cb", "https://a@b.example.com/", "https://a.example.com/#x",
		"https://a.example.com/?code=1", "https://a.example.com/a%2Fb", "https://a.example.com/\n", "https://a.example.com/ x", "https://a.example.com\\@b", "ftp://a", "https://a/" + strings.Repeat("a", 1024),
	} {
		if err := slipway.CheckCallbacks([]string{url}); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %v", url, err)
		}
	}
	if slipway.CheckCallbacks(make([]string, 11)) == nil {
		t.Error("eleven are accepted")
	}
}
