package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// errBadCredentials is the answer to every credential that does not hold, whatever is wrong with it.
func errBadCredentials() error { return slipway.Fail(slipway.Unauthorized, "Bad credentials") }

// authenticate finds out who calls (contract 1.4). No credentials is no error: it is the anonymous actor.
func (a *API) authenticate(ctx context.Context, r *http.Request) (slipway.Actor, error) {
	secret, err := a.secret(r)
	if err != nil || secret == "" {
		return slipway.Actor{}, err
	}
	return a.deploy.Authenticate(ctx, secret)
}

// secret is the token a request carries, in any of the forms of contract 1.4; empty when it carries none.
func (a *API) secret(r *http.Request) (string, error) {
	lines := r.Header["Authorization"]
	if len(lines) > 1 {
		return "", errBadCredentials()
	}
	if len(lines) == 1 {
		secret, ok := secretOf(lines[0])
		if !ok {
			return "", errBadCredentials()
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
		return "", errBadCredentials()
	default:
		return query[0], nil
	}
}

// queryTokens says whether ?access_token= counts: where it is switched on, and in the eras that had it.
func (a *API) queryTokens() bool { return a.options.QueryTokens || a.options.Era < slipway.E11 }

// secretOf reads an Authorization header. The scheme's case does not matter.
func secretOf(header string) (string, bool) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case rest == "":
		return "", false
	case strings.EqualFold(scheme, "token"), strings.EqualFold(scheme, "Bearer"):
		return rest, true
	case strings.EqualFold(scheme, "Basic"):
		return basicSecret(rest)
	default:
		return "", false
	}
}

// basicSecret takes the token from either position: user:TOKEN, x-access-token:TOKEN, TOKEN:x-oauth-basic, TOKEN:.
// The other position is not looked at.
func basicSecret(encoded string) (string, bool) {
	plain, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", false
	}
	user, password, ok := strings.Cut(string(plain), ":")
	_, isPassword := slipway.CheckTokenSecret(password)
	_, isUser := slipway.CheckTokenSecret(user)
	switch {
	case !ok:
		return "", false
	case isPassword:
		return password, true
	case isUser:
		return user, true
	case password != "":
		return password, true
	default:
		return user, user != ""
	}
}
