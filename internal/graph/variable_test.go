package graph_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestVariablesAreExplainedInJSON: what is wrong with a variable's value is said in words of JSON, not of Go.
func TestVariablesAreExplainedInJSON(t *testing.T) {
	w := newWorld(t)
	const node, create = `query($a: ID!) { node(id: $a) { id } }`, `mutation($a: CreateDeploymentInput!) { createDeployment(input: $a) { clientMutationId } }`
	for _, test := range []struct{ query, value, explanation string }{
		{node, `[]`, "cannot use a list as ID"},
		{node, `{}`, "cannot use an object as ID"},
		{node, `true`, "cannot use a boolean as ID"},
		{create, `[]`, "must be a CreateDeploymentInput, not a list"},
		{create, `true`, "must be a CreateDeploymentInput, not a boolean"},
	} {
		body, _ := json.Marshal(vars{"query": test.query, "variables": json.RawMessage(`{"a":` + test.value + `}`)})
		if _, text := w.send("reader", "POST", "/api/graphql", string(body)); !strings.Contains(string(text), `"explanation":"`+test.explanation+`"`) {
			t.Errorf("%s for %s: %s", test.value, test.query, text)
		}
	}
}
