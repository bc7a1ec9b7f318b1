package describe

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
)

var load = sync.OnceValues(func() (*GitHub, error) { return Load("../../js/node_modules") })

func github(t *testing.T) *GitHub {
	t.Helper()
	if _, err := os.Stat("../../js/node_modules"); err != nil {
		t.Fatal("GitHub's descriptions are not installed: run make conformance")
	}
	g, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A validator that never said no has not been seen to work: each of these breaks one thing of an answer that is right.
func TestAnswersBite(t *testing.T) {
	g := github(t)
	const user = `{"login":"boss","id":2,"node_id":"x","avatar_url":"http://h/a","gravatar_id":"","url":"http://h/u","html_url":"http://h/h",
		"followers_url":"http://h/","following_url":"http://h/","gists_url":"http://h/","starred_url":"http://h/","subscriptions_url":"http://h/",
		"organizations_url":"http://h/","repos_url":"http://h/","events_url":"http://h/","received_events_url":"http://h/","type":"User","site_admin":false}`
	const status = `{"url":"http://h/1","id":1,"node_id":"x","state":"success","creator":` + user + `,"description":"","environment":"production",
		"target_url":"http://h/","created_at":"2024-01-01T00:00:00Z","updated_at":"2024-01-01T00:00:00Z","deployment_url":"http://h/","repository_url":"http://h/"}`
	right := Answer{Method: "GET", Path: "/repos/acme/web/deployments/1/statuses/1", Status: 200, ContentType: "application/json; charset=utf-8", Body: []byte(status)}
	if found := g.Answer(right); len(found) > 0 {
		t.Fatalf("the right one: %v", found)
	}
	for _, test := range []struct {
		name, old, new string
		change         func(*Answer)
		want           string
	}{
		{name: "type", old: `"id":1,`, new: `"id":"1",`, want: "/id | got string, want integer"},
		{name: "required member", old: `"environment":"production",`, new: ``, want: ""},
		{name: "missing state", old: `"state":"success",`, new: ``, want: "missing property 'state'"},
		{name: "enumeration", old: `"success"`, new: `"splendid"`, want: "/state | value must be one of"},
		{name: "format", old: `"2024-01-01T00:00:00Z","updated`, new: `"yesterday","updated`, want: "/created_at | 'yesterday' is not valid date-time"},
		{name: "deep", old: `"login":"boss"`, new: `"login":7`, want: "/creator/login | got number, want string"},
		{name: "no such member", old: `"state"`, new: `"stat":1,"state"`, want: "/stat | is a member that is not described"},
		{name: "null", old: `"creator":` + user, new: `"creator":null`, want: ""},
		{name: "null where none may be", old: `"description":""`, new: `"description":null`, want: "/description | got null, want string"},
		{name: "no JSON", old: `{`, new: ``, want: "is not JSON"},
		{name: "status", change: func(a *Answer) { a.Status = 299 }, want: "is not a status that is described for it"},
		{name: "path", change: func(a *Answer) { a.Path = "/repos/acme/web/deploys" }, want: "no path that is described"},
		{name: "by id", change: func(a *Answer) { a.Path = "/repositories/7/deployments/1/statuses/1" }, want: ""},
		{name: "content type", change: func(a *Answer) { a.ContentType = "text/plain" }, want: "has the content type text/plain"},
		{name: "error body", change: func(a *Answer) { a.Status, a.Body = 404, []byte(`{"message":7}`) }, want: "/message | got number, want string"},
		{name: "body of 204", change: func(a *Answer) { a.Method, a.Path, a.Status = "DELETE", "/repos/acme/web/deployments/1", 204 }, want: "has a body where none is described"},
	} {
		a := right
		if test.old != "" {
			a.Body = []byte(strings.Replace(status, test.old, test.new, 1))
		}
		if test.change != nil {
			test.change(&a)
		}
		check(t, test.name, g.Answer(a), test.want)
	}
}

func TestDeliveriesBite(t *testing.T) {
	g := github(t)
	const zen = `{"zen":"Keep it logically awesome.","hook_id":1,"hook":{}}`
	check(t, "hook without anything", g.Delivery("ping", []byte(zen)), "missing propert")
	check(t, "unknown event", g.Delivery("pong", []byte(`{}`)), "no webhook that GitHub describes")
	check(t, "unknown action", g.Delivery("deployment", []byte(`{"action":"imagined"}`)), "no webhook that GitHub describes")
	check(t, "no JSON", g.Delivery("ping", []byte(`payload=`)), "is not JSON")
}

func check(t *testing.T, name string, found []Violation, want string) {
	t.Helper()
	if want == "" && len(found) > 0 {
		t.Errorf("%s: %v, want nothing", name, found)
	}
	for _, v := range found {
		if want != "" && strings.Contains(v.String(), want) {
			return
		}
	}
	if want != "" {
		t.Errorf("%s: %v, want one saying %q", name, found, want)
	}
}

func TestPaths(t *testing.T) {
	g := github(t)
	for path, want := range map[string]string{
		"/repos/a/b/commits/feature/x/status":  "/repos/{owner}/{repo}/commits/{ref}/status",
		"/repos/a/b/commits/main":              "/repos/{owner}/{repo}/commits/{ref}",
		"/repos/a/b/git/ref/heads/main":        "/repos/{owner}/{repo}/git/ref/{ref}",
		"/repositories/7/environments/a%2Fb":   "/repos/{owner}/{repo}/environments/{environment_name}",
		"/repos/a/b/environments/x/none/of/it": "/repos/{owner}/{repo}/environments/{environment_name}",
		"/nothing":                             "",
	} {
		if got := g.template("GET", path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

func TestNullable(t *testing.T) {
	var v any
	_ = json.Unmarshal([]byte(`{"type":"string","nullable":true,"enum":["a"],"properties":{"x":{"nullable":true,"allOf":[{"type":"object"}]}}}`), &v)
	nullable(v)
	got, _ := json.Marshal(v)
	if want := `{"enum":["a",null],"properties":{"x":{"anyOf":[{"allOf":[{"type":"object"}]},{"type":"null"}]}},"type":["string","null"]}`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}
