package wire

import (
	"encoding/hex"

	"github.com/slipway-deploy/slipway"
)

// AuthorizationRequest is the body of POST and PATCH /authorizations and PUT /authorizations/clients/:client_id (contract 9.3).
// What is nil was not said.
type AuthorizationRequest struct {
	Scopes, AddScopes, RemoveScopes *slipway.Scopes
	Note, NoteURL, Fingerprint      *string
	ClientID, ClientSecret          string
}

// DecodeAuthorization reads an AuthorizationRequest. Scopes are normalised; those that do not exist are kept.
func DecodeAuthorization(body []byte) (AuthorizationRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return AuthorizationRequest{}, err
	}
	in := AuthorizationRequest{
		Scopes:       m.scopes("scopes"),
		AddScopes:    m.scopes("add_scopes"),
		RemoveScopes: m.scopes("remove_scopes"),
		Note:         m.str("note"),
		NoteURL:      m.str("note_url"),
		Fingerprint:  m.str("fingerprint"),
		ClientID:     m.text("client_id"),
		ClientSecret: m.text("client_secret"),
	}
	return in, m.err()
}

func (m *members) scopes(name string) *slipway.Scopes {
	if m.value(name) == nil {
		return nil
	}
	s := slipway.NormalScopes(m.list(name))
	return &s
}

// DecodeAccessToken reads the body of the routes with which apps look after their tokens: {"access_token": …}.
func DecodeAccessToken(body []byte) (token string, err error) {
	m, err := parse(body, Today)
	if err != nil {
		return "", err
	}
	token = m.text("access_token")
	m.require("access_token")
	return token, m.err()
}

// noClient is the client id of tokens that people made for themselves, and authorizationsPage what their app is said to be.
const (
	noClient           = "00000000000000000000"
	authorizationsPage = "https://developer.github.com/v3/oauth_authorizations/"
)

// FromAuthorization is a token as the Authorizations API shows it. secret is empty except in the answer that made it. owner is
// there when an app looks after its tokens.
func FromAuthorization(a slipway.Authorization, secret string, owner *slipway.Account, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.num("id", a.ID)
		w.str("url", u.Authorization(a.ID))
		w.object("app", func() {
			name, url, client := a.Name, authorizationsPage, noClient
			if a.App != nil {
				name, url, client = a.App.Name, a.App.ExternalURL, a.App.ClientID
				if url == "" {
					url = u.Web
				}
			}
			w.str("name", name)
			w.str("url", url)
			w.str("client_id", client)
		})
		w.str("token", secret)
		w.str("hashed_token", hex.EncodeToString(a.Hash))
		w.str("token_last_eight", a.LastEight)
		w.orNull("note", a.Name)
		w.orNull("note_url", a.NoteURL)
		w.at("created_at", a.CreatedAt)
		w.at("updated_at", a.UpdatedAt)
		w.strs("scopes", a.Scopes)
		w.orNull("fingerprint", a.Fingerprint)
		w.maybeAt("expires_at", a.ExpiresAt)
		if owner != nil {
			w.key("user")
			w.account(*owner, u)
		}
		w.close()
	})
}
