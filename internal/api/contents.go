package api

import (
	"context"
	"io"
	"net/http"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// getContents is GET R/contents/:path (contract 8): a file, a folder's list or, by media type, bytes or an object.
func (a *API) getContents(ctx context.Context, c *call) (reply, error) {
	found, err := a.deploy.Contents(ctx, c.Repo, c.value("path"), c.query("ref"))
	if err != nil {
		return reply{}, err
	}
	return a.content(c, found)
}

// getReadme is GET R/readme and GET R/readme/:dir.
func (a *API) getReadme(ctx context.Context, c *call) (reply, error) {
	found, err := a.deploy.Readme(ctx, c.Repo, c.value("dir"), c.query("ref"))
	if err != nil {
		return reply{}, err
	}
	return a.content(c, found)
}

func (a *API) content(c *call, found deploy.Content) (reply, error) {
	file := found.Entry.Object
	switch {
	case file.Kind == slipway.BlobObject && file.Size > slipway.MaxBlob:
		return reply{}, slipway.BlobTooLarge()
	case file.Kind == slipway.BlobObject && c.accept.param == "raw":
		return a.rawBlob(c, file, rawType), nil
	}
	view := wire.ContentView{
		Ref: found.Ref, Commit: found.Commit, Entry: found.Entry, Entries: found.Entries, Bytes: found.Bytes, Submodule: found.Submodule,
	}
	if file.Kind == slipway.TreeObject && c.accept.param != "object" {
		return ok(wire.FromFolder(view, c.Repo, a.options.URLs)), nil
	}
	return ok(wire.FromContent(view, c.Repo, a.options.URLs)), nil
}

// getRaw is GET R/raw/:commit/:path, which the contents API calls download_url: the bytes of a file.
func (a *API) getRaw(ctx context.Context, c *call) (reply, error) {
	if _, full := slipway.ParseSHA(c.value("sha")); !full {
		return reply{}, slipway.Fail(slipway.NotFound, "")
	}
	found, err := a.deploy.Contents(ctx, c.Repo, c.value("path"), c.value("sha"))
	if err == nil && found.Entry.Object.Kind != slipway.BlobObject {
		err = slipway.Fail(slipway.NotFound, "")
	}
	if err != nil {
		return reply{}, err
	}
	return a.rawBlob(c, found.Entry.Object, bytesType), nil
}

// The two archives: how they are asked for, how GitHub calls where they lie, and what they are.
var archives = map[string]struct {
	file   string
	format deploy.ArchiveFormat
	kind   string
}{
	"tarball": {"legacy.tar.gz", deploy.TarGz, "application/x-gzip"},
	"zipball": {"legacy.zip", deploy.Zip, "application/zip"},
}

// findArchive is GET R/tarball/:ref and GET R/zipball/:ref: a redirection to where the archive lies, which clients insist on.
func findArchive(kind string) handler {
	return func(a *API, ctx context.Context, c *call) (reply, error) {
		sha, err := a.deploy.ArchiveOf(ctx, c.Repo, c.value("ref"))
		if err != nil {
			return reply{}, err
		}
		return reply{status: http.StatusFound, location: a.options.URLs.ArchiveFile(c.Repo, archives[kind].file, sha)}, nil
	}
}

// getArchive is GET R/legacy.tar.gz/:sha and GET R/legacy.zip/:sha.
func getArchive(kind string) handler {
	archive := archives[kind]
	return func(a *API, ctx context.Context, c *call) (reply, error) {
		if _, full := slipway.ParseSHA(c.value("sha")); !full {
			return reply{}, slipway.Fail(slipway.NotFound, "")
		}
		sha, err := a.deploy.ArchiveOf(ctx, c.Repo, c.value("sha"))
		if err != nil {
			return reply{}, err
		}
		return streamed(stream{
			name: string(sha), kind: archive.kind, size: -1, file: deploy.ArchiveName(c.Repo, sha) + "." + string(archive.format),
			copy: func(ctx context.Context, out io.Writer) error {
				return a.deploy.Archive(ctx, c.Repo, sha, archive.format, out)
			},
		}), nil
	}
}
