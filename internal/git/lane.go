package git

import (
	"context"
	"io"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/slipway-deploy/slipway"
)

// lane bounds how many transfers of one kind are under way. Each kind has one of its own: how long a transfer lasts is up to
// whoever is at the other end, and readers, who may be anybody, must not keep those who push waiting.
type lane struct {
	places   *semaphore.Weighted
	patience time.Duration // of those who wait for a place
	full     string        // what they are told who wait in vain
}

// How long clones, pushes and copies wait for a place.
const (
	transferPatience = 30 * time.Second
	copyPatience     = 5 * time.Second
)

func newLane(places int, patience time.Duration, full string) *lane {
	return &lane{places: semaphore.NewWeighted(int64(places)), patience: patience, full: full}
}

func newCopyLane(places int) *lane {
	return newLane(places, copyPatience, "Too many files and archives are being downloaded. Please try again.")
}

// enter waits for a place, which leave gives back. Unavailable, with RetryAfter: there is none.
func (l *lane) enter(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	if err := l.places.Acquire(ctx, 1); err != nil {
		return nil, &slipway.Error{
			Kind: slipway.Unavailable, Message: l.full, RetryAfter: 5 * time.Second, Op: "git: wait for a transfer", Err: err,
		}
	}
	return func() { l.places.Release(1) }, nil
}

// paced is a writer to somebody who must take a little at least, on average, or else is late: who only never falls silent
// could hold a place for ever. What counts is the time they have us wait, not the time git takes.
type paced struct {
	io.Writer
	least  int           // bytes a second
	slack  time.Duration // before anybody is late
	late   func()
	taken  int64
	waited time.Duration
}

func (p *paced) Write(b []byte) (int, error) {
	began := time.Now()
	n, err := p.Writer.Write(b)
	p.waited += time.Since(began)
	p.taken += int64(n)
	if err == nil && p.waited > p.slack+time.Duration(p.taken/int64(p.least))*time.Second {
		p.late()
		err = errSlow
	}
	return n, err
}
