package slipway_test

import (
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

var goodURLs = []string{
	"http://example.com", "https://example.com/", "HTTP://EXAMPLE.COM/x", "https://example.com:8443/a?b=c&d=e#f",
	"http://127.0.0.1:9000/x", "http://[::1]:80/", "https://ci.example.com/job/a%20b/", "https://例え.jp/パス", "http://localhost",
	"https://user@example.com/", "https://example.com/a|b{c}",
}

var badURLs = []string{
	"example.com", "/path", "//example.com", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)",
	"data:text/html,<script>alert(1)</script>", "vbscript:x", "ftp://example.com", "file:///etc/passwd", "mailto:a@b.c", "http:",
	"http://", "https:///path", "http:example.com", "http://:80", "https://user@/x", "http://exa mple.com", " http://example.com",
	"http://example.com ", "http://example.com/\r\nX-Evil: 1", "http://example.com/\n", "http://example.com/\x00", "\x01http://x",
	"http://example.com/\u2028", "http://example.com/\u202egpj", "http://example.com/\u200b", "http://x\\@evil.com", "http://x/\"onclick=",
	"http://x/<script>", "http://x/`", "http://x/\xff", "http://[::1", "http://x:port/", "http://x/%zz", "https\u0000://x", "http\u003a",
	"http://example.com/a b", "http://example.com/a\u00a0b", "http://example.com/?a b", "blob:https://example.com/1", "view-source:http://x", "feed:http://x", "jar:http://x!/", "\u00a0http://x",
}

func TestIsWebURL(t *testing.T) {
	for _, u := range goodURLs {
		if !slipway.IsWebURL(u) {
			t.Errorf("%q is refused", u)
		}
	}
	for _, u := range badURLs {
		if slipway.IsWebURL(u) {
			t.Errorf("%q is accepted", u)
		}
	}
}

func FuzzIsWebURL(f *testing.F) {
	for _, seed := range append(goodURLs, badURLs...) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, u string) {
		lower := strings.ToLower(u)
		if slipway.IsWebURL(u) && (strings.ContainsAny(u, " \t\r\n\x00\"<>`\\") ||
			!strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://")) {
			t.Errorf("%q is accepted", u)
		}
	})
}
