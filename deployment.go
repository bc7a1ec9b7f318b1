package slipway

import (
	"encoding/json"
	"strings"
	"time"
)

// Deployment is a request to deploy a ref (contract 3.1).
type Deployment struct {
	ID                  int64
	RepositoryID        int64
	SHA                 SHA             // resolved at creation, never changes
	Ref                 string          // exactly as submitted
	Task                string          // "deploy" unless said otherwise
	Payload             json.RawMessage // compact JSON text of the value sent; nil when none was
	Environment         string          // of the newest status that named one, else OriginalEnvironment
	OriginalEnvironment string          // as given at creation
	Description         *string         // nil when omitted
	Creator             *Account        // nil when the account is gone
	App                 *App            // the GitHub App that created it, by itself or for Creator; nil: none, or it is gone
	Transient           bool            // transient_environment
	Production          bool            // production_environment
	State               string          // state of the newest status, empty when there is none
	CreatedAt           time.Time
	UpdatedAt           time.Time // moves with every status
}

// Active reports whether the deployment is live: its newest status is success.
func (d Deployment) Active() bool { return d.State == StateSuccess }

// What a deployment is when its request does not say (contract 3.4).
const (
	DefaultTask        = "deploy"
	DefaultEnvironment = "production"
)

// DeploymentRequest is what a client asks of POST deployments, after its era's spelling has been translated.
type DeploymentRequest struct {
	Ref              string
	Task             string          // empty: deploy
	AutoMerge        bool            // the era's default is already filled in
	RequiredContexts []string        // nil: every context that reported; empty: no gate
	Payload          json.RawMessage // nil: none
	Environment      string          // empty: production
	Description      *string
	Transient        bool
	Production       *bool // nil: the server's default
	Era              Era   // whose wording applies; E11 unless the server is set to an older one
}

// Check says what keeps the request from becoming a deployment, as far as the request alone tells (contract 3.4, 3.9). It
// is asked before the ref is resolved: a ref that passes may be handed to git. The error is Invalid.
func (r DeploymentRequest) Check() error {
	if err := r.checkRef(); err != nil {
		return err
	}
	f := faults{resource: "Deployment"}
	f.name("task", r.Task)
	f.name("environment", r.Environment)
	if r.Description != nil {
		f.bytes("description", *r.Description, MaxDescription)
	}
	f.bytes("payload", string(r.Payload), MaxPayload)
	if r.Payload != nil && !json.Valid(r.Payload) {
		f.invalid("payload")
	}
	return f.err()
}

func (r DeploymentRequest) checkRef() error {
	switch {
	case r.Ref == "" && r.Era < E11:
		return ValidationFailed(Detail{Resource: "Deployment", Field: "ref", Code: "missing_field"})
	case r.Ref == "":
		return InvalidRequest(`"ref" wasn't supplied.`)
	case !MayBeRef(r.Ref):
		return NoRefFound(r.Ref)
	}
	return nil
}

// WithDefaults fills in what the request left out, save for Production, whose default is the server's, and trims the
// environment's name.
func (r DeploymentRequest) WithDefaults() DeploymentRequest {
	if r.Task == "" {
		r.Task = DefaultTask
	}
	if r.Environment = strings.TrimSpace(r.Environment); r.Environment == "" {
		r.Environment = DefaultEnvironment
	}
	return r
}

// DeploymentFilter selects deployments of one repository. Empty members do not filter (contract 3.2).
type DeploymentFilter struct {
	RepositoryID int64
	SHA          string // full, or a prefix of at least seven digits
	Ref          string // as submitted
	Task         string
	Environment  string // compared by Key
}
