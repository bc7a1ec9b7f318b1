package wire

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// FromDelivery is one attempt to deliver, as the list shows it (contract 7.3).
func FromDelivery(d slipway.Delivery) JSON {
	return render(func(w *writer) {
		w.open()
		w.deliveryMembers(d)
		w.str("url", "")
		w.close()
	})
}

// FromDeliveryDetail is one attempt with what was sent and what came back.
func FromDeliveryDetail(d slipway.Delivery) JSON {
	return render(func(w *writer) {
		w.open()
		w.deliveryMembers(d)
		w.str("url", d.URL)
		w.object("request", func() {
			w.headers(d.RequestHeader)
			w.key("payload")
			w.jsonOrText(d.RequestBody)
		})
		w.object("response", func() {
			w.headers(d.ResponseHeader)
			w.str("payload", string(d.ResponseBody))
		})
		w.close()
	})
}

func (w *writer) deliveryMembers(d slipway.Delivery) {
	w.num("id", d.ID)
	w.str("guid", d.GUID)
	w.at("delivered_at", d.DeliveredAt)
	w.boolean("redelivery", d.Redelivery)
	w.key("duration")
	w.b = strconv.AppendFloat(w.b, math.Round(d.Duration.Seconds()*100)/100, 'f', -1, 64)
	w.str("status", d.Status)
	w.num("status_code", int64(d.StatusCode))
	w.str("event", d.Event)
	w.orNull("action", d.Action)
	w.null("installation_id")
	w.num("repository_id", d.RepositoryID)
	w.null("throttled_at")
}

// headers writes headers by name, in the casing they go over the wire with.
func (w *writer) headers(h map[string][]string) {
	w.object("headers", func() {
		for _, name := range slices.Sorted(maps.Keys(h)) {
			w.keyText(cased(name))
			w.text(strings.Join(h[name], ", "))
		}
	})
}

// cased is a header's name as GitHub and the Standard Webhooks specification write it. Go's own casing is not theirs.
func cased(name string) string {
	switch {
	case strings.HasPrefix(name, "X-Github-"):
		name = "X-GitHub-" + strings.TrimPrefix(name, "X-Github-")
		if rest, ok := strings.CutSuffix(name, "-Id"); ok {
			name = rest + "-ID"
		}
		return name
	case strings.HasPrefix(name, "Webhook-"):
		return strings.ToLower(name)
	default:
		return name
	}
}

// jsonOrText writes a body that was sent: as the value it is, else as text.
func (w *writer) jsonOrText(body []byte) {
	switch {
	case len(body) == 0:
		w.raw(nil)
	case json.Valid(body):
		w.raw(compact(body))
	default:
		w.text(string(body))
	}
}
