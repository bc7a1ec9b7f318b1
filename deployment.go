package slipway

import (
	"encoding/json"
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
	Transient           bool            // transient_environment
	Production          bool            // production_environment
	State               string          // state of the newest status, empty when there is none
	CreatedAt           time.Time
	UpdatedAt           time.Time // moves with every status
}

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

// DeploymentFilter selects deployments of one repository. Empty members do not filter (contract 3.2).
type DeploymentFilter struct {
	RepositoryID int64
	SHA          string // full, or a prefix of at least seven digits
	Ref          string // as submitted
	Task         string
	Environment  string // compared by Key
}
