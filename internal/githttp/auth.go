package githttp

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway"
)

// authorize finds the caller and the repository, and whether one may do to the other what was asked.
//
// git sends what it knows only after a 401, so whoever comes without credentials is asked for them wherever they might
// help: at every repository that is not public, also one that is not there, and before every push (contract 12.1).
func (c *call) authorize(ctx context.Context) (err error) {
	if c.actor, err = c.authenticate(ctx); err != nil {
		return err
	}
	if c.target.push() && c.actor.Anonymous() {
		return errNoCredentials()
	}
	access, err := c.decisions.FindRepository(ctx, c.actor, c.target.owner, c.target.name)
	if err == nil {
		err = slipway.Allowed(c.actor, c.target.need(), access.Repository, access.Role)
	}
	switch kind := slipway.KindOf(err); {
	case err == nil:
		c.repo = access.Repository
	case kind != slipway.NotFound && kind != slipway.Unauthorized && kind != slipway.Forbidden:
		return err
	case c.actor.Anonymous():
		return errNoCredentials()
	case c.target.push() && access.Repository.ID != 0 &&
		slipway.Allowed(c.actor, slipway.ToReadRepository, access.Repository, access.Role) == nil:
		return slipway.Fail(slipway.Forbidden, "You may not push to this repository with this token.")
	default:
		return errNoRepository()
	}
	if c.target.push() {
		return c.repo.CheckWritable()
	}
	return nil
}

func errNoCredentials() error {
	return slipway.Fail(slipway.Unauthorized, "Please give a token as user name or password.")
}

func errNoRepository() error { return slipway.Fail(slipway.NotFound, "Repository not found.") }

// authenticate finds out who calls (contract 1.4). No credentials is no error: it is the anonymous actor.
func (c *call) authenticate(ctx context.Context) (slipway.Actor, error) {
	lines := c.request.Header["Authorization"]
	if len(lines) == 0 {
		return slipway.Actor{}, nil
	}
	secret, ok := slipway.SecretOf(lines[0])
	if !ok || len(lines) > 1 {
		return slipway.Actor{}, slipway.BadCredentials()
	}
	return c.decisions.Authenticate(ctx, secret)
}

// challenge is the header that makes git ask its user, or its credential helper.
func challenge(h http.Header) { h.Set("WWW-Authenticate", `Basic realm="Slipway"`) }
