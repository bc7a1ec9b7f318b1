package slipway

import "time"

// HookHealth is how delivering to a hook goes.
type HookHealth struct {
	Hook        Hook
	Backlog     HookBacklog
	LastSuccess *Delivery // nil: none is kept
	LastFailure *Delivery
}

// HookBacklog is what a hook has still to be told.
type HookBacklog struct {
	Waiting       int        // deliveries, those below included
	Failing       int        // that have failed since they last began anew
	Aside         int        // outside the order: pings, redeliveries, events set aside
	OldestAt      *time.Time // of the oldest event among them
	NextAttemptAt *time.Time // nil: nothing waits that may be tried
}

// The states of a hook's health.
const (
	HookHealthy  = "healthy"
	HookFailing  = "failing"  // something was refused or not answered, and is tried again
	HookParked   = "parked"   // it has failed for so long that nothing is tried until it is resumed
	HookInactive = "inactive" // it is switched off
)

// State is the one word for it.
func (h HookHealth) State() string {
	switch {
	case !h.Hook.Active:
		return HookInactive
	case h.Hook.ParkedAt != nil:
		return HookParked
	case h.Backlog.Failing > 0:
		return HookFailing
	default:
		return HookHealthy
	}
}

// RedeliverRequest asks for many deliveries once more.
type RedeliverRequest struct {
	Since time.Time // of their last attempt; zero: all that are kept
	All   bool      // those that got through too
}
