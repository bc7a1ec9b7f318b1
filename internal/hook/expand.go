package hook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/slipway-deploy/slipway"
)

const (
	expandAtOnce  = 64 // events
	renderAtOnce  = 4  // bodies; some need git
	expandedEvery = time.Second
)

// expander turns events into deliveries. It reads by position, so that what was committed first is told first.
//
// Most servers have more events than anybody is told of. That events without a subscriber are expanded is remembered in
// memory at first and written only now and then: a restart reads a second's worth of them again, and hooks made meanwhile
// are younger than those events.
type expander struct {
	queue   Queue
	render  RenderFunc
	skipped func(s Subscription, why error)
	now     func() time.Time

	read    int64     // position of the last event seen
	written int64     // the same, as far as the database knows
	at      time.Time // of that writing
}

// round expands the next events. It reports whether there was anything to deliver, and whether more events wait.
func (x *expander) round(ctx context.Context) (delivered, more bool, err error) {
	b, err := x.queue.Unexpanded(ctx, x.read, expandAtOnce)
	if err != nil {
		return false, false, err
	}
	if b.To <= x.read {
		return false, false, x.settle(ctx, false)
	}
	deliveries, err := x.deliveries(ctx, b.Occurrences)
	if err != nil {
		return false, false, err
	}
	x.read = max(x.read, b.To)
	if len(deliveries) == 0 {
		return false, b.More, x.settle(ctx, false)
	}
	if err := x.write(ctx, deliveries); err != nil {
		x.read = x.written // nothing was kept: read again
		return false, false, err
	}
	return true, b.More, nil
}

// settle writes how far events are expanded, if that was not done lately, or at once.
func (x *expander) settle(ctx context.Context, atOnce bool) error {
	if x.read == x.written || (!atOnce && x.now().Sub(x.at).Abs() < expandedEvery) {
		return nil
	}
	return x.write(ctx, nil)
}

func (x *expander) write(ctx context.Context, deliveries []Delivery) error {
	if err := x.queue.Expand(ctx, Expansion{To: x.read, Deliveries: deliveries}); err != nil {
		return err
	}
	x.written, x.at = x.read, x.now()
	return nil
}

// deliveries renders what each hook is told, in order. Hooks that are told the same share one body.
func (x *expander) deliveries(ctx context.Context, occurrences []Occurrence) ([]Delivery, error) {
	var list []Subscription
	for _, o := range occurrences {
		s, err := subscriptions(o)
		if err != nil {
			x.skipped(Subscription{Event: o.Event, Repository: o.Repository}, err)
		}
		list = append(list, s...)
	}
	bodies, err := x.bodies(ctx, list)
	if err != nil {
		return nil, err
	}
	var out []Delivery
	for _, s := range list {
		r := bodies[keyOf(s)]
		if r.body == nil && r.unsent == nil {
			continue
		}
		d, err := delivery(s, *r)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// bodyKey is what a body depends on.
type bodyKey struct {
	event   int64
	name    string
	variant string
}

func keyOf(s Subscription) bodyKey { return bodyKey{s.Event.ID, s.Name, variant(s.Hook)} }

// rendered is a body, or why there is none; neither where there is nothing to say.
type rendered struct {
	body   []byte
	unsent *Unsent // without its URL
}

func (x *expander) bodies(ctx context.Context, list []Subscription) (map[bodyKey]*rendered, error) {
	bodies := map[bodyKey]*rendered{}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(renderAtOnce)
	for _, s := range list {
		if _, begun := bodies[keyOf(s)]; begun {
			continue
		}
		r := &rendered{}
		bodies[keyOf(s)] = r
		group.Go(func() (err error) {
			*r, err = x.body(within, s)
			return err
		})
	}
	return bodies, group.Wait()
}

var errTooLarge = errors.New("the body is larger than 25 MiB")

// body renders one delivery. What cannot be rendered, or is larger than what is sent, is reported and listed as unsent: an
// event nobody can tell must not stop all others. Only the end of the context is an error.
func (x *expander) body(ctx context.Context, s Subscription) (rendered, error) {
	body, err := x.render(ctx, s)
	if ctx.Err() != nil {
		return rendered{}, ctx.Err()
	}
	if err == nil && len(body) > slipway.MaxWebhookBody {
		err = errTooLarge
	}
	switch {
	case err == nil:
		return rendered{body: body}, nil
	case errors.Is(err, errTooLarge):
		x.skipped(s, err)
		return rendered{unsent: &Unsent{StatusCode: http.StatusRequestEntityTooLarge, Status: "not sent: the payload is larger than 25 MB"}}, nil
	default:
		x.skipped(s, err)
		return rendered{unsent: &Unsent{StatusCode: http.StatusInternalServerError, Status: "not sent: the event could not be told"}}, nil
	}
}

func delivery(s Subscription, r rendered) (Delivery, error) {
	guid, err := uuid.NewRandom()
	if err != nil {
		return Delivery{}, slipway.Because(slipway.Internal, "making a GUID", err)
	}
	d := Delivery{
		Position: s.Event.Position, EventID: s.Event.ID, HookID: s.Hook.ID, RepositoryID: s.Repository.ID,
		Event: s.Name, Action: actionOf(s), GUID: guid.String(), Body: r.body,
		OutOfOrder: s.Event.Kind == "ping" || s.Event.Kind == "test",
	}
	if r.unsent != nil {
		d.Unsent = &Unsent{URL: s.Hook.Config[slipway.ConfigURL], StatusCode: r.unsent.StatusCode, Status: r.unsent.Status}
	}
	return d, nil
}
