package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// listDeliveries is GET R/hooks/:id/deliveries (contract 7.3): newest first, in pages that a cursor leads through. The cursor
// names the first delivery of its page.
func (a *API) listDeliveries(ctx context.Context, c *call) (reply, error) {
	from, err := cursorOf(c.request)
	if err != nil {
		return reply{}, err
	}
	status := c.query("status")
	if status != "" && status != deploy.DeliverySuccess && status != deploy.DeliveryFailure {
		return reply{}, slipway.InvalidRequest(`status is not a member of ["success", "failure"].`)
	}
	hook, size := c.number("hook"), c.page().Size
	before, prev := int64(0), int64(0)
	if from != 0 {
		before = from + 1
		if prev, err = a.deploy.NewerDelivery(ctx, c.Repo, hook, from, status, size); err != nil {
			return reply{}, err
		}
	}
	list, err := a.deploy.ListDeliveries(ctx, c.Repo, hook, before, status, size+1)
	if err != nil {
		return reply{}, err
	}
	next := int64(0)
	if len(list) > size {
		next = list[size].ID
		list = list[:size]
	}
	items := make([]wire.JSON, len(list))
	for i, d := range list {
		items[i] = wire.FromDelivery(d)
	}
	rep := ok(wire.List(items))
	rep.links = a.cursorLinks(c, prev, next)
	return rep, nil
}

// cursorLinks is the Link header of a page of deliveries: what the pages beside it begin with, 0 where there is none.
func (a *API) cursorLinks(c *call, prev, next int64) string {
	var b strings.Builder
	if prev != 0 {
		a.writeLink(&b, c, "cursor", cursorText(prev), "prev")
	}
	if next != 0 {
		a.writeLink(&b, c, "cursor", cursorText(next), "next")
	}
	return b.String()
}

// getDelivery is GET R/hooks/:id/deliveries/:id, with request and response.
func (a *API) getDelivery(ctx context.Context, c *call) (reply, error) {
	d, err := a.deploy.Delivery(ctx, c.Repo, c.number("hook"), c.number("delivery"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromDeliveryDetail(d)), nil
}

// redeliver is POST R/hooks/:id/deliveries/:id/attempts.
func (a *API) redeliver(ctx context.Context, c *call) (reply, error) {
	if err := a.deploy.Redeliver(ctx, c.Actor, c.Repo, c.number("hook"), c.number("delivery")); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusAccepted, body: wire.JSON("{}")}, nil
}

func (a *API) findDelivery(ctx context.Context, c *call) error {
	_, err := a.deploy.Delivery(ctx, c.Repo, c.number("hook"), c.number("delivery"))
	return err
}
