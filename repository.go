package slipway

import "time"

// Repository is a Git repository that Slipway hosts.
type Repository struct {
	ID            int64
	Owner         Account
	Name          string // as first written; compared by Key(Name)
	Private       bool
	Description   string // may be empty
	DefaultBranch string
	Archived      bool
	CreatedAt     time.Time
	UpdatedAt     time.Time
	PushedAt      *time.Time // nil: nothing was pushed yet
	LastPushID    *int64     // the event of the newest push, nil: none
}

// FullName is OWNER/NAME.
func (r Repository) FullName() string { return r.Owner.Login + "/" + r.Name }
