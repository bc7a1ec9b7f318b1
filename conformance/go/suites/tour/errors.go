package main

import (
	"fmt"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

// byID is the other address of a repository.
func byID(id int64) string { return sprint("/repositories/%d", id) }

var sprint = fmt.Sprintf

func (t *tour) errors() {
	t.do("GET", "/user", nil, 401, "Authorization: Bearer nonsense").says("Bad credentials")
	t.do("GET", "/user", nil, 401, "Authorization: ").says("Requires authentication")
	t.do("GET", t.repo, nil, 404, "Authorization: ").says("Not Found")
	t.do("GET", "/nothing/here", nil, 404).says("Not Found")
	t.do("POST", t.r("/deployments"), "{", 400).says("Problems parsing JSON")
	t.do("POST", t.r("/deployments"), "[]", 400).says("Body should be a JSON object")
	t.do("POST", t.r("/deployments"), object{}, 422)
	t.do("POST", t.r("/deployments"), object{"ref": "none"}, 422).says("No ref found for: none")
	t.do("POST", t.r("/deployments"), object{"ref": "ready", "auto_merge": 7}, 422)
	t.do("GET", t.r("/deployments/1000000"), nil, 404)
	t.do("GET", t.r("/deployments/1000000/statuses"), nil, 404)
	reader := "Authorization: Bearer " + part.Env("SLIPWAY_READER_TOKEN")
	t.do("GET", t.r("/deployments"), nil, 200, reader)
	t.do("POST", t.r("/deployments"), object{"ref": "ready"}, 404, reader)
	t.do("PUT", t.r("/environments/x"), nil, 403, reader)
	t.do("GET", t.r("/hooks"), nil, 404, reader)
}
