package wire

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slipway-deploy/slipway"
)

// The columns of contract 2.2 and 2.3, spelled out: what they have in common, and what each adds.
const (
	deploymentAlways = "url id sha payload description creator created_at updated_at statuses_url "
	statusAlways     = "url id state creator description target_url created_at updated_at "
)

func TestDeploymentColumns(t *testing.T) {
	const (
		e3      = deploymentAlways + "ref environment "
		e5      = e3 + "task repository_url "
		e9      = e5 + "node_id original_environment performed_via_github_app "
		current = e9 + "transient_environment production_environment"
	)
	all := []string{"ant-man-preview", "flash-preview"}
	for _, c := range []struct {
		era   slipway.Era
		named []string
		want  string
	}{
		{slipway.E0, nil, deploymentAlways + "ref"},
		{slipway.E0, []string{"preview"}, deploymentAlways + "ref"},
		{slipway.E1, []string{"cannonball-preview"}, deploymentAlways},
		{slipway.E2, nil, deploymentAlways},
		{slipway.E3, nil, e3},
		{slipway.E4, nil, e3},
		{slipway.E5, nil, e5},
		{slipway.E6, nil, e5},
		{slipway.E7, nil, e5},
		{slipway.E7, all, e5},
		{slipway.E8, nil, e5},
		{slipway.E8, []string{"ant-man-preview"}, e5 + "transient_environment production_environment"},
		{slipway.E8, []string{"flash-preview"}, e5},
		{slipway.E9, nil, e9},
		{slipway.E9, []string{"flash-preview"}, e9},
		{slipway.E10, nil, e9},
		{slipway.E10, all, current},
		{slipway.E11, nil, current},
		{slipway.E11, all, current},
		{slipway.E11, []string{"v3"}, current},
		{slipway.E11, []string{"preview"}, deploymentAlways + "ref"},
		{slipway.E11, []string{"cannonball-preview"}, e5},
		{slipway.E11, []string{"cannonball-preview", "ant-man-preview"}, e5},
		{slipway.E11, []string{"preview", "cannonball-preview"}, deploymentAlways + "ref"},
	} {
		for _, d := range []slipway.Deployment{release, bare} {
			body := FromDeployment(d, web, testURLs, NewShape(c.era, c.named...))
			if diff := cmp.Diff(sorted(c.want), names(object(t, body))); diff != "" {
				t.Errorf("%v %v (-want +got):\n%s", c.era, c.named, diff)
			}
		}
	}
}

func TestDeploymentStatusColumns(t *testing.T) {
	const (
		e1      = statusAlways + "payload"
		e3      = statusAlways + "deployment_url "
		e7      = e3 + "repository_url "
		flash   = "node_id environment performed_via_github_app "
		antMan  = "environment_url log_url "
		current = e7 + flash + antMan
	)
	for _, c := range []struct {
		era   slipway.Era
		named []string
		want  string
	}{
		{slipway.E0, nil, e1},
		{slipway.E1, nil, e1},
		{slipway.E2, nil, e1},
		{slipway.E3, nil, e3},
		{slipway.E4, nil, e3},
		{slipway.E5, nil, e3},
		{slipway.E6, nil, e3},
		{slipway.E7, nil, e7},
		{slipway.E7, []string{"ant-man-preview", "flash-preview"}, e7},
		{slipway.E8, nil, e7},
		{slipway.E8, []string{"ant-man-preview", "flash-preview"}, e7 + antMan},
		{slipway.E9, []string{"flash-preview"}, e7 + flash},
		{slipway.E10, nil, e7},
		{slipway.E10, []string{"flash-preview"}, e7 + flash},
		{slipway.E10, []string{"ant-man-preview", "flash-preview"}, current},
		{slipway.E11, nil, current},
		{slipway.E11, []string{"flash-preview"}, current},
		{slipway.E11, []string{"preview"}, e1},
		{slipway.E11, []string{"cannonball-preview"}, e3},
	} {
		for _, st := range []slipway.DeploymentStatus{report, terse} {
			body := FromDeploymentStatus(st, release, web, testURLs, NewShape(c.era, c.named...))
			if diff := cmp.Diff(sorted(c.want), names(object(t, body))); diff != "" {
				t.Errorf("%v %v (-want +got):\n%s", c.era, c.named, diff)
			}
		}
	}
}

func TestPayloadByEra(t *testing.T) {
	for _, c := range []struct {
		era        slipway.Era
		sent, want string // JSON; sent empty: none
	}{
		{slipway.E0, ``, `"null"`},
		{slipway.E1, `{"a":1.0, "z":"\"" }`, `"{\"a\":1.0,\"z\":\"\\\"\"}"`},
		{slipway.E1, `"{\"user\":\"atmos\"}"`, `"{\"user\":\"atmos\"}"`},
		{slipway.E1, `[1]`, `"[1]"`},
		{slipway.E2, ``, `{}`},
		{slipway.E11, ``, `{}`},
		{slipway.E11, `null`, `{}`},
		{slipway.E11, `""`, `""`},
		{slipway.E11, `"{\"user\":\"atmos\"}"`, `"{\"user\":\"atmos\"}"`},
		{slipway.E11, ` { "z" : 1e2 , "a" : 0.10, "z" : "<\u00e9>" } `, `{"z":1e2,"a":0.10,"z":"<\u00e9>"}`},
		{slipway.E11, `[1, null]`, `[1,null]`},
		{slipway.E11, `true`, `true`},
		{slipway.E11, `12345678901234567890.5`, `12345678901234567890.5`},
	} {
		shape := Shape{Era: c.era}
		body := `{"ref":"main"}`
		if c.sent != "" {
			body = `{"ref":"main","payload":` + c.sent + `}`
		}
		in, err := DecodeDeployment([]byte(body), shape)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		d := bare
		d.Payload = in.Payload
		shown := string(FromDeployment(d, web, testURLs, shape))
		if want := `"payload":` + c.want + `,`; !strings.Contains(shown, want) {
			t.Errorf("%v %s: want %s in %s", c.era, body, want, shown)
		}
	}
}

func TestForceAndAutoMerge(t *testing.T) {
	for _, c := range []struct {
		era          slipway.Era
		named        string
		force, merge bool // heeded; the default of auto_merge
	}{
		{slipway.E0, "", true, false},
		{slipway.E0, "preview", true, false},
		{slipway.E0, "cannonball-preview", true, true},
		{slipway.E1, "cannonball-preview", true, true},
		{slipway.E1, "", true, true},
		{slipway.E3, "preview", true, false},
		{slipway.E4, "preview", false, true},
		{slipway.E4, "cannonball-preview", false, true},
		{slipway.E7, "", false, true},
		{slipway.E10, "preview", false, true},
		{slipway.E11, "", false, true},
		{slipway.E11, "v3", false, true},
		{slipway.E11, "preview", true, false},
		{slipway.E11, "cannonball-preview", true, true},
	} {
		shape := NewShape(c.era, c.named)
		in, err := DecodeDeployment([]byte(`{"ref":"x"}`), shape)
		if err != nil || in.AutoMerge != c.merge || in.RequiredContexts != nil || in.Era != c.era {
			t.Errorf("%v %q: %+v, %v", c.era, c.named, in, err)
		}
		in, err = DecodeDeployment([]byte(`{"ref":"x","force":true,"auto_merge":true,"required_contexts":["ci"]}`), shape)
		forced := !in.AutoMerge && in.RequiredContexts != nil && len(in.RequiredContexts) == 0
		if err != nil || forced != c.force {
			t.Errorf("%v %q, forced: %+v, %v", c.era, c.named, in, err)
		}
		in, _ = DecodeDeployment([]byte(`{"ref":"x","force":false,"auto_merge":true}`), shape)
		if !in.AutoMerge {
			t.Errorf("%v %q: auto_merge was sent and is not heard", c.era, c.named)
		}
	}
}

func sorted(list string) []string {
	names := strings.Fields(list)
	slices.Sort(names)
	return names
}

func TestEmptyTextsByEra(t *testing.T) {
	for era := slipway.E0; era <= slipway.E11; era++ {
		status := object(t, FromDeploymentStatus(terse, release, web, testURLs, NewShape(era, "ant-man-preview", "flash-preview")))
		for _, name := range []string{"description", "target_url"} {
			if got := status[name]; era < slipway.E7 && got != nil || era >= slipway.E7 && got != "" {
				t.Errorf("%v: an empty %s is %#v", era, name, got)
			}
		}
		if deployment := object(t, FromDeployment(bare, web, testURLs, Shape{Era: era})); deployment["description"] != nil {
			t.Errorf("%v: a deployment's missing description is %#v", era, deployment["description"])
		}
	}
}
