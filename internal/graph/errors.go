package graph

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/graph/object"
)

// failure is an error of an answer, in GitHub's shape (contract 10).
type failure struct {
	Type       string              `json:"type,omitempty"`
	Path       ast.Path            `json:"path,omitempty"`
	Extensions map[string]any      `json:"extensions,omitempty"`
	Locations  []gqlerror.Location `json:"locations,omitempty"`
	Message    string              `json:"message"`
}

func plain(message string) []failure { return []failure{{Message: message}} }

// refusal is the answer to a query that was not executed: it has no data.
func refusal(failures []failure) []byte {
	return encoded(struct {
		Errors []failure `json:"errors"`
	}{failures})
}

// types are GitHub's types for the kinds of failure.
var types = map[slipway.Kind]string{
	slipway.NotFound:     "NOT_FOUND",
	slipway.Forbidden:    "FORBIDDEN",
	slipway.Unauthorized: "FORBIDDEN",
	slipway.Malformed:    "UNPROCESSABLE",
	slipway.Conflict:     "UNPROCESSABLE",
	slipway.Invalid:      "UNPROCESSABLE",
	slipway.Gone:         "UNPROCESSABLE",
	slipway.TooLarge:     "UNPROCESSABLE",
}

// sorry is what a caller is told of failures on our side. Clients that try again look for its beginning.
const sorry = "Something went wrong while executing your query."

// answered is the answer to a query that was executed. When the database is away or full the whole of a query fails, so that
// clients see what REST would tell them; a mutation that has done something says so.
func (g *Graph) answered(ctx context.Context, doc *document, data []byte, faults gqlerror.List) ([]byte, error) {
	failures := make([]failure, len(faults))
	for i, fault := range faults {
		kind := slipway.KindOf(fault)
		if whole := doc.operation.Operation == ast.Query || len(doc.operation.SelectionSet) == 1; whole && (kind == slipway.Unavailable || kind == slipway.Full) {
			return nil, fault
		}
		failures[i] = failureOf(fault)
		if failures[i].Message == sorry {
			g.log.LogAttrs(ctx, slog.LevelError, "query failed", slog.String("operation", clipName(doc.operation.Name)),
				slog.String("path", fault.Path.String()), slog.String("error", fault.Unwrap().Error()))
		}
	}
	answer := append([]byte(`{"data":`), data...)
	if len(failures) > 0 {
		answer = append(append(answer, `,"errors":`...), encoded(failures)...)
	}
	return append(answer, '}'), nil
}

// failureOf shows the part of an error that a caller may see.
func failureOf(fault *gqlerror.Error) failure {
	f := failure{Path: fault.Path, Locations: fault.Locations, Message: sorry}
	var typed *object.Error
	var ours *slipway.Error
	switch {
	case errors.As(fault.Err, &typed):
		f.Type, f.Message = typed.Type, typed.Message
	case errors.As(fault.Err, &ours) && types[ours.Kind] != "":
		f.Type, f.Message = types[ours.Kind], told(ours)
		if ours.Kind == slipway.Forbidden && strings.HasPrefix(f.Message, "Resource not accessible") {
			f.Extensions = map[string]any{"saml_failure": false}
		}
	case fault.Err == nil: // gqlgen's own: a value that is not what the schema says
		f.Message = clipMessage(fault.Message)
	}
	return f
}

// told is what a refusal says: REST's sentence, and where that is "Validation Failed" the sentences of its details, which
// GraphQL has no other place for.
func told(e *slipway.Error) string {
	var sentences []string
	for _, d := range e.Details {
		switch {
		case d.Text != "":
			sentences = append(sentences, d.Text)
		case d.Message != "":
			sentences = append(sentences, d.Message)
		case d.Field != "":
			sentences = append(sentences, d.Field+" is "+strings.ReplaceAll(d.Code, "_", " "))
		}
	}
	if e.Kind != slipway.Invalid || len(sentences) == 0 || e.Message != "" && e.Message != slipway.Invalid.Message() {
		return e.Sentence()
	}
	return strings.Join(sentences, ", ")
}

// encoded is JSON that leaves <, > and & as they are, as REST's is.
func encoded(v any) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // what is in it always encodes
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}
