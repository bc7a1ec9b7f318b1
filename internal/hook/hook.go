// Package hook turns events into deliveries that survive crashes: it expands each event into one delivery per subscribed
// hook, sends them in order, signs every attempt, retries until a receiver is back, and never lets a dead receiver delay
// a living one.
//
// What it knows is in the database before it acts and after it acted ([Queue]: each method is a crash point), so a killed
// process costs at most a second delivery under the same GUID. It never decides what an event says: bodies are rendered
// by a function it is given.
package hook

import (
	"context"
	"net/http"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Subscription is an event with everything its bodies need, read in one View.
type Subscription struct {
	Event      slipway.Event
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
	// Expand turns at most n events into deliveries, one row per hook and event name, in the order of the events' positions,
	// and says how many events it consumed.
	Expand(ctx context.Context, n int, render RenderFunc) (int, error)
	// Claim leases at most n hooks that have due work. A claimed hook is this node's until its lease ends.
	Claim(ctx context.Context, n int, lease time.Duration) ([]Job, error)
	// Finish records an attempt and what comes next. It answers an error of kind Conflict when the job's lease was lost.
	Finish(ctx context.Context, j Job, a Attempt, n Next) error
	// NextDue is when something will be due; the zero time when nothing is waiting.
	NextDue(ctx context.Context) (time.Time, error)
}

// Job is one delivery to make now, under a lease.
type Job struct {
	DeliveryID int64
	Hook       slipway.Hook
	Repository int64
	Fence      int64 // the claim's number; results of an older claim are refused
	GUID       string
	Event      string
	Action     string
	Body       []byte // the JSON, as signed
	Redelivery bool
	Tries      int       // attempts already made
	FirstTry   time.Time // zero before the first
	Probe      bool      // sent ahead of a failing head, to see whether only the head is poison
	OutOfOrder bool      // a ping, a test, a redelivery or a delivery set aside
}

// Attempt is what one try came to.
type Attempt struct {
	At             time.Time
	Duration       time.Duration
	StatusCode     int    // the receiver's, or 502/504 when there was no answer
	Status         string // "OK", "Invalid HTTP Response: 500", "failed to connect to host", "timed out"
	Answered       bool   // an HTTP answer came
	RequestHeader  http.Header
	ResponseHeader http.Header
	ResponseBody   []byte // first 64 KiB
}

// Next says what becomes of a delivery after an attempt.
type Next struct {
	Done     bool      // delivered, or a ping that is not tried again
	At       time.Time // when to try again
	Park     bool      // the hook is parked
	SetAside bool      // poison: the order goes on without it
	Probe    bool      // try the following delivery once, now
}
