package testkit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a whole Slipway in a process of its own: the real binary on a real port and folder. It can be stopped, killed
// and started again.
type Server struct {
	URL   string // http://127.0.0.1:…
	Token string // the administrator's, from the first start on this folder
	Data  string

	t      testing.TB
	binary string
	env    []string
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process has ended
	log    lockedBuffer
}

// StartServer runs `binary serve` on a new folder and a free port. env adds variables, such as "SLIPWAY_ERA=E3". The
// process is killed when the test ends.
func StartServer(t testing.TB, binary string, env ...string) *Server {
	t.Helper()
	s := &Server{t: t, binary: binary, Data: filepath.Join(t.TempDir(), "data"), env: env}
	s.Start()
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("the server said:\n%s", s.Log())
		}
	})
	return s
}

// API is the address of the REST API.
func (s *Server) API() string { return s.URL + "/api/v3" }

// Log is everything the server has written to standard error since the test began.
func (s *Server) Log() string { return s.log.String() }

// Start starts it, again on the same port, and waits until it says that it is ready.
func (s *Server) Start() {
	s.t.Helper()
	if err := s.TryStart(20 * time.Second); err != nil {
		s.t.Fatalf("%v; it said:\n%s", err, s.Log())
	}
}

// TryStart is Start for those who expect it to fail.
func (s *Server) TryStart(within time.Duration) error {
	listen := "127.0.0.1:0"
	if s.URL != "" {
		listen = strings.TrimPrefix(s.URL, "http://")
	}
	cmd := exec.Command(s.binary, "serve")
	cmd.Env = append(os.Environ(), "SLIPWAY_DATA="+s.Data, "SLIPWAY_LISTEN="+listen, "SLIPWAY_WEBHOOK_ALLOW=127.0.0.0/8")
	cmd.Env = append(cmd.Env, s.env...)
	cmd.Stderr = &s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ready := make(chan bool, 1)
	s.cmd, s.ended = cmd, make(chan struct{})
	go s.follow(out, ready)
	select {
	case ok := <-ready:
		if !ok {
			<-s.ended
			return fmt.Errorf("the server ended: %v", cmd.ProcessState)
		}
		return nil
	case <-time.After(within):
		s.Kill()
		return errors.New("the server was not ready in time")
	}
}

// follow reads the two lines of standard output, and then waits for the process.
func (s *Server) follow(out io.Reader, ready chan<- bool) {
	defer close(s.ended)
	defer s.cmd.Wait() //nolint:errcheck // its state says it
	told := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if token, ok := strings.CutPrefix(lines.Text(), "slipway: admin token: "); ok {
			s.Token = token
		}
		if url, ok := strings.CutPrefix(lines.Text(), "slipway: ready on "); ok {
			s.URL, told = url, true
			ready <- true
		}
	}
	if !told {
		ready <- false
	}
}

// Kill ends the process at once, as a power cut would, and waits for it.
func (s *Server) Kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
}

// Signal sends a signal.
func (s *Server) Signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("signal: %v", err)
	}
}

// Ended is closed when the process has ended.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Stop asks it to end, waits, and gives its exit code.
func (s *Server) Stop() int {
	s.t.Helper()
	s.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(15 * time.Second):
		s.t.Fatalf("the server did not stop; it said:\n%s", s.Log())
	}
	return s.cmd.ProcessState.ExitCode()
}

// Run runs another command of the binary on the same folder and gives its standard output.
func (s *Server) Run(args ...string) string {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(s.binary, args...)
	cmd.Env = append(append(os.Environ(), "SLIPWAY_DATA="+s.Data), s.env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("slipway %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSuffix(stdout.String(), "\n")
}

// Do sends one request with the administrator's token and gives status, header and body. path begins after /api/v3.
func (s *Server) Do(method, path, body string) (int, http.Header, []byte) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.API()+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "token "+s.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return res.StatusCode, res.Header, answer
}

// GitURL is the address of a repository, with the administrator's token in it.
func (s *Server) GitURL(fullName string) string {
	return strings.Replace(s.URL, "http://", "http://x-access-token:"+s.Token+"@", 1) + "/" + fullName + ".git"
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// PeakMemory is the most memory the process has had in RAM so far, in bytes; 0 where the system does not tell.
func (s *Server) PeakMemory() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Pid()))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib << 10
		}
	}
	return 0
}

// Pid is the process's id.
func (s *Server) Pid() int { return s.cmd.Process.Pid }
