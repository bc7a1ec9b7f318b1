package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// slowRequest is a POST of a commit status whose body is not complete yet.
type slowRequest struct {
	conn net.Conn
	rest string
}

func beginRequest(t *testing.T, s *testkit.Server, path, body string) *slowRequest {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	half := len(body) / 2
	fmt.Fprintf(conn, "POST /api/v3%s HTTP/1.1\r\nHost: slipway\r\nUser-Agent: test\r\nAuthorization: token %s\r\nContent-Length: %d\r\n\r\n%s",
		path, s.Token, len(body), body[:half])
	return &slowRequest{conn, body[half:]}
}

func (r *slowRequest) finish(t *testing.T) *http.Response {
	t.Helper()
	_ = r.conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(r.conn, r.rest)
	res, err := http.ReadResponse(bufio.NewReader(r.conn), nil)
	if err != nil {
		t.Fatalf("a request under way was not answered: %v", err)
	}
	return res
}

// TestStop is promise P19: after SIGTERM the server is not ready, takes no new work, answers what is under way, and exits 0
// within ten seconds.
func TestStop(t *testing.T) {
	s := testkit.StartServer(t, "slipway")
	s.Run("repo", "create", "acme/web")
	head := pushCommit(t, s, "acme/web")
	slow := beginRequest(t, s, "/repos/acme/web/statuses/"+head, `{"state":"success","context":"ci/slow"}`)
	if code := get(t, s.URL+"/readyz"); code != http.StatusOK {
		t.Fatalf("readyz: %d", code)
	}

	start := time.Now()
	s.Signal(syscall.SIGTERM)
	for get(t, s.URL+"/readyz") != http.StatusServiceUnavailable {
		if time.Since(start) > 2*time.Second {
			t.Fatal("ready after SIGTERM")
		}
	}
	if code := get(t, s.URL+"/healthz"); code != http.StatusOK {
		t.Fatalf("healthz: %d", code)
	}
	if code := get(t, s.API()+"/meta"); code != http.StatusServiceUnavailable {
		t.Fatalf("new work is answered %d", code)
	}
	if res := slow.finish(t); res.StatusCode != http.StatusCreated {
		t.Fatalf("the request under way: %s", res.Status)
	}
	<-s.Ended()
	if took := time.Since(start); took > 10*time.Second {
		t.Fatalf("it took %s", took)
	}
	s.Start()
	if code, _, body := s.Do(http.MethodGet, "/repos/acme/web/commits/main/status", ""); code != 200 || !strings.Contains(string(body), `"ci/slow"`) {
		t.Fatalf("what was answered is gone: %d %s", code, body)
	}
}

// TestStopWithoutAnEnd has a request that never ends: the server stops within ten seconds all the same, and exits 0.
func TestStopWithoutAnEnd(t *testing.T) {
	s := testkit.StartServer(t, "slipway")
	s.Run("repo", "create", "acme/web")
	head := pushCommit(t, s, "acme/web")
	beginRequest(t, s, "/repos/acme/web/statuses/"+head, `{"state":"success"}`)
	// A receiver that never answers must not hold the server either.
	receiver := testkit.NewReceiver(t, "")
	receiver.Behave(testkit.Silence)
	hook := `{"config":{"url":"` + receiver.URL() + `"},"events":["*"]}`
	if code, _, body := s.Do(http.MethodPost, "/repos/acme/web/hooks", hook); code != 201 {
		t.Fatalf("hook: %d %s", code, body)
	}
	receiver.Wait(10*time.Second, func(all []testkit.Received) bool { return len(all) > 0 })

	start := time.Now()
	if code := s.Stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Fatalf("it took %s", took)
	}
}

// TestFewDescriptors is the first half of promise P18: with 64 file descriptors and 200 idle connections, callers are
// answered and nothing is lost.
func TestFewDescriptors(t *testing.T) {
	s := testkit.StartServer(t, limited(t, "ulimit -n 64"))
	s.Run("repo", "create", "acme/web")
	head := pushCommit(t, s, "acme/web")
	for range 200 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	for i := range 20 {
		body := fmt.Sprintf(`{"state":"success","context":"ci/%d"}`, i)
		if code, _, answer := s.Do(http.MethodPost, "/repos/acme/web/statuses/"+head, body); code != 201 {
			t.Fatalf("%d: %d %s", i, code, answer)
		}
	}
	if code, _, answer := s.Do(http.MethodPost, "/repos/acme/web/deployments", `{"ref":"main"}`); code != 201 {
		t.Fatalf("deployment: %d %s", code, answer)
	}
	pushCommit(t, s, "acme/web")
}

// TestLargeBodies is the second half: sixteen bodies of 100 MiB at once are answered 413 in less than 384 MiB of memory.
func TestLargeBodies(t *testing.T) {
	s := testkit.StartServer(t, "slipway")
	s.Run("repo", "create", "acme/web")
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			body := io.LimitReader(endless{}, 100<<20)
			req, err := http.NewRequest(http.MethodPost, s.API()+"/repos/acme/web/deployments", body)
			if err != nil {
				t.Error(err)
				return
			}
			req.ContentLength = 100 << 20
			req.Header.Set("Authorization", "token "+s.Token)
			req.Header.Set("Expect", "100-continue")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return // closed while sending: the answer was on its way
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("100 MiB: %s", res.Status)
			}
		})
	}
	all.Wait()
	if peak := s.PeakMemory(); peak > 384<<20 {
		t.Errorf("peak memory: %d MiB", peak>>20)
	}
	if code, _, _ := s.Do(http.MethodGet, "/repos/acme/web", ""); code != 200 {
		t.Errorf("afterwards: %d", code)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// limited is a program that runs slipway under a shell's limit.
func limited(t *testing.T, limit string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "limited")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+limit+" && exec slipway \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func get(t *testing.T, url string) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	res, err := client.Get(url)
	if err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// pushCommit pushes a new commit to main and gives it.
func pushCommit(t testing.TB, s *testkit.Server, repository string) string {
	t.Helper()
	dir := t.TempDir()
	runGit(t, dir, "init", "-q", "-b", "main")
	runGit(t, dir, "commit", "-q", "--allow-empty", "-m", "at "+strconv.FormatInt(time.Now().UnixNano(), 10))
	runGit(t, dir, "push", "-q", "--force", s.GitURL(repository), "main")
	return runGit(t, dir, "rev-parse", "HEAD")
}
