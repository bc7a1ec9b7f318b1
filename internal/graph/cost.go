package graph

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxNodes is how many nodes a query may return at most. GitHub's bound is 500,000; this one is what two cores answer in the
// time a request has.
const maxNodes = 50_000

// nodesOf counts the nodes that a query may return at most, as GitHub does: each connection has as many as its first or last
// says, and each of those has what is asked for below. Counting stops where the bound is certainly exceeded.
func nodesOf(d *document) int {
	c := counter{fragments: d.parsed.Fragments, variables: d.variables}
	return c.count(d.operation.SelectionSet, 1)
}

type counter struct {
	fragments ast.FragmentDefinitionList
	variables map[string]any
}

// enough is where counting stops: far above the bound, and far below an overflow.
const enough = 1 << 40

// count is how many nodes a selection returns for each of some parents, all told.
func (c *counter) count(set ast.SelectionSet, parents int) (n int) {
	for _, selection := range set {
		if n > enough {
			return n
		}
		switch s := selection.(type) {
		case *ast.Field:
			size, isList := c.size(s)
			below := parents
			if isList {
				below = min(parents*size, enough)
				n += below
			}
			n += c.count(s.SelectionSet, below)
		case *ast.InlineFragment:
			n += c.count(s.SelectionSet, parents)
		case *ast.FragmentSpread:
			if s.Definition != nil {
				n += c.count(s.Definition.SelectionSet, parents)
			}
		}
	}
	return n
}

// size is how many elements a connection is asked for, or nodes(ids:).
func (c *counter) size(f *ast.Field) (n int, isList bool) {
	if f.Definition == nil {
		return 0, false
	}
	arguments := f.ArgumentMap(c.variables)
	if ids, ok := arguments["ids"].([]any); ok && f.Name == "nodes" {
		return len(ids), true
	}
	if f.Definition.Arguments.ForName("first") == nil {
		return 0, false
	}
	for _, name := range []string{"first", "last"} {
		if n, ok := number(arguments[name]); ok {
			return min(max(n, 0), 100), true // more is refused by the connection itself
		}
	}
	return 0, true
}

// number is an argument's value, which a variable gives in other types than a literal.
func number(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case int64:
		return int(v), true
	case interface{ Int64() (int64, error) }: // json.Number
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}

func tooManyNodes(n int) []failure {
	return []failure{{Type: "MAX_NODE_LIMIT_EXCEEDED", Message: "This query requests up to " + grouped(n) +
		" possible nodes which exceeds the maximum limit of " + grouped(maxNodes) + "."}}
}

// grouped writes a number with commas, as GitHub's sentences do.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
