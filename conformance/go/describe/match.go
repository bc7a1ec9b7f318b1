package describe

import (
	"regexp"
	"sort"
	"strings"
)

// A path is a template of the description, such as /repos/{owner}/{repo}/git/ref/{ref}.
type path struct {
	template string
	literals int
	form     *regexp.Regexp
}

var variable = regexp.MustCompile(`\\\{[^}]*\\\}`)

// parsePath makes a template matchable against an escaped path. The variables named in multi take several segments.
func parsePath(template string, multi map[string]bool) path {
	form := variable.ReplaceAllStringFunc(regexp.QuoteMeta(template), func(v string) string {
		if multi[strings.Trim(strings.ReplaceAll(v, `\`, ""), "{}")] {
			return `.+`
		}
		return `[^/]+`
	})
	literals := 0
	for s := range strings.SplitSeq(template, "/") {
		if !strings.Contains(s, "{") {
			literals++
		}
	}
	return path{template, literals, regexp.MustCompile(`^` + form + `$`)}
}

// sortPaths puts the more literal ones first.
func sortPaths(list []path) {
	sort.Slice(list, func(i, j int) bool {
		if list[i].literals != list[j].literals {
			return list[i].literals > list[j].literals
		}
		return list[i].template < list[j].template
	})
}

// slashed are the variables that clients send with bare slashes.
var slashed = map[string]bool{
	"ref": true, "path": true, "basehead": true, "branch": true, "environment_name": true, // as GitHub names them
	"environment": true, "range": true, "sha": true, "dir": true, // as docs/openapi.yaml does
}

var byID = regexp.MustCompile(`^/repositories/[0-9]+(/|$)`)

// Find is the described operation that a request is, as "GET /path/{variable}"; empty when there is none.
func (g *API) Find(method, p string) string {
	if template := g.template(method, p); template != "" {
		return method + " " + template
	}
	return ""
}

// template finds the description of a path that begins after /api/v3, empty when there is none. A path by the repository's
// number is the same as one by its name.
func (g *API) template(method, p string) string {
	p = byID.ReplaceAllString(p, "/repos/{owner}/{repo}$1")
	if g.rest.at("/paths/~1networks~1{owner}~1{repo}~1events") == nil {
		p = strings.Replace(p, "/networks/", "/repos/", 1) // the same events
	}
	for _, candidate := range g.paths {
		if candidate.form.MatchString(p) && g.operation(method, candidate.template) != nil {
			return candidate.template
		}
	}
	return ""
}

func (g *API) operation(method, template string) map[string]any {
	paths, _ := g.rest.root["paths"].(map[string]any)
	item, _ := paths[template].(map[string]any)
	operation, _ := item[strings.ToLower(method)].(map[string]any)
	return operation
}
