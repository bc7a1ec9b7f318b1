package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain puts this very test binary on the PATH as slipway: scripts and tests run the program as users do, with the race
// detector where that is on.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"slipway": main})
}

// TestScripts runs the stories of testdata/script. Beside testscript's own commands they have:
//
//	start [ARG…]        run `slipway serve ARG…` and wait until it is ready; sets URL, API and, on a first start, TOKEN
//	stop                SIGTERM it; it must exit 0 within ten seconds
//	crash               SIGKILL it
//	exits CODE CMD…     run a command that must exit with CODE
//	occupy              listen on a free port; sets BUSY to its address
//	freeport            find a port that is free; sets FREE to its address
//	unprivileged CMD…   run a command as a user whom file modes bind, and expect it to fail
//	pasted FILE         run the lines that the quickstart printed into FILE, as if pasted into a shell
//	certify CERT KEY    make a certificate for 127.0.0.1
//	signed KEY APP FILE write into FILE what an app signs with its private key
//	untilfile FILE TEXT wait until FILE, in the background's output, holds TEXT
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			env.Setenv("GIT_TERMINAL_PROMPT", "0")
			env.Setenv("SLIPWAY_LISTEN", "127.0.0.1:0")
			for _, who := range []string{"AUTHOR", "COMMITTER"} {
				env.Setenv("GIT_"+who+"_NAME", "Ada")
				env.Setenv("GIT_"+who+"_EMAIL", "ada@example.com")
			}
			env.Values[running] = new(process)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// Not "stop": that word is testscript's own, and ends a script as passed.
			"start": startServer, "shutdown": stopServer, "crash": crashServer, "exits": exits,
			"occupy": occupy, "freeport": freePort, "unprivileged": unprivileged, "pasted": pasted, "untilfile": untilFile, "certify": certify, "signed": signed,
		},
	})
}

type scriptKey int

const running scriptKey = 0

// process is the server that a script has started.
type process struct {
	cmd *exec.Cmd
	log strings.Builder
}

func command(ts *testscript.TestScript, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = scriptEnv(ts)
	return cmd
}

// scriptEnv is what a script's own commands see.
func scriptEnv(ts *testscript.TestScript) (env []string) {
	for _, name := range scriptVariables {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

var scriptVariables = func() (names []string) {
	for _, row := range settings {
		names = append(names, envName(row.name))
	}
	return append(names, "PATH", "HOME", "TMPDIR", "WORK", "NO_COLOR", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT", "TOKEN", "API", "URL", "SLIPWAY_CONFIG", "SLIPWAY_SERVER", "SLIPWAY_TOKEN",
		"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
}()

func startServer(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(running).(*process)
	cmd := command(ts, "slipway", append([]string{"serve"}, args...)...)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	p.log.Reset()
	cmd.Stderr = &p.log
	ts.Check(cmd.Start())
	p.cmd = cmd
	ts.Defer(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })

	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			_ = cmd.Wait()
			if neg {
				return
			}
			ts.Fatalf("the server ended before it was ready: %v\n%s", cmd.ProcessState, p.log.String())
		}
		fmt.Fprint(ts.Stdout(), line)
		line = strings.TrimSpace(line)
		if token, ok := strings.CutPrefix(line, "slipway: admin token: "); ok {
			ts.Setenv("TOKEN", token)
		}
		if url, ok := strings.CutPrefix(line, "slipway: ready on "); ok {
			ts.Setenv("URL", url)
			ts.Setenv("API", url+"/api/v3")
			if neg {
				ts.Fatalf("the server started")
			}
			return
		}
	}
}

func stopServer(ts *testscript.TestScript, _ bool, _ []string) {
	p := ts.Value(running).(*process)
	ts.Check(p.cmd.Process.Signal(syscall.SIGTERM))
	late := time.AfterFunc(10*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	err := p.cmd.Wait()
	fmt.Fprint(ts.Stderr(), p.log.String())
	if err != nil {
		ts.Fatalf("the server did not stop cleanly: %v\n%s", err, p.log.String())
	}
}

func crashServer(ts *testscript.TestScript, _ bool, _ []string) {
	p := ts.Value(running).(*process)
	ts.Check(p.cmd.Process.Kill())
	_ = p.cmd.Wait()
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := command(ts, args[1], args[2:]...)
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	start := time.Now()
	err = cmd.Run()
	if cmd.ProcessState == nil {
		ts.Fatalf("%v", err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
	if took := time.Since(start); took > 10*time.Second {
		ts.Fatalf("it took %s to say so", took)
	}
}

func occupy(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv("BUSY", l.Addr().String())
}

func freePort(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("FREE", l.Addr().String())
	ts.Check(l.Close())
}

// signed makes the JSON web token of an app.
func signed(ts *testscript.TestScript, _ bool, args []string) {
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	claims := jwt.RegisteredClaims{
		Issuer: args[1], IssuedAt: jwt.NewNumericDate(time.Now().Add(-30 * time.Second)), ExpiresAt: jwt.NewNumericDate(time.Now().Add(5 * time.Minute)),
	}
	text, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o600))
}

// unprivileged runs a command as nobody when we are root, whom no file mode binds.
func unprivileged(ts *testscript.TestScript, _ bool, args []string) {
	name, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := command(ts, name, args[1:]...)
	if os.Getuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		for _, path := range []string{name, ts.MkAbs(".")} {
			for ; path != "/"; path = filepath.Dir(path) {
				if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o055 != 0o055 {
					ts.Check(os.Chmod(path, info.Mode().Perm()|0o055))
				}
			}
		}
	}
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() < 1 {
		ts.Fatalf("it did not fail as it should: %v", err)
	}
}

// pasted feeds a shell what a person would copy: the lines that begin a command, with those that continue it.
func pasted(ts *testscript.TestScript, _ bool, args []string) {
	lines := pasteable(ts.ReadFile(args[0]))
	if len(lines) < 10 {
		ts.Fatalf("only %d lines to paste in %s", len(lines), args[0])
	}
	cmd := command(ts, "sh", "-e", "-u", "-x")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	ts.Check(cmd.Run())
}

func pasteable(text string) (lines []string) {
	more := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		words := strings.Fields(line)
		if more || strings.HasPrefix(line, indent) && len(words) > 1 && contains([]string{"export", "cd", "curl", "git"}, words[0]) {
			lines = append(lines, line)
			// A quoted body may go over several lines.
			more = strings.HasSuffix(line, `\`) || strings.Count(strings.Join(lines, "\n"), "'")%2 == 1
		}
	}
	return lines
}

func untilFile(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			ts.Check(err)
		}
		if strings.Contains(string(text), args[1]) {
			return
		}
	}
	ts.Fatalf("%s never said %q", args[0], args[1])
}

func certify(ts *testscript.TestScript, _ bool, args []string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		Subject:   pkix.Name{CommonName: "slipway test"}, // OpenSSL does not find an issuer without a name
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}
