package githttp_test

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/githttp"
)

const zero = string(slipway.ZeroSHA)

// TestCloneFetchPush is a day of work, in each version of the protocol.
func TestCloneFetchPush(t *testing.T) {
	for _, version := range []string{"0", "1", "2"} {
		t.Run("version "+version, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := w.repository("acme/web", true)
			w.git(t.TempDir(), "config", "--global", "protocol.version", version)
			url := w.url("acme/web", w.token("admin", "repo"))

			work := w.work(url)
			first := w.git(work, "rev-parse", "HEAD")
			w.git(work, "push", "origin", "main")
			want := []string{"refs/heads/main " + zero + " " + first}
			if got := w.pushes(r); !slices.Equal(got, want) {
				t.Fatalf("events %q, want %q", got, want)
			}

			clone := filepath.Join(t.TempDir(), "clone")
			w.git(".", "clone", "-q", url, clone)
			if got := w.git(clone, "rev-parse", "HEAD"); got != first {
				t.Errorf("cloned %s, want %s", got, first)
			}

			second := w.commit(work, "b", "b\n")
			w.git(work, "tag", "-a", "-m", "one", "v1")
			w.git(work, "push", "origin", "main", "v1", "main:topic")
			w.git(clone, "fetch", "-q", "--tags", "origin")
			if got := w.git(clone, "rev-parse", "origin/main", "origin/topic", "v1^{commit}"); got != second+"\n"+second+"\n"+second {
				t.Errorf("fetched %s, want %s", got, second)
			}
			shallow := filepath.Join(t.TempDir(), "shallow")
			w.git(".", "clone", "-q", "--depth", "1", url, shallow)
			w.git(shallow, "fetch", "-q", "--unshallow")
			if got := w.git(shallow, "rev-list", "--count", "HEAD"); got != "2" {
				t.Errorf("%s commits after unshallow, want 2", got)
			}

			w.git(work, "push", "origin", ":topic", "+"+first+":main")
			want = []string{"refs/heads/main " + second + " " + first, "refs/heads/topic " + second + " " + zero}
			if got := w.pushes(r); len(got) != 6 || !slices.Equal(got[4:], want) {
				t.Errorf("events %q, want the last to be %q", got, want)
			}
			w.nothingLeft(r)
		})
	}
}

// TestProgress: what git tells while it works reaches the user; keeping its errors back keeps nothing else back.
func TestProgress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repository("acme/web", false)
	work := w.work(w.url("acme/web", w.admin))
	w.git(work, "push", "-q", "origin", "main")
	if out := w.git(t.TempDir(), "clone", "--progress", w.url("acme/web", "")); !strings.Contains(out, "remote: Counting objects: 100% (3/3), done.") {
		t.Errorf("clone said:\n%s", out)
	}
}

// TestLargePush is a push of more than http.postBuffer, which git sends chunked and after a probe, and one of as much in a
// single piece.
func TestLargePush(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.repository("acme/web", true)
	url := w.url("acme/web", w.admin)
	work := w.work(url)
	noise := make([]byte, 3<<20)
	for i, buffer := range []string{"1048576", "104857600"} {
		_, _ = rand.Read(noise)
		sha := w.commit(work, "noise", string(noise))
		w.requests()
		w.git(work, "-c", "http.postBuffer="+buffer, "push", "origin", "main")
		chunked := slices.ContainsFunc(w.requests(), func(r *http.Request) bool { return slices.Contains(r.TransferEncoding, "chunked") })
		if chunked != (i == 0) {
			t.Errorf("postBuffer %s: chunked %v", buffer, chunked)
		}
		if got := w.git(w.folderOf(r), "rev-parse", "main"); got != sha {
			t.Errorf("pushed %s, want %s", got, sha)
		}
		if got := len(w.pushes(r)); got != i+1 {
			t.Errorf("%d events, want %d", got, i+1)
		}
	}
	clone := filepath.Join(t.TempDir(), "clone")
	w.git(".", "clone", "-q", url, clone)
	if got, err := os.ReadFile(filepath.Join(clone, "noise")); err != nil || !bytes.Equal(got, noise) {
		t.Errorf("the clone has other content: %v", err)
	}
	w.nothingLeft(r)
}

// TestGzip: git compresses what it says in a fetch when it has much to say, as to someone with many branches.
func TestGzip(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0", "2"} {
		w := newWorld(t)
		r := w.repository("acme/web", true)
		url := w.url("acme/web", w.admin)
		work := w.work(url)
		w.git(work, "push", "-q", "origin", "main")
		clone := filepath.Join(t.TempDir(), "clone")
		w.git(".", "clone", "-q", url, clone)
		for i := range 30 {
			w.git(work, "commit", "-q", "--allow-empty", "-m", fmt.Sprint("change ", i))
			w.git(work, "branch", fmt.Sprint("b", i))
		}
		w.git(work, "push", "-q", "--all", "origin")

		w.requests()
		w.git(clone, "-c", "protocol.version="+version, "fetch", "-q")
		if !slices.ContainsFunc(w.requests(), func(r *http.Request) bool { return r.Header.Get("Content-Encoding") == "gzip" }) {
			t.Errorf("version %s: nothing came compressed", version)
		}
		if got, want := w.git(clone, "rev-parse", "origin/b29"), w.git(work, "rev-parse", "b29"); got != want {
			t.Errorf("version %s: fetched %s, want %s", version, got, want)
		}
		w.nothingLeft(r)
	}
}

// TestHTTP2 is a push and a clone of some size over the other transport. The push is not git's: libcurl 7.88, which Debian 12
// has, sometimes stops in the middle of an upload over HTTP/2 whatever the server does.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.overTLS()
	r := w.repository("acme/web", true)
	w.git(t.TempDir(), "config", "--global", "http.sslVerify", "false")
	work := w.work("")
	noise := make([]byte, 3<<20)
	_, _ = rand.Read(noise)
	sha := w.commit(work, "noise", string(noise))
	status, header, answer := w.do("POST", "/acme/web/git-receive-pack", io.MultiReader(bytes.NewReader(w.pushRequest(work, "main"))),
		"Authorization", "token "+w.admin, "Content-Type", receiveRequest)
	w.proper(status, header, answer)
	if status != 200 || !strings.Contains(answer, "ok refs/heads/main") {
		t.Errorf("push: %d %q", status, answer)
	}
	clone := filepath.Join(t.TempDir(), "clone")
	w.git(".", "clone", "-q", w.url("acme/web", w.admin), clone)
	if got := w.git(clone, "rev-parse", "HEAD"); got != sha {
		t.Errorf("cloned %s, want %s", got, sha)
	}
	for _, r := range w.requests() {
		if r.ProtoMajor != 2 {
			t.Errorf("%s %s came over %s", r.Method, r.URL.Path, r.Proto)
		}
	}
	w.nothingLeft(r)
}

// pushRequest is the body of a push of main to a new branch, as git sends it.
func (w *world) pushRequest(work, branch string) []byte {
	w.t.Helper()
	sha := w.git(work, "rev-parse", "main")
	command := zero + " " + sha + " refs/heads/" + branch + "\x00report-status side-band-64k"
	w.must(os.WriteFile(filepath.Join(work, "revisions"), []byte(sha+"\n"), 0o600))
	pack := w.git(work, "pack-objects", "--revs", "--all", "-q", filepath.Join(work, "out"))
	content, err := os.ReadFile(filepath.Join(work, "out-"+pack+".pack"))
	w.must(err)
	return append(fmt.Appendf(nil, "%04x%s0000", len(command)+4, command), content...)
}

const receiveRequest = "application/x-git-receive-pack-request"

func TestGzippedPush(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.repository("acme/web", true)
	work := w.work("")
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	_, _ = zip.Write(w.pushRequest(work, "main"))
	w.must(zip.Close())
	post := func(body []byte) (int, string) {
		status, header, answer := w.do("POST", "/acme/web.git/git-receive-pack", bytes.NewReader(body),
			"Authorization", "token "+w.admin, "Content-Type", receiveRequest, "Content-Encoding", "gzip")
		w.proper(status, header, answer)
		return status, answer
	}
	cut := zipped.Bytes()[:zipped.Len()/2]
	if status, answer := post(cut); status != http.StatusBadRequest {
		t.Errorf("half a gzip: %d %q", status, answer)
	}
	spoilt := bytes.Clone(zipped.Bytes())
	spoilt[len(spoilt)-6] ^= 1
	if status, answer := post(spoilt); status != http.StatusBadRequest {
		t.Errorf("a wrong checksum: %d %q", status, answer)
	}
	if status, answer := post(zipped.Bytes()); status != http.StatusOK || !strings.Contains(answer, "unpack ok") {
		t.Errorf("%d %q", status, answer)
	}
	w.nothingLeft(r)
}

// TestRequestsAreBounded: a fetch that goes on for ever is refused, compressed or not.
func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repository("acme/web", false)
	work := w.work(w.url("acme/web", w.admin))
	w.git(work, "push", "-q", "origin", "main")
	want := "want " + w.git(work, "rev-parse", "main") + "\n"
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	fmt.Fprintf(zip, "%04x%s", len(want)+4, want)
	have := bytes.Repeat([]byte("0032have "+strings.Repeat("0123456789", 4)+"\n"), 1000)
	for range 400 {
		_, _ = zip.Write(have)
	}
	w.must(zip.Close())
	status, header, body := w.do("POST", "/acme/web.git/git-upload-pack", &zipped,
		"Content-Type", "application/x-git-upload-pack-request", "Content-Encoding", "gzip")
	w.proper(status, header, body)
	if status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %q", status, body)
	}
}

// TestManyRefs: a push of 5,000 refs answers, and each has its event.
func TestManyRefs(t *testing.T) {
	t.Parallel()
	const many = 5000
	w := newWorld(t)
	r := w.repository("acme/web", true)
	work := w.work("")
	sha, one := w.git(work, "rev-parse", "main"), w.pushRequest(work, "topic")
	var request bytes.Buffer
	for i := range many {
		command := zero + " " + sha + fmt.Sprintf(" refs/heads/b%05d\x00report-status side-band-64k", i)
		fmt.Fprintf(&request, "%04x%s", len(command)+4, command)
	}
	request.Write(one[bytes.Index(one, []byte("0000PACK")):])
	status, _, answer := w.do("POST", "/acme/web/git-receive-pack", &request, "Authorization", "token "+w.admin, "Content-Type", receiveRequest)
	if got := strings.Count(answer, "ok refs/heads/b"); status != 200 || got != many {
		t.Errorf("%d: %d refs reported, want %d", status, got, many)
	}
	if got := len(w.pushes(r)); got != many {
		t.Errorf("%d events, want %d", got, many)
	}
	w.nothingLeft(r)
}

// TestUnrecordedPushIsNotAcknowledged: a push whose events could not be recorded fails, and is recorded by the next one.
func TestUnrecordedPushIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.repository("acme/web", true)
	work := w.work(w.url("acme/web", w.admin))
	w.broken.Store(true)
	out, err := w.tryGit(work, "push", "origin", "main")
	if err == nil || strings.Contains(out, "new branch") || strings.Contains(out, "context") {
		t.Errorf("git push: %v\n%s", err, out)
	}
	status, header, answer := w.do("POST", "/acme/web/git-receive-pack", bytes.NewReader(w.pushRequest(work, "topic")),
		"Authorization", "token "+w.admin, "Content-Type", receiveRequest)
	w.proper(status, header, answer)
	if status != http.StatusServiceUnavailable {
		t.Errorf("%d %q: the report has left before the events were there", status, answer)
	}
	if got := w.pushes(r); len(got) != 0 {
		t.Fatalf("events %q", got)
	}
	w.broken.Store(false)
	first := w.git(work, "rev-parse", "main")
	sha := w.commit(work, "b", "b\n")
	w.git(work, "push", "origin", "main")
	if got, want := w.pushes(r), []string{"refs/heads/main " + zero + " " + sha, "refs/heads/topic " + zero + " " + first}; !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	w.nothingLeft(r)
}

// open sends the head of a push and the beginning of its body, in a chunk, over a connection of its own.
func (w *world) open(path string, part []byte) net.Conn {
	w.t.Helper()
	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	w.must(err)
	w.t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: slipway.test\r\nAuthorization: token %s\r\nContent-Type: %s\r\n"+
		"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", path, w.admin, receiveRequest, len(part), part)
	w.must(err)
	return conn
}

// end waits for the end of a push.
func (w *world) end() {
	w.t.Helper()
	select {
	case err := <-w.ended:
		w.must(err)
	case <-time.After(patience):
		w.t.Fatal("the push did not end")
	}
}

// TestInterruptedPush: a client that dies leaves nothing behind, wherever it dies, and the next push works.
func TestInterruptedPush(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.repository("acme/web", true)
	work := w.work(w.url("acme/web", w.admin))
	noise := make([]byte, 200<<10)
	_, _ = rand.Read(noise)
	w.commit(work, "noise", string(noise))
	request := w.pushRequest(work, "topic")
	for _, length := range []int{10, 130, 140, len(request) / 2, len(request) - 1} {
		conn := w.open("/acme/web.git/git-receive-pack", request[:length])
		w.must(conn.Close())
		w.end()
		if got := w.git(w.folderOf(r), "for-each-ref"); got != "" {
			t.Fatalf("after %d of %d bytes: refs %q", length, len(request), got)
		}
		w.nothingLeft(r)
	}
	// Whatever arrived whole is done and recorded, though nobody hears of it.
	w.must(w.open("/acme/web.git/git-receive-pack", request).Close())
	w.end()
	if got := w.pushes(r); len(got) > 1 {
		t.Errorf("events %q", got)
	}
	w.git(work, "push", "-q", "origin", "main", "main:topic")
	if got := w.pushes(r); len(got) != 2 {
		t.Errorf("events %q", got)
	}
	w.nothingLeft(r)
}

// TestSilentClientIsCutOff: a client that falls silent in the middle of a push does not keep it open.
func TestSilentClientIsCutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *githttp.Options) { o.Stall = 100 * time.Millisecond })
	r := w.repository("acme/web", true)
	work := w.work(w.url("acme/web", w.admin))
	request := w.pushRequest(work, "topic")
	for _, length := range []int{0, 2, 150} {
		conn := w.open("/acme/web.git/git-receive-pack", request[:max(1, length)])
		w.must(conn.SetReadDeadline(time.Now().Add(patience)))
		if n, err := conn.Read(make([]byte, 1)); n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after %d bytes: read %d, %v; want the connection to end", length, n, err)
		}
	}
	w.end()
	w.nothingLeft(r)
	w.git(work, "push", "-q", "origin", "main")
}

// TestTricklingFetchIsCutOff: it is not enough to say a little now and then.
func TestTricklingFetchIsCutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *githttp.Options) { o.Stall = 300 * time.Millisecond })
	w.repository("acme/web", false)
	work := w.work(w.url("acme/web", w.admin))
	w.git(work, "push", "-q", "origin", "main")
	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	w.must(err)
	defer conn.Close()
	fmt.Fprint(conn, "POST /acme/web/git-upload-pack HTTP/1.1\r\nHost: slipway.test\r\nContent-Type: application/x-git-upload-pack-request\r\n"+
		"Content-Length: 100000\r\n\r\n0032want ")
	cut := func() bool { return strings.Contains(w.log.String(), "the client has gone") }
	for end := time.Now().Add(patience); !cut(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the fetch goes on")
		}
		_, _ = io.WriteString(conn, "a")
	}
}

// TestDeafClientIsCutOff: a client that takes nothing of what it fetches does not keep git running.
func TestDeafClientIsCutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *githttp.Options) { o.Stall = 300 * time.Millisecond })
	w.repository("acme/web", false)
	work := w.work(w.url("acme/web", w.admin))
	noise := make([]byte, 24<<20)
	_, _ = rand.Read(noise)
	sha := w.commit(work, "noise", string(noise))
	w.git(work, "push", "-q", "origin", "main")

	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	w.must(err)
	defer conn.Close()
	want := "want " + sha + " side-band-64k\n"
	body := fmt.Sprintf("%04x%s00000009done\n", len(want)+4, want)
	fmt.Fprintf(conn, "POST /acme/web/git-upload-pack HTTP/1.1\r\nHost: slipway.test\r\nContent-Type: application/x-git-upload-pack-request\r\n"+
		"Content-Length: %d\r\n\r\n%s", len(body), body)
	cut := func() bool { return strings.Contains(w.log.String(), "the client has gone") }
	for end := time.Now().Add(patience); !cut(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the fetch goes on")
		}
	}
}

// TestDamage: what is broken fails with a sentence that shows no inside, and hurts nothing else.
func TestDamage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sound := w.repository("acme/sound", false)
	for _, damage := range []struct {
		name string
		do   func(dir string) error
	}{
		{"missing", os.RemoveAll},
		{"empty", func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o750)) }},
		{"headless", func(dir string) error { return os.Remove(filepath.Join(dir, "HEAD")) }},
		{"objectless", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "objects")) }},
		{"hollow", func(dir string) error {
			loose, err := filepath.Glob(filepath.Join(dir, "objects", "??", "*"))
			for _, path := range loose {
				err = errors.Join(err, os.Chmod(path, 0o600), os.Truncate(path, 0))
			}
			return err
		}},
	} {
		r := w.repository("acme/"+damage.name, false)
		work := w.work(w.url("acme/"+damage.name, w.admin))
		w.git(work, "push", "-q", "origin", "main")
		w.must(damage.do(w.folderOf(r)))

		out, err := w.tryGit(t.TempDir(), "clone", w.url("acme/"+damage.name, ""))
		w.noInside(out)
		if err == nil {
			t.Errorf("%s: clone succeeded:\n%s", damage.name, out)
		}
		w.commit(work, "b", "b\n")
		out, err = w.tryGit(work, "push", "origin", "main")
		w.noInside(out)
		if err == nil && damage.name != "hollow" {
			t.Errorf("%s: push succeeded:\n%s", damage.name, out)
		}
	}
	work := w.work(w.url("acme/sound", w.admin))
	w.git(work, "push", "-q", "origin", "main")
	w.nothingLeft(sound)
}

// noInside checks that what a user was told shows nothing of the server.
func (w *world) noInside(out string) {
	w.t.Helper()
	for _, inside := range []string{w.folder, "objects/", "remote: fatal", "remote: error", "not a git repository", ".lock"} {
		if strings.Contains(out, inside) {
			w.t.Errorf("%q is shown:\n%s", inside, out)
		}
	}
}

// TestHostileBodies: what is no request of the protocol is the client's fault, and is told so.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.repository("acme/web", false)
	work := w.work(w.url("acme/web", w.admin))
	w.git(work, "push", "-q", "origin", "main")
	sha := w.git(work, "rev-parse", "main")
	packets := func(lines ...string) (text string) {
		for _, line := range lines {
			text += fmt.Sprintf("%04x%s", len(line)+4, line)
		}
		return text
	}
	post := func(service, version, body string) {
		t.Helper()
		status, header, answer := w.do("POST", "/acme/web/git-"+service, strings.NewReader(body), "Authorization", "token "+w.admin,
			"Content-Type", "application/x-git-"+service+"-request", "Git-Protocol", version)
		w.proper(status, header, answer)
		if status != http.StatusBadRequest || len(answer) > 100 {
			t.Errorf("%s %s %.60q: %d %q", service, version, body, status, answer)
		}
	}
	create := zero + " " + sha + " refs/heads/x\x00report-status"
	for _, body := range []string{"garbage", "ffff", "ffffxxxx", "0003", "-001", "0032want", packets("hello") + "0000", "\x00\x00\x00\x00", "PACKxxxx"} {
		post("receive-pack", "", body)
		post("upload-pack", "", body)
		if body != "0032want" { // git takes the end for an end
			post("upload-pack", "version=2", body)
		}
	}
	for _, body := range []string{
		packets("want xyz\n") + "0000", packets("want "+sha+"\n") + "0000" + packets("have xyz"), packets("want "+sha+"\n", "shallow xy") + "00000009done\n",
		packets("want "+sha+"\n", "deepen -1") + "00000009done\n", packets("want "+sha+" filter\n", "filter foo") + "00000009done\n",
	} {
		post("upload-pack", "", body)
	}
	for _, body := range []string{
		"00010000", packets("command=foo") + "0000", packets("command=ls-refs") + "0001" + packets("foo") + "0000",
		packets("command=fetch") + "0001" + packets("want xyz") + "0000", packets("command=fetch", "command=fetch") + "0000",
		packets("command=fetch", "object-format=foo") + "0000",
	} {
		post("upload-pack", "version=2", body)
	}
	for _, body := range []string{packets("shallow xy") + "0000", packets(create) + "ffff", packets(create, "shallow xy") + "0000"} {
		post("receive-pack", "", body)
	}
	// What is not there is no fault of the repository's either: the protocol has words for it.
	for _, version := range []string{"0", "2"} {
		out, err := w.tryGit(work, "-c", "protocol.version="+version, "fetch", "origin", strings.Repeat("ab", 20))
		if err == nil || !strings.Contains(out, "not our ref "+strings.Repeat("ab", 20)) {
			t.Errorf("fetch of what is not there: %v\n%s", err, out)
		}
	}
	if strings.Contains(w.log.String(), "level=WARN") {
		t.Error("the log warns of the repository")
	}
	w.nothingLeft(r)
}

// TestReservedRefs: refs that nobody may push, though git would take them, are refused in our words, and the others of the
// push arrive.
func TestReservedRefs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.repository("acme/web", true)
	work := w.work(w.url("acme/web", w.admin))
	sha := w.git(work, "rev-parse", "main")
	for i, name := range []string{
		"refs/heads/" + sha, "refs/tags/" + sha, "refs/heads/" + strings.Repeat("ab", 20), "refs/pull/1/head", "refs/replace/" + sha,
		"refs/slipway/x", "refs/heads/-x", "refs/tags/--all",
	} {
		topic := fmt.Sprint("topic", i)
		out, err := w.tryGit(work, "push", "origin", sha+":"+name, "main:"+topic)
		if err == nil || !strings.Contains(out, "(Reference name ") || !strings.Contains(out, "main -> "+topic) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		out, err = w.tryGit(work, "push", "--atomic", "origin", "main:other", sha+":"+name)
		if err == nil || !strings.Contains(out, "(Reference name ") || !strings.Contains(out, "another name was refused") {
			t.Errorf("%s, atomic: %v\n%s", name, err, out)
		}
	}
	if got := w.git(w.folderOf(r), "for-each-ref", "--format=%(refname)"); strings.Count(got, "refs/heads/topic") != 8 || strings.Count(got, "\n") != 7 {
		t.Errorf("refs\n%s", got)
	}
	w.nothingLeft(r)
}

// TestHostileRefs: names that are no refs are refused by name and nothing else is (promise P13).
func TestHostileRefs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.repository("acme/web", true)
	work := w.work("")
	for _, name := range []string{
		"refs/heads/../../config", "refs/heads/a..b", "refs/heads/a.lock", "refs/heads/.a", "refs/heads/a b", "refs/heads/a~1",
		"refs/heads/a^", "refs/heads/a:b", "refs/heads/a?", "refs/heads/a*", "refs/heads/a[", "refs/heads/a\\b", "refs/heads/a//b",
		"refs/heads/a/", "refs/heads/@{", "HEAD", "main", "--upload-pack=x", "/etc/passwd", "../x", "objects/x", "refs/heads/\x01",
	} {
		body := bytes.Replace(w.pushRequest(work, "topic"), []byte("refs/heads/topic"), []byte(name), 1)
		_, rest, _ := bytes.Cut(body, []byte(zero))
		length := 4 + len(zero) + bytes.Index(rest, []byte("0000PACK"))
		copy(body, fmt.Sprintf("%04x", length))
		status, header, answer := w.do("POST", "/acme/web/git-receive-pack", bytes.NewReader(body), "Authorization", "token "+w.admin, "Content-Type", receiveRequest)
		w.proper(status, header, answer)
		if strings.Contains(answer, "ok "+name) || strings.Contains(answer, w.folder) {
			t.Errorf("%q: %d %q", name, status, answer)
		}
	}
	if got := w.git(w.folderOf(r), "for-each-ref"); got != "" {
		t.Errorf("refs %q", got)
	}
	if got := w.pushes(r); len(got) != 0 {
		t.Errorf("events %q", got)
	}
	w.nothingLeft(r)
}
