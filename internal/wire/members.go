package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// maxSentences bounds what a refusal says about one body.
const maxSentences = 10

// members reads an object member by member. What is wrong is collected, a sentence each, and asked for once at the end:
// reading code is a list of members without a single if. A member that is null counts as absent, and what cannot be read
// reads as absent too.
type members struct {
	values map[string]json.RawMessage
	path   string   // of the object, in the spelling of schemas: "", or properties/config/
	parent *members // collects the sentences
	wrong  []string
}

// value is a member's JSON, nil when it is absent or null.
func (m *members) value(name string) json.RawMessage {
	v := m.values[name]
	if bytes.Equal(v, []byte("null")) {
		return nil
	}
	return v
}

// require complains of members that are absent.
func (m *members) require(names ...string) {
	var absent []string
	for _, name := range names {
		if m.value(name) == nil {
			absent = append(absent, strconv.Quote(name))
		}
	}
	switch len(absent) {
	case 0:
	case 1:
		m.complain(absent[0] + " wasn't supplied.")
	default:
		m.complain(strings.Join(absent, ", ") + " weren't supplied.")
	}
}

// str is a string, nil when absent.
func (m *members) str(name string) *string {
	v := m.value(name)
	if v == nil {
		return nil
	}
	if v[0] != '"' {
		m.mistyped(name, v, "a string")
		return nil
	}
	s := unquote(v)
	return &s
}

// text is a string, empty when absent.
func (m *members) text(name string) string {
	if s := m.str(name); s != nil {
		return *s
	}
	return ""
}

// boolean is a boolean, nil when absent. The strings "true" and "false" count, because command-line clients send them
// (contract 3.4).
func (m *members) boolean(name string) *bool {
	v := m.value(name)
	yes, no := true, false
	switch string(v) {
	case "":
		return nil
	case `true`, `"true"`:
		return &yes
	case `false`, `"false"`:
		return &no
	}
	m.mistyped(name, v, "a boolean")
	return nil
}

// flag is a boolean with a default.
func (m *members) flag(name string, otherwise bool) bool {
	if b := m.boolean(name); b != nil {
		return *b
	}
	return otherwise
}

// integer is a whole number between two bounds, nil when absent. Numbers like 30.0 and 3e1 are whole.
func (m *members) integer(name string, least, most int64) *int64 {
	v := m.value(name)
	if v == nil {
		return nil
	}
	if c := v[0]; c != '-' && (c < '0' || c > '9') {
		m.mistyped(name, v, "an integer")
		return nil
	}
	n, side, whole := number(string(v), least, most)
	switch {
	case !whole:
		m.mistyped(name, v, "an integer")
		return nil
	case side < 0:
		m.complain(shown(v) + " must be greater than or equal to " + strconv.FormatInt(least, 10) + ".")
		return nil
	case side > 0:
		m.complain(shown(v) + " must be less than or equal to " + strconv.FormatInt(most, 10) + ".")
		return nil
	}
	return &n
}

// number reads a JSON number. side says where it lies: below the bounds, between or above them.
func number(text string, least, most int64) (n int64, side int, whole bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f, _ := strconv.ParseFloat(text, 64) // out of range: an infinity, which lies beyond every bound
		switch {
		case f >= math.MaxInt64:
			return 0, +1, true
		case f < math.MinInt64:
			return 0, -1, true
		case f != math.Trunc(f):
			return 0, 0, false
		}
		n = int64(f)
	}
	switch {
	case n < least:
		return n, -1, true
	case n > most:
		return n, +1, true
	}
	return n, 0, true
}

// list is an array of strings: nil when absent, empty when empty.
func (m *members) list(name string) []string {
	items, ok := m.array(name)
	if !ok {
		return nil
	}
	list := make([]string, 0, len(items))
	for _, item := range items {
		if item[0] != '"' {
			m.mistyped(name+"/items", item, "a string")
			return nil
		}
		list = append(list, unquote(item))
	}
	return list
}

// numbers is an array of whole positive numbers: nil when absent, empty when empty.
func (m *members) numbers(name string) []int64 {
	items, ok := m.array(name)
	if !ok {
		return nil
	}
	list := make([]int64, 0, len(items))
	for _, item := range items {
		n, side, whole := int64(0), 0, false
		if c := item[0]; c == '-' || c >= '0' && c <= '9' {
			n, side, whole = number(string(item), 1, math.MaxInt64)
		}
		if !whole || side != 0 {
			m.mistyped(name+"/items", item, "a positive integer")
			return nil
		}
		list = append(list, n)
	}
	return list
}

// texts is an object whose members are all strings; nil when absent. Those that are null count as absent.
func (m *members) texts(name string) map[string]string {
	o := m.object(name)
	if o == nil {
		return nil
	}
	texts := make(map[string]string, len(o.values))
	for _, key := range slices.Sorted(maps.Keys(o.values)) {
		if s := o.str(key); s != nil {
			texts[key] = *s
		}
	}
	return texts
}

// array is an array's elements. ok is false when it is absent.
func (m *members) array(name string) (items []json.RawMessage, ok bool) {
	v := m.value(name)
	if v == nil {
		return nil, false
	}
	if v[0] != '[' || json.Unmarshal(v, &items) != nil {
		m.mistyped(name, v, "an array")
		return nil, false
	}
	return items, true
}

// object is an object's members, nil when absent.
func (m *members) object(name string) *members {
	v := m.value(name)
	if v == nil {
		return nil
	}
	return m.within(name, v)
}

// objects is an array of objects.
func (m *members) objects(name string) []*members {
	items, _ := m.array(name)
	list := make([]*members, 0, len(items))
	for _, item := range items {
		o := m.within(name+"/items", item)
		if o == nil {
			return nil
		}
		list = append(list, o)
	}
	return list
}

// within reads a value that must be an object.
func (m *members) within(name string, v json.RawMessage) *members {
	inner := &members{path: m.path + "properties/" + name + "/", parent: m}
	if v[0] != '{' || json.Unmarshal(v, &inner.values) != nil {
		m.mistyped(name, v, "an object")
		return nil
	}
	return inner
}

// mistyped complains of a value of another type than a member has.
func (m *members) mistyped(name string, v json.RawMessage, wanted string) {
	m.complain(fmt.Sprintf("For '%sproperties/%s', %s is not %s.", m.path, name, shown(v), wanted))
}

// complain collects a sentence about the body.
func (m *members) complain(sentence string) {
	for m.parent != nil {
		m = m.parent
	}
	if len(m.wrong) < maxSentences {
		m.wrong = append(m.wrong, sentence)
	}
}

// err is what was wrong, nil when nothing was.
func (m *members) err() error {
	if len(m.wrong) == 0 {
		return nil
	}
	return slipway.InvalidRequest(strings.Join(m.wrong, "\n"))
}

// shown is a value as a sentence quotes it: compact, and no longer than a line.
func shown(v json.RawMessage) string {
	const longest = 100
	s := string(compact(v))
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest]) + "…"
}

// compact is JSON without the space around its tokens. The order of members and the spelling of numbers stay.
func compact(v json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	b.Grow(len(v))
	if err := json.Compact(&b, v); err != nil {
		return v // not reached: v was parsed
	}
	return b.Bytes()
}

// unquote is the text of a JSON string.
func unquote(v json.RawMessage) string {
	var s string
	if err := json.Unmarshal(v, &s); err != nil {
		return "" // not reached: v was parsed
	}
	return s
}
