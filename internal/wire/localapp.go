package wire

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/slipway-deploy/slipway"
)

// LocalAppRequest asks for an app (POST apps).
type LocalAppRequest struct {
	Kind            string            `json:"kind"` // github or oauth
	Owner           string            `json:"owner"`
	Name            string            `json:"name"`
	Description     string            `json:"description,omitempty"`
	ExternalURL     string            `json:"external_url,omitempty"`
	CallbackURLs    []string          `json:"callback_urls,omitempty"`
	DeviceFlow      bool              `json:"device_flow,omitempty"`
	ExpiringTokens  bool              `json:"expiring_tokens,omitempty"`
	Permissions     map[string]string `json:"permissions,omitempty"`
	Repositories    []string          `json:"repositories,omitempty"`     // OWNER/NAME: where it is installed
	AllRepositories bool              `json:"all_repositories,omitempty"` // or: on all of its owner's
}

// DecodeLocalApp reads a LocalAppRequest.
func DecodeLocalApp(body []byte) (LocalAppRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalAppRequest{}, err
	}
	in := LocalAppRequest{
		Kind:            m.text("kind"),
		Owner:           m.text("owner"),
		Name:            m.text("name"),
		Description:     m.text("description"),
		ExternalURL:     m.text("external_url"),
		CallbackURLs:    m.list("callback_urls"),
		DeviceFlow:      m.flag("device_flow", false),
		ExpiringTokens:  m.flag("expiring_tokens", false),
		Permissions:     m.texts("permissions"),
		Repositories:    m.list("repositories"),
		AllRepositories: m.flag("all_repositories", false),
	}
	m.require("kind", "owner", "name")
	return in, m.err()
}

// LocalApp is an app.
type LocalApp struct {
	ID            int64               `json:"id"`
	Kind          string              `json:"kind"`
	Slug          string              `json:"slug"`
	Name          string              `json:"name"`
	Owner         string              `json:"owner"`
	ClientID      string              `json:"client_id"`
	CallbackURLs  []string            `json:"callback_urls"`
	DeviceFlow    bool                `json:"device_flow"`
	Permissions   map[string]string   `json:"permissions"`
	Installations []LocalInstallation `json:"installations"`
	Keys          int                 `json:"keys"`           // how many there are
	ClientSecrets int                 `json:"client_secrets"` // likewise
	CreatedAt     time.Time           `json:"created_at"`
	LocalAppSecrets
}

// LocalAppSecrets are shown once, in the answer to what made them.
type LocalAppSecrets struct {
	PrivateKey   string `json:"private_key,omitempty"` // PEM
	ClientSecret string `json:"client_secret,omitempty"`
}

// LocalInstallation is an app on an account's repositories.
type LocalInstallation struct {
	ID              int64             `json:"id"`
	Account         string            `json:"account"`
	Permissions     map[string]string `json:"permissions"`
	AllRepositories bool              `json:"all_repositories"`
	RepositoryIDs   []int64           `json:"repository_ids"`
}

// FromLocalApp shows an app to the administrator. s is empty except right after its creation.
func FromLocalApp(a slipway.App, on []slipway.Installation, s LocalAppSecrets) LocalApp {
	return LocalApp{
		ID:              a.ID,
		Kind:            string(a.Kind),
		Slug:            a.Slug,
		Name:            a.Name,
		Owner:           a.Owner.Login,
		ClientID:        a.ClientID,
		CallbackURLs:    append([]string{}, a.CallbackURLs...),
		DeviceFlow:      a.DeviceFlow,
		Permissions:     levels(a.Permissions),
		Installations:   FromLocalInstallations(on),
		Keys:            len(a.PublicKeys),
		ClientSecrets:   len(a.SecretHashes),
		CreatedAt:       wholeSecond(a.CreatedAt),
		LocalAppSecrets: s,
	}
}

// FromLocalInstallations shows installations to the administrator.
func FromLocalInstallations(list []slipway.Installation) []LocalInstallation {
	out := make([]LocalInstallation, len(list))
	for n, i := range list {
		out[n] = LocalInstallation{
			ID: i.ID, Account: i.Account.Login, Permissions: levels(i.Permissions), AllRepositories: i.AllRepositories,
			RepositoryIDs: append([]int64{}, i.RepositoryIDs...),
		}
	}
	return out
}

// levels are permissions as names.
func levels(p slipway.Permissions) map[string]string {
	out := make(map[string]string, len(p))
	for _, name := range slices.Sorted(maps.Keys(p)) {
		out[name] = p[name].String()
	}
	return out
}

// LocalAppName names an app by its id, its slug or its client id (DELETE apps; POST apps/secrets and apps/keys, where alone
// ends all earlier ones).
type LocalAppName struct {
	App   string `json:"app"`
	Alone bool   `json:"alone,omitempty"`
}

// DecodeLocalAppName reads a LocalAppName.
func DecodeLocalAppName(body []byte) (LocalAppName, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalAppName{}, err
	}
	in := LocalAppName{App: m.text("app"), Alone: m.flag("alone", false)}
	m.require("app")
	return in, m.err()
}

// LocalInstallRequest installs an app (POST installations).
type LocalInstallRequest struct {
	App          string   `json:"app"`
	Repositories []string `json:"repositories,omitempty"` // OWNER/NAME
	AllOf        []string `json:"all_of,omitempty"`       // logins: on all of their repositories
}

// DecodeLocalInstall reads a LocalInstallRequest.
func DecodeLocalInstall(body []byte) (LocalInstallRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalInstallRequest{}, err
	}
	in := LocalInstallRequest{App: m.text("app"), Repositories: m.list("repositories"), AllOf: m.list("all_of")}
	m.require("app")
	return in, m.err()
}

// LocalUninstallRequest ends an installation (DELETE installations).
type LocalUninstallRequest struct {
	ID int64 `json:"id"`
}

// DecodeLocalUninstall reads a LocalUninstallRequest.
func DecodeLocalUninstall(body []byte) (LocalUninstallRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalUninstallRequest{}, err
	}
	var in LocalUninstallRequest
	if id := m.integer("id", 1, math.MaxInt64); id != nil {
		in.ID = *id
	}
	m.require("id")
	return in, m.err()
}

// Where is what an installation is on, for a person: "acme: all repositories" or "acme: 2 repositories".
func (i LocalInstallation) Where() string {
	switch n := len(i.RepositoryIDs); {
	case i.AllRepositories:
		return i.Account + ": all repositories"
	case n == 1:
		return i.Account + ": 1 repository"
	default:
		return i.Account + ": " + strconv.Itoa(n) + " repositories"
	}
}
