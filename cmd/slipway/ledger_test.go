package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// ledger is what clients were told. An entry is made when the last byte of an answer has been read.
type ledger struct {
	mu       sync.Mutex
	marks    int
	told     map[string]map[int64]entry // kind → id → answer
	open     []attempt                  // with an idempotency key, and without an answer
	merges   int                        // answers 202
	accepted []string                   // commits that git push said yes to
	maybe    map[string]bool            // commits of pushes that got no answer
}

type entry struct {
	repo string
	body map[string]any
}

type attempt struct {
	repo, key string
	body      any
}

func newLedger() *ledger {
	return &ledger{told: map[string]map[int64]entry{"deployment": {}, "deployment_status": {}, "status": {}}, maybe: map[string]bool{}}
}

func (l *ledger) nextMark() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.marks++
	return fmt.Sprintf("m%06d", l.marks)
}

// acknowledge enters an answer, and fails when its id has been given before (promise P9).
func (l *ledger) acknowledge(t *testing.T, kind, repo string, answer []byte) int64 {
	body := object(t, answer)
	id := int64(body["id"].(float64))
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, twice := l.told[kind][id]; twice {
		t.Errorf("%s %d was given twice", kind, id)
	}
	l.told[kind][id] = entry{repo, body}
	return id
}

func (l *ledger) unanswered(repo, key string, body any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = append(l.open, attempt{repo, key, body})
}

func (l *ledger) merged() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.merges++
}

func (l *ledger) pushed(sha string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accepted = append(l.accepted, sha)
}

func (l *ledger) tried(sha string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.maybe[sha] = true
}

func object(t *testing.T, text []byte) (o map[string]any) {
	if err := json.Unmarshal(text, &o); err != nil {
		t.Errorf("%v in %s", err, text)
	}
	return o
}

// compare holds the ledger against the server, its repositories and the receiver.
func (l *traffic) compare() {
	l.Logf("told: %d deployments, %d deployment statuses, %d commit statuses, %d merges, %d pushes; %d keys without an answer",
		len(l.told["deployment"]), len(l.told["deployment_status"]), len(l.told["status"]), l.merges, len(l.accepted), len(l.open))
	if len(l.told["deployment"]) == 0 || l.merges == 0 || len(l.accepted) == 0 {
		l.Fatal("the load did nothing")
	}
	l.answerOpen()
	there := map[string]map[int64]entry{}
	l.deploymentsAreThere(there)
	l.commitStatusesAreThere(there)
	l.keysMadeOne(there["deployment"])
	l.pushesAreThere()
	l.repositoriesAreSound()
	l.receiverHeard(there)
}

// answerOpen repeats what got no answer, with its key: now there is one.
func (l *traffic) answerOpen() {
	for _, a := range l.open {
		status, answer, ok := l.post("/repos/"+a.repo+"/deployments", a.key, a.body)
		if !ok || status != http.StatusCreated {
			l.Fatalf("repeating %s: %d %s", a.key, status, answer)
		}
		l.acknowledge(l.T, "deployment", a.repo, answer)
	}
}

// pages reads a whole list.
func (l *traffic) pages(path string) (all []map[string]any) {
	for page := 1; ; page++ {
		code, _, body := l.server.Do(http.MethodGet, fmt.Sprintf("%s?per_page=100&page=%d", path, page), "")
		var items []map[string]any
		if err := json.Unmarshal(body, &items); code != http.StatusOK || err != nil {
			l.Fatalf("%s: %d %v", path, code, err)
		}
		all = append(all, items...)
		if len(items) < 100 {
			return all
		}
	}
}

// deploymentsAreThere compares every deployment and every status of one with what was answered, member for member. A
// deployment's updated_at moves with its statuses.
func (l *traffic) deploymentsAreThere(there map[string]map[int64]entry) {
	there["deployment"], there["deployment_status"] = map[int64]entry{}, map[int64]entry{}
	for _, repo := range repositories {
		for _, d := range l.pages("/repos/" + repo + "/deployments") {
			there["deployment"][int64(d["id"].(float64))] = entry{repo, d}
		}
	}
	l.same("deployment", there, "updated_at")
	for id, told := range l.told["deployment_status"] {
		deployment := strings.TrimPrefix(told.body["deployment_url"].(string), l.server.API())
		code, _, body := l.server.Do(http.MethodGet, fmt.Sprintf("%s/statuses/%d", deployment, id), "")
		if code == http.StatusOK {
			there["deployment_status"][id] = entry{told.repo, object(l.T, body)}
		}
	}
	l.same("deployment_status", there)
}

func (l *traffic) commitStatusesAreThere(there map[string]map[int64]entry) {
	there["status"] = map[int64]entry{}
	for _, s := range l.pages("/repos/acme/web/commits/" + l.head + "/statuses") {
		there["status"][int64(s["id"].(float64))] = entry{"acme/web", s}
	}
	l.same("status", there)
}

func (l *traffic) same(kind string, there map[string]map[int64]entry, except ...string) {
	for id, told := range l.told[kind] {
		now, ok := there[kind][id]
		if !ok {
			l.Errorf("LOST: %s %d was acknowledged", kind, id)
			continue
		}
		for _, name := range except {
			delete(told.body, name)
			delete(now.body, name)
		}
		if diff := cmp.Diff(told.body, now.body); diff != "" || told.repo != now.repo {
			l.Errorf("CHANGED: %s %d:\n%s", kind, id, diff)
		}
	}
}

// keysMadeOne is promise P7: however often a request was sent under its key, one deployment came of it.
func (l *traffic) keysMadeOne(deployments map[int64]entry) {
	marks := map[string]int64{}
	for id, d := range deployments {
		mark := d.body["payload"].(map[string]any)["mark"].(string)
		if other, twice := marks[mark]; twice {
			l.Errorf("DOUBLE: deployments %d and %d came of one request", other, id)
		}
		marks[mark] = id
	}
}

// pushesAreThere: every commit that git said yes to is in main, and main holds no others; every 202 left its merge.
func (l *traffic) pushesAreThere() {
	path := l.server.Data + "/repos/acme/web.git"
	inMain := strings.Fields(runGit(l, path, "rev-list", "main"))
	for _, sha := range l.accepted {
		if !slices.Contains(inMain, sha) {
			l.Errorf("LOST: the push of %s was acknowledged", sha)
		}
	}
	if tip := inMain[0]; !l.maybe[tip] && !slices.Contains(l.accepted, tip) && tip != l.head {
		l.Errorf("main is at %s, which nobody pushed", tip)
	}
	merges := strings.Fields(runGit(l, path, "rev-list", "--merges", "--first-parent", "--grep=^Auto-merged main into topic on deployment.$", "topic"))
	if len(merges) < l.merges {
		l.Errorf("LOST: %d merges were acknowledged, %d are there", l.merges, len(merges))
	}
}

// receiverHeard is promises P3 to P6: each object has its event exactly as it was answered, under one GUID however often it
// came; no event is without its object; and the first arrivals of a repository are in the order of its ids.
func (l *traffic) receiverHeard(there map[string]map[int64]entry) {
	missing := func(all []testkit.Received) (n int, first string) {
		heard := map[string]map[int64]bool{"deployment": {}, "deployment_status": {}, "status": {}}
		for _, r := range all {
			if ids := heard[r.Event]; ids != nil {
				ids[int64(subject(l.T, r)["id"].(float64))] = true
			}
		}
		for kind, ids := range l.told {
			for id := range ids {
				if !heard[kind][id] {
					n++
					first = fmt.Sprintf("%s %d", kind, id)
				}
			}
		}
		return n, first
	}
	// On PostgreSQL what a killed process had begun to deliver is another node's until its lease ends (promise P22: 40 s).
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if n, _ := missing(l.receiver.Received()); n == 0 {
			break
		}
	}
	all := l.receiver.Received()
	if n, first := missing(all); n > 0 {
		l.Errorf("MISSING: %d events never came, such as that of %s", n, first)
	}

	bodies := map[string][]byte{} // by GUID
	guids := map[string]string{}  // by kind and id
	last := map[string]int64{}    // by repository and kind
	for _, r := range all {
		if !r.Signed {
			l.Errorf("UNSIGNED: %s %s", r.Event, r.GUID)
		}
		if before, again := bodies[r.GUID]; again {
			if !bytes.Equal(before, r.Body) {
				l.Errorf("GUID %s says two things", r.GUID)
			}
			continue
		}
		bodies[r.GUID] = r.Body
		if l.told[r.Event] == nil {
			continue
		}
		o := subject(l.T, r)
		id := int64(o["id"].(float64))
		repo := object(l.T, r.Body)["repository"].(map[string]any)["full_name"].(string)
		name := fmt.Sprintf("%s %d", r.Event, id)
		if other := guids[name]; other != "" {
			l.Errorf("two GUIDs for %s: %s and %s", name, other, r.GUID)
		}
		guids[name] = r.GUID
		if order := repo + " " + r.Event; id <= last[order] {
			l.Errorf("ORDER: %s came after %d", name, last[order])
		} else {
			last[order] = id
		}
		l.asTold(r.Event, id, o, there)
	}
	l.Logf("heard: %d requests, %d GUIDs", len(all), len(bodies))
}

// asTold compares an event's object with what was answered, or with what is there where no answer came.
func (l *traffic) asTold(kind string, id int64, heard map[string]any, there map[string]map[int64]entry) {
	told, ok := l.told[kind][id]
	if !ok {
		if told, ok = there[kind][id]; !ok && kind != "deployment_status" { // statuses nobody was told of are not listed above
			l.Errorf("PHANTOM: %s %d was announced and is not there", kind, id)
		}
		if !ok {
			return
		}
	}
	for name, value := range told.body {
		if name == "updated_at" || kind == "status" && (name == "created_at" || name == "creator" || name == "url" || name == "node_id") {
			continue // the status event has no such members, or other forms of them (contract 7.5)
		}
		if diff := cmp.Diff(value, heard[name], notInWebhooks); diff != "" {
			l.Errorf("EVENT of %s %d says something else about %s:\n%s", kind, id, name, diff)
		}
	}
}

// notInWebhooks leaves out the one member of accounts that webhooks have not (docs/divergences.md).
var notInWebhooks = cmpopts.IgnoreMapEntries(func(name string, _ any) bool { return name == "user_view_type" })

// subject is the object an event is about.
func subject(t *testing.T, r testkit.Received) map[string]any {
	body := object(t, r.Body)
	if o, ok := body[r.Event].(map[string]any); ok {
		return o
	}
	return body // status: the members themselves
}
