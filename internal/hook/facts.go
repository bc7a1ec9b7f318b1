package hook

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
)

const (
	factTime     = 5 * time.Second        // of one question
	factPatience = 10 * time.Second       // with somebody who cannot tell now
	factPause    = 100 * time.Millisecond // before the second try; twice as long before each next one
	vainFor      = 10 * time.Minute       // a repository that was waited for in vain is not waited for again
)

// inquirer asks for what bodies can do without, but say better with: what is sent once is sent for good. Who cannot tell now,
// because the disk is slow, say, is asked again for a while. Everybody's events wait meanwhile, so where that was in vain nobody
// waits again soon.
type inquirer struct {
	log      *slog.Logger
	patience time.Duration

	mu     sync.Mutex
	inVain map[int64]time.Time // since when repositories are not waited for
}

func newInquirer(log *slog.Logger) *inquirer {
	return &inquirer{log: log, patience: factPatience, inVain: make(map[int64]time.Time)}
}

// ask asks until there is an answer, or for a bounded time. That what is asked for is not there, NotFound, is an answer.
func (q *inquirer) ask(ctx context.Context, s Subscription, what string, fn func(context.Context) error) {
	began, pause := time.Now(), factPause
	err := once(ctx, fn)
	for cannotTell(err) && q.mayWait(s.Repository.ID, began) && sleep(ctx, pause) {
		err, pause = once(ctx, fn), 2*pause
	}
	if err != nil && ctx.Err() == nil {
		q.log.Warn("a webhook is sent without something git does not tell",
			"what", what, "event", s.Name, "repository", s.Repository.FullName(), "err", err)
	}
}

func once(ctx context.Context, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, factTime)
	defer cancel()
	return fn(ctx)
}

func cannotTell(err error) bool { return err != nil && slipway.KindOf(err) != slipway.NotFound }

// mayWait reports whether to ask a repository again that could not tell since a time.
func (q *inquirer) mayWait(repository int64, began time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	maps.DeleteFunc(q.inVain, func(_ int64, since time.Time) bool { return time.Since(since) > vainFor })
	if _, vain := q.inVain[repository]; vain {
		return false
	}
	if time.Since(began) < q.patience {
		return true
	}
	q.inVain[repository] = time.Now()
	return false
}
