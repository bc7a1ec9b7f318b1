package testkit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// withoutPostgres is the variable that lets tests of PostgreSQL be skipped on a machine that has none.
const withoutPostgres = "SLIPWAY_TEST_POSTGRES"

var shared struct {
	sync.Mutex
	server *PostgresServer
	err    error
}

// Postgres gives a test an empty database of its own, as a URL, on a server that all tests of the process share. prepare
// is run once, on the template that every such database is a copy of: it migrates the schema.
//
// A machine without PostgreSQL fails the test, unless SLIPWAY_TEST_POSTGRES=off says that this is meant.
func Postgres(t testing.TB, prepare func(databaseURL string) error) string {
	t.Helper()
	needPostgres(t)
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = startPostgres("fsync=off", "full_page_writes=off", "synchronous_commit=off")
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server.Database(t, prepare)
}

// PostgresServer is a server of its own, reached over a Unix socket only.
type PostgresServer struct {
	binaries string
	folder   string
	settings []string
	watch    io.Closer // its end stops the server and removes the folder, also when this process is killed

	template sync.Once
	failed   error
	count    atomic.Int64
}

// StartPostgres starts a server for one test, with settings such as "fsync=on". It ends with the test.
func StartPostgres(t testing.TB, settings ...string) *PostgresServer {
	t.Helper()
	needPostgres(t)
	s, err := startPostgres(settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.watch.Close() })
	return s
}

func needPostgres(t testing.TB) {
	t.Helper()
	if os.Getenv(withoutPostgres) == "off" {
		fmt.Fprintf(os.Stderr, "NOT TESTED on PostgreSQL: %s (%s=off)\n", t.Name(), withoutPostgres)
		t.Skipf("NOT TESTED on PostgreSQL, because %s=off", withoutPostgres)
	}
}

// Database makes a copy of the prepared template and gives its URL. It is dropped when the test ends.
func (s *PostgresServer) Database(t testing.TB, prepare func(databaseURL string) error) string {
	t.Helper()
	s.template.Do(func() {
		if s.failed = s.command("CREATE DATABASE template_of_tests"); s.failed == nil {
			s.failed = prepare(s.url("template_of_tests"))
		}
	})
	if s.failed != nil {
		t.Fatalf("prepare the template database: %v", s.failed)
	}
	name := "test_" + strconv.FormatInt(s.count.Add(1), 10)
	if err := s.command("CREATE DATABASE " + name + " TEMPLATE template_of_tests"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.command("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Log(err)
		}
	})
	return s.url(name)
}

// Stop cuts every connection and keeps the data.
func (s *PostgresServer) Stop() error { return s.control("stop", "-m", "immediate") }

// Start starts a server that was stopped.
func (s *PostgresServer) Start() error {
	return s.control("start", "-l", s.path("log"), "-o", s.options())
}

func (s *PostgresServer) control(args ...string) error {
	out, err := s.as(exec.Command(filepath.Join(s.binaries, "pg_ctl"), append(args, "-w", "-D", s.path("data"))...)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_ctl %s: %w\n%s", args[0], err, out)
	}
	return nil
}

// command runs one statement as the superuser.
func (s *PostgresServer) command(sql string) error {
	out, err := s.as(exec.Command(filepath.Join(s.binaries, "psql"), "-h", s.folder, "-U", "postgres", "-qXc", sql, "postgres")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", sql, err, out)
	}
	return nil
}

func (s *PostgresServer) url(database string) string {
	return "postgres:///" + database + "?user=postgres&host=" + s.folder
}

func (s *PostgresServer) path(name string) string { return filepath.Join(s.folder, name) }

func (s *PostgresServer) options() string {
	settings := append([]string{"listen_addresses=", "unix_socket_directories=" + s.folder, "max_connections=150"}, s.settings...)
	return "-c " + strings.Join(settings, " -c ")
}

// guard is the shell that starts the server and stops it when its standard input ends, which is when the test's process
// does, however it does.
const guard = `trap '' INT TERM HUP
"$1/initdb" --no-sync -A trust -U postgres -E UTF8 --locale=C.UTF-8 -D "$2/data" &&
"$1/pg_ctl" start -w -D "$2/data" -l "$2/log" -o "$3" && echo READY || echo FAILED
cat > /dev/null
"$1/pg_ctl" stop -m immediate -w -D "$2/data" > /dev/null 2>&1
rm -rf "$2"`

func startPostgres(settings ...string) (*PostgresServer, error) {
	binaries, err := findPostgres()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "slipway-pg") // not the test's own: others may not enter that
	if err != nil {
		return nil, err
	}
	s := &PostgresServer{binaries: binaries, folder: folder, settings: settings}
	guarded := s.as(exec.Command("/bin/sh", "-c", guard, "guard", binaries, folder, s.options()))
	if c := guarded.SysProcAttr; c != nil {
		if err := os.Chown(folder, int(c.Credential.Uid), int(c.Credential.Gid)); err != nil {
			return nil, err
		}
	}
	s.watch, err = guarded.StdinPipe()
	if err != nil {
		return nil, err
	}
	said, err := guarded.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := guarded.Start(); err != nil {
		return nil, err
	}
	go func() { _ = guarded.Wait() }() // it ends after us
	return s, untilReady(said, s.path("log"))
}

// untilReady reads what the guard says until the server is up.
func untilReady(said io.Reader, log string) error {
	lines := bufio.NewScanner(said)
	var all []string
	for lines.Scan() {
		if lines.Text() == "READY" {
			return nil
		}
		if lines.Text() == "FAILED" {
			break
		}
		all = append(all, lines.Text())
	}
	text, _ := os.ReadFile(log) // not there when initdb failed
	return fmt.Errorf("PostgreSQL did not start:\n%s\n%s", strings.Join(all, "\n"), text)
}

// as has a command run as the user postgres when we are root, whom PostgreSQL refuses.
func (s *PostgresServer) as(c *exec.Cmd) *exec.Cmd {
	c.Dir = "/"
	if os.Getuid() != 0 {
		return c
	}
	if who, err := user.Lookup("postgres"); err == nil {
		uid, _ := strconv.ParseUint(who.Uid, 10, 32) // numbers, on every system that has PostgreSQL packages
		gid, _ := strconv.ParseUint(who.Gid, 10, 32)
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	return c
}

// findPostgres is the folder of the newest installed release, or of the one in PATH.
func findPostgres() (string, error) {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is sound
	slices.SortFunc(folders, func(a, b string) int { return release(a) - release(b) })
	slices.Reverse(folders)
	if found, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(found))
	}
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil {
			return folder, nil
		}
	}
	return "", errors.New("these tests need PostgreSQL (on Debian: apt-get install postgresql); " +
		withoutPostgres + "=off runs the others without it")
}

func release(folder string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder))) // 0 for what is not a number: last
	return n
}
