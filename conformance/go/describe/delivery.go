package describe

import (
	"encoding/json"
	"strings"
)

// Delivery says what is wrong with a webhook's JSON payload, by both sets of schemas.
func (g *GitHub) Delivery(event string, body []byte) []Violation {
	if !json.Valid(body) {
		return []Violation{{"webhook " + event, "", "is not JSON"}}
	}
	webhook := Webhook(event, body)
	name, where := strings.Replace(webhook, "/", "$", 1), "webhook "+webhook
	found := g.older(where, name, event, body)
	hyphenated := strings.NewReplacer("_", "-", "$", "-").Replace(name)
	pointer := "/webhooks/" + hyphenated + "/post/requestBody/content/application~1json/schema"
	if g.openAPI.at(pointer) == nil {
		return append(found, Violation{where, "", "no webhook that GitHub describes"})
	}
	return unique(append(found, g.openAPI.judge(where+" (openapi-webhooks)", pointer, body)...))
}

// Webhook names what a payload says: its event, and its action if it has one.
func Webhook(event string, body []byte) string {
	var payload struct{ Action string }
	if json.Unmarshal(body, &payload) != nil || payload.Action == "" {
		return event
	}
	return event + "/" + payload.Action
}

func (g *GitHub) older(where, name, event string, body []byte) []Violation {
	for _, candidate := range []string{name, event + "$event"} {
		if pointer := "/definitions/" + candidate; g.schemas.at(pointer) != nil {
			return g.schemas.judge(where+" (webhooks-schemas)", pointer, body)
		}
	}
	return []Violation{{where, "", "no webhook in webhooks-schemas"}}
}
