package api

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Bounds of pages (contract 1.6).
const (
	defaultPageSize = 30
	maxPageSize     = 100
	maxPage         = math.MaxInt32
)

// pageOf reads page and per_page. Values out of bounds are never an error: see contract 1.6 for what each acts as.
func pageOf(r *http.Request) deploy.Page {
	return deploy.Page{Number: pageNumber(queryValue(r, "page")), Size: pageSize(queryValue(r, "per_page"))}
}

func pageNumber(s string) int {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil && n > 0, n > maxPage: // overflowed
		return maxPage
	case n < 1:
		return 1
	}
	return n
}

func pageSize(s string) int {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil && n > 0, n > maxPageSize:
		return maxPageSize
	case n < 1:
		return defaultPageSize
	}
	return n
}

// queryValue is the last value of a query parameter, as servers of GitHub's kind read it; empty when it is absent.
func queryValue(r *http.Request, name string) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	found := ""
	eachParameter(r.URL.RawQuery, func(raw string) {
		key, value, _ := strings.Cut(raw, "=")
		if unescapeQuery(key) == name {
			found = unescapeQuery(value)
		}
	})
	return found
}

// pageLinks is the Link header of a numbered page, empty when everything fits on one (contract 1.6). Where nobody has counted
// the list (exact is false), total is what is known to be there, and rel="last" is left out.
func (a *API) pageLinks(c *call, p deploy.Page, total int, exact bool) string {
	last := max((total+p.Size-1)/p.Size, 1)
	if p.Number == 1 && last == 1 {
		return ""
	}
	var b strings.Builder
	link := func(page int, rel string) { a.writeLink(&b, c, "page", strconv.Itoa(page), rel) }
	if p.Number > 1 {
		link(min(p.Number-1, last), "prev")
	}
	if p.Number < last {
		link(p.Number+1, "next")
		if exact {
			link(last, "last")
		}
	}
	if p.Number > 1 || c.row.alwaysFirst {
		link(1, "first")
	}
	return b.String()
}

// address is the request's own, without its query: in its own API, and of a repository in the /repositories/{id} form, which
// outlives names.
func (a *API) address(c *call) string {
	address := a.options.URLs.API
	switch {
	case c.row.extension && c.at.inside:
		address = a.options.URLs.ExtensionRepositoryByID(c.Repo.ID)
	case c.row.extension:
		address = a.options.URLs.Extension()
	case c.at.inside:
		address = a.options.URLs.RepositoryByID(c.Repo.ID)
	}
	if c.at.rest != "" {
		address += "/" + linkSafe(c.at.rest)
	}
	return address
}

// writeLink appends one link: the request's address, its parameters in their order, the named one replaced in place or
// appended.
func (a *API) writeLink(b *strings.Builder, c *call, parameter, value, rel string) {
	if b.Len() > 0 {
		b.WriteString(", ")
	}
	b.WriteByte('<')
	b.WriteString(a.address(c))
	b.WriteByte('?')
	b.WriteString(replaceParameter(c.request.URL.RawQuery, parameter, value))
	b.WriteString(`>; rel="`)
	b.WriteString(rel)
	b.WriteByte('"')
}

// replaceParameter sets one parameter of a raw query. Credentials in it are left out.
func replaceParameter(query, name, value string) string {
	var b strings.Builder
	add := func(s string) {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(s)
	}
	done := name == ""
	eachParameter(query, func(raw string) {
		key, _, _ := strings.Cut(raw, "=")
		switch key = unescapeQuery(key); {
		case key == name && name != "":
			if !done {
				add(name + "=" + value)
			}
			done = true
		case key == "access_token", key == "client_id", key == "client_secret":
		default:
			add(linkSafe(raw))
		}
	})
	if !done {
		add(name + "=" + value)
	}
	return b.String()
}

// withoutCredentials is a raw query as it may be repeated.
func withoutCredentials(query string) string { return replaceParameter(query, "", "") }

func eachParameter(query string, f func(raw string)) {
	for query != "" {
		var raw string
		raw, query, _ = strings.Cut(query, "&")
		if raw != "" {
			f(raw)
		}
	}
}

// linkSafe escapes what would end a link early or could not stand in a header.
func linkSafe(s string) string {
	const hex = "0123456789ABCDEF"
	clean := true
	for i := range len(s) {
		clean = clean && !unsafeInLink(s[i])
	}
	if clean {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := range len(s) {
		if c := s[i]; unsafeInLink(c) {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

func unsafeInLink(c byte) bool {
	return c <= ' ' || c >= 0x7f || c == '#' || c == '<' || c == '>' || c == '"' || c == '\\' || c == '^' || c == '`' || c == '{' || c == '|' || c == '}'
}

// badQuery reports whether a query holds what no value of ours can: NUL, or broken UTF-8. Databases differ about such text.
func badQuery(raw string) bool {
	suspect := false
	for i := range len(raw) {
		suspect = suspect || raw[i] == '%' || raw[i] >= 0x80
	}
	if !suspect {
		return false
	}
	plain := unescapeQuery(raw)
	return !utf8.ValidString(plain) || strings.IndexByte(plain, 0) >= 0
}

// cursorOf reads the cursor of hook deliveries, v1_{id}: the first delivery of the page. Zero when there is none.
func cursorOf(r *http.Request) (int64, error) {
	text := queryValue(r, "cursor")
	if text == "" {
		return 0, nil
	}
	digits, ok := strings.CutPrefix(text, "v1_")
	id, number := parseID(digits)
	if !ok || !number {
		return 0, slipway.Fail(slipway.Malformed, "Invalid cursor")
	}
	return id, nil
}

func cursorText(id int64) string { return "v1_" + strconv.FormatInt(id, 10) }

func unescapeQuery(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
