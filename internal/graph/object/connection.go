package object

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/slipway-deploy/slipway/internal/deploy"
)

// maxPage is how many elements of a connection can be asked for at once.
const maxPage = 100

// PageInfo says where a page lies in the whole.
type PageInfo struct {
	EndCursor       *string
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
}

// Edge is an element of a page and where it lies.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// Connection is a page of a list. How long the list is, is only counted when somebody asks.
type Connection[T any] struct {
	edges []*Edge[T]
	info  PageInfo
	count func(context.Context) (int, error)
}

// Edges are the elements with their cursors.
func (c *Connection[T]) Edges() []*Edge[T] { return c.edges }

// Nodes are the elements.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.edges))
	for i, e := range c.edges {
		nodes[i] = e.Node
	}
	return nodes
}

// PageInfo says where the page lies.
func (c *Connection[T]) PageInfo() *PageInfo { return &c.info }

// TotalCount is how many elements the list has.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) { return c.count(ctx) }

// bounds are the arguments that every connection has.
type bounds struct {
	first, last   *int
	after, before *string
}

// wanted reports whether a connection is asked for its elements or only for their number, which needs no bounds.
func wanted(ctx context.Context) bool {
	for _, f := range graphql.CollectFieldsCtx(ctx, nil) {
		if f.Name == "nodes" || f.Name == "edges" || f.Name == "pageInfo" {
			return true
		}
	}
	return false
}

// check says what is wrong with the bounds of the connection that is being resolved, in GitHub's sentences.
func (b bounds) check(ctx context.Context) error {
	name := "`" + graphql.GetFieldContext(ctx).Field.Name + "` connection"
	switch {
	case b.first == nil && b.last == nil:
		return &Error{typeNoBounds, "You must provide a `first` or `last` value to properly paginate the " + name + "."}
	case b.first != nil && b.last != nil:
		return &Error{typeUnprocessed, "Passing both `first` and `last` to paginate the " + name + " is not supported."}
	}
	argument, n := "`first`", deref(b.first)
	if b.last != nil {
		argument, n = "`last`", *b.last
	}
	switch {
	case n < 0:
		return &Error{typeUnprocessed, argument + " on the " + name + " cannot be less than zero."}
	case n > maxPage:
		return &Error{typeTooMany, "Requesting " + strconv.Itoa(n) + " records on the " + name + " exceeds the " + argument + " limit of 100 records."}
	}
	return nil
}

// cutByID is the part of a list in order of ids that the bounds ask for.
func (b bounds) cutByID(ctx context.Context, descending bool) (c deploy.Cut[int64], err error) {
	if err := b.check(ctx); err != nil {
		return c, err
	}
	c = deploy.Cut[int64]{Size: b.size(), Last: b.last != nil, Descending: descending}
	if c.After, err = idAt(b.after); err != nil {
		return c, err
	}
	c.Before, err = idAt(b.before)
	return c, err
}

// cutByKey is the part of a list in order of keys that the bounds ask for.
func (b bounds) cutByKey(ctx context.Context, descending bool) (c deploy.Cut[string], err error) {
	if err := b.check(ctx); err != nil {
		return c, err
	}
	c = deploy.Cut[string]{Size: b.size(), Last: b.last != nil, Descending: descending}
	if c.After, err = keyAt(b.after); err != nil {
		return c, err
	}
	c.Before, err = keyAt(b.before)
	return c, err
}

func (b bounds) size() int {
	if b.first != nil {
		return *b.first
	}
	return deref(b.last)
}

// paged makes a connection of a part of a list that was cut by these bounds.
func paged[T any](b bounds, items []T, more bool, position func(T) string, count func(context.Context) (int, error)) Connection[T] {
	c := Connection[T]{edges: make([]*Edge[T], len(items)), count: count}
	for i, item := range items {
		c.edges[i] = &Edge[T]{Cursor: cursor(position(item)), Node: item}
	}
	if b.last != nil {
		c.info.HasPreviousPage, c.info.HasNextPage = more, b.before != nil
	} else {
		c.info.HasNextPage, c.info.HasPreviousPage = more, b.after != nil
	}
	if n := len(c.edges); n > 0 {
		c.info.StartCursor, c.info.EndCursor = &c.edges[0].Cursor, &c.edges[n-1].Cursor
	}
	return c
}

// counted makes a connection that has only a number.
func counted[T any](count func(context.Context) (int, error)) Connection[T] {
	return Connection[T]{count: count}
}

// listed makes a connection of a list that is in memory as a whole. Positions are unique; where they rise along the list, a
// cursor outlives the element it pointed at.
func listed[T any](ctx context.Context, b bounds, list []T, position func(T) string, rising bool) (Connection[T], error) {
	count := func(context.Context) (int, error) { return len(list), nil }
	if !wanted(ctx) {
		return counted[T](count), nil
	}
	if err := b.check(ctx); err != nil {
		return Connection[T]{}, err
	}
	from, to := 0, len(list)
	for i, bound := range []*string{b.after, b.before} {
		key, err := keyAt(bound)
		if err != nil {
			return Connection[T]{}, err
		}
		at, found := locate(list, key, position, rising)
		switch {
		case bound == nil:
		case !found && !rising:
			return Connection[T]{}, badCursor(*bound)
		case i == 0 && found:
			from = at + 1
		case i == 0:
			from = at
		default:
			to = at
		}
	}
	part := list[min(from, to):to]
	n := min(b.size(), len(part))
	if b.last != nil {
		return paged(b, part[len(part)-n:], n < len(part), position, count), nil
	}
	return paged(b, part[:n], n < len(part), position, count), nil
}

// locate finds an element by its position, or where it would be in a list whose positions rise.
func locate[T any](list []T, key string, position func(T) string, rising bool) (at int, found bool) {
	for i, item := range list {
		p := position(item)
		if p == key || rising && p > key {
			return i, p == key
		}
	}
	return len(list), false
}

// Cursors are opaque: they hold what an element is found again by, an id or a name, so that they stay true when the list
// changes.
const cursorPrefix = "cursor:v1:"

func cursor(position string) string {
	return base64.StdEncoding.EncodeToString([]byte(cursorPrefix + position))
}

func cursorOfID(id int64) string { return strconv.FormatInt(id, 10) }

// keyAt reads a cursor; none is "".
func keyAt(c *string) (string, error) {
	if c == nil {
		return "", nil
	}
	text, err := base64.StdEncoding.DecodeString(*c)
	position, ok := strings.CutPrefix(string(text), cursorPrefix)
	if err != nil || !ok || position == "" || cursor(position) != *c {
		return "", badCursor(*c)
	}
	return position, nil
}

// idAt reads the cursor of a list in order of ids; none is 0.
func idAt(c *string) (int64, error) {
	position, err := keyAt(c)
	if c == nil || err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(position, 10, 64)
	if err != nil || id <= 0 || strconv.FormatInt(id, 10) != position {
		return 0, badCursor(*c)
	}
	return id, nil
}

func badCursor(c string) *Error {
	return &Error{typeCursor, "`" + clip(c) + "` does not appear to be a valid cursor."}
}
