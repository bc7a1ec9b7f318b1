package slipway

import (
	"encoding/json"
	"time"
)

// Event is one row of the log: webhooks, live pages, agents and the audit trail all read it. It is written in the
// transaction that made what it tells of, so that an event exists if and only if its object does.
type Event struct {
	ID           int64
	Position     int64 // gapless, in commit order; 0 until the sequencer has stamped it
	RepositoryID int64 // 0: the whole server
	ActorID      int64
	Kind         string // deployment, deployment_status, status, push, ping, test, hook, repository, …
	Action       string // created, released, …
	Subject      json.RawMessage
	At           time.Time
}
