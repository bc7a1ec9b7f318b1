package hook

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
)

const (
	shaA = slipway.SHA("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	shaB = slipway.SHA("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
)

// gitFacts is a repository of two commits, or a damaged one.
type gitFacts struct{ damaged bool }

func (g gitFacts) err() error {
	if g.damaged {
		return slipway.Fail(slipway.Unavailable, "")
	}
	return nil
}

func commit(sha slipway.SHA) slipway.Commit {
	by := slipway.Signature{Name: "Ada", Email: "ada@example.com", When: noon}
	return slipway.Commit{SHA: sha, Tree: shaA, Author: by, Committer: by, Message: "work", Files: []slipway.File{{Path: "x", Status: "added"}}}
}

func (g gitFacts) Commit(_ context.Context, _ *slipway.Repository, sha slipway.SHA, _ bool) (slipway.Commit, error) {
	return commit(sha), g.err()
}

func (g gitFacts) BranchesWith(context.Context, *slipway.Repository, slipway.SHA, int) ([]slipway.Branch, error) {
	return []slipway.Branch{{Name: "main", SHA: shaB}}, g.err()
}

func (g gitFacts) Pushed(context.Context, *slipway.Repository, slipway.SHA, slipway.SHA, int) ([]slipway.Commit, error) {
	if g.damaged {
		return nil, g.err()
	}
	return []slipway.Commit{commit(shaA), commit(shaB)}, nil
}

func (g gitFacts) AccountsByEmail(context.Context, []string) (map[string]slipway.Account, error) {
	return map[string]slipway.Account{"ada@example.com": {ID: 5, Login: "ada", Type: slipway.User}}, g.err()
}

func rendererOf(g gitFacts) RenderFunc {
	return renderer{inquirer: impatient(), facts: g, people: g, urls: slipway.URLs{Web: "http://slipway.test", API: "http://slipway.test/api/v3"}}.render
}

func subscription(name string, s slipway.Subject) Subscription {
	owner := slipway.Account{ID: 2, Login: "acme", Type: slipway.User}
	return Subscription{
		Event: slipway.Event{ID: 1, Action: "completed", At: noon}, Subject: s, Name: name,
		Repository: slipway.Repository{ID: 37, Owner: owner, Name: "web", DefaultBranch: "main"}, Sender: owner,
		Hook: slipway.Hook{ID: 9, Config: map[string]string{"url": "http://example.com/"}},
	}
}

func members(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return m
}

var deployment = slipway.Deployment{ID: 4, RepositoryID: 37, SHA: shaA, Ref: "main", Task: "deploy", Environment: "production", CreatedAt: noon, UpdatedAt: noon}

func subjectsByName() map[string]slipway.Subject {
	move := func(before, after slipway.SHA) *slipway.RefChange {
		return &slipway.RefChange{Name: "refs/heads/topic", Old: before, New: after}
	}
	return map[string]slipway.Subject{
		"ping":              {HookID: 9},
		"deployment":        {Deployment: &deployment},
		"deployment_status": {Deployment: &deployment, DeploymentStatus: &slipway.DeploymentStatus{ID: 6, DeploymentID: 4, State: "success", CreatedAt: noon}},
		"status":            {Status: &slipway.CommitStatus{ID: 7, SHA: shaA, Context: "ci", State: "success", CreatedAt: noon}},
		"check_run":         {CheckRun: &slipway.CheckRun{ID: 8, SuiteID: 9, SHA: shaA, Name: "ci", Status: "completed", Conclusion: "success", StartedAt: noon}, CheckSuite: &slipway.CheckSuite{ID: 9, SHA: shaA, Status: "completed"}},
		"check_suite":       {CheckSuite: &slipway.CheckSuite{ID: 9, SHA: shaA, Status: "completed", Conclusion: "success", CreatedAt: noon}},
		"push":              {Push: move(shaA, shaB)},
		"create":            {Push: move(slipway.ZeroSHA, shaB)},
		"delete":            {Push: move(shaA, slipway.ZeroSHA)},
	}
}

func TestRendersEveryEvent(t *testing.T) {
	for _, damaged := range []bool{false, true} {
		for name, subject := range subjectsByName() {
			body, err := rendererOf(gitFacts{damaged})(t.Context(), subscription(name, subject))
			if err != nil {
				t.Errorf("%s, damaged %v: %v", name, damaged, err)
				continue
			}
			m := members(t, body)
			if m["repository"] == nil || m["sender"] == nil || strings.ContainsAny(string(body), "\n") {
				t.Errorf("%s, damaged %v: %s", name, damaged, body)
			}
			if got, _ := m["action"].(string); got != actionOf(subscription(name, subject)) {
				t.Errorf("%s has action %q, its delivery says %q", name, got, actionOf(subscription(name, subject)))
			}
		}
	}
}

// TestPushOfNothingNew: a branch where another one was already, and a tag, add no commits; both say where they are.
func TestPushOfNothingNew(t *testing.T) {
	for _, c := range []slipway.RefChange{
		{Name: "refs/heads/copy", Old: slipway.ZeroSHA, New: shaB, Known: true},
		{Name: "refs/tags/v1", Old: slipway.ZeroSHA, New: shaB},
	} {
		body, err := rendererOf(gitFacts{})(t.Context(), subscription("push", slipway.Subject{Push: &c}))
		if err != nil {
			t.Fatal(err)
		}
		push := members(t, body)
		if n := len(push["commits"].([]any)); n != 0 || push["head_commit"].(map[string]any)["id"] != string(shaB) {
			t.Errorf("%s: %v", c.Name, push)
		}
	}
}

func TestRendersFacts(t *testing.T) {
	push := members(t, rendered1(t, gitFacts{}, "push"))
	if n := len(push["commits"].([]any)); n != 2 || push["head_commit"].(map[string]any)["id"] != string(shaB) {
		t.Errorf("push: %v", push)
	}
	status := members(t, rendered1(t, gitFacts{}, "status"))
	if len(status["branches"].([]any)) != 1 || status["commit"].(map[string]any)["author"].(map[string]any)["login"] != "ada" {
		t.Errorf("status: %v", status)
	}
	suite := members(t, rendered1(t, gitFacts{}, "check_suite"))["check_suite"].(map[string]any)
	if suite["head_commit"].(map[string]any)["message"] == "" {
		t.Errorf("check_suite: %v", suite)
	}
	damaged := members(t, rendered1(t, gitFacts{damaged: true}, "status"))
	if damaged["sha"] != string(shaA) || damaged["commit"].(map[string]any)["sha"] != string(shaA) {
		t.Errorf("status of a damaged repository: %v", damaged)
	}
}

func rendered1(t *testing.T, g gitFacts, name string) []byte {
	t.Helper()
	body, err := rendererOf(g)(t.Context(), subscription(name, subjectsByName()[name]))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestRendersSendersThatAreGone(t *testing.T) {
	s := subscription("deployment", slipway.Subject{Deployment: &deployment})
	s.Sender = slipway.Account{}
	body, err := rendererOf(gitFacts{})(t.Context(), s)
	if err != nil || members(t, body)["sender"].(map[string]any)["login"] != "acme" {
		t.Errorf("%s, %v", body, err)
	}
}

// TestOlderBodiesAreWhatTheirDeliverySays: what hooks of every era are told of has the action their delivery is listed with.
func TestOlderBodiesAreWhatTheirDeliverySays(t *testing.T) {
	for era := slipway.E0; era <= slipway.E11; era++ {
		for name, subject := range subjectsByName() {
			s := subscription(name, subject)
			s.Hook.Config[slipway.ConfigPayloadEra] = era.String()
			body, err := rendererOf(gitFacts{})(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := members(t, body)["action"].(string); got != actionOf(s) {
				t.Errorf("%s in %v has action %q, its delivery says %q", name, era, got, actionOf(s))
			}
		}
	}
}

func TestRendersOlderEras(t *testing.T) {
	today := subscription("deployment", slipway.Subject{Deployment: &deployment})
	old := subscription("deployment", slipway.Subject{Deployment: &deployment})
	old.Hook.Config[slipway.ConfigPayloadEra] = "E7"
	render := rendererOf(gitFacts{})
	a, err := render(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	b, err := render(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	if variant(today.Hook) == variant(old.Hook) {
		t.Error("hooks of different eras are told the same")
	}
	if len(members(t, a)["deployment"].(map[string]any)) <= len(members(t, b)["deployment"].(map[string]any)) {
		t.Errorf("today %s\nE7 %s", a, b)
	}
}

func TestRendersNothingWithoutItsSubject(t *testing.T) {
	for name := range subjectsByName() {
		if name == Ping {
			continue
		}
		if body, err := rendererOf(gitFacts{})(t.Context(), subscription(name, slipway.Subject{SameAs: 7})); err == nil {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// scripted is a queue that has events and takes deliveries.
type scripted struct {
	Queue
	backlog  []Occurrence
	expanded []Expansion
	err      error
}

func (q *scripted) Unexpanded(_ context.Context, after int64, n int) (Backlog, error) {
	b := Backlog{To: after}
	for _, o := range q.backlog {
		if o.Event.Position <= after {
			continue
		}
		if len(b.Occurrences) == n {
			b.More = true
			break
		}
		b.To = o.Event.Position
		b.Occurrences = append(b.Occurrences, o)
	}
	return b, q.err
}

func (q *scripted) Expand(_ context.Context, x Expansion) error {
	if q.err == nil {
		q.expanded = append(q.expanded, x)
	}
	return q.err
}

func occurrence(position int64, kind string, hooks ...slipway.Hook) Occurrence {
	return Occurrence{
		Event: slipway.Event{ID: position * 10, Position: position, Kind: kind, Action: "released", Subject: slipway.Subject{Deployment: &deployment}.Encode()},
		Hooks: hooks,
	}
}

// TestExpanderRendersOnce: hooks that are told the same share one rendering, in the order of the events, hook by hook.
func TestExpanderRendersOnce(t *testing.T) {
	everything := func(id int64, era string) slipway.Hook {
		return slipway.Hook{ID: id, Active: true, Events: []string{"*"}, Config: map[string]string{slipway.ConfigPayloadEra: era}}
	}
	hooks := []slipway.Hook{everything(1, ""), everything(2, ""), everything(3, "E9"), {ID: 4, Active: true, Events: []string{"push"}}}
	q := &scripted{backlog: []Occurrence{occurrence(1, "deployment", hooks...), occurrence(2, "environment", hooks...), occurrence(3, "deployment", hooks...)}}
	renders := make(chan int64, 100)
	x := &expander{queue: q, now: testClock, skipped: func(Subscription, error) {}, render: func(_ context.Context, s Subscription) ([]byte, error) {
		renders <- s.Event.Position
		return []byte{'"', byte('0' + s.Event.Position), '"'}, nil
	}}
	delivered, more, err := x.round(t.Context())
	if !delivered || more || err != nil {
		t.Fatal(delivered, more, err)
	}
	if n := len(renders); n != 4 {
		t.Errorf("%d renderings, want one for each event and era", n)
	}
	if len(q.expanded) != 1 || q.expanded[0].To != 3 {
		t.Fatalf("expanded %+v", q.expanded)
	}
	var got [][2]int64
	guids := map[string]bool{}
	for _, d := range q.expanded[0].Deliveries {
		got = append(got, [2]int64{d.Position, d.HookID})
		guids[d.GUID] = true
		if d.EventID != d.Position*10 || d.Event != "deployment" || d.Action != "created" || d.OutOfOrder || len(d.GUID) != 36 || d.GUID[14] != '4' {
			t.Errorf("delivery %+v", d)
		}
	}
	if want := [][2]int64{{1, 1}, {1, 2}, {1, 3}, {3, 1}, {3, 2}, {3, 3}}; !slices.Equal(got, want) || len(guids) != len(want) {
		t.Errorf("deliveries %v with %d GUIDs", got, len(guids))
	}
}

// TestExpanderIsLazy: events nobody is told of do not cost a transaction each.
func TestExpanderIsLazy(t *testing.T) {
	q := &scripted{}
	now := noon
	x := &expander{queue: q, now: func() time.Time { return now }, skipped: func(Subscription, error) {}}
	x.at = now
	for i := range int64(10) {
		q.backlog = append(q.backlog, occurrence(i+1, "environment"))
		if delivered, _, err := x.round(t.Context()); delivered || err != nil {
			t.Fatal(delivered, err)
		}
	}
	if len(q.expanded) != 0 || x.read != 10 {
		t.Errorf("read to %d, wrote %+v", x.read, q.expanded)
	}
	now = now.Add(expandedEvery)
	if _, _, err := x.round(t.Context()); err != nil || len(q.expanded) != 1 || q.expanded[0].To != 10 {
		t.Errorf("wrote %+v, %v", q.expanded, err)
	}
	q.backlog = append(q.backlog, occurrence(11, "environment"))
	if _, _, err := x.round(t.Context()); err != nil || len(q.expanded) != 1 {
		t.Errorf("wrote %+v, %v", q.expanded, err)
	}
	if err := x.settle(t.Context(), true); err != nil || len(q.expanded) != 2 || q.expanded[1].To != 11 {
		t.Errorf("at the end: wrote %+v, %v", q.expanded, err)
	}
}

// TestWhatIsNotSentIsListed: an event that is too large, or that cannot be told, is not dropped silently.
func TestWhatIsNotSentIsListed(t *testing.T) {
	h := slipway.Hook{ID: 1, Active: true, Events: []string{"*"}, Config: map[string]string{"url": "http://example.com/"}}
	q := &scripted{backlog: []Occurrence{occurrence(1, "deployment", h), occurrence(2, "deployment", h), occurrence(3, "deployment", h), occurrence(4, "deployment", h)}}
	var skipped atomic.Int32
	x := &expander{queue: q, now: testClock, skipped: func(Subscription, error) { skipped.Add(1) }, render: func(_ context.Context, s Subscription) ([]byte, error) {
		switch s.Event.Position {
		case 1:
			return make([]byte, slipway.MaxWebhookBody+1), nil
		case 2:
			return nil, errSubject
		case 3:
			return nil, nil
		}
		return make([]byte, slipway.MaxWebhookBody), nil
	}}
	if _, _, err := x.round(t.Context()); err != nil || len(q.expanded) != 1 || len(q.expanded[0].Deliveries) != 3 {
		t.Fatalf("%v, %d", err, len(q.expanded))
	}
	got := q.expanded[0].Deliveries
	want := []*Unsent{
		{URL: "http://example.com/", StatusCode: 413, Status: "not sent: the payload is larger than 25 MB"},
		{URL: "http://example.com/", StatusCode: 500, Status: "not sent: the event could not be told"},
		nil,
	}
	for i, d := range got {
		if diff := cmp.Diff(want[i], d.Unsent); diff != "" || (d.Body == nil) != (d.Unsent != nil) || d.GUID == "" {
			t.Errorf("delivery %d: %s", i, diff)
		}
	}
	if n := skipped.Load(); n != 2 {
		t.Errorf("%d were reported", n)
	}
}

// TestExpanderReadsAgain what it could not write.
func TestExpanderReadsAgain(t *testing.T) {
	h := slipway.Hook{ID: 1, Active: true, Events: []string{"*"}}
	q := &scripted{backlog: []Occurrence{occurrence(1, "deployment", h)}}
	x := &expander{queue: q, now: testClock, skipped: func(Subscription, error) {}, render: func(context.Context, Subscription) ([]byte, error) {
		return []byte("{}"), nil
	}}
	q.err = slipway.Fail(slipway.Unavailable, "")
	if _, _, err := x.round(t.Context()); err == nil {
		t.Fatal("no error")
	}
	q.err = nil
	if delivered, _, err := x.round(t.Context()); !delivered || err != nil || len(q.expanded) != 1 {
		t.Errorf("%v, %v, %+v", delivered, err, q.expanded)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q.backlog = append(q.backlog, occurrence(2, "deployment", h))
	if _, _, err := x.round(ctx); err == nil || len(q.expanded) != 1 {
		t.Errorf("a context that ended: %v, %+v", err, q.expanded)
	}
}

func testClock() time.Time { return noon }
