package wire

import (
	"github.com/slipway-deploy/slipway"
)

// ContentView is what is shown of a file, a link, a submodule or a folder (contract file 8).
type ContentView struct {
	Ref       string      // that it was asked for at
	Commit    slipway.SHA // that it was found in
	Entry     slipway.TreeEntry
	Entries   []slipway.TreeEntry // of a folder
	Bytes     []byte              // of a file that is shown, and of a link
	Submodule string              // where it is cloned from; empty: not known
}

// FromFolder lists what is in a folder. A submodule is a file there, as it has been since there were none.
func FromFolder(v ContentView, r slipway.Repository, u slipway.URLs) JSON {
	return listOf(Today, v.Entries, func(w *writer, e slipway.TreeEntry) {
		kind := contentType(e)
		if kind == "submodule" {
			kind = "file"
		}
		w.open()
		w.contentMembers(kind, v.of(e), r, u)
		w.close()
	})
}

// FromContent is one file, link, submodule or, with what is in it, folder.
func FromContent(v ContentView, r slipway.Repository, u slipway.URLs) JSON {
	kind := contentType(v.Entry)
	return render(func(w *writer) {
		w.open()
		w.contentMembers(kind, v, r, u)
		switch {
		case kind == "dir":
			w.key("entries")
			w.raw(FromFolder(v, r, u))
		case kind == "symlink":
			w.str("target", string(v.Bytes))
		case kind == "submodule":
			w.orNull("submodule_git_url", v.Submodule)
		case v.Entry.Object.Size > slipway.MaxInline:
			w.str("content", "")
			w.str("encoding", "none")
		default:
			w.str("content", base64Of(v.Bytes))
			w.str("encoding", "base64")
		}
		w.close()
	})
}

func (v ContentView) of(e slipway.TreeEntry) ContentView {
	v.Entry = e
	return v
}

func contentType(e slipway.TreeEntry) string {
	switch e.Mode {
	case slipway.ModeDirectory:
		return "dir"
	case slipway.ModeLink:
		return "symlink"
	case slipway.ModeSubmodule:
		return "submodule"
	default:
		return "file"
	}
}

// contentMembers are those of every kind of content. Of a submodule, the commit is somewhere else, so it has no address.
func (w *writer) contentMembers(kind string, v ContentView, r slipway.Repository, u slipway.URLs) {
	e := v.Entry
	url := u.ContentsAt(r, e.Path, v.Ref)
	var git, html, download string
	switch e.Object.Kind {
	case slipway.TreeObject:
		git, html = u.GitObject(r, slipway.TreeObject, e.Object.SHA), u.FileHTML(r, "tree", v.Ref, e.Path)
	case slipway.BlobObject:
		git, html = u.GitObject(r, slipway.BlobObject, e.Object.SHA), u.FileHTML(r, "blob", v.Ref, e.Path)
		download = u.RawFile(r, v.Commit, e.Path)
	}
	w.str("name", e.Name())
	w.str("path", e.Path)
	w.str("sha", string(e.Object.SHA))
	w.num("size", e.Object.Size)
	w.str("url", url)
	w.orNull("html_url", html)
	w.orNull("git_url", git)
	w.orNull("download_url", download)
	w.str("type", kind)
	w.object("_links", func() {
		w.str("self", url)
		w.orNull("git", git)
		w.orNull("html", html)
	})
}
