package wire

import (
	"time"

	"github.com/slipway-deploy/slipway"
)

// Bodies of the extension API about hooks. Its members are never left out, times are UTC and whole seconds.

// DecodeRedeliver reads the body of POST hooks/{id}/redeliver. What it does not say is all that is kept, and failed.
func DecodeRedeliver(body []byte) (slipway.RedeliverRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return slipway.RedeliverRequest{}, err
	}
	in := slipway.RedeliverRequest{Since: m.time("since")}
	switch only := m.str("only"); {
	case only == nil, *only == "failed":
	case *only == "all":
		in.All = true
	default:
		m.complain(shown(m.value("only")) + ` is not a member of ["failed", "all"].`)
	}
	return in, m.err()
}

// time is a moment, the zero one when absent.
func (m *members) time(name string) time.Time {
	s := m.str(name)
	if s == nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, *s)
	t = t.UTC()
	if err != nil || t.Year() < 1 || t.Year() > 9999 {
		m.mistyped(name, m.value(name), "a time such as 2026-03-01T12:30:45Z")
	}
	return t
}

// DecodeRotation reads the body of POST hooks/{id}/secret-rotation: the next secret.
func DecodeRotation(body []byte) (secret string, err error) {
	m, err := parse(body, Today)
	if err != nil {
		return "", err
	}
	secret = m.text("secret")
	m.require("secret")
	return secret, m.err()
}

// FromQueued is the answer to POST hooks/{id}/redeliver.
func FromQueued(n int) JSON {
	return render(func(w *writer) {
		w.open()
		w.num("queued", int64(n))
		w.close()
	})
}

// FromRotation says whether a hook has two live secrets, and shows neither.
func FromRotation(h slipway.Hook) JSON {
	return render(func(w *writer) { w.rotation(h) })
}

func (w *writer) rotation(h slipway.Hook) {
	w.open()
	w.boolean("rotating", h.Rotation != nil)
	if h.Rotation == nil {
		w.null("since")
	} else {
		w.at("since", h.Rotation.Since)
	}
	w.close()
}

// FromHookHealth says how delivering to a hook goes.
func FromHookHealth(h slipway.HookHealth) JSON {
	return render(func(w *writer) {
		w.open()
		w.num("hook_id", h.Hook.ID)
		w.str("state", h.State())
		w.boolean("active", h.Hook.Active)
		w.maybeAt("parked_at", h.Hook.ParkedAt)
		w.num("waiting", int64(h.Backlog.Waiting))
		w.num("failing", int64(h.Backlog.Failing))
		w.num("out_of_order", int64(h.Backlog.Aside))
		w.maybeAt("oldest_event_at", h.Backlog.OldestAt)
		w.maybeAt("next_attempt_at", h.Backlog.NextAttemptAt)
		w.object("last_response", func() { w.lastResponseMembers(h.Hook.LastResponse) })
		w.maybeDelivery("last_success", h.LastSuccess)
		w.maybeDelivery("last_failure", h.LastFailure)
		w.key("secret_rotation")
		w.rotation(h.Hook)
		w.close()
	})
}

func (w *writer) maybeAt(name string, t *time.Time) {
	if t == nil {
		w.null(name)
		return
	}
	w.at(name, *t)
}

// maybeDelivery writes a delivery as the list of deliveries shows it, or null.
func (w *writer) maybeDelivery(name string, d *slipway.Delivery) {
	w.key(name)
	if d == nil {
		w.raw(nil)
		return
	}
	w.raw(FromDelivery(*d))
}
