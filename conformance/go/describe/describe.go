// Package describe holds answers and webhook bodies against what GitHub publishes about its own: the OpenAPI description of
// the REST API and the two sets of webhook schemas. They come from GitHub's npm packages and are read as JSON Schema, so that
// required members, types, formats and enumerations are all judged; members that no schema names are reported too, for a
// schema that is silent about them would let any typing error through.
package describe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A Violation is one thing that GitHub's description does not allow.
type Violation struct {
	Where string // "GET /repos/{owner}/{repo}/deployments 200", or "webhook deployment/created"
	At    string // a JSON pointer with * for indexes
	Says  string
}

func (v Violation) String() string { return v.Where + " | " + v.At + " | " + v.Says }

// GitHub is everything it says about itself. Its methods may be called concurrently.
type GitHub struct {
	API
	openAPI *document // of webhooks
	schemas *document // of webhooks, the older set
}

// An API is one OpenAPI description of GitHub's REST API: GitHub's, or Slipway's own.
type API struct {
	rest  *document
	paths []path
	name  string
}

// Load reads the packages below a node_modules folder.
func Load(modules string) (*GitHub, error) {
	g := &GitHub{API: API{name: "GitHub"}}
	for _, d := range []struct {
		into *(*document)
		file string
		fix  func(any)
		as   *jsonschema.Draft
	}{
		{&g.rest, "@octokit/openapi/generated/api.github.com.json", nullable, jsonschema.Draft7},
		{&g.openAPI, "@octokit/openapi-webhooks/generated/api.github.com.json", nil, jsonschema.Draft2020},
		{&g.schemas, "@octokit/webhooks-schemas/schema.json", nil, jsonschema.Draft7},
	} {
		var err error
		if *d.into, err = read(filepath.Join(modules, d.file), d.fix, d.as); err != nil {
			return nil, err
		}
	}
	return g, g.index()
}

// LoadOurs reads a description of Slipway's own.
func LoadOurs(file string) (*API, error) {
	d, err := read(file, nil, jsonschema.Draft2020)
	if err != nil {
		return nil, err
	}
	a := &API{rest: d, name: "docs/openapi.yaml"}
	return a, a.index()
}

func (a *API) index() error {
	paths, ok := a.rest.root["paths"].(map[string]any)
	if !ok {
		return fmt.Errorf("describe: %s has no paths", a.rest.name)
	}
	for template := range paths {
		a.paths = append(a.paths, parsePath(template, slashed))
	}
	sortPaths(a.paths)
	return nil
}

// Operations lists all that has a good answer described, as "GET /path/{variable}".
func (a *API) Operations() (list []string) {
	paths, _ := a.rest.root["paths"].(map[string]any)
	for template, item := range paths {
		for method := range item.(map[string]any) {
			responses, _ := a.rest.at("/paths/" + escape(template) + "/" + method + "/responses").(map[string]any)
			for status := range responses {
				if status < "400" && status != "304" {
					list = append(list, strings.ToUpper(method)+" "+template)
					break
				}
			}
		}
	}
	slices.Sort(list)
	return list
}

// A document is one file, with the schemas in it that were asked for so far.
type document struct {
	name string
	root map[string]any

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

func read(file string, fix func(any), as *jsonschema.Draft) (*document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(file, ".yaml") {
		if text, err = fromYAML(text); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if fix != nil {
		fix(value)
	}
	d := &document{name: filepath.Base(file), compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	d.root, _ = value.(map[string]any)
	d.compiler.DefaultDraft(as)
	d.compiler.AssertFormat()
	d.compiler.RegisterFormat(&jsonschema.Format{Name: "uri-template", Validate: uriTemplate})
	return d, d.compiler.AddResource(d.address(), value)
}

// fromYAML is the same as JSON.
func fromYAML(text []byte) ([]byte, error) {
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

func (d *document) address() string { return "file:///" + d.name }

// schema compiles what stands at a JSON pointer.
func (d *document) schema(pointer string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.compiled[pointer]; ok {
		return s, nil
	}
	s, err := d.compiler.Compile(d.address() + "#" + pointer)
	if err != nil {
		return nil, fmt.Errorf("%s#%s: %w", d.name, pointer, err)
	}
	d.compiled[pointer] = s
	return s, nil
}

// judge compares a body with the schema at a pointer, and lists the members that it does not name.
func (d *document) judge(where, pointer string, body []byte) []Violation {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return []Violation{{where, "", "is not JSON: " + err.Error()}}
	}
	s, err := d.schema(pointer)
	if err != nil {
		return []Violation{{where, "", "its schema cannot be used: " + err.Error()}}
	}
	found := d.extras(where, d.at(pointer), value)
	if err := s.Validate(value); err != nil {
		found = append(found, flat(where, err)...)
	}
	return unique(found)
}

// nullable rewrites OpenAPI 3.0's word for null into JSON Schema's.
func nullable(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			nullable(e)
		}
	case map[string]any:
		for name, e := range v {
			if name != "example" && name != "examples" {
				nullable(e)
			}
		}
		if is, _ := v["nullable"].(bool); !is {
			return
		}
		delete(v, "nullable")
		if t, ok := v["type"].(string); ok {
			v["type"] = []any{t, "null"}
		}
		if list, ok := v["enum"].([]any); ok && !slices.Contains(list, nil) {
			v["enum"] = append(list, nil)
		}
		for _, name := range []string{"oneOf", "anyOf"} {
			if list, ok := v[name].([]any); ok {
				v[name] = append(list, map[string]any{"type": "null"})
			}
		}
		if list, ok := v["allOf"].([]any); ok {
			delete(v, "allOf")
			v["anyOf"] = []any{map[string]any{"allOf": list}, map[string]any{"type": "null"}}
		}
	}
}

func unique(list []Violation) []Violation {
	seen := map[Violation]bool{}
	var out []Violation
	for _, v := range list {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// isJSON reports whether a body can be read at all.
func isJSON(body []byte) bool { return json.Valid(body) }
