package graph

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// request is the body of POST /graphql.
type request struct {
	query     string
	variables map[string]any
	operation string // which of the query's operations; empty: the only one
}

// readRequest reads a body, whatever its content type says (contract 1.2). The error is Malformed.
func readRequest(body []byte) (request, error) {
	trimmed := bytes.TrimSpace(body)
	var members map[string]json.RawMessage
	switch {
	case len(trimmed) == 0:
		return request{}, slipway.Fail(slipway.Malformed, "A query attribute must be specified and must be a string.")
	case !json.Valid(trimmed):
		return request{}, slipway.Fail(slipway.Malformed, "Problems parsing JSON")
	case json.Unmarshal(trimmed, &members) != nil || members == nil: // a list is several queries, which nobody promised
		return request{}, slipway.Fail(slipway.Malformed, "Body should be a JSON object")
	}
	var r request
	if json.Unmarshal(members["query"], &r.query) != nil || strings.TrimSpace(r.query) == "" {
		return request{}, slipway.Fail(slipway.Malformed, "A query attribute must be specified and must be a string.")
	}
	if name := members["operationName"]; name != nil && json.Unmarshal(name, &r.operation) != nil {
		return request{}, slipway.Fail(slipway.Malformed, "operationName must be a string.")
	}
	variables := members["variables"]
	if len(variables) > 0 && variables[0] == '"' { // some send the object as text
		var text string
		_ = json.Unmarshal(variables, &text) // it is valid, and text
		variables = json.RawMessage(text)
	}
	if len(bytes.TrimSpace(variables)) == 0 {
		return r, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(variables))
	decoder.UseNumber()
	if decoder.Decode(&r.variables) != nil || decoder.More() {
		return request{}, slipway.Fail(slipway.Malformed, "Variables must be a JSON object.")
	}
	return r, nil
}
