package api

import (
	"context"
	"io"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// getGitCommit is GET R/git/commits/:sha.
func (a *API) getGitCommit(ctx context.Context, c *call) (reply, error) {
	commit, err := a.deploy.GitCommit(ctx, c.Repo, c.value("sha"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromGitCommit(commit, c.Repo, a.options.URLs)), nil
}

// getGitTag is GET R/git/tags/:sha.
func (a *API) getGitTag(ctx context.Context, c *call) (reply, error) {
	note, err := a.deploy.TagNote(ctx, c.Repo, c.value("sha"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromTagNote(note, c.Repo, a.options.URLs)), nil
}

// getGitTree is GET R/git/trees/:sha. Any value of recursive means yes.
func (a *API) getGitTree(ctx context.Context, c *call) (reply, error) {
	tree, err := a.deploy.Tree(ctx, c.Repo, c.value("sha"), c.query("recursive") != "")
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromTree(tree, c.Repo, a.options.URLs)), nil
}

// getGitBlob is GET R/git/blobs/:sha, as JSON or as the bytes themselves.
func (a *API) getGitBlob(ctx context.Context, c *call) (reply, error) {
	blob, err := a.deploy.Object(ctx, c.Repo, c.value("sha"), slipway.BlobObject)
	if err != nil {
		return reply{}, err
	}
	if blob.Size > slipway.MaxBlob {
		return reply{}, slipway.BlobTooLarge()
	}
	if c.accept.param == "raw" {
		return a.rawBlob(c, blob, rawType), nil
	}
	return streamed(stream{
		name: string(blob.SHA), kind: jsonType[0], size: -1,
		copy: func(ctx context.Context, out io.Writer) error {
			return wire.WriteBlob(out, blob, c.Repo, a.options.URLs, func(text io.Writer) error {
				return a.deploy.CopyBlob(ctx, c.Repo, blob.SHA, text)
			})
		},
	}), nil
}

// Content types of files' bytes. None is one that a browser would run.
const (
	rawType   = "application/vnd.github.raw; charset=utf-8"
	bytesType = "application/octet-stream"
)

// rawBlob is a file as it is.
func (a *API) rawBlob(c *call, blob slipway.Object, kind string) reply {
	return streamed(stream{
		name: string(blob.SHA), kind: kind, size: blob.Size,
		copy: func(ctx context.Context, out io.Writer) error { return a.deploy.CopyBlob(ctx, c.Repo, blob.SHA, out) },
	})
}
