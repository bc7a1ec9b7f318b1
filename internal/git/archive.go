package git

import (
	"context"
	"io"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Archive writes all files of a commit into one archive, below a folder called prefix. NotFound: there is no such commit.
func (g *Repositories) Archive(ctx context.Context, r *slipway.Repository, commit slipway.SHA, format deploy.ArchiveFormat, prefix string, out io.Writer) error {
	const op = "git: archive"
	repo, err := g.at(r)
	if err != nil {
		return err
	}
	sha, err := g.commit(ctx, repo, commit)
	if err != nil {
		return read(repo, op, err)
	}
	return g.copy(ctx, r, op, out, "archive", "--format="+string(format), "--prefix="+prefix+"/", "--end-of-options", string(sha))
}
