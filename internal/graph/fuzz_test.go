package graph

import (
	"testing"

	"github.com/slipway-deploy/slipway"
)

// FuzzRequest reads bodies as they come. Whatever they are, they are refused in our words or are a query within all bounds.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		`{"query":"{ viewer { login } }"}`, `{"query":"query A($n: Int = 5) { repository(owner: \"a\", name: \"b\") { deployments(first: $n) { nodes { ...F } } } } fragment F on Deployment { id }","variables":{"n":3},"operationName":"A"}`,
		`{"query":"{ a }","variables":"{}"}`, `[]`, `{"query":"{ nodes(ids: [\"x\"]) { id } }"}`, `{"query":"{ ...A } fragment A on Query { ...A }"}`, `{"query":"mutation { deleteDeployment(input: {id: \"x\"}) { clientMutationId } }"}`,
		`{"query":"{ __schema { types { name } } }"}`, "{\"query\":\"\\u0000\"}",
	} {
		f.Add([]byte(body))
	}
	schema := schema()
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readRequest(body)
		if err != nil {
			if slipway.KindOf(err) != slipway.Malformed {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		doc, failures := readDocument(schema, r)
		switch {
		case failures == nil && (doc.operation == nil || doc.nodes > maxNodes):
			t.Errorf("%q passes with %d nodes", body, doc.nodes)
		case failures != nil && (len(failures) == 0 || failures[0].Message == ""):
			t.Errorf("%q is refused without a word", body)
		}
	})
}
