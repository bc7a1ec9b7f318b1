package api

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// The lists of the Events API (contract 11.1).

// listRepositoryEvents is GET R/events and GET /networks/:owner/:repo/events: no repository here has forks.
func (a *API) listRepositoryEvents(ctx context.Context, c *call) (reply, error) {
	return a.events(c, func(want int) ([]deploy.Happening, error) {
		return a.deploy.RepositoryEvents(ctx, c.Repo, want)
	})
}

// listPublicEvents is GET /events.
func (a *API) listPublicEvents(ctx context.Context, c *call) (reply, error) {
	return a.events(c, func(want int) ([]deploy.Happening, error) { return a.deploy.PublicEvents(ctx, want) })
}

// listOrganizationEvents is GET /orgs/:org/events.
func (a *API) listOrganizationEvents(ctx context.Context, c *call) (reply, error) {
	org, err := a.organization(ctx, c)
	if err != nil {
		return reply{}, err
	}
	return a.events(c, func(want int) ([]deploy.Happening, error) {
		return a.deploy.OrganizationEvents(ctx, c.Actor, org, want)
	})
}

// listUserEvents is GET /users/:user/events and …/events/public: what an account did.
func (a *API) listUserEvents(ctx context.Context, c *call) (reply, error) {
	return a.eventsOfUser(ctx, c, a.deploy.ActorEvents)
}

// listReceivedEvents is GET /users/:user/received_events and …/public: what others did where an account has a part.
func (a *API) listReceivedEvents(ctx context.Context, c *call) (reply, error) {
	return a.eventsOfUser(ctx, c, a.deploy.ReceivedEvents)
}

func (a *API) eventsOfUser(ctx context.Context, c *call,
	read func(context.Context, slipway.Actor, slipway.Account, bool, int) ([]deploy.Happening, error),
) (reply, error) {
	account, err := a.namedAccount(ctx, c)
	if err != nil {
		return reply{}, err
	}
	return a.events(c, func(want int) ([]deploy.Happening, error) {
		return read(ctx, c.Actor, account, c.row.publicEvents, want)
	})
}

// events is a page of one of the lists. They end after so many events, and say how often to ask for them.
func (a *API) events(c *call, read func(want int) ([]deploy.Happening, error)) (reply, error) {
	p := c.page()
	if a.options.Era <= slipway.E1 {
		p.Size = defaultPageSize // as it was then, whatever is asked for
	}
	first := (p.Number - 1) * p.Size
	if p.Number > 10 || first >= deploy.MaxFeed {
		return reply{}, slipway.Fail(slipway.Invalid, "In order to keep the API fast for everyone, pagination is limited for this resource. "+
			"Check the rel=last link relation in the Link response header to see how far back you can traverse.")
	}
	most := min(deploy.MaxFeed, 10*p.Size)
	list, err := read(min(first+p.Size+1, most))
	if err != nil {
		return reply{}, err
	}
	from, to := min(first, len(list)), min(first+p.Size, len(list))
	items := make([]wire.JSON, 0, to-from)
	for _, h := range list[from:to] {
		shown := wire.Happening{Event: h.Event, Type: h.Type, What: h.What, Repository: h.Repository, Actor: h.Actor}
		items = append(items, wire.FromHappening(shown, a.options.URLs, c.accept.shape))
	}
	rep := reply{status: http.StatusOK, body: wire.List(items), links: a.pageLinks(c, p, len(list), false), poll: true}
	if len(items) > 0 {
		rep.modified = list[from].At
	}
	return rep, nil
}
