package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// basic finds out who calls by two words instead of a token: an app by its client id and secret, a person by their login and
// password, where that is switched on (contract 1.4). known is false when the request holds neither.
func (a *API) basic(ctx context.Context, r *http.Request) (actor slipway.Actor, known bool, err error) {
	name, secret, ok := a.pair(r)
	if !ok {
		return slipway.Actor{}, false, nil
	}
	app, isClient, err := a.deploy.AuthenticateClient(ctx, deploy.Client{ID: name, Secret: secret})
	switch {
	case err != nil:
		return slipway.Actor{}, true, err
	case isClient:
		return slipway.Actor{Client: &app}, true, nil
	case a.takesPasswords(r):
		actor, err = a.deploy.AuthenticatePassword(ctx, name, secret, a.clientAddress(r))
		return actor, true, err
	default:
		return slipway.Actor{}, true, slipway.BadCredentials()
	}
}

// pair is what a request says in Basic, or in the query where tokens may stand there as well.
func (a *API) pair(r *http.Request) (name, secret string, ok bool) {
	if lines := r.Header["Authorization"]; len(lines) == 1 {
		return slipway.PairOf(lines[0])
	} else if len(lines) > 0 || !a.queryTokens() || !strings.Contains(r.URL.RawQuery, "client_secret") {
		return "", "", false
	}
	query := r.URL.Query()
	name, secret = query.Get("client_id"), query.Get("client_secret")
	return name, secret, name != "" && secret != "" && !query.Has("access_token")
}

// takesPasswords says whether a password counts: everywhere where that is switched on, and where the Authorizations API is
// served in that alone, for nothing else opens it.
func (a *API) takesPasswords(r *http.Request) bool {
	if a.options.PasswordAuth {
		return true
	}
	_, path, _ := a.table(r)
	return a.options.AuthorizationsAPI && (path == "/authorizations" || strings.HasPrefix(path, "/authorizations/"))
}
