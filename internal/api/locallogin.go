package api

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway/internal/wire"
)

func (a *API) localSetPassword(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalPassword(body)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.SetPassword(ctx, localAdministrator, in.Login, in.Password)
}

func (a *API) localSessions(ctx context.Context, r *http.Request, _ []byte) (any, error) {
	account, err := a.deploy.NamedAccount(ctx, localAdministrator, queryValue(r, "user"))
	if err != nil {
		return nil, err
	}
	sessions, err := a.deploy.Sessions(ctx, account.ID)
	if err != nil {
		return nil, err
	}
	out := make([]wire.LocalSession, len(sessions))
	for i, s := range sessions {
		out[i] = wire.FromLocalSession(s, account.Login)
	}
	return out, nil
}

func (a *API) localEndSessions(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalSession(body)
	if err != nil {
		return nil, err
	}
	account, err := a.deploy.NamedAccount(ctx, localAdministrator, in.Login)
	if err != nil {
		return nil, err
	}
	if in.ID != 0 {
		return nil, a.deploy.EndSession(ctx, localAdministrator, account.ID, in.ID)
	}
	_, err = a.deploy.EndSessions(ctx, localAdministrator, account.ID, 0)
	return nil, err
}
