package deploy

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Store runs one decision as one transaction. If fn returns an error, nothing it did is kept.
//
// Updates of one scope (a repository's id) run one after another on both databases, and scope 0, the whole server,
// excludes every other: what fn reads stays true until it commits. Background writers use negative scopes, which exclude
// only themselves. fn may run no git, no HTTP and nothing with an effect outside the transaction, and it may run again
// when the database asks for that.
//
// Errors are *slipway.Error: NotFound when a row is absent, Conflict when a unique value is taken, Unavailable when the
// database is away or busy, Full when the disk is.
type Store interface {
	// AuthVersion reads the version of all authority by itself, without a transaction: it is the first thing every request
	// does, and must cost next to nothing.
	AuthVersion(ctx context.Context) (int64, error)
	View(ctx context.Context, fn func(Tx) error) error
	Update(ctx context.Context, scope int64, fn func(Tx) error) error
}

// Scopes that are no repository's.
const (
	wholeServer  int64 = 0
	scopeUses    int64 = -21 // when tokens were last used
	scopeRemoval int64 = -22 // what is too old

	scopeInstallationTokens int64 = -23 // new ones; they take nothing from anybody
)

// Tx is everything the rules need remembered, one interface a noun: the method list is the model. Insert methods set the
// ID (and nothing else) of what they are given. Lists of pages are newest first unless they say otherwise.
type Tx interface {
	// Now is the transaction's time: UTC, whole microseconds, the same for all its calls.
	Now() time.Time
	// Record appends an event; ID, Position and At are filled in by the store.
	Record(e slipway.Event) (id int64, err error)

	Authority
	Accounts
	Memberships
	Teams
	TeamAccess
	Tokens
	Apps
	Installations
	Passwords
	Sessions
	Grants
	Codes
	DeviceCodes
	Refreshes
	TokenNotes
	Repositories
	Collaborators
	RepositoryLists
	Folders
	Feed
	Quotas
	Refs
	Deployments
	DeploymentStatuses
	CommitStatuses
	CheckRuns
	Annotations
	CheckSuites
	Environments
	BranchPolicies
	ProtectionRules
	Windows
	Nodes
	Hooks
	Deliveries
	Idempotency
	Housekeeping
}

// Page is a 1-based page of a list.
type Page struct {
	Number int // ≥ 1
	Size   int // 1–100
}

// Authority is the version of everything that says who may do what. It is bumped in the transaction that changes a token,
// an account, a collaborator or a repository's name, owner or visibility, so that what is cached under an old version is
// never used by a request that starts after the change, on any node.
type Authority interface {
	AuthVersion() (int64, error)
	BumpAuthVersion() error
}

// Housekeeping is what the retention loop removes. Each call removes at most limit rows and says how many it removed.
type Housekeeping interface {
	RemoveOldIdempotencyKeys(before time.Time, limit int) (int, error)
	RemoveOldAttempts(before time.Time, limit int) (int, error)   // and deliveries whose last attempt goes with them
	RemoveOldDeliveries(before time.Time, limit int) (int, error) // the bodies of finished ones
	RemoveOldEvents(before time.Time, limit int) (int, error)     // a sealed prefix that every hook has expanded
	RemoveOldTokens(before time.Time, limit int) (int, error)     // installations' tokens that ended
	RemoveRemains(before time.Time, limit int) (int, error)       // of a deleted repository whose folder is gone, the row last
}
