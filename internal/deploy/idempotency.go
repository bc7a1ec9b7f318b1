package deploy

import (
	"encoding/json"
	"time"
)

// Answered is what an Idempotency-Key was answered with.
type Answered struct {
	RequestHash  []byte          // SHA-256 of method, path and body
	DeploymentID int64           // 0: the key is new, and this transaction owns it
	Subject      json.RawMessage // the deployment as it was answered, in the form of event subjects
}

// Idempotency remembers which request made which deployment.
type Idempotency interface {
	// ClaimKey is called first in the transaction. It answers what the key was used for, or DeploymentID 0.
	ClaimKey(accountID int64, key string, requestHash []byte) (Answered, error)
	// AnswerTo reads what a key was answered with, or DeploymentID 0.
	AnswerTo(accountID int64, key string) (Answered, error)
	// AnswerKey completes a claim in the same transaction.
	AnswerKey(accountID int64, key string, a Answered, at time.Time) error
}
