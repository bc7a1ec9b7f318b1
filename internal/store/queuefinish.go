package store

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/hook"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Finish records an attempt and what comes of it, and finds what the hook does next, in one transaction.
func (d *DB) Finish(ctx context.Context, j hook.Job, a hook.Attempt, n hook.Next, lease time.Duration) (then hook.Then, err error) {
	err = d.update(ctx, scopeOfHook(j.Hook.ID), func(t *tx) error {
		then, err = t.finish(j, a, n, lease)
		return err
	})
	if err != nil {
		return hook.Then{}, err
	}
	return then, nil
}

func (t *tx) finish(j hook.Job, a hook.Attempt, n hook.Next, lease time.Duration) (then hook.Then, err error) {
	held, err := t.q.RenewQueue(t.ctx, db.RenewQueueParams{
		Now: t.now, LeaseUntil: t.now.Add(lease), Failing: !a.OK(), HookID: j.Hook.ID, Fence: j.Fence,
	})
	if err != nil {
		return then, t.failed("renew lease", err)
	}
	if held == 0 {
		return then, slipway.Because(slipway.Conflict, "store: the lease was lost", nil)
	}
	counted, again, err := t.settle(j, n)
	if err != nil {
		return then, err
	}
	n.Park = n.Park && !again // somebody has just asked for more
	if counted {
		if err := t.addAttempt(j, a); err != nil {
			return then, err
		}
		if err := t.noteHook(j, a, n); err != nil {
			return then, err
		}
	}
	return t.continueWith(j, n)
}

func (t *tx) addAttempt(j hook.Job, a hook.Attempt) error {
	request, err := headerText(a.RequestHeader)
	if err != nil {
		return err
	}
	response, err := headerText(a.ResponseHeader)
	if err != nil {
		return err
	}
	return t.failed("add attempt", t.q.AddAttempt(t.ctx, db.AddAttemptParams{
		DeliveryID: j.DeliveryID, HookID: j.Hook.ID, At: micro(a.At), Duration: a.Duration.Microseconds(), Ok: a.OK(),
		Status: a.Status, StatusCode: int64(a.StatusCode), Redelivery: j.Tries > 0, Url: a.URL,
		RequestHeader: request, ResponseHeader: response, ResponseBody: a.ResponseBody,
	}))
}

// settle writes what becomes of the delivery. counted is false when that was done already, by a Finish whose answer was lost.
// again says that more redeliveries were asked for than attempts have been made since: the delivery begins anew, at once.
func (t *tx) settle(j hook.Job, n hook.Next) (counted, again bool, err error) {
	row := db.SetDeliveryParams{
		ID: j.DeliveryID, Tries: int64(j.Tries), DueAt: t.now, DueSetAt: t.now,
		Failures: int64(n.Progress.Failures), FailingFor: n.Progress.FailingFor.Microseconds(),
		Refusals: int64(n.Progress.Refusals), RefusedFor: n.Progress.RefusedFor.Microseconds(), LastCode: int64(n.Progress.LastCode),
	}
	if j.Wanted {
		row.Granted = 1
	}
	if !n.Progress.LastAt.IsZero() {
		row.LastAt = new(micro(n.Progress.LastAt))
	}
	switch {
	case n.Done:
		row.FinishedAt = &t.now
	case n.SetAside || j.OutOfOrder:
		row.Lane, row.DueAt = new(aside), micro(n.At)
	default:
		row.Lane, row.DueAt = new(ordered), micro(n.At)
	}
	wanted, err := t.q.SetDelivery(t.ctx, row)
	wanted, counted, err = found(t, "settle", wanted, err)
	if again = wanted > 0; !again || err != nil {
		return counted, again, err
	}
	if row.Lane == nil {
		row.Lane = new(aside)
	}
	return counted, again, t.failed("again", t.q.ResetDelivery(t.ctx, db.ResetDeliveryParams{Lane: row.Lane, Now: t.now, ID: j.DeliveryID}))
}

// noteHook keeps what the receiver said last, parks or resumes the hook, and leaves an event of what its owner should know.
func (t *tx) noteHook(j hook.Job, a hook.Attempt, n hook.Next) error {
	r := a.Response()
	if !sameResponse(r, j.Hook.LastResponse) {
		err := t.q.SetHookResponse(t.ctx, db.SetHookResponseParams{
			ResponseCode: int64Of(r.Code), ResponseStatus: r.Status, ResponseMessage: r.Message, ID: j.Hook.ID,
		})
		if err != nil {
			return t.failed("hook response", err)
		}
	}
	switch {
	case n.Park && j.Hook.ParkedAt == nil:
		if err := t.q.SetHookParked(t.ctx, db.SetHookParkedParams{ParkedAt: &t.now, ID: j.Hook.ID}); err != nil {
			return t.failed("park", err)
		}
		return t.recordHook(j.RepositoryID, j.Hook.ID, "hook", "parked")
	case n.Resume:
		if err := t.unpark(j.Hook.ID); err != nil {
			return err
		}
		return t.recordHook(j.RepositoryID, j.Hook.ID, "hook", "resumed")
	case n.SetAside:
		return t.recordHook(j.RepositoryID, j.Hook.ID, "delivery", "set_aside")
	case n.GaveUp:
		return t.recordHook(j.RepositoryID, j.Hook.ID, "delivery", "gave_up")
	}
	return nil
}

// recordHook leaves an event about a hook, by nobody but the server.
func (t *tx) recordHook(repositoryID, hookID int64, kind, action string) error {
	_, err := t.Record(slipway.Event{
		RepositoryID: repositoryID, ActorID: botID, Kind: kind, Action: action,
		Subject: slipway.Subject{HookID: hookID}.Encode(),
	})
	return err
}

// botID is the account of what the server does by itself.
const botID = 1

// continueWith finds what the hook does next under the same lease, or gives it back. What cannot be read must not undo what
// was just recorded: only a broken transaction is an error.
func (t *tx) continueWith(j hook.Job, n hook.Next) (hook.Then, error) {
	row, err := t.q.GetHookByID(t.ctx, j.Hook.ID)
	if err != nil {
		return hook.Then{}, t.failed("hook", err)
	}
	next, err := t.testing(row, j, n)
	var due *time.Time
	switch {
	case next != nil || err != nil:
	case n.GiveBack:
		_, due, err = t.waiting(row)
	default:
		next, due, err = t.pick(row, j.Fence)
	}
	if next != nil || t.s.broken != nil {
		return hook.Then{Next: next}, err
	}
	if err != nil && due == nil {
		due = &t.now // the next claim finds out what is wrong with it
	}
	then := hook.Then{}
	if due != nil {
		then.Due = *due
	}
	return then, t.giveBack(row.ID, j.Fence, due)
}

// testing is the next step of putting a head to the test: the delivery after it, and if that got through the head itself.
func (t *tx) testing(row db.Hook, j hook.Job, n hook.Next) (*hook.Job, error) {
	switch {
	case rests(row):
		return nil, nil
	case n.Probe:
		d, err := t.q.GetFollowing(t.ctx, db.GetFollowingParams{HookID: row.ID, After: j.DeliveryID})
		d, there, err := found(t, "following", d, err)
		if err != nil || !there {
			return nil, err
		}
		probe, err := t.job(row, j.Fence, d)
		if probe != nil {
			probe.Ahead = j.DeliveryID
		}
		return probe, err
	case j.Ahead != 0 && n.Done:
		d, err := t.q.GetDelivery(t.ctx, j.Ahead)
		d, there, err := found(t, "head", d, err)
		if err != nil || !there || d.Lane == nil || *d.Lane != ordered {
			return nil, err
		}
		head, err := t.job(row, j.Fence, d)
		if head != nil {
			head.Verdict = true
		}
		return head, err
	}
	return nil, nil
}

func sameResponse(a, b slipway.HookResponse) bool {
	return a.Status == b.Status && equal(a.Code, b.Code) && equal(a.Message, b.Message)
}

func equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// headerText keeps headers in the casing they were sent with.
func headerText(h http.Header) (string, error) {
	if h == nil {
		h = http.Header{}
	}
	text, err := json.Marshal(h)
	return string(text), failure("headers", err)
}
