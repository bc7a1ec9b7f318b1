package hook_test

import (
	"encoding/json"
	"testing"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// refs lists the refs of the deployments that a receiver took, in the order it took them.
func refs(got []testkit.Received) (list []string) {
	for _, d := range got {
		if d.Event == "deployment" && d.Answer == 200 {
			list = append(list, refOf(d))
		}
	}
	return list
}

func refOf(d testkit.Received) string {
	var body struct{ Deployment struct{ Ref string } }
	_ = json.Unmarshal(d.Body, &body)
	return body.Deployment.Ref
}

func TestDelivers(t *testing.T) {
	w := newWorld(t)
	r := testkit.NewReceiver(t, secret)
	h := w.hook(r.URL())
	w.start()
	w.deployments(1, 3)
	got := r.WaitFor("deployment", 3, patience)
	for i, d := range got {
		if refOf(d) != ref(i+1) || !d.Signed || d.Action != "created" {
			t.Errorf("delivery %d: %+v", i, d)
		}
	}
	w.until("three attempts are listed", func() bool { return len(w.attempts(h)) == 3 })
}
