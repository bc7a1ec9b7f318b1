package deploy

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Git is what the rules ask of a repository. It holds no opinion.
//
// Errors are *slipway.Error: NotFound when a ref, commit or object does not exist, Conflict when a merge has textual
// conflicts (*MergeConflict inside) or a ref moved meanwhile (ErrMoved inside), Unavailable when the repository is
// damaged, missing or git does not answer in time. None of them carries text of git to a caller.
type Git interface {
	// Init makes an empty bare repository, and is no error when it exists already.
	Init(ctx context.Context, r *slipway.Repository) error
	// Move gives a repository's folder the name of another one; that it has been done is no error. Conflict: something else lies
	// there. NotFound: there is no folder. Who works in it meanwhile goes on.
	Move(ctx context.Context, from, to *slipway.Repository) error
	// Remove takes a repository's folder away, and is no error when there is none.
	Remove(ctx context.Context, r *slipway.Repository) error
	// Resolve finds the commit that ref names, in the order of contract 3.4 step 3; it starts no process for branches,
	// tags and full SHAs.
	Resolve(ctx context.Context, r *slipway.Repository, ref string) (Resolved, error)
	// FirstCommit makes a commit without parents, and a branch that points at it; Conflict (ErrMoved inside) when the branch
	// exists.
	FirstCommit(ctx context.Context, r *slipway.Repository, c FirstCommit) (slipway.SHA, error)
	// Behind reports whether head lacks commits of base.
	Behind(ctx context.Context, r *slipway.Repository, base, head slipway.SHA) (bool, error)
	// Merge writes a two-parent commit and moves the branch from Merge.Head to it by compare-and-swap.
	Merge(ctx context.Context, r *slipway.Repository, m Merge) (slipway.SHA, error)
	// Refs lists all refs below refs/, by name, peeled not.
	Refs(ctx context.Context, r *slipway.Repository) ([]slipway.Ref, error)
	Commit(ctx context.Context, r *slipway.Repository, sha slipway.SHA, files bool) (slipway.Commit, error)
	Compare(ctx context.Context, r *slipway.Repository, base, head slipway.SHA, page Page) (slipway.Comparison, error)
	// Heal removes what a killed process left (stale lock files and temporary objects). Called before the server is ready.
	Heal(ctx context.Context, r *slipway.Repository) error
	// SetHead points HEAD at a branch.
	SetHead(ctx context.Context, r *slipway.Repository, branch string) error
	// Raw is a diff or a patch, as GET commits and compare serve them under those media types. format: diff or patch. An empty
	// base means what head changed against its first parent.
	Raw(ctx context.Context, r *slipway.Repository, base, head slipway.SHA, format string) ([]byte, error)

	Objects
	Pointers
}

// Resolved is what a submitted ref turned out to be.
type Resolved struct {
	SHA    slipway.SHA
	Branch string // short name of the branch, empty for tags and SHAs
}

// Merge asks for Base to be merged into Branch.
type Merge struct {
	Branch    string      // short name
	Head      slipway.SHA // its expected tip: the first parent
	Base      slipway.SHA // the second parent
	Message   string
	Author    slipway.Signature
	Committer slipway.Signature
	At        time.Time // of both signatures, whole seconds, UTC
}

// FirstCommit asks for a commit that holds one file.
type FirstCommit struct {
	Branch    string // short name
	Path      string
	Content   []byte
	Message   string
	Author    slipway.Signature
	Committer slipway.Signature
	At        time.Time
}

// MergeConflict is inside the error of a merge that cannot be done.
type MergeConflict struct {
	Paths []string // empty for unrelated histories
}

func (*MergeConflict) Error() string { return "merge conflict" }

// ErrMoved is inside the error of a compare-and-swap whose ref had moved.
var ErrMoved = errMoved{}

type errMoved struct{}

func (errMoved) Error() string { return "ref moved" }

// Targets refuses addresses that hooks may not have; asked before Update. hook's guard satisfies it by shape.
type Targets interface {
	Check(ctx context.Context, url string) error
}
