package login

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// sessionsView is the content of /settings/sessions.
type sessionsView struct {
	Sessions []sessionView
	Apps     []appView
}

type sessionView struct {
	ID                int64
	Browser, Address  string
	Current           bool
	Created, LastUsed moment
}

type appView struct {
	ID          int64
	Name, Owner string
	Asked       []string
	Since       moment
	LastUsed    *moment
}

// settings is GET /settings.
func (l *Login) settings(context.Context, *visit) (reply, error) {
	return seeOther("/settings/sessions"), nil
}

// sessionsPage is GET /settings/sessions.
func (l *Login) sessionsPage(ctx context.Context, v *visit) (reply, error) {
	var view sessionsView
	sessions, err := l.deploy.Sessions(ctx, v.actor.Account.ID)
	if err != nil {
		return reply{}, err
	}
	now := l.options.Now()
	for _, s := range sessions {
		view.Sessions = append(view.Sessions, sessionView{
			ID: s.ID, Browser: browser(s.Agent), Address: s.Address, Current: s.ID == v.session.ID,
			Created: momentOf(s.CreatedAt, now), LastUsed: momentOf(s.LastUsedAt, now),
		})
	}
	grants, err := l.deploy.Grants(ctx, v.actor.Account.ID)
	if err != nil {
		return reply{}, err
	}
	for _, g := range grants {
		app := appView{ID: g.AppID, Name: g.App.Name, Owner: g.App.Owner.Login, Asked: g.Scopes, Since: momentOf(g.CreatedAt, now)}
		if g.App.Kind == slipway.GitHubApp {
			app.Asked = permissionNames(g.App.Permissions)
		}
		if g.LastUsedAt != nil {
			used := momentOf(*g.LastUsedAt, now)
			app.LastUsed = &used
		}
		view.Apps = append(view.Apps, app)
	}
	return reply{status: http.StatusOK, page: "sessions", title: "Sessions and applications", data: view}, nil
}

// endSession is POST /settings/sessions/end.
func (l *Login) endSession(ctx context.Context, v *visit) (reply, error) {
	id, err := formID(v)
	if err != nil {
		return reply{}, err
	}
	if id == v.session.ID {
		return l.signOut(ctx, v)
	}
	if err := l.deploy.EndSession(ctx, v.actor, v.actor.Account.ID, id); err != nil {
		return reply{}, err
	}
	return seeOther("/settings/sessions"), nil
}

// endOtherSessions is POST /settings/sessions/end-others.
func (l *Login) endOtherSessions(ctx context.Context, v *visit) (reply, error) {
	if _, err := l.deploy.EndSessions(ctx, v.actor, v.actor.Account.ID, v.session.ID); err != nil {
		return reply{}, err
	}
	return seeOther("/settings/sessions"), nil
}

// revokeApp is POST /settings/applications/revoke.
func (l *Login) revokeApp(ctx context.Context, v *visit) (reply, error) {
	id, err := formID(v)
	if err != nil {
		return reply{}, err
	}
	if err := l.deploy.RevokeGrant(ctx, v.actor, id); err != nil {
		return reply{}, err
	}
	return seeOther("/settings/sessions"), nil
}

func formID(v *visit) (int64, error) {
	id, err := strconv.ParseInt(v.PostForm.Get("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, slipway.Fail(slipway.Malformed, "The form has no id.")
	}
	return id, nil
}

// moment is a time as pages show it.
type moment struct{ Machine, Exact, Words string }

func momentOf(at, now time.Time) moment {
	at = at.UTC()
	m := moment{Machine: at.Format(time.RFC3339), Exact: at.Format("2006-01-02 15:04:05 UTC")}
	switch age := now.Sub(at); {
	case age < time.Minute:
		m.Words = "just now"
	case age < time.Hour:
		m.Words = strconv.Itoa(int(age/time.Minute)) + "m ago"
	case age < 24*time.Hour:
		m.Words = strconv.Itoa(int(age/time.Hour)) + "h ago"
	case age < 30*24*time.Hour:
		m.Words = strconv.Itoa(int(age/(24*time.Hour))) + "d ago"
	default:
		m.Words = at.Format(time.DateOnly)
	}
	return m
}

// browser names what a User-Agent says of itself: enough to tell a phone from a desk. What is not known is shown as it is.
func browser(agent string) string {
	if agent == "" {
		return "Unknown browser"
	}
	name, system := "", ""
	for _, known := range []struct{ mark, name string }{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	} {
		if strings.Contains(agent, known.mark) {
			name = known.name
			break
		}
	}
	for _, known := range []struct{ mark, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, known.mark) {
			system = known.name
			break
		}
	}
	switch {
	case name == "":
		if len(agent) > 60 {
			agent = strings.ToValidUTF8(agent[:60], "") + "…"
		}
		return agent
	case system == "":
		return name
	}
	return name + " on " + system
}
