package object

import "testing"

// FuzzCursor: a cursor is read in the one spelling it was printed in, or not at all.
func FuzzCursor(f *testing.F) {
	for _, c := range []string{cursor("1"), cursor("production"), cursor(""), "", "Y3Vyc29yOnYxOjE", "%%%", cursor("-1"), cursor("+1"), cursor("01")} {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, c string) {
		if key, err := keyAt(&c); err == nil && cursor(key) != c {
			t.Errorf("%q is read as %q", c, key)
		}
		if id, err := idAt(&c); err == nil && (id <= 0 || cursor(cursorOfID(id)) != c) {
			t.Errorf("%q is read as %d", c, id)
		}
	})
}
