package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// widest is how much JSON stands on one line.
const widest = 92

// trimmed shows some members of an object, in the order given, and … for the rest. What fits on a line stands on one.
func trimmed(body []byte, members ...string) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return abridged(string(body), 200)
	}
	var parts []string
	for _, name := range members {
		if value, ok := object[name]; ok {
			parts = append(parts, fmt.Sprintf("%q: %s", name, spaced(value, "  ")))
		}
	}
	if len(parts) < len(object) {
		parts = append(parts, "…")
	}
	return joined(parts, "{", "}", "")
}

// spaced is a value as a person would write it, its own lines indented by margin.
func spaced(value json.RawMessage, margin string) string {
	var object map[string]json.RawMessage
	var array []json.RawMessage
	var parts []string
	switch {
	case json.Unmarshal(value, &array) == nil && array != nil:
		for _, item := range array {
			parts = append(parts, spaced(item, margin+"  "))
		}
		return joined(parts, "[", "]", margin)
	case json.Unmarshal(value, &object) == nil && object != nil:
		for _, name := range namesIn(value) {
			parts = append(parts, fmt.Sprintf("%q: %s", name, spaced(object[name], margin+"  ")))
		}
		return joined(parts, "{", "}", margin)
	}
	return string(value)
}

// namesIn are the names of an object's members in the order they came.
func namesIn(object json.RawMessage) (names []string) {
	d := json.NewDecoder(strings.NewReader(string(object)))
	if _, err := d.Token(); err != nil {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return names
		}
		names = append(names, name.(string))
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return names
		}
	}
	return names
}

func joined(parts []string, open, shut, margin string) string {
	line := open + " " + strings.Join(parts, ", ") + " " + shut
	if open == "[" || len(parts) == 0 {
		line = open + strings.Join(parts, ", ") + shut
	}
	if len([]rune(margin+line)) <= widest && !strings.Contains(line, "\n") {
		return line
	}
	inner := "\n" + margin + "  "
	return open + inner + strings.Join(parts, ","+inner) + "\n" + margin + shut
}
