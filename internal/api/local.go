package api

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// localBase is where the administration interface lies. Only the data folder's socket serves it: whoever may open the
// socket is the administrator of this machine.
const localBase = "/api/slipway/v1/local/"

// localAdministrator is the actor of everything that comes in through the socket.
var localAdministrator = slipway.Actor{Local: true}

// localHandler answers with a value for wire.Encode, nil for 204.
type localHandler func(ctx context.Context, r *http.Request, body []byte) (any, error)

// Local is the administration interface: users, tokens, repositories and collaborators (decisions §1). Its answers and
// errors have the forms of the REST API.
func (a *API) Local() http.Handler {
	table := map[string]localHandler{
		"GET users":          a.localUsers,
		"POST users":         a.localCreateUser,
		"POST passwords":     a.localSetPassword,
		"GET sessions":       a.localSessions,
		"DELETE sessions":    a.localEndSessions,
		"GET tokens":         a.localTokens,
		"POST tokens":        a.localCreateToken,
		"DELETE tokens":      a.localRevokeToken,
		"GET repositories":   a.localRepositories,
		"POST repositories":  a.localCreateRepository,
		"POST collaborators": a.localAddCollaborator,
	}
	maps.Copy(table, a.localOrganizationRoutes())
	maps.Copy(table, a.localAppRoutes())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what, _ := strings.CutPrefix(r.URL.Path, localBase)
		do := table[r.Method+" "+what]
		if do == nil {
			a.answerLocal(w, r, nil, slipway.Fail(slipway.NotFound, ""))
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), a.options.Timeout)
		defer cancel()
		body, err := readBody(r)
		if err != nil {
			a.answerLocal(w, r, nil, err)
			return
		}
		out, err := do(ctx, r, body)
		a.answerLocal(w, r, out, err)
	})
}

// answerLocal is the one place that answers on the socket.
func (a *API) answerLocal(w http.ResponseWriter, r *http.Request, out any, err error) {
	status := http.StatusOK
	switch {
	case err == nil && out == nil:
		status = http.StatusNoContent
	case r.Method == http.MethodPost:
		status = http.StatusCreated
	}
	var body wire.JSON
	if err == nil && out != nil {
		body, err = wire.Encode(out)
	}
	if err != nil {
		e := shown(err)
		status = statuses[e.Kind]
		body = wire.FromError(e, status, a.docs.base)
		if status >= http.StatusInternalServerError {
			a.log.LogAttrs(r.Context(), slog.LevelError, "local request failed", slog.String("path", r.URL.Path), errorAttr(err))
		}
	}
	w.Header()["Content-Type"] = jsonType
	if body == nil {
		w.Header().Del("Content-Type")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (a *API) localUsers(ctx context.Context, _ *http.Request, _ []byte) (any, error) {
	accounts, err := a.deploy.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]wire.LocalUser, len(accounts))
	for i, account := range accounts {
		out[i] = wire.FromLocalUser(account)
	}
	return out, nil
}

func (a *API) localCreateUser(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalUser(body)
	if err != nil {
		return nil, err
	}
	account, err := a.deploy.CreateAccount(ctx, localAdministrator, deploy.NewAccount{
		Login: in.Login, Name: in.Name, Email: in.Email, SiteAdmin: in.Admin, Type: slipway.User,
	})
	if err != nil {
		return nil, err
	}
	return wire.FromLocalUser(account), nil
}

func (a *API) localTokens(ctx context.Context, r *http.Request, _ []byte) (any, error) {
	tokens, err := a.deploy.ListTokens(ctx, queryValue(r, "user"))
	if err != nil {
		return nil, err
	}
	out := make([]wire.LocalToken, len(tokens))
	for i, t := range tokens {
		out[i] = wire.FromLocalToken(t.Token, t.Login, "")
	}
	return out, nil
}

func (a *API) localCreateToken(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalToken(body)
	if err != nil {
		return nil, err
	}
	var expires time.Duration
	if in.Expires != "" {
		if expires, err = time.ParseDuration(in.Expires); err != nil || expires <= 0 {
			return nil, slipway.ValidationFailed(slipway.Detail{Resource: "Token", Field: "expires", Code: "custom", Message: "expires must be a duration such as 720h"})
		}
	}
	var permissions slipway.Permissions
	if in.Permissions != nil {
		if permissions, err = slipway.NewPermissions(in.Permissions); err != nil {
			return nil, err
		}
	}
	secret, t, err := a.deploy.CreateToken(ctx, localAdministrator, deploy.NewToken{
		Login: in.User, Name: in.Name, Scopes: slipway.NormalScopes(in.Scopes), Expires: expires, SiteAdmin: in.Admin,
		Permissions: permissions, AllRepositories: in.AllRepositories, Repositories: in.Repositories,
	})
	if err != nil {
		return nil, err
	}
	return wire.FromLocalToken(t, in.User, secret), nil
}

func (a *API) localRevokeToken(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalRevoke(body)
	if err != nil {
		return nil, err
	}
	if in.Token != "" {
		return nil, a.deploy.RevokeTokenSecret(ctx, localAdministrator, in.Token)
	}
	return nil, a.deploy.RevokeToken(ctx, localAdministrator, in.ID)
}

func (a *API) localRepositories(ctx context.Context, _ *http.Request, _ []byte) (any, error) {
	repositories, err := a.deploy.AllRepositories(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]wire.LocalRepository, len(repositories))
	for i, r := range repositories {
		out[i] = wire.FromLocalRepository(r, a.options.URLs)
	}
	return out, nil
}

func (a *API) localCreateRepository(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalRepository(body)
	if err != nil {
		return nil, err
	}
	r, err := a.deploy.CreateRepository(ctx, localAdministrator, deploy.NewRepository{
		Owner: in.Owner, Name: in.Name, Description: in.Description, DefaultBranch: in.DefaultBranch,
		Private: in.Private, AutoInit: in.AutoInit, MakeOrganization: true,
	})
	if err != nil {
		return nil, err
	}
	return wire.FromLocalRepository(r, a.options.URLs), nil
}

func (a *API) localAddCollaborator(ctx context.Context, _ *http.Request, body []byte) (any, error) {
	in, err := wire.DecodeLocalCollaborator(body)
	if err != nil {
		return nil, err
	}
	role, err := slipway.ParseRole(in.Role)
	if err != nil {
		return nil, err
	}
	return nil, a.deploy.AddCollaborator(ctx, localAdministrator, in.Owner, in.Name, in.Login, role)
}
