package git_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/git"
)

// stick puts a pipe where an object of the server's was: whoever reads it waits for ever, as for a disk that is stuck.
func (w *world) stick(name string) {
	w.t.Helper()
	w.must(os.Remove(w.object(name)))
	w.must(mkfifo(w.object(name)))
}

// alive lists the git processes of the server: all that have its folder for a home.
func (w *world) alive() (list []string) {
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environments {
		env, _ := os.ReadFile(path)
		if bytes.Contains(env, []byte("HOME="+filepath.Join(w.root, ".home"))) {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
			list = append(list, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return list
}

// wantAlone waits until no git process of the server is left.
func (w *world) wantAlone(within time.Duration) {
	w.t.Helper()
	for end := time.Now().Add(within); len(w.alive()) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("alive: %q", w.alive())
		}
	}
}

// TestStuckDisk: every question is answered in time, however many runs of git it takes (promise P12).
func TestStuckDisk(t *testing.T) {
	for _, stuck := range []string{"main", "main^{tree}", "main~1", "main~1^{tree}"} {
		t.Run(stuck, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			topic, main := w.diverged()
			w.reopen(func(o *git.Options) { o.Timeout = time.Second })
			w.stick(stuck)
			for name, ask := range map[string]func() error{
				"resolve":  func() error { _, err := w.Resolve(w.ctx, &w.repo, "main"); return err },
				"commit":   func() error { _, err := w.Commit(w.ctx, &w.repo, main, true); return err },
				"behind":   func() error { _, err := w.Behind(w.ctx, &w.repo, main, topic); return err },
				"merge":    func() error { _, err := w.merge("topic", topic, main); return err },
				"raw":      func() error { _, err := w.Raw(w.ctx, &w.repo, main, topic, deploy.Diff); return err },
				"branches": func() error { _, err := w.BranchesWith(w.ctx, &w.repo, topic, 10); return err },
				"pushed":   func() error { _, err := w.Pushed(w.ctx, &w.repo, topic, main, 10); return err },
				"compare": func() error {
					_, err := w.Compare(w.ctx, &w.repo, main, topic, deploy.Page{Number: 1, Size: 10})
					return err
				},
				"clone": func() error {
					return w.Transfer(w.ctx, &w.repo, git.Transfer{Service: git.UploadPack, Advertise: true, Out: discard{}})
				},
			} {
				began := time.Now()
				err := ask()
				if took := time.Since(began); took > 4*time.Second {
					t.Errorf("%s took %s", name, took)
				}
				var e *slipway.Error
				if err != nil && (!errors.As(err, &e) || e.Kind != slipway.Unavailable || e.RetryAfter == 0) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if got := w.work.Git("--git-dir="+w.dir(), "for-each-ref", "--format=%(objectname)", "refs/heads/topic"); got != string(topic) {
				t.Errorf("topic moved to %s", got)
			}
		})
	}
}

// TestOneDeadline: what is left of a request's time is all that git gets.
func TestOneDeadline(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	w.reopen()
	w.stick("main~1^{tree}")
	ctx, cancel := context.WithTimeout(w.ctx, 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := w.Merge(ctx, &w.repo, deploy.Merge{Branch: "topic", Head: topic, Base: main, At: at})
	w.wantKind(err, slipway.Unavailable)
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
}

// fetch is the request of somebody who has nothing and wants a commit.
func fetch(sha slipway.SHA) string {
	return fmt.Sprintf("0040want %s side-band-64k\n00000009done\n", sha)
}

// TestStuckTransfers: a clone ends with its client, and without progress; a push soon after its client is gone. What git says
// to keep the line open is no progress.
func TestStuckTransfers(t *testing.T) {
	for _, service := range []git.Service{git.UploadPack, git.ReceivePack} {
		for _, leaves := range []bool{true, false} {
			t.Run(fmt.Sprint(service, leaves), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.diverged()
				commit := slipway.SHA(w.work.SHA("main"))
				silence := 7 * time.Second // longer than git is silent
				if leaves {
					silence = time.Minute
				}
				w.reopen(func(o *git.Options) { o.Silence = silence })
				w.stick("main~1")
				body := fetch(commit)
				if service == git.ReceivePack {
					silence = 7 * time.Second
					w.reopen(func(o *git.Options) { o.Silence = silence })
					body = command(slipway.ZeroSHA, commit, "refs/heads/x", "report-status side-band-64k") + "0000" + emptyPack
				}
				ctx, cancel := context.WithCancel(w.ctx)
				defer cancel()
				if leaves {
					time.AfterFunc(500*time.Millisecond, cancel)
				}
				began := time.Now()
				err := w.Transfer(ctx, &w.repo, git.Transfer{Service: service, In: strings.NewReader(body), Out: discard{}})
				w.wantKind(err, slipway.Unavailable)
				if took := time.Since(began); took > 12*time.Second {
					t.Errorf("it took %s", took)
				}
				w.wantAlone(2 * time.Second)
			})
		}
	}
}

func init() { serve = serveStuck }

// serveStuck is a server that has git wait for ever, and says so.
func serveStuck(root string) {
	g, err := git.Open(root, git.Options{})
	if err != nil {
		panic(err)
	}
	repo := slipway.Repository{ID: 1, Owner: slipway.Account{Login: "acme"}, Name: "web"}
	sha := slipway.SHA(os.Args[1])
	for service, body := range map[git.Service]string{
		git.UploadPack:  fetch(sha),
		git.ReceivePack: command(slipway.ZeroSHA, sha, "refs/heads/x", "report-status") + "0000" + emptyPack,
	} {
		go func() {
			_ = g.Transfer(context.Background(), &repo, git.Transfer{Service: service, In: strings.NewReader(body), Out: discard{}})
		}()
	}
	_, _ = g.Resolve(context.Background(), &repo, string(sha))
	go func() { _, _ = g.Behind(context.Background(), &repo, sha, slipway.SHA(os.Args[2])) }()
	fmt.Println("ready")
	select {}
}

// TestKilledServer: when the server is killed, so is every git, also those that others have started.
func TestKilledServer(t *testing.T) {
	w := newWorld(t)
	topic, main := w.diverged()
	w.must(w.Close())
	w.stick("main~1")
	program, err := os.Executable()
	w.must(err)
	server := exec.Command(program, string(main), string(topic))
	server.Env = append(os.Environ(), serveVariable+"="+w.root)
	out, err := server.StdoutPipe()
	w.must(err)
	w.must(server.Start())
	defer func() { _ = server.Process.Kill() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	w.must(err)
	if line != "ready\n" {
		t.Fatal(line)
	}
	has := func(what string) bool {
		return strings.Contains(strings.Join(w.alive(), "\n"), what)
	}
	for end := time.Now().Add(20 * time.Second); !has("rev-list") || !has("cat-file") || !has("upload-pack") || !has("is-ancestor"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("alive: %q", w.alive())
		}
	}
	w.must(server.Process.Kill())
	_ = server.Wait()
	w.wantAlone(3 * time.Second)
	w.open()
	<-w.Healed()
	if left := w.leftovers(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
