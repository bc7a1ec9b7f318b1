package deploy_test

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// device begins the device flow of an app.
func (w *world) device(app slipway.App, scopes string) (deviceCode, userCode string) {
	w.t.Helper()
	deviceCode, userCode, err := w.RequestDevice(w.ctx, app.ClientID, slipway.ParseScopes(scopes), "192.0.2.1")
	w.must(err)
	return deviceCode, userCode
}

func TestDeviceOnce(t *testing.T) {
	w := newWorld(t)
	app, other, ann := w.app("App"), w.app("Other"), w.people("ann")
	deviceCode, userCode := w.device(app, "repo nonsense")
	if !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(deviceCode) || !regexp.MustCompile(`^[B-Z]{4}-[B-Z]{4}$`).MatchString(userCode) {
		t.Errorf("%q %q", deviceCode, userCode)
	}
	c, err := w.DeviceRequest(w.ctx, ann, " "+userCode[:4]+userCode[5:]+" ")
	w.must(err)
	if c.App.ID != app.ID || c.Scopes.String() != "repo" || c.Granted {
		t.Errorf("%+v", c)
	}
	w.must(w.AnswerDevice(w.ctx, ann, userCode, true))
	_, err = w.PollDevice(w.ctx, other.ClientID, deviceCode)
	w.told(err, slipway.IncorrectDeviceCode)
	_, err = w.PollDevice(w.ctx, "nobody", deviceCode)
	w.told(err, slipway.IncorrectClientCredentials)
	out, err := w.PollDevice(w.ctx, app.ClientID, deviceCode)
	w.must(err)
	if a := w.opens(out.Secret, true); a.Account.Login != "ann" || a.Token.Scopes.String() != "repo" {
		t.Errorf("%+v", a)
	}
	_, err = w.PollDevice(w.ctx, app.ClientID, deviceCode)
	w.told(err, slipway.IncorrectDeviceCode)
	w.refused(w.AnswerDevice(w.ctx, ann, userCode, true), slipway.NotFound, "Not Found")
}

func TestDevicePolling(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App"), w.people("ann")
	deviceCode, userCode := w.device(app, "repo")
	poll := func() error { _, err := w.PollDevice(w.ctx, app.ClientID, deviceCode); return err }
	w.told(poll(), slipway.AuthorizationPending)
	w.time.add(5 * time.Second)
	w.told(poll(), slipway.AuthorizationPending)
	for _, pause := range []time.Duration{10 * time.Second, 15 * time.Second} {
		w.time.add(4 * time.Second)
		err := poll()
		w.told(err, slipway.SlowDown(0))
		var e *slipway.OAuthError
		if errors.As(err, &e); e.Interval != pause {
			t.Errorf("wait %v, want %v", e.Interval, pause)
		}
	}
	w.time.add(15 * time.Second)
	w.told(poll(), slipway.AuthorizationPending)
	w.must(w.AnswerDevice(w.ctx, ann, userCode, true))
	w.time.add(time.Second)
	w.told(poll(), slipway.SlowDown(0)) // let in, but it has to wait all the same
	w.time.add(20 * time.Second)
	w.must(poll())

	deviceCode, userCode = w.device(app, "repo")
	w.must(w.AnswerDevice(w.ctx, ann, userCode, false))
	w.told(poll(), slipway.DeviceDenied)
	w.refused(w.AnswerDevice(w.ctx, ann, userCode, true), slipway.NotFound, "Not Found")

	deviceCode, userCode = w.device(app, "repo")
	w.time.add(15 * time.Minute)
	w.told(poll(), slipway.ExpiredDeviceCode)
	_, err := w.DeviceRequest(w.ctx, ann, userCode)
	w.refused(err, slipway.NotFound, "Not Found")

	closed := w.app("Closed", func(a *slipway.App) { a.DeviceFlow = false })
	_, _, err = w.RequestDevice(w.ctx, closed.ClientID, nil, "192.0.2.1")
	w.told(err, slipway.DeviceFlowDisabled)
	_, _, err = w.RequestDevice(w.ctx, "nobody", nil, "192.0.2.1")
	w.told(err, slipway.IncorrectClientCredentials)
}

// TestDeviceTokensRenewWithoutASecret: a command line has none, and rotation tells of a thief all the same.
func TestDeviceTokensRenewWithoutASecret(t *testing.T) {
	w := newWorld(t)
	app, ann := w.app("App", expiring), w.people("ann")
	deviceCode, userCode := w.device(app, "repo")
	w.must(w.AnswerDevice(w.ctx, ann, userCode, true))
	out, err := w.PollDevice(w.ctx, app.ClientID, deviceCode)
	w.must(err)
	public := exchange(app, "").Client
	public.Secret = ""
	renewed, err := w.RefreshAppToken(w.ctx, public, out.RefreshSecret)
	w.must(err)
	w.opens(renewed.Secret, true)
	_, err = w.RefreshAppToken(w.ctx, public, out.RefreshSecret)
	w.told(err, slipway.BadRefreshToken)
	w.opens(renewed.Secret, false)
}
