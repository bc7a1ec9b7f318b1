package api

import (
	"encoding/json"
	"fmt"
	"net/http"
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
		Action     *string
	}
	list := func(path string) (items []item, next string) {
		t.Helper()
		got := w.do("GET", path, "", "As: boss")
		if got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.StatusCode, got.body)
		}
		if err := json.Unmarshal(got.body, &items); err != nil {
			t.Fatal(err)
		}
		link := got.get("Link")
		if link == "" {
			return items, ""
		}
		next, rest, ok := strings.Cut(strings.TrimPrefix(link, "<"+publicURLs.API), ">; ")
		if !ok || rest != `rel="next"` {
			t.Errorf("Link %q", link)
		}
		return items, next
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
	var paged []item
	for path := repository + "/hooks/1/deliveries?per_page=1"; path != ""; {
		var items []item
		items, path = list(path)
		paged = append(paged, items...)
	}
	if fmt.Sprint(paged[0].ID, paged[1].ID, paged[2].ID) != fmt.Sprint(all[0].ID, all[1].ID, all[2].ID) {
		t.Errorf("pages %+v, whole %+v", paged, all)
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
