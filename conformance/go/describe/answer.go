package describe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Answer is a request and what came back.
type Answer struct {
	Method, Path string // the path begins after /api/v3, still escaped, without the query
	Status       int
	ContentType  string
	Body         []byte
}

// anywhere are the statuses that every route may answer, described or not.
var anywhere = []int{301, 302, 304, 307, 400, 401, 403, 404, 405, 413, 415, 429, 503}

// Answer says what is wrong with an answer.
func (g *API) Answer(a Answer) []Violation {
	method := a.Method
	if method == "HEAD" {
		method = "GET"
	}
	template := g.template(method, a.Path)
	where := fmt.Sprintf("%s: %s %s %d", g.name, method, template, a.Status)
	if template == "" {
		where = fmt.Sprintf("%s: %s %s %d", g.name, method, Generic(a.Path), a.Status)
		if a.Status >= 400 {
			return g.errorBody(where, a)
		}
		return []Violation{{where, "", "no path that is described"}}
	}
	if a.Method == "HEAD" {
		return nil
	}
	described := g.response(method, template, a.Status)
	switch {
	case described == "" && slices.Contains(anywhere, a.Status):
		return g.errorBody(where, a)
	case described == "":
		return append(g.errorBody(where, a), Violation{where, "", "is not a status that is described for it"})
	}
	response, _ := g.rest.at(described).(map[string]any)
	content, _ := response["content"].(map[string]any)
	if len(content) == 0 {
		if len(a.Body) > 0 && a.Status < 300 {
			return []Violation{{where, "", "has a body where none is described"}}
		}
		return g.errorBody(where, a)
	}
	if strings.HasPrefix(a.ContentType, "application/vnd.github.") {
		return nil // sha, diff, patch and raw are asked for by their types and are not described
	}
	for kind := range content {
		if strings.Contains(kind, "json") && strings.Contains(a.ContentType, "json") {
			return g.rest.judge(where, described+"/content/"+escape(kind)+"/schema", a.Body)
		}
		if strings.HasPrefix(a.ContentType, kind) {
			return nil
		}
	}
	return []Violation{{where, "", "has the content type " + a.ContentType}}
}

// errorBody judges answers whose shape is the same everywhere.
func (g *API) errorBody(where string, a Answer) []Violation {
	switch {
	case a.Status < 300 || len(a.Body) == 0:
		return nil
	case !isJSON(a.Body):
		return []Violation{{where, "", "is not JSON"}}
	case a.Status == 422:
		return nil // several shapes are published; the route's own description judges it where there is one
	}
	return g.rest.judge(where, g.errorSchema(), a.Body)
}

// errorSchema is the schema of errors that no operation describes.
func (g *API) errorSchema() string {
	if g.rest.at("/components/schemas/basic-error") != nil {
		return "/components/schemas/basic-error"
	}
	return "/components/schemas/Error"
}

// response is the JSON pointer of a described response, its $ref followed; empty when there is none.
func (g *API) response(method, template string, status int) string {
	pointer := "/paths/" + escape(template) + "/" + strings.ToLower(method) + "/responses/" + strconv.Itoa(status)
	response, ok := g.rest.at(pointer).(map[string]any)
	if !ok {
		return ""
	}
	if ref, ok := response["$ref"].(string); ok {
		return strings.TrimPrefix(ref, "#")
	}
	return pointer
}

func escape(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1") }

// Generic writes a path without what differs from run to run.
func Generic(p string) string {
	parts := strings.Split(p, "/")
	for i, s := range parts {
		_, err := strconv.Atoi(s)
		switch {
		case err == nil:
			parts[i] = "{id}"
		case len(s) == 40 && strings.Trim(s, "0123456789abcdef") == "":
			parts[i] = "{sha}"
		case i == 2 && parts[1] == "repos":
			parts[i] = "{owner}"
		case i == 3 && parts[1] == "repos":
			parts[i] = "{repo}"
		}
	}
	return strings.Join(parts, "/")
}
