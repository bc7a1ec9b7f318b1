package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestSeal(t *testing.T) {
	other := bytes.Repeat([]byte{7}, 32)
	s, err := newSealer(testKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := newSealer(other, [][]byte{testKey})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := newSealer(other, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"", "x", "tüst\x00\xff", string(bytes.Repeat([]byte("long"), 1000))} {
		sealed, err := s.seal(secret, "here")
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.seal(secret, "here")
		if err != nil || bytes.Equal(sealed, again) {
			t.Error("one secret is sealed alike twice")
		}
		for name, opener := range map[string]*sealer{"same key": s, "after a rotation": rotated} {
			if got, err := opener.open(sealed, "here"); err != nil || got != secret {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		if _, err := stranger.open(sealed, "here"); err == nil {
			t.Error("opened with another key")
		}
		if _, err := s.open(sealed, "there"); err == nil {
			t.Error("opened in another place")
		}
		for i := range sealed {
			damaged := bytes.Clone(sealed)
			damaged[i] ^= 1
			if _, err := s.open(damaged, "here"); err == nil {
				t.Errorf("opened with byte %d damaged", i)
			}
			if i < 40 {
				if _, err := s.open(sealed[:i], "here"); err == nil {
					t.Errorf("opened with %d bytes", i)
				}
			}
		}
	}
}

// TestSecretsAreSealed: neither a hook's secret nor a log of the database shows it, and without a key none is taken.
func TestSecretsAreSealed(t *testing.T) {
	const canary = "canary-4711-secret"
	path := filepath.Join(t.TempDir(), "slipway.db")
	insert := func(c Config) error {
		c.Path = path
		d, err := Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		err = d.Update(t.Context(), 0, func(tx deploy.Tx) error {
			a := slipway.Account{Login: "a" + randomText(), Type: slipway.User}
			if err := tx.InsertAccount(&a); err != nil {
				return err
			}
			r := slipway.Repository{Owner: a, Name: "r", CreatedAt: time.Now()}
			if err := tx.InsertRepository(&r); err != nil {
				return err
			}
			h := slipway.Hook{RepositoryID: r.ID, Name: "web", Secret: canary}
			if err := tx.InsertHook(&h); err != nil {
				return err
			}
			got, err := tx.Hook(r.ID, h.ID)
			if err == nil && got.Secret != canary {
				t.Errorf("secret %q", got.Secret)
			}
			return err
		})
		files, globErr := filepath.Glob(path + "*")
		if globErr != nil || len(files) < 2 {
			t.Errorf("files %v, %v", files, globErr)
		}
		for _, name := range files {
			text, readErr := os.ReadFile(name)
			if readErr != nil || bytes.Contains(text, []byte(canary)) {
				t.Errorf("the secret is in %s (%v)", filepath.Base(name), readErr)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		return err
	}
	if err := insert(Config{Key: testKey}); err != nil {
		t.Error(err)
	}
	if err := insert(Config{}); err == nil || slipway.KindOf(err) != slipway.Internal {
		t.Errorf("without a key: %v", err)
	}
}

// TestCheckKey: a key is tried at the oldest secret there is.
func TestCheckKey(t *testing.T) {
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		d := open(t, Config{Key: testKey})
		insert := func(secret string) {
			t.Helper()
			err := d.Update(t.Context(), 0, func(tx deploy.Tx) error {
				a := slipway.Account{Login: "a" + randomText(), Type: slipway.User}
				if err := tx.InsertAccount(&a); err != nil {
					return err
				}
				r := slipway.Repository{Owner: a, Name: "r", CreatedAt: time.Now()}
				if err := tx.InsertRepository(&r); err != nil {
					return err
				}
				return tx.InsertHook(&slipway.Hook{RepositoryID: r.ID, Name: "web", Secret: secret})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		check := func(key []byte, opens bool) {
			t.Helper()
			var err error
			if d.sealer, err = newSealer(key, nil); err != nil {
				t.Fatal(err)
			}
			if err = d.CheckKey(t.Context()); (err == nil) != opens {
				t.Errorf("%v", err)
			}
		}
		other := bytes.Repeat([]byte{7}, 32)
		check(other, true) // nothing is there
		insert("")
		check(other, true) // nothing is sealed
		check(nil, true)
		check(testKey, true)
		insert("hush")
		check(testKey, true)
		check(other, false)
		check(nil, false)
	})
}
