package login

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// The grant types that apps ask by. A request of the web flow need not name its own.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// accessToken is POST /login/oauth/access_token (contract 9.4, 9.5). What OAuth has a word for is answered 200.
func (l *Login) accessToken(ctx context.Context, v *visit) (reply, error) {
	return l.answerApp(v, func(in wire.OAuthRequest) (wire.OAuthAnswer, error) {
		out, err := l.issue(ctx, in)
		if err != nil {
			return nil, err
		}
		return wire.FromAppToken(out.Secret, out.RefreshSecret, out.Token, encodingOf(v) == "json"), nil
	})
}

func (l *Login) issue(ctx context.Context, in wire.OAuthRequest) (deploy.Issued, error) {
	client := deploy.Client{ID: in.ClientID, Secret: in.ClientSecret}
	switch in.GrantType {
	case grantDevice:
		return l.deploy.PollDevice(ctx, in.ClientID, in.DeviceCode)
	case grantRefresh:
		return l.deploy.RefreshAppToken(ctx, client, in.RefreshToken)
	case grantCode, "":
		return l.deploy.ExchangeCode(ctx, deploy.CodeExchange{Client: client, Code: in.Code, RedirectURI: in.RedirectURI, Verifier: in.CodeVerifier})
	}
	return deploy.Issued{}, slipway.UnsupportedGrantType
}

// deviceCode is POST /login/device/code.
func (l *Login) deviceCode(ctx context.Context, v *visit) (reply, error) {
	return l.answerApp(v, func(in wire.OAuthRequest) (wire.OAuthAnswer, error) {
		device, user, err := l.deploy.RequestDevice(ctx, in.ClientID, slipway.ParseScopes(in.Scope), v.address)
		if err != nil {
			return nil, err
		}
		return wire.FromDeviceCode(device, user, l.options.URLs), nil
	})
}

// answerApp reads an app's request and answers it in the encoding it asked for.
func (l *Login) answerApp(v *visit, do func(wire.OAuthRequest) (wire.OAuthAnswer, error)) (reply, error) {
	body, err := io.ReadAll(v.Body)
	if err != nil {
		return reply{}, slipway.Fail(slipway.TooLarge, "")
	}
	in, ok := wire.ParseOAuthRequest(v.Header.Get("Content-Type"), body)
	if id, secret, basic := wire.ParseClientBasic(v.Header.Get("Authorization")); basic {
		in.ClientID, in.ClientSecret = id, secret
	}
	var answer wire.OAuthAnswer
	if ok && in.IsText() {
		answer, err = do(in)
	} else {
		err = slipway.MalformedOAuthRequest
	}
	status := http.StatusOK
	var refused *slipway.OAuthError
	switch {
	case errors.As(err, &refused):
		answer = wire.FromOAuthError(refused, l.docs)
	case err != nil:
		return reply{}, err
	}
	rep := reply{status: status}
	switch encodingOf(v) {
	case "json":
		rep.body, rep.kind = answer.JSON(), "application/json; charset=utf-8"
	case "xml":
		rep.body, rep.kind = answer.XML(), "application/xml; charset=utf-8"
	default:
		rep.body, rep.kind = answer.Form(), "application/x-www-form-urlencoded; charset=utf-8"
	}
	return rep, nil
}

// encodingOf is the encoding that an app asked for: json, xml, or else a form.
func encodingOf(v *visit) string {
	accept := strings.ToLower(strings.Join(v.Header["Accept"], ","))
	json, xml := strings.Index(accept, "json"), strings.Index(accept, "xml")
	switch {
	case json >= 0 && (xml < 0 || json < xml):
		return "json"
	case xml >= 0 && strings.Contains(accept, "application/xml") && !strings.Contains(accept, "text/html"):
		return "xml"
	}
	return "form"
}
