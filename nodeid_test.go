package slipway_test

import (
	"encoding/base64"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

// The ids are ones GitHub printed.
func TestNodeID(t *testing.T) {
	for _, test := range []struct {
		got, want string
		node      slipway.Node
	}{
		{
			slipway.NodeID("Deployment", 289872210), "MDEwOkRlcGxveW1lbnQyODk4NzIyMTA=",
			slipway.Node{Type: "Deployment", ID: 289872210},
		},
		{
			slipway.AccountNodeID(slipway.Account{ID: 1, Type: slipway.User}), "MDQ6VXNlcjE=",
			slipway.Node{Type: "User", ID: 1},
		},
		{
			slipway.EnvironmentNodeID(616662611, 927088625), "EN_kwDOJMGGU843Qj_x",
			slipway.Node{Type: "Environment", RepositoryID: 616662611, ID: 927088625},
		},
		{
			slipway.GateNodeID(480791541, 216323), "GA_kwDOHKhL9c4AA00D",
			slipway.Node{Type: "Gate", RepositoryID: 480791541, ID: 216323},
		},
		{
			slipway.CommitNodeID(1, sha), base64.StdEncoding.EncodeToString([]byte("06:Commit1:" + sha)),
			slipway.Node{Type: "Commit", RepositoryID: 1, Object: sha},
		},
		{
			slipway.RefNodeID(9, "refs/heads/a:b"), base64.StdEncoding.EncodeToString([]byte("03:Ref9:refs/heads/a:b")),
			slipway.Node{Type: "Ref", RepositoryID: 9, Object: "refs/heads/a:b"},
		},
	} {
		if test.got != test.want {
			t.Errorf("%+v has the id %q, want %q", test.node, test.got, test.want)
		}
		if node, ok := slipway.ParseNodeID(test.want); !ok || node != test.node {
			t.Errorf("%q is %+v, %v, want %+v", test.want, node, ok, test.node)
		}
	}
}

func TestParseNodeIDRefuses(t *testing.T) {
	old := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, s := range []string{
		"", "x", "EN_", "GA_", "EN_kwDOJMGGU843Qj_", "EN_kwDOJMGGU843Qj_xAA", "EN_!!", "EN_kwE", "MDEwOkRlcGxveW1lbnQyODk4NzIyMTA",
		old("010:Deployment"), old("010:Deployment-"), old("10:Deployment1"), old("09:Deployment1"), old("010:Deployment01"),
		old("010:Deployment+1"), old("010:Deployment1:x"), old("06:Commit1"), old("06:Commit1:"), old("0-1:x"), old("00:1"), old(":"),
		old("0999999999999999999999:x"), old("011:Environment1"),
		"EN_kwDM" + "AA", // a number in a longer form than it needs
	} {
		if node, ok := slipway.ParseNodeID(s); ok {
			t.Errorf("%q is %+v", s, node)
		}
	}
}

func TestNodeIDGoesBothWays(t *testing.T) {
	types := []string{"User", "Organization", "Bot", "Repository", "Deployment", "DeploymentStatus", "StatusContext", "Environment", "Gate"}
	rapid.Check(t, func(t *rapid.T) {
		node := slipway.Node{Type: rapid.SampledFrom(types).Draw(t, "type"), ID: rapid.Int64Range(0, math.MaxInt64).Draw(t, "id")}
		if node.Type == "Environment" || node.Type == "Gate" {
			node.RepositoryID = rapid.Int64Range(0, math.MaxInt64).Draw(t, "repository")
		}
		if got, ok := slipway.ParseNodeID(node.String()); !ok || got != node {
			t.Fatalf("%+v became %q became %+v", node, node, got)
		}
	})
}

func FuzzParseNodeID(f *testing.F) {
	for _, seed := range []string{"MDEwOkRlcGxveW1lbnQyODk4NzIyMTA=", "EN_kwDOJMGGU843Qj_x", "GA_kwDOHKhL9c4AA00D", "EN_kwDP", "", "====", "MDA6MQ=="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if node, ok := slipway.ParseNodeID(s); ok && node.String() != s {
			t.Errorf("%q is %+v, whose id is %q", s, node, node)
		}
	})
}
