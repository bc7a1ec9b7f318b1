package describe

import (
	"sort"
	"strings"
)

// at is what stands at a JSON pointer; nil for nothing.
func (d *document) at(pointer string) any {
	var v any = d.root
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

// A shape is what a schema says about members, all its parts and alternatives taken together.
type shape struct {
	members map[string][]any
	items   []any
	open    bool // it allows members without naming them
}

func (d *document) shapeOf(schema any, s *shape, depth int) {
	m, ok := schema.(map[string]any)
	if !ok || depth > 32 {
		return
	}
	if ref, ok := m["$ref"].(string); ok {
		d.shapeOf(d.at(strings.TrimPrefix(ref, "#")), s, depth+1)
		return
	}
	properties, named := m["properties"].(map[string]any)
	for name, p := range properties {
		s.members[name] = append(s.members[name], p)
	}
	if items, ok := m["items"]; ok {
		s.items = append(s.items, items)
	}
	parts := 0
	for _, word := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := m[word].([]any)
		parts += len(list)
		for _, part := range list {
			d.shapeOf(part, s, depth+1)
		}
	}
	if extra, ok := m["additionalProperties"]; ok && extra != false || m["patternProperties"] != nil {
		s.open = true
	}
	// A schema that only says "object", or nothing at all, allows everything.
	if !named && parts == 0 && m["items"] == nil && (m["type"] == nil || mayBeObject(m["type"])) {
		s.open = true
	}
}

func mayBeObject(kind any) bool {
	if list, ok := kind.([]any); ok {
		for _, k := range list {
			if k == "object" {
				return true
			}
		}
	}
	return kind == "object"
}

// extras lists the members of a value that its schema does not name.
func (d *document) extras(where string, schema, value any) (found []Violation) {
	return d.extrasOfAll(where, []any{schema}, value, "")
}

func (d *document) extrasOfAll(where string, schemas []any, value any, at string) (found []Violation) {
	s := &shape{members: map[string][]any{}}
	for _, schema := range schemas {
		d.shapeOf(schema, s, 0)
	}
	switch value := value.(type) {
	case []any:
		for _, e := range value {
			found = append(found, d.extrasOfAll(where, s.items, e, at+"/*")...)
		}
	case map[string]any:
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			below, known := s.members[name]
			switch {
			case known:
				found = append(found, d.extrasOfAll(where, below, value[name], at+"/"+name)...)
			case !s.open && len(schemas) > 0:
				found = append(found, Violation{where, at + "/" + name, "is a member that is not described"})
			}
		}
	}
	return found
}
