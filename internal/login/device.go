package login

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway"
)

// deviceForm is the content of the page that asks for a code.
type deviceForm struct{ Code, Error string }

// devicePage is GET /login/device.
func (l *Login) devicePage(_ context.Context, v *visit) (reply, error) {
	code, _ := slipway.NormalUserCode(v.URL.Query().Get("user_code"))
	return deviceFormPage(deviceForm{Code: code}, http.StatusOK), nil
}

func deviceFormPage(form deviceForm, status int) reply {
	return reply{status: status, page: "device", title: "Connect a device", data: form}
}

// device is POST /login/device: first the code, then the answer.
func (l *Login) device(ctx context.Context, v *visit) (reply, error) {
	typed := v.PostForm.Get("user_code")
	var err error
	switch v.PostForm.Get("decision") {
	case "":
		return l.deviceConsent(ctx, v, typed)
	case "authorize":
		if err = l.deploy.AnswerDevice(ctx, v.actor, typed, true); err == nil {
			return done("The device is connected", "You can close this page: it goes on by itself."), nil
		}
	case "cancel":
		if err = l.deploy.AnswerDevice(ctx, v.actor, typed, false); err == nil {
			return done("The device was refused", "It has been told so. Nothing can be done with the code any more."), nil
		}
	default:
		return reply{}, slipway.Fail(slipway.Malformed, "The form has no answer.")
	}
	return l.deviceRefused(typed, err)
}

func (l *Login) deviceConsent(ctx context.Context, v *visit, typed string) (reply, error) {
	c, err := l.deploy.DeviceRequest(ctx, v.actor, typed)
	if err != nil {
		return l.deviceRefused(typed, err)
	}
	code, _ := slipway.NormalUserCode(typed)
	return reply{
		status: http.StatusOK, page: "deviceconsent", title: "Authorize " + c.App.Name,
		data: consentView{App: c.App, Asked: askedOf(c), Before: c.Granted, Code: code},
	}, nil
}

// deviceRefused asks again, or says why not.
func (l *Login) deviceRefused(typed string, err error) (reply, error) {
	switch slipway.KindOf(err) {
	case slipway.NotFound:
		return deviceFormPage(deviceForm{Code: shortened(typed), Error: "The code is wrong, or it has expired."}, http.StatusUnprocessableEntity), nil
	case slipway.Forbidden:
		return deviceFormPage(deviceForm{Error: "Too many codes were wrong. Wait an hour."}, http.StatusForbidden), nil
	}
	return reply{}, err
}

// shortened is what somebody typed, as long as a field shows.
func shortened(typed string) string {
	if runes := []rune(typed); len(runes) > 20 {
		return string(runes[:20])
	}
	return typed
}

func done(title, text string) reply {
	return reply{status: http.StatusOK, page: "message", title: title, data: message{
		Text: text, Link: &link{"/settings/sessions", "Applications you authorized"},
	}}
}
