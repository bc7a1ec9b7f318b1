package hook

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

func impatient() *inquirer {
	q := newInquirer(slog.New(slog.DiscardHandler))
	q.patience = 0
	return q
}

// hesitant is a git that cannot tell at first.
type hesitant struct {
	gitFacts
	err   error
	fails int
	asked int
}

func (h *hesitant) Pushed(ctx context.Context, r *slipway.Repository, before, after slipway.SHA, n int) ([]slipway.Commit, error) {
	if h.asked++; h.asked <= h.fails {
		return nil, h.err
	}
	return h.gitFacts.Pushed(ctx, r, before, after, n)
}

// TestABodyWaitsForGit: what git cannot tell now is asked for again; what it says is not there, is not.
func TestABodyWaitsForGit(t *testing.T) {
	for _, test := range []struct {
		err   error
		asked int
		heads int
	}{
		{slipway.Fail(slipway.Unavailable, ""), 3, 2},
		{errors.New("the database is away"), 3, 2},
		{slipway.Fail(slipway.NotFound, ""), 1, 0},
	} {
		git := &hesitant{err: test.err, fails: 2}
		render := NewRenderer(git, git, slipway.URLs{}, slog.New(slog.DiscardHandler))
		body, err := render(t.Context(), subscription("push", subjectsByName()["push"]))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(members(t, body)["commits"].([]any)); git.asked != test.asked || n != test.heads {
			t.Errorf("%v: asked %d times, %d commits", test.err, git.asked, n)
		}
	}
}

// TestNobodyIsWaitedForAgainInVain: one damaged repository holds up everybody's events once, and not with each of its own.
func TestNobodyIsWaitedForAgainInVain(t *testing.T) {
	q := newInquirer(slog.New(slog.DiscardHandler))
	q.patience = 2 * factPause
	asks := func(repository int64) (n int) {
		s := subscription("push", slipway.Subject{})
		s.Repository.ID = repository
		q.ask(t.Context(), s, "head", func(context.Context) error { n++; return slipway.Fail(slipway.Unavailable, "") })
		return n
	}
	if got := asks(1); got < 2 {
		t.Errorf("asked %d times", got)
	}
	for range 2 {
		if got := asks(1); got != 1 {
			t.Errorf("asked %d times again", got)
		}
	}
	if got := asks(2); got < 2 {
		t.Errorf("another repository is asked %d times", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	q.patience = time.Hour
	q.ask(ctx, subscription("push", slipway.Subject{}), "head", func(context.Context) error { cancel(); return slipway.Fail(slipway.Unavailable, "") })
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the end was not heard for %v", took)
	}
}
