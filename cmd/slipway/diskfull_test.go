package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// TestDiskFull is promise P16: with a full disk, writes are refused with 507 or 503 and a message, reads go on, a push fails
// cleanly; when there is room again the server recovers by itself, and nothing that was acknowledged is lost.
func TestDiskFull(t *testing.T) {
	s := testkit.StartServer(t, onSmallDisk(t, "12m"))
	// Over the API: the socket is on the small disk, which no other process sees.
	if code, _, answer := s.Do(http.MethodPost, "/user/repos", `{"name":"web"}`); code != http.StatusCreated {
		t.Fatalf("repository: %d %s", code, answer)
	}
	head := pushCommit(t, s, "admin/web")
	told := 0
	report := func() (int, []byte) {
		body := fmt.Sprintf(`{"state":"success","context":"ci/%d","description":"%s"}`, told, strings.Repeat("x", 140))
		code, _, answer := s.Do(http.MethodPost, "/repos/admin/web/statuses/"+head, body)
		if code == http.StatusCreated {
			told++
		}
		return code, answer
	}
	if code, answer := report(); code != http.StatusCreated {
		t.Fatalf("before: %d %s", code, answer)
	}

	fill := filepath.Join(fmt.Sprintf("/proc/%d/root", s.Pid()), s.Data, "fill")
	fillUp(t, fill)
	var code int
	var answer []byte
	for range 2000 { // what the database has allocated already may still take some
		if code, answer = report(); code != http.StatusCreated {
			break
		}
	}
	if message := messageOf(answer); code != http.StatusInsufficientStorage && code != http.StatusServiceUnavailable || message == "" {
		t.Fatalf("on a full disk: %d %s", code, answer)
	}
	if code, _, answer := s.Do(http.MethodGet, "/repos/admin/web/commits/main/status", ""); code != http.StatusOK {
		t.Errorf("reading from a full disk: %d %s", code, answer)
	}
	if err := tryPush(t, s); err == nil {
		t.Error("a push onto a full disk was accepted")
	}

	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if code, answer = report(); code == http.StatusCreated {
			break
		}
		if time.Since(start) > 15*time.Second {
			t.Fatalf("15 s after there is room again: %d %s", code, answer)
		}
	}
	if err := tryPush(t, s); err != nil {
		t.Errorf("a push after there is room again: %v", err)
	}
	var combined struct {
		Total int `json:"total_count"`
	}
	_, _, answer = s.Do(http.MethodGet, "/repos/admin/web/commits/"+head+"/status", "")
	if err := json.Unmarshal(answer, &combined); err != nil || combined.Total != told {
		t.Errorf("%d were acknowledged, %d are there (%v)", told, combined.Total, err)
	}
}

// onSmallDisk is a program that runs slipway with its data on a file system of its own, which ends with it.
func onSmallDisk(t *testing.T, size string) string {
	t.Helper()
	if out, err := exec.Command("unshare", "--map-root-user", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("NOT RUN: this system gives nobody a mount namespace: %v %s", err, out)
	}
	path := filepath.Join(t.TempDir(), "small")
	script := `#!/bin/sh
[ "$1" = serve ] || exec slipway "$@"
mkdir -p "$SLIPWAY_DATA" && exec unshare --map-root-user --mount sh -c 'mount -t tmpfs -o size=` + size + ` tmpfs "$SLIPWAY_DATA" && exec slipway "$@"' sh "$@"
`
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// fillUp writes until nothing more goes in, in ever smaller pieces.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size >= 512; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}

func tryPush(t *testing.T, s *testkit.Server) error {
	t.Helper()
	dir := t.TempDir()
	runGit(t, dir, "init", "-q", "-b", "other")
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte(strings.Repeat("0123456789abcdef", 4096)), 0o600); err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "add", ".")
	runGit(t, dir, "commit", "-q", "-m", "file")
	cmd := exec.Command("git", "push", "-q", "--force", s.GitURL("admin/web"), "other")
	cmd.Dir = dir
	cmd.Env = append(withoutGit(os.Environ()), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func messageOf(body []byte) string {
	var m struct{ Message string }
	_ = json.Unmarshal(body, &m)
	return m.Message
}
