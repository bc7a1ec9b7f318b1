package api

import (
	"context"
	"net/http"
	"time"
)

// health says that the process lives. It asks nobody, so that a database that is away never gets a server killed.
func (a *API) health(w http.ResponseWriter, _ *http.Request) { answerHealth(w, http.StatusOK, "ok") }

// readiness says whether the server should be sent requests: started, not stopping, and with a database that answers.
func (a *API) readiness(w http.ResponseWriter, r *http.Request) {
	if !a.ready.Load() {
		answerHealth(w, http.StatusServiceUnavailable, "not ready")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if a.deploy.Ready(ctx) != nil {
		answerHealth(w, http.StatusServiceUnavailable, "database away")
		return
	}
	answerHealth(w, http.StatusOK, "ok")
}

func answerHealth(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h["Content-Type"] = jsonType
	h["Cache-Control"] = cacheNot
	if status == http.StatusServiceUnavailable {
		h["Retry-After"] = []string{"1"}
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"status":"` + text + `"}`))
}
