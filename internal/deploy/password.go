package deploy

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/slipway-deploy/slipway"
)

// Passwords remembers the hashes of passwords.
type Passwords interface {
	Password(accountID int64) (hash string, err error) // NotFound when the account has none
	SetPassword(accountID int64, hash string, at time.Time) error
}

// What one hash costs: 19 MiB and two passes, which is what OWASP asks of argon2id, and some 30 ms. No more than
// hashesAtOnce are made at a time, so that guessing takes neither memory nor processor from the rest of the server.
const (
	argonMemory  = 19 << 10 // KiB
	argonPasses  = 2
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
	hashesAtOnce = 2
	hashPatience = 4 * time.Second
)

// SetPassword gives a person a password and ends all their sessions. Only administrators of the server may. Invalid when the
// password is none, or the account no person's.
func (d *Decisions) SetPassword(ctx context.Context, a slipway.Actor, login, password string) error {
	if err := administers(a); err != nil {
		return err
	}
	if err := slipway.CheckPassword(password); err != nil {
		return err
	}
	hash, err := d.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return d.update(ctx, wholeServer, func(tx Tx) error {
		account, err := tx.AccountByLogin(login)
		if err != nil {
			return absent(a, err, "account "+login)
		}
		if account.Type != slipway.User {
			return userError("password", "only people have passwords")
		}
		if err := tx.SetPassword(account.ID, hash, tx.Now()); err != nil {
			return err
		}
		if _, err := tx.RemoveSessions(account.ID, 0); err != nil {
			return err
		}
		if err := record(tx, a, 0, "user", "password_changed", slipway.Subject{AccountID: account.ID}); err != nil {
			return err
		}
		return tx.BumpAuthVersion()
	})
}

// CheckPassword says whose login and password these are. from is the address of whoever says so. Everything that does not hold
// is refused alike, after the same work: Unauthorized "Bad credentials". Forbidden while too many were wrong.
func (d *Decisions) CheckPassword(ctx context.Context, login, password, from string) (slipway.Account, error) {
	giveBack, err := d.attempts.enter(login, from, d.now())
	if err != nil {
		return slipway.Account{}, err
	}
	account, hash, err := d.passwordOf(ctx, login)
	if err != nil {
		giveBack()
		return slipway.Account{}, err
	}
	right, err := d.verifyPassword(ctx, hash, password)
	switch {
	case err != nil:
		giveBack()
		return slipway.Account{}, err
	case !right || account.ID == 0:
		return slipway.Account{}, slipway.BadCredentials()
	}
	giveBack()
	d.attempts.forgive(login, from)
	return account, nil
}

// nobodysPassword is the hash that is weighed where there is none, so that it takes as long. Nothing hashes to it.
var nobodysPassword = encodeHash(make([]byte, argonSalt), make([]byte, argonKey))

// passwordOf reads an account and its hash, in as many steps whether there is one or not.
func (d *Decisions) passwordOf(ctx context.Context, login string) (account slipway.Account, hash string, err error) {
	if !isText(login, slipway.MaxName) {
		login = "" // nobody's
	}
	err = d.store.View(ctx, func(tx Tx) error {
		account, err = tx.AccountByLogin(login)
		if err != nil && slipway.KindOf(err) != slipway.NotFound {
			return err
		}
		hash, err = tx.Password(account.ID)
		if slipway.KindOf(err) == slipway.NotFound {
			account, hash, err = slipway.Account{}, nobodysPassword, nil
		}
		return err
	})
	return account, hash, err
}

func (d *Decisions) hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(d.random, salt); err != nil {
		panic("deploy: no random bytes for a salt: " + err.Error())
	}
	key, err := d.deriveKey(ctx, password, salt)
	return encodeHash(salt, key), err
}

func (d *Decisions) verifyPassword(ctx context.Context, hash, password string) (bool, error) {
	salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	if len(password) > 4096 { // none is so long; hashing it would be work for nothing
		password = password[:4096]
	}
	key, err := d.deriveKey(ctx, password, salt)
	return err == nil && subtle.ConstantTimeCompare(key, want) == 1, err
}

// deriveKey waits for its turn to hash: Unavailable when that takes too long.
func (d *Decisions) deriveKey(ctx context.Context, password string, salt []byte) ([]byte, error) {
	waiting, cancel := context.WithTimeout(ctx, hashPatience)
	defer cancel()
	select {
	case d.hashing <- struct{}{}:
		defer func() { <-d.hashing }()
		return argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonKey), nil
	case <-waiting.Done():
		return nil, slipway.Because(slipway.Unavailable, "deploy: hashing a password", waiting.Err())
	}
}

// encodeHash writes a hash in the form that argon2's own tool prints.
func encodeHash(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads, b.EncodeToString(salt), b.EncodeToString(key))
}

// decodeHash reads what encodeHash wrote. Other parameters than today's are not known yet.
func decodeHash(hash string) (salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) == 6 && strings.HasPrefix(encodeHash(nil, nil), strings.Join(parts[:4], "$")+"$") {
		salt, err = base64.RawStdEncoding.DecodeString(parts[4])
		if err == nil {
			key, err = base64.RawStdEncoding.DecodeString(parts[5])
		}
		if err == nil && len(key) == argonKey {
			return salt, key, nil
		}
	}
	return nil, nil, &slipway.Error{Op: "deploy: a password's hash cannot be read"}
}
