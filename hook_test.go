package slipway_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

func config(pairs ...string) map[string]string {
	m := map[string]string{}
	for _, p := range pairs {
		key, value, _ := strings.Cut(p, "=")
		m[key] = value
	}
	return m
}

func TestApplyToNewHook(t *testing.T) {
	const target = "url=https://example.com/hook"
	off := false
	for _, test := range []struct {
		name   string
		r      slipway.HookRequest
		want   func(h *slipway.Hook)
		faults []string
	}{
		{
			name: "the least",
			r:    slipway.HookRequest{Config: config(target)},
			want: func(h *slipway.Hook) { h.Config = config(target, "content_type=form", "insecure_ssl=0") },
		},
		{
			name: "everything",
			r: slipway.HookRequest{
				Name: text("web"), Active: &off, Events: []string{"deployment", "push", "deployment"},
				Config: config(target, "content_type=json", "insecure_ssl=true", "secret=s3cret", "room=7", "inactive=1"),
			},
			want: func(h *slipway.Hook) {
				h.Active, h.Events, h.Secret = false, []string{"deployment", "push"}, "s3cret"
				h.Config = config(target, "content_type=json", "insecure_ssl=1", "room=7", "inactive=1")
			},
		},
		{
			name: "all events",
			r:    slipway.HookRequest{Config: config(target), Events: []string{"push", "*", "issues"}},
			want: func(h *slipway.Hook) {
				h.Events, h.Config = []string{"*"}, config(target, "content_type=form", "insecure_ssl=0")
			},
		},
		{
			name: "no events", r: slipway.HookRequest{Config: config(target), Events: []string{}},
			want: func(h *slipway.Hook) { h.Config = config(target, "content_type=form", "insecure_ssl=0") },
		},
		{
			name: "eight asterisks are nobody's secret", r: slipway.HookRequest{Config: config(target, "secret=********")},
			want: func(h *slipway.Hook) { h.Config = config(target, "content_type=form", "insecure_ssl=0") },
		},
		{name: "no config", faults: []string{"Hook||custom|Config must contain URL for webhooks"}},
		{
			name: "no URL", r: slipway.HookRequest{Config: config("content_type=json")},
			faults: []string{"Hook||custom|Config must contain URL for webhooks"},
		},
		{
			name: "a service", r: slipway.HookRequest{Name: text("example"), Config: config(target)},
			faults: []string{"Hook|name|invalid|"},
		},
		{
			name: "an event nobody knows", r: slipway.HookRequest{Config: config(target), Events: []string{"push", "pushes"}},
			faults: []string{"Hook|events|invalid|"},
		},
		{
			name: "a bad address", r: slipway.HookRequest{Config: config("url=https://exa mple.com")},
			faults: []string{"Hook||custom|The URL you've entered is not valid. Please make sure that you encode all special characters first"},
		},
		{
			name: "another scheme", r: slipway.HookRequest{Config: config("url=file:///etc/passwd")},
			faults: []string{"Hook||custom|The URL you've entered is not valid. Please make sure that you encode all special characters first"},
		},
		{
			name: "other values", r: slipway.HookRequest{Config: config(target, "content_type=xml", "insecure_ssl=maybe")},
			faults: []string{"Hook||custom|Content type must be json or form", "Hook||custom|Insecure SSL must be 0 or 1"},
		},
		{
			name: "too much", r: slipway.HookRequest{Config: config(target, "x="+strings.Repeat("x", 64<<10))},
			faults: []string{"Hook|config|custom|config is too long (maximum is 65536 bytes)"},
		},
		{
			name: "NUL", r: slipway.HookRequest{Config: config(target, "x=\x00")},
			faults: []string{"Hook|config|invalid|"},
		},
	} {
		got, err := slipway.NewHook(1).Apply(test.r)
		if diff := cmp.Diff(test.faults, faults(t, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
			continue
		}
		if err == nil {
			want := slipway.NewHook(1)
			test.want(&want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		}
	}
}

func TestApplyToOldHook(t *testing.T) {
	old := slipway.NewHook(1)
	old.ID, old.Events, old.Secret = 5, []string{"push", "status"}, "old"
	old.Config = config("url=https://a", "content_type=json", "insecure_ssl=0", "room=7")
	before := old
	before.Events, before.Config = slices.Clone(old.Events), config("url=https://a", "content_type=json", "insecure_ssl=0", "room=7")

	for _, test := range []struct {
		name string
		r    slipway.HookRequest
		want func(h *slipway.Hook)
	}{
		{"nothing", slipway.HookRequest{}, func(*slipway.Hook) {}},
		{
			"a config replaces the old one, and its secret",
			slipway.HookRequest{Config: config("url=https://b")},
			func(h *slipway.Hook) {
				h.Secret, h.Config = "", config("url=https://b", "content_type=form", "insecure_ssl=0")
			},
		},
		{
			"eight asterisks keep the secret",
			slipway.HookRequest{Config: config("url=https://b", "secret=********")},
			func(h *slipway.Hook) { h.Config = config("url=https://b", "content_type=form", "insecure_ssl=0") },
		},
		{
			"a new secret",
			slipway.HookRequest{Config: config("url=https://b", "secret=new")},
			func(h *slipway.Hook) {
				h.Secret, h.Config = "new", config("url=https://b", "content_type=form", "insecure_ssl=0")
			},
		},
		{
			"events replace",
			slipway.HookRequest{Events: []string{"deployment"}},
			func(h *slipway.Hook) { h.Events = []string{"deployment"} },
		},
		{
			"events may be none",
			slipway.HookRequest{Events: []string{}},
			func(h *slipway.Hook) { h.Events = []string{} },
		},
		{
			"added, then removed",
			slipway.HookRequest{AddEvents: []string{"deployment", "push"}, RemoveEvents: []string{"push"}},
			func(h *slipway.Hook) { h.Events = []string{"status", "deployment"} },
		},
		{
			"replaced, added, removed",
			slipway.HookRequest{Events: []string{"create"}, AddEvents: []string{"delete"}, RemoveEvents: []string{"create"}},
			func(h *slipway.Hook) { h.Events = []string{"delete"} },
		},
		{
			"all are added",
			slipway.HookRequest{AddEvents: []string{"*"}},
			func(h *slipway.Hook) { h.Events = []string{"*"} },
		},
	} {
		got, err := old.Apply(test.r)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		want := old
		test.want(&want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if test.r.Config != nil && test.r.Config["content_type"] != "" {
			t.Errorf("%s changed the request: %v", test.name, test.r.Config)
		}
		if diff := cmp.Diff(before, old); diff != "" {
			t.Fatalf("%s changed the old hook (-want +got):\n%s", test.name, diff)
		}
	}
}

// Sending a hook back as it reads changes nothing.
func TestApplyWhatIsThere(t *testing.T) {
	events := rapid.SliceOf(rapid.SampledFrom([]string{"push", "status", "deployment", "*", "issues"}))
	rapid.Check(t, func(t *rapid.T) {
		first, err := slipway.NewHook(1).Apply(slipway.HookRequest{
			Config: config("url=https://a", "secret="+rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "secret")),
			Events: events.Draw(t, "events"),
		})
		if err != nil {
			t.Fatal(err)
		}
		first.ID = 1
		echo := config()
		for key, value := range first.Config {
			echo[key] = value
		}
		if first.Secret != "" {
			echo["secret"] = slipway.HiddenSecret
		}
		second, err := first.Apply(slipway.HookRequest{Config: echo, Events: first.Events})
		if diff := cmp.Diff(first, second); err != nil || diff != "" {
			t.Fatalf("%v (-first +second):\n%s", err, diff)
		}
	})
}

func TestCheckBeside(t *testing.T) {
	hook := func(id int64, address string, events ...string) slipway.Hook {
		return slipway.Hook{ID: id, Active: true, Events: events, Config: config("url=" + address)}
	}
	const taken = "Hook||custom|Hook already exists on this repository"
	for _, test := range []struct {
		name   string
		h      slipway.Hook
		others []slipway.Hook
		want   []string
	}{
		{"alone", hook(0, "https://a", "push"), nil, nil},
		{"the same", hook(0, "https://a", "push"), []slipway.Hook{hook(1, "https://a", "push")}, []string{taken}},
		{"an event in common", hook(0, "https://a", "push", "status"), []slipway.Hook{hook(1, "https://a", "status", "issues")}, []string{taken}},
		{"all and one", hook(0, "https://a", "*"), []slipway.Hook{hook(1, "https://a", "push")}, []string{taken}},
		{"one and all", hook(0, "https://a", "push"), []slipway.Hook{hook(1, "https://a", "*")}, []string{taken}},
		{"other events", hook(0, "https://a", "push"), []slipway.Hook{hook(1, "https://a", "status")}, nil},
		{"another address", hook(0, "https://a", "push"), []slipway.Hook{hook(1, "https://b", "push")}, nil},
		{"itself", hook(1, "https://a", "push"), []slipway.Hook{hook(1, "https://a", "push")}, nil},
		{"itself, and the same", hook(2, "https://a", "push"), []slipway.Hook{hook(1, "https://a", "push"), hook(2, "https://b", "push")}, []string{taken}},
	} {
		if diff := cmp.Diff(test.want, faults(t, test.h.CheckBeside(test.others, 20))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestAtMostTwentyHooks(t *testing.T) {
	var others []slipway.Hook
	for i := range 20 {
		events := []string{"push"}
		if i%2 == 0 {
			events = []string{"*"}
		}
		others = append(others, slipway.Hook{ID: int64(i + 1), Events: events, Config: config(fmt.Sprintf("url=https://h/%d", i))})
	}
	h := slipway.Hook{Events: []string{"status", "push"}, Config: config("url=https://h/new")}
	want := []string{"Hook||custom|The \"push\" event cannot have more than 20 hooks"}
	if diff := cmp.Diff(want, faults(t, h.CheckBeside(others, 20))); diff != "" {
		t.Errorf("the 21st (-want +got):\n%s", diff)
	}
	if err := h.CheckBeside(others[1:], 20); err != nil {
		t.Errorf("the 20th: %v", err)
	}
	if err := others[3].CheckBeside(others, 20); err != nil {
		t.Errorf("an edit of one of twenty: %v", err)
	}
	h.Events = []string{"status"}
	if err := h.CheckBeside(others, 20); err != nil {
		t.Errorf("ten hear of statuses: %v", err)
	}
	h.Events = []string{"*"}
	if diff := cmp.Diff(want, faults(t, h.CheckBeside(others, 20))); diff != "" {
		t.Errorf("one that hears everything hears of pushes (-want +got):\n%s", diff)
	}
}

func TestHookWants(t *testing.T) {
	for _, test := range []struct {
		active bool
		events []string
		event  string
		want   bool
	}{
		{true, []string{"push"}, "push", true},
		{true, []string{"push"}, "status", false},
		{true, []string{"*"}, "status", true},
		{false, []string{"*"}, "status", false},
		{true, nil, "push", false},
	} {
		h := slipway.Hook{Active: test.active, Events: test.events}
		if got := h.Wants(test.event); got != test.want {
			t.Errorf("%+v wants %q: %v", h, test.event, got)
		}
	}
}

func TestKnownHookEvent(t *testing.T) {
	for _, name := range []string{
		"*", "push", "deployment", "deployment_status", "status", "ping", "create", "delete", "deployment_review",
		"deployment_protection_rule", "issues", "pull_request", "fork", "watch", "workflow_run", "team_add",
	} {
		if !slipway.KnownHookEvent(name) {
			t.Errorf("%q is not known", name)
		}
	}
	for _, name := range []string{"", "Push", "push ", "deployments", "**", "\x00"} {
		if slipway.KnownHookEvent(name) {
			t.Errorf("%q is known", name)
		}
	}
}

// TestServices: where they are accepted, services keep the config they were given and are told nothing.
func TestServices(t *testing.T) {
	ask := slipway.HookRequest{Name: new("railsbp"), Config: config("railsbp_url=http://railsbp.com", "token=t"), Services: true}
	h, err := slipway.NewHook(1).Apply(ask)
	if err != nil || h.Name != "railsbp" || !h.Service() || len(h.Config) != 2 || h.Wants("push") {
		t.Fatalf("%+v, %v", h, err)
	}
	h.ID = 1
	edited, err := h.Apply(slipway.HookRequest{Name: new("railsbp"), Config: config("token=u")})
	if err != nil || edited.Config["token"] != "u" {
		t.Errorf("edited: %+v, %v", edited, err)
	}
	if other, _ := slipway.NewHook(1).Apply(ask); !other.SameService(h) || other.SameService(edited) {
		t.Error("services are told apart by their config")
	}
	for _, ask := range []slipway.HookRequest{
		{Name: new("railsbp"), Config: ask.Config}, {Name: new("Rails BP"), Services: true}, {Name: new(""), Services: true},
	} {
		if h, err := slipway.NewHook(1).Apply(ask); slipway.KindOf(err) != slipway.Invalid {
			t.Errorf("%q: %+v, %v", *ask.Name, h, err)
		}
	}
	web := slipway.Hook{ID: 2, Name: "web"}
	if _, err := web.Apply(slipway.HookRequest{Name: new("railsbp"), Services: true}); slipway.KindOf(err) != slipway.Invalid {
		t.Errorf("a web hook became a service: %v", err)
	}
}
