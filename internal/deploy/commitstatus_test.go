package deploy_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func TestACommitStatusIsStoredWithItsEvent(t *testing.T) {
	w := newWorld(t)
	before := w.lastEvent()
	text, link := "fine", "https://ci.example.com/1"
	s, err := w.CreateCommitStatus(w.ctx, w.admin, w.repo, strings.ToUpper(string(w.main)), slipway.CommitStatusRequest{
		State: "success", Context: " CI/Build ", Description: &text, TargetURL: &link,
	})
	w.must(err)
	list, err := w.ListCommitStatuses(w.ctx, w.repo, "main", deploy.Page{Number: 1, Size: 30})
	w.must(err)
	if diff := cmp.Diff([]slipway.CommitStatus{s}, list.Items); diff != "" || list.Total != 1 || s.Context != "CI/Build" || s.SHA != w.main {
		t.Errorf("%+v %s", s, diff)
	}
	log := w.events(before)
	if len(log) != 1 || log[0].Name != "status" || log[0].Subject.Status.ID != s.ID {
		t.Errorf("%+v", log)
	}
}

func TestRefusedCommitStatusesChangeNothing(t *testing.T) {
	w := newWorld(t, func(s *deploy.Settings) { s.MaxStatusesPerContext = 2 })
	w.status(w.main, "full", "pending")
	w.status(w.main, "FULL", "success")
	archived := w.repo
	archived.Archived = true
	// A branch that is called like a commit does not make it one.
	absent := strings.Repeat("a", 40)
	w.git.point(w.repo, "refs/heads/"+absent, w.main)
	// And one that hides a commit does not unmake it.
	hidden := w.git.write(w.repo, "refs/heads/x", w.main)
	w.git.point(w.repo, "refs/heads/"+string(hidden), w.main)
	w.status(hidden, "ci", "success")

	bad, js, long := "x", "javascript:alert(1)", strings.Repeat("x", 141)
	for name, test := range map[string]struct {
		repo    slipway.Repository
		sha     string
		in      slipway.CommitStatusRequest
		kind    slipway.Kind
		message string
		detail  string
	}{
		"a branch":      {w.repo, "main", slipway.CommitStatusRequest{State: "success"}, slipway.Invalid, "Validation Failed", "sha must be a 40 character SHA1"},
		"a short sha":   {w.repo, string(w.main[:12]), slipway.CommitStatusRequest{State: "success"}, slipway.Invalid, "Validation Failed", "sha must be a 40 character SHA1"},
		"no commit":     {w.repo, strings.Repeat("B", 40), slipway.CommitStatusRequest{State: "success"}, slipway.Invalid, "No commit found for SHA: " + strings.Repeat("B", 40), ""},
		"a branch only": {w.repo, absent, slipway.CommitStatusRequest{State: "success"}, slipway.Invalid, "No commit found for SHA: " + absent, ""},
		"state":         {w.repo, string(w.main), slipway.CommitStatusRequest{State: bad}, slipway.Invalid, "Validation Failed", "state is not included in the list"},
		"inactive":      {w.repo, string(w.main), slipway.CommitStatusRequest{State: "inactive"}, slipway.Invalid, "Validation Failed", "state is not included in the list"},
		"target":        {w.repo, string(w.main), slipway.CommitStatusRequest{State: "success", TargetURL: &js}, slipway.Invalid, "Validation Failed", "target_url must use http(s) scheme"},
		"description":   {w.repo, string(w.main), slipway.CommitStatusRequest{State: "success", Description: &long}, slipway.Invalid, "Validation Failed", "description is too long (maximum is 140 characters)"},
		"one too many":  {w.repo, string(w.main), slipway.CommitStatusRequest{State: "success", Context: "Full"}, slipway.Invalid, "Validation Failed", "This SHA and context has reached the maximum number of statuses."},
		"archived":      {archived, string(w.main), slipway.CommitStatusRequest{State: "success"}, slipway.Forbidden, "Repository was archived so is read-only.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t)
			before := w.dump()
			_, err := w.CreateCommitStatus(w.ctx, w.admin, test.repo, test.sha, test.in)
			e := w.refusal(err, test.kind, test.message)
			if test.detail != "" && e.Details[0].Message != test.detail {
				t.Errorf("%+v", e.Details)
			}
			if w.dump() != before {
				t.Error("something was left behind")
			}
		})
	}
}

func TestTheCombinedStatus(t *testing.T) {
	w := newWorld(t)
	one := deploy.Page{Number: 1, Size: 30}
	combined := func(p deploy.Page) deploy.Combined {
		c, err := w.CombinedStatus(w.ctx, w.repo, "heads/main", p)
		w.must(err)
		return c
	}
	if c := combined(one); c.State != "pending" || c.Total != 0 || c.SHA != w.main {
		t.Errorf("%+v", c)
	}
	w.status(w.main, "b", "error")
	w.status(w.main, "a", "success")
	w.status(w.main, "B", "success")
	c := combined(one)
	if c.State != "success" || c.Total != 2 || c.Statuses[0].Context != "a" || c.Statuses[1].Context != "B" {
		t.Errorf("%+v", c)
	}
	if c := combined(deploy.Page{Number: 2, Size: 1}); len(c.Statuses) != 1 || c.Statuses[0].Context != "B" || c.Total != 2 {
		t.Errorf("%+v", c)
	}
	if c := combined(deploy.Page{Number: math.MaxInt, Size: 100}); len(c.Statuses) != 0 || c.Total != 2 || c.State != "success" {
		t.Errorf("%+v", c)
	}
	unknown := strings.Repeat("c", 40)
	_, err := w.CombinedStatus(w.ctx, w.repo, unknown, one)
	w.refused(err, slipway.Invalid, "No commit found for SHA: "+unknown)
	for _, ref := range []string{"nope", "heads/nope", "--all", "HEAD", "main:x"} {
		_, err = w.CombinedStatus(w.ctx, w.repo, ref, one)
		w.refused(err, slipway.NotFound, "Not Found")
		_, err = w.ListCommitStatuses(w.ctx, w.repo, ref, one)
		w.refused(err, slipway.NotFound, "Not Found")
	}
}

func TestReadingCommits(t *testing.T) {
	w := newWorld(t)
	topic := w.git.write(w.repo, "refs/heads/feature/x", w.main)
	w.git.point(w.repo, "refs/tags/v1", topic)
	for _, ref := range []string{"feature/x", "heads/feature/x", "refs/heads/feature/x", "tags/v1", "v1", string(topic), string(topic[:7])} {
		c, err := w.Commit(w.ctx, w.repo, ref, true)
		if err != nil || c.SHA != topic {
			t.Errorf("%s: %+v, %v", ref, c, err)
		}
	}
	_, err := w.Commit(w.ctx, w.repo, "nope", true)
	w.refused(err, slipway.Invalid, "No commit found for SHA: nope")
	_, err = w.RawCommit(w.ctx, w.repo, "nope", deploy.Diff)
	w.refused(err, slipway.Invalid, "No commit found for SHA: nope")
	_, _, err = w.Branch(w.ctx, w.repo, "v1")
	w.refused(err, slipway.NotFound, "Branch not found")
	if b, c, err := w.Branch(w.ctx, w.repo, "feature/x"); err != nil || b.Name != "feature/x" || c.SHA != topic {
		t.Errorf("%+v, %+v, %v", b, c, err)
	}
	c, err := w.Compare(w.ctx, w.repo, "ACME:main", "feature/x", deploy.Page{Number: 1, Size: 250})
	if err != nil || c.Base.SHA != w.main || c.Head.SHA != topic {
		t.Errorf("%+v, %v", c, err)
	}
	raw, err := w.RawCompare(w.ctx, w.repo, "main", "v1", deploy.Patch)
	if err != nil || string(raw) != string(w.main)+".."+string(topic)+" patch" {
		t.Errorf("%s, %v", raw, err)
	}
	raw, err = w.RawCommit(w.ctx, w.repo, "v1", deploy.Diff)
	if err != nil || string(raw) != ".."+string(topic)+" diff" {
		t.Errorf("%s, %v", raw, err)
	}
	for _, pair := range [][2]string{{"nope", "main"}, {"main", "nope"}, {"other:main", "main"}} {
		_, err = w.Compare(w.ctx, w.repo, pair[0], pair[1], deploy.Page{Number: 1, Size: 30})
		w.refused(err, slipway.NotFound, "Not Found")
		_, err = w.RawCompare(w.ctx, w.repo, pair[0], pair[1], deploy.Diff)
		w.refused(err, slipway.NotFound, "Not Found")
	}
}
