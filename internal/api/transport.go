package api

import (
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// NewServer is an HTTP server with the limits of promise S12: it closes connections that are slow to send a header or
// leave a connection idle, and takes headers of at most 64 KiB. Bodies are bounded by who reads them.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:           strict(h),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       65 * time.Second,
		MaxHeaderBytes:    60 << 10, // net/http adds 4 KiB
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// strict refuses what net/http lets pass but nobody sends in good faith: an empty Host (contract 12.1, Transport). A chunked
// body may have come with a Content-Length beside it, which net/http hides: the connection is closed after such a request,
// so that nothing behind it can be read as another one (decisions §6).
func strict(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		if r.ProtoAtLeast(1, 1) && !plausibleHost(r.Host) {
			w.Header().Set("Connection", "close")
			w.Header()["Content-Type"] = jsonType
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"message":"Bad Request: invalid Host header","documentation_url":"https://docs.github.com/rest","status":"400"}`)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// plausibleHost is what a host may look like: a name or an address, and perhaps a port.
func plausibleHost(host string) bool {
	name := slipway.WithoutPort(host)
	for _, c := range []byte(strings.TrimPrefix(host[len(name):], ":")) {
		if c < '0' || c > '9' {
			return false
		}
	}
	address, bracket := strings.CutPrefix(name, "[")
	if bracket {
		address, bracket = strings.CutSuffix(address, "]")
		_, err := netip.ParseAddr(address)
		return bracket && err == nil
	}
	for _, c := range []byte(name) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return name != ""
}
