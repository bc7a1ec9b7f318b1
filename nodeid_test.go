package slipway_test

import (
	"encoding/base64"
	"math"
	"testing"

	"github.com/slipway-deploy/slipway"
)

// The ids are ones GitHub printed, but for the commit's and the largest.
func TestNodeID(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{slipway.NodeID("Deployment", 289872210), "MDEwOkRlcGxveW1lbnQyODk4NzIyMTA="},
		{slipway.AccountNodeID(slipway.Account{ID: 1, Type: slipway.User}), "MDQ6VXNlcjE="},
		{slipway.CommitNodeID(1, sha), base64.StdEncoding.EncodeToString([]byte("06:Commit1:" + sha))},
		{slipway.EnvironmentNodeID(616662611, 927088625), "EN_kwDOJMGGU843Qj_x"},
		{slipway.GateNodeID(480791541, 216323), "GA_kwDOHKhL9c4AA00D"},
		{slipway.EnvironmentNodeID(127, 128), packed("EN_", 0x7f, 0xcc, 0x80)},
		{slipway.EnvironmentNodeID(256, 65535), packed("EN_", 0xcd, 1, 0, 0xcd, 0xff, 0xff)},
		{slipway.GateNodeID(1, math.MaxInt64), packed("GA_", 1, 0xcf, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)},
	} {
		if test.got != test.want {
			t.Errorf("id %q, want %q", test.got, test.want)
		}
	}
}

// packed is the id of a msgpack array of 0 and two numbers.
func packed(prefix string, numbers ...byte) string {
	return prefix + base64.RawURLEncoding.EncodeToString(append([]byte{0x93, 0x00}, numbers...))
}
