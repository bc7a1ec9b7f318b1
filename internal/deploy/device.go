package deploy

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway"
)

// DeviceCodes remembers requests of the device flow until they are exchanged.
type DeviceCodes interface {
	DeviceCodeByHash(hash []byte) (slipway.DeviceCode, error)
	DeviceCodeByUserHash(hash []byte) (slipway.DeviceCode, error)
	InsertDeviceCode(c *slipway.DeviceCode) error
	SetDeviceCode(c slipway.DeviceCode) error
	RemoveDeviceCode(id int64) error
	RemoveOldDeviceCodes(before time.Time, limit int) (int, error)
}

// How many device codes one address may ask for, and how many wrong ones a person may type, in an hour.
const (
	deviceWindow   = time.Hour
	deviceRequests = 200
	deviceGuesses  = 20
)

// RequestDevice begins the device flow of an app: one code for the device to poll with, one for a person to type (contract
// 9.5). from is the address of whoever asks. Failures are *slipway.OAuthError.
func (d *Decisions) RequestDevice(ctx context.Context, clientID string, scopes slipway.Scopes, from string) (deviceCode, userCode string, err error) {
	if _, err := d.attempts.count([]bound{{"device " + network(from), deviceRequests}}, deviceWindow, d.now()); err != nil {
		return "", "", slipway.SlowDown(time.Minute)
	}
	deviceCode, userCode = slipway.NewHexSecret(40, d.random), slipway.NewUserCode(d.random)
	updated := d.store.Update(ctx, wholeServer, func(tx Tx) error {
		app, found := tx.AppByClientID(clientID)
		switch {
		case slipway.KindOf(found) == slipway.NotFound:
			err = slipway.IncorrectClientCredentials
			return nil
		case found != nil:
			return found
		case !app.DeviceFlow:
			err = slipway.DeviceFlowDisabled
			return nil
		}
		return tx.InsertDeviceCode(&slipway.DeviceCode{
			Hash: slipway.HashToken(deviceCode), UserHash: slipway.HashToken(userCode), AppID: app.ID, Scopes: scopes.Known(),
			State: slipway.DevicePending, Pause: slipway.DeviceInterval, CreatedAt: tx.Now(),
		})
	})
	if err := afterwards(updated, told(err)); err != nil {
		return "", "", err
	}
	return deviceCode, userCode, nil
}

// DeviceRequest finds what a code that a person typed asks for. NotFound when it is wrong, expired or answered; Forbidden after
// too many wrong ones.
func (d *Decisions) DeviceRequest(ctx context.Context, a slipway.Actor, typed string) (c Consent, err error) {
	giveBack, err := d.attempts.count([]bound{{"user code " + string(slipway.HashToken(a.Account.Login)), deviceGuesses}}, deviceWindow, d.now())
	if err != nil {
		return Consent{}, err
	}
	err = d.store.View(ctx, func(tx Tx) error {
		code, err := pendingDevice(tx, typed)
		if err != nil {
			return err
		}
		c, err = deviceConsent(tx, a, code)
		return err
	})
	if slipway.KindOf(err) != slipway.NotFound || err == nil {
		giveBack()
	}
	return c, err
}

func pendingDevice(tx Tx, typed string) (slipway.DeviceCode, error) {
	normal, ok := slipway.NormalUserCode(typed)
	if !ok {
		return slipway.DeviceCode{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	code, err := tx.DeviceCodeByUserHash(slipway.HashToken(normal))
	if err == nil && (code.State != slipway.DevicePending || code.Expired(tx.Now())) {
		return slipway.DeviceCode{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	return code, notFound(err)
}

func deviceConsent(tx Tx, a slipway.Actor, code slipway.DeviceCode) (Consent, error) {
	app, err := tx.App(code.AppID)
	if err != nil {
		return Consent{}, notFound(err)
	}
	grant, err := grantOf(tx, a.Account.ID, app.ID)
	scopes, granted := askedScopes(app, code.Scopes, grant)
	return Consent{App: app, Scopes: scopes, Granted: granted}, err
}

// AnswerDevice lets the device in, or refuses it. The errors are those of DeviceRequest.
func (d *Decisions) AnswerDevice(ctx context.Context, a slipway.Actor, typed string, yes bool) error {
	if _, err := d.DeviceRequest(ctx, a, typed); err != nil {
		return err
	}
	if a.Account.Type != slipway.User {
		return slipway.Fail(slipway.Unauthorized, "")
	}
	return d.update(ctx, wholeServer, func(tx Tx) error {
		code, err := pendingDevice(tx, typed)
		if err != nil {
			return err
		}
		if !yes {
			code.State = slipway.DeviceRefused
			return tx.SetDeviceCode(code)
		}
		c, err := deviceConsent(tx, a, code)
		if err != nil {
			return err
		}
		if err := letIn(tx, a, c.App, c.Scopes); err != nil {
			return err
		}
		code.State, code.AccountID, code.Scopes = slipway.DeviceGranted, a.Account.ID, c.Scopes
		return tx.SetDeviceCode(code)
	})
}

// PollDevice gives a device its token once a person has let it in. Until then, and otherwise, the error is an
// *slipway.OAuthError: authorization_pending, slow_down, expired_token, access_denied and the like.
func (d *Decisions) PollDevice(ctx context.Context, clientID, deviceCode string) (Issued, error) {
	return d.issue(ctx, func(tx Tx, secrets issuedSecrets) (Issued, error) {
		app, err := tx.AppByClientID(clientID)
		switch {
		case slipway.KindOf(err) == slipway.NotFound:
			return Issued{}, slipway.IncorrectClientCredentials
		case err != nil:
			return Issued{}, err
		case !app.DeviceFlow:
			return Issued{}, slipway.DeviceFlowDisabled
		}
		code, err := tx.DeviceCodeByHash(slipway.HashToken(deviceCode))
		if slipway.KindOf(err) == slipway.NotFound || err == nil && code.AppID != app.ID {
			return Issued{}, slipway.IncorrectDeviceCode
		}
		if err != nil {
			return Issued{}, err
		}
		code, refusal := code.Poll(tx.Now())
		if refusal != nil {
			return Issued{}, afterwards(tx.SetDeviceCode(code), refusal)
		}
		if err := tx.RemoveDeviceCode(code.ID); err != nil {
			return Issued{}, err
		}
		return secrets.insert(tx, app, code.AccountID, code.Scopes, 0, true)
	})
}
