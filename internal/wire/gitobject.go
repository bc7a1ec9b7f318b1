package wire

import (
	"encoding/base64"
	"io"

	"github.com/slipway-deploy/slipway"
)

// DecodeNewRef reads the body of POST git/refs (contract file 8).
func DecodeNewRef(body []byte) (ref, sha string, err error) {
	m, err := parse(body, Today)
	if err != nil {
		return "", "", err
	}
	ref, sha = m.text("ref"), m.text("sha")
	m.require("ref", "sha")
	return ref, sha, m.err()
}

// DecodeRefUpdate reads the body of PATCH git/refs/:ref.
func DecodeRefUpdate(body []byte) (sha string, force bool, err error) {
	m, err := parse(body, Today)
	if err != nil {
		return "", false, err
	}
	sha, force = m.text("sha"), m.flag("force", false)
	m.require("sha")
	return sha, force, m.err()
}

// FromGitRef is a ref, as the Git API shows it.
func FromGitRef(ref slipway.GitRef, r slipway.Repository, u slipway.URLs) JSON {
	return render(func(w *writer) { w.gitRef(ref, r, u) })
}

// FromGitRefs is a list of refs.
func FromGitRefs(refs []slipway.GitRef, r slipway.Repository, u slipway.URLs) JSON {
	return listOf(Today, refs, func(w *writer, ref slipway.GitRef) { w.gitRef(ref, r, u) })
}

func (w *writer) gitRef(ref slipway.GitRef, r slipway.Repository, u slipway.URLs) {
	w.open()
	w.str("ref", ref.Name)
	w.str("node_id", slipway.RefNodeID(r.ID, ref.Name))
	w.str("url", u.GitRef(r, ref.Name))
	w.object("object", func() { w.objectMembers(ref.Object, r, u) })
	w.close()
}

func (w *writer) objectMembers(o slipway.Object, r slipway.Repository, u slipway.URLs) {
	w.str("sha", string(o.SHA))
	w.str("type", string(o.Kind))
	w.str("url", u.GitObject(r, o.Kind, o.SHA))
}

// FromGitCommit is a commit, as the Git API shows it.
func FromGitCommit(c slipway.Commit, r slipway.Repository, u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.open()
		w.str("sha", string(c.SHA))
		w.str("node_id", slipway.CommitNodeID(r.ID, c.SHA))
		w.str("url", u.GitCommit(r, c.SHA))
		w.str("html_url", u.CommitHTML(r, c.SHA))
		w.signature("author", c.Author)
		w.signature("committer", c.Committer)
		w.object("tree", func() {
			w.str("sha", string(c.Tree))
			w.str("url", u.GitTree(r, c.Tree))
		})
		w.str("message", c.Message)
		w.key("parents")
		w.openArray()
		for _, sha := range c.Parents {
			w.item()
			w.open()
			w.str("sha", string(sha))
			w.str("url", u.GitCommit(r, sha))
			w.str("html_url", u.CommitHTML(r, sha))
			w.close()
		}
		w.closeArray()
		w.object("verification", func() { w.verificationMembers(c.Signed) })
		w.close()
	})
}

// FromTagNote is an annotated tag.
func FromTagNote(t slipway.TagNote, r slipway.Repository, u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.open()
		w.str("node_id", slipway.ObjectNodeID("Tag", r.ID, t.SHA))
		w.str("sha", string(t.SHA))
		w.str("url", u.GitObject(r, slipway.TagObject, t.SHA))
		w.signature("tagger", t.Tagger)
		w.object("object", func() { w.objectMembers(t.Object, r, u) })
		w.str("tag", t.Name)
		w.str("message", t.Message)
		w.object("verification", func() { w.verificationMembers(t.Signed) })
		w.close()
	})
}

// FromTree is a tree. Submodules have no address: their commits are not in this repository.
func FromTree(t slipway.Tree, r slipway.Repository, u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.open()
		w.str("sha", string(t.SHA))
		w.str("url", u.GitTree(r, t.SHA))
		w.key("tree")
		w.openArray()
		for _, e := range t.Entries {
			w.item()
			w.open()
			w.str("path", e.Path)
			w.str("mode", string(e.Mode))
			w.str("type", string(e.Object.Kind))
			w.str("sha", string(e.Object.SHA))
			if e.Object.Kind == slipway.BlobObject {
				w.num("size", e.Object.Size)
			}
			if e.Object.Kind != slipway.CommitObject {
				w.str("url", u.GitObject(r, e.Object.Kind, e.Object.SHA))
			}
			w.close()
		}
		w.closeArray()
		w.boolean("truncated", t.Truncated)
		w.close()
	})
}

// WriteBlob writes a file, as the Git API shows it, without keeping it: contents copies its bytes.
func WriteBlob(out io.Writer, o slipway.Object, r slipway.Repository, u slipway.URLs, contents func(io.Writer) error) error {
	head := render(func(w *writer) {
		w.open()
		w.str("sha", string(o.SHA))
		w.str("node_id", slipway.ObjectNodeID("Blob", r.ID, o.SHA))
		w.num("size", o.Size)
		w.str("url", u.GitObject(r, slipway.BlobObject, o.SHA))
		w.key("content")
	})
	text := &base64Text{out: out, before: append(head, '"')}
	if err := contents(text); err != nil {
		return err
	}
	return text.end(`","encoding":"base64"}`)
}

// base64Line is how much of a file stands on one line: GitHub breaks them after 60 characters.
const base64Line = 45

// base64Text writes what it is given in base64, as the inside of a JSON string.
type base64Text struct {
	out    io.Writer
	before []byte // to be written first
	line   []byte // not whole yet
	buffer []byte
}

func (t *base64Text) Write(p []byte) (int, error) {
	t.buffer = append(t.buffer[:0], t.before...)
	t.before = nil
	n := len(p)
	for len(t.line)+len(p) >= base64Line {
		take := base64Line - len(t.line)
		t.line = append(t.line, p[:take]...)
		p = p[take:]
		t.flush()
	}
	t.line = append(t.line, p...)
	if len(t.buffer) == 0 {
		return n, nil
	}
	_, err := t.out.Write(t.buffer)
	return n, err
}

func (t *base64Text) flush() {
	t.buffer = append(base64.StdEncoding.AppendEncode(t.buffer, t.line), `\n`...)
	t.line = t.line[:0]
}

func (t *base64Text) end(after string) error {
	t.buffer = append(t.buffer[:0], t.before...)
	t.before = nil
	if len(t.line) > 0 {
		t.flush()
	}
	_, err := t.out.Write(append(t.buffer, after...))
	return err
}

// base64Of is base64Text of what is there already.
func base64Of(content []byte) string {
	b := make([]byte, 0, len(content)*3/2)
	for len(content) > 0 {
		n := min(len(content), base64Line)
		b = append(base64.StdEncoding.AppendEncode(b, content[:n]), '\n')
		content = content[n:]
	}
	return string(b)
}

// NoNames is what GET topics answers: repositories have none here.
var NoNames = JSON(`{"names":[]}`)

// EmptyList is a list of nothing.
var EmptyList = JSON(`[]`)

// listOf is an array of things that are written one by one.
func listOf[T any](s Shape, list []T, item func(*writer, T)) JSON {
	return s.render(func(w *writer) {
		w.openArray()
		for _, one := range list {
			w.item()
			item(w, one)
		}
		w.closeArray()
	})
}
