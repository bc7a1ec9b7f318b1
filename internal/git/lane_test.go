package git_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/git"
)

// idler is a reader who takes nothing.
type idler struct{ asked, release chan struct{} }

func newIdler() idler { return idler{make(chan struct{}, 100), make(chan struct{})} }

func (i idler) Write(p []byte) (int, error) {
	select {
	case i.asked <- struct{}{}:
	default:
	}
	<-i.release
	return len(p), nil
}

func (w *world) large() slipway.SHA {
	w.t.Helper()
	noise := make([]byte, 4<<20)
	_, _ = rand.Read(noise)
	w.work.Write("large", string(noise))
	w.work.CommitAll("large")
	w.push()
	return slipway.SHA(w.work.SHA("HEAD:large"))
}

// TestReadersKeepNobodyFromPushing: copies, clones and pushes wait only for their like, and copies of one repository leave
// places for those of others.
func TestReadersKeepNobodyFromPushing(t *testing.T) {
	w := newWorld(t, func(o *git.Options) { o.Clones, o.Pushes, o.Copies = 1, 1, 2 })
	blob := w.large()
	other := w.named("other")
	w.must(w.Init(w.ctx, other))
	w.work.Git("push", "--quiet", w.folder("other"), "HEAD:refs/heads/main")
	head := slipway.SHA(w.work.SHA("HEAD"))

	reader, ended := newIdler(), make(chan error, 2)
	go func() { ended <- w.CopyBlob(w.ctx, &w.repo, blob, reader) }()
	<-reader.asked
	short, cancel := context.WithTimeout(w.ctx, 50*time.Millisecond)
	defer cancel()
	busy := func(err error) {
		t.Helper()
		var e *slipway.Error
		if !errors.As(err, &e) || e.Kind != slipway.Unavailable || e.RetryAfter == 0 || !strings.HasPrefix(e.Message, "Too many ") {
			t.Errorf("%v", err)
		}
	}
	busy(w.CopyBlob(short, &w.repo, blob, io.Discard))
	w.must(w.CopyBlob(w.ctx, other, blob, io.Discard))

	list := git.Transfer{Service: git.UploadPack, Advertise: true, Out: io.Discard}
	w.must(w.Transfer(w.ctx, &w.repo, list))
	go func() {
		ended <- w.Transfer(w.ctx, &w.repo, git.Transfer{Service: git.UploadPack, In: strings.NewReader(fetch(head)), Out: reader})
	}()
	<-reader.asked
	again, cancel := context.WithTimeout(w.ctx, 50*time.Millisecond)
	defer cancel()
	busy(w.Transfer(again, &w.repo, list))
	push := command(slipway.ZeroSHA, head, "refs/heads/new", "report-status") + "0000" + emptyPack
	w.must(w.Transfer(w.ctx, &w.repo, git.Transfer{Service: git.ReceivePack, In: strings.NewReader(push), Out: io.Discard}))
	if got := w.resolve("new"); got != head {
		t.Errorf("new is %s", got)
	}
	close(reader.release)
	w.must(<-ended)
	w.must(<-ended)
	w.must(w.CopyBlob(w.ctx, &w.repo, blob, io.Discard))
	w.must(w.Transfer(w.ctx, &w.repo, list))
}

// TestTricklingReadersAreCutOff: it is not enough to take a little now and then.
func TestTricklingReadersAreCutOff(t *testing.T) {
	w := newWorld(t, func(o *git.Options) { o.Silence, o.Pace = 300*time.Millisecond, 1<<30 })
	blob := w.large()
	trickle := writerFunc(func(p []byte) (int, error) {
		time.Sleep(20 * time.Millisecond)
		return len(p), nil
	})
	w.wantKind(w.CopyBlob(w.ctx, &w.repo, blob, trickle), slipway.Unavailable)
	w.wantKind(w.Transfer(w.ctx, &w.repo, git.Transfer{
		Service: git.UploadPack, In: strings.NewReader(fetch(slipway.SHA(w.work.SHA("HEAD")))), Out: trickle,
	}), slipway.Unavailable)
	w.reopen()
	w.must(w.CopyBlob(w.ctx, &w.repo, blob, trickle))
}
