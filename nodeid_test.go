package slipway_test

import (
	"encoding/base64"
	"math"
	"strings"
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

func TestParseNodeID(t *testing.T) {
	for _, test := range []struct {
		id   string
		want slipway.Node
	}{
		{slipway.NodeID("User", 1), slipway.Node{Type: "User", ID: 1}},
		{slipway.NodeID("DeploymentStatus", math.MaxInt64), slipway.Node{Type: "DeploymentStatus", ID: math.MaxInt64}},
		{slipway.CommitNodeID(7, sha), slipway.Node{Type: "Commit", RepositoryID: 7, SHA: sha}},
		{slipway.RefNodeID(7, "refs/heads/a"), slipway.Node{Type: "Ref", RepositoryID: 7, Ref: "refs/heads/a"}},
		{slipway.RefNodeID(7, "refs/tags/v1/ü"), slipway.Node{Type: "Ref", RepositoryID: 7, Ref: "refs/tags/v1/ü"}},
		{slipway.ObjectNodeID("StatusCheckRollup", 7, sha), slipway.Node{Type: "StatusCheckRollup", RepositoryID: 7, SHA: sha}},
		{"EN_kwDOJMGGU843Qj_x", slipway.Node{Type: "Environment", RepositoryID: 616662611, ID: 927088625}},
		{"GA_kwDOHKhL9c4AA00D", slipway.Node{Type: "DeploymentProtectionRule", RepositoryID: 480791541, ID: 216323}},
		{slipway.GateNodeID(300, math.MaxInt64), slipway.Node{Type: "DeploymentProtectionRule", RepositoryID: 300, ID: math.MaxInt64}},

		{"", slipway.Node{}},
		{"D_abcdefgh", slipway.Node{}},
		{"EN_", slipway.Node{}},
		{"EN_kwDOJMGGU843Qj_xAA", slipway.Node{}},
		{packed("EN_", 1, 0xcc), slipway.Node{}},
		{packed("EN_", 1, 0xcc, 5), slipway.Node{}}, // 5 has a shorter form
		{packed("EN_", 1, 0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), slipway.Node{}},
		{encoded("04:User0"), slipway.Node{}},
		{encoded("04:User-1"), slipway.Node{}},
		{encoded("04:User+1"), slipway.Node{}},
		{encoded("04:User01"), slipway.Node{}},
		{encoded("04:User9223372036854775808"), slipway.Node{}},
		{encoded("4:User1"), slipway.Node{}},
		{encoded("0-4:User1"), slipway.Node{}},
		{encoded("099:User1"), slipway.Node{}},
		{encoded("04:User"), slipway.Node{}},
		{encoded("011:Environment1"), slipway.Node{}},
		{encoded("06:Commit1:abc"), slipway.Node{}},
		{encoded("06:Commit" + sha), slipway.Node{}},
		{encoded("03:Ref1:refs/heads/../x"), slipway.Node{}},
		{encoded("03:Ref1:--upload-pack=x"), slipway.Node{}},
		{strings.Repeat("A", 1<<20), slipway.Node{}},
		{" " + slipway.NodeID("User", 1), slipway.Node{}},
		{slipway.NodeID("User", 1) + "\n", slipway.Node{}},
	} {
		got, ok := slipway.ParseNodeID(test.id)
		if got != test.want || ok != (test.want != slipway.Node{}) {
			t.Errorf("ParseNodeID(%.60q) = %+v, %v, want %+v", test.id, got, ok, test.want)
		}
	}
}

func FuzzParseNodeID(f *testing.F) {
	f.Add(slipway.NodeID("Deployment", 289872210))
	f.Add(slipway.CommitNodeID(1, sha))
	f.Add(slipway.RefNodeID(1, "refs/heads/main"))
	f.Add("EN_kwDOJMGGU843Qj_x")
	f.Add(packed("GA_", 0xcf, 0xff))
	f.Fuzz(func(t *testing.T, id string) {
		if n, ok := slipway.ParseNodeID(id); ok && n.String() != id {
			t.Errorf("%q is read as %+v, whose id is %q", id, n, n.String())
		}
	})
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
