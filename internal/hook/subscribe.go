package hook

import (
	"strings"

	"github.com/slipway-deploy/slipway"
)

// subscriptions lists who is told what of an event, hook by hook: nothing for events that hooks have no name for.
func subscriptions(o Occurrence) ([]Subscription, error) {
	switch o.Event.Kind {
	case "deployment", "deployment_status", "status", "check_run", "check_suite", "push", "ping", "test":
	default:
		return nil, nil
	}
	subject, err := slipway.ParseSubject(o.Event.Subject)
	if err != nil {
		return nil, err
	}
	var list []Subscription
	for _, h := range o.Hooks {
		for _, name := range names(o.Event, subject, h) {
			list = append(list, Subscription{
				Event: o.Event, Subject: subject, Repository: o.Repository, Sender: o.Sender, Hook: h, Name: name,
			})
		}
	}
	return list, nil
}

// names lists the events, as hooks name them, that one hook is told of. GitHub tells nobody of deployment statuses of state
// inactive; here a hook can ask for them (contract 7.5).
func names(e slipway.Event, s slipway.Subject, h slipway.Hook) []string {
	switch e.Kind {
	case "ping":
		return only(Ping, s.HookID == h.ID && !h.Service())
	case "test":
		return only("push", s.HookID == h.ID && h.Wants("push"))
	case "deployment": // told once nothing holds it
		return only("deployment", e.Action == "released" && h.Wants("deployment"))
	case "deployment_status":
		hidden := s.DeploymentStatus != nil && s.DeploymentStatus.State == "inactive" && h.Config[slipway.ConfigInactive] != "1"
		return only("deployment_status", e.Action == "created" && !hidden && h.Wants("deployment_status"))
	case "status":
		return only("status", h.Wants("status"))
	case "check_run":
		return only("check_run", (e.Action == "created" || e.Action == "completed") && h.Wants("check_run"))
	case "check_suite":
		return only("check_suite", (e.Action == "completed" || e.Action == "rerequested") && h.Wants("check_suite"))
	case "push":
		list := only("push", h.Wants("push"))
		if name := refEvent(s.Push); name != "" && h.Wants(name) {
			list = append(list, name)
		}
		return list
	}
	return nil
}

func only(name string, wanted bool) []string {
	if !wanted {
		return nil
	}
	return []string{name}
}

// refEvent is create or delete for a branch or tag that was made or removed, and empty for any other move.
func refEvent(c *slipway.RefChange) string {
	switch {
	case c == nil || !strings.HasPrefix(c.Name, "refs/heads/") && !strings.HasPrefix(c.Name, "refs/tags/"):
		return ""
	case c.Old == slipway.ZeroSHA:
		return "create"
	case c.New == slipway.ZeroSHA:
		return "delete"
	}
	return ""
}

// actionOf is the action member of the body a hook gets; empty where it has none, as until 2018 no body had.
func actionOf(s Subscription) string {
	era, _ := slipway.ParsePayloadEra(s.Hook.Config[slipway.ConfigPayloadEra])
	switch s.Name {
	case "deployment", "deployment_status":
		if era >= slipway.E9 {
			return "created"
		}
	case "check_run", "check_suite":
		return s.Event.Action
	}
	return ""
}
