package deploy

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// mostUnpaged is how many refs are listed when no page is asked for.
const mostUnpaged = 10_000

// GitRef finds one ref by its name below refs/: heads/main.
func (d *Decisions) GitRef(ctx context.Context, r slipway.Repository, name string) (slipway.GitRef, error) {
	full := RefsPrefix + name
	sha, err := d.git.Ref(ctx, &r, full)
	if err != nil {
		return slipway.GitRef{}, d.notFoundOrEmpty(ctx, r, err)
	}
	refs, err := d.withKinds(ctx, r, []slipway.Ref{{Name: full, SHA: sha}})
	if err != nil {
		return slipway.GitRef{}, err
	}
	return refs[0], nil
}

// ListGitRefs lists the refs whose names below refs/ begin so, by name. p is nil when all are asked for; of very many it is
// the first page then.
func (d *Decisions) ListGitRefs(ctx context.Context, r slipway.Repository, begin string, p *Page) (list Listed[slipway.GitRef], err error) {
	refs, err := d.git.RefsUnder(ctx, &r, RefsPrefix+begin)
	if err == nil && len(refs) == 0 {
		err = d.refuseEmpty(ctx, r)
	}
	if err != nil {
		return list, err
	}
	list.Total, list.Exact = len(refs), true
	if p == nil && len(refs) <= mostUnpaged {
		p = &Page{Number: 1, Size: max(len(refs), 1)}
	}
	if p == nil {
		p = &Page{Number: 1, Size: 30}
	}
	list.Items, err = d.withKinds(ctx, r, pageOf(refs, *p))
	return list, err
}

// refuseEmpty refuses to look for something in a repository that has no refs.
func (d *Decisions) refuseEmpty(ctx context.Context, r slipway.Repository) error {
	empty, err := d.isEmpty(ctx, r)
	if err == nil && empty {
		err = slipway.EmptyRepository()
	}
	return err
}

// pageOf cuts a page out of a list.
func pageOf[T any](list []T, p Page) []T {
	first := min((p.Number-1)*p.Size, len(list))
	return list[first:min(first+p.Size, len(list))]
}

func (d *Decisions) withKinds(ctx context.Context, r slipway.Repository, refs []slipway.Ref) ([]slipway.GitRef, error) {
	shas := make([]slipway.SHA, len(refs))
	for i, ref := range refs {
		shas[i] = ref.SHA
	}
	kinds, err := d.git.Kinds(ctx, &r, shas)
	if err != nil {
		return nil, damaged(err)
	}
	list := make([]slipway.GitRef, len(refs))
	for i, ref := range refs {
		list[i] = slipway.GitRef{Name: ref.Name, Object: slipway.Object{SHA: ref.SHA, Kind: kinds[i]}}
	}
	return list, nil
}

// CreateRef makes a ref that points at an object (contract 8). Invalid: the name cannot be, or is taken, or the object is not
// there.
func (d *Decisions) CreateRef(ctx context.Context, a slipway.Actor, r slipway.Repository, name, sha string) (slipway.GitRef, error) {
	if err := r.CheckWritable(); err != nil {
		return slipway.GitRef{}, err
	}
	if err := slipway.CheckRefRequest(name); err != nil {
		return slipway.GitRef{}, err
	}
	to, err := d.target(ctx, r, name, sha)
	if err != nil {
		return slipway.GitRef{}, err
	}
	release, err := d.locks.take(ctx, refLock(r, name))
	if err != nil {
		return slipway.GitRef{}, err
	}
	defer release()
	switch _, err := d.git.Ref(ctx, &r, name); {
	case err == nil:
		return slipway.GitRef{}, slipway.RefExists()
	case slipway.KindOf(err) != slipway.NotFound:
		return slipway.GitRef{}, err
	}
	err = d.moveRef(ctx, a, r, slipway.RefChange{Name: name, Old: slipway.ZeroSHA, New: to.SHA})
	if errors.Is(err, ErrMoved) {
		err = slipway.RefExists()
	}
	return slipway.GitRef{Name: name, Object: to}, err
}

// UpdateRef moves a ref, by its name below refs/, to an object (contract 8): forwards only, unless it is forced.
func (d *Decisions) UpdateRef(ctx context.Context, a slipway.Actor, r slipway.Repository, name, sha string, force bool, era slipway.Era) (slipway.GitRef, error) {
	if err := r.CheckWritable(); err != nil {
		return slipway.GitRef{}, err
	}
	name = RefsPrefix + name
	release, err := d.locks.take(ctx, refLock(r, name))
	if err != nil {
		return slipway.GitRef{}, err
	}
	defer release()
	for range mergeTries {
		from, err := d.standing(ctx, r, name, era)
		if err != nil {
			return slipway.GitRef{}, err
		}
		if err := slipway.CheckNewRefName(name); err != nil {
			return slipway.GitRef{}, err
		}
		to, err := d.target(ctx, r, name, sha)
		if err != nil || to.SHA == from {
			return slipway.GitRef{Name: name, Object: to}, err
		}
		change := slipway.RefChange{Name: name, Old: from, New: to.SHA}
		if change.Forced, err = d.loses(ctx, r, from, to); err != nil {
			return slipway.GitRef{}, err
		}
		if change.Forced && !force {
			return slipway.GitRef{}, slipway.RefNotForward()
		}
		change.Forced = change.Forced || !strings.HasPrefix(name, branchPrefix) // as SyncRefs has it
		if err = d.moveRef(ctx, a, r, change); !errors.Is(err, ErrMoved) {
			return slipway.GitRef{Name: name, Object: to}, err
		}
	}
	return slipway.GitRef{}, slipway.Because(slipway.Unavailable, "deploy: a ref moves too fast to be moved", ErrMoved)
}

// DeleteRef removes a ref by its name below refs/ (contract 8).
func (d *Decisions) DeleteRef(ctx context.Context, a slipway.Actor, r slipway.Repository, name string, era slipway.Era) error {
	if err := r.CheckWritable(); err != nil {
		return err
	}
	name = RefsPrefix + name
	release, err := d.locks.take(ctx, refLock(r, name))
	if err != nil {
		return err
	}
	defer release()
	for range mergeTries {
		from, err := d.standing(ctx, r, name, era)
		if err != nil {
			return err
		}
		if err := r.CheckRefRemoval(name); err != nil {
			return err
		}
		err = d.moveRef(ctx, a, r, slipway.RefChange{Name: name, Old: from, New: slipway.ZeroSHA})
		if !errors.Is(err, ErrMoved) {
			return err
		}
	}
	return slipway.Because(slipway.Unavailable, "deploy: a ref moves too fast to be deleted", ErrMoved)
}

// refLock is the turn of whoever moves a ref, merges included.
func refLock(r slipway.Repository, name string) string {
	return "branch " + strconv.FormatInt(r.ID, 10) + " " + strings.TrimPrefix(name, branchPrefix)
}

// standing is where a ref is that is to be moved.
func (d *Decisions) standing(ctx context.Context, r slipway.Repository, name string, era slipway.Era) (slipway.SHA, error) {
	from, err := d.git.Ref(ctx, &r, name)
	if slipway.KindOf(err) == slipway.NotFound {
		err = slipway.RefAbsent(era)
	}
	return from, err
}

// target is the object that a ref is to point at.
func (d *Decisions) target(ctx context.Context, r slipway.Repository, name, sha string) (slipway.Object, error) {
	parsed, ok := slipway.ParseSHA(sha)
	if !ok {
		return slipway.Object{}, slipway.ObjectAbsent()
	}
	found, err := d.git.Object(ctx, &r, parsed)
	if slipway.KindOf(err) == slipway.NotFound {
		err = slipway.ObjectAbsent()
	}
	if err != nil {
		return slipway.Object{}, err
	}
	return found, slipway.CheckTarget(name, found.Kind)
}

// loses reports whether moving a ref loses commits. What is no commit has no history that could go on.
func (d *Decisions) loses(ctx context.Context, r slipway.Repository, from slipway.SHA, to slipway.Object) (bool, error) {
	was, err := d.git.Object(ctx, &r, from)
	switch {
	case slipway.KindOf(err) == slipway.NotFound:
		return true, nil // it is gone: nothing leads to it
	case err != nil:
		return false, err
	case was.Kind == slipway.TreeObject, was.Kind == slipway.BlobObject, to.Kind == slipway.TreeObject, to.Kind == slipway.BlobObject:
		return true, nil
	}
	behind, err := d.git.Behind(ctx, &r, from, to.SHA)
	if slipway.KindOf(err) == slipway.NotFound {
		return true, nil // a tag of no commit
	}
	return behind, err
}

// moveRef moves a ref and records the push, as a merge does: intent first, then git's compare-and-swap, then the event.
func (d *Decisions) moveRef(ctx context.Context, a slipway.Actor, r slipway.Repository, c slipway.RefChange) error {
	intent, err := d.begin(ctx, a, slipway.Intent{RepositoryID: r.ID, Ref: c.Name, Old: c.Old, New: c.New})
	if err != nil {
		return err
	}
	err = d.git.MoveRef(ctx, &r, c)
	switch {
	case err == nil && c.Created(): // what is new about it depends on all the others
		return d.EndPush(context.WithoutCancel(ctx), r.ID, intent)
	case err == nil:
		return d.recordMove(context.WithoutCancel(ctx), r.ID, c, intent)
	case errors.Is(err, ErrMoved), slipway.KindOf(err) == slipway.Invalid:
		d.abandon(ctx, r.ID, intent)
	default:
		d.owed.add(r.ID, intent) // nobody knows whether the ref has moved
	}
	return err
}

// BranchesAt lists the branches whose tip is a commit.
func (d *Decisions) BranchesAt(ctx context.Context, r slipway.Repository, ref string) ([]slipway.Branch, error) {
	found, err := d.namedCommit(ctx, r, ref)
	if err != nil {
		return nil, err
	}
	refs, err := d.git.RefsUnder(ctx, &r, branchPrefix)
	if err != nil {
		return nil, err
	}
	refs = slices.DeleteFunc(refs, func(ref slipway.Ref) bool { return ref.SHA != found.SHA })
	return branchesOf(refs), nil
}

func branchesOf(refs []slipway.Ref) []slipway.Branch {
	list := make([]slipway.Branch, len(refs))
	for i, ref := range refs {
		list[i] = slipway.Branch{Name: strings.TrimPrefix(ref.Name, branchPrefix), SHA: ref.SHA}
	}
	return list
}

// ListBranches lists a page of the branches by name, or of those that are protected or are not.
func (d *Decisions) ListBranches(ctx context.Context, r slipway.Repository, protected *bool, p Page) (list Listed[slipway.Branch], err error) {
	refs, err := d.git.RefsUnder(ctx, &r, branchPrefix)
	if err != nil {
		return list, err
	}
	if protected != nil {
		refs = slices.DeleteFunc(refs, func(ref slipway.Ref) bool {
			return r.Protects(strings.TrimPrefix(ref.Name, branchPrefix)) != *protected
		})
	}
	return Listed[slipway.Branch]{Items: branchesOf(pageOf(refs, p)), Total: len(refs), Exact: true}, nil
}

const tagPrefix = "refs/tags/"

// ListTags lists a page of the tags, the last by name first, as GitHub does. Tags that lead to no commit are none.
func (d *Decisions) ListTags(ctx context.Context, r slipway.Repository, p Page) (list Listed[slipway.Tag], err error) {
	refs, err := d.git.RefsUnder(ctx, &r, tagPrefix)
	if err != nil {
		return list, err
	}
	slices.Reverse(refs)
	list.Total, list.Exact = len(refs), true
	for _, ref := range pageOf(refs, p) {
		found, err := d.git.Resolve(ctx, &r, ref.Name)
		switch {
		case err == nil:
			list.Items = append(list.Items, slipway.Tag{Name: strings.TrimPrefix(ref.Name, tagPrefix), Commit: found.SHA})
		case slipway.KindOf(err) != slipway.NotFound:
			return list, err
		}
	}
	return list, nil
}
