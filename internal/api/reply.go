package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// reply is what a handler's call came to. Handlers make replies and never see a ResponseWriter; write is the one place that
// answers.
type reply struct {
	status   int
	body     wire.JSON // nil: none
	text     []byte    // instead of body, of another kind than JSON
	stream   *stream   // instead of both
	kind     string    // the content type of text
	location string
	links    string    // the Link header
	modified time.Time // Last-Modified, on the resources of contract 1.7
	changed  time.Time // when what it shows has changed at last, if that is later: what If-Modified-Since is weighed against
	poll     bool      // X-Poll-Interval: a list that clients ask for again and again
	replayed bool      // Idempotency-Replayed
	retry    time.Duration
	closing  bool   // the connection is not to be used again
	options  bool   // the answer to OPTIONS
	fresh    bool   // true now and not to be kept: no tag, no-cache
	media    string // X-GitHub-Media-Type; empty: what Accept came to
}

func ok(body wire.JSON) reply { return reply{status: http.StatusOK, body: body} }

func created(body wire.JSON, location string) reply {
	return reply{status: http.StatusCreated, body: body, location: location}
}

func noContent() reply { return reply{status: http.StatusNoContent} }

// page is a page of a list, with the links to the others.
func page[T any](a *API, c *call, body wire.JSON, list deploy.Listed[T]) reply {
	return reply{status: http.StatusOK, body: body, links: a.pageLinks(c, c.page(), list.Total, list.Exact)}
}

// lastChange is what If-Modified-Since is weighed against; zero when no time says it.
func (r reply) lastChange() time.Time {
	if r.changed.After(r.modified) {
		return r.changed
	}
	return r.modified
}

// Headers that never change are shared, not made for each answer.
var (
	jsonType     = []string{"application/json; charset=utf-8"}
	anyOrigin    = []string{"*"}
	deny         = []string{"deny"}
	nosniff      = []string{"nosniff"}
	noXSSFilter  = []string{"0"}
	referrer     = []string{"origin-when-cross-origin, strict-origin-when-cross-origin"}
	policy       = []string{"default-src 'none'"}
	transport    = []string{"max-age=31536000"}
	apiVersion   = []string{supportedVersions[len(supportedVersions)-1]}
	core         = []string{"core"}
	noLimit      = []string{strconv.Itoa(unlimited)}
	noneUsed     = []string{"0"}
	empty        = []string{""}
	aMinute      = []string{"60"}
	isTrue       = []string{"true"}
	varyPublic   = []string{"Accept"}
	varyPrivate  = []string{"Accept, Authorization, Cookie, X-GitHub-OTP"}
	cachePublic  = []string{"public, max-age=60, s-maxage=60"}
	cachePrivate = []string{"private, max-age=60, s-maxage=60"}
	cacheNot     = []string{"no-cache"}
	exposed      = []string{"ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, X-Poll-Interval, X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, Deprecation, Sunset"}
	allowHeaders = []string{"Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, Accept-Encoding, X-GitHub-OTP, X-Requested-With, User-Agent, GraphQL-Features, X-GitHub-Api-Version, Idempotency-Key"}
	allowMethods = []string{"GET, POST, PATCH, PUT, DELETE"}
	allowAge     = []string{"86400"}
)

// tagHeader is in GitHub's spelling, as all headers here are; net/http would write Etag.
var tagHeader = "ETag"

// write sends a reply. Header names are in GitHub's spelling, which Go would otherwise change.
func (a *API) write(w http.ResponseWriter, c *call, rep reply) (status, size int) {
	if rep.stream != nil {
		if tag := tagOf(c, []byte(rep.stream.name)); !c.notModified(tag, time.Time{}) {
			return a.writeStream(w, c, rep)
		}
		rep.text = []byte(rep.stream.name)
	}
	body := []byte(rep.body)
	if body == nil {
		body = rep.text
	}
	h := w.Header()
	a.writeCommon(h, c, &rep)
	if rep.tagged() && len(body) > 0 {
		tag := tagOf(c, body)
		h[tagHeader] = []string{tag}
		if c.notModified(tag, rep.lastChange()) {
			rep.status, body = http.StatusNotModified, nil
		}
	}
	h["Status"] = statusLine(rep.status)
	c.done(rep.status == http.StatusNotModified)
	a.writeQuota(h, c)
	if body != nil {
		h["Content-Type"] = jsonType
		if rep.kind != "" {
			h["Content-Type"] = []string{rep.kind}
		}
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(rep.status)
	if c.request.Method != http.MethodHead && len(body) > 0 {
		size, _ = w.Write(body) // a caller that is gone is no error of ours
	}
	return rep.status, size
}

func (a *API) writeCommon(h http.Header, c *call, rep *reply) {
	h["X-GitHub-Request-Id"] = []string{c.id}
	h["X-GitHub-Media-Type"] = []string{or(rep.media, c.accept.echo)}
	if a.options.Era == slipway.E11 {
		h["X-GitHub-Api-Version-Selected"] = apiVersion
	}
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Access-Control-Expose-Headers"] = exposed
	h["X-Frame-Options"] = deny
	h["X-Content-Type-Options"] = nosniff
	h["X-XSS-Protection"] = noXSSFilter
	h["Referrer-Policy"] = referrer
	h["Content-Security-Policy"] = policy
	if a.secure {
		h["Strict-Transport-Security"] = transport
	}
	a.writeAuthority(h, c)
	h["Vary"] = varyPrivate
	cache := cachePrivate
	if c.Actor.Anonymous() && c.Actor.Client == nil {
		h["Vary"], cache = varyPublic, cachePublic
	}
	switch {
	case rep.status >= 400 || rep.fresh:
		h["Cache-Control"] = cacheNot
	case rep.body != nil || rep.text != nil || rep.stream != nil:
		h["Cache-Control"] = cache
	}
	if rep.location != "" {
		h["Location"] = []string{rep.location}
	}
	if rep.links != "" {
		h["Link"] = []string{rep.links}
	}
	if !rep.modified.IsZero() {
		h["Last-Modified"] = []string{rep.modified.UTC().Format(http.TimeFormat)}
	}
	if rep.poll {
		h["X-Poll-Interval"] = aMinute
	}
	if rep.replayed {
		h["Idempotency-Replayed"] = isTrue
	}
	if rep.retry > 0 {
		h["Retry-After"] = []string{strconv.FormatInt(int64((rep.retry+time.Second-1)/time.Second), 10)}
	}
	if rep.options {
		h["Access-Control-Allow-Headers"] = allowHeaders
		h["Access-Control-Allow-Methods"] = allowMethods
		h["Access-Control-Max-Age"] = allowAge
	}
	if rep.closing {
		h["Connection"] = []string{"close"}
	}
}

// writeAuthority says what the token may do and what the route takes: clients print a hint from the two, also on errors.
// Tokens that scopes say nothing of are told nothing about scopes.
func (a *API) writeAuthority(h http.Header, c *call) {
	t := c.Actor.Token
	if t.ID != 0 && t.Kind.Scoped() {
		h["X-OAuth-Scopes"] = []string{a.spell(t.Scopes.String())}
		h["X-Accepted-OAuth-Scopes"] = empty
		if c.row != nil {
			if s := c.row.accepts(c); s != "" {
				h["X-Accepted-OAuth-Scopes"] = []string{s}
			}
		}
	}
	if id := c.Actor.ClientID; id != "" {
		h["X-OAuth-Client-Id"] = []string{id}
	}
	if t.ExpiresAt != nil {
		h["GitHub-Authentication-Token-Expiration"] = []string{t.ExpiresAt.UTC().Format("2006-01-02 15:04:05 -0700")}
	}
	if c.row != nil && c.row.permission != "" {
		h["X-Accepted-GitHub-Permissions"] = c.row.permissionHeader
	}
}

func (a *API) writeQuota(h http.Header, c *call) {
	q := a.quotas.look(c.Actor, c.address)
	h["X-RateLimit-Resource"] = core
	if c.row != nil {
		h["X-RateLimit-Resource"] = c.row.resourceHeader
	}
	h["X-RateLimit-Reset"] = []string{strconv.FormatInt(q.Reset.Unix(), 10)}
	if q.Limit == unlimited {
		h["X-RateLimit-Limit"], h["X-RateLimit-Remaining"], h["X-RateLimit-Used"] = noLimit, noLimit, noneUsed
		return
	}
	h["X-RateLimit-Limit"] = []string{strconv.Itoa(q.Limit)}
	h["X-RateLimit-Remaining"] = []string{strconv.Itoa(q.Remaining)}
	h["X-RateLimit-Used"] = []string{strconv.Itoa(q.Used)}
}

// spell writes scopes as the server's era did: repo:deployment until February 2014 (contract 2.4).
func (a *API) spell(scopes string) string {
	if a.options.Era <= slipway.E1 {
		return strings.ReplaceAll(scopes, "repo_deployment", "repo:deployment")
	}
	return scopes
}

// statusLine is the old Status header, an echo of the status line (contract 1.8).
func statusLine(code int) []string {
	if line, ok := statusLines[code]; ok {
		return line
	}
	return []string{strconv.Itoa(code) + " " + http.StatusText(code)}
}

var statusLines = func() map[int][]string {
	lines := make(map[int][]string)
	for code := 200; code < 600; code++ {
		if text := http.StatusText(code); text != "" {
			lines[code] = []string{strconv.Itoa(code) + " " + text}
		}
	}
	return lines
}()

// tagged says whether an answer carries a tag: every 200 and 201 does (contract 1.7).
func (rep *reply) tagged() bool {
	return !rep.fresh && (rep.status == http.StatusOK || rep.status == http.StatusCreated)
}

// tagOf is 64 hexadecimal digits over the answer and what else it depends on: the media type and who asks.
func tagOf(c *call, body []byte) string {
	h := sha256.New()
	var who [24]byte
	h.Write(append(strconv.AppendInt(who[:0], c.Actor.Account.ID, 10), 0))
	h.Write([]byte(c.accept.echo))
	h.Write([]byte{0})
	h.Write(body)
	var sum [sha256.Size]byte
	var text [2*sha256.Size + 2]byte
	hex.Encode(text[1:], h.Sum(sum[:0]))
	text[0], text[len(text)-1] = '"', '"'
	return string(text[:])
}

// notModified weighs the validators of a GET. If-None-Match wins over If-Modified-Since, and tags are compared weakly.
func (c *call) notModified(tag string, modified time.Time) bool {
	if !c.safe() {
		return false
	}
	if lines, ok := c.request.Header["If-None-Match"]; ok {
		for _, line := range lines {
			for item := range strings.SplitSeq(line, ",") {
				item = strings.TrimSpace(item)
				if item == "*" || strings.TrimPrefix(item, "W/") == tag {
					return true
				}
			}
		}
		return false
	}
	since := c.request.Header.Get("If-Modified-Since")
	if since == "" || modified.IsZero() {
		return false
	}
	t, err := http.ParseTime(since)
	return err == nil && !modified.Truncate(time.Second).After(t)
}

// weakTags makes the tag of an answer weak where compression changed its bytes.
type weakTags struct {
	http.ResponseWriter
	done bool
}

func (w *weakTags) WriteHeader(code int) {
	w.weaken()
	w.ResponseWriter.WriteHeader(code)
}

func (w *weakTags) Write(b []byte) (int, error) {
	w.weaken()
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *weakTags) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *weakTags) weaken() {
	if w.done {
		return
	}
	w.done = true
	h := w.Header()
	if tag := h[tagHeader]; len(tag) == 1 && h.Get("Content-Encoding") != "" && !strings.HasPrefix(tag[0], "W/") {
		h[tagHeader] = []string{"W/" + tag[0]}
	}
}
