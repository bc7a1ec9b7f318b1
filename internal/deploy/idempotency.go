package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
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

const (
	keyPatience   = 10 * time.Second // a request waits so long for an earlier one with its key
	keyRetryAfter = time.Second
	maxKey        = 255
)

// CheckIdempotencyKey reports whether a header's value can be a key: 1 to 255 visible ASCII characters. Otherwise Malformed.
func CheckIdempotencyKey(key string) error {
	if key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		return slipway.Fail(slipway.Malformed, "Idempotency-Key must be 1 to 255 visible ASCII characters")
	}
	return nil
}

// awaitKey lets one request at a time use a key of an account. Whoever waited too long is told to come back: Conflict.
func (d *Decisions) awaitKey(ctx context.Context, a slipway.Actor, key IdempotencyKey) (release func(), err error) {
	if err := CheckIdempotencyKey(key.Key); err != nil {
		return nil, err
	}
	name := "key " + strconv.FormatInt(a.Account.ID, 10) + " " + key.Key
	release, inTime, err := d.locks.takeWithin(ctx, name, d.patience)
	if err != nil || inTime {
		return release, err
	}
	return nil, &slipway.Error{
		Kind: slipway.Conflict, Message: "A request with this Idempotency-Key is still being processed.", RetryAfter: keyRetryAfter,
	}
}

// replay answers what the key was answered with before; the zero Created when it is new.
func (d *Decisions) replay(ctx context.Context, a slipway.Actor, key IdempotencyKey) (out Created, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		answered, err := tx.AnswerTo(a.Account.ID, key.Key)
		if err != nil {
			return err
		}
		out, err = replayed(answered, key)
		return err
	})
	return out, err
}

// replayed is the deployment an answer tells of. A key that was used for another request is Invalid.
func replayed(answered Answered, key IdempotencyKey) (Created, error) {
	if answered.DeploymentID == 0 {
		return Created{}, nil
	}
	if !bytes.Equal(answered.RequestHash, key.Hash) {
		return Created{}, slipway.Fail(slipway.Invalid, "This Idempotency-Key was used for another request.")
	}
	subject, err := slipway.ParseSubject(answered.Subject)
	if err != nil {
		return Created{}, err
	}
	if subject.Deployment == nil {
		return Created{}, &slipway.Error{Op: "deploy: an idempotency key without its deployment"}
	}
	return Created{Deployment: *subject.Deployment, Replayed: true}, nil
}
