package api

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

const openAPIFile = "../../docs/openapi.yaml"

// TestOpenAPI makes docs/openapi.yaml of the table of routes and of what testdata/openapi says of each row, and compares. A
// row that nobody described fails it, and a description of no row; so the document and the table agree both ways. -update
// writes it.
func TestOpenAPI(t *testing.T) {
	operations := readOperations(t, "testdata/openapi/operations.txt")
	var missing []string
	for _, row := range routes() {
		name := row.method + " " + row.pattern
		if operations[name] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		t.Fatalf("testdata/openapi/operations.txt does not describe:\n%s", strings.Join(missing, "\n"))
	}
	document := renderOpenAPI(t, operations)
	for name, o := range operations {
		if !o.used {
			t.Errorf("testdata/openapi/operations.txt describes %s, which is no row", name)
		}
	}
	if *update {
		if err := os.WriteFile(openAPIFile, []byte(document), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept := string(check(os.ReadFile(openAPIFile))(t)); kept != document {
		t.Error("docs/openapi.yaml is not what the table says: go test ./internal/api -run TestOpenAPI -update")
	}
}

// TestOpenAPILoads reads the document as others do.
func TestOpenAPILoads(t *testing.T) {
	loader := openapi3.NewLoader()
	document := check(loader.LoadFromFile(openAPIFile))(t)
	served := 0
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			served++
			if operation.Summary == "" || operation.Responses.Len() < 2 {
				t.Errorf("%s %s says too little", method, path)
			}
			for _, p := range operation.Parameters {
				if p.Value == nil || p.Value.Name == "" {
					t.Errorf("%s %s has a parameter without a name", method, path)
				}
			}
		}
	}
	if served != len(routes()) {
		t.Errorf("%d operations, want one a row: %d", served, len(routes()))
	}
}

// An operation is what operations.txt says of a row.
type operation struct {
	summary string
	query   []string
	body    string
	answers map[int]string // status: schema
	used    bool
}

func readOperations(t *testing.T, file string) map[string]*operation {
	t.Helper()
	all := map[string]*operation{}
	var o *operation
	for i, line := range strings.Split(string(check(os.ReadFile(file))(t)), "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || line[0] == '#':
		case line[0] != ' ':
			if all[line] != nil {
				t.Fatalf("%s:%d: %s twice", file, i+1, line)
			}
			o = &operation{answers: map[int]string{}}
			all[line] = o
		case words[0] == "query":
			o.query = words[1:]
		case words[0] == "body":
			o.body = words[1]
		default:
			status, err := strconv.Atoi(words[0])
			switch {
			case err == nil:
				o.answers[status] = strings.Join(words[1:], "")
			case o.summary == "":
				o.summary = strings.TrimSpace(line)
			default:
				t.Fatalf("%s:%d: a second summary", file, i+1)
			}
		}
	}
	return all
}

// openAPIPath is a pattern in OpenAPI's words, and its variables.
func openAPIPath(p string) (path string, variables []string) {
	if rest, ok := strings.CutPrefix(p, "R"); ok {
		p = "/repos/:owner/:repo" + rest
	}
	parts := strings.Split(p, "/")
	for i, s := range parts {
		if s != "" && strings.ContainsRune(":#*", rune(s[0])) {
			variables = append(variables, s)
			parts[i] = "{" + s[1:] + "}"
		}
	}
	return strings.Join(parts, "/"), variables
}

const openAPIHead = `# Made by go test ./internal/api -run TestOpenAPI -update, of the table of routes and internal/api/testdata/openapi.
openapi: 3.1.0
info:
  title: Slipway
  version: "1"
  summary: The part of GitHub's REST API that Slipway serves.
  description: |
    Paths begin after /api/v3, or after the host where the API has one of its own. Every path below /repos/{owner}/{repo} is also
    served below /repositories/{id}. Variables marked x-segments take names with slashes, bare or as %2F. GET has HEAD beside it, PATCH
    may be sent as POST. Any operation may also answer 301 or 307 after a rename, 403 for a limit or an archived repository, 503 when
    the server is busy. x-scopes is the header X-Accepted-OAuth-Scopes, x-permission the permission an app needs.
  license: {name: Apache-2.0}
security: [{token: []}, {basic: []}, {app: []}, {}]
`

func renderOpenAPI(t *testing.T, operations map[string]*operation) string {
	t.Helper()
	type item struct {
		path string
		rows []route
	}
	var items []*item
	byPath := map[string]*item{}
	for _, row := range routes() {
		path, _ := openAPIPath(row.pattern)
		if byPath[path] == nil {
			byPath[path] = &item{path: path}
			items = append(items, byPath[path])
		}
		byPath[path].rows = append(byPath[path].rows, row)
	}
	var b strings.Builder
	b.WriteString(openAPIHead)
	b.WriteString("paths:\n")
	for _, it := range items {
		fmt.Fprintf(&b, "  %s:\n", it.path)
		for _, row := range it.rows {
			o := operations[row.method+" "+row.pattern]
			o.used = true
			renderOperation(&b, row, o)
		}
	}
	b.WriteString("components:\n")
	for line := range strings.SplitSeq(strings.TrimRight(string(check(os.ReadFile("testdata/openapi/components.yaml"))(t)), "\n"), "\n") {
		b.WriteString(strings.TrimRight("  "+line, " ") + "\n")
	}
	return b.String()
}

func renderOperation(b *strings.Builder, row route, o *operation) {
	fmt.Fprintf(b, "    %s:\n      summary: %q\n", strings.ToLower(row.method), o.summary)
	fmt.Fprintf(b, "      externalDocs: {url: %q}\n", "https://docs.github.com/rest/"+row.doc)
	if row.scopes != "" {
		fmt.Fprintf(b, "      x-scopes: %q\n", row.scopes)
	}
	if row.permission != "" {
		fmt.Fprintf(b, "      x-permission: %q\n", row.permission)
	}
	_, variables := openAPIPath(row.pattern)
	if len(variables)+len(o.query) > 0 {
		b.WriteString("      parameters:\n")
	}
	for _, v := range variables {
		kind := map[byte]string{':': "{type: string}", '*': "{type: string}, x-segments: many", '#': "{type: integer, format: int64, minimum: 1}"}[v[0]]
		fmt.Fprintf(b, "        - {name: %s, in: path, required: true, schema: %s}\n", v[1:], kind)
	}
	for _, q := range o.query {
		fmt.Fprintf(b, "        - {$ref: '#/components/parameters/%s'}\n", q)
	}
	if o.body != "" {
		fmt.Fprintf(b, "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/%s'}}}}\n", o.body)
	}
	renderAnswers(b, row, o)
}

// renderAnswers adds to the described answers those that every row may give.
func renderAnswers(b *strings.Builder, row route, o *operation) {
	answers := maps.Clone(o.answers)
	for _, status := range []int{401, 404} {
		if _, said := answers[status]; !said {
			answers[status] = "" // an error
		}
	}
	if row.method == "GET" {
		answers[304] = "NotModified"
	}
	if o.body != "" {
		answers[400] = ""
	}
	b.WriteString("      responses:\n")
	for _, status := range slices.SortedFunc(maps.Keys(answers), cmp.Compare[int]) {
		schema := answers[status]
		switch {
		case schema == "NotModified":
			fmt.Fprintf(b, "        '304': {$ref: '#/components/responses/NotModified'}\n")
		case status >= 400 && schema == "":
			fmt.Fprintf(b, "        '%d': {$ref: '#/components/responses/Error'}\n", status)
		case schema == "":
			fmt.Fprintf(b, "        '%d': {description: %s}\n", status, answerWords[status])
		default:
			schema, media, other := strings.Cut(schema, ":")
			if !other {
				media = "application/json"
			}
			fmt.Fprintf(b, "        '%d': {description: %s, content: {%s: {schema: %s}}}\n", status, answerWords[status], media, schemaRef(schema))
		}
	}
}

var answerWords = map[int]string{
	200: "Here it is.", 201: "It was made.", 202: "It was taken on.", 204: "It was done.", 302: "It is elsewhere.", 303: "It exists.", 409: "It may not be done now.",
}

func schemaRef(name string) string {
	if inner, ok := strings.CutPrefix(name, "["); ok {
		return "{type: array, items: " + schemaRef(strings.TrimSuffix(inner, "]")) + "}"
	}
	return "{$ref: '#/components/schemas/" + name + "'}"
}
