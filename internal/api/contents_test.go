package api

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// shelf fills acme/web's main branch with one of each thing that can lie at a path.
func (w *world) shelf() {
	w.Helper()
	large := strings.Repeat("0123456789abcdef", 1<<17) // 2 MiB
	const modules = "[submodule \"m\"]\n\tpath = lib/m\n\turl = https://example.com/m.git\n"
	script := "commit refs/heads/main\ncommitter A <a@example.com> 1700009000 +0000\ndata 5\nshelf\nfrom refs/heads/main^0\n" +
		"M 100644 inline docs/README.rst\ndata 4\ndocs\nM 100644 inline docs/readme.md\ndata 3\nmd\n\nM 100644 inline ReadMe\ndata 4\nroot\n" +
		"M 120000 inline docs/up\ndata 7\n../file\nM 120000 inline docs/out\ndata 11\n../../../xy\nM 120000 inline docs/folder\ndata 7\n../docs\n" +
		"M 100644 inline .gitmodules\ndata " + strconv.Itoa(len(modules)) + "\n" + modules +
		"M 160000 1111111111111111111111111111111111111111 lib/m\nM 100644 inline empty\ndata 0\n\nM 100644 inline a b/ü%2F?#\ndata 3\nodd\n" +
		"M 100644 inline large\ndata 2097152\n" + large + "\n"
	w.git(filepath.Join(w.root, "acme", "web.git"), script, "fast-import", "--quiet")
}

func TestContents(t *testing.T) {
	w := newWorld(t)
	w.shelf()
	const contents = "/repos/acme/web/contents/"
	get := func(path string, headers ...string) (body map[string]any) {
		t.Helper()
		got := w.do("GET", path, "", append(headers, "As: reader")...)
		if got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.StatusCode, got.body)
		}
		if err := json.Unmarshal(got.body, &body); err != nil {
			t.Fatalf("%s: %v %s", path, err, got.body)
		}
		return body
	}
	for path, want := range map[string]map[string]any{
		contents + "docs/up":                 {"type": "file", "path": "docs/up", "size": 4.0, "content": "dHdvCg==\n"},
		contents + "docs/out":                {"type": "symlink", "target": "../../../xy"},
		contents + "docs/folder":             {"type": "symlink", "target": "../docs"},
		contents + "lib/m":                   {"type": "submodule", "submodule_git_url": "https://example.com/m.git", "git_url": nil, "download_url": nil},
		contents + "empty":                   {"type": "file", "size": 0.0, "content": "", "encoding": "base64"},
		contents + "large":                   {"type": "file", "size": 2097152.0, "content": "", "encoding": "none"},
		contents + "a%20b/%C3%BC%252F%3F%23": {"type": "file", "name": "ü%2F?#", "content": "b2Rk\n"},
		"/repos/acme/web/readme":             {"path": "ReadMe", "encoding": "base64"},
		"/repos/acme/web/readme/docs":        {"path": "docs/readme.md"},
	} {
		got := get(path)
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s: %s is %v, want %v", path, name, got[name], value)
			}
		}
	}
	var list []map[string]any
	if err := json.Unmarshal(w.do("GET", contents+"lib/", "", "As: reader").body, &list); err != nil || len(list) != 1 || list[0]["type"] != "file" {
		t.Errorf("%v %v", list, err)
	}
	if got := get(contents+"docs", "Accept: application/vnd.github.object+json"); got["type"] != "dir" || len(got["entries"].([]any)) != 5 {
		t.Errorf("%v", got)
	}
	// Every address in an answer leads to what it says.
	file := get(contents + "a%20b/%C3%BC%252F%3F%23")
	for _, name := range []string{"url", "git_url", "download_url"} {
		path := strings.TrimPrefix(file[name].(string), publicURLs.API)
		if got := w.do("GET", path, "", "As: reader"); got.StatusCode != http.StatusOK || name == "download_url" && string(got.body) != "odd" {
			t.Errorf("%s %s: %d %s", name, path, got.StatusCode, got.body)
		}
	}
}

// TestStreams: files of any size are sent as they are read, by tag, and with nothing a browser would run.
func TestStreams(t *testing.T) {
	w := newWorld(t)
	w.shelf()
	var file map[string]any
	_ = json.Unmarshal(w.do("GET", "/repos/acme/web/contents/large", "", "As: reader").body, &file)
	blob := "/repos/acme/web/git/blobs/" + file["sha"].(string)
	large := strings.Repeat("0123456789abcdef", 1<<17)

	for _, encoding := range []string{"identity", "gzip"} {
		got := w.do("GET", blob, "", "As: reader", "Accept-Encoding: "+encoding)
		if encoding == "gzip" {
			got.body = inflate(t, got.body)
		}
		var body map[string]any
		if err := json.Unmarshal(got.body, &body); err != nil || got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %v", encoding, got.StatusCode, err)
		}
		text := body["content"].(string)
		for i, line := range strings.SplitAfter(text, "\n") {
			if len(line) > 61 {
				t.Fatalf("line %d has %d characters", i, len(line))
			}
		}
		if plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", "")); err != nil || string(plain) != large {
			t.Errorf("%s: %d bytes, %v", encoding, len(plain), err)
		}
	}
	raw := w.do("GET", blob, "", "As: reader", "Accept: application/vnd.github.raw")
	if string(raw.body) != large || raw.get("Content-Length") != "2097152" || raw.get("X-Content-Type-Options") != "nosniff" || raw.get("Content-Type") != rawType {
		t.Errorf("%d bytes, %v", len(raw.body), raw.Header)
	}
	if head := w.do("HEAD", blob, "", "As: reader", "Accept: application/vnd.github.raw"); head.get("ETag") != raw.get("ETag") || head.get("Content-Length") != "2097152" {
		t.Errorf("%v", head.Header)
	}
	if again := w.do("GET", blob, "", "As: reader", "Accept: application/vnd.github.raw", "If-None-Match: "+raw.get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("%d", again.StatusCode)
	}
	if asJSON := w.do("GET", blob, "", "As: reader", "If-None-Match: "+raw.get("ETag")); asJSON.StatusCode != http.StatusOK {
		t.Errorf("another form of it: %d", asJSON.StatusCode)
	}
	if hidden := w.do("GET", blob, "", "As: stranger"); hidden.StatusCode != http.StatusNotFound {
		t.Errorf("%d", hidden.StatusCode)
	}
}

func inflate(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := out.ReadFrom(check(gzip.NewReader(bytes.NewReader(b)))(t)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestArchives(t *testing.T) {
	w := newWorld(t)
	first := w.do("GET", "/repos/acme/web/tarball/main", "", "As: reader")
	got := w.do("GET", strings.TrimPrefix(first.get("Location"), publicURLs.API), "", "As: reader")
	name := "acme-web-" + w.sha("main")[:7]
	if got.StatusCode != http.StatusOK || got.get("Content-Disposition") != "attachment; filename="+name+".tar.gz" {
		t.Fatalf("%d %v", got.StatusCode, got.Header)
	}
	in := tar.NewReader(bytes.NewReader(inflate(t, got.body)))
	var names []string
	for h, err := in.Next(); err == nil; h, err = in.Next() {
		names = append(names, h.Name)
	}
	if strings.Join(names, " ") != "pax_global_header "+name+"/ "+name+"/file" && strings.Join(names, " ") != name+"/ "+name+"/file" {
		t.Errorf("%q", names)
	}
	zip := w.do("GET", "/repos/acme/web/legacy.zip/"+w.sha("main"), "", "As: reader")
	if zip.StatusCode != http.StatusOK || !bytes.HasPrefix(zip.body, []byte("PK")) {
		t.Errorf("%d", zip.StatusCode)
	}
	if got := w.do("GET", "/repos/acme/web/legacy.zip/"+w.sha("main"), "", "As: stranger"); got.StatusCode != http.StatusNotFound {
		t.Errorf("%d", got.StatusCode)
	}
}

// TestDamagedArchive: git begins an archive before it sees that a file is missing. That is still said with a status.
func TestDamagedArchive(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join(w.root, "acme", "web.git")
	blob := strings.TrimSpace(w.git(dir, "", "rev-parse", "refs/heads/main:file"))
	if err := os.Remove(filepath.Join(dir, "objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"legacy.zip", "legacy.tar.gz"} {
		got := w.do("GET", "/repos/acme/web/"+file+"/"+w.sha("main"), "", "As: reader")
		var body struct{ Message string }
		if err := json.Unmarshal(got.body, &body); err != nil || got.StatusCode != http.StatusServiceUnavailable || body.Message == "" || got.get("Content-Disposition") != "" {
			t.Errorf("%s: %d %v %.300q", file, got.StatusCode, got.Header, got.body)
		}
	}
}

// TestEmptyRepositoryCode: what a repository without refs answers.
func TestEmptyRepositoryCode(t *testing.T) {
	w := newWorld(t)
	check(w.do("POST", "/user/repos", `{"name":"bare"}`, "As: writer"), nil)(t)
	for path, want := range map[string]string{
		"/commits": "409 Git Repository is empty.", "/git/refs": "409 Git Repository is empty.", "/git/ref/heads/main": "409 Git Repository is empty.",
		"/git/matching-refs/heads": "409 Git Repository is empty.", "/git/trees/main": "409 Git Repository is empty.",
		"/contents/": "404 This repository is empty.", "/readme": "404 This repository is empty.", "/tarball": "404 Not Found",
		"/branches": "200 ", "/tags": "200 ",
	} {
		got := w.do("GET", "/repos/writer/bare"+path, "", "As: writer")
		var body struct{ Message string }
		_ = json.Unmarshal(got.body, &body)
		if is := strings.TrimPrefix(got.Status[:4], "") + body.Message; is != want {
			t.Errorf("%s: %s, want %s", path, is, want)
		}
	}
	if got := w.do("POST", "/repos/writer/bare/git/refs", `{"ref":"refs/heads/x","sha":"`+strings.Repeat("a", 40)+`"}`, "As: writer"); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

// TestDamagedCode is promise P12 for everything that reads files: a sentence of ours, soon, and nothing of the inside.
func TestDamagedCode(t *testing.T) {
	w := newWorld(t)
	w.shelf()
	dir := filepath.Join(w.root, "acme", "web.git")
	main := strings.TrimSpace(w.git(dir, "", "rev-parse", "refs/heads/main"))
	for _, folder := range check(filepath.Glob(filepath.Join(dir, "objects", "??")))(t) {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{
		"/commits", "/contents/", "/contents/file", "/readme", "/git/trees/main", "/git/refs", "/git/ref/heads/main", "/tags", "/commits/main",
		"/legacy.zip/" + main, "/git/blobs/" + main, "/raw/" + main + "/file", "/branches/main", "/compare/main...topic",
	} {
		got := w.do("GET", "/repos/acme/web"+path, "", "As: reader")
		var body struct{ Message string }
		if err := json.Unmarshal(got.body, &body); err != nil || got.StatusCode < 400 || body.Message == "" || strings.Contains(string(got.body), w.root) || strings.Contains(string(got.body), "fatal") {
			t.Errorf("%s: %d %.300s", path, got.StatusCode, got.body)
		}
	}
	if got := w.do("GET", "/repos/acme/open/contents/file", "", "As: reader"); got.StatusCode != http.StatusOK {
		t.Errorf("another repository: %d %s", got.StatusCode, got.body)
	}
}
