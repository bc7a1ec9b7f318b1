package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// killRounds: a few to know that it works, twenty in CI, a thousand before a release (`make full`).
func killRounds(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("SLIPWAY_KILL_ROUNDS")); err == nil {
		return n
	}
	if testing.Short() {
		return 3
	}
	return 20
}

// TestKill is promises P1, P3, P4, P5, P6, P7, P9, P10 and P11 on the binary: it is killed under load, again and again, and
// then what its clients were told is compared with what is there, and with what a receiver got.
func TestKill(t *testing.T) {
	rounds := killRounds(t)
	t.Run("sqlite", func(t *testing.T) { kill(t, rounds) })
	t.Run("postgres", func(t *testing.T) {
		kill(t, max(2, rounds/5), "SLIPWAY_DATABASE_URL="+testkit.Postgres(t, func(string) error { return nil }))
	})
}

func kill(t *testing.T, rounds int, env ...string) {
	env = append(env, "SLIPWAY_WEBHOOK_RETRY_MIN=50ms", "SLIPWAY_WEBHOOK_RETRY_MAX=500ms", "SLIPWAY_WEBHOOK_TIMEOUT=2s", "SLIPWAY_LOG_LEVEL=warn")
	l := &traffic{
		T: t, receiver: testkit.NewReceiver(t, hushHush),
		server: testkit.StartServer(t, "slipway", env...),
		client: &http.Client{Timeout: 20 * time.Second},
		ledger: newLedger(),
	}
	l.prepare()
	// Now and then it hangs up: a retry must neither change the order nor the GUID.
	l.receiver.BehaveEach(func(n int, _ testkit.Received) testkit.Manner {
		if n%25 == 0 {
			return testkit.Hangup
		}
		return testkit.Status(http.StatusOK)
	})
	for round := range rounds {
		l.round(300*time.Millisecond + rand.N(700*time.Millisecond))
		start := time.Now()
		l.server.Start()
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("round %d: the start took %s", round, took) // promise P27
		}
		if t.Failed() {
			return
		}
	}
	l.compare()
}

// traffic is clients that do everything at once, and remember what they were told.
type traffic struct {
	*testing.T
	server   *testkit.Server
	receiver *testkit.Receiver
	client   *http.Client
	work     string // a working copy
	head     string // the commit that statuses are about
	*ledger
}

var repositories = []string{"acme/web", "acme/api"}

func (l *traffic) prepare() {
	for _, name := range repositories {
		l.server.Run("repo", "create", name)
		l.head = pushCommit(l, l.server, name)
		hook := fmt.Sprintf(`{"events":["*"],"config":{"url":"%s","content_type":"json","secret":"%s"}}`, l.receiver.URL(), hushHush)
		if code, _, body := l.server.Do(http.MethodPost, "/repos/"+name+"/hooks", hook); code != http.StatusCreated {
			l.Fatalf("hook: %d %s", code, body)
		}
	}
	l.work = l.TempDir()
	runGit(l, l.work, "clone", "-q", l.server.GitURL("acme/web"), ".")
	runGit(l, l.work, "checkout", "-q", "-b", "topic")
	runGit(l, l.work, "commit", "-q", "--allow-empty", "-m", "topic")
	runGit(l, l.work, "push", "-q", "origin", "topic")
	l.head = runGit(l, l.work, "rev-parse", "main")
}

// round lets the clients work for a while, kills the server in the middle of it and waits for them to give up.
func (l *traffic) round(d time.Duration) {
	ctx, stop := context.WithCancel(context.Background())
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() { l.repeat(ctx, l.deployAndReport) })
	}
	clients.Go(func() { l.repeat(ctx, l.commitStatus) })
	clients.Go(func() { l.repeat(ctx, l.autoMerge) })
	clients.Go(func() { l.repeat(ctx, l.push) })
	time.Sleep(d)
	l.server.Kill()
	stop()
	clients.Wait()
}

// repeat goes on until the server no longer answers.
func (l *traffic) repeat(ctx context.Context, work func(context.Context) bool) {
	for ctx.Err() == nil && work(ctx) {
	}
}

// post sends a request and reads the whole answer; ok is false when the answer did not come, and nobody knows.
func (l *traffic) post(path, key string, body any) (status int, answer []byte, ok bool) {
	text, err := json.Marshal(body)
	if err != nil {
		l.Error(err)
		return 0, nil, false
	}
	req, err := http.NewRequest(http.MethodPost, l.server.API()+path, bytes.NewReader(text))
	if err != nil {
		l.Error(err)
		return 0, nil, false
	}
	req.GetBody = nil // or net/http sends it again by itself
	req.Header.Set("Authorization", "token "+l.server.Token)
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := l.client.Do(req)
	if err != nil {
		return 0, nil, false
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err == nil
}

// deployAndReport creates a deployment, with a key half of the time, and reports on it.
func (l *traffic) deployAndReport(context.Context) bool {
	repo := repositories[rand.N(len(repositories))]
	mark := l.nextMark()
	key := ""
	if rand.N(2) == 0 {
		key = "key-" + mark
	}
	body := map[string]any{"ref": "main", "auto_merge": false, "required_contexts": []string{}, "payload": map[string]string{"mark": mark}, "environment": "env-" + strconv.Itoa(rand.N(3))}
	status, answer, ok := l.post("/repos/"+repo+"/deployments", key, body)
	if !ok {
		if key != "" {
			l.unanswered(repo, key, body)
		}
		return false
	}
	if status != http.StatusCreated {
		l.Errorf("deployment: %d %s", status, answer)
		return false
	}
	id := l.acknowledge(l.T, "deployment", repo, answer)
	status, answer, ok = l.post(fmt.Sprintf("/repos/%s/deployments/%d/statuses", repo, id), "", map[string]any{"state": "in_progress", "description": mark, "auto_inactive": false})
	if ok && status == http.StatusCreated {
		l.acknowledge(l.T, "deployment_status", repo, answer)
	}
	return ok
}

func (l *traffic) commitStatus(context.Context) bool {
	status, answer, ok := l.post("/repos/acme/web/statuses/"+l.head, "", map[string]any{"state": "success", "context": "ci/" + l.nextMark()})
	if !ok {
		return false
	}
	if status != http.StatusCreated {
		l.Errorf("commit status: %d %s", status, answer)
		return false
	}
	l.acknowledge(l.T, "status", "acme/web", answer)
	return true
}

// autoMerge deploys a branch that main keeps moving on from.
func (l *traffic) autoMerge(context.Context) bool {
	status, answer, ok := l.post("/repos/acme/web/deployments", "", map[string]any{"ref": "topic", "required_contexts": []string{}, "payload": map[string]string{"mark": l.nextMark()}})
	switch {
	case !ok:
		return false
	case status == http.StatusAccepted:
		l.merged()
	case status == http.StatusCreated:
		l.acknowledge(l.T, "deployment", "acme/web", answer)
	default:
		l.Errorf("auto-merge: %d %s", status, answer)
		return false
	}
	return true
}

// push moves main on. What git said yes to is acknowledged.
func (l *traffic) push(ctx context.Context) bool {
	runGit(l, l.work, "commit", "-q", "--allow-empty", "-m", l.nextMark())
	sha := runGit(l, l.work, "rev-parse", "HEAD")
	cmd := exec.CommandContext(ctx, "git", "push", "-q", "origin", "HEAD:main")
	cmd.Dir = l.work
	cmd.Env = append(withoutGit(os.Environ()), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0")
	if err := cmd.Run(); err != nil {
		l.tried(sha)
		return false
	}
	l.pushed(sha)
	return true
}

// repositoriesAreSound is promise P11: fsck is clean, and no lock is left.
func (l *traffic) repositoriesAreSound() {
	for _, name := range repositories {
		path := filepath.Join(l.server.Data, "repos", name+".git")
		if out := runGit(l, path, "fsck", "--full", "--strict"); strings.Contains(out, "error") || strings.Contains(out, "missing") {
			l.Errorf("%s: fsck: %s", name, out)
		}
		err := filepath.WalkDir(path, func(p string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(p, ".lock") {
				l.Errorf("a lock is left: %s", p)
			}
			return err
		})
		if err != nil {
			l.Error(err)
		}
		pushCommitTo(l, name, "after")
	}
}

// pushCommitTo shows that a repository still takes pushes.
func pushCommitTo(l *traffic, repository, branch string) {
	dir := l.TempDir()
	runGit(l, dir, "init", "-q", "-b", branch)
	runGit(l, dir, "commit", "-q", "--allow-empty", "-m", branch)
	runGit(l, dir, "push", "-q", l.server.GitURL(repository), branch)
}
