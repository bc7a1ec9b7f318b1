package wire

import (
	"bytes"
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// maxDepth bounds the nesting of a body. GitHub's parser has the same bound.
const maxDepth = 100

// The sentences about bodies that are no object (contract 1.2).
const (
	notJSON   = "Problems parsing JSON"
	notObject = "Body should be a JSON object"
	notHash   = "Body should be a JSON Hash" // until 2013
)

// parse reads a body, whatever its Content-Type, into the members of its object. An empty body is an empty object.
//
// encoding/json would match members of a struct without regard to case; here "Ref" is not "ref". Of members with the same
// name the last counts, as everywhere. Errors: Malformed for what is no JSON, is nested too deeply or is no object; Invalid
// for strings that are no text, because nothing could store or show them as they are.
func parse(body []byte, s Shape) (*members, error) {
	m := &members{}
	body = bytes.Trim(body, " \t\r\n")
	if len(body) == 0 {
		return m, nil
	}
	if !json.Valid(body) {
		return nil, slipway.Fail(slipway.Malformed, notJSON)
	}
	deepest, text := survey(body)
	switch {
	case deepest > maxDepth:
		return nil, slipway.Fail(slipway.Malformed, notJSON)
	case body[0] != '{' && s.Era == slipway.E0:
		return nil, slipway.Fail(slipway.Malformed, notHash)
	case body[0] != '{':
		return nil, slipway.Fail(slipway.Malformed, notObject)
	case !text:
		return nil, slipway.InvalidRequest("Strings must be valid UTF-8 without NUL characters.")
	}
	if err := json.Unmarshal(body, &m.values); err != nil {
		return nil, slipway.Fail(slipway.Malformed, notJSON)
	}
	return m, nil
}

// survey walks valid JSON once: how deep it is nested, and whether all its strings are text.
func survey(body []byte) (deepest int, text bool) {
	depth, text := 0, true
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		case '"':
			end, ok := surveyString(body, i+1)
			text = text && ok
			i = end
		}
	}
	return deepest, text
}

// surveyString walks a string from after its opening quote to its closing one, and reports whether it is text: valid UTF-8
// in which no character is NUL and no surrogate stands alone.
func surveyString(body []byte, i int) (end int, ok bool) {
	ok = true
	for body[i] != '"' {
		switch {
		case body[i] == '\\' && body[i+1] == 'u':
			size := escaped(body[i:])
			ok = ok && size > 0
			i += max(size, 6)
		case body[i] == '\\':
			i += 2
		case body[i] < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRune(body[i:])
			ok = ok && (r != utf8.RuneError || size > 1)
			i += size
		}
	}
	return i, ok
}

// escaped is the length of the \u escapes of one character at the start of b, or 0 when they stand for none.
func escaped(b []byte) int {
	r := codeUnit(b)
	switch {
	case r == 0:
		return 0
	case !utf16.IsSurrogate(r):
		return 6
	case len(b) >= 12 && b[6] == '\\' && b[7] == 'u' && utf16.DecodeRune(r, codeUnit(b[6:])) != utf8.RuneError:
		return 12
	default:
		return 0
	}
}

// codeUnit reads \uXXXX.
func codeUnit(b []byte) rune {
	var r rune
	for _, c := range b[2:6] {
		r <<= 4
		switch {
		case c <= '9':
			r |= rune(c - '0')
		default:
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}
