// Package slipway is the vocabulary of deployments and the rules that weigh them.
//
// A deployment is a request to deploy a ref. Everything else in this module asks this package what the words mean and
// whether something may happen: [Gate] says whether a commit's statuses allow a deployment, [Retired] which earlier
// deployments a success makes inactive, [Allowed] who may do what, and the Check method of each request what is wrong with
// it, in the sentences that GitHub's clients match. The names are GitHub's, so that nobody has to translate.
//
// The package does no I/O, reads no clock and imports only the standard library (and the Unicode tables it folds names
// with): time, facts and identities come in as arguments. What it decides can therefore be tested with a table, and the
// same rule serves REST, GraphQL, the command line and the pages.
//
// The HTTP API is Slipway's promise; these packages may change at any release.
package slipway
