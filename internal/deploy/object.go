package deploy

import (
	"context"
	"io"

	"github.com/slipway-deploy/slipway"
)

// Objects is what is read of a repository beside commits. Errors are those of [Git]; what is asked for by its SHA and is not
// there, or is of another kind, is NotFound.
type Objects interface {
	// Object says what an object is.
	Object(ctx context.Context, r *slipway.Repository, sha slipway.SHA) (slipway.Object, error)
	// Kinds says what several objects are, in their order.
	Kinds(ctx context.Context, r *slipway.Repository, shas []slipway.SHA) ([]slipway.ObjectKind, error)
	// Blob is a file's content, at most slipway.MaxInline bytes of it.
	Blob(ctx context.Context, r *slipway.Repository, sha slipway.SHA) ([]byte, error)
	// CopyBlob writes a file of any size.
	CopyBlob(ctx context.Context, r *slipway.Repository, sha slipway.SHA, out io.Writer) error
	// Tree lists a tree, or that of a commit; all below it too when recursive.
	Tree(ctx context.Context, r *slipway.Repository, sha slipway.SHA, recursive bool) (slipway.Tree, error)
	// Entry finds what lies at a path of a commit's tree; the empty path is the tree itself.
	Entry(ctx context.Context, r *slipway.Repository, commit slipway.SHA, path string) (slipway.TreeEntry, error)
	// TagNote reads an annotated tag.
	TagNote(ctx context.Context, r *slipway.Repository, sha slipway.SHA) (slipway.TagNote, error)
	// Log lists commits, newest first. Their total is only counted where that is cheap.
	Log(ctx context.Context, r *slipway.Repository, q slipway.LogQuery, p Page) (Listed[slipway.Commit], error)
	// Archive writes all files of a commit into one; prefix is the folder they are in.
	Archive(ctx context.Context, r *slipway.Repository, commit slipway.SHA, format ArchiveFormat, prefix string, out io.Writer) error
}

// Pointers is what is done with single refs.
type Pointers interface {
	// RefsUnder lists the refs whose full names begin so, by name.
	RefsUnder(ctx context.Context, r *slipway.Repository, prefix string) ([]slipway.Ref, error)
	// Ref finds what a full name points at, without looking at the object. NotFound: there is no such ref.
	Ref(ctx context.Context, r *slipway.Repository, name string) (slipway.SHA, error)
	// MoveRef makes, moves or removes a ref by compare-and-swap. Conflict (ErrMoved inside) when it is not where the change
	// says; Invalid when another ref's name is in the way.
	MoveRef(ctx context.Context, r *slipway.Repository, c slipway.RefChange) error
}

// ArchiveFormat is how an archive is packed.
type ArchiveFormat string

// The formats of archives.
const (
	TarGz ArchiveFormat = "tar.gz"
	Zip   ArchiveFormat = "zip"
)

// RefsPrefix is how the full name of every ref begins.
const RefsPrefix = "refs/"

// Object finds an object of a kind by its SHA. NotFound: there is none, also when another kind has that SHA.
func (d *Decisions) Object(ctx context.Context, r slipway.Repository, name string, kind slipway.ObjectKind) (slipway.Object, error) {
	sha, ok := slipway.ParseSHA(name)
	if !ok {
		return slipway.Object{}, slipway.Fail(slipway.NotFound, "")
	}
	found, err := d.git.Object(ctx, &r, sha)
	if err == nil && found.Kind != kind {
		err = slipway.Fail(slipway.NotFound, "")
	}
	return found, d.notFoundOrEmpty(ctx, r, err)
}

// GitCommit reads a commit by its SHA.
func (d *Decisions) GitCommit(ctx context.Context, r slipway.Repository, name string) (slipway.Commit, error) {
	found, err := d.Object(ctx, r, name, slipway.CommitObject)
	if err != nil {
		return slipway.Commit{}, err
	}
	c, err := d.git.Commit(ctx, &r, found.SHA, false)
	return c, damaged(err)
}

// TagNote reads an annotated tag by its SHA.
func (d *Decisions) TagNote(ctx context.Context, r slipway.Repository, name string) (slipway.TagNote, error) {
	found, err := d.Object(ctx, r, name, slipway.TagObject)
	if err != nil {
		return slipway.TagNote{}, err
	}
	note, err := d.git.TagNote(ctx, &r, found.SHA)
	return note, damaged(err)
}

// Tree lists a tree by its SHA, or by a commit's, a branch's or a tag's name.
func (d *Decisions) Tree(ctx context.Context, r slipway.Repository, name string, recursive bool) (slipway.Tree, error) {
	if sha, ok := slipway.ParseSHA(name); ok {
		found, err := d.git.Object(ctx, &r, sha)
		if err == nil && found.Kind == slipway.TreeObject {
			tree, err := d.git.Tree(ctx, &r, sha, recursive)
			return tree, damaged(err)
		}
	}
	found, err := d.resolveShort(ctx, r, name)
	if err != nil {
		return slipway.Tree{}, d.notFoundOrEmpty(ctx, r, err)
	}
	tree, err := d.git.Tree(ctx, &r, found.SHA, recursive)
	return tree, damaged(err)
}

// Blob is a file's content, at most slipway.MaxInline bytes of it.
func (d *Decisions) Blob(ctx context.Context, r slipway.Repository, sha slipway.SHA) ([]byte, error) {
	content, err := d.git.Blob(ctx, &r, sha)
	return content, damaged(err)
}

// CopyBlob writes a file of any size.
func (d *Decisions) CopyBlob(ctx context.Context, r slipway.Repository, sha slipway.SHA, out io.Writer) error {
	return damaged(d.git.CopyBlob(ctx, &r, sha, out))
}

// notFoundOrEmpty tells a repository that has nothing at all from one that lacks what was asked for (contract 8).
func (d *Decisions) notFoundOrEmpty(ctx context.Context, r slipway.Repository, err error) error {
	if slipway.KindOf(err) != slipway.NotFound {
		return err
	}
	empty, why := d.isEmpty(ctx, r)
	switch {
	case why != nil:
		return why
	case empty:
		return slipway.EmptyRepository()
	default:
		return notFound(err)
	}
}

func (d *Decisions) isEmpty(ctx context.Context, r slipway.Repository) (bool, error) {
	refs, err := d.git.RefsUnder(ctx, &r, RefsPrefix)
	return len(refs) == 0, err
}
