// Package login is the edge of people: it signs them in with a browser, shows them what is signed in and what acts for them,
// and asks them whether an app may. OAuth's two flows for apps are here too, since they live on the same host and not under the
// API (contract 9.4, 9.5).
//
//	/login, /logout                      signin.go      passwords become sessions
//	/settings/sessions                   settings.go    sessions and authorized applications, to look at and to end
//	/login/oauth/authorize               authorize.go   the web flow's page: consent, and the code
//	/login/device                        device.go      the device flow's page
//	/login/oauth/access_token            token.go       apps exchange codes for tokens
//	/login/device/code                   token.go       devices ask for codes
//	/static/…                            static.go      the stylesheet, under its own hash
//
// It holds no rule: package deploy decides, and docs/threats.md lists what could go wrong. A session is for pages alone; the API
// knows tokens only. Every form is a POST that http.CrossOriginProtection has let through, pages run no script, and the only
// addresses people are sent to are paths of this server and callbacks that an app has registered.
package login

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Options are the server's choices that pages depend on. Only URLs must be set.
type Options struct {
	URLs             slipway.URLs
	DocumentationURL string                     // empty: https://docs.github.com
	Address          func(*http.Request) string // who is at the other end; nil: the connection's address
	Timeout          time.Duration              // of one request; 0: 8 s
	Log              *slog.Logger               // nil: nothing is logged
	Observe          Observer                   // nil: nobody is told
	Now              func() time.Time           // nil: time.Now
}

// Observer is told of every request that was answered, for metrics. route is the table's pattern, empty for none.
type Observer func(method, route string, status int, took time.Duration)

// Login answers the pages and OAuth's endpoints. It may be used from any number of goroutines.
type Login struct {
	deploy  *deploy.Decisions
	options Options
	log     *slog.Logger
	secure  bool   // the public address is https
	docs    string // without a trailing slash
	host    string
	origin  *http.CrossOriginProtection
	static  map[string]asset
	styles  []string // their addresses
	icon    string
}

// largestForm is far above any form or request of an app.
const largestForm = 64 << 10

//go:embed templates static
var files embed.FS

// New wires the edge. It panics when a template does not parse: such a server must not start.
func New(d *deploy.Decisions, o Options) *Login {
	if o.Address == nil {
		o.Address = func(r *http.Request) string { return slipway.WithoutPort(r.RemoteAddr) }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Timeout == 0 {
		o.Timeout = 8 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.DocumentationURL == "" {
		o.DocumentationURL = "https://docs.github.com"
	}
	l := &Login{
		deploy: d, options: o, log: o.Log, secure: strings.HasPrefix(o.URLs.Web, "https://"),
		docs: strings.TrimSuffix(o.DocumentationURL, "/"), host: o.URLs.Host(), origin: http.NewCrossOriginProtection(),
	}
	if err := l.origin.AddTrustedOrigin(originOf(o.URLs.Web)); err != nil {
		panic("login: the public address has no origin: " + err.Error())
	}
	l.loadStatic()
	return l
}

// originOf is the scheme, host and port of an address.
func originOf(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// visit is one request on its way through the edge.
type visit struct {
	*http.Request
	id      string // to find the request in the log
	address string
	signed  bool
	actor   slipway.Actor
	session slipway.Session
	secret  string // of the cookie; empty when there is none
}

// handler turns one visit into one reply. What it answers an error for is shown by fail.
type handler func(l *Login, ctx context.Context, v *visit) (reply, error)

// route is a row of the table.
type route struct {
	do     handler
	signed bool // only for people who are signed in: others are sent to sign in, and back
	apps   bool // for programs: no cookie is looked at, and no form of a browser expected
}

// routes are what there is, by method and path.
var routes = map[string]route{
	"GET /login":                         {do: (*Login).signInPage},
	"POST /login":                        {do: (*Login).signIn},
	"POST /logout":                       {do: (*Login).signOut},
	"GET /settings":                      {do: (*Login).settings, signed: true},
	"GET /settings/sessions":             {do: (*Login).sessionsPage, signed: true},
	"POST /settings/sessions/end":        {do: (*Login).endSession, signed: true},
	"POST /settings/sessions/end-others": {do: (*Login).endOtherSessions, signed: true},
	"POST /settings/applications/revoke": {do: (*Login).revokeApp, signed: true},
	"GET /login/oauth/authorize":         {do: (*Login).authorizePage},
	"POST /login/oauth/authorize":        {do: (*Login).authorize, signed: true},
	"GET /login/device":                  {do: (*Login).devicePage, signed: true},
	"POST /login/device":                 {do: (*Login).device, signed: true},
	"POST /login/device/code":            {do: (*Login).deviceCode, apps: true},
	"POST /login/oauth/access_token":     {do: (*Login).accessToken, apps: true},
}

// ServeHTTP answers whatever it is given; what is not in the table is a page that says so.
func (l *Login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if l.serveStatic(w, r) {
		return
	}
	v := &visit{Request: r, id: newRequestID(), address: l.options.Address(r)}
	pattern, row, known := find(r)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), l.options.Timeout)
	defer cancel()
	rep, err := l.answer(ctx, v, row, known)
	if err != nil {
		rep = l.fail(v, pattern, err)
	}
	status := l.write(w, v, rep)
	l.logAccess(v, pattern, status, time.Since(start))
}

func find(r *http.Request) (pattern string, row route, known bool) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	pattern = method + " " + r.URL.Path
	if row, known = routes[pattern]; !known {
		return "", route{}, false
	}
	_, pattern, _ = strings.Cut(pattern, " ")
	return pattern, row, true
}

func (l *Login) answer(ctx context.Context, v *visit, row route, known bool) (reply, error) {
	if !known {
		return reply{}, slipway.Fail(slipway.NotFound, "")
	}
	if v.ContentLength > largestForm {
		return reply{}, slipway.Fail(slipway.TooLarge, "")
	}
	v.Body = http.MaxBytesReader(nil, v.Body, largestForm)
	if row.apps {
		return row.do(l, ctx, v)
	}
	if err := l.origin.Check(v.Request); err != nil {
		return reply{}, slipway.Fail(slipway.Forbidden, "This form was sent from another site. Nothing was done.")
	}
	if err := l.recognise(ctx, v); err != nil {
		return reply{}, err
	}
	if v.Method == http.MethodPost {
		if err := v.ParseForm(); err != nil {
			return reply{}, slipway.Fail(slipway.Malformed, "The form could not be read.")
		}
	}
	if row.signed && !v.signed {
		return l.askToSignIn(v), nil
	}
	return row.do(l, ctx, v)
}

// recognise finds out whose session the cookie is. One that is no good any more is as none.
func (l *Login) recognise(ctx context.Context, v *visit) (err error) {
	cookie, err := v.Cookie(l.cookieName())
	if err != nil || cookie.Value == "" {
		return nil //nolint:nilerr // there is no cookie
	}
	v.secret = cookie.Value
	v.actor, v.session, err = l.deploy.Signed(ctx, cookie.Value, l.visitor(v))
	if slipway.KindOf(err) == slipway.Unauthorized {
		return nil
	}
	v.signed = err == nil
	return err
}

func (l *Login) visitor(v *visit) deploy.Visitor {
	return deploy.Visitor{Address: v.address, Agent: v.UserAgent()}
}

// fail turns an error into a page. Only the sentence of a *slipway.Error is shown; the rest goes to the log.
func (l *Login) fail(v *visit, pattern string, err error) reply {
	e := slipway.Fail(slipway.Internal, "")
	if !errors.As(err, &e) || e.Kind == slipway.Internal {
		e = slipway.Fail(slipway.Internal, "")
	}
	m := message{Text: e.Sentence(), Request: v.id}
	status, title := http.StatusInternalServerError, "Something went wrong here"
	switch e.Kind {
	case slipway.NotFound:
		status, title, m.Text, m.Request = http.StatusNotFound, "There is nothing here", "The address may be mistyped, or what it named is gone.", ""
	case slipway.Forbidden:
		status, title = http.StatusForbidden, "That was refused"
	case slipway.Malformed, slipway.Invalid:
		status, title = http.StatusBadRequest, "That request does not make sense"
	case slipway.TooLarge:
		status, title = http.StatusRequestEntityTooLarge, "That was too much"
	case slipway.Unauthorized:
		status, title = http.StatusUnauthorized, "Sign in first"
	case slipway.Unavailable:
		status, title = http.StatusServiceUnavailable, "The server is busy"
	case slipway.Full:
		status, title = http.StatusInsufficientStorage, "The server is full"
	default:
		m.Text = "It has been written down where this server is looked after."
	}
	if status >= http.StatusInternalServerError {
		l.log.Error("request failed", "request_id", v.id, "error", err.Error(), "route", pattern, "status", status)
	}
	if status < http.StatusInternalServerError {
		m.Link = &link{afterSignIn, "Your sessions and applications"}
	}
	return reply{status: status, page: "message", title: title, data: m}
}

// logAccess writes one line a request: the route, never the path, the query or the form, which hold codes and secrets.
func (l *Login) logAccess(v *visit, pattern string, status int, took time.Duration) {
	method := v.Method
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		method = "other"
	}
	if l.options.Observe != nil {
		l.options.Observe(method, pattern, status, took)
	}
	l.log.Info("request", "request_id", v.id, "method", method, "route", pattern, "status", status,
		"login", v.actor.Account.Login, "address", v.address, "took", took)
}
