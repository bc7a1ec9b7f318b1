package deploy_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

const goodPassword = "correct horse battery"

var local = slipway.Actor{Local: true}

// person makes an account with a password.
func (w *world) person(login string) slipway.Account {
	w.t.Helper()
	account, err := w.CreateAccount(w.ctx, local, deploy.NewAccount{Login: login})
	w.must(err)
	w.must(w.SetPassword(w.ctx, local, login, goodPassword))
	return account
}

func TestPasswordsAreHashed(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	w.person("bob")
	var hashes []string
	for _, line := range strings.Split(w.dump(), "\n") {
		if strings.Contains(line, goodPassword) {
			t.Errorf("the database holds the password: %s", line)
		}
		if strings.HasPrefix(line, "passwords|") {
			hashes = append(hashes, strings.Split(line, "|")[2])
		}
	}
	if len(hashes) != 2 || hashes[0] == hashes[1] || !strings.HasPrefix(hashes[0], "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%q", hashes)
	}
	account, err := w.CheckPassword(w.ctx, "ANN", goodPassword, "192.0.2.1")
	w.must(err)
	if account.Login != "ann" {
		t.Errorf("%+v", account)
	}
}

func TestPasswordRules(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	before := w.dump()
	for password, message := range map[string]string{
		"":                        "password is too short (minimum is 8 characters)",
		"1234567":                 "password is too short (minimum is 8 characters)",
		"äöüßäöü":                 "password is too short (minimum is 8 characters)", // fourteen bytes
		strings.Repeat("x", 1001): "password is too long (maximum is 1000 bytes)",
		"1234567\xff":             "password is not valid text",
	} {
		e := w.refusal(w.SetPassword(w.ctx, local, "ann", password), slipway.Invalid, "Validation Failed")
		if e.Details[0].Message != message {
			t.Errorf("%d bytes: %q", len(password), e.Details[0].Message)
		}
	}
	w.refused(w.SetPassword(w.ctx, local, "nobody", goodPassword), slipway.NotFound, "there is no account nobody")
	w.refused(w.SetPassword(w.ctx, local, "acme", goodPassword), slipway.Invalid, "Validation Failed")
	w.refused(w.SetPassword(w.ctx, w.actor("eve", "repo"), "ann", goodPassword), slipway.NotFound, "Not Found")
	if got, want := strings.Count(w.dump(), "passwords|"), strings.Count(before, "passwords|"); got != want {
		t.Errorf("%d passwords after %d", got, want)
	}
	w.must(w.SetPassword(w.ctx, local, "ann", "12345678"))
	w.must(w.SetPassword(w.ctx, local, "ann", strings.Repeat("x", 1000)))
}

// TestUnknownPeopleTakeTheSamePath: the words are the same, and a hash is made whether there is something to compare it with
// or not: while none can be made, everybody waits.
func TestUnknownPeopleTakeTheSamePath(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	_, err := w.CreateAccount(w.ctx, local, deploy.NewAccount{Login: "bare"})
	w.must(err)
	names := []string{"ann", "bare", "nobody", "acme", slipway.BotLogin, "", strings.Repeat("x", 10_000), "a\x00b"}
	for _, login := range names {
		_, err := w.CheckPassword(w.ctx, login, "wrong password", "192.0.2.1")
		w.refused(err, slipway.Unauthorized, "Bad credentials")
	}
	release := w.HoldHashing()
	for _, login := range names[:5] {
		ctx, cancel := context.WithTimeout(w.ctx, 20*time.Millisecond)
		_, err := w.CheckPassword(ctx, login, "wrong password", "192.0.2.2")
		cancel()
		if slipway.KindOf(err) != slipway.Unavailable {
			t.Errorf("%q was answered without a hash: %v", login, err)
		}
	}
	release()
}

func TestHashingIsBounded(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	if n := w.Hashing(); n < 1 || n > 4 {
		t.Errorf("%d hashes of 19 MiB at a time", n)
	}
	defer w.HoldHashing()()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Millisecond)
	defer cancel()
	_, err := w.CheckPassword(ctx, "ann", goodPassword, "192.0.2.1")
	if slipway.KindOf(err) != slipway.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAttemptsAreLimited(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	w.person("bob")
	guess := func(login, password, from string) error {
		_, err := w.CheckPassword(w.ctx, login, password, from)
		return err
	}
	for range 10 {
		w.refused(guess("ann", "wrong password", "192.0.2.1"), slipway.Unauthorized, "Bad credentials")
	}
	w.refused(guess("ann", "wrong password", "192.0.2.1"), slipway.Forbidden, "Max number of login attempt exceeded")
	w.refused(guess("Ann", goodPassword, "192.0.2.1"), slipway.Forbidden, "Max number of login attempt exceeded")
	w.must(guess("bob", goodPassword, "192.0.2.1")) // somebody else at the same address
	w.must(guess("ann", goodPassword, "192.0.2.2")) // and she herself elsewhere
	w.time.add(15 * time.Minute)
	w.must(guess("ann", goodPassword, "192.0.2.1"))

	for range 9 { // a right one forgives
		w.refused(guess("ann", "wrong password", "192.0.2.1"), slipway.Unauthorized, "Bad credentials")
	}
	w.must(guess("ann", goodPassword, "192.0.2.1"))
	w.refused(guess("ann", "wrong password", "192.0.2.1"), slipway.Unauthorized, "Bad credentials")

	var limited int
	for i := range 120 { // many addresses at one account
		if slipway.KindOf(guess("bob", "wrong password", "198.51.100."+string(rune('0'+i%10))+string(rune('0'+i/10)))) == slipway.Forbidden {
			limited++
		}
	}
	if limited < 15 || limited > 25 {
		t.Errorf("%d of 120 were not listened to", limited)
	}
}

func TestAttemptsOfOneAddress(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	for i := range 50 {
		_, err := w.CheckPassword(w.ctx, "user"+string(rune('a'+i%26))+string(rune('a'+i/26)), goodPassword, "2001:db8::"+string(rune('0'+i%10)))
		w.refused(err, slipway.Unauthorized, "Bad credentials")
	}
	_, err := w.CheckPassword(w.ctx, "ann", goodPassword, "2001:db8::ffff") // the same /64
	w.refused(err, slipway.Forbidden, "Max number of login attempt exceeded")
	_, err = w.CheckPassword(w.ctx, "ann", goodPassword, "2001:db8:0:1::1")
	w.must(err)
}

// TestAttemptsTogether: as many guesses at once as one after another.
func TestAttemptsTogether(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	var group sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		group.Go(func() { _, errs[i] = w.CheckPassword(w.ctx, "ann", "wrong password", "192.0.2.1") })
	}
	group.Wait()
	weighed := 0
	for _, err := range errs {
		if slipway.KindOf(err) != slipway.Forbidden {
			weighed++
		}
	}
	if weighed != 10 {
		t.Errorf("%d of 40 were weighed: %v", weighed, errors.Join(errs...))
	}
}

func TestNewPasswordEndsSessions(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	w.person("bob")
	ann, bob := w.session("ann"), w.session("bob")
	w.must(w.SetPassword(w.ctx, local, "ann", "another password"))
	_, _, err := w.Signed(w.ctx, ann, deploy.Visitor{})
	w.refused(err, slipway.Unauthorized, "Bad credentials")
	_, _, err = w.Signed(w.ctx, bob, deploy.Visitor{})
	w.must(err)
	_, err = w.CheckPassword(w.ctx, "ann", goodPassword, "192.0.2.1")
	w.refused(err, slipway.Unauthorized, "Bad credentials")
}
