package wire

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// DecodeHook reads the body of POST and PATCH hooks (contract 7.2). The values of config become text: booleans "1" and
// "0", numbers as they were spelled. A url has to be a string already.
func DecodeHook(body []byte) (slipway.HookRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return slipway.HookRequest{}, err
	}
	in := slipway.HookRequest{
		Name:         m.str("name"),
		Active:       m.boolean("active"),
		Config:       m.config("config"),
		Events:       m.list("events"),
		AddEvents:    m.list("add_events"),
		RemoveEvents: m.list("remove_events"),
	}
	return in, m.err()
}

// config is an object whose values are text, nil when absent.
func (m *members) config(name string) map[string]string {
	o := m.object(name)
	if o == nil {
		return nil
	}
	return o.settings()
}

// DecodeHookConfig reads the body of PATCH hooks/{id}/config: the keys that change, as they are in a hook's config. One that
// is null stays as it was.
func DecodeHookConfig(body []byte) (slipway.HookRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return slipway.HookRequest{}, err
	}
	in := slipway.HookRequest{ConfigKeys: m.settings()}
	return in, m.err()
}

// settings are all members of an object as a hook's config keeps them.
func (o *members) settings() map[string]string {
	config := make(map[string]string, len(o.values))
	for _, key := range slices.Sorted(maps.Keys(o.values)) { // sorted: complaints come in the same order each time
		v := o.value(key)
		switch {
		case v == nil:
		case v[0] == '"':
			config[key] = unquote(v)
		case key == slipway.ConfigURL || v[0] == '{' || v[0] == '[':
			o.mistyped(key, v, "a string")
		default:
			config[key] = asText(v)
		}
	}
	return config
}

// asText is a boolean or a number as hooks keep it.
func asText(v json.RawMessage) string {
	switch string(v) {
	case "true":
		return "1"
	case "false":
		return "0"
	default:
		return string(v)
	}
}

// FromHook is a hook. Its secret is never shown (contract 7.1).
func FromHook(h slipway.Hook, r slipway.Repository, u slipway.URLs) JSON {
	return render(func(w *writer) { w.hook(h, r, u) })
}

func (w *writer) hook(h slipway.Hook, r slipway.Repository, u slipway.URLs) {
	w.open()
	w.str("type", "Repository")
	w.num("id", h.ID)
	w.str("name", h.Name)
	w.boolean("active", h.Active)
	w.strs("events", h.Events)
	w.object("config", func() { w.hookConfigMembers(h) })
	w.at("updated_at", h.UpdatedAt)
	w.at("created_at", h.CreatedAt)
	w.str("url", u.Hook(r, h.ID))
	w.str("test_url", u.HookTest(r, h.ID))
	w.str("ping_url", u.HookPings(r, h.ID))
	w.str("deliveries_url", u.HookDeliveries(r, h.ID))
	w.object("last_response", func() { w.lastResponseMembers(h.LastResponse) })
	w.close()
}

// FromHookConfig is a hook's config alone.
func FromHookConfig(h slipway.Hook) JSON {
	return render(func(w *writer) {
		w.open()
		w.hookConfigMembers(h)
		w.close()
	})
}

// hookConfigMembers writes what was stored, by name.
func (w *writer) hookConfigMembers(h slipway.Hook) {
	shown := make(map[string]string, len(h.Config)+1)
	maps.Copy(shown, h.Config)
	if h.Secret != "" {
		shown[slipway.ConfigSecret] = slipway.HiddenSecret
	}
	for _, key := range slices.Sorted(maps.Keys(shown)) {
		w.keyText(key)
		w.text(shown[key])
	}
}

func (w *writer) lastResponseMembers(last slipway.HookResponse) {
	if last.Code == nil {
		w.null("code")
	} else {
		w.num("code", int64(*last.Code))
	}
	if last.Code == nil && last.Status == "" {
		w.str("status", "unused")
	} else {
		w.orNull("status", last.Status)
	}
	w.maybe("message", last.Message)
}
