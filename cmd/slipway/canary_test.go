package main

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// TestCanaries is promises S4 and S5: secrets that go through every kind of route, at debug level, are in no line of the
// log, no error, no metric, and no file of the data folder but the key's.
func TestCanaries(t *testing.T) {
	const (
		hookSecret  = "canary-hook-secret-7261"
		nextSecret  = "canary-next-secret-4410"
		inURL       = "canary-in-hook-url-8163"
		badToken    = "slp_canaryBadToken9421canaryBadToken942"
		inQuery     = "canary-in-query-5512"
		asPassword  = "canary-basic-password-3321"
		inIdempKey  = "canary-idempotency-key-1177"
		inPathNames = "canary-repository-name-6655"
	)
	receiver := testkit.NewReceiver(t, hookSecret)
	s := testkit.StartServer(t, "slipway", "SLIPWAY_LOG_LEVEL=debug", "SLIPWAY_WEBHOOK_RETRY_MIN=50ms")
	made := s.Run("token", "create", "--user", "ci", "--scopes", "repo,admin:repo_hook", "--name", "canary")
	s.Run("repo", "create", "acme/web")

	var answers bytes.Buffer
	do := func(method, path, body string) {
		code, _, answer := s.Do(method, path, body)
		if code >= 400 {
			answers.Write(answer)
		}
	}
	hook := `{"events":["*"],"config":{"url":"` + receiver.URL() + `?key=` + inURL + `","content_type":"json","secret":"` + hookSecret + `"}}`
	do(http.MethodPost, "/repos/acme/web/hooks", hook)
	do(http.MethodPost, "/repos/acme/web/hooks", hook)                                                                                   // a duplicate, whose refusal must not repeat it
	do(http.MethodPost, "/repos/acme/web/hooks", `{"config":{"url":"http://user:`+asPassword+`@127.0.0.1:x/","secret":"`+hookSecret+`"`) // malformed
	do(http.MethodGet, "/repos/acme/web/hooks", "")
	answers.WriteString(rotate(t, s, nextSecret))
	do(http.MethodPatch, "/repos/acme/web/hooks/1/config", `{"insecure_ssl":"2","secret":"`+nextSecret+`"}`)
	head := pushCommit(t, s, "acme/web")
	do(http.MethodPost, "/repos/acme/web/statuses/"+head, `{"state":"success"}`)
	do(http.MethodPost, "/repos/acme/web/deployments", `{"ref":"main"}`)
	do(http.MethodGet, "/repos/acme/web/deployments?access_token="+inQuery, "")
	do(http.MethodGet, "/repos/acme/"+inPathNames, "")
	receiver.WaitFor("deployment", 1, 20*time.Second)
	receiver.Behave(testkit.Status(http.StatusInternalServerError))
	do(http.MethodPost, "/repos/acme/web/deployments/1/statuses", `{"state":"success"}`)
	receiver.WaitFor("deployment_status", 2, 20*time.Second) // refused, and tried again
	for _, header := range []string{"token " + badToken, "Bearer " + badToken, "Basic " + badToken} {
		answers.WriteString(with(t, s, header, ""))
	}
	answers.WriteString(with(t, s, "token "+made, inIdempKey))
	answers.WriteString(withBasic(t, s, asPassword))

	metrics := with(t, s, "", "", s.URL+"/metrics")
	if code := s.Stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	for _, secret := range []string{hookSecret, nextSecret, inURL, badToken, inQuery, asPassword, inIdempKey, s.Token, made} {
		for place, text := range map[string]string{"the log": s.Log(), "an error": answers.String(), "the metrics": metrics} {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %s", place, secret)
			}
		}
	}
	if len(s.Log()) < 500 {
		t.Errorf("the log says almost nothing at debug level: %q", s.Log())
	}
	for _, secret := range []string{hookSecret, nextSecret, badToken, asPassword, s.Token, made} {
		for _, path := range filesWith(t, s.Data, secret) {
			t.Errorf("%s holds %s", path, secret)
		}
	}
	if len(filesWith(t, s.Data, "acme")) == 0 {
		t.Error("the search finds nothing at all")
	}
}

// rotate begins the rotation of hook 1's secret, and asks for another once it has begun.
func rotate(t *testing.T, s *testkit.Server, secret string) (answers string) {
	t.Helper()
	for _, next := range []string{secret, secret + "-too"} {
		req, err := http.NewRequest(http.MethodPost, s.URL+"/api/slipway/v1/repos/acme/web/hooks/1/secret-rotation", strings.NewReader(`{"secret":"`+next+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "token "+s.Token)
		answers += send(t, req)
	}
	if !strings.Contains(answers, `"rotating":true`) || !strings.Contains(answers, "is being rotated already") {
		t.Errorf("rotating answers %s", answers)
	}
	return answers
}

func filesWith(t *testing.T, root, text string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(path)
		if bytes.Contains(body, []byte(text)) {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// with sends a request under another Authorization and gives the body of the answer.
func with(t *testing.T, s *testkit.Server, authorization, key string, url ...string) string {
	t.Helper()
	address := s.API() + "/repos/acme/web/deployments"
	method := http.MethodPost
	if len(url) > 0 {
		address, method = url[0], http.MethodGet
	}
	req, err := http.NewRequest(method, address, strings.NewReader(`{"ref":"main"`))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return send(t, req)
}

func withBasic(t *testing.T, s *testkit.Server, password string) string {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.URL+"/acme/web.git/info/refs?service=git-receive-pack", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("ada", password)
	return send(t, req)
}

func send(t *testing.T, req *http.Request) string {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return body.String()
}
