package wire

import (
	"strconv"

	"github.com/slipway-deploy/slipway"
)

// FromError is an error in GitHub's shape: message, errors where there are details, documentation_url if there is one, and the
// status as text (contract 1.5). What caused it is not in it, and of internal errors not even their message.
func FromError(e *slipway.Error, status int, documentationURL string) JSON {
	return render(func(w *writer) {
		w.open()
		w.str("message", e.Sentence())
		if e.Kind != slipway.Internal {
			w.details(e.Details)
			if len(e.Conflicts) > 0 {
				w.strs("conflicts", e.Conflicts)
			}
		}
		if documentationURL != "" {
			w.str("documentation_url", documentationURL)
		}
		w.str("status", strconv.Itoa(status))
		w.close()
	})
}

func (w *writer) details(details []slipway.Detail) {
	if len(details) == 0 {
		return
	}
	w.key("errors")
	w.openArray()
	for _, d := range details {
		w.item()
		if d.Text != "" {
			w.text(d.Text)
			continue
		}
		w.detail(d)
	}
	w.closeArray()
}

// detail writes one entry of errors. Members that say nothing are left out: clients tell by their presence.
func (w *writer) detail(d slipway.Detail) {
	w.open()
	if d.Contexts != nil {
		w.contexts(d.Contexts)
	}
	for _, member := range [...]struct{ name, value string }{
		{"resource", d.Resource},
		{"field", d.Field},
		{"code", d.Code},
		{"message", d.Message},
	} {
		if member.value != "" {
			w.str(member.name, member.value)
		}
	}
	w.close()
}

func (w *writer) contexts(list []slipway.ContextState) {
	w.key("contexts")
	w.openArray()
	for _, c := range list {
		w.item()
		w.open()
		w.str("context", c.Context)
		w.str("state", c.State)
		w.close()
	}
	w.closeArray()
}

// Message is a body that only says something: of a deployment that was merged instead (202).
type Message struct {
	Message string `json:"message"`
}

// JSON renders the message.
func (m Message) JSON() JSON {
	return render(func(w *writer) {
		w.open()
		w.str("message", m.Message)
		w.close()
	})
}
