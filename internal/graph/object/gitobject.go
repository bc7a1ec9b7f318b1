package object

import (
	"context"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// GitObject is something git stores: a [Commit], a [Tag], a [Tree] or a [Blob].
type GitObject interface{ IsGitObject() }

// gitObject is what all kinds but commits answer.
type gitObject struct {
	repository *Repository
	row        slipway.Object
	kind       string // Tag, Tree or Blob
}

// Tag is an annotated tag.
type Tag struct {
	gitObject
	note slipway.TagNote
}

// Tree is a folder.
type Tree struct{ gitObject }

// Blob is a file's content.
type Blob struct{ gitObject }

// The interfaces of the schema that objects implement.
func (*Tag) IsGitObject()  {}
func (*Tag) IsNode()       {}
func (*Tree) IsGitObject() {}
func (*Tree) IsNode()      {}
func (*Blob) IsGitObject() {}
func (*Blob) IsNode()      {}

// AbbreviatedOid is the first seven digits of its name.
func (o gitObject) AbbreviatedOid() string { return string(o.row.SHA[:7]) }

// CommitResourcePath is the path of its page.
func (o gitObject) CommitResourcePath() string { return o.repository.s.path(o.CommitURL()) }

// CommitURL is the address of its page, which is that of a commit of its name.
func (o gitObject) CommitURL() string {
	return o.repository.s.URLs.CommitHTML(o.repository.row, o.row.SHA)
}

// ID is the object's node_id.
func (o gitObject) ID() string { return slipway.ObjectNodeID(o.kind, o.repository.row.ID, o.row.SHA) }

// Oid is its name.
func (o gitObject) Oid() string { return string(o.row.SHA) }

// Repository is where it was found.
func (o gitObject) Repository() *Repository { return o.repository }

// Message is what the tag says.
func (t *Tag) Message() *string { return &t.note.Message }

// Name is the tag's name, as it says itself.
func (t *Tag) Name() string { return t.note.Name }

// Tagger is who made the tag.
func (t *Tag) Tagger() *GitActor {
	return &GitActor{&commits{repository: t.repository, others: []string{t.note.Tagger.Email}}, t.note.Tagger}
}

// Target is what the tag names.
func (t *Tag) Target(ctx context.Context) (GitObject, error) {
	return t.repository.objectAt(ctx, t.note.Object.SHA)
}

// ByteSize is how long the content is.
func (b *Blob) ByteSize() int { return int(b.row.Size) }

// Object is a Git object: null when nothing is called so. An expression is a ref, an object's name or its beginning, HEAD for
// the default branch, or one of these with a path behind a colon.
func (r *Repository) Object(ctx context.Context, expression, oid *string) (GitObject, error) {
	if err := r.may(ctx, toReadCode); err != nil {
		return nil, err
	}
	if oid != nil {
		sha, ok := slipway.ParseSHA(*oid)
		if !ok {
			return nil, &Error{typeUnprocessed, "An oid must be 40 hexadecimal digits."}
		}
		return r.objectAt(ctx, sha)
	}
	if deref(expression) == "" {
		return nil, &Error{typeUnprocessed, "You must provide an `expression` or an `oid`."}
	}
	name, path, below := strings.Cut(*expression, ":")
	if name == "HEAD" {
		name = "refs/heads/" + r.row.DefaultBranch
	}
	if below {
		return r.objectBelow(ctx, name, path)
	}
	return r.object(ctx, name)
}

// objectBelow finds what lies at a path.
func (r *Repository) objectBelow(ctx context.Context, name, path string) (GitObject, error) {
	c, err := r.s.Deploy.Contents(ctx, r.row, path, name)
	if err != nil {
		return nil, absent(err)
	}
	return r.objectAt(ctx, c.Entry.Object.SHA)
}

// object finds what a name stands for: an annotated tag by its own name, else a commit.
func (r *Repository) object(ctx context.Context, name string) (GitObject, error) {
	if ref, err := r.s.Deploy.FindRef(ctx, r.row, name); err == nil {
		return r.objectAt(ctx, ref.SHA)
	}
	row, err := r.s.Deploy.Commit(ctx, r.row, name, false)
	switch slipway.KindOf(err) {
	case slipway.NotFound, slipway.Invalid, slipway.Conflict: // nothing of that name, or nothing at all
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r.newCommit(row), nil
}

// objectAt is the object of a name: null when there is none.
func (r *Repository) objectAt(ctx context.Context, sha slipway.SHA) (GitObject, error) {
	row, err := r.s.Deploy.ObjectAt(ctx, r.row, sha)
	if err != nil {
		return nil, absent(err)
	}
	switch row.Kind {
	case slipway.CommitObject:
		commit, err := r.s.Deploy.CommitAt(ctx, r.row, sha)
		if err != nil {
			return nil, absent(err)
		}
		return r.newCommit(commit), nil
	case slipway.TagObject:
		note, err := r.s.Deploy.TagNote(ctx, r.row, string(sha))
		if err != nil {
			return nil, absent(err)
		}
		return &Tag{gitObject{r, row, "Tag"}, note}, nil
	case slipway.TreeObject:
		return &Tree{gitObject{r, row, "Tree"}}, nil
	}
	return &Blob{gitObject{r, row, "Blob"}}, nil
}
