package slipway_test

import (
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestFeedType(t *testing.T) {
	sha := slipway.SHA("743f5a58b0bce91c4eab744ff7e39dfca9e6e8a5")
	push := func(name string, from, to slipway.SHA) slipway.Subject {
		return slipway.Subject{Push: &slipway.RefChange{Name: name, Old: from, New: to}}
	}
	deployed := slipway.Subject{Deployment: &slipway.Deployment{}, DeploymentStatus: &slipway.DeploymentStatus{}}
	for _, test := range []struct {
		kind, action string
		subject      slipway.Subject
		quiet, all   string
	}{
		{"push", "", push("refs/heads/x", sha, "f"+sha[1:]), slipway.PushEvent, slipway.PushEvent},
		{"push", "", push("refs/heads/x", slipway.ZeroSHA, sha), slipway.CreateEvent, slipway.CreateEvent},
		{"push", "", push("refs/tags/x", sha, slipway.ZeroSHA), slipway.DeleteEvent, slipway.DeleteEvent},
		{"push", "", push("refs/notes/x", sha, slipway.ZeroSHA), "", ""},
		{"push", "", slipway.Subject{}, "", ""},
		{"repository", "created", slipway.Subject{}, slipway.CreateEvent, slipway.CreateEvent},
		{"repository", "publicized", slipway.Subject{}, slipway.PublicEvent, slipway.PublicEvent},
		{"repository", "collaborator_added", slipway.Subject{}, "", ""},
		{"deployment", "created", deployed, "", slipway.DeploymentEvent},
		{"deployment", "released", deployed, "", ""},
		{"deployment_status", "created", deployed, "", slipway.DeploymentStatusEvent},
		{"deployment_status", "created", slipway.Subject{}, "", ""},
		{"token", "created", slipway.Subject{}, "", ""},
	} {
		e := slipway.Event{Kind: test.kind, Action: test.action}
		if got := slipway.FeedType(e, test.subject, false); got != test.quiet {
			t.Errorf("%s/%s: %q, want %q", test.kind, test.action, got, test.quiet)
		}
		if got := slipway.FeedType(e, test.subject, true); got != test.all {
			t.Errorf("%s/%s with deployments: %q, want %q", test.kind, test.action, got, test.all)
		}
	}
}
