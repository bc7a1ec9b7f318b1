package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

const secret = "It's a Secret to Everybody"

// received is a delivery that arrived and whose signature holds.
type received struct{ event, guid string }

// receive opens the receiver: bad answers 500 to whoever asks for /bad.
func (t *tour) receive() {
	l := part.Must(net.Listen("tcp", "127.0.0.1:0"))
	t.port = strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	t.got = make(chan received, 1000)
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			mac := hmac.New(sha256.New, []byte(secret))
			_, _ = mac.Write(body)
			if err != nil || r.Header.Get("X-Hub-Signature-256") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			t.got <- received{r.Header.Get("X-GitHub-Event"), r.Header.Get("X-GitHub-Delivery")}
			w.WriteHeader(http.StatusOK)
		}))
	}()
}

// wait gives the next delivery of an event.
func (t *tour) wait(event string) received {
	late := time.After(20 * time.Second)
	for {
		select {
		case r := <-t.got:
			if r.event == event {
				return r
			}
		case <-late:
			panic(fmt.Errorf("no %s arrived", event))
		}
	}
}

func (t *tour) webhooks() {
	t.receive()
	config := object{"url": t.hooks + "/" + t.port + "/", "content_type": "json", "secret": secret}
	made := t.do("POST", t.r("/hooks"), object{"name": "web", "events": []string{"*"}, "config": config}, 201)
	t.hook = made.id()
	part.Want(made.str("config.secret") == "********", "the secret reads %v", made.at("config.secret"))
	t.do("POST", t.r("/hooks"), object{"name": "web", "events": []string{"*"}, "config": config}, 422)
	t.do("POST", t.r("/hooks"), object{"name": "fax", "config": config}, 422)
	t.do("POST", t.r("/hooks"), object{"config": object{}}, 422)
	t.get(t.r("/hooks"))
	t.get(t.r("/hooks/%d", t.hook))
	form := t.do("POST", t.r("/hooks"), object{"config": object{"url": t.hooks + "/" + t.port + "/form", "secret": secret}, "events": []string{"push", "status"}, "active": true}, 201).id()
	t.do("PATCH", t.r("/hooks/%d", form), object{"add_events": []string{"deployment", "deployment_status", "create", "delete"}, "remove_events": []string{"status"}}, 200)
	t.do("PATCH", t.r("/hooks/%d", form), object{"events": []string{"nonsense"}}, 422)
	t.do("POST", t.r("/hooks/%d/pings", t.hook), nil, 204)
	t.do("POST", t.r("/hooks/%d/tests", t.hook), nil, 204)
	t.do("POST", t.r("/hooks/%d/test", form), nil, 204)
	silent := t.do("POST", t.r("/hooks"), object{"config": object{"url": "http://127.0.0.1:1/"}, "active": false}, 201).id()
	t.do("DELETE", t.r("/hooks/%d", silent), nil, 204)
	t.do("GET", t.r("/hooks/%d", silent), nil, 404)
}

func (t *tour) received() {
	t.wait("ping")
	t.wait("push")
	id := t.deployed("ready", "told")
	t.wait("deployment")
	for _, state := range []string{"pending", "in_progress", "success"} {
		t.status(id, state, "log_url", "https://ci.example.com/log")
		t.wait("deployment_status")
	}
	t.do("POST", t.r("/statuses/%s", t.ready), object{"state": "success", "context": "ci/told"}, 201)
	t.wait("status")
	t.do("POST", t.r("/merges"), object{"base": "topic-2", "head": "main"}, 201)
	t.wait("push")
	t.toldOfChecks()
}

// toldOfChecks takes a check run, and with it its suite, through what hooks are told of.
func (t *tour) toldOfChecks() {
	run := t.do("POST", t.r("/check-runs"), object{"name": "ci/told", "head_sha": t.ready, "status": "in_progress"}, 201)
	t.wait("check_run")
	t.do("PATCH", t.r("/check-runs/%d", run.id()), object{"conclusion": "success", "output": object{"title": "green", "summary": "all of it"}}, 200)
	t.wait("check_run")
	t.wait("check_suite")
	t.do("POST", t.r("/check-suites/%d/rerequest", run.number("check_suite.id")), nil, 201)
	t.wait("check_suite")
}

func (t *tour) redelivery() {
	list := t.get(t.r("/hooks/%d/deliveries?per_page=2", t.hook))
	part.Want(list.len("") == 2, "%d deliveries on a page of two", list.len(""))
	all := t.get(t.r("/hooks/%d/deliveries?per_page=100", t.hook))
	one := all.number("0.id")
	detail := t.get(t.r("/hooks/%d/deliveries/%d", t.hook, one))
	guid := detail.str("guid")
	t.do("POST", t.r("/hooks/%d/deliveries/%d/attempts", t.hook, one), nil, 202)
	for again := t.wait(detail.str("event")); again.guid != guid; again = t.wait(detail.str("event")) {
	}
	t.get(t.r("/hooks/%d/deliveries?status=success", t.hook))
	t.get(t.r("/hooks/%d/deliveries?status=failure", t.hook))
	t.do("GET", t.r("/hooks/%d/deliveries/1000000", t.hook), nil, 404)
}
