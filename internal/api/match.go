package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A pattern is written like a path: "R/deployments/#id/statuses". "R" stands for /repos/{owner}/{repo} and for
// /repositories/{id}; ":name" takes one segment, "#name" one of digits, "*name" one or more segments, so that refs and
// environment names may be written with bare slashes as well as with %2F (contract 6). Paths are matched as they were
// sent, still escaped: a %2F never separates segments.
type pattern struct {
	text   string
	inside bool // begins with R
	before []segment
	rest   string    // name of the * segment, empty: none
	after  []segment // those that follow it
	barred []string  // segments that a * may not hold: they lead to other resources
	slash  bool      // may be followed by a slash
}

type segment struct {
	kind byte // ':', '#' or 0 for a literal
	text string
}

// maxValues is how many values a path can carry below its repository.
const maxValues = 3

// values are what the variable segments of a path held, decoded.
type values struct {
	names  [maxValues]string
	values [maxValues]string
	n      int
}

func (v *values) add(name, value string) {
	v.names[v.n], v.values[v.n] = name, value
	v.n++
}

// get is empty for a name that the pattern has not.
func (v *values) get(name string) string {
	for i := range v.n {
		if v.names[i] == name {
			return v.values[i]
		}
	}
	return ""
}

func parsePattern(text string) pattern {
	p := pattern{text: text}
	body := strings.TrimPrefix(text, "/")
	if tail, ok := strings.CutPrefix(text, "R"); ok {
		p.inside, body = true, strings.TrimPrefix(tail, "/")
	}
	if body == "" {
		return p
	}
	for s := range strings.SplitSeq(body, "/") {
		switch {
		case s[0] == '*':
			p.rest = s[1:]
		case p.rest != "":
			p.after = append(p.after, parseSegment(s))
		default:
			p.before = append(p.before, parseSegment(s))
		}
	}
	return p
}

func parseSegment(s string) segment {
	if s[0] == ':' || s[0] == '#' {
		return segment{kind: s[0], text: s[1:]}
	}
	return segment{text: s}
}

// first is the literal that rows are grouped by; empty for the repository and the root themselves.
func (p pattern) first() string {
	if len(p.before) == 0 {
		return ""
	}
	return p.before[0].text
}

// match compares a path without its leading slash (below the repository, if the pattern is) and collects its values.
func (p pattern) match(path string, v *values) bool {
	v.n = 0
	if p.slash {
		path = strings.TrimSuffix(path, "/")
	}
	more := path != ""
	for _, s := range p.before {
		if !more {
			return false
		}
		var part string
		part, path, more = strings.Cut(path, "/")
		if !s.match(part, v) {
			return false
		}
	}
	if p.rest == "" {
		return !more
	}
	if !more {
		return false
	}
	for i := len(p.after) - 1; i >= 0; i-- {
		end := strings.LastIndexByte(path, '/')
		if end < 0 || !p.after[i].match(path[end+1:], v) {
			return false
		}
		path = path[:end]
	}
	if path == "" || path[0] == '/' || path[len(path)-1] == '/' || strings.Contains(path, "//") {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if slices.Contains(p.barred, part) {
			return false
		}
	}
	value, ok := unescape(path)
	if ok {
		v.add(p.rest, value)
	}
	return ok
}

func (s segment) match(part string, v *values) bool {
	if s.kind == 0 {
		return part == s.text
	}
	value, ok := unescape(part)
	if !ok || value == "" {
		return false
	}
	if s.kind == '#' {
		if _, ok := parseID(value); !ok {
			return false
		}
	}
	v.add(s.text, value)
	return true
}

// parseID reads an id of a path: digits only, without zeros ahead, so that each has one spelling; at most 2^63−1.
func parseID(s string) (int64, bool) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// unescape decodes a part of a path. What no name of ours can hold, NUL and broken UTF-8, matches no row.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') >= 0 {
		decoded, err := url.PathUnescape(s)
		if err != nil {
			return "", false
		}
		s = decoded
	}
	return s, utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// place says which repository a path is below, and how the rest of it reads.
type place struct {
	inside      bool
	owner, name string // /repos/{owner}/{name}
	id          int64  // /repositories/{id}
	rest        string // without its leading slash
}

// locate cuts the repository off a path, which begins with a slash.
func locate(path string) (place, bool) {
	path = strings.TrimPrefix(path, "/")
	if tail, ok := strings.CutPrefix(path, "repos/"); ok {
		owner, tail, two := strings.Cut(tail, "/")
		name, rest, more := strings.Cut(tail, "/")
		owner, ok1 := unescape(owner)
		name, ok2 := unescape(name)
		if !two || !ok1 || !ok2 || owner == "" || name == "" || more && rest == "" {
			return place{}, false
		}
		return place{inside: true, owner: owner, name: name, rest: rest}, true
	}
	if tail, ok := strings.CutPrefix(path, "repositories/"); ok {
		digits, rest, more := strings.Cut(tail, "/")
		id, ok := parseID(digits)
		return place{inside: true, id: id, rest: rest}, ok && !(more && rest == "")
	}
	if at, ok := locateNetwork(path); ok {
		return at, true
	}
	return place{rest: path}, true
}

// locateNetwork reads /networks/{owner}/{name}/events, which is another name for the repository's own events.
func locateNetwork(path string) (place, bool) {
	tail, network := strings.CutPrefix(path, "networks/")
	tail, events := strings.CutSuffix(tail, "/events")
	if !network || !events || strings.Count(tail, "/") != 1 {
		return place{}, false
	}
	return locate("/repos/" + tail + "/events")
}

// router finds the row of a request.
type router struct {
	inside, outside map[string][]*route
}

func newRouter(rows []route) *router {
	rt := &router{inside: map[string][]*route{}, outside: map[string][]*route{}}
	for i := range rows {
		row := &rows[i]
		row.path = parsePattern(row.pattern)
		row.path.barred, row.path.slash = row.barred, row.slash
		group := rt.outside
		if row.path.inside {
			group = rt.inside
		}
		group[row.path.first()] = append(group[row.path.first()], row)
	}
	return rt
}

// find answers the row for a method and the escaped path below the API's base. HEAD is answered by the row of GET, and POST
// by that of PATCH where there is no POST (contract 1.1). Unknown methods find nothing.
func (rt *router) find(method, path string, v *values) (*route, place, bool) {
	at, ok := locate(path)
	if !ok {
		return nil, place{}, false
	}
	if method == "HEAD" {
		method = "GET"
	}
	group := rt.outside
	if at.inside {
		group = rt.inside
	}
	first, _, _ := strings.Cut(at.rest, "/")
	var patch *route
	var kept values
	for _, row := range group[first] {
		if row.method != method && (row.method != "PATCH" || method != "POST") || !row.path.match(at.rest, v) {
			continue
		}
		if row.method == method {
			return row, at, true
		}
		if patch == nil {
			patch, kept = row, *v
		}
	}
	if patch == nil {
		return nil, at, false
	}
	*v = kept
	return patch, at, true
}
