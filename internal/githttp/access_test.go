package githttp_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// ask asks for an advertisement, and for the exchange behind it, and gives the status, which must be the same for both.
func (w *world) ask(fullName, service string, header ...string) int {
	w.t.Helper()
	status, got, body := w.do(http.MethodGet, "/"+fullName+".git/info/refs?service=git-"+service, nil, header...)
	w.proper(status, got, body)
	posted, got, body := w.do(http.MethodPost, "/"+fullName+"/git-"+service, strings.NewReader("0000"),
		append(header, "Content-Type", "application/x-git-"+service+"-request")...)
	w.proper(posted, got, body)
	if status != posted {
		w.t.Errorf("%s of %s: %d for the advertisement, %d for the exchange", service, fullName, status, posted)
	}
	return status
}

// proper checks what all answers have in common.
func (w *world) proper(status int, header http.Header, body string) {
	w.t.Helper()
	if got := header.Get("Cache-Control"); !strings.Contains(got, "no-cache") {
		w.t.Errorf("%d: Cache-Control: %q", status, got)
	}
	if status == http.StatusOK {
		return
	}
	if got := header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		w.t.Errorf("%d: Content-Type: %q", status, got)
	}
	if strings.Contains(body, w.folder) || strings.Contains(body, "fatal") || strings.Count(body, "\n") != 1 || len(body) > 120 {
		w.t.Errorf("%d: body %q", status, body)
	}
	if challenged := header.Get("WWW-Authenticate") == `Basic realm="Slipway"`; challenged != (status == http.StatusUnauthorized) {
		w.t.Errorf("%d: WWW-Authenticate: %q", status, header.Get("WWW-Authenticate"))
	}
}

// ways are the ways to present a token (promise S1).
var ways = map[string]func(string) string{
	"Bearer":         func(s string) string { return "Bearer " + s },
	"token":          func(s string) string { return "token " + s },
	"Basic user":     func(s string) string { return basic(s + ":x-oauth-basic") },
	"Basic password": func(s string) string { return basic("anybody:" + s) },
}

func basic(pair string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) }

// TestWhoMayDoWhat is the table of scopes and roles, for each way to present a token.
func TestWhoMayDoWhat(t *testing.T) {
	w := newWorld(t)
	w.repository("acme/open", false)
	w.repository("acme/closed", true)
	w.token("reader", "repo")
	w.token("writer", "repo")
	w.token("stranger", "repo")
	for login, role := range map[string]slipway.Role{"reader": slipway.RoleRead, "writer": slipway.RoleWrite} {
		for _, name := range []string{"open", "closed"} {
			w.must(w.AddCollaborator(w.ctx, local, "acme", name, login, role))
		}
	}
	// Who may fetch and push what is public, and fetch and push what is private.
	for _, row := range []struct {
		login, scopes string
		want          string
	}{
		{"writer", "repo", "200 200 200 200"},
		{"writer", "public_repo", "200 200 404 404"},
		{"writer", "repo_deployment", "200 403 404 404"},
		{"writer", "repo:status", "200 403 404 404"},
		{"writer", "repo_deployment,repo:status,admin:repo_hook", "200 403 404 404"},
		{"writer", "", "200 403 404 404"},
		{"reader", "repo", "200 403 200 403"},
		{"reader", "public_repo", "200 403 404 404"},
		{"stranger", "repo", "200 403 404 404"},
		{"stranger", "public_repo", "200 403 404 404"},
	} {
		token := w.token(row.login, row.scopes)
		for way, header := range ways {
			got := fmt.Sprintf("%d %d %d %d",
				w.ask("acme/open", "upload-pack", "Authorization", header(token)),
				w.ask("acme/open", "receive-pack", "Authorization", header(token)),
				w.ask("acme/closed", "upload-pack", "Authorization", header(token)),
				w.ask("acme/closed", "receive-pack", "Authorization", header(token)))
			if got != row.want {
				t.Errorf("%s with %q, by %s: %s, want %s", row.login, row.scopes, way, got, row.want)
			}
		}
	}
}

func TestWithoutCredentials(t *testing.T) {
	w := newWorld(t)
	w.repository("acme/open", false)
	w.repository("acme/closed", true)
	for _, test := range []struct {
		repository, service string
		want                int
	}{
		{"acme/open", "upload-pack", 200},
		{"acme/closed", "upload-pack", 401},
		{"acme/absent", "upload-pack", 401},
		{"nobody/absent", "upload-pack", 401},
		{"acme/open", "receive-pack", 401},
		{"acme/closed", "receive-pack", 401},
		{"acme/absent", "receive-pack", 401},
	} {
		if got := w.ask(test.repository, test.service); got != test.want {
			t.Errorf("%s of %s: %d, want %d", test.service, test.repository, got, test.want)
		}
	}
	_, _, closed := w.do(http.MethodGet, "/acme/closed.git/info/refs?service=git-upload-pack", nil)
	_, _, absent := w.do(http.MethodGet, "/acme/absent.git/info/refs?service=git-upload-pack", nil)
	if closed != absent {
		t.Errorf("what is hidden says %q, what is absent %q", closed, absent)
	}
}

func TestBadCredentials(t *testing.T) {
	w := newWorld(t)
	w.repository("acme/open", false)
	revoked := w.token("mona", "repo")
	w.must(w.RevokeTokenSecret(w.ctx, local, revoked))
	for _, header := range []string{
		"token nonsense", "Bearer " + revoked, basic("mona:hunter2"), basic("mona:" + revoked), "Basic ?", "Digest x", "",
	} {
		for _, service := range []string{"upload-pack", "receive-pack"} {
			if got := w.ask("acme/open", service, "Authorization", header); got != http.StatusUnauthorized {
				t.Errorf("%s with %q: %d", service, header, got)
			}
		}
	}
	if got := w.ask("acme/open", "upload-pack", "Authorization", "token "+w.admin, "Authorization", "token "+w.admin); got != http.StatusUnauthorized {
		t.Errorf("two headers: %d", got)
	}
}

func TestPushMakesNoRepository(t *testing.T) {
	w := newWorld(t)
	work := w.work(w.url("acme/new", w.admin))
	out, err := w.tryGit(work, "push", "origin", "main")
	if err == nil || !strings.Contains(out, "Repository not found.") {
		t.Errorf("push to nowhere: %v\n%s", err, out)
	}
	if _, err := w.FindRepository(w.ctx, local, "acme", "new"); slipway.KindOf(err) != slipway.NotFound {
		t.Errorf("the repository: %v", err)
	}
}

func TestArchivedIsReadOnly(t *testing.T) {
	w := newWorld(t)
	r := w.repository("acme/web", false)
	work := w.work(w.url("acme/web", w.admin))
	w.git(work, "push", "-q", "origin", "main")
	w.must(w.db.Update(w.ctx, 0, func(tx deploy.Tx) error {
		r.Archived = true
		if err := tx.SetRepository(r); err != nil {
			return err
		}
		return tx.BumpAuthVersion()
	}))
	if got := w.ask("acme/web", "receive-pack", "Authorization", "token "+w.admin); got != http.StatusForbidden {
		t.Errorf("push: %d", got)
	}
	w.commit(work, "b", "b")
	out, err := w.tryGit(work, "push", "origin", "main")
	if err == nil || !strings.Contains(out, "archived") {
		t.Errorf("push: %v\n%s", err, out)
	}
	w.git(t.TempDir(), "clone", "-q", w.url("acme/web", ""))
}

// TestOnlySmart: the dumb protocol and everything else below a repository is refused, whether the repository exists or not.
func TestOnlySmart(t *testing.T) {
	w := newWorld(t)
	w.repository("acme/open", false)
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/info/refs", 403},
		{"GET", "/info/refs?service=git-upload-archive", 403},
		{"GET", "/info/refs?service=upload-pack", 403},
		{"GET", "/HEAD", 403},
		{"GET", "/objects/info/packs", 403},
		{"GET", "/config", 403},
		{"POST", "/git-upload-archive", 403},
		{"POST", "/info/refs?service=git-upload-pack", 405},
		{"HEAD", "/info/refs?service=git-upload-pack", 405},
		{"GET", "/git-upload-pack", 405},
		{"PUT", "/git-receive-pack", 405},
	} {
		for _, repository := range []string{"/acme/open.git", "/acme/absent"} {
			got, _, body := w.do(test.method, repository+test.path, nil, "Authorization", "token "+w.admin)
			if got != test.want || strings.Contains(body, "fatal") {
				t.Errorf("%s %s: %d %q, want %d", test.method, repository+test.path, got, body, test.want)
			}
		}
	}
	for _, path := range []string{"//open/info/refs", "/acme//info/refs", "/acme/..%2fopen/info/refs", "/acme/../open/info/refs"} {
		if got, _, _ := w.do("GET", path+"?service=git-upload-pack", nil, "Authorization", "token "+w.admin); got != 404 && got != 403 {
			t.Errorf("%s: %d", path, got)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	w := newWorld(t)
	w.repository("acme/open", false)
	for _, service := range []string{"upload-pack", "receive-pack"} {
		post := func(header ...string) int {
			status, got, body := w.do("POST", "/acme/open/git-"+service, strings.NewReader("0000"), append(header, "Authorization", "token "+w.admin)...)
			w.proper(status, got, body)
			return status
		}
		right := "application/x-git-" + service + "-request"
		for _, wrong := range []string{"", "text/plain", "application/x-git-" + service + "-result", "application/x-www-form-urlencoded"} {
			if got := post("Content-Type", wrong); got != http.StatusUnsupportedMediaType {
				t.Errorf("%s as %q: %d", service, wrong, got)
			}
		}
		if got := post("Content-Type", right, "Content-Encoding", "br"); got != http.StatusUnsupportedMediaType {
			t.Errorf("%s in brotli: %d", service, got)
		}
		if got := post("Content-Type", right, "Content-Encoding", "gzip"); got != http.StatusBadRequest {
			t.Errorf("%s in gzip that is none: %d", service, got)
		}
		status, header, _ := w.do("POST", "/acme/open/git-"+service, strings.NewReader("0000"), "Content-Type", right, "Authorization", "token "+w.admin)
		if got := header.Get("Content-Type"); status != 200 || got != "application/x-git-"+service+"-result" {
			t.Errorf("%s: %d, %q", service, status, got)
		}
		status, header, body := w.do("GET", "/acme/open/info/refs?service=git-"+service, nil, "Authorization", "token "+w.admin)
		if got := header.Get("Content-Type"); status != 200 || got != "application/x-git-"+service+"-advertisement" {
			t.Errorf("advertisement of %s: %d, %q", service, status, got)
		}
		if first := fmt.Sprintf("%04x# service=git-%s\n0000", len("# service=git-")+len(service)+5, service); !strings.HasPrefix(body, first) {
			t.Errorf("advertisement of %s: %q, want it to begin with %q", service, body, first)
		}
	}
	// gitprotocol-http and git http-backend: no service line before version 2, which knows no pushes.
	for asked, want := range map[string]string{
		"version=2": "000eversion 2\n", "version=1:version=2": "000eversion 2\n", "version=1": "001e# service=git-upload-pack\n0000000eversion 1\n",
		"version=3": "001e# service=git-upload-pack\n0000", "version=2;x": "001e# service=git-upload-pack\n0000",
	} {
		_, _, body := w.do("GET", "/acme/open/info/refs?service=git-upload-pack", nil, "Git-Protocol", asked)
		if !strings.HasPrefix(body, want) {
			t.Errorf("Git-Protocol: %s: %q, want it to begin with %q", asked, body, want)
		}
	}
	_, _, body := w.do("GET", "/acme/open/info/refs?service=git-receive-pack", nil, "Git-Protocol", "version=2", "Authorization", "token "+w.admin)
	if !strings.HasPrefix(body, "001f# service=git-receive-pack\n0000") {
		t.Errorf("pushes with version 2: %q", body)
	}
}
