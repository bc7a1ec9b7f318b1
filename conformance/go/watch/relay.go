package watch

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// A Delivery is one webhook as the server sent it.
type Delivery struct {
	Event, GUID string
	Header      http.Header
	Payload     []byte // the JSON, out of its form where it came in one
	Status      int    // what the receiver answered
}

// A Relay hands deliveries on to receivers on this machine: POST /{port}/path goes to port's /path. Its answer is the
// receiver's own.
type Relay struct {
	mu   sync.Mutex
	kept []Delivery
}

// Deliveries is what went through so far.
func (r *Relay) Deliveries() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Delivery(nil), r.kept...)
}

func (r *Relay) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	port, path, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, "cut short", http.StatusBadRequest)
		return
	}
	status, answer := http.StatusNoContent, []byte(nil)
	if port != "0" {
		status, answer = forward(req, "http://127.0.0.1:"+port+"/"+path, body)
	}
	r.mu.Lock()
	r.kept = append(r.kept, Delivery{req.Header.Get("X-GitHub-Event"), req.Header.Get("X-GitHub-Delivery"), req.Header.Clone(), payload(req, body), status})
	r.mu.Unlock()
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

func forward(req *http.Request, to string, body []byte) (int, []byte) {
	out, err := http.NewRequestWithContext(req.Context(), req.Method, to, bytes.NewReader(body))
	if err != nil {
		return http.StatusBadGateway, nil
	}
	out.Header = req.Header.Clone()
	res, err := http.DefaultClient.Do(out)
	if err != nil {
		return http.StatusBadGateway, nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return http.StatusBadGateway, nil
	}
	return res.StatusCode, answer
}

func payload(req *http.Request, body []byte) []byte {
	if !strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return body
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return body
	}
	return []byte(form.Get("payload"))
}
