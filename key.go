package slipway

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Key is what a case-blind name is compared by: environments, contexts, owners and repositories whose keys are equal are
// the same (decisions are made on the key, people are shown the name as first written). It is the name in Unicode's NFC,
// without surrounding space, with every letter replaced by the one that stands for all its cases. Key(Key(s)) == Key(s).
//
// The fold is Unicode's simple one, so letters are never added: "ß" and "ẞ" are equal, "ß" and "ss" are not, and no
// language's own rules apply ("I" is "i", also in Turkish).
func Key(name string) string {
	if isASCII(name) {
		return strings.ToUpper(strings.TrimSpace(name)) // the fold of ASCII, without the tables
	}
	for {
		// Folding may leave a letter and an accent side by side that have a composed form: then once more.
		key := norm.NFC.String(strings.Map(folded, strings.TrimSpace(norm.NFC.String(name))))
		if key == name {
			return key
		}
		name = key
	}
}

// iotaSubscript is a combining mark that Unicode counts among the cases of the letter iota. It never stands for them: it
// would melt into the letter before it.
const iotaSubscript = '\u0345'

// folded is the smallest of the letters that differ from r by case only.
func folded(r rune) rune {
	smallest := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if smallest == iotaSubscript || f < smallest && f != iotaSubscript {
			smallest = f
		}
	}
	return smallest
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
