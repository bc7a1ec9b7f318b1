package api

import (
	"context"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// listAuthorizations is GET /authorizations (contract 9.3).
func (a *API) listAuthorizations(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.Authorizations(ctx, c.Actor, c.page())
	if err != nil {
		return reply{}, err
	}
	items := make([]wire.JSON, len(list.Items))
	for i, auth := range list.Items {
		items[i] = a.fromAuthorization(c, auth, "")
	}
	return page(a, c, wire.List(items), list), nil
}

// fromAuthorization shows a token to its owner. secret is empty except in the answer that made it.
func (a *API) fromAuthorization(c *call, auth slipway.Authorization, secret string) wire.JSON {
	return wire.FromAuthorization(auth, secret, nil, a.options.URLs, c.accept.shape)
}

// getAuthorization is GET /authorizations/:id.
func (a *API) getAuthorization(ctx context.Context, c *call) (reply, error) {
	auth, err := a.deploy.Authorization(ctx, c.Actor, c.number("authorization"))
	if err != nil {
		return reply{}, err
	}
	rep := ok(a.fromAuthorization(c, auth, ""))
	rep.modified = auth.UpdatedAt
	return rep, nil
}

func (a *API) findAuthorization(ctx context.Context, c *call) error {
	_, err := a.deploy.Authorization(ctx, c.Actor, c.number("authorization"))
	return err
}

// createAuthorization is POST /authorizations.
func (a *API) createAuthorization(ctx context.Context, c *call) (reply, error) {
	in, err := c.authorization()
	if err != nil {
		return reply{}, err
	}
	secret, auth, err := a.deploy.CreateAuthorization(ctx, c.Actor, newAuthorization(in))
	if err != nil {
		return reply{}, err
	}
	return created(a.fromAuthorization(c, auth, secret), a.options.URLs.Authorization(auth.ID)), nil
}

func (c *call) authorization() (wire.AuthorizationRequest, error) {
	body, err := c.body()
	if err != nil {
		return wire.AuthorizationRequest{}, err
	}
	return wire.DecodeAuthorization(body)
}

func newAuthorization(in wire.AuthorizationRequest) deploy.NewAuthorization {
	out := deploy.NewAuthorization{
		Note: value(in.Note), NoteURL: value(in.NoteURL), Fingerprint: value(in.Fingerprint),
		Client: deploy.Client{ID: in.ClientID, Secret: in.ClientSecret},
	}
	if in.Scopes != nil {
		out.Scopes = *in.Scopes
	}
	return out
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// updateAuthorization is PATCH /authorizations/:id.
func (a *API) updateAuthorization(ctx context.Context, c *call) (reply, error) {
	in, err := c.authorization()
	if err != nil {
		return reply{}, err
	}
	auth, err := a.deploy.UpdateAuthorization(ctx, c.Actor, c.number("authorization"), deploy.AuthorizationEdit{
		Scopes: in.Scopes, Add: in.AddScopes, Remove: in.RemoveScopes, Note: in.Note, NoteURL: in.NoteURL, Fingerprint: in.Fingerprint,
	})
	if err != nil {
		return reply{}, err
	}
	return ok(a.fromAuthorization(c, auth, "")), nil
}

// deleteAuthorization is DELETE /authorizations/:id.
func (a *API) deleteAuthorization(ctx context.Context, c *call) (reply, error) {
	return noContent(), a.deploy.DeleteAuthorization(ctx, c.Actor, c.number("authorization"))
}

// authorizeClient is PUT /authorizations/clients/:client_id and …/:fingerprint: 201 for a new token, 200 for one that is there,
// whose secret nobody knows any more.
func (a *API) authorizeClient(ctx context.Context, c *call) (reply, error) {
	in, err := c.authorization()
	if err != nil {
		return reply{}, err
	}
	asked := newAuthorization(in)
	asked.Client.ID = c.value("client")
	if fingerprint := c.value("fingerprint"); fingerprint != "" {
		asked.Fingerprint = fingerprint
	}
	secret, auth, made, err := a.deploy.AuthorizeClient(ctx, c.Actor, asked)
	if err != nil {
		return reply{}, err
	}
	if made {
		return created(a.fromAuthorization(c, auth, secret), a.options.URLs.Authorization(auth.ID)), nil
	}
	rep := ok(a.fromAuthorization(c, auth, ""))
	rep.location = a.options.URLs.Authorization(auth.ID)
	return rep, nil
}
