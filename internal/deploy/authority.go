package deploy

import (
	"context"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/slipway-deploy/slipway"
)

// How much authority is remembered: people and tokens of a busy server, not of the world.
const (
	cachedActors   = 4096
	cachedAccesses = 16384
)

// Access is a repository and what somebody may do in it. Whether they may see it at all is [slipway.Allowed]'s business.
type Access struct {
	Repository slipway.Repository
	Role       slipway.Role
	Moved      bool // it was asked for by a name that it has no longer
}

// Authenticate says who presents a token. Unknown, malformed, expired and revoked ones are refused alike: Unauthorized
// "Bad credentials" (contract 1.4).
//
// The version of all authority is read first, and what is remembered counts for that version only: a token that was
// revoked before the request began is refused, on every node.
func (d *Decisions) Authenticate(ctx context.Context, secret string) (slipway.Actor, error) {
	version, err := d.store.AuthVersion(ctx)
	if err != nil {
		return slipway.Actor{}, err
	}
	hash := slipway.HashToken(secret)
	actor, ok := d.actors.get(string(hash), version)
	if !ok {
		if actor, err = d.readActor(ctx, hash); err != nil {
			return slipway.Actor{}, err
		}
		d.actors.put(string(hash), actor.Version, actor)
	}
	now := d.now()
	if actor.Token.Expired(now) {
		return slipway.Actor{}, slipway.BadCredentials()
	}
	d.uses.note(actor.Token, now)
	return actor, nil
}

// readActor looks a token up, together with the version at which what it finds is true.
func (d *Decisions) readActor(ctx context.Context, hash []byte) (actor slipway.Actor, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		version, err := tx.AuthVersion()
		if err != nil {
			return err
		}
		token, account, err := tx.TokenByHash(hash)
		if slipway.KindOf(err) == slipway.NotFound {
			return slipway.BadCredentials()
		}
		if err != nil {
			return err
		}
		actor = slipway.Actor{Account: account, Token: token, Version: version}
		if err := actThrough(tx, &actor); err != nil || token.Kind != slipway.OAuthToken && token.Kind != slipway.AppUserToken {
			return err
		}
		app, err := tx.App(token.AppID)
		actor.ClientID = app.ClientID
		return err
	})
	return actor, err
}

// AuthenticatePassword says who has a login and a password. The actor may do whatever the account may. Errors are those of
// CheckPassword.
func (d *Decisions) AuthenticatePassword(ctx context.Context, login, password, from string) (slipway.Actor, error) {
	account, err := d.CheckPassword(ctx, login, password, from)
	if err != nil {
		return slipway.Actor{}, err
	}
	return slipway.Actor{
		Account: account, Password: true, Token: slipway.Token{AccountID: account.ID, Kind: slipway.ClassicToken, Scopes: slipway.AllScopes()},
	}, nil
}

// FindRepository finds OWNER/NAME, in any case, and the actor's role in it; a repository that was renamed is found by its former
// names too, until another one takes them. NotFound when there is none.
func (d *Decisions) FindRepository(ctx context.Context, a slipway.Actor, owner, name string) (Access, error) {
	key := accessKey{account: a.Account.ID, name: slipway.Key(owner) + "/" + slipway.Key(name)}
	return d.access(ctx, a, key, func(tx Tx) (Access, error) { return named(tx, owner, name) })
}

// FindRepositoryByID is FindRepository for the numeric form of addresses.
func (d *Decisions) FindRepositoryByID(ctx context.Context, a slipway.Actor, id int64) (Access, error) {
	key := accessKey{account: a.Account.ID, id: id}
	return d.access(ctx, a, key, func(tx Tx) (Access, error) {
		r, err := tx.Repository(id)
		return Access{Repository: r}, err
	})
}

// named finds a repository by its name, or by one it used to have.
func named(tx Tx, owner, name string) (Access, error) {
	r, err := tx.RepositoryByName(owner, name)
	if slipway.KindOf(err) != slipway.NotFound {
		return Access{Repository: r}, err
	}
	id, err := tx.FormerName(owner, name)
	if err != nil {
		return Access{}, err
	}
	r, err = tx.Repository(id)
	return Access{Repository: r, Moved: true}, err
}

// accessKey names one account's access to one repository, as it was asked for.
type accessKey struct {
	account int64
	name    string
	id      int64
}

// access answers from memory what is true at the actor's version of authority, and reads it otherwise.
func (d *Decisions) access(ctx context.Context, a slipway.Actor, key accessKey, find func(Tx) (Access, error)) (Access, error) {
	version, err := d.versionOf(ctx, a)
	if err != nil {
		return Access{}, err
	}
	found, ok := d.accesses.get(key, version)
	if !ok {
		if found, version, err = d.readAccess(ctx, a, find); err != nil {
			return Access{}, err
		}
		d.accesses.put(key, version, found)
	}
	found.Role = slipway.RoleIn(a, found.Repository, found.Role)
	return found, nil
}

// versionOf is the authority's version that a request goes by: the one its token was checked at, else today's.
func (d *Decisions) versionOf(ctx context.Context, a slipway.Actor) (int64, error) {
	if a.Version != 0 {
		return a.Version, nil
	}
	return d.store.AuthVersion(ctx)
}

func (d *Decisions) readAccess(ctx context.Context, a slipway.Actor, find func(Tx) (Access, error)) (found Access, version int64, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if version, err = tx.AuthVersion(); err != nil {
			return err
		}
		if found, err = find(tx); err != nil {
			return notFound(err)
		}
		found.Role, err = grantedRole(tx, a.Account, found.Repository)
		return err
	})
	return found, version, err
}

// grantedRole is the role an account was given in a repository, as a collaborator, through its organization or through a
// team: an organization's admins administer its repositories, its members read them, and teams have the role they were given.
func grantedRole(tx Tx, account slipway.Account, r slipway.Repository) (slipway.Role, error) {
	if account.ID == 0 {
		return slipway.RoleNone, nil
	}
	role, err := tx.Collaborator(r.ID, account.ID)
	if err != nil || r.Owner.Type != slipway.Organization {
		return role, err
	}
	member, err := tx.Membership(r.Owner.ID, account.ID)
	switch {
	case slipway.KindOf(err) == slipway.NotFound:
		return role, nil
	case err != nil:
		return slipway.RoleNone, err
	case member.Admin:
		return slipway.RoleAdmin, nil
	}
	team, err := tx.TeamRole(r.ID, account.ID)
	return max(role, team, slipway.RoleRead), err
}

// notFound gives an absent row the sentence that hides whether it ever existed, and leaves other errors alone.
func notFound(err error) error {
	if slipway.KindOf(err) == slipway.NotFound {
		return &slipway.Error{Kind: slipway.NotFound, Message: "Not Found", Err: err}
	}
	return err
}

// absent is notFound for what was named on the command line: who administers this machine may know what there is, and wants
// to know which of the names was wrong.
func absent(a slipway.Actor, err error, what string) error {
	if a.Local && slipway.KindOf(err) == slipway.NotFound {
		return &slipway.Error{Kind: slipway.NotFound, Message: "there is no " + what, Err: err}
	}
	return notFound(err)
}

// versioned is a bounded cache of things that are true at one version of authority.
type versioned[K comparable, V any] struct {
	entries *lru.Cache[K, entry[V]]
}

type entry[V any] struct {
	version int64
	value   V
}

func newVersioned[K comparable, V any](size int) versioned[K, V] {
	entries, err := lru.New[K, entry[V]](size)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return versioned[K, V]{entries: entries}
}

// get answers what was put under the same version.
func (c versioned[K, V]) get(k K, version int64) (v V, ok bool) {
	e, ok := c.entries.Get(k)
	if !ok || e.version != version {
		return v, false
	}
	return e.value, true
}

func (c versioned[K, V]) put(k K, version int64, v V) { c.entries.Add(k, entry[V]{version, v}) }
