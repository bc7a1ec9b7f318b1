package graph

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Bounds of a query. Whatever is within them is read and checked in milliseconds.
const (
	maxTokens = 10_000
	maxFields = 1_500 // with fragments spread out
	maxDepth  = 30
)

// document is a query that may be executed.
type document struct {
	text      string
	parsed    *ast.QueryDocument
	operation *ast.OperationDefinition
	variables map[string]any
	nodes     int // how many it may return at most
}

// readDocument reads a query, bounds it, and holds it to the schema. What is wrong with it comes back as failures, which have
// no type unless they are GitHub's for queries that ask for too much.
func readDocument(schema *ast.Schema, r request) (*document, []failure) {
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: r.query}, maxTokens)
	if err != nil {
		return nil, unreadable(err)
	}
	if fault := bounded(parsed); fault != nil {
		return nil, fault
	}
	if faults := validator.ValidateWithRules(schema, parsed, rules.NewDefaultRules()); len(faults) > 0 {
		return nil, failuresOf(faults)
	}
	d := &document{text: r.query, parsed: parsed, operation: parsed.Operations.ForName(r.operation)}
	if d.operation == nil {
		return nil, plain(missingOperation(parsed, r.operation))
	}
	if d.variables, err = validator.VariableValues(schema, d.operation, r.variables); err != nil {
		return nil, []failure{badVariable(d.operation, err)}
	}
	if holdsNUL(d.variables) || strings.Contains(r.query, "\\u0000") || strings.Contains(r.query, "\x00") {
		return nil, plain("Strings must not contain NUL characters.")
	}
	if d.nodes = nodesOf(d); d.nodes > maxNodes {
		return nil, tooManyNodes(d.nodes)
	}
	return d, nil
}

// unreadable says why a query could not be read. gqlparser gives up at the bound of tokens in the middle of the text.
func unreadable(err error) []failure {
	if strings.Contains(err.Error(), "exceeded token limit") {
		return []failure{{Type: "MAX_COMPLEXITY_EXCEEDED", Message: "This query has more than " + grouped(maxTokens) + " tokens, which exceeds the maximum."}}
	}
	return failuresOf(gqlerror.List{faultOf(err)})
}

func missingOperation(parsed *ast.QueryDocument, name string) string {
	switch {
	case len(parsed.Operations) == 0:
		return "A query must contain an operation."
	case name == "":
		return "An operation name is required"
	default:
		return `No operation named "` + clipName(name) + `"`
	}
}

// holdsNUL reports whether a value has a character that no name or text here can have.
func holdsNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		for _, item := range v {
			if holdsNUL(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if holdsNUL(item) {
				return true
			}
		}
	}
	return false
}

// measure goes through a document as it was parsed, before anything is known of its types, and gives up at the bounds:
// fragments that spread one another would otherwise be larger than any memory.
type measure struct {
	fragments ast.FragmentDefinitionList
	fields    int
	deepest   int
	inside    map[string]bool // fragments that are being spread; a circle is validation's to name
}

// bounded says which bound a document exceeds; nil for none.
func bounded(doc *ast.QueryDocument) []failure {
	m := measure{fragments: doc.Fragments, inside: map[string]bool{}}
	for _, o := range doc.Operations {
		m.walk(o.SelectionSet, 1)
	}
	for _, f := range doc.Fragments { // those that nobody spreads are validated, too
		m.walk(f.SelectionSet, 1)
	}
	switch {
	case m.deepest > maxDepth:
		return []failure{{Type: "MAX_DEPTH_EXCEEDED", Message: "This query has a depth of more than " + strconv.Itoa(maxDepth) + ", which exceeds the maximum."}}
	case m.fields > maxFields:
		return []failure{{Type: "MAX_COMPLEXITY_EXCEEDED", Message: "This query has more than " + grouped(maxFields) + " fields, which exceeds the maximum."}}
	}
	return nil
}

func (m *measure) walk(set ast.SelectionSet, depth int) {
	m.deepest = max(m.deepest, depth)
	if m.fields > maxFields || m.deepest > maxDepth {
		return
	}
	for _, selection := range set {
		m.fields++
		switch s := selection.(type) {
		case *ast.Field:
			if len(s.SelectionSet) > 0 {
				m.walk(s.SelectionSet, depth+1)
			}
		case *ast.InlineFragment:
			m.walk(s.SelectionSet, depth)
		case *ast.FragmentSpread:
			if f := m.fragments.ForName(s.Name); f != nil && !m.inside[s.Name] {
				m.inside[s.Name] = true
				m.walk(f.SelectionSet, depth)
				m.inside[s.Name] = false
			}
		}
	}
}

// unknownField is how gqlparser says it.
var unknownField = regexp.MustCompile(`^Cannot query field "(\w+)" on type "(\w+)"\.`)

// failuresOf gives what is wrong with a document the shape of an answer. A field that does not exist is named in GitHub's
// sentence: clients look there to learn what a server has.
func failuresOf(faults gqlerror.List) []failure {
	const most = 20
	list := make([]failure, 0, min(len(faults), most))
	for _, fault := range faults[:min(len(faults), most)] {
		f := failure{Message: clipMessage(fault.Message), Locations: fault.Locations}
		if m := unknownField.FindStringSubmatch(fault.Message); m != nil {
			f.Message = "Field '" + m[1] + "' doesn't exist on type '" + m[2] + "'"
			f.Extensions = map[string]any{"code": "undefinedField", "typeName": m[2], "fieldName": m[1]}
		}
		list = append(list, f)
	}
	return list
}

// faultOf is an error of gqlparser's, which has places, as such.
func faultOf(err error) *gqlerror.Error {
	var fault *gqlerror.Error
	if errors.As(err, &fault) {
		return fault
	}
	return gqlerror.Wrap(err)
}

// badVariable names the variable whose value does not fit, as GitHub does.
func badVariable(o *ast.OperationDefinition, err error) failure {
	fault := faultOf(err)
	f := failure{Message: clipMessage(fault.Message)}
	if len(fault.Path) < 2 {
		return f
	}
	name, _ := fault.Path[1].(ast.PathName)
	definition := o.VariableDefinitions.ForName(string(name))
	if definition == nil {
		return f
	}
	var problem any = map[string]any{"path": fault.Path[2:], "explanation": kindWords.Replace(f.Message)}
	return failure{
		Message:    "Variable $" + string(name) + " of type " + definition.Type.String() + " was provided invalid value",
		Locations:  []gqlerror.Location{{Line: definition.Position.Line, Column: definition.Position.Column}},
		Extensions: map[string]any{"problems": []any{problem}},
	}
}

// kindWords puts what gqlparser calls a value, which is how Go keeps it, into words of JSON.
var kindWords = strings.NewReplacer(
	"use slice as", "use a list as", "use map as", "use an object as", "use bool as", "use a boolean as", "use string as", "use a string as",
	"use float64 as", "use a number as", "use int64 as", "use a number as",
	"not a slice", "not a list", "not a map", "not an object", "not a bool", "not a boolean", "not a float64", "not a number", "not a int64", "not a number",
)

func clipMessage(s string) string {
	const most = 1024
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
