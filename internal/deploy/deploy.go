// Package deploy is every decision the server makes, one file a noun: create a deployment, report a status, gate a
// commit, merge a branch, let somebody in. Each decision is one transaction and leaves an event in it.
//
// The package decides and remembers nothing itself: it declares what it needs ([Store], [Git], [Targets]) next to the
// use and never imports what satisfies it. Git is slow, so it runs before the transaction; the gate is a fact, so it runs
// inside it.
package deploy

import (
	"log/slog"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Settings are the server's choices that decisions depend on.
type Settings struct {
	Committer             slipway.Signature // of merge commits; When is ignored
	NoReplyHost           string            // accounts without an address commit as {id}+{login}@users.noreply.{host}
	ProductionFromName    bool              // production_environment defaults to environment == "production"
	RefuseUnknownEnvs     bool              // unknown-environments: refuse
	PrivateByDefault      bool              // default-visibility of repositories made on the command line
	MaxStatusesPerContext int               // 1000
	MaxDeploymentStatuses int               // 10000
	MaxHooksPerEvent      int               // 20
	IdempotencyKeptFor    time.Duration     // 7 days
}

// Decisions makes every decision. Its methods may be called from any number of goroutines.
type Decisions struct {
	store    Store
	git      Git
	targets  Targets
	settings Settings
	log      *slog.Logger
	wake     func() // called after a commit that left an event; losing a call loses nothing
}

// New wires the decisions to what they need. wake may be nil.
func New(store Store, git Git, targets Targets, settings Settings, log *slog.Logger, wake func()) *Decisions {
	if wake == nil {
		wake = func() {}
	}
	return &Decisions{store: store, git: git, targets: targets, settings: settings, log: log, wake: wake}
}
