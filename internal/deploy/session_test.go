package deploy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// session signs a person in and gives the cookie's secret.
func (w *world) session(login string) string {
	w.t.Helper()
	secret, _, err := w.SignIn(w.ctx, login, goodPassword, deploy.Visitor{Address: "192.0.2.1", Agent: "Firefox"})
	w.must(err)
	return secret
}

func TestSessions(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann")
	before := w.lastEvent()
	secret, s, err := w.SignIn(w.ctx, "ann", goodPassword, deploy.Visitor{Address: "192.0.2.1", Agent: "Fire\nfox" + strings.Repeat("é", 300)})
	w.must(err)
	if got := w.names(before); got != "user/signed_in" {
		t.Errorf("events %s", got)
	}
	a, again, err := w.Signed(w.ctx, secret, deploy.Visitor{Address: "192.0.2.1"})
	w.must(err)
	if a.Account.ID != ann.ID || a.Token.ID != 0 || again.ID != s.ID || len([]rune(again.Agent)) != 200 || !strings.HasPrefix(again.Agent, "Firefoxé") {
		t.Errorf("%+v %+v", a, again)
	}
	w.time.add(29 * 24 * time.Hour) // a use keeps it alive
	_, _, err = w.Signed(w.ctx, secret, deploy.Visitor{Address: "192.0.2.9"})
	w.must(err)
	w.time.add(29 * 24 * time.Hour)
	_, again, err = w.Signed(w.ctx, secret, deploy.Visitor{Address: "192.0.2.9"})
	w.must(err)
	if again.Address != "192.0.2.9" {
		t.Errorf("used from %s", again.Address)
	}
	w.time.add(30 * 24 * time.Hour)
	_, _, err = w.Signed(w.ctx, secret, deploy.Visitor{})
	w.refused(err, slipway.Unauthorized, "Bad credentials")
	list, err := w.Sessions(w.ctx, ann.ID)
	w.must(err)
	if len(list) != 0 {
		t.Errorf("%+v", list)
	}
	w.time.add(time.Second)
	w.must(w.RemoveOld(w.ctx))
	if strings.Contains(w.dump(), "\nsessions|") {
		t.Error("it is still remembered")
	}
}

func TestSessionsAreHashed(t *testing.T) {
	w := newWorld(t)
	w.person("ann")
	secret := w.session("ann")
	if strings.Contains(w.dump(), secret) || len(secret) < 40 {
		t.Errorf("the database holds %s", secret)
	}
	if _, ok := slipway.CheckTokenSecret(secret); ok {
		t.Error("it is a token")
	}
	_, err := w.Authenticate(w.ctx, secret)
	w.refused(err, slipway.Unauthorized, "Bad credentials")
}

func TestOthersSessions(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.person("ann"), w.person("bob")
	mine, his := w.session("ann"), w.session("bob")
	a, s, err := w.Signed(w.ctx, mine, deploy.Visitor{})
	w.must(err)
	_, other, err := w.Signed(w.ctx, his, deploy.Visitor{})
	w.must(err)
	w.refused(w.EndSession(w.ctx, a, ann.ID, other.ID), slipway.NotFound, "Not Found")
	w.refused(w.EndSession(w.ctx, a, bob.ID, other.ID), slipway.NotFound, "Not Found")
	_, err = w.EndSessions(w.ctx, a, bob.ID, 0)
	w.refused(err, slipway.NotFound, "Not Found")
	w.refused(w.EndSession(w.ctx, slipway.Actor{}, 0, s.ID), slipway.NotFound, "Not Found")
	w.refused(w.EndSession(w.ctx, local, bob.ID, 4711), slipway.NotFound, "there is no session 4711")

	second := w.session("ann")
	ended, err := w.EndSessions(w.ctx, a, ann.ID, s.ID)
	w.must(err)
	if ended != 1 {
		t.Errorf("%d ended", ended)
	}
	_, _, err = w.Signed(w.ctx, second, deploy.Visitor{})
	w.refused(err, slipway.Unauthorized, "Bad credentials")
	for _, secret := range []string{mine, his} {
		_, _, err = w.Signed(w.ctx, secret, deploy.Visitor{})
		w.must(err)
	}
	w.must(w.EndSession(w.ctx, local, bob.ID, other.ID))
	_, _, err = w.Signed(w.ctx, his, deploy.Visitor{})
	w.refused(err, slipway.Unauthorized, "Bad credentials")
}
