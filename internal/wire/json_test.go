package wire

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{JSON(`{"a":"<&>"}`), `{"a":"<&>"}`},
		{[]JSON{JSON(`1`), JSON(`{}`)}, `[1,{}]`},
		{[]JSON{}, `[]`},
		{Message{"a < b & c > d\u2028"}, `{"message":"a < b & c > d\u2028"}`},
		{map[string]JSON{"a": JSON(`[1]`), "b": nil}, `{"a":[1],"b":null}`},
	} {
		got, err := Encode(c.v)
		if err != nil || string(got) != c.want {
			t.Errorf("%v: %s, %v, want %s", c.v, got, err, c.want)
		}
	}
	if got := string(List(nil)); got != "[]" {
		t.Errorf("no bodies: %s", got)
	}
	if _, err := Encode(func() {}); err == nil {
		t.Error("a function was encoded")
	}
}

// FuzzStrings checks that what is written reads back, and is spelled as encoding/json spells it.
func FuzzStrings(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "<&>", "\u2028\u2029\u2027", "ünï😀", "\xff\xc0\x80", "a\xed\xa0\x80b", "\xf0\x9f\x98"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		body := render(func(w *writer) { w.text(s, "", s) })
		var back string
		if err := json.Unmarshal(body, &back); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && back != want+want {
			t.Errorf("%q reads back as %q", s, back)
		}
		std, _ := Encode(s + s)
		if utf8.ValidString(s) && string(std) != string(body) {
			t.Errorf("%s, and by encoding/json %s", body, std)
		}
	})
}
