package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
)

// extensionRules are rules for the rows of the extension API.
var extensionRules = map[string]rule{
	"POST R/hooks/#hook/redeliver":         {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"POST R/hooks/#hook/resume":            {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"GET R/hooks/#hook/health":             {hookReaders, hookReaders + " public_repo", "admin", false, true},
	"GET R/hooks/#hook/secret-rotation":    {hookReaders, hookReaders + " public_repo", "admin", false, true},
	"POST R/hooks/#hook/secret-rotation":   {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"DELETE R/hooks/#hook/secret-rotation": {hookWriters, hookWriters + " public_repo", "admin", false, true},
	"GET /server":                          {private: "any"},
	"GET /openapi.json":                    {private: "open"},
}

// name tells rows of both tables apart.
func (r *route) name() string {
	if r.extension {
		return r.method + " " + extensionBase + " " + r.pattern
	}
	return r.method + " " + r.pattern
}

// ruleOf is what a row has to keep to.
func ruleOf(row *route) (r rule, ok bool) {
	table := rules
	if row.extension {
		table = extensionRules
	}
	r, ok = table[row.method+" "+row.pattern]
	return r, ok
}

func mustRule(row *route) rule {
	r, _ := ruleOf(row)
	return r
}

// below is a row's path below the base of its table, for do.
func below(row *route, path string) string {
	if row.extension {
		return extensionBase + path
	}
	return path
}

// TestDescription: docs/openapi-slipway.yaml tells of every route of the extension API and of no other.
func TestDescription(t *testing.T) {
	var document struct {
		Paths map[string]map[string]any
	}
	if err := yaml.Unmarshal(check(os.ReadFile("../../docs/openapi-slipway.yaml"))(t), &document); err != nil {
		t.Fatal(err)
	}
	described := map[string]any{}
	for path, methods := range document.Paths {
		for method, operation := range methods {
			if method != "parameters" {
				described[strings.ToUpper(method)+" "+path] = operation.(map[string]any)["operationId"]
			}
		}
	}
	rows := extensionRoutes()
	for i, name := range extensionNames() {
		if described[name] != rows[i].doc {
			t.Errorf("%s is %v in the description and %q in the table", name, described[name], rows[i].doc)
		}
		delete(described, name)
	}
	for name := range described {
		t.Errorf("%s is described and not served", name)
	}
}

// TestDescriptionIsServed as it was given, at both bases.
func TestDescriptionIsServed(t *testing.T) {
	w := newWorld(t, func(o *worldOptions) { o.bare, o.Description = true, []byte(`{"openapi":"3.0.3"}`) })
	for path, host := range map[string]string{"/api/slipway/v1/openapi.json": "slipway.test", "/slipway/v1/openapi.json": "api.slipway.test"} {
		got := w.send("GET", w.url+path, "", "Host: "+host)
		if got.StatusCode != http.StatusOK || string(got.body) != `{"openapi":"3.0.3"}` || got.get("ETag") == "" {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
}

// ledger is a receiver that answers with a status, which can be changed, and remembers what it was sent.
type ledger struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []received
}

type received struct{ guid, event, signature, signature256, standard, body string }

func (w *world) ledger(status int) *ledger {
	l := &ledger{status: status}
	l.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		for n := 0; n < len(body); {
			m, err := r.Body.Read(body[n:])
			if n += m; err != nil {
				break
			}
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.got = append(l.got, received{
			r.Header.Get("X-GitHub-Delivery"), r.Header.Get("X-GitHub-Event"), r.Header.Get("X-Hub-Signature"),
			r.Header.Get("X-Hub-Signature-256"), r.Header.Get("Webhook-Signature"), string(body),
		})
		rw.WriteHeader(l.status)
	}))
	w.Cleanup(l.Close)
	return l
}

func (l *ledger) answers(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = status
}

func (l *ledger) take() []received {
	l.mu.Lock()
	defer l.mu.Unlock()
	got := l.got
	l.got = nil
	return got
}

// health is what the extension says of hook 1.
func (w *world) health() (h struct {
	State       string
	Waiting     int
	Failing     int
	ParkedAt    *string                 `json:"parked_at"`
	LastSuccess *struct{ Event string } `json:"last_success"`
	LastFailure *struct {
		StatusCode int `json:"status_code"`
	} `json:"last_failure"`
	SecretRotation struct{ Rotating bool } `json:"secret_rotation"`
},
) {
	w.Helper()
	got := w.do("GET", "/api/slipway/v1/repos/acme/web/hooks/1/health", "", "As: boss")
	if err := json.Unmarshal(got.body, &h); err != nil || got.StatusCode != http.StatusOK {
		w.Fatalf("%d %s", got.StatusCode, got.body)
	}
	return h
}

func (w *world) redeliver(body string) (queued int) {
	w.Helper()
	got := w.do("POST", "/api/slipway/v1/repos/acme/web/hooks/1/redeliver", body, "As: boss")
	var answer struct{ Queued int }
	if err := json.Unmarshal(got.body, &answer); err != nil || got.StatusCode != http.StatusAccepted {
		w.Fatalf("%d %s", got.StatusCode, got.body)
	}
	return answer.Queued
}

// TestBulkRedelivery: what a receiver was told is told once more, in its order and under its GUIDs, however often it is asked
// for meanwhile; what waits in order is not told out of it; a parked hook goes on.
func TestBulkRedelivery(t *testing.T) {
	w := newWorld(t)
	l := w.ledger(http.StatusOK)
	w.do("POST", "/repos/acme/web/hooks", `{"config":{"url":"`+l.URL+`","content_type":"json"},"events":["deployment"]}`, "As: boss")
	for range 3 {
		w.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, "As: writer")
	}
	w.deliver(4)
	first := l.take()
	byGUID := map[string]received{}
	for _, r := range first {
		byGUID[r.guid] = r
	}
	if h := w.health(); h.State != "healthy" || h.LastSuccess == nil || h.LastSuccess.Event != "deployment" || h.LastFailure != nil {
		t.Errorf("health %+v", h)
	}
	if n := w.redeliver(`{"only":"failed"}`); n != 0 {
		t.Errorf("%d failed", n)
	}
	if n := w.redeliver(`{"since":"2999-01-01T00:00:00Z","only":"all"}`); n != 0 {
		t.Errorf("%d after the end of time", n)
	}
	if n := w.redeliver(`{"since":"2020-01-01T00:00:00+02:00","only":"all"}`); n != 4 {
		t.Errorf("queued %d, want 4", n)
	}
	for range 3 { // while they are in flight
		if n := w.redeliver(`{"only":"all"}`); n != 0 {
			t.Errorf("queued %d again", n)
		}
	}
	w.deliver(4)
	told := l.take()
	if len(told) != 4 || told[0].event != "ping" {
		t.Fatalf("told again %+v", told)
	}
	for _, r := range told {
		if r != byGUID[r.guid] {
			t.Errorf("told %+v, want what was told before, %+v", r, byGUID[r.guid])
		}
	}
	inOrder := func(list []received) (guids []string) {
		for _, r := range list {
			if r.event == "deployment" {
				guids = append(guids, r.guid)
			}
		}
		return guids
	}
	if got, want := inOrder(told), inOrder(first); !slices.Equal(got, want) {
		t.Errorf("the order of the redeliveries is %v, want %v", got, want)
	}

	l.answers(http.StatusGone)
	for range 2 {
		w.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, "As: writer")
	}
	w.deliver(1)
	refused := l.take()
	if h := w.health(); h.State != "parked" || h.ParkedAt == nil || h.Waiting != 2 || h.Failing != 1 || h.LastFailure == nil || h.LastFailure.StatusCode != http.StatusGone {
		t.Errorf("health %+v", h)
	}
	l.answers(http.StatusNoContent)
	if n := w.redeliver(`{}`); n != 1 {
		t.Errorf("queued %d, want the head", n)
	}
	w.deliver(2)
	if got := l.take(); len(got) != 2 || got[0].guid != refused[0].guid {
		t.Errorf("told %v, want %v and the one behind it", inOrder(got), inOrder(refused))
	}
	if h := w.health(); h.State != "healthy" || h.Waiting != 0 {
		t.Errorf("health %+v", h)
	}
}

// TestResume: a parked hook goes on from the head.
func TestResume(t *testing.T) {
	w := newWorld(t)
	l := w.ledger(http.StatusGone)
	w.do("POST", "/repos/acme/web/hooks", `{"config":{"url":"`+l.URL+`"},"events":["deployment"],"active":true}`, "As: boss")
	w.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, "As: writer")
	w.deliver(2) // the ping, which is given up, and the deployment
	if h := w.health(); h.State != "parked" || h.Waiting != 1 {
		t.Fatalf("health %+v", h)
	}
	l.answers(http.StatusOK)
	l.take()
	if got := w.do("POST", "/api/slipway/v1/repos/acme/web/hooks/1/resume", "", "As: boss"); got.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	w.deliver(1)
	if got := l.take(); len(got) != 1 || got[0].event != "deployment" {
		t.Errorf("told %+v", got)
	}
}

// TestSecretRotation: a receiver that knows either secret can check every delivery of a rotation, and an edit of the secret
// ends it.
func TestSecretRotation(t *testing.T) {
	w := newWorld(t)
	l := w.ledger(http.StatusOK)
	const hook, rotation = "/repos/acme/web/hooks/1", "/api/slipway/v1/repos/acme/web/hooks/1/secret-rotation"
	w.do("POST", "/repos/acme/web/hooks", `{"config":{"url":"`+l.URL+`","content_type":"json","secret":"old"},"events":["push"]}`, "As: boss")
	signatures := func() (standard int, r received) {
		t.Helper()
		w.do("POST", hook+"/pings", "", "As: boss")
		w.deliver(1)
		got := l.take()
		r = got[len(got)-1]
		return len(strings.Fields(r.standard)), r
	}
	w.deliver(1)
	l.take()
	if n, _ := signatures(); n != 1 {
		t.Errorf("%d signatures before", n)
	}
	do := func(method, path, body string, want int) {
		t.Helper()
		if got := w.do(method, path, body, "As: boss"); got.StatusCode != want || strings.Contains(string(got.body), "new") {
			t.Fatalf("%s %s: %d %s", method, path, got.StatusCode, got.body)
		}
	}
	do("POST", rotation, `{"secret":"new"}`, http.StatusAccepted)
	n, r := signatures()
	if n != 2 || r.signature256 != hub256("old", r.body) || !w.health().SecretRotation.Rotating {
		t.Errorf("rotating: %d signatures, %+v", n, r)
	}
	do("PATCH", hook+"/config", `{"insecure_ssl":"1"}`, http.StatusOK) // what is not about the secret leaves it alone
	do("PATCH", hook, `{"config":{"url":"`+l.URL+`","content_type":"json","secret":"********"}}`, http.StatusOK)
	if n, _ := signatures(); n != 2 {
		t.Errorf("%d signatures after another edit", n)
	}
	do("DELETE", rotation, "", http.StatusOK)
	if n, r := signatures(); n != 1 || r.signature256 != hub256("new", r.body) {
		t.Errorf("finished: %d signatures, %+v", n, r)
	}
	do("POST", rotation, `{"secret":"third"}`, http.StatusAccepted)
	do("PATCH", hook+"/config", `{"secret":"fourth"}`, http.StatusOK)
	if n, r := signatures(); n != 1 || r.signature256 != hub256("fourth", r.body) || w.health().SecretRotation.Rotating {
		t.Errorf("replaced: %d signatures, %+v", n, r)
	}
	if strings.Contains(w.log.String(), "fourth") {
		t.Error("a secret is in the log")
	}
}

func hub256(secret, body string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(m.Sum(nil))
}

// extensionNames lists the extension API's methods and paths, as its description names them: "GET /repos/{owner}/{repo}/hooks/{hook}/health".
func extensionNames() []string {
	var list []string
	for _, row := range extensionRoutes() {
		list = append(list, row.method+" "+describedPath(row.pattern))
	}
	return list
}

func describedPath(pattern string) string {
	if tail, ok := strings.CutPrefix(pattern, "R"); ok {
		pattern = "/repos/:owner/:repo" + tail
	}
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		if part != "" && strings.ContainsRune(":#*", rune(part[0])) {
			parts[i] = "{" + part[1:] + "}"
		}
	}
	return strings.Join(parts, "/")
}
