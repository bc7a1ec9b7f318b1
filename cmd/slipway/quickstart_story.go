package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// story is one day of the Deployments API. Every step does what its printed line does, and stops the story when the answer
// is not the one that the contract promises.
type story struct {
	*teller
	ctx      context.Context //nolint:containedctx // it lives as long as the story
	api, web string
	token    string
	receiver *receiver
	work     *workCopy
}

func (s *story) tell() error {
	s.opening()
	for _, step := range []func() error{s.push, s.subscribe, s.tooEarly, s.deploy, s.report, s.behind, s.conflict} {
		if err := step(); err != nil {
			return err
		}
	}
	s.line("")
	s.line(s.paint(bold, "Every step was answered as the contract promises."))
	return nil
}

func (s *story) opening() {
	s.line(s.paint(bold, "Slipway: GitHub's Deployments API on your own machine"))
	s.line("")
	s.say(fmt.Sprintf(`Server    %s  (SQLite and Git in an empty folder)
Receiver  %s  (part of this program; it checks X-Hub-Signature-256)

Webhooks to loopback addresses are allowed here (webhook-allow: 127.0.0.0/8,::1).
A server started with "slipway serve" refuses them unless you say so.

Each line below can be pasted into another shell, after these two:`, s.web, s.receiver.url))
	s.command("export TOKEN=" + s.token + " API=" + s.api)
	s.line(indent + s.paint(cyan, "cd "+s.work.path))
}

func (s *story) push() error {
	s.step("Push a repository")
	if _, err := s.post("/user/repos", `{"name":"web","private":false}`, 201, "full_name", "private", "clone_url"); err != nil {
		return err
	}
	return s.git("push", s.remote(), "main")
}

func (s *story) subscribe() error {
	s.step("Ask to be told about deployments")
	hook := fmt.Sprintf(`{"events":["deployment","deployment_status"],
  "config":{"url":"%s","content_type":"json","secret":"%s"}}`, s.receiver.url, s.receiver.secret)
	if _, err := s.post("/repos/acme/web/hooks", hook, 201, "id", "events", "active"); err != nil {
		return err
	}
	_, err := s.await("ping")
	return err
}

func (s *story) tooEarly() error {
	s.step("Deploy too early: CI has begun and not finished")
	if err := s.status("pending"); err != nil {
		return err
	}
	body, err := s.post("/repos/acme/web/deployments", `{"ref":"main","environment":"production"}`, 409, "message", "errors")
	if err == nil && !bytes.Contains(body, []byte(`"context":"ci/build"`)) {
		err = errors.New("the refusal does not name the context ci/build")
	}
	return err
}

func (s *story) deploy() error {
	s.step("CI is green: deploy")
	if err := s.status("success"); err != nil {
		return err
	}
	_, err := s.post("/repos/acme/web/deployments", `{"ref":"main","environment":"production"}`, 201, "id", "ref", "sha", "environment", "statuses_url")
	return err
}

func (s *story) report() error {
	s.step("The receiver hears of it, deploys, and reports")
	d, err := s.await("deployment")
	if err != nil {
		return err
	}
	for _, state := range []string{"pending", "success"} {
		path := strings.TrimPrefix(d.body.Deployment.StatusesURL, s.api)
		if _, err := s.post(path, `{"state":"`+state+`"}`, 201, "id", "state", "environment"); err != nil {
			return err
		}
		if _, err := s.await("deployment_status"); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) behind() error {
	s.step("Deploy a branch that main has moved on from: it is merged first")
	if err := s.work.moveOn(); err != nil {
		return err
	}
	if err := s.git("push", s.remote(), "main", "topic", "clash"); err != nil {
		return err
	}
	deployment := `{"ref":"topic","environment":"staging"}`
	if _, err := s.post("/repos/acme/web/deployments", deployment, 202, "message"); err != nil {
		return err
	}
	s.line("")
	s.say("No deployment yet: CI can now test the merge commit, which is in the repository.")
	if err := s.git("fetch", "--quiet", s.remote(), "topic:topic"); err != nil {
		return err
	}
	if err := s.git("log", "--graph", "--oneline", "topic"); err != nil {
		return err
	}
	if parents, err := s.work.git(s.ctx, "rev-list", "--parents", "--max-count=1", "topic"); err != nil || len(strings.Fields(parents)) != 3 {
		return errors.Join(err, errors.New("topic does not end in a commit with two parents"))
	}
	s.line("")
	s.say("No context has reported on it, so nothing holds the second try back.")
	if _, err := s.post("/repos/acme/web/deployments", deployment, 201, "id", "ref", "sha", "environment"); err != nil {
		return err
	}
	d, err := s.await("deployment")
	if err != nil {
		return err
	}
	if err := s.finish(d); err != nil {
		return err
	}
	for range 2 {
		if _, err := s.await("deployment_status"); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) conflict() error {
	s.step("Deploy a branch that does not merge")
	_, err := s.post("/repos/acme/web/deployments", `{"ref":"clash","environment":"staging"}`, 409, "message", "conflicts")
	return err
}

// closing leaves the person with a server that runs.
func (s *story) closing() {
	s.say(fmt.Sprintf(`
The server is running; Ctrl-C stops it.
Address   %s
Token     %s  (account acme, administrator)

Webhooks that arrive are shown below, and their deployments are reported a success.`, s.web, s.token))
}

// watch shows webhooks that arrive after the story, and answers deployments as a deployer would.
func (s *story) watch() {
	for {
		select {
		case d := <-s.receiver.events:
			s.received(d)
			if d.event == "deployment" && d.verified {
				if err := s.finish(d); err != nil && s.ctx.Err() == nil {
					s.failed(err)
				}
			}
		case <-s.ctx.Done():
			return
		}
	}
}

// finish reports a deployment as pending and then done, without a word.
func (s *story) finish(d delivered) error {
	for _, state := range []string{"pending", "success"} {
		status, body, err := s.send(d.body.Deployment.StatusesURL, `{"state":"`+state+`"}`)
		if err != nil || status != http.StatusCreated {
			return errors.Join(err, fmt.Errorf("a deployment status was answered %d: %s", status, abridged(string(body), 200)))
		}
	}
	return nil
}

// status is what CI says about the commit that main is at.
func (s *story) status(state string) error {
	_, err := s.post("/repos/acme/web/statuses/$(git rev-parse main)", `{"state":"`+state+`","context":"ci/build"}`, 201, "context", "state")
	return err
}

// post prints a POST as curl would send it, sends it, prints the members of the answer that matter, and compares.
func (s *story) post(path, body string, want int, members ...string) ([]byte, error) {
	s.command(fmt.Sprintf("curl -s -H \"Authorization: Bearer $TOKEN\" $API%s \\\n-d '%s'", path, body))
	head, err := s.work.head("main")
	if err != nil {
		return nil, err
	}
	status, answer, err := s.send(s.api+strings.Replace(path, "$(git rev-parse main)", head, 1), body)
	if err != nil {
		return nil, err
	}
	s.answer(status, trimmed(answer, members...))
	if status != want {
		return nil, fmt.Errorf("POST %s was answered %d, not %d: %s", path, status, want, abridged(string(answer), 200))
	}
	return answer, nil
}

func (s *story) send(url, body string) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("User-Agent", "slipway-quickstart")
	res, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// remote is the repository's address, with the token as the shell will fill it in.
func (s *story) remote() string {
	return strings.Replace(s.web, "://", "://x-access-token:$TOKEN@", 1) + "/acme/web.git"
}

// git prints a git command, runs it, and prints what it said, without the token.
func (s *story) git(args ...string) error {
	s.command("git " + strings.Join(args, " "))
	var expanded []string
	for _, a := range args {
		expanded = append(expanded, os.Expand(a, func(string) string { return s.token }))
	}
	out, err := s.work.git(s.ctx, expanded...)
	s.printed(strings.ReplaceAll(out, s.token, "$TOKEN"))
	return err
}

// await waits for a webhook and shows it. One that cannot be verified ends the story.
func (s *story) await(event string) (delivered, error) {
	late := time.After(20 * time.Second)
	for {
		select {
		case d := <-s.receiver.events:
			if d.event != event {
				continue
			}
			s.received(d)
			if !d.verified {
				return d, fmt.Errorf("the signature of the %s webhook is wrong", event)
			}
			return d, nil
		case <-late:
			return delivered{}, fmt.Errorf("the %s webhook did not arrive", event)
		case <-s.ctx.Done():
			return delivered{}, context.Cause(s.ctx)
		}
	}
}
