package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Object says what an object is, and how large. NotFound: there is none.
func (g *Repositories) Object(ctx context.Context, r *slipway.Repository, sha slipway.SHA) (slipway.Object, error) {
	repo, err := g.at(r)
	if err != nil {
		return slipway.Object{}, err
	}
	o, err := g.lookAt(ctx, repo, "info", sha)
	return slipway.Object{SHA: o.sha, Kind: slipway.ObjectKind(o.kind), Size: o.size}, read(repo, "git: look at an object", err)
}

// lookAt asks a reader about an object by its full name. errMissing when there is none.
func (g *Repositories) lookAt(ctx context.Context, repo *repository, question string, sha slipway.SHA) (object, error) {
	if _, ok := binary(sha); !ok {
		return object{}, errMissing
	}
	return g.ask(ctx, repo, question, string(sha))
}

// read makes an error for callers of one about an object: NotFound when it is not there, though the repository is.
func read(repo *repository, op string, err error) error {
	switch {
	case err == nil:
		return nil
	case (errors.Is(err, errMissing) || errors.Is(err, errNotCommit)) && repo.present():
		return notFound(op, err)
	default:
		return unavailable(op, err)
	}
}

// errKind says that an object is of another kind than it was asked for as.
var errKind = fmt.Errorf("of another kind: %w", errMissing)

// contents reads an object of a kind, at most mostObject bytes of it.
func (g *Repositories) contents(ctx context.Context, repo *repository, sha slipway.SHA, kind slipway.ObjectKind) (object, error) {
	o, err := g.lookAt(ctx, repo, "contents", sha)
	if err == nil && o.kind != string(kind) {
		err = errKind
	}
	return o, err
}

// Kinds says what several objects are, in one run of git where there is more than one. One that is missing is damage: a ref
// points at it.
func (g *Repositories) Kinds(ctx context.Context, r *slipway.Repository, shas []slipway.SHA) ([]slipway.ObjectKind, error) {
	const op = "git: look at objects"
	repo, err := g.at(r)
	if err != nil {
		return nil, err
	}
	kinds, err := g.kinds(ctx, repo, shas)
	if err != nil {
		return nil, unavailable(op, lost(err))
	}
	return kinds, nil
}

func (g *Repositories) kinds(ctx context.Context, repo *repository, shas []slipway.SHA) ([]slipway.ObjectKind, error) {
	switch len(shas) {
	case 0:
		return nil, nil
	case 1:
		o, err := g.lookAt(ctx, repo, "info", shas[0])
		return []slipway.ObjectKind{slipway.ObjectKind(o.kind)}, err
	}
	var in strings.Builder
	for _, sha := range shas {
		in.WriteString(string(sha) + "\n")
	}
	out, err := g.run(ctx, run{
		repo: repo, args: []string{"cat-file", "--batch-check=%(objecttype)"}, in: strings.NewReader(in.String()),
	})
	if err != nil {
		return nil, err
	}
	kinds := make([]slipway.ObjectKind, 0, len(shas))
	for line := range bytes.Lines(out) {
		kinds = append(kinds, slipway.ObjectKind(bytes.TrimSuffix(line, []byte("\n"))))
		if bytes.HasSuffix(line, []byte(" missing\n")) {
			return nil, errGone
		}
	}
	if len(kinds) != len(shas) {
		return nil, fmt.Errorf("cat-file says %d kinds of %d objects", len(kinds), len(shas))
	}
	return kinds, nil
}

// Blob is a file's content, at most slipway.MaxInline bytes of it.
func (g *Repositories) Blob(ctx context.Context, r *slipway.Repository, sha slipway.SHA) ([]byte, error) {
	repo, err := g.at(r)
	if err != nil {
		return nil, err
	}
	o, err := g.contents(ctx, repo, sha, slipway.BlobObject)
	if err != nil {
		return nil, read(repo, "git: read a file", err)
	}
	return o.body[:min(len(o.body), slipway.MaxInline)], nil
}

// CopyBlob writes a file of any size.
func (g *Repositories) CopyBlob(ctx context.Context, r *slipway.Repository, sha slipway.SHA, out io.Writer) error {
	if _, ok := binary(sha); !ok {
		return notFound("git: copy a file", errMissing)
	}
	return g.copy(ctx, r, "git: copy a file", out, "cat-file", "blob", string(sha))
}

// How long one copy may take, and how long its reader may take nothing.
const (
	copyTime    = 15 * time.Minute
	copySilence = time.Minute
)

// copy runs git and passes on what it prints, without keeping it. What has been written when there is an error is of no use.
// Unavailable, with RetryAfter: too many copies are being made, of this repository or of all.
func (g *Repositories) copy(ctx context.Context, r *slipway.Repository, op string, out io.Writer, args ...string) error {
	repo, err := g.at(r)
	if err != nil {
		return err
	}
	if !repo.present() {
		return unavailable(op, errAbsent)
	}
	ctx, done, err := g.begin(ctx)
	if err != nil {
		return unavailable(op, err)
	}
	defer done()
	for _, l := range []*lane{repo.copies, g.copies} {
		leave, err := l.enter(ctx)
		if err != nil {
			return err
		}
		defer leave()
	}
	ctx, cancel := context.WithTimeout(ctx, copyTime)
	defer cancel()
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	patience := min(copySilence, g.options.Silence)
	quiet := time.AfterFunc(patience, func() { cut(errSilent) })
	defer quiet.Stop()

	cmd, said := g.command(ctx, run{repo: repo, args: args})
	cmd.Stdout = alert{g.paced(out, func() { cut(errSlow) }), func() { quiet.Reset(patience) }}
	if err := g.start(cmd); err != nil {
		return unavailable(op, g.finish(ctx, cmd, said, err))
	}
	defer g.warden.forget(cmd.Process.Pid)
	if err := g.finish(ctx, cmd, said, cmd.Wait()); err != nil {
		return unavailable(op, err)
	}
	return nil
}
