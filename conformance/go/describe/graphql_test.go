package describe

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// Each of these schemas breaks one thing of the one that is right.
func TestSubsetBites(t *testing.T) {
	read := func(text string) schema {
		t.Helper()
		s, err := parseSchema(&ast.Source{Input: text})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	theirs := read(`type Query { a(x: Int = 1, y: ID!): A! b: B u: U e: E } interface N { id: ID! } type A implements N { id: ID! more: [String!] }
		type B { b(in: I): Int } union U = A | B enum E { ONE TWO } input I { x: Int! y: Int = 2 }`)
	for _, test := range []struct{ ours, want string }{
		{`type Query { a(x: Int = 1, y: ID!): A! u: U e: E } interface N { id: ID! } type A implements N { id: ID! } union U = A enum E { TWO }`, ""},
		{`type Query { b: B } type B { b(in: I): Int } input I { x: Int! }`, ""},
		{`type Query { c: Int }`, "GraphQL | Query.c | is not in the schema"},
		{`type Query { a(y: ID!): A } type A { id: ID! }`, "GraphQL | Query.a | is A, want A!"},
		{`type Query { a(y: ID): A! } type A { id: ID! }`, "GraphQL | Query.a(y) | is ID, want ID!"},
		{`type Query { a(y: ID!, x: Int): A! } type A { id: ID! }`, "GraphQL | Query.a(x) | is <nil> by default, want 1"},
		{`type Query { a(y: ID!, z: Int): A! } type A { id: ID! }`, "GraphQL | Query.a(z) | is not in the schema"},
		{`type Query { a: A! } type A { id: ID! }`, "GraphQL | Query.a(y) | is missing"},
		{`type Query { e: E } enum E { THREE }`, "GraphQL | E.THREE | is not in the schema"},
		{`type Query { b: B } type B implements N { b: Int id: ID! } interface N { id: ID! }`, "GraphQL | B N | is neither an interface nor a member of it"},
		{`type Query { e: E } type E { x: Int }`, "GraphQL | E | is OBJECT, want ENUM"},
		{`type Query { b: B } type B { b(in: I): Int } input I { y: Int = 2 }`, "GraphQL | I.x | is missing"},
		{`type Query { b: B } type B { b(in: I): Int } input I { x: Int! y: Int = 3 }`, "GraphQL | I.y | is 3 by default, want 2"},
		{`type Query { e: E } enum E { ONE } type C { x: Int }`, "GraphQL | C | is not in the schema"},
	} {
		got, found := "", subset(read(test.ours), theirs)
		if len(found) > 0 {
			got = found[0].String()
		}
		if got != test.want {
			t.Errorf("%s\n%v, want %q", test.ours, found, test.want)
		}
	}
}
