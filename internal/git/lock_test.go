package git_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/git"
)

// TestLockedBranch: a lock that somebody holds is no damage. One that nobody can hold any more is removed.
func TestLockedBranch(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	lock := w.dir("refs", "heads", "topic.lock")
	w.must(os.WriteFile(lock, nil, 0o644))
	began := time.Now()
	_, err := w.merge("topic", topic, main)
	w.wantKind(err, slipway.Unavailable)
	var e *slipway.Error
	if !errors.As(err, &e) || e.Message != "The branch is locked. Please try again." || e.RetryAfter == 0 {
		t.Errorf("%v, again after %s", err, e.RetryAfter)
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it took %s", took)
	}
	if _, err := os.Stat(lock); err != nil {
		t.Fatal("a lock was removed that may be somebody's")
	}
	long := time.Now().Add(-21 * time.Minute)
	w.must(os.Chtimes(lock, long, long))
	_, err = w.merge("topic", topic, main)
	w.wantKind(err, slipway.Unavailable)
	if _, err := w.merge("topic", topic, main); err != nil {
		t.Errorf("a lock of nobody's is still there: %v", err)
	}
	w.fsck()
}

// TestUpkeepRemovesOldLocks: also those that only pushes meet. What is no lock stays.
func TestUpkeepRemovesOldLocks(t *testing.T) {
	w := newWorld(t, func(o *git.Options) { o.Rest = time.Millisecond })
	_, main := w.diverged()
	kept := w.Kept()
	lock, pack := w.dir("refs", "heads", "x.lock"), w.dir("objects", "pack", "tmp_pack_somebodys")
	long := time.Now().Add(-21 * time.Minute)
	for _, path := range []string{lock, pack} {
		w.must(os.WriteFile(path, nil, 0o644))
	}
	w.must(w.receive("refs/heads/first", main)) // what is older than the server is removed
	<-kept
	w.must(os.Chtimes(lock, long, long))
	if err := w.receive("refs/heads/x", main); err == nil || !strings.Contains(err.Error(), "ng refs/heads/x") {
		t.Fatal(err)
	}
	<-kept
	w.must(w.receive("refs/heads/x", main))
	<-kept
	if _, err := os.Stat(pack); err != nil {
		t.Error(err)
	}
}
