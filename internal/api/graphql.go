package api

import (
	"context"
	"net/http"

	"github.com/slipway-deploy/slipway"
)

// graphRoutes are the rows of GraphQL (contract 10), which package graph answers. All that is HTTP about it is as everywhere.
func graphRoutes() []route {
	row := route{
		method: http.MethodPost, pattern: "/", title: "/graphql", need: slipway.ToBeSomebody, scopes: "repo", doc: "/graphql/guides/forming-calls-with-graphql",
		anonymous: "This endpoint requires you to be authenticated.", resource: "graphql", do: (*API).query,
	}
	get := row
	get.method, get.do = http.MethodGet, (*API).schema
	return []route{row, get}
}

// graphType is what X-GitHub-Media-Type says of GraphQL.
const graphType = "github.v4; format=json"

// query is POST /graphql: 200 whatever came of it, unless the body is none or the server has no answer.
func (a *API) query(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	return a.execute(ctx, c, body)
}

// schema is GET /graphql: the schema, as introspection shows it.
func (a *API) schema(ctx context.Context, c *call) (reply, error) {
	return a.execute(ctx, c, introspection)
}

func (a *API) execute(ctx context.Context, c *call, body []byte) (reply, error) {
	answer, operation, err := a.options.GraphQL(ctx, c.Actor, body, a.quotas.look(c.Actor, c.address))
	c.operation = operation
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: answer, fresh: true, media: graphType}, nil
}

// introspection asks for the whole schema, in the form in which clients ask for it.
var introspection = []byte(`{"query":"query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } types { ...FullType } directives { name description locations args { ...InputValue } } } } fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } } fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue } fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }"}`)
