package login

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// reply is what a visit came to: a page, a redirection, or the body that an app gets. write is the one place that answers.
type reply struct {
	status   int
	page     string // the template; empty: none
	title    string
	data     any
	location string       // of a redirection
	cookie   *http.Cookie // to set or to clear
	formTo   string       // where, besides this server, the page's form may lead: an origin or a scheme
	body     []byte       // for apps
	kind     string       // its content type
}

// seeOther sends a browser to a path of this server, with GET. A header is ASCII: other letters are escaped, as browsers do.
func seeOther(path string) reply {
	var ascii strings.Builder
	for i := range len(path) {
		if path[i] < utf8.RuneSelf {
			ascii.WriteByte(path[i])
		} else {
			fmt.Fprintf(&ascii, "%%%02X", path[i])
		}
	}
	return reply{status: http.StatusSeeOther, location: ascii.String()}
}

// message is the content of a page that says one thing.
type message struct {
	Text    string
	Link    *link
	Request string
}

type link struct{ Address, Words string }

// content is what the layout is given.
type content struct {
	Title, Host, Icon string
	Styles            []string
	Person, Initial   string // who is signed in; empty: nobody
	Here              string // the page itself, to come back to
	Data              any
}

var pages = func() map[string]*template.Template {
	parsed := make(map[string]*template.Template)
	for _, name := range []string{"signin", "authorize", "device", "deviceconsent", "message", "sessions"} {
		parsed[name] = template.Must(template.ParseFS(files, "templates/layout.html", "templates/"+name+".html"))
	}
	return parsed
}()

// write sends a reply. Every answer forbids caching, framing, guessing of its type and telling its address.
func (l *Login) write(w http.ResponseWriter, v *visit, rep reply) int {
	body, kind := rep.body, rep.kind
	if rep.page != "" {
		var page bytes.Buffer
		if err := pages[rep.page].ExecuteTemplate(&page, "layout", l.content(v, rep)); err != nil {
			l.log.Error("a page could not be written", "request_id", v.id, "page", rep.page, "error", err.Error())
			rep = reply{status: http.StatusInternalServerError}
			page.Reset()
		}
		body, kind = page.Bytes(), "text/html; charset=utf-8"
	}
	l.writeHeader(w.Header(), v, rep, kind)
	if rep.cookie != nil {
		http.SetCookie(w, rep.cookie)
	}
	w.WriteHeader(rep.status)
	if v.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
	return rep.status
}

func (l *Login) writeHeader(h http.Header, v *visit, rep reply, kind string) {
	h.Set("X-GitHub-Request-Id", v.id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "deny")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Vary", "Cookie")
	h.Set("Content-Security-Policy", policy(rep.formTo))
	if l.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if kind != "" {
		h.Set("Content-Type", kind)
	}
	if rep.location != "" {
		h.Set("Location", rep.location)
	}
	if rep.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
}

// policy is the Content-Security-Policy: no script at all. Browsers hold the redirection that answers a form to form-action, so
// a page whose form leads on to an app's callback names it.
func policy(formTo string) string {
	action := "'self'"
	if formTo != "" {
		action += " " + formTo
	}
	return "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action " + action + "; base-uri 'none'; frame-ancestors 'none'"
}

func (l *Login) content(v *visit, rep reply) content {
	c := content{Title: rep.title, Host: l.host, Styles: l.styles, Icon: l.icon, Data: rep.data, Here: v.URL.RequestURI()}
	if v.signed {
		c.Person = v.actor.Account.Login
		_, size := utf8.DecodeRuneInString(c.Person)
		c.Initial = c.Person[:size]
	}
	return c
}

// localPath is where to go next: a path of this server, or the fallback when the text is anything else. Browsers read \ as /
// and drop tabs and newlines, so nothing with one is a path.
func localPath(text, fallback string) string {
	switch {
	case !strings.HasPrefix(text, "/"), strings.Contains(text, `\`), len(text) > 8<<10,
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == utf8.RuneError }):
		return fallback
	}
	path, _, _ := strings.Cut(text, "?")
	for part := range strings.SplitSeq(path[1:], "/") {
		if part == "" && path != "/" || part == "." || part == ".." {
			return fallback
		}
	}
	return text
}

// newRequestID is what a person can quote and an administrator find in the log.
func newRequestID() string { return rand.Text()[:16] }

// one is a parameter that may be there once: twice means that two readers could take different ones.
func one(values map[string][]string, name string) (string, error) {
	switch list := values[name]; len(list) {
	case 0:
		return "", nil
	case 1:
		if !utf8.ValidString(list[0]) || strings.ContainsRune(list[0], 0) {
			return "", slipway.Fail(slipway.Malformed, "The request's "+name+" is not text.")
		}
		return list[0], nil
	default:
		return "", slipway.Fail(slipway.Malformed, "The request has "+name+" twice.")
	}
}
