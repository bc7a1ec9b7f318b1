package wire

import (
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// Happening is an event of the Events API (contract 11.1).
type Happening struct {
	Event      slipway.Event
	Type       string // GitHub's name of it
	What       slipway.Subject
	Repository slipway.Repository
	Actor      slipway.Account
}

// FromHappening is an item of the Events API.
func FromHappening(h Happening, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.str("id", strconv.FormatInt(h.Event.ID, 10))
		w.str("type", h.Type)
		w.object("actor", func() {
			w.num("id", h.Actor.ID)
			w.str("login", h.Actor.Login)
			w.str("display_login", strings.TrimSuffix(h.Actor.Login, "[bot]"))
			w.str("gravatar_id", "")
			w.str("url", u.Account(h.Actor.Login))
			w.str("avatar_url", u.Avatar(h.Actor.ID))
		})
		w.object("repo", func() {
			w.num("id", h.Repository.ID)
			w.str("name", h.Repository.FullName())
			w.str("url", u.Repository(h.Repository))
		})
		w.object("payload", func() { w.happened(h, u, s) })
		w.boolean("public", !h.Repository.Private)
		w.at("created_at", h.Event.At)
		if org := h.Repository.Owner; org.Type == slipway.Organization {
			w.object("org", func() {
				w.num("id", org.ID)
				w.str("login", org.Login)
				w.str("gravatar_id", "")
				w.str("url", u.Organization(org.Login))
				w.str("avatar_url", u.Avatar(org.ID))
			})
		}
		w.close()
	})
}

// happened writes what the payload of a type has.
func (w *writer) happened(h Happening, u slipway.URLs, s Shape) {
	switch h.Type {
	case slipway.PushEvent:
		w.num("repository_id", h.Repository.ID)
		w.num("push_id", h.Event.ID)
		w.str("ref", h.What.Push.Name)
		w.str("head", string(h.What.Push.New))
		w.str("before", string(h.What.Push.Old))
	case slipway.CreateEvent:
		w.eventRef(h)
		w.str("master_branch", h.Repository.DefaultBranch)
		w.orNull("description", h.Repository.Description)
		w.str("pusher_type", "user")
	case slipway.DeleteEvent:
		w.eventRef(h)
		w.str("pusher_type", "user")
	case slipway.DeploymentEvent:
		w.key("deployment")
		w.deployment(*h.What.Deployment, h.Repository, u, s)
		w.key("repository")
		w.repository(h.Repository, RepositoryView{Minimal: true}, u)
	case slipway.DeploymentStatusEvent:
		w.key("deployment_status")
		w.deploymentStatus(*h.What.DeploymentStatus, *h.What.Deployment, h.Repository, u, s)
		w.key("deployment")
		w.deployment(*h.What.Deployment, h.Repository, u, s)
	}
}

// eventRef writes which ref was made or removed; of a repository it is the repository itself.
func (w *writer) eventRef(h Happening) {
	if h.What.Push == nil {
		w.str("ref", "")
		w.str("ref_type", "repository")
		w.str("full_ref", "")
		return
	}
	name := h.What.Push.Name
	kind := slipway.RefType(name)
	short := strings.TrimPrefix(strings.TrimPrefix(name, "refs/heads/"), "refs/tags/")
	w.str("ref", short)
	w.str("ref_type", kind)
	w.str("full_ref", name)
}

// Versions is what GET /versions answers.
func Versions(list []string) JSON {
	return render(func(w *writer) {
		w.openArray()
		for _, v := range list {
			w.item()
			w.text(v)
		}
		w.closeArray()
	})
}
