package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// authenticate finds out who calls (contract 1.4). No credentials is no error: it is the anonymous actor.
func (a *API) authenticate(ctx context.Context, r *http.Request) (slipway.Actor, error) {
	if actor, known, err := a.basic(ctx, r); known {
		return actor, err
	}
	secret, err := a.secret(r)
	switch {
	case err != nil || secret == "":
		return slipway.Actor{}, err
	case a.signed(r, secret):
		return a.deploy.AuthenticateApp(ctx, secret)
	default:
		return a.deploy.Authenticate(ctx, secret)
	}
}

// signed reports whether a credential is to be taken for an app's signature and not for a token: it has the three parts of
// one, or it is no token and the address is one that only apps have.
func (a *API) signed(r *http.Request, secret string) bool {
	if strings.Count(secret, ".") == 2 {
		return true
	}
	_, token := slipway.CheckTokenSecret(secret)
	_, path, _ := a.table(r)
	return !token && (path == "/app" || strings.HasPrefix(path, "/app/"))
}

// secret is the token a request carries, in any of the forms of contract 1.4; empty when it carries none.
func (a *API) secret(r *http.Request) (string, error) {
	lines := r.Header["Authorization"]
	if len(lines) > 1 {
		return "", slipway.BadCredentials()
	}
	if len(lines) == 1 {
		secret, ok := slipway.SecretOf(lines[0])
		if !ok {
			return "", slipway.BadCredentials()
		}
		return secret, nil
	}
	if !strings.Contains(r.URL.RawQuery, "access_token") {
		return "", nil
	}
	query := r.URL.Query()["access_token"]
	switch {
	case len(query) == 0:
		return "", nil
	case len(query) > 1 || query[0] == "" || !a.queryTokens():
		return "", slipway.BadCredentials()
	default:
		return query[0], nil
	}
}

// queryTokens says whether ?access_token= counts: where it is switched on, and in the eras that had it.
func (a *API) queryTokens() bool { return a.options.QueryTokens || a.options.Era < slipway.E11 }
