package describe

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// GraphQL holds Slipway's schema, the .graphql files of a folder, against GitHub's, below a node_modules folder: whatever
// query fits the one has to fit the other, and to mean the same.
func GraphQL(modules, folder string) ([]Violation, error) {
	theirs, err := readSchema(filepath.Join(modules, "@octokit/graphql-schema/schema.graphql"))
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.graphql"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("describe: no schema in %s: %w", folder, err)
	}
	ours, err := readSchema(files...)
	if err != nil {
		return nil, err
	}
	return subset(ours, theirs), nil
}

// A schema is its definitions by name. It is parsed and not validated: GitHub's own declares a field twice.
type schema map[string]*ast.Definition

func readSchema(files ...string) (schema, error) {
	var sources []*ast.Source
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		sources = append(sources, &ast.Source{Name: file, Input: string(text)})
	}
	return parseSchema(sources...)
}

func parseSchema(sources ...*ast.Source) (schema, error) {
	document, err := parser.ParseSchemas(sources...)
	if err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	s := schema{}
	for _, d := range document.Definitions {
		s[d.Name] = d
	}
	return s, nil
}

// subset lists what ours has and theirs has not, or has otherwise.
func subset(ours, theirs schema) []Violation {
	c := &comparison{}
	for name, d := range ours {
		if other := theirs[name]; other == nil {
			c.add(name, "is not in the schema")
		} else {
			c.definition(d, other)
		}
	}
	slices.SortFunc(c.found, func(a, b Violation) int { return strings.Compare(a.At, b.At) })
	return c.found
}

type comparison struct{ found []Violation }

func (c *comparison) add(at, says string) {
	c.found = append(c.found, Violation{Where: "GraphQL", At: at, Says: says})
}

func (c *comparison) definition(ours, theirs *ast.Definition) {
	if ours.Kind != theirs.Kind {
		c.add(ours.Name, fmt.Sprintf("is %s, want %s", ours.Kind, theirs.Kind))
		return
	}
	for _, name := range slices.Concat(ours.Interfaces, ours.Types) {
		if !slices.Contains(slices.Concat(theirs.Interfaces, theirs.Types), name) {
			c.add(ours.Name+" "+name, "is neither an interface nor a member of it")
		}
	}
	for _, value := range ours.EnumValues {
		if theirs.EnumValues.ForName(value.Name) == nil {
			c.add(ours.Name+"."+value.Name, "is not in the schema")
		}
	}
	for _, field := range ours.Fields {
		at := ours.Name + "." + field.Name
		other := theirs.Fields.ForName(field.Name)
		if other == nil {
			c.add(at, "is not in the schema")
			continue
		}
		c.value(at, field.Type, other.Type, field.DefaultValue, other.DefaultValue)
		c.arguments(at, field.Arguments, other.Arguments)
	}
	if ours.Kind == ast.InputObject {
		c.required(ours.Name, ours.Fields, theirs.Fields)
	}
}

// value compares the types of two fields or arguments, and what they are when they are left out.
func (c *comparison) value(at string, ours, theirs *ast.Type, ourDefault, theirDefault *ast.Value) {
	if ours.String() != theirs.String() {
		c.add(at, fmt.Sprintf("is %s, want %s", ours, theirs))
	}
	if ourDefault.String() != theirDefault.String() {
		c.add(at, fmt.Sprintf("is %v by default, want %v", ourDefault, theirDefault))
	}
}

func (c *comparison) arguments(at string, ours, theirs ast.ArgumentDefinitionList) {
	for _, argument := range ours {
		at := at + "(" + argument.Name + ")"
		if other := theirs.ForName(argument.Name); other == nil {
			c.add(at, "is not in the schema")
		} else {
			c.value(at, argument.Type, other.Type, argument.DefaultValue, other.DefaultValue)
		}
	}
	for _, argument := range theirs {
		if argument.Type.NonNull && argument.DefaultValue == nil && ours.ForName(argument.Name) == nil {
			c.add(at+"("+argument.Name+")", "is missing")
		}
	}
}

// required looks for members of an input that every query has to send.
func (c *comparison) required(name string, ours, theirs ast.FieldList) {
	for _, field := range theirs {
		if field.Type.NonNull && field.DefaultValue == nil && ours.ForName(field.Name) == nil {
			c.add(name+"."+field.Name, "is missing")
		}
	}
}
