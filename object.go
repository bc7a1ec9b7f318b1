package slipway

import (
	"strings"
	"time"
)

// ObjectKind is what a Git object is.
type ObjectKind string

// The kinds of objects.
const (
	CommitObject ObjectKind = "commit"
	TreeObject   ObjectKind = "tree"
	BlobObject   ObjectKind = "blob"
	TagObject    ObjectKind = "tag"
)

// Object is a Git object: what a ref or a tag points at.
type Object struct {
	SHA  SHA
	Kind ObjectKind
	Size int64 // bytes, where it was asked for
}

// GitRef is a ref with the kind of what it points at, as the Git API shows it.
type GitRef struct {
	Name   string // refs/heads/main
	Object Object
}

// Tag is a tag as the list of tags shows it: whatever it points at, it leads to a commit.
type Tag struct {
	Name   string // v1
	Commit SHA
}

// TagNote is an annotated tag.
type TagNote struct {
	SHA     SHA
	Name    string
	Object  Object // what it names; without its size
	Tagger  Signature
	Message string
	Signed  string // the armoured signature, empty when there is none
}

// EntryMode is what an entry of a tree is, as Git writes it.
type EntryMode string

// The modes of entries. Plain files have others too.
const (
	ModeDirectory EntryMode = "040000"
	ModeLink      EntryMode = "120000"
	ModeSubmodule EntryMode = "160000"
)

// TreeEntry is an entry of a tree. Its Object has a size if it is a blob.
type TreeEntry struct {
	Path   string // from the tree it was asked of
	Mode   EntryMode
	Object Object
}

// Name is the last part of the entry's path.
func (e TreeEntry) Name() string { return e.Path[strings.LastIndexByte(e.Path, '/')+1:] }

// Tree is what a tree holds.
type Tree struct {
	SHA       SHA
	Entries   []TreeEntry
	Truncated bool // there are more
}

// LogQuery asks for the commits that lead to one.
type LogQuery struct {
	From       SHA
	Path       string    // only those that changed it; empty: all
	Authors    []string  // only those of one of these addresses; nil: of everybody
	Committers []string  // likewise
	Since      time.Time // zero: from the beginning
	Until      time.Time // zero: to the end
}

// How much of a file is shown where (contract 8). GitHub has the same bounds.
const (
	MaxInline = 1 << 20   // bytes of a file inside a description of it
	MaxBlob   = 100 << 20 // bytes of a file that is given at all
)

// BlobTooLarge is the refusal of a file that is too large to be given.
func BlobTooLarge() *Error {
	return Fail(Forbidden, "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API.",
		Detail{Resource: "Blob", Field: "data", Code: "too_large"})
}

// EmptyRepository is the refusal to look into a repository that has no refs (contract 8).
func EmptyRepository() *Error { return Fail(Conflict, "Git Repository is empty.") }

const maxPath = 4096 // bytes

// CleanPath is the path of a file inside a repository, as it was asked for, without slashes around it; empty is the
// root. A path that no file can have is none.
func CleanPath(path string) (clean string, ok bool) {
	path = strings.Trim(path, "/")
	if path == "" {
		return "", true
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return "", false
		}
	}
	return path, len(path) <= maxPath && !strings.ContainsRune(path, 0)
}

// ReadmeName reports whether a file of that name introduces its folder, and how much it is preferred to others: the
// least rank first.
func ReadmeName(name string) (rank int, ok bool) {
	base, extension, _ := strings.Cut(strings.ToLower(name), ".")
	if base != "readme" {
		return 0, false
	}
	for i, known := range []string{"md", "markdown", "mdown", "rst", "asciidoc", "adoc", "org", "textile", "txt", ""} {
		if extension == known {
			return i, true
		}
	}
	return 100, true
}

// ReadmeFolders are where a readme of the whole repository is looked for, in this order.
var ReadmeFolders = []string{".github", "", "docs"}

// SubmoduleURL finds where the submodule at a path is cloned from, in a .gitmodules file; empty when it does not say.
func SubmoduleURL(text, path string) string {
	var at, url string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			at, url = "", ""
		}
		key, value, _ := strings.Cut(line, "=")
		switch value = strings.Trim(strings.TrimSpace(value), `"`); strings.TrimSpace(key) {
		case "path":
			at = value
		case "url":
			url = value
		}
		if at != "" && at == path && url != "" {
			return strings.ToValidUTF8(url, "\uFFFD")
		}
	}
	return ""
}
