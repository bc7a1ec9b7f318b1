package object

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalDateTime writes a time as REST does: UTC, whole seconds (contract 1.9).
func MarshalDateTime(t time.Time) graphql.Marshaler { return timeAs(t.UTC()) }

// UnmarshalDateTime reads a time.
func UnmarshalDateTime(v any) (time.Time, error) { return timeOf(v) }

// MarshalGitTimestamp writes a time in the zone that git recorded.
func MarshalGitTimestamp(t time.Time) graphql.Marshaler { return timeAs(t) }

// UnmarshalGitTimestamp reads a time.
func UnmarshalGitTimestamp(v any) (time.Time, error) { return timeOf(v) }

func timeAs(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(t.Format(time.RFC3339))) })
}

func timeOf(v any) (time.Time, error) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("a time is text")
	}
	return time.Parse(time.RFC3339, text)
}

// databaseID is an id as GraphQL's Int holds it: null above 32 bits, where GitHub has no answer either.
func databaseID(id int64) *int {
	if id > math.MaxInt32 {
		return nil
	}
	n := int(id)
	return &n
}

// orNull is text that is null when it is empty.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// deref is what a pointer points at; zero for none.
func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
