package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// SetPassword gives a person a password and ends their sessions; 422 when it is too short.
func (c *Client) SetPassword(ctx context.Context, in wire.LocalPasswordRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/passwords", in)
	return err
}

// Sessions lists where a person is signed in, the session last used first; 404 when there is no such account.
func (c *Client) Sessions(ctx context.Context, login string) ([]wire.LocalSession, error) {
	return call[[]wire.LocalSession](ctx, c, http.MethodGet, "/sessions?user="+url.QueryEscape(login), nil)
}

// EndSessions signs a person out, of one session or of all; 404 when there is none.
func (c *Client) EndSessions(ctx context.Context, in wire.LocalSessionRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/sessions", in)
	return err
}
