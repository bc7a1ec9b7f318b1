// Package docs holds the descriptions of the HTTP API that the binary serves and the tests are held against. The prose beside
// it is for readers.
package docs

import _ "embed" // the descriptions are files

// Extension is the extension API's OpenAPI description, as YAML.
//
//go:embed openapi-slipway.yaml
var Extension []byte
