package slipway

import (
	"strings"
	"time"
)

// The states of deployments and commits. Commit statuses know the first four; waiting is set by the server only.
const (
	StateError      = "error"
	StateFailure    = "failure"
	StatePending    = "pending"
	StateSuccess    = "success"
	StateInactive   = "inactive"
	StateInProgress = "in_progress"
	StateQueued     = "queued"
	StateWaiting    = "waiting"
)

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
	App            *App // the GitHub App that reported it; nil: none, or it is gone
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

// Check says what is wrong with the request (contract 4.4): Invalid. It looks at the request as it was sent, before
// [StatusRequest.WithDefaults].
func (r StatusRequest) Check() error {
	f := faults{resource: "DeploymentStatus"}
	f.state(r.State, r.Era.states())
	f.url("target_url", r.TargetURL)
	f.url("log_url", r.LogURL)
	f.url("environment_url", r.EnvironmentURL)
	f.characters("description", r.Description, MaxStatusDescription)
	if r.Environment != nil {
		f.name("environment", *r.Environment)
	}
	return f.err()
}

// WithDefaults gives both of the status's addresses one value, log_url's if it was sent, and trims the environment's name;
// an empty one counts as not sent.
func (r StatusRequest) WithDefaults() StatusRequest {
	if r.LogURL == "" {
		r.LogURL = r.TargetURL
	}
	r.TargetURL = r.LogURL
	if r.Environment != nil {
		name := strings.TrimSpace(*r.Environment)
		r.Environment = &name
		if name == "" {
			r.Environment = nil
		}
	}
	return r
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

// DefaultContext is the context of a commit status that names none (contract 5.1).
const DefaultContext = "default"

// Check says what is wrong with the request (contract 5.1): Invalid.
func (r CommitStatusRequest) Check() error {
	f := faults{resource: "Status"}
	f.state(r.State, E0.states())
	f.name("context", r.Context)
	if r.Description != nil {
		f.characters("description", *r.Description, MaxStatusDescription)
	}
	if r.TargetURL != nil {
		f.url("target_url", *r.TargetURL)
	}
	return f.err()
}

// WithDefaults trims the context and names it when the request did not.
func (r CommitStatusRequest) WithDefaults() CommitStatusRequest {
	if r.Context = strings.TrimSpace(r.Context); r.Context == "" {
		r.Context = DefaultContext
	}
	return r
}

// CheckStatusSHA reads the object name of POST statuses, where nothing but a full one is accepted (contract 5.1): Invalid.
func CheckStatusSHA(s string) (SHA, error) {
	if sha, ok := ParseSHA(s); ok {
		return sha, nil
	}
	return "", ValidationFailed(Detail{
		Resource: "Status", Field: "sha", Code: "custom", Message: "sha must be a 40 character SHA1",
	})
}

// TooManyStatuses refuses one more status of a commit's context (contract 5.1). Clients match the sentence.
func TooManyStatuses() *Error {
	return ValidationFailed(Detail{
		Resource: "Status", Code: "custom", Message: "This SHA and context has reached the maximum number of statuses.",
	})
}

// TooManyDeploymentStatuses refuses one more status of a deployment (contract 4.4).
func TooManyDeploymentStatuses() *Error {
	return ValidationFailed(Detail{
		Resource: "DeploymentStatus", Code: "custom", Message: "This deployment has reached the maximum number of statuses.",
	})
}
