package slipway_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

func TestKey(t *testing.T) {
	same := [][2]string{
		{"production", "Production"},
		{"production", "  PRODUCTION\t"},
		{"ci/build", "CI/Build"},
		{"caf\u00e9", "CAFE\u0301"},        // composed and decomposed
		{"stra\u00dfe", "STRA\u1e9eE"},     // sharp s has two cases
		{"\u212a8s", "k8S"},                // Kelvin sign
		{"\u017fetup", "Setup"},            // long s
		{"\u03c3\u03b1\u03c2", "ΣΑΣ"},      // final sigma
		{"\u00b5-service", "μ-service"},    // micro sign
		{"\u1fb3", "\u1fbc"},               // alpha with iota subscript
		{"\u00a0staging\u3000", "STAGING"}, // other spaces
		{"\u03f1\u0314", "\u1fec"},         // only the folded letter has a composed form
		{"", "   "},
	}
	for _, pair := range same {
		if a, b := slipway.Key(pair[0]), slipway.Key(pair[1]); a != b {
			t.Errorf("Key(%q) = %q, Key(%q) = %q, want equal", pair[0], a, pair[1], b)
		}
	}
	different := [][2]string{
		{"production", "production-eu"},
		{"a b", "ab"},
		{"stra\u00dfe", "strasse"}, // the simple fold adds no letters
		{"I", "\u0131"},            // dotless i
		{"e", "\u00e9"},
		{"\u03b1\u03b9", "\u1fb3"}, // iota is not its subscript
		{"a", "\u0430"},            // Cyrillic
	}
	for _, pair := range different {
		if slipway.Key(pair[0]) == slipway.Key(pair[1]) {
			t.Errorf("%q and %q have one key, %q", pair[0], pair[1], slipway.Key(pair[0]))
		}
	}
}

// Every letter, and every letter before every kind of mark.
func TestKeyOfEveryRune(t *testing.T) {
	marks := []string{"", "\u0301", "\u0308", "\u0331", "\u0345", "\u0345\u0301", "\u0327", "\u0314"}
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || !unicode.IsGraphic(r) {
			continue
		}
		for _, mark := range marks {
			name := "x" + string(r) + mark + "x"
			key := slipway.Key(name)
			if again := slipway.Key(key); again != key {
				t.Fatalf("%+q: key %+q has the key %+q", name, key, again)
			}
			if !norm.NFC.IsNormalString(key) {
				t.Fatalf("%+q: key %+q is not NFC", name, key)
			}
			if mark == "" {
				keyOfCases(t, r)
			}
			if unicode.SimpleFold(r) == r {
				break // letters without cases meet no surprise after the first
			}
		}
	}
}

// keyOfCases checks that all cases of a letter have one key.
func keyOfCases(t *testing.T, r rune) {
	t.Helper()
	const iotaSubscript = '\u0345' // composes with what is before it, as it should
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if r != iotaSubscript && f != iotaSubscript && slipway.Key(string(r)) != slipway.Key(string(f)) {
			t.Fatalf("%q and %q differ", r, f)
		}
	}
}

func TestKeyIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		key := slipway.Key(name)
		if again := slipway.Key(key); again != key {
			t.Fatalf("key %q of %q has the key %q", key, name, again)
		}
		if slipway.Key("\t"+norm.NFD.String(name)+" ") != slipway.Key(norm.NFC.String(name)) {
			t.Fatalf("composition or space matters in %q", name)
		}
	})
}

func FuzzKey(f *testing.F) {
	for _, seed := range []string{"production", " Caf\u00e9 ", "\u0345\u0399", "\xff\xfe", "\u1fb3\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		key := slipway.Key(name)
		if slipway.Key(key) != key {
			t.Errorf("key %q of %q is not its own key", key, name)
		}
	})
}

func BenchmarkKey(b *testing.B) {
	for range b.N {
		slipway.Key("production")
	}
}
