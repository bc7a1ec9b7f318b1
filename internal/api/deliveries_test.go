package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestDeliveries follows real deliveries through their routes: the list in pages that a cursor leads through, one with what was
// sent and came back, and another attempt (contract 7.3).
func TestDeliveries(t *testing.T) {
	w := newWorld(t)
	const repository = "/repos/acme/web"
	good, bad := w.receiver(http.StatusOK), w.receiver(http.StatusForbidden)
	for _, url := range []string{good, bad} {
		if got := w.do("POST", repository+"/hooks", `{"config":{"url":"`+url+`","content_type":"json","secret":"s"},"events":["deployment"]}`, "As: boss"); got.StatusCode != http.StatusCreated {
			t.Fatalf("%d %s", got.StatusCode, got.body)
		}
	}
	for range 2 {
		w.do("POST", repository+"/deployments", `{"ref":"main"}`, "As: writer")
	}
	w.deliver(5) // two pings, two deployments to the good one, the first to the bad one

	type item struct {
		ID         int64
		GUID       string
		Redelivery bool
		Status     string
		StatusCode int `json:"status_code"`
		Event      string
		Action     string
	}
	list := func(path string) (items []item, links map[string]string) {
		t.Helper()
		got := w.do("GET", path, "", "As: boss")
		if got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.StatusCode, got.body)
		}
		if err := json.Unmarshal(got.body, &items); err != nil {
			t.Fatal(err)
		}
		return items, cursorLinks(t, got)
	}

	all, _ := list(repository + "/hooks/1/deliveries")
	if len(all) != 3 || all[0].Event != "deployment" || all[2].Event != "ping" || all[0].ID <= all[1].ID {
		t.Fatalf("%+v", all)
	}
	for _, it := range all {
		if it.Status != "OK" || it.StatusCode != http.StatusOK || it.Redelivery {
			t.Errorf("%+v", it)
		}
	}
	var there, back []item
	path := repository + "/hooks/1/deliveries?per_page=1"
	for next := path; next != ""; {
		items, links := list(next)
		there = append(there, items...)
		path, next = next, links["next"]
	}
	for path != "" {
		items, links := list(path)
		back = append(back, items...)
		path = links["prev"]
	}
	slices.Reverse(back)
	if fmt.Sprint(there) != fmt.Sprint(all) || fmt.Sprint(back) != fmt.Sprint(all) {
		t.Errorf("there %+v, and back %+v, whole %+v", there, back, all)
	}
	if failed, _ := list(repository + "/hooks/2/deliveries?status=failure"); len(failed) == 0 || failed[0].Status != "Invalid HTTP Response: 403" || failed[0].StatusCode != http.StatusForbidden {
		t.Errorf("%+v", failed)
	}
	if fine, _ := list(repository + "/hooks/1/deliveries?status=failure"); len(fine) != 0 {
		t.Errorf("%+v", fine)
	}

	one := fmt.Sprintf("%s/hooks/1/deliveries/%d", repository, all[0].ID)
	var detail struct {
		Request struct {
			Headers map[string]string
			Payload struct{ Action string }
		}
		Response struct {
			Headers map[string]string
			Payload string
		}
	}
	got := w.do("GET", one, "", "As: boss")
	if err := json.Unmarshal(got.body, &detail); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	if detail.Request.Payload.Action != "created" || detail.Response.Payload != "thanks" || detail.Request.Headers["X-GitHub-Delivery"] != all[0].GUID {
		t.Errorf("%s", got.body)
	}

	again := w.do("POST", one+"/attempts", "", "As: boss")
	if again.StatusCode != http.StatusAccepted || string(again.body) != "{}" || again.get("Location") != "" {
		t.Errorf("%d %s", again.StatusCode, again.body)
	}
	w.deliver(1)
	after, _ := list(repository + "/hooks/1/deliveries?per_page=1")
	if !after[0].Redelivery || after[0].GUID != all[0].GUID || after[0].ID <= all[0].ID {
		t.Errorf("%+v of %+v", after[0], all[0])
	}
}

// cursorLinks are the addresses of an answer's Link header by their rel, without the server.
func cursorLinks(t *testing.T, got *answer) map[string]string {
	t.Helper()
	links := make(map[string]string)
	for item := range strings.SplitSeq(got.get("Link"), ", ") {
		if item == "" {
			continue
		}
		address, rel, ok := strings.Cut(strings.TrimPrefix(item, "<"+publicURLs.API), `>; rel="`)
		if !ok || rel != `next"` && rel != `prev"` {
			t.Errorf("Link %q", item)
		}
		links[strings.TrimSuffix(rel, `"`)] = address
	}
	return links
}

// TestDeliveryCursors: what a page's links ask for, with the filter and the size of the page that has them.
func TestDeliveryCursors(t *testing.T) {
	w := newWorld(t)
	const deliveries = "/repositories/1/hooks/1/deliveries?"
	w.do("POST", "/repos/acme/web/hooks", `{"config":{"url":"`+w.receiver(http.StatusOK)+`"},"events":["deployment"]}`, "As: boss")
	for range 4 {
		w.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, "As: writer")
	}
	w.deliver(5)
	for query, want := range map[string]map[string]string{
		"":                       {},
		"per_page=2":             {"next": "per_page=2&cursor=v1_3"},
		"cursor=v1_3&per_page=2": {"prev": "cursor=v1_5&per_page=2", "next": "cursor=v1_1&per_page=2"},
		"per_page=2&cursor=v1_4": {"prev": "per_page=2&cursor=v1_5", "next": "per_page=2&cursor=v1_2"}, // no whole page is newer
		"per_page=2&cursor=v1_5": {"next": "per_page=2&cursor=v1_3"},                                   // it begins at the newest
		"per_page=2&cursor=v1_9": {"next": "per_page=2&cursor=v1_3"},
		"cursor=v1_1":            {"prev": "cursor=v1_5"},
		"status=success&per_page=1&cursor=v1_2": {
			"prev": "status=success&per_page=1&cursor=v1_3", "next": "status=success&per_page=1&cursor=v1_1",
		},
		"status=failure&per_page=1&cursor=v1_2": {},
	} {
		got := w.do("GET", deliveries+query, "", "As: boss")
		for rel, q := range want {
			want[rel] = deliveries + q
		}
		if links := cursorLinks(t, got); fmt.Sprint(links) != fmt.Sprint(want) {
			t.Errorf("%q: %v, want %v", query, links, want)
		}
	}
}
