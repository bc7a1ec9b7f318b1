package wire

import (
	"bytes"
	"maps"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// maybeApp writes a member that is an app, or null.
func (w *writer) maybeApp(name string, a *slipway.App, u slipway.URLs) {
	if a == nil {
		w.null(name)
		return
	}
	w.key(name)
	w.app(*a, u)
}

// app writes GitHub's app object, as it stands in everything that was made through one.
func (w *writer) app(a slipway.App, u slipway.URLs) {
	w.open()
	w.appMembers(a, u)
	w.close()
}

func (w *writer) appMembers(a slipway.App, u slipway.URLs) {
	w.num("id", a.ID)
	if !w.schema { // as with user_view_type
		w.str("client_id", a.ClientID)
	}
	w.str("slug", a.Slug)
	w.str("node_id", slipway.NodeID("App", a.ID))
	w.key("owner")
	w.account(a.Owner, u)
	w.str("name", a.Name)
	w.str("description", a.Description)
	external := a.ExternalURL
	if external == "" {
		external = u.AppHTML(a.Slug) // clients take it for an address
	}
	w.str("external_url", external)
	w.str("html_url", u.AppHTML(a.Slug))
	w.at("created_at", a.CreatedAt)
	w.at("updated_at", a.UpdatedAt)
	w.permissions(a.Permissions)
	w.strs("events", a.Events)
}

// unknownToSchemas are permissions that one of GitHub's sets of webhook schemas does not know.
var unknownToSchemas = []string{"attestations", "merge_queues"}

// permissions writes the level of each permission, in webhooks only of those that both of GitHub's sets of schemas know.
func (w *writer) permissions(p slipway.Permissions) {
	w.object("permissions", func() {
		for _, name := range slices.Sorted(maps.Keys(p)) {
			switch level := p[name]; {
			case !w.schema:
				w.str(name, level.String())
			case !slices.Contains(unknownToSchemas, name):
				w.str(name, min(level, slipway.LevelWrite).String())
			}
		}
	})
}

// FromApp is an app as whoever may see it sees it (GET /apps/:slug).
func FromApp(a slipway.App, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.app(a, u) })
}

// FromOwnApp is an app as it sees itself: with how often it is installed (GET /app).
func FromOwnApp(a slipway.App, installations int, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.appMembers(a, u)
		w.num("installations_count", int64(installations))
		w.close()
	})
}

// FromInstallation is an installation of an app.
func FromInstallation(i slipway.Installation, a slipway.App, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.num("id", i.ID)
		w.str("client_id", a.ClientID)
		w.key("account")
		w.account(i.Account, u)
		w.str("repository_selection", selection(i.AllRepositories))
		w.str("access_tokens_url", u.InstallationTokens(i.ID))
		w.str("repositories_url", u.InstallationRepositories())
		w.str("html_url", u.InstallationHTML(i))
		w.num("app_id", a.ID)
		w.str("app_slug", a.Slug)
		w.num("target_id", i.Account.ID)
		w.str("target_type", string(i.Account.Type))
		w.permissions(i.Permissions)
		w.strs("events", a.Events)
		w.at("created_at", i.CreatedAt)
		w.at("updated_at", i.UpdatedAt)
		w.null("single_file_name")
		w.boolean("has_multiple_single_files", false)
		w.strs("single_file_paths", nil)
		w.null("suspended_by")
		w.null("suspended_at")
		w.close()
	})
}

// selection is what GitHub calls a choice of repositories.
func selection(all bool) string {
	if all {
		return "all"
	}
	return "selected"
}

// FromInstallationToken is a new token of an installation: its secret, and where repositories were selected, which.
func FromInstallationToken(secret string, t slipway.Token, repositories []slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.str("token", secret)
		w.at("expires_at", *t.ExpiresAt)
		w.permissions(t.Permissions)
		w.str("repository_selection", selection(t.AllRepositories))
		if !t.AllRepositories {
			w.repositories(repositories, u)
		}
		w.close()
	})
}

// FromInstallationRepositories is a page of the repositories that a token of an installation is for.
func FromInstallationRepositories(total int, all bool, list []slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.num("total_count", int64(total))
		w.str("repository_selection", selection(all))
		w.repositories(list, u)
		w.close()
	})
}

func (w *writer) repositories(list []slipway.Repository, u slipway.URLs) {
	w.key("repositories")
	w.openArray()
	for _, r := range list {
		w.item()
		w.repository(r, RepositoryView{}, u)
	}
	w.closeArray()
}

// InstallationTokenRequest asks for a token of an installation with less than the installation has (contract 9.6). What is
// nil was not sent.
type InstallationTokenRequest struct {
	Repositories  []string
	RepositoryIDs []int64
	Permissions   map[string]string
}

// DecodeInstallationToken reads an InstallationTokenRequest. A body of null asks for nothing less: ghinstallation, and with it
// Argo CD's notifications engine, sends that when it has no options.
func DecodeInstallationToken(body []byte) (InstallationTokenRequest, error) {
	if string(bytes.TrimSpace(body)) == "null" {
		body = nil
	}
	m, err := parse(body, Today)
	if err != nil {
		return InstallationTokenRequest{}, err
	}
	in := InstallationTokenRequest{
		Repositories: m.list("repositories"), RepositoryIDs: m.numbers("repository_ids"), Permissions: m.texts("permissions"),
	}
	return in, m.err()
}
