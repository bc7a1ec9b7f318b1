package slipway

import "time"

// DeploymentStatus is one report about a deployment (contract 4.1). Statuses are never changed.
type DeploymentStatus struct {
	ID             int64
	DeploymentID   int64
	State          string // error failure inactive in_progress queued pending success, or waiting (ours only)
	Description    string
	TargetURL      string // equal to LogURL
	LogURL         string
	EnvironmentURL string
	Environment    string
	Creator        *Account
	CreatedAt      time.Time
}

// StatusRequest is what a client asks of POST deployment statuses.
type StatusRequest struct {
	State          string
	Description    string
	TargetURL      string
	LogURL         string
	EnvironmentURL string
	Environment    *string // nil: as before
	AutoInactive   bool    // default true
	Era            Era     // whose list of states applies
}

// CommitStatus is what a CI system says about a commit (contract 5.1).
type CommitStatus struct {
	ID           int64
	RepositoryID int64
	SHA          SHA
	Context      string // as first written, trimmed; compared by Key
	State        string // error failure pending success
	Description  *string
	TargetURL    *string
	Creator      *Account
	CreatedAt    time.Time
}

// CommitStatusRequest is what a client asks of POST statuses.
type CommitStatusRequest struct {
	State       string
	Context     string // empty: default
	Description *string
	TargetURL   *string
}
