package store

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// ListDeliveries lists attempts, newest first: those with ids below before, or with before 0 from the newest. status is
// success, failure or anything else for both.
func (t *tx) ListDeliveries(hookID, before int64, status string, limit int) ([]slipway.Delivery, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	p := db.ListAttemptsParams{HookID: hookID, Before: before, Lim: int64(limit)}
	rows, err := t.attempts(p, status)
	list := make([]slipway.Delivery, 0, len(rows))
	for _, a := range rows {
		list = append(list, slipway.Delivery{
			ID: a.ID, QueueID: a.DeliveryID, HookID: hookID, RepositoryID: a.RepositoryID, GUID: a.Guid, Event: a.Event,
			Action: a.Action, Redelivery: a.Redelivery, DeliveredAt: a.At, Duration: micros(a.Duration),
			Status: a.Status, StatusCode: int(a.StatusCode), URL: a.Url,
		})
	}
	return list, t.failed("list deliveries", err)
}

func (t *tx) attempts(p db.ListAttemptsParams, status string) ([]db.ListAttemptsRow, error) {
	switch status {
	case "success":
		rows, err := t.q.ListGoodAttempts(t.ctx, db.ListGoodAttemptsParams(p))
		return convert(rows, func(r db.ListGoodAttemptsRow) db.ListAttemptsRow { return db.ListAttemptsRow(r) }), err
	case "failure":
		rows, err := t.q.ListFailedAttempts(t.ctx, db.ListFailedAttemptsParams(p))
		return convert(rows, func(r db.ListFailedAttemptsRow) db.ListAttemptsRow { return db.ListAttemptsRow(r) }), err
	}
	return t.q.ListAttempts(t.ctx, p)
}

// NewerDelivery finds the n-th of the attempts with an id above after, or the newest where there are fewer: 0 for none.
func (t *tx) NewerDelivery(hookID, after int64, status string, n int) (int64, error) {
	ids, err := t.newerAttempts(db.ListNewerAttemptsParams{HookID: hookID, After: after, Lim: int64(n)}, status)
	if err != nil || len(ids) == 0 {
		return 0, t.failed("newer delivery", err)
	}
	return ids[len(ids)-1], nil
}

func (t *tx) newerAttempts(p db.ListNewerAttemptsParams, status string) ([]int64, error) {
	switch status {
	case "success":
		return t.q.ListNewerGoodAttempts(t.ctx, db.ListNewerGoodAttemptsParams(p))
	case "failure":
		return t.q.ListNewerFailedAttempts(t.ctx, db.ListNewerFailedAttemptsParams(p))
	}
	return t.q.ListNewerAttempts(t.ctx, p)
}

func convert[A, B any](list []A, to func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = to(a)
	}
	return out
}

// Delivery is one attempt with what was sent and what came back. The payload is gone when it was too old to keep.
func (t *tx) Delivery(hookID, id int64) (slipway.Delivery, error) {
	row, err := t.q.GetAttempt(t.ctx, db.GetAttemptParams{ID: id, HookID: hookID})
	if err != nil {
		return slipway.Delivery{}, t.failed("delivery", err)
	}
	a, d := row.Attempt, row.Delivery
	body, _, err := t.body(d.BodyID)
	if err != nil {
		return slipway.Delivery{}, err
	}
	out := slipway.Delivery{
		ID: a.ID, QueueID: d.ID, HookID: hookID, RepositoryID: d.RepositoryID, GUID: d.Guid, Event: d.Event, Action: d.Action,
		Redelivery: a.Redelivery, DeliveredAt: a.At, Duration: micros(a.Duration), Status: a.Status, StatusCode: int(a.StatusCode),
		URL: a.Url, RequestBody: body, ResponseBody: a.ResponseBody,
	}
	if out.RequestHeader, err = headerOf(a.RequestHeader); err != nil {
		return out, err
	}
	out.ResponseHeader, err = headerOf(a.ResponseHeader)
	return out, err
}

func (t *tx) body(id int64) (body []byte, there bool, err error) {
	content, err := t.q.GetBody(t.ctx, id)
	return found(t, "body", content, err)
}

func headerOf(text string) (h http.Header, err error) {
	return h, failure("headers", json.Unmarshal([]byte(text), &h))
}

// Redeliver un-parks the hook and makes the delivery of an attempt due at once: outside the order if it is over, in its
// turn if it still waits for it. Each call is one attempt that begins after it, however many there are at a time. NotFound
// when its payload is no longer kept.
func (t *tx) Redeliver(hookID, id int64) error {
	row, err := t.q.GetAttempt(t.ctx, db.GetAttemptParams{ID: id, HookID: hookID})
	if err != nil {
		return t.failed("redeliver", err)
	}
	if err := t.lockQueue(hookID); err != nil {
		return err
	}
	if _, there, err := t.body(row.Delivery.BodyID); err != nil || !there {
		return missing("redeliver", 0, err)
	}
	d, err := t.q.GetDelivery(t.ctx, row.Delivery.ID) // again, now that nobody else can change it
	if err != nil {
		return t.failed("redeliver", err)
	}
	if err := t.q.WantDelivery(t.ctx, d.ID); err != nil {
		return t.failed("redeliver", err)
	}
	if d.Lane == nil {
		d.Lane = new(aside)
	}
	if err := t.q.ResetDelivery(t.ctx, db.ResetDeliveryParams{Lane: d.Lane, Now: t.now, ID: d.ID}); err != nil {
		return t.failed("redeliver", err)
	}
	return t.resumeHook(hookID)
}

// RemoveOldDeliveries removes the payloads of events that nobody waits for any more. What was tried stays listed, until
// RemoveOldAttempts.
func (t *tx) RemoveOldDeliveries(before time.Time, limit int) (int, error) {
	n, err := t.q.DeleteOldBodies(t.ctx, db.DeleteOldBodiesParams{Before: micro(before), Lim: int64(limit)})
	return int(n), t.failed("remove old deliveries", err)
}

// RemoveOldAttempts removes attempts, and deliveries whose last attempt goes with them.
func (t *tx) RemoveOldAttempts(before time.Time, limit int) (int, error) {
	rows, err := t.q.ListOldestAttempts(t.ctx, int64(limit))
	if err != nil {
		return 0, t.failed("oldest attempts", err)
	}
	var attempts, deliveries []int64
	for _, a := range rows {
		if a.At.Before(before) {
			attempts = append(attempts, a.ID)
			deliveries = append(deliveries, a.DeliveryID)
		}
	}
	if len(attempts) == 0 {
		return 0, nil
	}
	if err := t.q.DeleteAttempts(t.ctx, idList(attempts)); err != nil {
		return 0, t.failed("remove old attempts", err)
	}
	slices.Sort(deliveries)
	before = micro(before)
	err = t.q.DeleteFinished(t.ctx, db.DeleteFinishedParams{Ids: idList(slices.Compact(deliveries)), Before: &before})
	return len(attempts), t.failed("remove old deliveries", err)
}
