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
