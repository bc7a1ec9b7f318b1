package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// JSON is a rendered body: compact UTF-8 without a trailing newline. It is written, hashed and signed as it is.
type JSON []byte

// Empty is the body of answers that say nothing: {}.
var Empty = JSON("{}")

// MarshalJSON lets a body be a member of something that encoding/json writes.
func (j JSON) MarshalJSON() ([]byte, error) {
	if len(j) == 0 {
		return []byte("null"), nil
	}
	return j, nil
}

// List is the array of some bodies, [] when there are none.
func List(items []JSON) JSON {
	size := 2
	for _, item := range items {
		size += len(item) + 1
	}
	w := writer{b: make([]byte, 0, size)}
	w.openArray()
	for _, item := range items {
		w.item()
		w.raw(item)
	}
	w.closeArray()
	return w.b
}

// Encode renders any value: bodies as they are, the structs of this package by their tags. Unlike encoding/json's default
// it leaves <, > and & alone, so that texts read back as they were sent.
func Encode(v any) (JSON, error) {
	switch v := v.(type) {
	case JSON:
		return v, nil
	case []JSON:
		return List(v), nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// writer appends JSON. The code that uses it reads like the object it makes: one line a member, in the order of the
// members, an if around those that not every shape has.
//
// Bodies are rendered by hand and not by struct tags because an era is a set of absent members, while within an era
// absent values are null: tags can say one or the other.
type writer struct {
	b       []byte
	started bool // the innermost object or array has a member already
	schema  bool // of a webhook: without user_view_type, which one of GitHub's two sets of webhook schemas forbids
	era     slipway.Era
}

// Room for a body, so that most never move while they grow.
const (
	answerSize = 4 << 10
	eventSize  = 16 << 10
)

// render gives what fill wrote, of a body that no era shapes.
func render(fill func(w *writer)) JSON { return Today.render(fill) }

// render gives what fill wrote in the shape's era.
func (s Shape) render(fill func(w *writer)) JSON {
	w := writer{b: make([]byte, 0, answerSize), era: s.Era}
	fill(&w)
	return w.b
}

func (w *writer) open()  { w.b = append(w.b, '{'); w.started = false }
func (w *writer) close() { w.b = append(w.b, '}'); w.started = true }

func (w *writer) openArray()  { w.b = append(w.b, '['); w.started = false }
func (w *writer) closeArray() { w.b = append(w.b, ']'); w.started = true }

// item starts an element of an array; its value follows.
func (w *writer) item() {
	if w.started {
		w.b = append(w.b, ',')
	}
	w.started = true
}

// key starts a member; its value follows. Names are constants of this package and need no escaping.
func (w *writer) key(name string) {
	w.item()
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

// keyText starts a member whose name is data.
func (w *writer) keyText(name string) {
	w.item()
	w.text(name)
	w.b = append(w.b, ':')
}

// raw appends a value that is JSON already; null when there is none.
func (w *writer) raw(value []byte) {
	if len(value) == 0 {
		value = []byte("null")
	}
	w.b = append(w.b, value...)
	w.started = true
}

// text appends a string, put together from its parts.
func (w *writer) text(parts ...string) {
	w.b = append(w.b, '"')
	for _, part := range parts {
		w.b = appendEscaped(w.b, part)
	}
	w.b = append(w.b, '"')
}

// object writes a member that is an object; fill writes its members.
func (w *writer) object(name string, fill func()) {
	w.key(name)
	w.open()
	fill()
	w.close()
}

// str writes a member that is a string, put together from its parts.
func (w *writer) str(name string, parts ...string) {
	w.key(name)
	w.text(parts...)
}

// orNull writes a string, or null when it is empty.
func (w *writer) orNull(name, value string) {
	if value == "" {
		w.null(name)
		return
	}
	w.str(name, value)
}

// maybe writes a string, or null when there is none.
func (w *writer) maybe(name string, value *string) {
	if value == nil {
		w.null(name)
		return
	}
	w.str(name, *value)
}

// nodeID writes node_id, which the objects of the oldest parts of the API have had since April 2018 (contract 1.9).
func (w *writer) nodeID(id string) {
	if w.era >= slipway.E9 {
		w.str("node_id", id)
	}
}

func (w *writer) null(name string) {
	w.key(name)
	w.b = append(w.b, "null"...)
}

func (w *writer) num(name string, value int64) {
	w.key(name)
	w.b = strconv.AppendInt(w.b, value, 10)
}

func (w *writer) boolean(name string, value bool) {
	w.key(name)
	w.b = strconv.AppendBool(w.b, value)
}

// strs writes an array of strings, [] when there are none.
func (w *writer) strs(name string, values []string) {
	w.key(name)
	w.openArray()
	for _, v := range values {
		w.item()
		w.text(v)
	}
	w.closeArray()
}

// The spellings of times (contract 1.9).
const (
	utcSeconds    = "2006-01-02T15:04:05Z"
	offsetSeconds = "2006-01-02T15:04:05-07:00" // of the status webhook
)

// at writes a time: UTC, whole seconds.
func (w *writer) at(name string, t time.Time) { w.when(name, t.UTC(), utcSeconds) }

func (w *writer) when(name string, t time.Time, layout string) {
	w.key(name)
	w.b = append(w.b, '"')
	w.b = t.AppendFormat(w.b, layout)
	w.b = append(w.b, '"')
}

const hexDigits = "0123456789abcdef"

// appendEscaped appends the inside of a JSON string. Bytes that are not UTF-8, which commit messages and file names may
// have, become U+FFFD. Line separators are escaped because JavaScript takes them for line ends.
func appendEscaped(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = appendControl(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), "\ufffd"...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xf])
			start = i + size
		}
		i += size
	}
	return append(b, s[start:]...)
}

// appendControl appends what stands for a quote, a backslash or a control character.
func appendControl(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
