package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// workCopy is the repository as a developer has it on disk.
type workCopy struct{ path string } // absolute

// newWorkCopy makes a repository with three branches: main; topic, which main has moved on from; clash, which changes the
// same line as main did.
func newWorkCopy(parent string) (*workCopy, error) {
	parent, err := filepath.Abs(parent)
	if err != nil {
		return nil, err
	}
	w := &workCopy{filepath.Join(parent, "web")}
	if err := os.MkdirAll(w.path, 0o700); err != nil {
		return nil, fmt.Errorf("no folder for the quickstart's repository: %s", reason(err))
	}
	steps := []struct {
		file, text, message string
		before              []string // a git command
	}{
		{"index.html", "<h1>Hello</h1>\n", "Say hello", []string{"init", "--quiet", "--initial-branch=main"}},
		{"topic.txt", "new\n", "Begin something new", []string{"checkout", "--quiet", "-b", "topic"}},
		{"index.html", "<h1>Hi</h1>\n", "Say hi", []string{"checkout", "--quiet", "-b", "clash", "main"}},
		{"index.html", "<h1>Good morning</h1>\n", "Say good morning", []string{"checkout", "--quiet", "-b", "later", "main"}},
	}
	for _, s := range steps {
		if _, err := w.git(context.Background(), s.before...); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(w.path, s.file), []byte(s.text), 0o600); err != nil {
			return nil, fmt.Errorf("no file for the quickstart's repository: %s", reason(err))
		}
		if _, err := w.git(context.Background(), "add", "."); err != nil {
			return nil, err
		}
		if _, err := w.git(context.Background(), "commit", "--quiet", "--message", s.message); err != nil {
			return nil, err
		}
	}
	_, err = w.git(context.Background(), "checkout", "--quiet", "main")
	return w, err
}

// moveOn has main go on to a commit that topic lacks and clash contradicts.
func (w *workCopy) moveOn() error {
	_, err := w.git(context.Background(), "merge", "--quiet", "--ff-only", "later")
	return err
}

// head is the commit a branch is at.
func (w *workCopy) head(branch string) (string, error) {
	out, err := w.git(context.Background(), "rev-parse", branch)
	return strings.TrimSpace(out), err
}

// git runs git in the work copy and gives what it printed on both outputs.
func (w *workCopy) git(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = w.path
	cmd.Env = append(withoutGit(os.Environ()), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C",
		"no_proxy=127.0.0.1,localhost", "NO_PROXY=127.0.0.1,localhost",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

// withoutGit is an environment in which no hook or alias that we were called from says where the repository is.
func withoutGit(env []string) []string {
	return slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, "GIT_") })
}
