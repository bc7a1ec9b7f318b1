package deploy

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway"
)

// IdempotencyKey names a request, so that sending it again makes nothing twice (docs/adr/0006). The zero value is none.
type IdempotencyKey struct {
	Key  string // 1–255 visible ASCII characters
	Hash []byte // SHA-256 of method, path and body
}

// Created is what came of a request for a deployment: the deployment, or a merge.
type Created struct {
	Deployment slipway.Deployment
	Merged     string // not empty: nothing was created, the branch was merged into instead, and this says so (202)
	Replayed   bool   // the key was answered before; Deployment is as it was answered then
}

// CreateDeployment makes a deployment (contract 3.4): the ref is resolved, the default branch merged into it if it lacks
// commits of that, the commit's statuses weighed, and the deployment stored with its events.
//
// Invalid: the request, the ref, an environment that must not be made, a key that was used for another request. Conflict: a
// merge that cannot be done, statuses that forbid it, a request with the same key that is still under way. NotFound: a
// merge is needed, and the token may not write code.
func (d *Decisions) CreateDeployment(ctx context.Context, a slipway.Actor, r slipway.Repository, in slipway.DeploymentRequest, key IdempotencyKey) (Created, error) {
	if err := r.CheckWritable(); err != nil {
		return Created{}, err
	}
	if key.Key == "" {
		return d.createDeployment(ctx, a, r, in, key)
	}
	release, err := d.awaitKey(ctx, a, key)
	if err != nil {
		return Created{}, err
	}
	defer release()
	if replay, err := d.replay(ctx, a, key); err != nil || replay.Replayed {
		return replay, err
	}
	return d.createDeployment(ctx, a, r, in, key)
}

func (d *Decisions) createDeployment(ctx context.Context, a slipway.Actor, r slipway.Repository, in slipway.DeploymentRequest, key IdempotencyKey) (Created, error) {
	if err := in.Check(); err != nil {
		return Created{}, err
	}
	in = in.WithDefaults()
	commit, err := d.resolve(ctx, r, in.Ref)
	if slipway.KindOf(err) == slipway.NotFound {
		return Created{}, slipway.NoRefFound(in.Ref)
	}
	if err != nil {
		return Created{}, err
	}
	if in.AutoMerge {
		merged, err := d.autoMerge(ctx, a, r, in, &commit)
		if err != nil {
			return Created{}, err
		}
		if merged {
			return Created{Merged: slipway.AutoMergeNotice(r.DefaultBranch, in.Ref, in.Era)}, nil
		}
	}
	return d.storeDeployment(ctx, a, r, in, commit.SHA, key)
}

// autoMerge merges the default branch into the branch to be deployed if that is behind (contract 3.6). merged says that it
// did; otherwise commit is what may be deployed, which another request's merge may have moved on.
func (d *Decisions) autoMerge(ctx context.Context, a slipway.Actor, r slipway.Repository, in slipway.DeploymentRequest, commit *Resolved) (merged bool, err error) {
	if commit.Branch == r.DefaultBranch {
		return false, nil
	}
	tip, err := d.resolve(ctx, r, branchPrefix+r.DefaultBranch)
	if slipway.KindOf(err) == slipway.NotFound {
		return false, nil // nothing to merge: the default branch has no commit yet
	}
	if err != nil {
		return false, err
	}
	behind, err := d.behind(ctx, r, tip.SHA, commit.SHA)
	if err != nil || !behind {
		return false, err
	}
	if commit.Branch == "" {
		return false, slipway.AutoMergeConflict(r.DefaultBranch, in.Ref, nil) // a tag or commit cannot be moved
	}
	if err := slipway.MayMerge(a, r, slipway.RoleWrite); err != nil {
		return false, err
	}
	message := slipway.AutoMergeMessage(r.DefaultBranch, in.Ref)
	sha, err := d.mergeInto(ctx, a, r, commit.Branch, message, func() (slipway.SHA, error) {
		tip, err := d.resolve(ctx, r, branchPrefix+r.DefaultBranch)
		return tip.SHA, err
	})
	if conflict := asConflict(err); conflict != nil {
		return false, slipway.AutoMergeConflict(r.DefaultBranch, in.Ref, conflict.Paths)
	}
	if err == nil && sha == "" { // somebody else has merged meanwhile
		*commit, err = d.resolve(ctx, r, in.Ref)
	}
	if slipway.KindOf(err) == slipway.NotFound { // or has removed the branch
		err = slipway.NoRefFound(in.Ref)
	}
	return sha != "", err
}

// storeDeployment weighs the commit's statuses and stores the deployment, in one transaction: what it saw and what it
// allowed are one fact.
func (d *Decisions) storeDeployment(ctx context.Context, a slipway.Actor, r slipway.Repository, in slipway.DeploymentRequest, sha slipway.SHA, key IdempotencyKey) (out Created, err error) {
	err = d.update(ctx, r.ID, func(tx Tx) error {
		out = Created{}
		if key.Key != "" {
			// Another node may have answered since we looked; its transaction is over now, or this call waits for it.
			answered, err := tx.ClaimKey(a.Account.ID, key.Key, key.Hash)
			if err != nil {
				return err
			}
			if out, err = replayed(answered, key); err != nil || out.Replayed {
				return err
			}
		}
		if err := gate(tx, r.ID, sha, in); err != nil {
			return err
		}
		if err := d.ensureEnvironment(tx, a, r.ID, "Deployment", in.Environment); err != nil {
			return err
		}
		out.Deployment = d.newDeployment(tx.Now(), a, r, in, sha)
		return insertDeployment(tx, a, &out.Deployment, key)
	})
	if err != nil {
		return Created{}, err
	}
	return out, nil
}

// gate reads what has been said about the commit, unless nobody wants to know.
func gate(tx Tx, repositoryID int64, sha slipway.SHA, in slipway.DeploymentRequest) error {
	if in.RequiredContexts != nil && len(in.RequiredContexts) == 0 {
		return nil
	}
	statuses, err := tx.LatestCommitStatuses(repositoryID, sha)
	if err != nil {
		return err
	}
	runs, err := tx.LatestCheckRuns(repositoryID, sha)
	if err != nil {
		return err
	}
	return slipway.Gate(in.Ref, in.RequiredContexts, statuses, runs, in.Era)
}

func (d *Decisions) newDeployment(now time.Time, a slipway.Actor, r slipway.Repository, in slipway.DeploymentRequest, sha slipway.SHA) slipway.Deployment {
	production := d.settings.ProductionFromName && slipway.Key(in.Environment) == slipway.Key(slipway.DefaultEnvironment)
	if in.Production != nil {
		production = *in.Production
	}
	return slipway.Deployment{
		RepositoryID: r.ID, SHA: sha, Ref: in.Ref, Task: in.Task, Payload: in.Payload,
		Environment: in.Environment, OriginalEnvironment: in.Environment, Description: in.Description, Creator: creator(a), App: via(a),
		Transient: in.Transient, Production: production, CreatedAt: now, UpdatedAt: now,
	}
}

// insertDeployment stores the deployment, its two events (nothing holds it, so it is released at once) and what its key was
// answered with.
func insertDeployment(tx Tx, a slipway.Actor, deployment *slipway.Deployment, key IdempotencyKey) error {
	if err := tx.InsertDeployment(deployment); err != nil {
		return err
	}
	subject := slipway.Subject{Deployment: deployment}.Encode()
	event := slipway.Event{
		RepositoryID: deployment.RepositoryID, ActorID: actorID(a), Kind: "deployment", Action: "created", Subject: subject,
	}
	created, err := tx.Record(event)
	if err != nil {
		return err
	}
	event.Action, event.Subject = "released", slipway.Subject{SameAs: created}.Encode()
	if _, err := tx.Record(event); err != nil {
		return err
	}
	if key.Key == "" {
		return nil
	}
	answer := Answered{RequestHash: key.Hash, DeploymentID: deployment.ID, Subject: subject}
	return tx.AnswerKey(a.Account.ID, key.Key, answer, tx.Now())
}
