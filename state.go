package slipway

import "time"

// What a deployment is, in one word: GraphQL's DeploymentState and what pages show. REST has no such member.
const (
	DeploymentAbandoned  = "ABANDONED"
	DeploymentActive     = "ACTIVE"
	DeploymentDestroyed  = "DESTROYED"
	DeploymentError      = "ERROR"
	DeploymentFailure    = "FAILURE"
	DeploymentInactive   = "INACTIVE"
	DeploymentInProgress = "IN_PROGRESS"
	DeploymentPending    = "PENDING"
	DeploymentQueued     = "QUEUED"
	DeploymentWaiting    = "WAITING"
)

// abandonedAfter is how long a deployment may be pending without a word before nobody is believed to work on it.
const abandonedAfter = 30 * time.Minute

// DerivedState is what a deployment is at a time, by its newest status (contract 4.5). SUCCESS, which GraphQL knows too, is
// never the answer: a deployment that succeeded is active until another takes its place.
func (d Deployment) DerivedState(now time.Time) string {
	switch d.State {
	case StateSuccess:
		return DeploymentActive
	case StateFailure:
		return DeploymentFailure
	case StateError:
		return DeploymentError
	case StateQueued:
		return DeploymentQueued
	case StateInProgress:
		return DeploymentInProgress
	case StateWaiting:
		return DeploymentWaiting
	case StateInactive:
		if d.Transient {
			return DeploymentDestroyed
		}
		return DeploymentInactive
	}
	if now.Sub(d.UpdatedAt) >= abandonedAfter {
		return DeploymentAbandoned
	}
	return DeploymentPending
}
