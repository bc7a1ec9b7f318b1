package githttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway/internal/git"
)

const (
	beginWithin = 30 * time.Second
	endWithin   = 10 * time.Minute // for very many refs; the client waits
)

// protocol is the newest version of the protocol among those that the client names, as git reads it: "version=2", or empty
// for the first one.
func (c *call) protocol() string {
	asked := strings.Split(c.request.Header.Get("Git-Protocol"), ":")
	for _, version := range []string{"version=2", "version=1"} {
		for _, a := range asked {
			// Pushes know no version 2.
			if a == version && !(c.target.push() && version == "version=2") {
				return version
			}
		}
	}
	return ""
}

// advertise answers what there is to fetch, or to push to: the first of the two requests of every command.
func (c *call) advertise() error {
	c.reply.mediaType = c.target.mediaType("advertisement")
	c.reply.sieve.raw = true
	if c.protocol() != "version=2" {
		service := "# service=git-" + c.target.service + "\n"
		fmt.Fprintf(&c.reply.held, "%04x%s%s", len(service)+4, service, flush)
	}
	if err := c.transfer(nil); err != nil {
		return err
	}
	return c.reply.finish()
}

// exchange is the second request: what the client has and wants, or what it pushes.
func (c *call) exchange() error {
	in, err := c.openBody()
	if err != nil {
		return err
	}
	c.reply.mediaType, c.reply.wire = c.target.mediaType("result"), in.wire
	asks, err := in.asks()
	if err != nil {
		return err
	}
	if asks {
		if err := c.converse(in); err != nil {
			return err
		}
	}
	return c.reply.finish()
}

// converse lets git read the request and answer it.
func (c *call) converse(in *body) error {
	speak := c.transfer
	if c.target.push() {
		speak = c.push
	}
	err := speak(in)
	if broken := in.broken(); broken != nil {
		return errors.Join(broken, err) // what git says of half a request is of no interest to the client
	}
	return err
}

// transfer runs git. It ends with the request, but pushes do not.
func (c *call) transfer(in io.Reader) error {
	return c.repos.Transfer(c.request.Context(), &c.repo, git.Transfer{
		Service: git.Service("git-" + c.target.service), Advertise: c.target.advertise, Protocol: c.protocol(), In: in, Out: c.reply,
	})
}

// push lets git receive, between the intent and the events. What has begun is not cut off when the client leaves: git sees
// the request end, and then does all of what it was asked or nothing, and removes its locks.
func (c *call) push(in io.Reader) (err error) {
	c.reply.push = true
	ctx := context.WithoutCancel(c.request.Context())
	intent, err := c.beginPush(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.endPush(ctx, intent)) }()
	return c.transfer(in)
}

func (c *call) beginPush(ctx context.Context) (intent int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	return c.decisions.BeginPush(ctx, c.actor, c.repo)
}

func (c *call) endPush(ctx context.Context, intent int64) error {
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	return c.decisions.EndPush(ctx, c.repo.ID, intent)
}
