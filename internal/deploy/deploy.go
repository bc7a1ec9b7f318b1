// Package deploy is every decision the server makes, one file a noun: create a deployment, report a status, gate a
// commit, merge a branch, let somebody in. Each decision is one transaction and leaves an event in it.
//
// The package decides and remembers nothing itself: it declares what it needs ([Store], [Git], [Targets]) next to the
// use and never imports what satisfies it. Git is slow, so it runs before the transaction; the gate is a fact, so it runs
// inside it.
//
// What a method answers is what was committed. An error means that nothing was, with one exception that cannot be helped:
// when the database goes away during a commit, nobody knows (Unavailable), and whoever asks again with an idempotency key
// is safe. Errors are *slipway.Error; sub-resources that are absent are NotFound, archived repositories refuse writes
// (Forbidden), requests that make no sense are Invalid, and what the state of things forbids is Conflict. Who may do what
// is asked before, with [slipway.Allowed].
package deploy

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Settings are the server's choices that decisions depend on.
type Settings struct {
	Committer                slipway.Signature // of merge commits; When is ignored
	NoReplyHost              string            // accounts without an address commit as {id}+{login}@users.noreply.{host}
	ProductionFromName       bool              // production_environment defaults to environment == "production"
	RefuseUnknownEnvs        bool              // unknown-environments: refuse
	PrivateByDefault         bool              // default-visibility of repositories made on the command line
	EventsIncludeDeployments bool              // the Events API shows deployments and their statuses
	MaxStatusesPerContext    int               // 0: 1000
	MaxDeploymentStatuses    int               // 0: 10000
	MaxCheckRunsPerName      int               // of a commit and app, older ones are removed; 0: 1000
	MaxHooksPerEvent         int               // 0: 20
	IdempotencyKeptFor       time.Duration     // 0: 7 days
}

// withDefaults fills in what is zero.
func (s Settings) withDefaults() Settings {
	setDefault(&s.MaxStatusesPerContext, 1000)
	setDefault(&s.MaxDeploymentStatuses, 10_000)
	setDefault(&s.MaxCheckRunsPerName, 1000)
	setDefault(&s.MaxHooksPerEvent, 20)
	setDefault(&s.IdempotencyKeptFor, 7*24*time.Hour)
	setDefault(&s.Committer.Name, "Slipway")
	setDefault(&s.NoReplyHost, "localhost")
	setDefault(&s.Committer.Email, "noreply@"+s.NoReplyHost)
	return s
}

func setDefault[T comparable](member *T, value T) {
	var zero T
	if *member == zero {
		*member = value
	}
}

// Decisions makes every decision. Its methods may be called from any number of goroutines.
type Decisions struct {
	store    Store
	git      Git
	targets  Targets
	settings Settings
	log      *slog.Logger
	wake     func() // called after a commit that left an event; losing a call loses nothing

	now      func() time.Time // for what happens outside transactions
	random   io.Reader        // of secrets
	patience time.Duration    // of a request for an earlier one with its idempotency key

	movePatience time.Duration // of who wants to write in a repository that is being renamed

	locks    *locks
	actors   versioned[string, slipway.Actor] // by the token's hash
	accesses versioned[accessKey, Access]
	uses     *uses
	attempts *attempts
	hashing  chan struct{} // holds one for each hash of a password that is being made
	owed     *owed

	unfinished atomic.Bool // folders are to move, or rows of deleted repositories to go
}

// New wires the decisions to what they need. wake and log may be nil.
func New(store Store, git Git, targets Targets, settings Settings, log *slog.Logger, wake func()) *Decisions {
	if wake == nil {
		wake = func() {}
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Decisions{
		store: store, git: git, targets: targets, settings: settings.withDefaults(), log: log, wake: wake,
		now: time.Now, random: rand.Reader, patience: keyPatience, movePatience: movePatience, locks: newLocks(), uses: newUses(), owed: newOwed(),
		attempts: newAttempts(), hashing: make(chan struct{}, hashesAtOnce),
		actors:   newVersioned[string, slipway.Actor](cachedActors),
		accesses: newVersioned[accessKey, Access](cachedAccesses),
	}
}

// Settings are those in force, defaults filled in.
func (d *Decisions) Settings() Settings { return d.settings }

// Ready says whether the database answers: nil, or Unavailable.
func (d *Decisions) Ready(ctx context.Context) error {
	return d.store.View(ctx, func(tx Tx) error {
		_, err := tx.AuthVersion()
		return err
	})
}

// update runs a decision that leaves an event, and wakes whoever waits for events once it is committed.
func (d *Decisions) update(ctx context.Context, scope int64, fn func(Tx) error) error {
	if err := d.store.Update(ctx, scope, fn); err != nil {
		return err
	}
	d.wake()
	return nil
}

// botID is the account that stands for the server itself, and for the administrator of its machine.
const botID = 1

// actorID is who an event names. The local administrator has no account.
func actorID(a slipway.Actor) int64 {
	if a.Account.ID == 0 {
		return botID
	}
	return a.Account.ID
}

// creator is who made something, for its row.
func creator(a slipway.Actor) *slipway.Account {
	if a.Account.ID == 0 {
		return nil
	}
	account := a.Account
	return &account
}

// via is the GitHub App that something was made through, for its row.
func via(a slipway.Actor) *slipway.App { return a.App }

// record leaves the event of a decision in its transaction.
func record(tx Tx, a slipway.Actor, repositoryID int64, kind, action string, s slipway.Subject) error {
	_, err := recordID(tx, a, repositoryID, kind, action, s)
	return err
}

// recordID is record for events that others refer to.
func recordID(tx Tx, a slipway.Actor, repositoryID int64, kind, action string, s slipway.Subject) (int64, error) {
	if a.App != nil && s.AppID == 0 {
		s.AppID = a.App.ID
	}
	return tx.Record(slipway.Event{
		RepositoryID: repositoryID, ActorID: actorID(a), Kind: kind, Action: action, Subject: s.Encode(),
	})
}
