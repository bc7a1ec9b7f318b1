package store

import (
	"time"

	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// ClaimKey takes a key for this transaction, or says what it was answered with. On PostgreSQL a second caller waits here
// until the first has committed.
func (t *tx) ClaimKey(accountID int64, key string, requestHash []byte) (deploy.Answered, error) {
	row, err := t.q.ClaimKey(t.ctx, db.ClaimKeyParams{AccountID: accountID, Key: key, RequestHash: requestHash, CreatedAt: t.now})
	if err != nil {
		return deploy.Answered{}, t.failed("claim key", err)
	}
	return answered(row.RequestHash, row.DeploymentID, row.Subject), nil
}

// AnswerTo reads what a key was answered with. A key that nobody has used is no error.
func (t *tx) AnswerTo(accountID int64, key string) (deploy.Answered, error) {
	row, err := t.q.GetKey(t.ctx, db.GetKeyParams{AccountID: accountID, Key: key})
	return answered(row.RequestHash, row.DeploymentID, row.Subject), absent(t.failed("answer to key", err))
}

func answered(hash []byte, deploymentID *int64, subject *string) deploy.Answered {
	a := deploy.Answered{RequestHash: hash, Subject: rawOf(subject)}
	if deploymentID != nil {
		a.DeploymentID = *deploymentID
	}
	return a
}

// AnswerKey completes a claim.
func (t *tx) AnswerKey(accountID int64, key string, a deploy.Answered, at time.Time) error {
	subject := string(a.Subject)
	n, err := t.q.AnswerKey(t.ctx, db.AnswerKeyParams{
		DeploymentID: &a.DeploymentID, Subject: &subject, CreatedAt: micro(at), AccountID: accountID, Key: key,
	})
	return t.changed("answer key", n, err)
}

// RemoveOldIdempotencyKeys forgets keys that were answered before a moment.
func (t *tx) RemoveOldIdempotencyKeys(before time.Time, limit int) (int, error) {
	keys, err := t.q.ListOldKeys(t.ctx, db.ListOldKeysParams{Before: micro(before), Lim: int64(limit)})
	for _, k := range keys {
		if err == nil {
			err = t.q.DeleteKey(t.ctx, db.DeleteKeyParams(k))
		}
	}
	return len(keys), t.failed("remove old keys", err)
}
