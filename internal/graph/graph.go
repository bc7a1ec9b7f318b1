// Package graph is the GraphQL edge: POST /graphql, a hand-cut subset of GitHub's schema (contract 10, docs/graphql.md). It
// translates a query into calls of package deploy and holds no rule about deployments.
//
// The HTTP of it is REST's own: package api authenticates, limits and answers, and hands the body to [Graph.Answer], so that
// neither has manners that the other lacks. A query then goes through the files in this order:
//
//	request.go    the body: query, variables, operationName          400
//	document.go   the query is read, bounded, and held to the schema errors without data
//	cost.go       how many nodes it may return                       MAX_NODE_LIMIT_EXCEEDED
//	exec/         gqlgen's generated code walks it
//	object/       what each field answers, from package deploy
//	budget.go     how much it really returns, and how long it takes  RESOURCE_LIMITS_EXCEEDED
//	errors.go     failures in GitHub's shape; HTTP 200
package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/graph/exec"
	"github.com/slipway-deploy/slipway/internal/graph/object"
)

// Options are what the edge is told. Only URLs must be set.
type Options struct {
	URLs slipway.URLs
	Log  *slog.Logger     // nil: nothing is logged
	Now  func() time.Time // nil: time.Now
}

// Graph executes queries. It may be used from any number of goroutines.
type Graph struct {
	deploy *deploy.Decisions
	urls   slipway.URLs
	log    *slog.Logger
	now    func() time.Time
}

// New wires the edge.
func New(d *deploy.Decisions, o Options) *Graph {
	g := &Graph{deploy: d, urls: o.URLs, log: o.Log, now: o.Now}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if g.now == nil {
		g.now = time.Now
	}
	return g
}

// root begins a request's queries and mutations.
type root struct{ *object.Session }

func (r root) Query() exec.QueryResolver       { return r.Session.Query() }
func (r root) Mutation() exec.MutationResolver { return r.Session.Mutation() }

// Answer executes the body of a request for an actor. operation says for the log what was asked, by kind and name, never with
// its values. The answer is JSON, also of failures; err is for requests that came to nothing as a whole: Malformed for a body
// that is none, Unavailable and Full as REST has them.
func (g *Graph) Answer(ctx context.Context, a slipway.Actor, body []byte, q slipway.Quota) (answer []byte, operation string, err error) {
	request, err := readRequest(body)
	if err != nil {
		return nil, "", err
	}
	schema := schema()
	doc, failures := readDocument(schema, request)
	if failures != nil {
		return refusal(failures), "", nil
	}
	operation = string(doc.operation.Operation)
	if doc.operation.Name != "" {
		operation += " " + clipName(doc.operation.Name)
	}
	session := &object.Session{Deploy: g.deploy, Actor: a, URLs: g.urls, Now: g.now(), Quota: q, Nodes: doc.nodes}
	answer, err = g.execute(ctx, session, doc)
	return answer, operation, err
}

// schema is the schema that exec was made of.
func schema() *ast.Schema { return exec.NewExecutableSchema(exec.Config{}).Schema() }

// execute walks a document that was found to be in order.
func (g *Graph) execute(ctx context.Context, s *object.Session, doc *document) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &budget{cancel: cancel}
	walk := exec.NewExecutableSchema(exec.Config{Resolvers: root{s}})
	ctx = graphql.WithOperationContext(ctx, &graphql.OperationContext{
		RawQuery: doc.text, Variables: doc.variables, OperationName: doc.operation.Name, Doc: doc.parsed, Operation: doc.operation,
		RecoverFunc: g.recovered, ResolverMiddleware: b.field, RootResolverMiddleware: rootField,
	})
	ctx = graphql.WithResponseContext(ctx, b.present, g.recovered)
	response := walk.Exec(ctx)(ctx)
	failures := graphql.GetErrors(ctx)
	switch why := b.over(ctx); {
	case errors.Is(why, errTooMuch):
		return refusal(tooMuch()), nil
	case why != nil:
		return nil, why
	}
	data := []byte("null")
	if response != nil {
		data = response.Data
	}
	return g.answered(ctx, doc, data, failures)
}

// rootField leaves the fields of queries and mutations as they are.
func rootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler { return next(ctx) }

// recovered turns a panic into an error that is logged and not shown.
func (g *Graph) recovered(_ context.Context, p any) error {
	return fmt.Errorf("panic: %v\n%s", p, debug.Stack())
}

// clipName keeps a name that a caller chose from filling the log.
func clipName(name string) string { return name[:min(len(name), 64)] }
