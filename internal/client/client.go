// Package client speaks to a server. [API] is for people and machines elsewhere: GitHub's routes and our own, with a token.
// [Client] is the administration interface: the part of our own API that only the data folder's socket serves,
// /api/slipway/v1/local.
//
// While the server runs, [Socket] reaches it through DATA/slipway.sock. While it does not, a command opens the data folder
// itself and [InProcess] calls the very same handlers without a network between, so that there is one code path and one
// set of rules either way.
//
//	c := client.Socket("/srv/slipway/slipway.sock")
//	t, err := c.CreateToken(ctx, wire.LocalTokenRequest{User: "ci", Scopes: []string{"repo_deployment"}})
//
// Errors are *Error with the server's own sentence, or the transport's.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway/internal/wire"
)

// base is where the interface lies. The host is a word for the Host header: a socket has none.
const base = "http://local/api/slipway/v1/local"

// largestAnswer is far above any list an administrator reads.
const largestAnswer = 64 << 20

// Client is the local administrator.
type Client struct {
	http *http.Client
}

// Socket is a client of a running server.
func Socket(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	return &Client{&http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Dial is Socket, after finding out that somebody listens there.
func Dial(ctx context.Context, path string) (*Client, error) {
	conn, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return Socket(path), conn.Close()
}

// InProcess is a client of a handler in this process.
func InProcess(h http.Handler) *Client {
	return &Client{&http.Client{Transport: direct{h}}}
}

// Error is a refusal, in the server's words.
type Error struct {
	Status  int
	Message string
	Details []string // one a field, as a person reads it
}

// Error is the sentence, with its details after a colon.
func (e *Error) Error() string {
	if len(e.Details) == 0 {
		return e.Message
	}
	return e.Message + ": " + strings.Join(e.Details, "; ")
}

// CreateUser makes an account; 422 when the login is taken.
func (c *Client) CreateUser(ctx context.Context, in wire.LocalUserRequest) (wire.LocalUser, error) {
	return call[wire.LocalUser](ctx, c, http.MethodPost, "/users", in)
}

// Users lists the accounts, oldest first.
func (c *Client) Users(ctx context.Context) ([]wire.LocalUser, error) {
	return call[[]wire.LocalUser](ctx, c, http.MethodGet, "/users", nil)
}

// CreateToken makes a token, and its account where there is none. The answer alone holds the secret.
func (c *Client) CreateToken(ctx context.Context, in wire.LocalTokenRequest) (wire.LocalToken, error) {
	return call[wire.LocalToken](ctx, c, http.MethodPost, "/tokens", in)
}

// Tokens lists the tokens of an account, or of everybody where login is empty.
func (c *Client) Tokens(ctx context.Context, login string) ([]wire.LocalToken, error) {
	path := "/tokens"
	if login != "" {
		path += "?user=" + url.QueryEscape(login)
	}
	return call[[]wire.LocalToken](ctx, c, http.MethodGet, path, nil)
}

// RevokeToken ends a token, by its id or by the secret itself; 404 when there is none.
func (c *Client) RevokeToken(ctx context.Context, in wire.LocalRevokeRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/tokens", in)
	return err
}

// CreateRepository makes a repository, and an organization for it where no account has the owner's name.
func (c *Client) CreateRepository(ctx context.Context, in wire.LocalRepositoryRequest) (wire.LocalRepository, error) {
	return call[wire.LocalRepository](ctx, c, http.MethodPost, "/repositories", in)
}

// Repositories lists the repositories, oldest first.
func (c *Client) Repositories(ctx context.Context) ([]wire.LocalRepository, error) {
	return call[[]wire.LocalRepository](ctx, c, http.MethodGet, "/repositories", nil)
}

// AddCollaborator lets an account work on a repository, in a role.
func (c *Client) AddCollaborator(ctx context.Context, in wire.LocalCollaboratorRequest) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/collaborators", in)
	return err
}

// bodyOf is what is sent, as JSON; nothing for nil.
func bodyOf(in any) (io.Reader, error) {
	if in == nil {
		return nil, nil
	}
	text, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("client: encode: %w", err)
	}
	return bytes.NewReader(text), nil
}

// call sends one request and decodes the answer into a T.
func call[T any](ctx context.Context, c *Client, method, path string, in any) (out T, err error) {
	body, err := bodyOf(in)
	if err != nil {
		return out, err
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		return out, fmt.Errorf("client: %w", err)
	}
	req.Header.Set("User-Agent", "slipway")
	res, err := c.http.Do(req)
	if err != nil {
		return out, fmt.Errorf("the server of this data folder does not answer: %w", plain(err))
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, largestAnswer))
	if err != nil {
		return out, fmt.Errorf("the server of this data folder broke off: %w", err)
	}
	if res.StatusCode >= 300 {
		return out, refusal(res.StatusCode, text)
	}
	if len(text) == 0 {
		return out, nil
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return out, fmt.Errorf("the server of this data folder answered something else than expected: %w", err)
	}
	return out, nil
}

// refusal reads an error as the API writes them: errors[] holds objects or plain strings.
func refusal(status int, text []byte) *Error {
	var body struct {
		Message string
		Errors  []json.RawMessage
	}
	if json.Unmarshal(text, &body) != nil || body.Message == "" {
		return &Error{Status: status, Message: "the server answered " + strconv.Itoa(status) + " " + http.StatusText(status)}
	}
	e := &Error{Status: status, Message: body.Message}
	for _, raw := range body.Errors {
		if d := detail(raw); d != "" {
			e.Details = append(e.Details, d)
		}
	}
	return e
}

func detail(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var d struct{ Field, Code, Message string }
	if json.Unmarshal(raw, &d) != nil {
		return ""
	}
	if d.Message != "" {
		return d.Message
	}
	return strings.TrimSpace(d.Field + " " + strings.ReplaceAll(d.Code, "_", " "))
}

// plain drops the method and the made-up address that net/http puts before an error.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
