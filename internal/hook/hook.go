// Package hook turns events into deliveries that survive crashes: it expands each event into one delivery per subscribed
// hook, sends them in order, signs every attempt, retries until a receiver is back, and never lets a dead receiver delay
// a living one.
//
// What it knows is in the database before it acts and after it acted ([Queue]: each method is a crash point), so a killed
// process costs at most a second delivery under the same GUID. A [Worker] does the work in two loops:
//
//	expand  events in the order of their positions → bodies, GUIDs → deliveries, one a hook and event name
//	claim   hooks with due work, a lease and a fence each → attempts, one at a time a hook → what comes next
//
// The rules are in three small files without I/O: backoff.go (when to try again, when to park), poison.go (when one
// delivery is to blame rather than its receiver) and guard.go (which addresses may be spoken to). What an event says is
// rendered by render.go; the JSON itself is package wire's.
package hook

import (
	"context"
	"net/http"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Ping is the name of the event that only asks whether a receiver is there.
const Ping = "ping"

// Occurrence is an event with everything its bodies need, read in one View.
type Occurrence struct {
	Event      slipway.Event // its subject is complete: a reference to another event is resolved
	Repository slipway.Repository
	Sender     slipway.Account // zero when it is gone
	Hooks      []slipway.Hook  // the repository's that are older than the event, oldest first; inactive ones of pings only
}

// Subscription is an occurrence as one hook is told of it.
type Subscription struct {
	Event      slipway.Event
	Subject    slipway.Subject // of the event
	Repository slipway.Repository
	Sender     slipway.Account
	Hook       slipway.Hook
	Name       string // the X-GitHub-Event header: deployment, push, create, …
}

// RenderFunc makes the JSON body of one delivery. It runs outside any transaction, and only for hooks that subscribed. A
// nil body without an error means there is nothing to say.
type RenderFunc func(ctx context.Context, s Subscription) (body []byte, err error)

// Facts is what bodies need from git; git satisfies it by shape.
type Facts interface {
	Commit(ctx context.Context, r *slipway.Repository, sha slipway.SHA, files bool) (slipway.Commit, error)
	// BranchesWith lists at most limit branches whose history holds the commit.
	BranchesWith(ctx context.Context, r *slipway.Repository, sha slipway.SHA, limit int) ([]slipway.Branch, error)
	// Pushed lists the commits a push added, oldest first, at most limit.
	Pushed(ctx context.Context, r *slipway.Repository, before, after slipway.SHA, limit int) ([]slipway.Commit, error)
}

// Queue is the durable side of delivery: each method is a crash point.
type Queue interface {
	// Begin is called once before the first claim. Where no other process can be at work, what a process before this one
	// had leased is free again.
	Begin(ctx context.Context) error
	// Unexpanded reads the next n events, in the order of their positions, after the given position or after what is already
	// expanded, whichever is later. It writes nothing.
	Unexpanded(ctx context.Context, after int64, n int) (Backlog, error)
	// Expand stores deliveries and remembers that all events up to a position are expanded, together. Deliveries of events
	// that somebody else has expanded meanwhile, and of hooks that are gone or no longer active, are left out.
	Expand(ctx context.Context, x Expansion) error
	// Claim leases hooks that have due work, as many as there is room for, and answers the first thing to do for each. A
	// claimed hook is this node's until it is finished, released, or its lease ends.
	Claim(ctx context.Context, r Room, lease time.Duration) ([]Job, error)
	// Finish records an attempt and what comes of it, and answers what the hook does then: the next job, under the same lease,
	// renewed; or it is given back. The error is of kind Conflict when the lease was lost; nothing is recorded then.
	Finish(ctx context.Context, j Job, a Attempt, n Next, lease time.Duration) (Then, error)
	// Release gives a hook back without an attempt; its delivery stays due.
	Release(ctx context.Context, j Job) error
	// NextDue is when something will be due; the zero time when nothing is waiting.
	NextDue(ctx context.Context) (time.Time, error)
}

// Backlog is what Unexpanded found.
type Backlog struct {
	To          int64 // position of the last event read; where to go on
	Occurrences []Occurrence
	More        bool // there may be more than were asked for
}

// Expansion is what events have become.
type Expansion struct {
	To         int64 // all events up to here are expanded
	Deliveries []Delivery
}

// Delivery is one thing to tell one hook.
type Delivery struct {
	Position     int64 // of the event
	EventID      int64
	HookID       int64
	RepositoryID int64
	Event        string // the X-GitHub-Event header
	Action       string // the body's action, empty: none
	GUID         string
	Body         []byte // JSON; hooks that are told the same share one copy
	OutOfOrder   bool   // a ping or a test
	Unsent       *Unsent
}

// Unsent is why a delivery is not made. It is listed like an attempt that failed, for nothing is dropped silently, and
// cannot be asked for again.
type Unsent struct {
	URL        string
	StatusCode int
	Status     string
}

// Room says how many hooks may be claimed: healthy ones, and ones whose last attempt failed.
type Room struct {
	Healthy int
	Failing int
	Except  []int64 // hooks that are being worked on already, whatever the clock says about their leases
}

// Job is one delivery to make now, under a lease.
type Job struct {
	DeliveryID   int64
	Hook         slipway.Hook
	RepositoryID int64
	Fence        int64 // the claim's number; results of an older claim are refused
	GUID         string
	Event        string
	Action       string
	Body         []byte // the JSON, before it is encoded as the hook wants it
	Tries        int    // attempts already made, by all claims
	Progress     Progress
	Due          time.Time // what its schedule said
	OutOfOrder   bool      // a ping, a test, a redelivery or a delivery set aside
	Wanted       bool      // somebody asked for this attempt
	Ahead        int64     // a probe: the failing head it is sent ahead of
	Failing      bool      // the hook's last attempt failed
	Verdict      bool      // the head once more, after a probe got through: if it fails, it is to blame
}

// Then is what a hook does after an attempt.
type Then struct {
	Next *Job      // nil: the hook was given back
	Due  time.Time // when it has something to do then; zero: nothing waits
}

// Progress is what a delivery's schedule depends on. It starts anew when a hook is resumed or a delivery asked for again.
type Progress struct {
	Failures   int           // in a row
	FailingFor time.Duration // how long they have been going on; time the server was down is not counted
	Refusals   int           // how many of them count against the delivery, see poison.go
	RefusedFor time.Duration // since the first of those
	LastCode   int           // status code of the last failure, 0 when there was no answer
	LastAt     time.Time     // of the last failure, zero before the first
}

// Attempt is what one try came to.
type Attempt struct {
	At             time.Time
	Duration       time.Duration
	URL            string
	StatusCode     int    // the receiver's, or 502 or 504 when there was no answer
	Status         string // OK, or what went wrong in words for the hook's owner
	Answered       bool   // an HTTP answer came, whole
	RequestHeader  http.Header
	ResponseHeader http.Header
	ResponseBody   []byte // first 64 KiB
}

// OK reports whether the receiver took it.
func (a Attempt) OK() bool { return a.Answered && a.StatusCode >= 200 && a.StatusCode < 300 }

// Response is the attempt as a hook's last_response tells it (contract 7.1).
func (a Attempt) Response() slipway.HookResponse {
	code, message := a.StatusCode, a.Status
	r := slipway.HookResponse{Code: &code, Status: "active", Message: &message}
	switch {
	case a.OK():
	case a.Answered:
		r.Status = "misconfigured"
	default:
		r.Status = "connection_error"
	}
	return r
}

// Next says what becomes of a delivery after an attempt.
type Next struct {
	Done     bool      // it is over: delivered, or given up
	GaveUp   bool      // it is over without having been delivered
	At       time.Time // when to try again, unless it is over
	Progress Progress
	Park     bool // the hook is parked
	Resume   bool // the hook is no longer parked
	SetAside bool // poison: the order goes on without it
	Probe    bool // try the following delivery once, now
	GiveBack bool // others wait for their turn
}
