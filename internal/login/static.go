package login

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

// asset is a file that pages need. Its address has its hash, so that it may be kept for ever and is never an old one.
type asset struct {
	body []byte
	kind string
}

func (l *Login) loadStatic() {
	l.static = make(map[string]asset)
	for _, name := range []string{"slipway.css", "login.css"} {
		l.styles = append(l.styles, l.addStatic(name, "text/css; charset=utf-8"))
	}
	l.icon = l.addStatic("favicon.svg", "image/svg+xml")
}

func (l *Login) addStatic(name, kind string) (address string) {
	body, err := files.ReadFile("static/" + name)
	if err != nil {
		panic("login: " + err.Error())
	}
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	address = "/static/" + strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
	l.static[address] = asset{body, kind}
	return address
}

// serveStatic answers for a file, and says whether there is one.
func (l *Login) serveStatic(w http.ResponseWriter, r *http.Request) bool {
	a, ok := l.static[r.URL.Path]
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	if r.Method == http.MethodGet {
		_, _ = w.Write(a.body)
	}
	return true
}
