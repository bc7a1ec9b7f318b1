package testkit

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Repo is a throw-away repository with a work tree, made with plain git in a clean environment. Its first branch is main,
// and it begins empty. Commits are a minute apart, by the same author, so equal histories have equal SHAs.
type Repo struct {
	Dir string

	t     testing.TB
	clock *Clock
}

// NewRepo makes an empty repository that is removed when the test ends.
func NewRepo(t testing.TB) *Repo {
	t.Helper()
	r := &Repo{Dir: filepath.Join(t.TempDir(), "work"), t: t, clock: NewClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))}
	if err := os.Mkdir(r.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r.Git("init", "--quiet", "--initial-branch=main")
	return r
}

// Git runs git in the work tree and gives what it prints, without the last line end. A failure ends the test.
func (r *Repo) Git(args ...string) string {
	r.t.Helper()
	out, err := r.TryGit(args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// TryGit is Git for what may fail; the error holds what git said.
func (r *Repo) TryGit(args ...string) (string, error) { return r.run("", args...) }

// GitIn is Git with something to read.
func (r *Repo) GitIn(stdin string, args ...string) string {
	r.t.Helper()
	out, err := r.run(stdin, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *Repo) run(stdin string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.Dir, r.env(), strings.NewReader(stdin)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// env keeps the person's own git settings out.
func (r *Repo) env() []string {
	date := fmt.Sprintf("%d +0000", r.clock.Now().Unix())
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.Dir, "LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_AUTHOR_DATE=" + date,
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com", "GIT_COMMITTER_DATE=" + date,
	}
}

// Write puts a file into the work tree.
func (r *Repo) Write(path, content string) {
	r.t.Helper()
	path = filepath.Join(r.Dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// Commit writes one file, commits everything in the work tree and gives the commit's SHA.
func (r *Repo) Commit(path, content string) string {
	r.t.Helper()
	r.Write(path, content)
	return r.CommitAll("change " + path)
}

// CommitAll commits everything in the work tree, also when nothing changed, and gives the commit's SHA.
func (r *Repo) CommitAll(message string) string {
	r.t.Helper()
	r.clock.Advance(time.Minute)
	r.Git("add", "--all")
	r.Git("commit", "--quiet", "--allow-empty", "--message", message)
	return r.SHA("HEAD")
}

// Branch makes a branch at a commit, or at HEAD when from is empty, and checks it out.
func (r *Repo) Branch(name, from string) {
	r.t.Helper()
	if from == "" {
		from = "HEAD"
	}
	r.Git("checkout", "--quiet", "-b", name, from)
}

// Checkout checks a branch out.
func (r *Repo) Checkout(name string) {
	r.t.Helper()
	r.Git("checkout", "--quiet", name)
}

// Merge merges another branch into the one that is checked out, with two parents, and gives the merge commit's SHA.
func (r *Repo) Merge(other string) string {
	r.t.Helper()
	r.clock.Advance(time.Minute)
	r.Git("merge", "--quiet", "--no-ff", "--message", "merge "+other, other)
	return r.SHA("HEAD")
}

// SHA is the full name of an object.
func (r *Repo) SHA(name string) string {
	r.t.Helper()
	return r.Git("rev-parse", "--verify", "--end-of-options", name)
}

// CloneTo makes a bare copy of everything at a path, with hard links: quick, whatever its size.
func (r *Repo) CloneTo(path string) {
	r.t.Helper()
	r.Git("clone", "--quiet", "--bare", "--mirror", r.Dir, path)
	// git remembers where a clone came from; a repository that was pushed to does not know.
	if _, err := r.TryGit("--git-dir="+path, "remote", "remove", "origin"); err != nil {
		r.t.Fatal(err)
	}
}
