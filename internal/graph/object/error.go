package object

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/slipway-deploy/slipway"
)

// Error is a failure with one of GitHub's types. Failures of package deploy get theirs by their kind (graph/errors.go).
type Error struct {
	Type    string
	Message string
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

// The types that failures have beside those of their kinds.
const (
	typeNotFound    = "NOT_FOUND"
	typeScopes      = "INSUFFICIENT_SCOPES"
	typeUnprocessed = "UNPROCESSABLE"
	typeCursor      = "INVALID_CURSOR_ARGUMENTS"
	typeNoBounds    = "MISSING_PAGINATION_BOUNDARIES"
	typeTooMany     = "EXCESSIVE_PAGINATION"
	typeArgument    = "ARGUMENT_LIMIT"
)

// noNode is the answer to an id that names nothing, or nothing that the caller may see: nobody can tell which (contract 10).
func noNode(id string) *Error {
	return &Error{Type: typeNotFound, Message: "Could not resolve to a node with the global id of '" + clip(id) + "'"}
}

// noRepository is the same for a repository's name.
func noRepository(owner, name string) *Error {
	return &Error{Type: typeNotFound, Message: "Could not resolve to a Repository with the name '" + clip(owner) + "/" + clip(name) + "'."}
}

// noLogin is the same for accounts.
func noLogin(kind, login string) *Error {
	article := "a "
	if kind == "Organization" {
		article = "an "
	}
	return &Error{Type: typeNotFound, Message: "Could not resolve to " + article + kind + " with the login of '" + clip(login) + "'."}
}

// clip shortens what a sentence repeats.
func clip(s string) string {
	const most = 256
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// hidden turns NotFound into an error that names what was asked for, and leaves other errors alone.
func hidden(err error, absent *Error) error {
	if slipway.KindOf(err) == slipway.NotFound {
		return absent
	}
	return err
}

// absent makes of NotFound a null without an error, which is what GitHub answers where a field may well find nothing.
func absent(err error) error {
	if slipway.KindOf(err) == slipway.NotFound {
		return nil
	}
	return err
}

// scopesLack says that it is the token's scopes alone that keep a field back.
func scopesLack(ctx context.Context, s *Session, n slipway.Need) *Error {
	field := ""
	if f := graphql.GetFieldContext(ctx); f != nil {
		field = f.Field.Name
	}
	return &Error{Type: typeScopes, Message: "Your token has not been granted the required scopes to execute this query. The '" + field +
		"' field requires one of the following scopes: " + quoted(n.Scopes) + ", but your token has only been granted the: " +
		quoted(s.Actor.Token.Scopes) + " scopes."}
}

func quoted(list []string) string {
	if len(list) == 0 {
		return "['']"
	}
	return "['" + strings.Join(list, "', '") + "']"
}
