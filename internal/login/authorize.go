package login

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// authorization is a request of the web flow as its parameters say it (contract 9.4).
type authorization struct {
	deploy.AuthorizationRequest
	state, login, prompt string
	fields               []field // what the form carries on, as it came
}

type field struct{ Name, Value string }

// consentView is the content of the consent pages.
type consentView struct {
	App    slipway.App
	Asked  []asked
	Before bool   // a part of it was granted before
	Target string // where Authorize leads, as a person reads it
	Fields []field
	Code   string // of a device
}

// asked is one thing that an app wants, in words and as it is called.
type asked struct{ Words, Name string }

func parseAuthorization(values url.Values) (in authorization, err error) {
	var scope string
	for _, p := range []struct {
		name  string
		value *string
	}{
		{"client_id", &in.ClientID},
		{"redirect_uri", &in.RedirectURI},
		{"scope", &scope},
		{"state", &in.state},
		{"code_challenge", &in.Challenge},
		{"code_challenge_method", &in.ChallengeMethod},
		{"login", &in.login},
		{"prompt", &in.prompt},
	} {
		if *p.value, err = one(values, p.name); err != nil {
			return authorization{}, err
		}
		if *p.value != "" && p.name != "login" && p.name != "prompt" {
			in.fields = append(in.fields, field{p.name, *p.value})
		}
	}
	in.Scopes = slipway.ParseScopes(scope)
	return in, nil
}

// authorizePage is GET /login/oauth/authorize: it asks, or goes on at once where the answer is known.
func (l *Login) authorizePage(ctx context.Context, v *visit) (reply, error) {
	in, err := parseAuthorization(v.URL.Query())
	if err != nil {
		return reply{}, err
	}
	c, err := l.deploy.WeighConsent(ctx, v.actor, in.AuthorizationRequest)
	var refused *slipway.OAuthError
	switch {
	case errors.As(err, &refused) && v.signed:
		return l.sendBack(c, refused, in.state)
	case slipway.KindOf(err) == slipway.NotFound:
		return noApp(), nil
	case err != nil && !errors.As(err, &refused):
		return reply{}, err
	case !v.signed:
		rep := l.askToSignIn(v)
		if in.login != "" {
			rep.location += "&login=" + url.QueryEscape(in.login)
		}
		return rep, nil
	case c.RedirectURI == "":
		return reply{}, noCallback()
	case c.Granted && in.prompt == "":
		return l.giveCode(ctx, v, in, false)
	}
	return reply{
		status: http.StatusOK, page: "authorize", title: "Authorize " + c.App.Name, formTo: slipway.CallbackOrigin(c.RedirectURI),
		data: consentView{App: c.App, Asked: askedOf(c), Before: c.Granted, Target: targetOf(c.RedirectURI), Fields: in.fields},
	}, nil
}

// authorize is POST /login/oauth/authorize: the person has answered.
func (l *Login) authorize(ctx context.Context, v *visit) (reply, error) {
	in, err := parseAuthorization(v.PostForm)
	if err != nil {
		return reply{}, err
	}
	switch v.PostForm.Get("decision") {
	case "authorize":
		return l.giveCode(ctx, v, in, true)
	case "cancel":
		c, err := l.deploy.WeighConsent(ctx, v.actor, in.AuthorizationRequest)
		var refused *slipway.OAuthError
		if err != nil && !errors.As(err, &refused) {
			return reply{}, err
		}
		if refused == nil {
			refused = slipway.AccessDenied
		}
		return l.sendBack(c, refused, in.state)
	}
	return reply{}, slipway.Fail(slipway.Malformed, "The form has no answer.")
}

// giveCode sends the person back to the app with a code.
func (l *Login) giveCode(ctx context.Context, v *visit, in authorization, consented bool) (reply, error) {
	code, c, err := l.deploy.GiveCode(ctx, v.actor, in.AuthorizationRequest, consented)
	var refused *slipway.OAuthError
	if errors.As(err, &refused) {
		return l.sendBack(c, refused, in.state)
	}
	if err != nil {
		return reply{}, err
	}
	return back(c.RedirectURI, []field{{"code", code}}, in.state), nil
}

// sendBack sends the person back to the app with a refusal, where the app has registered an address.
func (l *Login) sendBack(c deploy.Consent, refused *slipway.OAuthError, state string) (reply, error) {
	if c.RedirectURI == "" {
		return reply{}, noCallback()
	}
	return back(c.RedirectURI, []field{
		{"error", refused.Code},
		{"error_description", refused.Description},
		{"error_uri", l.docs + "/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#" + strings.ReplaceAll(refused.Code, "_", "-")},
	}, state), nil
}

// noApp is the page about a client_id that no app has. There is nobody to send the person back to.
func noApp() reply {
	return reply{status: http.StatusNotFound, page: "message", title: "There is no such application", data: message{
		Text: "The link that led here names an application (client_id) that this server does not know. Whoever runs the application has to correct it.",
		Link: &link{afterSignIn, "Your sessions and applications"},
	}}
}

func noCallback() error {
	return slipway.Fail(slipway.Malformed, "The application has no callback address to send you to.")
}

// back is the redirection to a registered address, with what the app is told and its own state.
func back(address string, told []field, state string) reply {
	if state != "" {
		told = append(told, field{"state", state})
	}
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	for _, f := range told {
		address += separator + f.Name + "=" + url.QueryEscape(f.Value)
		separator = "&"
	}
	return reply{status: http.StatusFound, location: address}
}

// askedOf lists what an app wants: an OAuth app scopes, a GitHub App what its permissions are.
func askedOf(c deploy.Consent) (list []asked) {
	if c.App.Kind != slipway.GitHubApp {
		for _, scope := range c.Scopes {
			list = append(list, asked{slipway.ScopeWords(scope), scope})
		}
		return list
	}
	for _, name := range slices.Sorted(maps.Keys(c.App.Permissions)) {
		verb := "Read"
		if c.App.Permissions[name] > slipway.LevelRead {
			verb = "Read and write"
		}
		list = append(list, asked{verb + " " + strings.ReplaceAll(name, "_", " ") + ", where it is installed", name})
	}
	return list
}

func permissionNames(p slipway.Permissions) []string {
	if len(p) == 0 {
		return nil
	}
	return strings.Split(p.String(), ",")
}

// targetOf is a callback as a person reads it: without what follows the host.
func targetOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}

// formTo is where the sign-in page's form may lead besides this server: to the callback of the app whose request comes next, if
// it needs no consent. Browsers would stop there otherwise, since it is one chain of redirections.
func (l *Login) formTo(ctx context.Context, returnTo string) string {
	path, query, _ := strings.Cut(returnTo, "?")
	if path != "/login/oauth/authorize" {
		return ""
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	in, err := parseAuthorization(values)
	if err != nil {
		return ""
	}
	c, err := l.deploy.WeighConsent(ctx, slipway.Actor{}, in.AuthorizationRequest)
	if err != nil && c.RedirectURI == "" {
		return ""
	}
	return slipway.CallbackOrigin(c.RedirectURI)
}
