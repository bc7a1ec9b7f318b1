package login

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// afterSignIn is where people go when they did not come from anywhere.
const afterSignIn = "/settings/sessions"

// signInForm is the content of the sign-in page.
type signInForm struct{ Login, ReturnTo, Error string }

func (l *Login) cookieName() string {
	if l.secure {
		return "__Host-slipway_session"
	}
	return "slipway_session"
}

// cookie holds a session for as long as one lives without use. An empty secret takes it away.
func (l *Login) cookie(secret string) *http.Cookie {
	c := &http.Cookie{
		Name: l.cookieName(), Value: secret, Path: "/", HttpOnly: true, Secure: l.secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(slipway.SessionIdle.Seconds()),
	}
	if secret == "" {
		c.MaxAge = -1
	}
	return c
}

// askToSignIn sends somebody to sign in, and back afterwards. A form that was sent is lost: they come back to its page.
func (l *Login) askToSignIn(v *visit) reply {
	back := v.URL.RequestURI()
	if v.Method == http.MethodPost {
		back = afterSignIn
		if strings.HasPrefix(v.URL.Path, "/login/") {
			back = v.URL.Path
		}
	}
	return seeOther("/login?return_to=" + url.QueryEscape(back))
}

// signInPage is GET /login.
func (l *Login) signInPage(ctx context.Context, v *visit) (reply, error) {
	query := v.URL.Query()
	form := signInForm{ReturnTo: localPath(query.Get("return_to"), afterSignIn), Login: strings.TrimSpace(query.Get("login"))}
	if v.signed {
		return seeOther(form.ReturnTo), nil
	}
	return l.signInForm(ctx, form, http.StatusOK)
}

func (l *Login) signInForm(ctx context.Context, form signInForm, status int) (reply, error) {
	return reply{status: status, page: "signin", title: "Sign in", data: form, formTo: l.formTo(ctx, form.ReturnTo)}, nil
}

// signIn is POST /login.
func (l *Login) signIn(ctx context.Context, v *visit) (reply, error) {
	form := signInForm{ReturnTo: localPath(v.PostForm.Get("return_to"), afterSignIn), Login: strings.TrimSpace(v.PostForm.Get("login"))}
	secret, _, err := l.deploy.SignIn(ctx, form.Login, v.PostForm.Get("password"), l.visitor(v))
	switch slipway.KindOf(err) {
	case slipway.Unauthorized:
		form.Error = "Login and password do not match."
		return l.signInForm(ctx, form, http.StatusUnprocessableEntity)
	case slipway.Forbidden:
		form.Error = "Too many tries were wrong. Wait a quarter of an hour."
		return l.signInForm(ctx, form, http.StatusForbidden)
	}
	if err != nil {
		return reply{}, err
	}
	if v.signed { // the session that came with the form is not the one that goes on
		if err := l.end(ctx, v); err != nil {
			return reply{}, err
		}
	}
	rep := seeOther(form.ReturnTo)
	rep.cookie = l.cookie(secret)
	return rep, nil
}

// signOut is POST /logout. Whoever is not signed in is told the same.
func (l *Login) signOut(ctx context.Context, v *visit) (reply, error) {
	if v.signed {
		if err := l.end(ctx, v); err != nil {
			return reply{}, err
		}
	}
	rep := seeOther("/login")
	if back := localPath(v.PostForm.Get("return_to"), ""); back != "" {
		rep.location += "?return_to=" + url.QueryEscape(back)
	}
	rep.cookie = l.cookie("")
	return rep, nil
}

// end ends the visit's own session, which may have ended meanwhile.
func (l *Login) end(ctx context.Context, v *visit) error {
	err := l.deploy.EndSession(ctx, v.actor, v.actor.Account.ID, v.session.ID)
	if slipway.KindOf(err) == slipway.NotFound {
		return nil
	}
	return err
}
