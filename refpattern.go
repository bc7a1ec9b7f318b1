package slipway

import (
	"strings"
	"unicode/utf8"
)

// MatchRef reports whether a pattern of a branch policy matches the name of a branch or tag. Patterns are those of Ruby's
// File.fnmatch with FNM_PATHNAME, as on GitHub (contract 6.3):
//
//	a*     any characters but a slash, so release/* does not match release/1/hot
//	**/a   at the start of a part: any number of parts, also none
//	a?     one character but a slash
//	[a-z]  one character of a set; [!a-z] and [^a-z] one that is not in it
//	\x     the character x; at the end of the pattern \ stands for nothing
//
// Case counts. A part that begins with a dot is only matched by a part of the pattern that begins with that dot, and never
// skipped by **/. A set that is not closed matches nothing, and neither does [].
//
// The time is bounded by the product of the two lengths, whatever the pattern.
func MatchRef(pattern, name string) bool {
	if !utf8.ValidString(name) || !utf8.ValidString(pattern) {
		return false
	}
	return matchParts(parseParts([]rune(pattern)), strings.Split(name, "/"))
}

// A part is what a pattern says between two slashes.
type part struct {
	deep  bool // **/ stands before it: parts of the name may be skipped
	atoms []atom
}

// An atom matches one character, or with star any number of them.
type atom struct {
	star bool
	any  bool
	char rune
	set  []runeRange // of [set], nil for other atoms
	not  bool        // what is not in the set
	none bool        // matches nothing: a set without an end
}

type runeRange struct{ from, to rune }

// parseParts reads a pattern. Every text is one.
func parseParts(p []rune) (parts []part) {
	for {
		var next part
		for len(p) >= 3 && p[0] == '*' && p[1] == '*' && p[2] == '/' {
			next.deep, p = true, p[3:]
		}
		more := false
		next.atoms, p, more = parseAtoms(p)
		parts = append(parts, next)
		if !more {
			return parts
		}
	}
}

// parseAtoms reads up to the next slash, which may be escaped. more says whether there was one.
func parseAtoms(p []rune) (atoms []atom, rest []rune, more bool) {
	for len(p) > 0 {
		switch c := p[0]; {
		case c == '*':
			atoms, p = append(atoms, atom{star: true}), p[1:]
			continue
		case c == '?':
			atoms, p = append(atoms, atom{any: true}), p[1:]
			continue
		case c == '[':
			var set atom
			set, p = parseSet(p[1:])
			atoms = append(atoms, set)
			continue
		case c == '\\' && len(p) == 1: // escapes nothing
			return atoms, nil, false
		case c == '\\':
			p = p[1:]
		}
		if p[0] == '/' {
			return atoms, p[1:], true
		}
		atoms, p = append(atoms, atom{char: p[0]}), p[1:]
	}
	return atoms, nil, false
}

// parseSet reads a set after its opening bracket. A slash may stand in one, and matches nothing there.
func parseSet(p []rune) (set atom, rest []rune) {
	set.set = []runeRange{}
	if len(p) > 0 && (p[0] == '!' || p[0] == '^') {
		set.not, p = true, p[1:]
	}
	for len(p) > 0 && p[0] != ']' {
		var r runeRange
		r.from, p = parseMember(p)
		r.to = r.from
		if len(p) > 1 && p[0] == '-' && p[1] != ']' {
			r.to, p = parseMember(p[1:])
		}
		set.set = append(set.set, r)
	}
	if len(p) == 0 {
		return atom{none: true}, nil
	}
	return set, p[1:]
}

// parseMember reads one character of a set.
func parseMember(p []rune) (member rune, rest []rune) {
	if p[0] == '\\' && len(p) > 1 {
		p = p[1:]
	}
	return p[0], p[1:]
}

// matchParts matches part by part. Where that fails it goes back to the last **/ and lets it skip one part more: whatever an
// earlier one could skip, the last one can.
func matchParts(parts []part, names []string) bool {
	p, n := 0, 0
	back, skipped := -1, 0
	for p < len(parts) || n < len(names) {
		if p < len(parts) && parts[p].deep && back != p {
			back, skipped = p, n
		}
		if p < len(parts) && n < len(names) && matchPart(parts[p].atoms, []rune(names[n])) {
			p, n = p+1, n+1
			continue
		}
		if back < 0 || skipped >= len(names)-1 || strings.HasPrefix(names[skipped], ".") {
			return false
		}
		skipped++
		p, n = back, skipped
	}
	return true
}

// matchPart matches the atoms of one part. Where that fails it goes back to the last star.
func matchPart(atoms []atom, name []rune) bool {
	if len(name) > 0 && name[0] == '.' && (len(atoms) == 0 || atoms[0].char != '.') {
		return false
	}
	a, n := 0, 0
	back, taken := -1, 0
	for a < len(atoms) || n < len(name) {
		switch {
		case a < len(atoms) && atoms[a].star:
			back, taken = a, n
			a++
			continue
		case a < len(atoms) && n < len(name) && atoms[a].matches(name[n]):
			a, n = a+1, n+1
			continue
		case back < 0 || taken >= len(name):
			return false
		}
		taken++
		a, n = back+1, taken
	}
	return true
}

func (a atom) matches(c rune) bool {
	switch {
	case a.none:
		return false
	case a.any:
		return true
	case a.set == nil:
		return a.char == c
	}
	for _, r := range a.set {
		if r.from <= c && c <= r.to || c == r.from || c == r.to {
			return !a.not
		}
	}
	return a.not
}
