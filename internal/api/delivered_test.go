package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway/internal/hook"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// deliver runs the real worker until it has recorded at least n attempts, and stops it.
func (w *world) deliver(n int) {
	w.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	recorded := make(chan struct{}, 100)
	worker := hook.New(w.store, hook.NewRenderer(w.repos, w.deploy, publicURLs, nil), w.guard, hook.Options{
		Observe: func(hook.Observation) { recorded <- struct{}{} },
	})
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	for range n {
		select {
		case <-recorded:
		case <-ctx.Done():
			w.Fatalf("no delivery was attempted")
		}
	}
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		w.Fatalf("the worker: %v", err)
	}
}

// receiver answers everything with a status.
func (w *world) receiver(status int) string {
	w.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte("thanks"))
	}))
	w.Cleanup(s.Close)
	return s.URL
}

// fillRepository makes one of each kind of object that has an id, and gives the ids.
func (w *world) fillRepository(repository string) ids {
	w.Helper()
	id := func(method, path, body string) string {
		got := w.do(method, repository+path, body, "As: admin")
		if got.StatusCode/100 != 2 {
			w.Fatalf("%s %s: %d %s", method, path, got.StatusCode, got.body)
		}
		return strconv.FormatInt(idOf(got), 10)
	}
	var made ids
	made.deployment = id("POST", "/deployments", `{"ref":"main"}`)
	made.status = id("POST", "/deployments/"+made.deployment+"/statuses", `{"state":"pending"}`)
	made.hook = id("POST", "/hooks", `{"config":{"url":"`+w.receiver(http.StatusOK)+`","content_type":"json","secret":"s"},"events":["deployment"]}`)
	id("PUT", "/environments/production", `{"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}`)
	made.policy = id("POST", "/environments/production/deployment-branch-policies", `{"name":"main"}`)
	made.rule = id("POST", "/environments/production/deployment_protection_rules", fmt.Sprintf(`{"integration_id":%d}`, w.gate(repository).ID))
	head := `"head_sha":"` + w.sha("main") + `"}`
	made.run = id("POST", "/check-runs", `{"name":"ci","conclusion":"success",`+head)
	made.suite = id("POST", "/check-suites", "{"+head)
	w.deliver(1)
	list := w.do("GET", repository+"/hooks/"+made.hook+"/deliveries", "", "As: admin")
	made.delivery = strconv.FormatInt(firstID(list), 10)
	return made
}

// gate puts an app into the store that is installed on a repository of acme.
func (w *world) gate(repository string) slipway.App {
	w.Helper()
	_, name, _ := strings.Cut(repository, "/repos/acme/")
	app, _, _, err := w.deploy.CreateApp(context.Background(), localAdministrator, deploy.NewApp{
		Kind: slipway.GitHubApp, Owner: "acme", Name: "Gate " + name, Permissions: slipway.Permissions{"deployments": slipway.LevelWrite},
		On: deploy.Selection{Repositories: []string{"acme/" + name}},
	})
	if err != nil {
		w.Fatal(err)
	}
	return app
}
