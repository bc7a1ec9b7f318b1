package deploy

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Repositories remembers repositories.
type Repositories interface {
	Repository(id int64) (slipway.Repository, error)
	RepositoryByName(owner, name string) (slipway.Repository, error) // compared by slipway.Key
	RepositoriesAfter(id int64, limit int) ([]slipway.Repository, error)
	InsertRepository(r *slipway.Repository) error // r.Owner.ID says whose
	SetRepository(r slipway.Repository) error
	SetPushed(repositoryID int64, at time.Time, eventID int64) error
	// CountRepositories says how many repositories an account owns.
	CountRepositories(ownerID int64) (public, private int, err error)
}

// NewRepository asks for a repository.
type NewRepository struct {
	Owner            string // empty: the actor
	InOrganization   bool   // the owner must be an organization
	Name             string
	Description      string
	DefaultBranch    string // empty: main
	Private          *bool  // nil: public, and the server's default on the command line
	AutoInit         bool   // with a first commit that holds README.md
	MakeOrganization bool   // the owner becomes an organization when no account has that name
}

// maxRepositoryDescription is in characters, as GitHub has it.
const maxRepositoryDescription = 350

// CreateRepository makes a repository, in git and in the store (contract 8.1). One's own and those of organizations one
// belongs to are allowed; administrators of the server make them anywhere; for others the owner is NotFound. A name that is taken is Invalid.
func (d *Decisions) CreateRepository(ctx context.Context, a slipway.Actor, in NewRepository) (slipway.Repository, error) {
	in = d.completed(a, in)
	if err := in.check(); err != nil {
		return slipway.Repository{}, err
	}
	if err := slipway.MayCreateRepository(a, *in.Private); err != nil {
		return slipway.Repository{}, err
	}
	// The folder is made before the row, so that no row is without one. Two requests for one name must not both get there.
	release, err := d.locks.take(ctx, "name "+slipway.Key(in.Owner)+"/"+slipway.Key(in.Name))
	if err != nil {
		return slipway.Repository{}, err
	}
	defer release()
	r, err := d.plan(ctx, a, in)
	if err != nil {
		return slipway.Repository{}, err
	}
	if err := d.prepare(ctx, a, &r, in); err != nil {
		return slipway.Repository{}, err
	}
	if err := d.insertRepository(ctx, a, &r, in); err != nil {
		return slipway.Repository{}, err
	}
	if !in.AutoInit {
		return r, nil
	}
	if err := d.SyncRefs(context.WithoutCancel(ctx), r.ID); err != nil {
		return slipway.Repository{}, err
	}
	return d.repository(ctx, r.ID)
}

// completed fills in what the request left out.
func (d *Decisions) completed(a slipway.Actor, in NewRepository) NewRepository {
	setDefault(&in.Owner, a.Account.Login)
	setDefault(&in.DefaultBranch, "main")
	if in.Private == nil {
		private := a.Local && d.settings.PrivateByDefault
		in.Private = &private
	}
	return in
}

func (in NewRepository) check() error {
	if err := slipway.CheckRepositoryName(in.Name); err != nil {
		return err
	}
	if err := slipway.CheckBranchName(in.DefaultBranch); err != nil {
		return repositoryError("default_branch", "custom", "default_branch is not a valid branch name")
	}
	if !isText(in.Description, maxRepositoryDescription) {
		return repositoryError("description", "custom", "description must be text of at most 350 characters")
	}
	return nil
}

func repositoryError(field, code, message string) error {
	return slipway.ValidationFailed(slipway.Detail{Resource: "Repository", Field: field, Code: code, Message: message})
}

// plan finds the owner, asks whether the actor may, and sees that the name is free. It changes nothing.
func (d *Decisions) plan(ctx context.Context, a slipway.Actor, in NewRepository) (r slipway.Repository, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		r, err = in.planned(tx, a)
		return err
	})
	return r, err
}

// planned is the repository as it would be made now. Its owner's id is 0 when the organization has yet to be made.
func (in NewRepository) planned(tx Tx, a slipway.Actor) (slipway.Repository, error) {
	owner, err := in.owner(tx, a)
	if err != nil {
		return slipway.Repository{}, err
	}
	if err := nameIsFree(tx, owner.Login, in.Name, 0); err != nil {
		return slipway.Repository{}, err
	}
	now := tx.Now()
	return slipway.Repository{
		Owner: owner, Name: in.Name, Private: *in.Private, Description: in.Description, DefaultBranch: in.DefaultBranch,
		CreatedAt: now, UpdatedAt: now,
	}, nil
}

// owner is the account the repository will belong to, if the actor may give it one.
func (in NewRepository) owner(tx Tx, a slipway.Actor) (slipway.Account, error) {
	owner, err := tx.AccountByLogin(in.Owner)
	if slipway.KindOf(err) == slipway.NotFound && in.MakeOrganization && administers(a) == nil {
		return slipway.Account{Login: in.Owner, Type: slipway.Organization}, slipway.CheckLogin(in.Owner)
	}
	if err != nil {
		return slipway.Account{}, notFound(err)
	}
	if in.InOrganization && owner.Type != slipway.Organization {
		return slipway.Account{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	if a.Local || a.Account.SiteAdmin || owner.ID == a.Account.ID {
		return owner, nil
	}
	if _, err := tx.Membership(owner.ID, a.Account.ID); err != nil {
		return slipway.Account{}, notFound(err)
	}
	return owner, nil
}

// prepare makes the folder, and the first commit if one was asked for. A folder that somebody put there is taken as it is.
func (d *Decisions) prepare(ctx context.Context, a slipway.Actor, r *slipway.Repository, in NewRepository) error {
	if err := d.git.Init(ctx, r); err != nil {
		return err
	}
	if err := d.git.SetHead(ctx, r, r.DefaultBranch); err != nil {
		return err
	}
	if !in.AutoInit {
		return nil
	}
	at := d.now().UTC().Truncate(time.Second)
	_, err := d.git.FirstCommit(ctx, r, FirstCommit{
		Branch: r.DefaultBranch, Path: "README.md", Content: readme(*r), Message: "Initial commit",
		Author: d.authorOf(a, at), Committer: d.settings.Committer, At: at,
	})
	if slipway.KindOf(err) == slipway.Conflict { // the branch is there already
		return nil
	}
	return err
}

func readme(r slipway.Repository) []byte {
	text := "# " + r.Name + "\n"
	if r.Description != "" {
		text += "\n" + r.Description + "\n"
	}
	return []byte(text)
}

// insertRepository makes the row. With a first commit it leaves an intent, so that the commit's push event is recorded even
// if the server is killed now.
func (d *Decisions) insertRepository(ctx context.Context, a slipway.Actor, r *slipway.Repository, in NewRepository) error {
	var intent int64
	err := d.update(ctx, wholeServer, func(tx Tx) (err error) {
		if *r, err = in.planned(tx, a); err != nil {
			return err
		}
		if r.Owner.ID == 0 {
			if r.Owner, err = (NewAccount{Login: in.Owner, Type: slipway.Organization}).insert(tx, a); err != nil {
				return err
			}
			if err := joinAsAdmin(tx, a, r.Owner); err != nil {
				return err
			}
		}
		if err := tx.InsertRepository(r); err != nil {
			return err
		}
		if err := tx.ForgetFormerName(r.Owner.ID, r.Name); err != nil {
			return err
		}
		if err := record(tx, a, r.ID, "repository", "created", slipway.Subject{AccountID: r.Owner.ID}); err != nil {
			return err
		}
		if in.AutoInit {
			if intent, err = insertIntent(tx, a, slipway.Intent{RepositoryID: r.ID, Ref: "refs/heads/" + r.DefaultBranch, Old: slipway.ZeroSHA}); err != nil {
				return err
			}
		}
		return tx.BumpAuthVersion()
	})
	if err == nil && intent != 0 {
		d.owed.add(r.ID, intent)
	}
	return err
}

// joinAsAdmin makes whoever made an organization its administrator. The local administrator has no account to join with.
func joinAsAdmin(tx Tx, a slipway.Actor, organization slipway.Account) error {
	if a.Account.ID == 0 {
		return nil
	}
	return tx.SetMembership(slipway.Membership{OrganizationID: organization.ID, AccountID: a.Account.ID, Admin: true})
}

// AllRepositories lists every repository, oldest first.
func (d *Decisions) AllRepositories(ctx context.Context) (all []slipway.Repository, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		all = nil
		for after := int64(0); ; after = all[len(all)-1].ID {
			page, err := tx.RepositoriesAfter(after, readAtOnce)
			if err != nil || len(page) == 0 {
				return err
			}
			all = append(all, page...)
		}
	})
	return all, err
}

// repository reads a repository as it is now.
func (d *Decisions) repository(ctx context.Context, id int64) (r slipway.Repository, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		r, err = tx.Repository(id)
		return notFound(err)
	})
	return r, err
}

// authorOf is how an actor signs commits; the local administrator signs as the server.
func (d *Decisions) authorOf(a slipway.Actor, at time.Time) slipway.Signature {
	if a.Account.ID == 0 {
		author := d.settings.Committer
		author.When = at
		return author
	}
	return a.Account.Signature(d.settings.NoReplyHost, at)
}
