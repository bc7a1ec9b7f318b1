package hook

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

func newTestSender(t testing.TB, timeout time.Duration) *sender {
	s := newSender(guard(t, "127.0.0.0/8", "::1"), Identity{
		UserAgent: "GitHub-Hookshot/1234567", EnterpriseHost: "slipway.test", EnterpriseVersion: "3.14.0",
	}, timeout, time.Now)
	t.Cleanup(s.close)
	return s
}

func jobFor(url string, settings ...string) Job {
	config := map[string]string{"url": url, "content_type": "json"}
	for i := 0; i < len(settings); i += 2 {
		config[settings[i]] = settings[i+1]
	}
	return Job{
		GUID: "0b989ba4-242f-11e5-81e1-c7b6966d2516", Event: "deployment", RepositoryID: 37, Body: []byte(`{"a":1}`),
		Hook: slipway.Hook{ID: 12312312, Secret: "s3cr3t", Config: config},
	}
}

func sent(t *testing.T, s *sender, j Job) Attempt {
	t.Helper()
	a, err := s.send(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestRequestAsSent reads a delivery off the socket, where the casing of names is not yet normalised.
func TestRequestAsSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	lines := make(chan []string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var got []string
		r := bufio.NewReader(conn)
		for {
			line, err := r.ReadString('\n')
			if line = strings.TrimSpace(line); err != nil || line == "" {
				break
			}
			name, value, ok := strings.Cut(line, ": ")
			if strings.Contains(name, "ignature") {
				value = "…"
			}
			if name == "webhook-timestamp" {
				value = "…"
			}
			if ok {
				line = name + ": " + value
			}
			got = append(got, line)
		}
		body := make([]byte, 7)
		_, _ = io.ReadFull(r, body)
		lines <- append(got, string(body))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}()
	address := "http://user:pw@" + l.Addr().String() + "/a%20b?c=d"
	a := sent(t, newTestSender(t, 5*time.Second), jobFor(address))
	want := map[string]bool{}
	for _, line := range []string{
		"POST /a%20b?c=d HTTP/1.1", "Host: " + l.Addr().String(), "Content-Length: 7", "Authorization: Basic dXNlcjpwdw==",
		"Accept: */*", "Content-Type: application/json", "User-Agent: GitHub-Hookshot/1234567", "X-GitHub-Event: deployment",
		"X-GitHub-Delivery: 0b989ba4-242f-11e5-81e1-c7b6966d2516", "X-GitHub-Hook-ID: 12312312",
		"X-GitHub-Hook-Installation-Target-ID: 37", "X-GitHub-Hook-Installation-Target-Type: repository",
		"X-GitHub-Enterprise-Host: slipway.test", "X-GitHub-Enterprise-Version: 3.14.0",
		"X-Hub-Signature: …", "X-Hub-Signature-256: …",
		"webhook-id: 0b989ba4-242f-11e5-81e1-c7b6966d2516", "webhook-timestamp: …", "webhook-signature: …", `{"a":1}`,
	} {
		want[line] = true
	}
	got := map[string]bool{}
	for _, line := range <-lines {
		got[line] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if a.RequestHeader["Authorization"] != nil || a.RequestHeader["X-Idempotency-Key"] != nil {
		t.Errorf("kept of the request: %v", a.RequestHeader)
	}
	if !a.OK() || a.Status != "OK" || a.StatusCode != http.StatusOK || a.URL != address {
		t.Errorf("attempt: %+v", a)
	}
}

func TestAnswers(t *testing.T) {
	var elsewhere atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-It", "is")
		_, _ = io.WriteString(w, "fine")
	})
	mux.HandleFunc("/created", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	mux.HandleFunc("/hangup", func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
	})
	mux.HandleFunc("/silence", func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() })
	mux.HandleFunc("/trickle", func(w http.ResponseWriter, r *http.Request) {
		for range 1000 {
			_, _ = io.WriteString(w, ".")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	var flooded atomic.Int64
	mux.HandleFunc("/flood", func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 64<<10)
		for flooded.Load() < 64<<20 {
			n, err := w.Write(chunk)
			flooded.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	closed := httptest.NewServer(mux)
	closed.Close()
	s := newTestSender(t, time.Second)
	for _, test := range []struct {
		url      string
		code     int
		status   string
		answered bool
		response slipway.HookResponse
	}{
		{server.URL + "/ok", 200, "OK", true, slipway.HookResponse{Status: "active"}},
		{server.URL + "/created", 201, "OK", true, slipway.HookResponse{Status: "active"}},
		{server.URL + "/teapot", 418, "Invalid HTTP Response: 418", true, slipway.HookResponse{Status: "misconfigured"}},
		{server.URL + "/away", 307, "Invalid HTTP Response: 307", true, slipway.HookResponse{Status: "misconfigured"}},
		{server.URL + "/hangup", 502, "failure when receiving data from the peer", false, slipway.HookResponse{Status: "connection_error"}},
		{server.URL + "/silence", 504, "timed out", false, slipway.HookResponse{Status: "connection_error"}},
		{server.URL + "/trickle", 504, "timed out", false, slipway.HookResponse{Status: "connection_error"}},
		{server.URL + "/flood", 200, "OK", true, slipway.HookResponse{Status: "active"}},
		{closed.URL, 502, "failed to connect to host", false, slipway.HookResponse{Status: "connection_error"}},
		{"http://does-not-exist.invalid/", 502, "couldn't resolve host name", false, slipway.HookResponse{Status: "connection_error"}},
		{"http://10.0.0.1/", 502, unreachable("10.0.0.1"), false, slipway.HookResponse{Status: "connection_error"}},
		{"http://[::ffff:10.0.0.1]:1/", 502, unreachable("::ffff:10.0.0.1"), false, slipway.HookResponse{Status: "connection_error"}},
		{"javascript:alert(1)", 502, "URL is not valid", false, slipway.HookResponse{Status: "connection_error"}},
	} {
		a := sent(t, s, jobFor(test.url))
		if a.StatusCode != test.code || a.Status != test.status || a.Answered != test.answered {
			t.Errorf("%s: %d %q %v, want %d %q %v", test.url, a.StatusCode, a.Status, a.Answered, test.code, test.status, test.answered)
		}
		r := a.Response()
		if r.Status != test.response.Status || *r.Code != test.code || *r.Message != test.status {
			t.Errorf("%s: last_response %+v", test.url, r)
		}
		if a.Duration <= 0 || a.Duration > 3*time.Second || len(a.ResponseBody) > keptOfAnswer {
			t.Errorf("%s: took %s and kept %d bytes", test.url, a.Duration, len(a.ResponseBody))
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
	if n := flooded.Load(); n > 32<<20 {
		t.Errorf("%d bytes of an answer were taken", n)
	}
	ok := sent(t, s, jobFor(server.URL+"/ok"))
	if string(ok.ResponseBody) != "fine" || ok.ResponseHeader.Get("X-It") != "is" {
		t.Errorf("kept of the answer: %q %v", ok.ResponseBody, ok.ResponseHeader)
	}
}

func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	server.Config.ErrorLog = nil
	s := newTestSender(t, 5*time.Second)
	if a := sent(t, s, jobFor(server.URL)); a.Answered || a.StatusCode != http.StatusBadGateway || !strings.HasPrefix(a.Status, "peer certificate") {
		t.Errorf("unknown authority: %+v", a)
	}
	if a := sent(t, s, jobFor(server.URL, "insecure_ssl", "1")); !a.OK() {
		t.Errorf("insecure_ssl: %+v", a)
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	s.checked.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots
	s.close()
	if a := sent(t, s, jobFor(server.URL)); !a.OK() {
		t.Errorf("known authority: %+v", a)
	}
	plain := httptest.NewServer(server.Config.Handler)
	defer plain.Close()
	if a := sent(t, s, jobFor("https"+strings.TrimPrefix(plain.URL, "http"))); a.Answered {
		t.Errorf("no TLS there: %+v", a)
	}
}

// TestIdleConnectionsThatClose is what receivers do that keep connections for a moment only: no attempt may fail for it.
func TestIdleConnectionsThatClose(t *testing.T) {
	var conns atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	s := newTestSender(t, 5*time.Second)
	for range 50 {
		if a := sent(t, s, jobFor(server.URL)); !a.OK() {
			t.Fatalf("attempt: %+v", a)
		}
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections for 50 deliveries", n)
	}
	for range 50 {
		server.CloseClientConnections()
		if a := sent(t, s, jobFor(server.URL)); !a.OK() {
			t.Fatalf("attempt after the connection was closed: %+v", a)
		}
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	arrived := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not see that the client is gone
		close(arrived)
		<-r.Context().Done()
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	if _, err := newTestSender(t, time.Minute).send(ctx, jobFor(server.URL)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v: an attempt that was cut short is none", err)
	}
}
