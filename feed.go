package slipway

import "strings"

// The types of events that the Events API shows (contract 11.1). The names are GitHub's.
const (
	PushEvent             = "PushEvent"
	CreateEvent           = "CreateEvent"
	DeleteEvent           = "DeleteEvent"
	PublicEvent           = "PublicEvent"
	DeploymentEvent       = "DeploymentEvent"
	DeploymentStatusEvent = "DeploymentStatusEvent"
)

// FeedType is what the Events API calls an event; empty for what it does not show. A push that makes or removes a branch or tag is
// told as just that. GitHub shows no deployments there, so they are shown only where the server is set to.
func FeedType(e Event, s Subject, deployments bool) string {
	switch {
	case e.Kind == "push" && s.Push != nil && RefType(s.Push.Name) != "":
		switch {
		case s.Push.Created():
			return CreateEvent
		case s.Push.Deleted():
			return DeleteEvent
		}
		return PushEvent
	case e.Kind == "repository" && e.Action == "created":
		return CreateEvent
	case e.Kind == "repository" && e.Action == "publicized":
		return PublicEvent
	case !deployments || e.Action != "created":
		return ""
	case e.Kind == "deployment" && s.Deployment != nil:
		return DeploymentEvent
	case e.Kind == "deployment_status" && s.DeploymentStatus != nil && s.Deployment != nil:
		return DeploymentStatusEvent
	}
	return ""
}

// RefType is branch or tag, and empty for refs that are neither.
func RefType(ref string) string {
	switch {
	case strings.HasPrefix(ref, "refs/heads/"):
		return "branch"
	case strings.HasPrefix(ref, "refs/tags/"):
		return "tag"
	}
	return ""
}
