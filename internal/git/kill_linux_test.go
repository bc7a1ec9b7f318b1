package git_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestKilledGit kills git processes of the server with SIGKILL, again and again, while it merges and receives pushes. Nothing
// is broken, nothing is left lying about, and pushes and merges go on (promise P11).
func TestKilledGit(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	stop := make(chan struct{})
	var killer, workers sync.WaitGroup
	kills := 0
	killer.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(7 * time.Millisecond):
				kills += killGitIn(w.dir())
			}
		}
	})
	workers.Go(func() {
		tip, succeeded := topic, 0
		for start := time.Now(); succeeded < 2 && time.Since(start) < 20*time.Second || time.Since(start) < 3*time.Second; {
			if sha, err := w.merge("topic", tip, main); err == nil {
				tip, succeeded = sha, succeeded+1
			} else if found, err := w.Resolve(w.ctx, &w.repo, "topic"); err == nil {
				tip = found.SHA
			}
		}
		if succeeded == 0 {
			t.Error("no merge succeeded")
		}
	})
	workers.Go(func() {
		for i := range 40 {
			_ = w.receive(fmt.Sprintf("refs/heads/b%d", i), main)
		}
	})
	workers.Wait()
	close(stop)
	killer.Wait()
	if kills < 10 {
		t.Errorf("only %d processes were killed", kills)
	}
	if left := w.leftovers(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	w.fsck()
	tip := w.resolve("topic")
	if _, err := w.merge("topic", tip, main); err != nil {
		t.Error(err)
	}
	w.must(w.receive("refs/heads/after", main))
	if got := w.resolve("after"); got != main {
		t.Errorf("after is %s", got)
	}
	w.fsck()
}

// killGitIn kills one git process that works in a folder, whichever comes first, and says how many that were.
func killGitIn(dir string) int {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		line, err := os.ReadFile(filepath.Join(p, "cmdline"))
		if err != nil || !bytes.Contains(line, []byte(dir)) || bytes.Contains(line, []byte("push")) || !bytes.HasPrefix(line, gitBinary) {
			continue
		}
		var pid int
		if _, err := fmt.Sscan(filepath.Base(p), &pid); err == nil && pid != os.Getpid() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			return 1
		}
	}
	return 0
}

// gitBinary is how the server's processes begin; those of the tests are called by name only.
var gitBinary = func() []byte {
	path, _ := exec.LookPath("git")
	return []byte(path)
}()
