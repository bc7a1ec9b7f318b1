package slipway

import (
	"strconv"
	"strings"
)

// Era is one of the twelve shapes the deployments API has had since its seed (contract file 02).
type Era int

// The eras. E11 is today.
const (
	E0  Era = iota // 2013-12-04: the seed document
	E1             // 2014-01-09: cannonball, payloads are text
	E2             // 2014-03-03: payloads are JSON, the scope is repo_deployment
	E3             // 2014-05-19: environments
	E4             // 2014-06-11: required_contexts, force is gone
	E5             // 2014-08-15: task, filters
	E6             // 2014-10-22: nested webhook payloads
	E7             // 2014-11-25: official
	E8             // 2016-04-06: ant-man: inactive, log_url, environment_url
	E9             // 2018-10: flash: in_progress, queued
	E10            // 2020-06: deployments can be deleted
	E11            // today
)

// ParseEra reads "E0" to "E11", in either case. The error's Message says what is accepted.
func ParseEra(s string) (Era, error) {
	digits, ok := strings.CutPrefix(strings.ToUpper(s), "E")
	n, err := strconv.Atoi(digits)
	if e := Era(n); ok && err == nil && e >= E0 && e <= E11 && strings.EqualFold(e.String(), s) {
		return e, nil
	}
	return E11, Fail(Invalid, "era must be one of E0 to E11")
}

// String is the era's name: E0 to E11.
func (e Era) String() string { return "E" + strconv.Itoa(int(e)) }

// DeploymentScope is how the scope for deployments was spelled in the era (contract 2.4).
func (e Era) DeploymentScope() string {
	if e <= E1 {
		return "repo:deployment"
	}
	return "repo_deployment"
}

// states are the deployment states a client may report in the era (contract 2.3). "waiting" is in none: only the server
// sets it.
func (e Era) states() []string {
	states := []string{"error", "failure", "pending", "success"}
	if e >= E8 {
		states = append(states, "inactive")
	}
	if e >= E9 {
		states = append(states, "in_progress", "queued")
	}
	return states
}

// PreviewOnly refuses to answer in a preview who does not ask for it (contract 1.3). name is the API's: Deployments.
func PreviewOnly(name string) *Error {
	return Fail(Unsupported, "If you would like to help us test the "+name+" API during its preview period, you must specify a custom "+
		"media type in the 'Accept' header. Please see the docs for full details.")
}
