package api

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Limits of one request (promise S12).
const maxBody = 1 << 20

// call is one request on its way through the edge, and all that a handler sees of it.
type call struct {
	request *http.Request
	id      string // X-GitHub-Request-Id
	address string // who is at the other end
	accept  accepted
	Actor   slipway.Actor

	row    *route // nil: no such route
	at     place
	values values
	Repo   slipway.Repository // zero where the row is about none
	Role   slipway.Role
	moved  bool // the path names the repository by a name that it has no longer

	operation string // what GraphQL was asked, by kind and name

	leave func(refund bool) // gives back what limits count; nil: nothing was taken
	cut   bool              // the answer could not be finished
}

// done gives back what limits count.
func (c *call) done(refund bool) {
	if c.leave != nil {
		c.leave(refund)
		c.leave = nil
	}
}

// value is a variable segment of the path, decoded.
func (c *call) value(name string) string { return c.values.get(name) }

// number is a numeric segment of the path. The router has made sure that it is one.
func (c *call) number(name string) int64 {
	n, _ := parseID(c.values.get(name))
	return n
}

// query is a query parameter; empty when it is absent.
func (c *call) query(name string) string { return queryValue(c.request, name) }

// page is the page that was asked for.
func (c *call) page() deploy.Page { return pageOf(c.request) }

// safe reports whether the method only reads.
func (c *call) safe() bool {
	return c.request.Method == http.MethodGet || c.request.Method == http.MethodHead
}

// body reads the request's body, at most 1 MiB. It is only called for callers that may do what the row does.
func (c *call) body() ([]byte, error) { return readBody(c.request) }

// readBody reads a request's whole body: TooLarge above maxBody, Malformed when it does not arrive.
func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, slipway.Fail(slipway.TooLarge, "")
	}
	if r.ContentLength >= 0 {
		b := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, b)
		return b, bodyError(err)
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if len(b) > maxBody {
		return nil, slipway.Fail(slipway.TooLarge, "")
	}
	return b, bodyError(err)
}

func bodyError(err error) error {
	if err == nil {
		return nil
	}
	return &slipway.Error{Kind: slipway.Malformed, Message: "Problems reading the request body", Err: err}
}

// serve answers one request.
func (a *API) serve(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := &call{request: r, id: newRequestID(start), address: a.clientAddress(r), accept: a.accepts.read(r.Header["Accept"])}
	if r.ContentLength != 0 {
		_ = http.NewResponseController(w).SetReadDeadline(start.Add(a.options.BodyTimeout)) // not every writer can
	}
	rep := a.guarded(c)
	if rep.closing {
		_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/1 would stop reading once it has answered
	}
	status, size := a.write(w, c, rep)
	if rep.closing {
		drain(w, r)
	}
	a.logAccess(c, status, size, time.Since(start))
	if c.cut {
		panic(http.ErrAbortHandler) // net/http closes the connection, and says nothing
	}
}

// What is read of a body that was refused for its size, and for how long. The caller may be one that sends everything before
// it reads the answer: were the connection closed under it, it would never see why.
const (
	drained      = 256 << 20
	drainSeconds = 20
)

// drain lets a caller finish sending what nobody wants. The answer is on its way already, and no slot is held meanwhile.
func drain(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Expect") != "" {
		return // it waits to hear whether to send anything
	}
	rc := http.NewResponseController(w)
	if rc.Flush() != nil || rc.SetReadDeadline(time.Now().Add(drainSeconds*time.Second)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, drained)
}

// guarded finds the reply and turns a panic into an error that is logged and not shown.
func (a *API) guarded(c *call) (rep reply) {
	defer func() {
		if p := recover(); p != nil {
			err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			rep = a.fail(c, err)
		}
	}()
	if c.request.Method == http.MethodOptions {
		return reply{status: http.StatusNoContent, options: true}
	}
	room := a.writes
	if c.safe() {
		room = a.reads
	}
	if !room.enter(c.request.Context()) {
		return a.fail(c, errBusy)
	}
	defer room.leave()
	ctx, cancel := a.work(c.request, !c.safe())
	defer cancel()
	rep, err := a.answer(ctx, c)
	if err != nil {
		return a.fail(c, err)
	}
	return rep
}

// answer makes the checks in the order of decisions §2 and then calls the row's handler.
func (a *API) answer(ctx context.Context, c *call) (reply, error) {
	if a.options.RequireUserAgent && c.request.Header.Get("User-Agent") == "" {
		return reply{}, slipway.Fail(slipway.Forbidden, "Missing or invalid User Agent string. See http://developer.github.com/v3/#user-agent-required")
	}
	if c.request.ContentLength > maxBody {
		return reply{}, slipway.Fail(slipway.TooLarge, "")
	}
	actor, err := a.authenticate(ctx, c.request)
	if err != nil {
		return reply{}, err
	}
	c.Actor = actor
	table, path, known := a.table(c.request)
	if known {
		c.row, c.at, known = table.find(c.request.Method, path, &c.values)
	}
	c.leave, err = a.quotas.enter(c.Actor, c.address, !c.safe(), known && c.row.free)
	if err != nil {
		return reply{}, err
	}
	if !known {
		return reply{}, slipway.Fail(slipway.NotFound, "")
	}
	if err := a.checkVersion(c); err != nil {
		return reply{}, err
	}
	if err := a.checkPreview(c); err != nil {
		return reply{}, err
	}
	if c.at.inside {
		if err := a.findRepository(ctx, c); err != nil {
			return reply{}, err
		}
	}
	err = a.authorize(c)
	switch {
	case c.moved && (err == nil || a.sees(c)):
		return a.movedTo(c), nil
	case err != nil:
		return reply{}, err
	}
	return a.handle(ctx, c)
}

// findRepository finds the repository that the path names. Whether the caller may see it is authorize's business.
func (a *API) findRepository(ctx context.Context, c *call) (err error) {
	var access deploy.Access
	if c.at.id != 0 {
		access, err = a.deploy.FindRepositoryByID(ctx, c.Actor, c.at.id)
	} else {
		access, err = a.deploy.FindRepository(ctx, c.Actor, c.at.owner, c.at.name)
	}
	c.Repo, c.Role, c.moved = access.Repository, access.Role, access.Moved
	return err
}

// handle calls the row's handler. What is wrong with a request is only said of things that exist: where the row names a
// sub-resource, its absence comes before every other refusal (decisions §2).
func (a *API) handle(ctx context.Context, c *call) (reply, error) {
	rep, err := a.tryHandle(ctx, c)
	if err == nil || c.row.exists == nil {
		return rep, err
	}
	switch slipway.KindOf(err) {
	case slipway.Forbidden, slipway.Malformed, slipway.Invalid, slipway.Conflict:
		if missing := c.row.exists(a, ctx, c); slipway.KindOf(missing) == slipway.NotFound {
			return reply{}, missing
		}
	}
	return reply{}, err
}

func (a *API) tryHandle(ctx context.Context, c *call) (reply, error) {
	if c.at.inside && c.row.method != http.MethodGet && !c.row.evenArchived {
		if err := c.Repo.CheckWritable(); err != nil {
			return reply{}, err
		}
	}
	if badQuery(c.request.URL.RawQuery) {
		return reply{}, slipway.Fail(slipway.Malformed, "Invalid query string")
	}
	if err := c.checkExtensionKey(); err != nil {
		return reply{}, err
	}
	return c.row.do(a, ctx, c)
}

// newRequestID has the form of 5820:26AC7A:4759A3:4BDA74:67112B2E: random, and the second at the end. It is no secret.
func newRequestID(at time.Time) string {
	r, s := rand.Uint64(), rand.Uint64()
	b := make([]byte, 0, 40)
	b = append(appendHex(b, r&0xffff, 4), ':')
	b = append(appendHex(b, r>>16&0xffffff, 6), ':')
	b = append(appendHex(b, r>>40, 6), ':')
	b = append(appendHex(b, s&0xffffff, 6), ':')
	return string(appendHex(b, uint64(at.Unix()), 8))
}

func appendHex(b []byte, n uint64, digits int) []byte {
	const hex = "0123456789ABCDEF"
	for i := digits - 1; i >= 0; i-- {
		b = append(b, hex[n>>(4*i)&15])
	}
	return b
}
