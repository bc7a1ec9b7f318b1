package describe

import (
	"errors"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

var english = message.NewPrinter(language.English)

// flat turns a tree of causes into its leaves. Of alternatives that all failed, only the nearest is told: the others are
// about shapes that nobody meant.
func flat(where string, err error) []Violation {
	var e *jsonschema.ValidationError
	if !errors.As(err, &e) {
		return []Violation{{where, "", err.Error()}}
	}
	return leaves(where, e)
}

func leaves(where string, e *jsonschema.ValidationError) []Violation {
	if _, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		return nil // extras says which
	}
	if len(e.Causes) == 0 {
		return []Violation{{where, pointer(e.InstanceLocation), e.ErrorKind.LocalizedString(english)}}
	}
	var all []Violation
	var nearest []Violation
	for i, c := range e.Causes {
		l := leaves(where, c)
		all = append(all, l...)
		if i == 0 || distance(l) < distance(nearest) {
			nearest = l
		}
	}
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		return nearest
	}
	return all
}

// distance is how far a value is from a shape: being of another type altogether is farthest.
func distance(list []Violation) int {
	n := len(list)
	for _, v := range list {
		if strings.Contains(v.Says, "want null") {
			n += 1000
		}
	}
	return n
}

// pointer writes a location with * for indexes, so that the same thing said of each element is said once.
func pointer(location []string) string {
	var b strings.Builder
	for _, s := range location {
		if _, err := strconv.Atoi(s); err == nil {
			s = "*"
		}
		b.WriteString("/" + strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1"))
	}
	return b.String()
}
