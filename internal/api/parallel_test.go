package api

import (
	"net/http"
	"sync"
	"testing"
)

// TestParallelAutoMerge: ten equal requests make exactly one merge; the others deploy what it made (contract 12.1).
func TestParallelAutoMerge(t *testing.T) {
	w := newWorld(t)
	codes := make(chan int, 10)
	var wait sync.WaitGroup
	for range cap(codes) {
		wait.Go(func() {
			codes <- w.do("POST", "/repos/acme/web/deployments", `{"ref":"topic"}`, "As: writer").StatusCode
		})
	}
	wait.Wait()
	close(codes)
	got := map[int]int{}
	for code := range codes {
		got[code]++
	}
	if got[http.StatusAccepted] != 1 || got[http.StatusCreated] != 9 {
		t.Errorf("%v, want one 202 and nine 201", got)
	}
}

// TestParallelKey is promise P7 at the edge: one key, however many ask with it at once, makes one deployment.
func TestParallelKey(t *testing.T) {
	w := newWorld(t)
	ids := make(chan int64, 10)
	var wait sync.WaitGroup
	for range cap(ids) {
		wait.Go(func() {
			ids <- idOf(w.do("POST", "/repos/acme/web/deployments", `{"ref":"main"}`, "As: writer", "Idempotency-Key: once"))
		})
	}
	wait.Wait()
	close(ids)
	for id := range ids {
		if id != 1 {
			t.Errorf("deployment %d", id)
		}
	}
}
