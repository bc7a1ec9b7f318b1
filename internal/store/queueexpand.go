package store

import (
	"bytes"
	"context"
	"slices"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Unexpanded reads the next events and, of repositories that anybody wants to hear of, what their bodies need.
func (d *DB) Unexpanded(ctx context.Context, after int64, n int) (b hook.Backlog, err error) {
	err = d.view(ctx, func(t *tx) error {
		b, err = t.unexpanded(after, n)
		return err
	})
	return b, err
}

func (t *tx) unexpanded(after int64, n int) (hook.Backlog, error) {
	to, err := t.q.GetExpandedTo(t.ctx)
	if err != nil {
		return hook.Backlog{}, t.failed("expanded to", err)
	}
	b := hook.Backlog{To: max(to, after)}
	rows, err := t.q.ListStamped(t.ctx, db.ListStampedParams{After: &b.To, Lim: int64(n)})
	if err != nil {
		return b, t.failed("unexpanded events", err)
	}
	b.More = len(rows) == n
	r := reading{t: t, subscribers: map[int64][]db.ListSubscribersRow{}, subjects: map[int64]string{}}
	for _, row := range rows {
		b.To = *row.Position
		o, wanted, err := r.occurrence(row)
		if err != nil {
			return b, err
		}
		if wanted {
			b.Occurrences = append(b.Occurrences, o)
		}
	}
	return b, nil
}

// reading is one pass over the log; what several events share is read once.
type reading struct {
	t           *tx
	subscribers map[int64][]db.ListSubscribersRow // by repository
	subjects    map[int64]string                  // by event
}

// occurrence reads what belongs to an event. It is not wanted when no hook is there to be told.
func (r *reading) occurrence(row db.Event) (o hook.Occurrence, wanted bool, err error) {
	r.subjects[row.ID] = row.Subject
	if row.RepositoryID == 0 {
		return o, false, nil
	}
	if o.Hooks, err = r.hooks(row); err != nil || len(o.Hooks) == 0 {
		return o, false, err
	}
	o.Event = eventOf(row)
	if o.Event.Subject, err = r.subject(o.Event); err != nil {
		return o, false, err
	}
	if o.Repository, err = r.t.Repository(row.RepositoryID); err != nil {
		return o, false, absent(err)
	}
	o.Sender, err = r.t.Account(row.ActorID)
	return o, true, absent(err)
}

// hooks lists who is there to be told: hooks that are older than the event, and active, unless it is a ping. Their secrets
// stay sealed.
func (r *reading) hooks(row db.Event) ([]slipway.Hook, error) {
	rows, known := r.subscribers[row.RepositoryID]
	if !known {
		var err error
		if rows, err = r.t.q.ListSubscribers(r.t.ctx, row.RepositoryID); err != nil {
			return nil, r.t.failed("subscribers", err)
		}
		r.subscribers[row.RepositoryID] = rows
	}
	var hooks []slipway.Hook
	for _, s := range rows {
		if row.ID <= s.SinceEvent || (!s.Hook.Active && row.Kind != hook.Ping) {
			continue
		}
		s.Hook.Secret, s.Hook.NextSecret = nil, nil
		h, err := r.t.hookOf(s.Hook)
		if err != nil {
			return nil, err
		}
		hooks = append(hooks, h)
	}
	return hooks, nil
}

// subject follows a reference to another event's subject; whom this event is for stays. A reference that leads nowhere is
// left as it is, for whoever renders it to say so.
func (r *reading) subject(e slipway.Event) ([]byte, error) {
	if !bytes.Contains(e.Subject, []byte(`"same_as":`)) {
		return e.Subject, nil
	}
	here, err := slipway.ParseSubject(e.Subject)
	if err != nil || here.SameAs == 0 {
		return e.Subject, nil //nolint:nilerr // as above
	}
	text, known := r.subjects[here.SameAs]
	if !known {
		if text, err = r.t.q.GetSubject(r.t.ctx, here.SameAs); err != nil {
			return e.Subject, absent(r.t.failed("subject", err))
		}
	}
	if here.HookID == 0 {
		return []byte(text), nil
	}
	there, err := slipway.ParseSubject([]byte(text))
	if err != nil {
		return e.Subject, nil //nolint:nilerr // as above
	}
	there.HookID = here.HookID
	return there.Encode(), nil
}

// Expand stores deliveries and how far events are expanded, in one transaction.
func (d *DB) Expand(ctx context.Context, x hook.Expansion) error {
	return d.update(ctx, scopeQueue, func(t *tx) error { return t.expand(x) })
}

func (t *tx) expand(x hook.Expansion) error {
	to, err := t.q.GetExpandedTo(t.ctx)
	if err != nil || to >= x.To {
		return t.failed("expanded to", err)
	}
	hooks, err := t.lockQueues(x.Deliveries)
	if err != nil {
		return err
	}
	var bodies shared
	for _, d := range x.Deliveries {
		h, there := hooks[d.HookID]
		if !there || d.Position <= to || (!h.Active && !d.OutOfOrder) {
			continue
		}
		add := func() error { return t.addDelivery(d, &bodies) }
		if d.Unsent != nil {
			add = func() error { return t.addUnsent(d) }
		}
		if err := add(); err != nil {
			return err
		}
	}
	for _, id := range sortedKeys(hooks) {
		if err := t.reschedule(hooks[id]); err != nil {
			return err
		}
	}
	return t.failed("set expanded to", t.q.SetExpandedTo(t.ctx, x.To))
}

// lockQueues locks the queues of the hooks that get deliveries and reads how they are now. Hooks that are gone are not
// among the answers.
func (t *tx) lockQueues(deliveries []hook.Delivery) (map[int64]db.Hook, error) {
	hooks := map[int64]db.Hook{}
	for _, d := range deliveries {
		hooks[d.HookID] = db.Hook{}
	}
	for _, id := range sortedKeys(hooks) {
		n, err := t.q.LockQueue(t.ctx, id)
		if err != nil {
			return nil, t.failed("lock queue", err)
		}
		if n == 0 {
			delete(hooks, id)
			continue
		}
		if hooks[id], err = t.q.GetHookByID(t.ctx, id); err != nil {
			return nil, t.failed("hook", err)
		}
	}
	return hooks, nil
}

func (t *tx) addDelivery(d hook.Delivery, bodies *shared) error {
	id, err := bodies.keep(t, d)
	if err != nil {
		return err
	}
	lane := ordered
	if d.OutOfOrder {
		lane = aside
	}
	_, err = t.q.AddDelivery(t.ctx, db.AddDeliveryParams{
		HookID: d.HookID, RepositoryID: d.RepositoryID, EventID: d.EventID, Event: d.Event, Action: d.Action, Guid: d.GUID,
		BodyID: id, Lane: &lane, DueAt: t.now, DueSetAt: t.now,
	})
	return t.failed("add delivery", err)
}

// addUnsent lists what is not sent, and leaves an event of it.
func (t *tx) addUnsent(d hook.Delivery) error {
	id, err := t.q.AddUnsent(t.ctx, db.AddUnsentParams{
		HookID: d.HookID, RepositoryID: d.RepositoryID, EventID: d.EventID, Event: d.Event, Action: d.Action, Guid: d.GUID, Now: t.now,
	})
	id, added, err := found(t, "add unsent", id, err)
	if err != nil || !added {
		return err
	}
	err = t.q.AddAttempt(t.ctx, db.AddAttemptParams{
		DeliveryID: id, HookID: d.HookID, At: t.now, Status: d.Unsent.Status, StatusCode: int64(d.Unsent.StatusCode), Url: d.Unsent.URL,
		RequestHeader: "{}", ResponseHeader: "{}",
	})
	if err != nil {
		return t.failed("add attempt", err)
	}
	return t.recordHook(d.RepositoryID, d.HookID, "delivery", "unsent")
}

// shared are the bodies of the event at hand: hooks that are told the same share one row.
type shared struct {
	eventID int64
	ids     []int64
	bodies  [][]byte
}

func (s *shared) keep(t *tx, d hook.Delivery) (int64, error) {
	if s.eventID != d.EventID {
		*s = shared{eventID: d.EventID}
	}
	for i, body := range s.bodies {
		if bytes.Equal(body, d.Body) {
			return s.ids[i], nil
		}
	}
	id, err := t.q.AddBody(t.ctx, db.AddBodyParams{EventID: d.EventID, CreatedAt: t.now, Content: d.Body})
	s.ids, s.bodies = append(s.ids, id), append(s.bodies, d.Body)
	return id, t.failed("add body", err)
}

func sortedKeys[V any](m map[int64]V) []int64 {
	keys := make([]int64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
