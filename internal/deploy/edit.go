package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// RepositoryEdit says what is to change in a repository. Members that are nil stay as they are.
type RepositoryEdit struct {
	Name          *string
	Description   *string
	Homepage      *string
	DefaultBranch *string // must exist
	Private       *bool
	Archived      *bool
}

// EditRepository changes a repository, and its name last of all: see RenameRepository. An archived one can only be taken out of
// the archive. Invalid: what is asked for, or the default branch does not exist.
func (d *Decisions) EditRepository(ctx context.Context, a slipway.Actor, r slipway.Repository, in RepositoryEdit) (slipway.Repository, error) {
	if in.Archived == nil || *in.Archived {
		if err := r.CheckWritable(); err != nil {
			return slipway.Repository{}, err
		}
	}
	if err := in.check(); err != nil {
		return slipway.Repository{}, err
	}
	if in.Private != nil {
		if err := slipway.MayCreateRepository(a, *in.Private); err != nil {
			return slipway.Repository{}, err
		}
	}
	if err := d.pointHead(ctx, r, in.DefaultBranch); err != nil {
		return slipway.Repository{}, err
	}
	edited, err := d.edit(ctx, a, r.ID, in)
	if err != nil || in.Name == nil || *in.Name == edited.Name {
		return edited, err
	}
	return d.RenameRepository(ctx, a, edited, *in.Name)
}

func (in RepositoryEdit) check() error {
	if in.Name != nil {
		if err := slipway.CheckRepositoryName(*in.Name); err != nil {
			return err
		}
	}
	if in.Description != nil && !isText(*in.Description, maxRepositoryDescription) {
		return repositoryError("description", "custom", "description must be text of at most 350 characters")
	}
	if in.Homepage != nil && *in.Homepage != "" && (len(*in.Homepage) > slipway.MaxName || !slipway.IsWebURL(*in.Homepage)) {
		return repositoryError("homepage", "custom", "homepage must be an http(s) address of at most 255 characters")
	}
	return nil
}

// pointHead makes a branch what git takes for the default one. If the decision fails after it, the next one that says a default
// branch mends it: only clones look there.
func (d *Decisions) pointHead(ctx context.Context, r slipway.Repository, branch *string) error {
	if branch == nil || *branch == r.DefaultBranch {
		return nil
	}
	if _, err := d.resolve(ctx, r, branchPrefix+*branch); slipway.KindOf(err) == slipway.NotFound || slipway.CheckBranchName(*branch) != nil {
		return repositoryError("default_branch", "custom",
			"The branch "+*branch+" was not found. Please push that ref first or create it via the Git Data API.")
	} else if err != nil {
		return err
	}
	return d.git.SetHead(ctx, &r, *branch)
}

// edit is the decision of EditRepository, the name apart. Each kind of change leaves an event of its own.
func (d *Decisions) edit(ctx context.Context, a slipway.Actor, id int64, in RepositoryEdit) (r slipway.Repository, err error) {
	err = d.update(ctx, id, func(tx Tx) error {
		if r, err = tx.Repository(id); err != nil {
			return notFound(err)
		}
		actions := in.apply(&r)
		if len(actions) == 0 {
			return nil
		}
		r.UpdatedAt = tx.Now()
		if err := tx.SetRepository(r); err != nil {
			return err
		}
		for _, action := range actions {
			if err := record(tx, a, id, "repository", action, slipway.Subject{}); err != nil {
				return err
			}
		}
		return tx.BumpAuthVersion()
	})
	return r, err
}

// apply changes a repository and names what was changed.
func (in RepositoryEdit) apply(r *slipway.Repository) (actions []string) {
	edited := set(&r.Description, in.Description)
	edited = set(&r.Homepage, in.Homepage) || edited
	edited = set(&r.DefaultBranch, in.DefaultBranch) || edited
	if edited {
		actions = append(actions, "edited")
	}
	if set(&r.Private, in.Private) {
		actions = append(actions, map[bool]string{true: "privatized", false: "publicized"}[r.Private])
	}
	if set(&r.Archived, in.Archived) {
		actions = append(actions, map[bool]string{true: "archived", false: "unarchived"}[r.Archived])
	}
	return actions
}

// set changes a member to a value, if there is one, and reports whether that changed anything.
func set[T comparable](member, value *T) bool {
	if value == nil || *member == *value {
		return false
	}
	*member = *value
	return true
}
