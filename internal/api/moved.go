package api

import (
	"net/http"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// sees reports whether the caller may see the repository, whatever the row is about.
func (a *API) sees(c *call) bool {
	return slipway.Allowed(c.Actor, slipway.ToReadRepository, c.Repo, c.Role) == nil
}

// movedTo leads from a name that a repository has no longer to its numeric address, which never changes (contract 1.1). What
// only reads is sent there for good; what writes is asked to come again as it is.
func (a *API) movedTo(c *call) reply {
	to := a.address(c)
	if query := withoutCredentials(c.request.URL.RawQuery); query != "" {
		to += "?" + query
	}
	status := http.StatusTemporaryRedirect
	if c.safe() {
		status = http.StatusMovedPermanently
	}
	return reply{status: status, location: to, body: wire.Moved(to, c.row.docURL)}
}
