package api

import "github.com/slipway-deploy/slipway"

// authorize is asked once for every request, before any handler: may this actor do what the row does, to this repository?
// The rule is the vocabulary's.
func (a *API) authorize(c *call) error {
	err := slipway.Allowed(c.Actor, c.row.need, c.Repo, c.Role)
	if slipway.KindOf(err) == slipway.Unauthorized && c.row.anonymous != "" {
		return slipway.Fail(slipway.Unauthorized, c.row.anonymous)
	}
	return err
}
