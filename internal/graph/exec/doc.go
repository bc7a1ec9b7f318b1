// Package exec is what gqlgen makes of the schema (graph/schema): it walks a query and calls the fields and methods of package
// object. Nothing in it is written by hand but this file; `make generate` writes it anew.
package exec
