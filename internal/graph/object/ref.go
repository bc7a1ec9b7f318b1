package object

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// RefOrder is an order of refs.
type RefOrder struct{ Direction, Field string }

const descending = "DESC"

// Ref is a branch, tag or other ref.
type Ref struct {
	repository *Repository
	row        slipway.Ref
	siblings   *commits // what the refs of its list point at
}

// RefConnection is a page of refs.
type RefConnection struct{ Connection[*Ref] }

// RefEdge is a ref in a page.
type RefEdge = Edge[*Ref]

// IsNode says that refs have ids.
func (*Ref) IsNode() {}

// newRef is a ref that was found, or null.
func newRef(r *Repository, found slipway.Ref, err error) (*Ref, error) {
	if err != nil {
		return nil, absent(err)
	}
	return &Ref{repository: r, row: found, siblings: &commits{repository: r, shas: []slipway.SHA{found.SHA}}}, nil
}

// ID is the ref's node_id, by which mutations take it.
func (f *Ref) ID() string { return slipway.RefNodeID(f.repository.row.ID, f.row.Name) }

// Name is its name without the prefix.
func (f *Ref) Name() string { return strings.TrimPrefix(f.row.Name, f.Prefix()) }

// Prefix is refs/heads/, refs/tags/ or the like.
func (f *Ref) Prefix() string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(f.row.Name, "refs/"), "/")
	return "refs/" + kind + "/"
}

// Repository is whose it is.
func (f *Ref) Repository() *Repository { return f.repository }

// Target is what it points at.
func (f *Ref) Target(ctx context.Context) (GitObject, error) {
	c, err := f.siblings.at(ctx, f.row.SHA)
	if err != nil {
		return nil, err
	}
	if c != nil {
		return c, nil
	}
	return f.repository.objectAt(ctx, f.row.SHA)
}

// Refs are the refs below a prefix.
func (r *Repository) Refs(ctx context.Context, after, before *string, direction *string, first, last *int, orderBy *RefOrder, query *string, refPrefix string) (*RefConnection, error) {
	if err := r.may(ctx, toReadCode); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(refPrefix, "/") {
		refPrefix += "/"
	}
	found, err := r.s.Deploy.RefsBelow(ctx, r.row, refPrefix, deref(query))
	if err != nil {
		return nil, err
	}
	siblings := &commits{repository: r}
	refs := make([]*Ref, len(found))
	for i, ref := range found {
		refs[i] = &Ref{repository: r, row: ref, siblings: siblings}
	}
	order := RefOrder{Direction: deref(direction), Field: "ALPHABETICAL"}
	if orderBy != nil {
		order = *orderBy
	}
	rising, err := r.sortRefs(ctx, refs, order)
	if err != nil {
		return nil, err
	}
	name := func(f *Ref) string { return f.row.Name }
	page, err := listed(ctx, bounds{first, last, after, before}, refs, name, rising)
	for _, e := range page.edges {
		siblings.add(e.Node.row.SHA)
	}
	return &RefConnection{page}, err
}

// maxDatedRefs is how many refs are ordered by date: each costs a look at its commit.
const maxDatedRefs = 2000

// sortRefs puts refs, which come by name, into another order. rising says whether they are still by name.
func (r *Repository) sortRefs(ctx context.Context, refs []*Ref, o RefOrder) (rising bool, err error) {
	if o.Field == "TAG_COMMIT_DATE" {
		if len(refs) > maxDatedRefs {
			return false, &Error{typeUnprocessed, "There are too many refs to order them by TAG_COMMIT_DATE. Please use ALPHABETICAL."}
		}
		dates := make(map[slipway.SHA]time.Time, len(refs))
		for _, f := range refs {
			if _, known := dates[f.row.SHA]; known {
				continue
			}
			if dates[f.row.SHA], err = f.date(ctx); err != nil {
				return false, err
			}
		}
		slices.SortStableFunc(refs, func(a, b *Ref) int { return dates[a.row.SHA].Compare(dates[b.row.SHA]) })
	} else {
		slices.SortFunc(refs, func(a, b *Ref) int { return cmp.Compare(a.row.Name, b.row.Name) })
	}
	if o.Direction == descending {
		slices.Reverse(refs)
	}
	return o.Field != "TAG_COMMIT_DATE" && o.Direction != descending, nil
}

// date is when the commit at a ref was made; zero for what stands for no commit.
func (f *Ref) date(ctx context.Context) (time.Time, error) {
	row, err := f.repository.s.Deploy.Commit(ctx, f.repository.row, f.row.Name, false)
	switch slipway.KindOf(err) {
	case slipway.NotFound, slipway.Invalid:
		return time.Time{}, nil
	}
	return row.Committer.When, err
}
