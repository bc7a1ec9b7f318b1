package main

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// TestZeroSettings: the zero Settings is a useful server, and the same one that nothing said gives.
func TestZeroSettings(t *testing.T) {
	l, err := load(new(cobra.Command), func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	if zero := (Settings{}).filled(); !reflect.DeepEqual(zero, l.Settings) {
		t.Errorf("Settings{} is\n%+v, nothing said\n%+v", zero, l.Settings)
	}
	if l.Listen != "127.0.0.1:8480" || l.Data != "./data" || l.WebhookRetryMax != 6*time.Hour || l.AnyUserAgent || l.SkipEnvironments {
		t.Errorf("%+v", l.Settings)
	}
}

// TestEverySettingIsRead: each row reaches a member of its own, in all three ways, and flags are stronger than variables.
func TestEverySettingIsRead(t *testing.T) {
	values := map[string]string{
		"data": "elsewhere", "listen": "127.0.0.1:1", "external-url": "http://a.example", "api-url": "http://b.example",
		"database-url": "postgres://db/x", "key-file": "k", "webhook-allow": "10.0.0.0/8", "webhook-timeout": "1s", "webhook-retry-min": "2s",
		"webhook-retry-max": "3s", "webhook-park-after": "4s", "hook-user-agent": "GitHub-Hookshot/x", "rate-limit": "1",
		"rate-limit-anonymous": "2", "trusted-proxies": "10.0.0.1", "era": "E0", "production-environment-default": "documented",
		"unknown-environments": "refuse", "enforce-environment-rules": "false", "default-visibility": "public",
		"require-user-agent": "false", "query-tokens": "true", "authorizations-api": "true", "password-auth": "true",
		"events-include-deployments": "true", "documentation-url": "http://c.example", "committer": "A <a@b.example>",
		"enterprise-version": "3.0", "meta-hooks": "10.0.0.0/8", "metrics-listen": "127.0.0.1:2", "tls-cert": "c", "tls-key": "k",
		"log-level": "debug", "log-format": "json",
	}
	seen := map[string]bool{}
	for _, row := range settings {
		value := values[row.name]
		if value == "" {
			t.Fatalf("%s has no value here", row.name)
		}
		var s Settings
		if err := row.field.set(&s, value); err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		if got := row.field.get(&s); got != value {
			t.Errorf("%s: %q became %q", row.name, value, got)
		}
		member := changed(s)
		if member == "" || seen[member] {
			t.Errorf("%s sets member %q", row.name, member)
		}
		seen[member] = true

		c := new(cobra.Command)
		addFlags(c)
		getenv := func(name string) string {
			return map[string]string{envName(row.name): value, "SLIPWAY_TLS_CERT": "c", "SLIPWAY_TLS_KEY": "k"}[name]
		}
		l, err := load(c, getenv)
		if err != nil || row.field.get(&l.Settings) != value || l.source[row.name] != envName(row.name) {
			t.Errorf("%s from the environment: %q from %s, %v", row.name, row.field.get(&l.Settings), l.source[row.name], err)
		}
		if err := c.Flags().Set(row.name, value); err != nil {
			t.Error(err)
		}
		if l, err = load(c, getenv); err != nil || l.source[row.name] != "--"+row.name {
			t.Errorf("%s: the flag is not stronger than the variable: %s, %v", row.name, l.source[row.name], err)
		}
	}
	if len(seen) != reflect.TypeFor[Settings]().NumField() {
		t.Errorf("%d of %d members have a setting", len(seen), reflect.TypeFor[Settings]().NumField())
	}
}

// changed names the one member that is not zero.
func changed(s Settings) (name string) {
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			if name != "" {
				return ""
			}
			name = v.Type().Field(i).Name
		}
	}
	return name
}

func TestExternalURL(t *testing.T) {
	for _, test := range []struct {
		s        Settings
		listened string
		want     string
	}{
		{Settings{}, "127.0.0.1:8480", "http://127.0.0.1:8480"},
		{Settings{}, ":8480", "http://localhost:8480"},
		{Settings{}, "0.0.0.0:8480", "http://localhost:8480"},
		{Settings{}, "[::]:8480", "http://localhost:8480"},
		{Settings{}, "[::1]:8480", "http://[::1]:8480"},
		{Settings{TLSCert: "c"}, "example.com:443", "https://example.com:443"},
		{Settings{ExternalURL: "https://deploy.example.com/"}, "127.0.0.1:8480", "https://deploy.example.com"},
	} {
		if got := test.s.urls(test.listened); got.Web != test.want || got.API != test.want+"/api/v3" {
			t.Errorf("%+v on %s: %+v", test.s, test.listened, got)
		}
	}
	if got := (Settings{APIURL: "https://api.example.com/"}).urls("127.0.0.1:1"); got.API != "https://api.example.com" {
		t.Errorf("api-url: %+v", got)
	}
}

func FuzzConfigFile(f *testing.F) {
	for _, seed := range []string{"era: E3\n", "webhook-allow: [10.0.0.0/8, ci.internal]\n", "era: &a E3\nlisten: *a\n", "? [a]\n: b\n", "- era\n", "era: {a: b}\n", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := parseConfig("config.yml", []byte(text))
		if err == nil {
			for name := range lines {
				if !known(name) {
					t.Errorf("%q passed for a setting", name)
				}
			}
			return
		}
		if exitCode(err) != 2 || !strings.HasPrefix(err.Error(), "config.yml") {
			t.Errorf("%v", err)
		}
	})
}

func TestKeyFile(t *testing.T) {
	s := Settings{Data: t.TempDir()}.filled()
	key, made, err := readKey(s)
	if err != nil || !made || len(key) != keyBytes {
		t.Fatalf("%d bytes, made %v, %v", len(key), made, err)
	}
	again, made, err := readKey(s)
	if err != nil || made || string(again) != string(key) {
		t.Errorf("the second start read another key: made %v, %v", made, err)
	}
	if info, err := os.Stat(keyPath(s)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
