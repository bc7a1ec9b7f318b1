// Package watch stands between clients and a server, and between the server and receivers, and writes down what they say to
// one another. It changes nothing.
package watch

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
)

// An Exchange is a request and its answer, bodies whole and unpacked.
type Exchange struct {
	Method, Path, Query string // Path as it was sent, escaped
	Status              int
	Header              http.Header
	Body                []byte
}

// A Proxy passes requests on to one server and keeps the exchanges of its API.
type Proxy struct {
	Keep func(path string) bool // which paths' answers are kept

	mu   sync.Mutex
	kept []Exchange
	pass *httputil.ReverseProxy
}

// NewProxy passes requests on to server. Host and Authorization stay as the client sent them.
func NewProxy(server *url.URL, trust *tls.Config, keep func(string) bool) *Proxy {
	p := &Proxy{Keep: keep}
	p.pass = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(server)
			r.Out.Host = r.In.Host
			r.Out.URL.RawPath, r.Out.URL.Path = r.In.URL.RawPath, r.In.URL.Path
		},
		Transport:      &http.Transport{TLSClientConfig: trust, DisableCompression: true, MaxIdleConnsPerHost: 16},
		ModifyResponse: p.keep,
		FlushInterval:  -1,
	}
	return p
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.pass.ServeHTTP(w, r) }

// Exchanges is what was kept so far.
func (p *Proxy) Exchanges() []Exchange {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Exchange(nil), p.kept...)
}

func (p *Proxy) keep(res *http.Response) error {
	asked := res.Request
	if !p.Keep(asked.URL.EscapedPath()) {
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	if res.Header.Get("Content-Encoding") == "gzip" && len(body) > 0 {
		if body, err = unpack(body); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = append(p.kept, Exchange{asked.Method, asked.URL.EscapedPath(), asked.URL.RawQuery, res.StatusCode, res.Header.Clone(), body})
	return nil
}

func unpack(body []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
