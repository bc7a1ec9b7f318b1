package api

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/slipway-deploy/slipway"
)

// TestHeaders looks at what every answer carries (contract 1.8), under the names that go over the wire.
func TestHeaders(t *testing.T) {
	w := newWorld(t)
	raw := w.raw("GET /api/v3/repos/acme/web/deployments HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nAuthorization: token " + w.token("writer") + "\r\nConnection: close\r\n\r\n")
	for _, line := range []string{
		"Status: 200 OK", "X-RateLimit-Limit: 1000000", "X-RateLimit-Remaining: 1000000", "X-RateLimit-Used: 0", "X-RateLimit-Resource: core",
		"X-GitHub-Media-Type: github.v3; format=json", "X-GitHub-Api-Version-Selected: 2022-11-28", "Access-Control-Allow-Origin: *",
		"X-Frame-Options: deny", "X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'",
		"X-Accepted-OAuth-Scopes: repo, repo_deployment", "X-Accepted-GitHub-Permissions: deployments=read", "Content-Length: 2",
	} {
		if !strings.Contains(raw, "\r\n"+line+"\r\n") {
			t.Errorf("no %q in\n%s", line, raw)
		}
	}
	for name, form := range map[string]string{
		"X-GitHub-Request-Id": `[0-9A-F]{4}:[0-9A-F]{6}:[0-9A-F]{6}:[0-9A-F]{6}:[0-9A-F]{8}`, "ETag": `"[0-9a-f]{64}"`, "X-RateLimit-Reset": `[0-9]{10}`,
	} {
		if !regexp.MustCompile("\r\n" + name + ": " + form + "\r\n").MatchString(raw) {
			t.Errorf("no %s in\n%s", name, raw)
		}
	}
	if strings.Contains(raw, "Strict-Transport-Security") {
		t.Errorf("a server without TLS speaks of transport security")
	}
}

// raw sends bytes as they are and gives what comes back until the connection is closed.
func (w *world) raw(request string) string {
	w.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		w.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		w.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		w.Fatalf("the connection stays open: %v\n%s", err, got)
	}
	return string(got)
}

// TestTransport is contract 12.1, Transport: what must not get through.
func TestTransport(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.bare = true })
	const rest = "User-Agent: t\r\nConnection: close\r\n\r\n"
	for name, row := range map[string]struct{ request, status string }{
		"good":               {"GET /api/v3/ HTTP/1.1\r\nHost: slipway.test:80\r\n" + rest, "200"},
		"IPv6 host":          {"GET /api/v3/ HTTP/1.1\r\nHost: [::1]:80\r\n" + rest, "200"},
		"no host":            {"GET /api/v3/ HTTP/1.1\r\n" + rest, "400"},
		"two hosts":          {"GET /api/v3/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + rest, "400"},
		"empty host":         {"GET /api/v3/ HTTP/1.1\r\nHost:\r\n" + rest, "400"},
		"host with a space":  {"GET /api/v3/ HTTP/1.1\r\nHost: a b\r\n" + rest, "400"},
		"host with a slash":  {"GET /api/v3/ HTTP/1.1\r\nHost: a/b\r\n" + rest, "400"},
		"host with userinfo": {"GET /api/v3/ HTTP/1.1\r\nHost: u@a\r\n" + rest, "400"},
		"host, comma":        {"GET /api/v3/ HTTP/1.1\r\nHost: a,b\r\n" + rest, "400"},
		"bad port":           {"GET /api/v3/ HTTP/1.1\r\nHost: a:x\r\n" + rest, "400"},
		"bad IPv6":           {"GET /api/v3/ HTTP/1.1\r\nHost: [::1\r\n" + rest, "400"},
		"large header":       {"GET /api/v3/ HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 70<<10) + "\r\n" + rest, "431"},
		"bad escape":         {"GET /api/v3/%zz HTTP/1.1\r\nHost: a\r\n" + rest, "400"},
	} {
		t.Run(name, func(t *testing.T) {
			own := *w
			own.TB = t
			if got := own.raw(row.request); !strings.HasPrefix(got, "HTTP/1.1 "+row.status+" ") {
				t.Errorf("%.200s", got)
			}
		})
	}
}

// TestSmuggling: of a Content-Length beside a chunked body nothing is left that the next reader could take for a request.
func TestSmuggling(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.bare = true })
	got := w.raw("POST /api/v3/user/repos HTTP/1.1\r\nHost: a\r\nUser-Agent: t\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"0\r\n\r\nGET /api/v3/meta HTTP/1.1\r\nHost: a\r\nUser-Agent: t\r\n\r\n")
	if strings.Count(got, "HTTP/1.1 ") != 1 || !strings.Contains(got, "\r\nConnection: close\r\n") {
		t.Errorf("more than one answer, or the connection is kept:\n%s", got)
	}
}

func TestCompression(t *testing.T) {
	w := newWorld(t)
	const path = "/repos/acme/open"
	plain := w.do("GET", path, "")
	packed := w.do("GET", path, "", "Accept-Encoding: gzip")
	if packed.get("Content-Encoding") != "gzip" || !strings.Contains(packed.get("Vary"), "Accept-Encoding") {
		t.Fatalf("%v", packed.Header)
	}
	text := check(io.ReadAll(check(gzip.NewReader(strings.NewReader(string(packed.body))))(t)))(t)
	if string(text) != string(plain.body) {
		t.Errorf("%s", text)
	}
	if want := "W/" + plain.get("ETag"); packed.get("ETag") != want {
		t.Errorf("tag %s, want %s", packed.get("ETag"), want)
	}
	for _, tag := range []string{packed.get("ETag"), plain.get("ETag"), `"x", ` + plain.get("ETag")} {
		for _, encoding := range []string{"gzip", "identity"} {
			got := w.do("GET", path, "", "If-None-Match: "+tag, "Accept-Encoding: "+encoding)
			if got.StatusCode != http.StatusNotModified || len(got.body) > 0 {
				t.Errorf("%s with %s: %d", tag, encoding, got.StatusCode)
			}
		}
	}
	if small := w.do("GET", "/rate_limit", "", "Accept-Encoding: gzip"); small.get("Content-Encoding") != "" {
		t.Errorf("a small answer is compressed")
	}
}

// TestWhatElseChanges: a push shows in a repository's answer and leaves its updated_at alone; it is weighed all the same.
func TestWhatElseChanges(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := check(http.NewRequest(http.MethodGet, "/", nil))(t)
	r.Header.Set("If-Modified-Since", at.Format(http.TimeFormat))
	c := &call{request: r}
	for later, want := range map[time.Duration]bool{-time.Hour: true, 0: true, time.Minute: false} {
		if got := c.notModified(`"x"`, reply{modified: at, changed: at.Add(later)}.lastChange()); got != want {
			t.Errorf("changed %v later: not modified is %v", later, got)
		}
	}
	if !c.notModified(`"x"`, reply{modified: at}.lastChange()) {
		t.Error("what never changed is modified")
	}
}

func TestConditional(t *testing.T) {
	w := newWorld(t)
	w.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, "As: writer")
	const path = "/repos/acme/web/deployments/1"
	first := w.do("GET", path, "", "As: writer")
	tag, modified := first.get("ETag"), first.get("Last-Modified")
	later := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for name, row := range map[string]struct {
		headers []string
		status  int
	}{
		"tag":                       {[]string{"If-None-Match: " + tag}, 304},
		"weak":                      {[]string{"If-None-Match: W/" + tag}, 304},
		"other tag":                 {[]string{`If-None-Match: "x"`}, 200},
		"since":                     {[]string{"If-Modified-Since: " + modified}, 304},
		"since later":               {[]string{"If-Modified-Since: " + later}, 304},
		"since long ago":            {[]string{"If-Modified-Since: Mon, 02 Jan 2006 15:04:05 GMT"}, 200},
		"since never":               {[]string{"If-Modified-Since: yesterday"}, 200},
		"tag wins":                  {[]string{`If-None-Match: "x"`, "If-Modified-Since: " + later}, 200},
		"tag of another media type": {[]string{"If-None-Match: " + tag, "Accept: application/vnd.github.v3.full+json"}, 200},
	} {
		if got := w.do("GET", path, "", append(row.headers, "As: writer")...); got.StatusCode != row.status {
			t.Errorf("%s: %d, want %d", name, got.StatusCode, row.status)
		}
	}
	if got := w.do("GET", path, "", "As: reader", "If-None-Match: "+tag); got.StatusCode != http.StatusOK {
		t.Errorf("another's tag: %d", got.StatusCode)
	}
	if got := w.do("HEAD", path, "", "As: writer", "If-None-Match: "+tag); got.StatusCode != http.StatusNotModified {
		t.Errorf("HEAD: %d", got.StatusCode)
	}
	w.do("POST", path+"/statuses", `{"state":"pending"}`, "As: writer")
	if got := w.do("GET", path, "", "As: writer", "If-None-Match: "+tag); got.StatusCode == http.StatusNotModified && time.Since(first.at()) > time.Second {
		t.Errorf("a changed deployment is not modified")
	}
	if got := w.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, "As: writer", "If-None-Match: *"); got.StatusCode != http.StatusCreated {
		t.Errorf("a POST: %d", got.StatusCode)
	}
}

// at is when an answer says it was made.
func (a *answer) at() time.Time {
	at, _ := http.ParseTime(a.get("Date"))
	return at
}

// TestHead: the same headers as GET, and no body.
func TestHead(t *testing.T) {
	w := newWorld(t)
	get, head := w.do("GET", "/repos/acme/open", ""), w.do("HEAD", "/repos/acme/open", "")
	for _, name := range []string{"ETag", "Content-Type", "Last-Modified", "Vary", "Content-Length"} {
		if get.get(name) != head.get(name) {
			t.Errorf("%s: %q and %q", name, get.get(name), head.get(name))
		}
	}
	if len(head.body) != 0 {
		t.Errorf("a body: %s", head.body)
	}
}

// TestBodies: what cannot be read is 4xx, and nothing of it stays.
func TestBodies(t *testing.T) {
	w := newWorld(t)
	const path = "/repos/acme/web/deployments"
	send := func(body io.Reader, headers ...string) (int, string) {
		t.Helper()
		req := check(http.NewRequest(http.MethodPost, w.url+"/api/v3"+path, body))(t)
		req.Header.Set("Authorization", "token "+w.token("writer"))
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			req.Header.Set(name, value)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(text)
	}
	large := func() io.Reader { return io.LimitReader(endless('x'), 2<<20) }
	if status, text := send(large()); status != http.StatusRequestEntityTooLarge || !strings.Contains(text, `"message"`) {
		t.Errorf("2 MiB of unknown length: %d %s", status, text)
	}
	var bomb strings.Builder
	zip := gzip.NewWriter(&bomb)
	_, _ = io.Copy(zip, io.LimitReader(endless(' '), 64<<20))
	_ = zip.Close()
	if status, _ := send(strings.NewReader(bomb.String()), "Content-Encoding: gzip"); status < 400 || status > 499 {
		t.Errorf("a gzip bomb: %d", status)
	}
	if status, _ := send(iotest.OneByteReader(strings.NewReader(`{"ref":"main"}`))); status != http.StatusCreated {
		t.Errorf("in small pieces: %d", status)
	}
	if status, _ := send(strings.NewReader(`{"ref":"main"}`), "Content-Type: text/plain"); status != http.StatusCreated {
		t.Errorf("another content type: %d", status)
	}
	got := w.raw("POST /api/v3" + path + " HTTP/1.1\r\nHost: a\r\nUser-Agent: t\r\nAuthorization: token " + w.token("writer") + "\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 400 ") {
		t.Errorf("broken chunks: %s", got)
	}
}

// TestLargeBody: a caller that sends everything before it reads sees the 413, whether or not it said how much it would send.
func TestLargeBody(t *testing.T) {
	w := newWorld(t)
	const mebibytes = 64
	for name, frame := range map[string]func(io.Writer) error{
		"Content-Length: 67108864": func(to io.Writer) error {
			_, err := io.CopyN(to, endless('x'), mebibytes<<20)
			return err
		},
		"Transfer-Encoding: chunked": func(to io.Writer) error {
			chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<20, strings.Repeat("x", 1<<20))
			for range mebibytes {
				if _, err := io.WriteString(to, chunk); err != nil {
					return err
				}
			}
			_, err := io.WriteString(to, "0\r\n\r\n")
			return err
		},
	} {
		conn := check(net.Dial("tcp", strings.TrimPrefix(w.url, "http://")))(t)
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.WriteString(conn, "POST /api/v3/repos/acme/web/deployments HTTP/1.1\r\nHost: a\r\nUser-Agent: t\r\nAuthorization: token "+w.token("writer")+"\r\n"+name+"\r\n\r\n")
		if err := frame(conn); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 413 ") || !strings.Contains(string(got), `"message"`) {
			t.Errorf("%s: %v %s", name, err, got)
		}
		_ = conn.Close()
	}
}

// TestSlowBody: who sends half a body and stops is answered, and the connection is closed.
func TestSlowBody(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.BodyTimeout = 100 * time.Millisecond })
	got := w.raw("POST /api/v3/repos/acme/web/deployments HTTP/1.1\r\nHost: a\r\nUser-Agent: t\r\nAuthorization: token " + w.token("writer") + "\r\nContent-Length: 20\r\n\r\n{")
	if !strings.HasPrefix(got, "HTTP/1.1 400 ") {
		t.Errorf("%s", got)
	}
	s := NewServer(w.api, nil)
	if s.ReadHeaderTimeout != 5*time.Second || s.IdleTimeout > 65*time.Second || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("%+v", s)
	}
}

type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

// replace swaps the handler of one row.
func (w *world) replace(name string, do handler) {
	w.Helper()
	for _, group := range []map[string][]*route{w.api.router.inside, w.api.router.outside} {
		for _, rows := range group {
			for _, row := range rows {
				if row.method+" "+row.pattern == name {
					row.do = do
					return
				}
			}
		}
	}
	w.Fatalf("no row %s", name)
}

// TestPanic: a handler that panics is a 500 that says nothing, and a line in the log that says everything.
func TestPanic(t *testing.T) {
	w := newWorld(t)
	w.replace("GET /meta", func(*API, context.Context, *call) (reply, error) { panic("secret of the house") })
	got := w.do("GET", "/meta", "")
	if got.StatusCode != http.StatusInternalServerError || !strings.Contains(string(got.body), `"message":"Server Error"`) || strings.Contains(string(got.body), "secret") {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if !strings.Contains(w.log.String(), "secret of the house") {
		t.Errorf("the log says nothing")
	}
	if got := w.do("GET", "/", ""); got.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %d", got.StatusCode)
	}
}

// TestInnerErrors: text of errors that are not meant for callers never reaches them.
func TestInnerErrors(t *testing.T) {
	w := newWorld(t)
	inner := fmt.Errorf("sqlite: /var/lib/slipway.db: %w", io.ErrUnexpectedEOF)
	for name, row := range map[string]struct {
		err    error
		status int
	}{
		"plain":       {inner, 500},
		"internal":    {&slipway.Error{Message: "/var/lib", Op: "store", Err: inner}, 500},
		"unavailable": {slipway.Because(slipway.Unavailable, "store /var/lib", inner), 503},
		"full":        {slipway.Because(slipway.Full, "store /var/lib", inner), 507},
		"wrapped":     {fmt.Errorf("deploy /var/lib: %w", slipway.Because(slipway.Conflict, "x", inner)), 409},
		"kind":        {&slipway.Error{Kind: 99, Message: "/var/lib"}, 500},
		"too late":    {context.DeadlineExceeded, 503},
		"gone":        {slipway.Fail(slipway.Gone, "over"), 410},
		"unsupported": {slipway.Fail(slipway.Unsupported, "no"), 415},
	} {
		w.replace("GET /meta", func(*API, context.Context, *call) (reply, error) { return reply{}, row.err })
		got := w.do("GET", "/meta", "")
		if got.StatusCode != row.status || strings.Contains(string(got.body), "/var") || strings.Contains(string(got.body), "sqlite") {
			t.Errorf("%s: %d %s", name, got.StatusCode, got.body)
		}
		var body struct{ Message, DocumentationURL, Status string }
		if err := json.Unmarshal(got.body, &body); err != nil || body.Message == "" || body.Status != fmt.Sprint(row.status) {
			t.Errorf("%s: %s", name, got.body)
		}
		if row.status == http.StatusServiceUnavailable && got.get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", name)
		}
	}
}

// TestAdmission: requests beyond what is in work and queued are 503 with Retry-After; reads and health are not held up by writes.
func TestAdmission(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.MaxInWork, o.MaxQueued = 2, 1 })
	inside, release := make(chan struct{}, 10), make(chan struct{})
	w.replace("POST /user/repos", func(*API, context.Context, *call) (reply, error) {
		inside <- struct{}{}
		<-release
		return noContent(), nil
	})
	var wait sync.WaitGroup
	answers := make(chan *answer, 10)
	post := func() {
		wait.Go(func() { answers <- w.do("POST", "/user/repos", "{}", "As: writer") })
	}
	post()
	post()
	<-inside
	<-inside
	post() // waits
	for w.api.writes.waiting.Load() == 0 {
		runtime.Gosched()
	}
	full := w.do("POST", "/user/repos", "{}", "As: writer")
	if full.StatusCode != http.StatusServiceUnavailable || full.get("Retry-After") != "1" || !strings.Contains(string(full.body), `"message"`) {
		t.Errorf("a full server: %d %s", full.StatusCode, full.body)
	}
	if got := w.do("GET", "/repos/acme/web", "", "As: writer"); got.StatusCode != http.StatusOK {
		t.Errorf("a read beside them: %d", got.StatusCode)
	}
	if got := w.send("GET", w.url+"/readyz", ""); got.StatusCode != http.StatusOK {
		t.Errorf("readiness: %d", got.StatusCode)
	}
	close(release)
	wait.Wait()
	close(answers)
	for a := range answers {
		if a.StatusCode != http.StatusNoContent {
			t.Errorf("one that was let in: %d", a.StatusCode)
		}
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.bare = true })
	get := func(path string) int { return w.send("GET", w.url+path, "").StatusCode }
	if get("/healthz") != 200 || get("/readyz") != 200 {
		t.Errorf("a server at work is not ready")
	}
	w.api.SetReady(false)
	if get("/healthz") != 200 || get("/readyz") != 503 {
		t.Errorf("a server that starts or stops is ready")
	}
	w.api.SetReady(true)
	_ = w.closeStore()
	if get("/healthz") != 200 || get("/readyz") != 503 {
		t.Errorf("a server without its database is ready")
	}
	if got := w.do("GET", "/rate_limit", "", "As: admin"); got.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(got.body), `"message"`) {
		t.Errorf("a call without the database: %d %s", got.StatusCode, got.body)
	}
}

// TestNoSecretInLogs is promise S4 for the edge: no token reaches the log, however it was sent, at debug level.
func TestNoSecretInLogs(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.QueryTokens = true })
	secret := w.tokenOf("boss", "repo")
	const canary = "canary-0123456789"
	for _, row := range append(routes(), extensionRoutes()...) {
		path := concrete(&row, "/repos/acme/web")
		w.do(row.method, path+"?access_token="+secret+"&client_secret="+canary, `{"secret":"`+canary+`","config":{"url":"http://127.0.0.1:9/","secret":"`+canary+`"},"payload":"`+canary+`"}`)
		w.do(row.method, path, "", "Authorization: token "+canary)
		w.do(row.method, path, "", "Authorization: Basic "+secret)
	}
	w.do("GET", "/applications/x/tokens/"+secret, "", "Authorization: Bearer "+canary)
	w.do("SECRET-"+canary, "/", "")
	for _, s := range []string{secret, canary} {
		if log := w.log.String(); strings.Contains(log, s) {
			i := strings.Index(log, s)
			t.Errorf("…%s…", log[max(0, i-200):i+20])
		}
	}
	if !strings.Contains(w.log.String(), "R/deployments/#deployment") {
		t.Errorf("the log names no routes")
	}
}

func TestIncompleteRowsDoNotStart(t *testing.T) {
	a := &API{}
	for name, row := range map[string]route{
		"no need":    {method: "GET", pattern: "/x", doc: "x", do: (*API).meta},
		"no role":    {method: "GET", pattern: "R/x", need: slipway.Need{Scopes: []string{"repo"}}, doc: "x", do: (*API).meta},
		"no handler": {method: "GET", pattern: "/x", need: slipway.ToBeAnybody, doc: "x"},
		"no page":    {method: "GET", pattern: "/x", need: slipway.ToBeAnybody, do: (*API).meta},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("it starts")
				}
			}()
			a.prepare([]route{row})
		})
	}
}

func TestClientAddress(t *testing.T) {
	proxies := check(parsePrefixes("10.0.0.0/8", "::1/128"))(t)
	for _, row := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:1", "198.51.100.1", "192.0.2.1"},
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"[::1]:1", "2001:db8::1", "2001:db8::1"},
		{"[::ffff:10.0.0.1]:1", "198.51.100.1", "198.51.100.1"},
		{"@", "", "@"},
	} {
		a := &API{options: Options{TrustedProxies: proxies}}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = row.peer
		if row.forwarded != "" {
			r.Header.Set("X-Forwarded-For", row.forwarded)
		}
		if got := a.clientAddress(r); got != row.want {
			t.Errorf("%+v: %s", row, got)
		}
	}
}

// TestKeptConnections: a connection serves many requests, and an unread body does not spoil the next.
func TestKeptConnections(t *testing.T) {
	w := newWorld(t)
	conn := check(net.Dial("tcp", strings.TrimPrefix(w.url, "http://")))(t)
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	reader := bufio.NewReader(conn)
	for i, request := range []string{
		"DELETE /api/v3/repos/acme/web/deployments/9 HTTP/1.1\r\nContent-Length: 3\r\n",
		"GET /api/v3/meta HTTP/1.1\r\nContent-Length: 3\r\n",
		"POST /api/v3/nothing HTTP/1.1\r\nContent-Length: 3\r\n",
	} {
		_, _ = io.WriteString(conn, request+"Host: a\r\nUser-Agent: t\r\nAuthorization: token "+w.token("writer")+"\r\n\r\nabc")
		res := check(http.ReadResponse(reader, nil))(t)
		_, _ = io.Copy(io.Discard, res.Body)
		if want := []int{404, 200, 404}[i]; res.StatusCode != want || res.Close {
			t.Errorf("%s: %d, closed: %v", request, res.StatusCode, res.Close)
		}
	}
}
