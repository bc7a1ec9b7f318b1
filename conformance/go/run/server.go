package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/slipway-deploy/slipway/conformance/go/watch"
)

// A server is one `slipway serve` on a folder of its own, seen through a proxy that keeps what is said.
type server struct {
	binary, dir, data string
	url               string // what clients are given: the proxy's address
	token             string // the administrator's
	cert              string // file of the certificate, for suites over TLS
	proxy             *watch.Proxy
	relay             *watch.Relay
	relayURL          string

	command *exec.Cmd
	ended   chan error
	log     *os.File
	fronts  []*http.Server
}

// start runs a server. With secure, both it and the proxy speak TLS with a certificate made for the occasion.
func start(ctx context.Context, binary, dir string, secure bool, settings ...string) (*server, error) {
	s := &server{binary: binary, dir: dir, data: filepath.Join(dir, "data"), ended: make(chan error, 1), relay: &watch.Relay{}}
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	scheme, trust := "http", (*tls.Config)(nil)
	env := append(os.Environ(), settings...)
	env = append(env, "SLIPWAY_DATA="+s.data, "SLIPWAY_WEBHOOK_ALLOW=127.0.0.0/8", "SLIPWAY_WEBHOOK_RETRY_MIN=100ms")
	if secure {
		pair, pool, err := s.certify()
		if err != nil {
			return nil, err
		}
		front = tls.NewListener(front, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}})
		scheme, trust = "https", &tls.Config{RootCAs: pool}
		env = append(env, "SLIPWAY_TLS_CERT="+s.cert, "SLIPWAY_TLS_KEY="+s.cert+".key")
	}
	s.url = scheme + "://" + front.Addr().String()
	if secure {
		s.url = strings.Replace(s.url, "127.0.0.1", "localhost", 1) // what the certificate is for
	}
	real, err := s.serve(ctx, append(env, "SLIPWAY_EXTERNAL_URL="+s.url))
	if err != nil {
		return nil, err
	}
	real.Scheme = scheme
	s.proxy = watch.NewProxy(real, trust, func(path string) bool { return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/login/") })
	s.listen(front, s.proxy)
	hooks, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.relayURL = "http://" + hooks.Addr().String()
	s.listen(hooks, s.relay)
	return s, nil
}

func (s *server) listen(l net.Listener, h http.Handler) {
	front := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	s.fronts = append(s.fronts, front)
	go front.Serve(l) //nolint:errcheck // ended by stop
}

// serve starts the process and waits until it is ready. The port it got stands in its log, for the address that it prints is
// the proxy's; so a free one is chosen for it here, while the proxy's is held.
func (s *server) serve(ctx context.Context, env []string) (*url.URL, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	_ = free.Close()
	if s.log, err = os.Create(filepath.Join(s.dir, "server.log")); err != nil {
		return nil, err
	}
	s.command = exec.Command(s.binary, "serve")
	s.command.Env = append(env, "SLIPWAY_LISTEN="+address)
	s.command.Stderr = s.log
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	ready := make(chan bool, 1)
	go s.follow(out, ready)
	select {
	case ok := <-ready:
		if !ok {
			return nil, fmt.Errorf("the server ended: %w; see %s", <-s.ended, s.log.Name())
		}
	case <-time.After(30 * time.Second):
		s.stop()
		return nil, errors.New("the server was not ready in time")
	case <-ctx.Done():
		s.stop()
		return nil, ctx.Err()
	}
	if s.cert != "" {
		address = strings.Replace(address, "127.0.0.1", "localhost", 1) // what the certificate is for
	}
	return &url.URL{Host: address}, nil
}

func (s *server) follow(out io.Reader, ready chan<- bool) {
	told := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if token, ok := strings.CutPrefix(lines.Text(), "slipway: admin token: "); ok {
			s.token = token
		}
		if strings.HasPrefix(lines.Text(), "slipway: ready on ") && !told {
			told = true
			ready <- true
		}
	}
	err := s.command.Wait()
	if !told {
		ready <- false
	}
	s.ended <- err
}

// stop asks the process to end and waits for it; after ten seconds it is killed.
func (s *server) stop() {
	for _, front := range s.fronts {
		_ = front.Close()
	}
	_ = s.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		_ = s.command.Process.Kill()
		<-s.ended
	}
	_ = s.log.Close()
}

// run runs another command on the server's folder and gives what it printed.
func (s *server) run(args ...string) (string, error) { return s.runWith("", args...) }

// runWith is run with something to read.
func (s *server) runWith(input string, args ...string) (string, error) {
	cmd := exec.Command(s.binary, args...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "SLIPWAY_DATA="+s.data)
	cmd.Dir = s.dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("slipway %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

func (s *server) certify() (tls.Certificate, *x509.CertPool, error) {
	s.cert = filepath.Join(s.dir, "localhost.pem")
	text, key, err := selfSigned("localhost")
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	if err := errors.Join(os.WriteFile(s.cert, text, 0o600), os.WriteFile(s.cert+".key", key, 0o600)); err != nil {
		return tls.Certificate{}, nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	pair, err := tls.X509KeyPair(text, key)
	return pair, pool, err
}
