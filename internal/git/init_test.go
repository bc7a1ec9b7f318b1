package git_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/git"
)

func TestInit(t *testing.T) {
	w := newWorld(t)
	sha := slipway.SHA(w.work.Commit("a", "1"))
	w.push()
	w.must(w.Init(w.ctx, &w.repo)) // once more changes nothing
	if got := w.resolve("main"); got != sha {
		t.Errorf("main is %s", got)
	}
	for key, want := range map[string]string{"core.bare": "true", "core.fsync": "objects,derived-metadata,reference", "gc.pruneExpire": "never"} {
		if got := w.work.Git("--git-dir="+w.dir(), "config", key); got != want {
			t.Errorf("%s is %q", key, got)
		}
	}
	if hooks, _ := filepath.Glob(w.dir("hooks", "*")); len(hooks) > 0 {
		t.Errorf("hooks: %v", hooks)
	}
	if drafts, _ := filepath.Glob(filepath.Join(w.root, ".new", "*")); len(drafts) > 0 {
		t.Errorf("drafts were left: %v", drafts)
	}

	other := w.repo
	other.Name, other.DefaultBranch = "other", "trunk"
	w.must(os.MkdirAll(filepath.Join(w.root, "acme", "other.git"), 0o755)) // an empty folder is nobody's
	w.must(w.Init(w.ctx, &other))
	if head, err := os.ReadFile(filepath.Join(w.root, "acme", "other.git", "HEAD")); string(head) != "ref: refs/heads/trunk\n" {
		t.Errorf("HEAD is %q, %v", head, err)
	}
	if refs, err := w.Refs(w.ctx, &other); err != nil || len(refs) != 0 {
		t.Errorf("%v, %v", refs, err)
	}
}

func TestInitTakesNothingAway(t *testing.T) {
	w := newWorld(t)
	for name, content := range map[string]string{"file": "", "full": "README"} {
		path := filepath.Join(w.root, "acme", name+".git")
		if content != "" {
			w.must(os.MkdirAll(path, 0o755))
			path = filepath.Join(path, content)
		}
		w.must(os.WriteFile(path, []byte("precious"), 0o644))
		r := w.repo
		r.Name = name
		w.wantKind(w.Init(w.ctx, &r), slipway.Unavailable)
		if got, err := os.ReadFile(path); string(got) != "precious" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestForcedSettings: what a repository's own config says weakens nothing.
func TestForcedSettings(t *testing.T) {
	w := newWorld(t)
	for _, setting := range []string{"receive.advertisePushOptions=true", "core.fsync=none", "transfer.hideRefs=", "gc.auto=1", "receive.autoGC=true"} {
		key, value, _ := strings.Cut(setting, "=")
		w.work.Git("--git-dir="+w.dir(), "config", key, value)
	}
	var advertised strings.Builder
	w.must(w.Transfer(w.ctx, &w.repo, git.Transfer{Service: git.ReceivePack, Advertise: true, Out: &advertised}))
	_, capabilities, _ := strings.Cut(advertised.String(), "\x00")
	got := map[string]bool{}
	for _, c := range strings.Fields(capabilities) {
		name, _, _ := strings.Cut(c, "=")
		got[name] = true
	}
	want := map[string]bool{"report-status": true, "side-band-64k": true, "atomic": true, "delete-refs": true, "push-options": false, "push-cert": false}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %v", name, got[name])
		}
	}
	if t.Failed() {
		t.Log(cmp.Diff(want, got))
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	if _, err := git.Open(t.TempDir(), git.Options{Binary: "no-such-git"}); err == nil || !strings.Contains(err.Error(), "2.38") {
		t.Errorf("no git: %v", err)
	}
	old := filepath.Join(t.TempDir(), "git")
	if err := os.WriteFile(old, []byte("#!/bin/sh\necho git version 2.37.9\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := git.Open(t.TempDir(), git.Options{Binary: old}); err == nil || !strings.Contains(err.Error(), "2.37") {
		t.Errorf("an old git: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := git.Open(file, git.Options{}); err == nil {
		t.Error("a file for a folder was taken")
	}
}
