package graph

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/slipway-deploy/slipway"
)

// What one query may come to, whatever it asked for: fields that were answered, and bytes of their names and texts. The same
// text under a thousand aliases counts a thousand times.
const (
	maxAnswered = 250_000
	maxBytes    = 16 << 20
	maxErrors   = 1_000
)

// errTooMuch is why a query ends before its time.
var errTooMuch = errors.New("the query comes to too much")

// budget is what is left to a query. When it is used up, the query's context ends and every field that is still to come is
// null without being asked.
type budget struct {
	cancel   context.CancelFunc
	answered atomic.Int64
	bytes    atomic.Int64
	errors   atomic.Int64
	spent    atomic.Bool
}

// field stands around every field of a query.
func (b *budget) field(ctx context.Context, next graphql.Resolver) (any, error) {
	if b.spent.Load() || ctx.Err() != nil {
		return nil, errTooMuch
	}
	value, err := next(ctx)
	b.spend(ctx, value)
	return value, err
}

func (b *budget) spend(ctx context.Context, value any) {
	size := len(graphql.GetFieldContext(ctx).Field.Alias) + 4
	switch v := value.(type) {
	case string:
		size += len(v)
	case *string:
		if v != nil {
			size += len(*v)
		}
	}
	if b.answered.Add(1) > maxAnswered || b.bytes.Add(int64(size)) > maxBytes {
		b.end()
	}
}

func (b *budget) end() {
	b.spent.Store(true)
	b.cancel()
}

// over says why a query ended early: nil when it did not.
func (b *budget) over(ctx context.Context) error {
	switch {
	case b.spent.Load():
		return errTooMuch
	case ctx.Err() != nil:
		return slipway.Because(slipway.Unavailable, "graph: a query took too long", ctx.Err())
	}
	return nil
}

// cutShort is the error of every field that was not asked any more.
var cutShort = &gqlerror.Error{Message: errTooMuch.Error(), Err: errTooMuch}

// present keeps the error of a field. Of a query that is over anyway all errors are one.
func (b *budget) present(ctx context.Context, err error) *gqlerror.Error {
	if b.spent.Load() || ctx.Err() != nil {
		return cutShort
	}
	if b.errors.Add(1) > maxErrors {
		b.end()
		return cutShort
	}
	return graphql.DefaultErrorPresenter(ctx, err)
}

func tooMuch() []failure {
	return []failure{{Type: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."}}
}
