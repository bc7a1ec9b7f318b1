package wire

import (
	"math"
	"time"

	"github.com/slipway-deploy/slipway"
)

// DecodeCheckRun reads the body of POST check-runs (contract 5.4).
func DecodeCheckRun(body []byte) (slipway.CheckRunRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return slipway.CheckRunRequest{}, err
	}
	m.require("name", "head_sha")
	in := m.checkRun("title", "summary")
	in.HeadSHA = m.text("head_sha")
	return in, m.err()
}

// DecodeCheckRunUpdate reads the body of PATCH check-runs, where everything may be left out. A head_sha is ignored: a run stays
// with its commit.
func DecodeCheckRunUpdate(body []byte) (slipway.CheckRunRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return slipway.CheckRunRequest{}, err
	}
	in := m.checkRun("summary")
	return in, m.err()
}

// checkRun reads what both have; output are the members that an output must have.
func (m *members) checkRun(output ...string) slipway.CheckRunRequest {
	in := slipway.CheckRunRequest{
		Name: m.str("name"), Status: m.str("status"), Conclusion: m.str("conclusion"), DetailsURL: m.str("details_url"),
		ExternalID: m.str("external_id"), StartedAt: m.maybeTime("started_at"), CompletedAt: m.maybeTime("completed_at"),
	}
	if o := m.object("output"); o != nil {
		o.require(output...)
		in.Output = &slipway.CheckOutputRequest{
			Title: o.str("title"), Summary: o.str("summary"), Text: o.str("text"), Annotations: o.annotations(),
		}
	}
	for _, a := range m.objects("actions") {
		a.require("label", "description", "identifier")
		in.Actions = append(in.Actions, slipway.CheckAction{
			Label: a.text("label"), Description: a.text("description"), Identifier: a.text("identifier"),
		})
	}
	return in
}

func (m *members) annotations() (list []slipway.Annotation) {
	for _, o := range m.objects("annotations") {
		o.require("path", "start_line", "end_line", "annotation_level", "message")
		a := slipway.Annotation{
			Path: o.text("path"), Level: o.text("annotation_level"), Message: o.text("message"), Title: o.str("title"),
			RawDetails: o.str("raw_details"), StartColumn: o.integer("start_column", 0, math.MaxInt32),
			EndColumn: o.integer("end_column", 0, math.MaxInt32),
		}
		if n := o.integer("start_line", 0, math.MaxInt32); n != nil {
			a.StartLine = *n
		}
		if n := o.integer("end_line", 0, math.MaxInt32); n != nil {
			a.EndLine = *n
		}
		list = append(list, a)
	}
	return list
}

// maybeTime is a moment, nil when absent.
func (m *members) maybeTime(name string) *time.Time {
	if m.value(name) == nil {
		return nil
	}
	t := m.time(name)
	return &t
}

// DecodeHead reads the body of POST check-suites: the name of a commit.
func DecodeHead(body []byte) (sha string, err error) {
	m, err := parse(body, Today)
	if err != nil {
		return "", err
	}
	m.require("head_sha")
	return m.text("head_sha"), m.err()
}

// FromCheckRun is one check run.
func FromCheckRun(run slipway.CheckRun, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.checkRun(run, nil, r, u) })
}

// FromCheckRuns is a page of check runs; total counts all of them.
func FromCheckRuns(total int, list []slipway.CheckRun, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.num("total_count", int64(total))
		w.key("check_runs")
		w.openArray()
		for _, run := range list {
			w.item()
			w.checkRun(run, nil, r, u)
		}
		w.closeArray()
		w.close()
	})
}

// checkRun writes a run. Webhooks show its suite, answers only the suite's id.
func (w *writer) checkRun(run slipway.CheckRun, suite *slipway.CheckSuite, r slipway.Repository, u slipway.URLs) {
	w.open()
	w.num("id", run.ID)
	w.str("name", run.Name)
	w.str("node_id", slipway.NodeID("CheckRun", run.ID))
	w.str("head_sha", string(run.SHA))
	w.str("external_id", run.ExternalID)
	w.str("url", u.CheckRun(r, run.ID))
	w.str("html_url", u.CheckRunHTML(r, run.ID))
	w.str("details_url", detailsOf(run, r, u))
	w.str("status", run.Status)
	w.orNull("conclusion", run.Conclusion)
	w.at("started_at", run.StartedAt)
	w.maybeAt("completed_at", run.CompletedAt)
	w.object("output", func() {
		w.maybe("title", run.Output.Title)
		w.maybe("summary", run.Output.Summary)
		w.maybe("text", run.Output.Text)
		w.num("annotations_count", int64(run.Output.Annotations))
		w.str("annotations_url", u.CheckRun(r, run.ID)+"/annotations")
	})
	if suite == nil {
		w.object("check_suite", func() { w.num("id", run.SuiteID) })
	} else {
		w.object("check_suite", func() { w.checkSuiteMembers(*suite, r, u) })
	}
	w.maybeApp("app", run.App, u)
	w.strs("pull_requests", nil)
	w.close()
}

// detailsOf is where people are sent for more: the app's own page when the run names none, as on GitHub.
func detailsOf(run slipway.CheckRun, r slipway.Repository, u slipway.URLs) string {
	switch {
	case run.DetailsURL != "":
		return run.DetailsURL
	case run.App != nil && run.App.ExternalURL != "":
		return run.App.ExternalURL
	default:
		return u.CheckRunHTML(r, run.ID)
	}
}

// FromAnnotations is a page of a run's annotations.
func FromAnnotations(run slipway.CheckRun, list []slipway.Annotation, r slipway.Repository, u slipway.URLs) JSON {
	return render(func(w *writer) {
		w.openArray()
		for _, a := range list {
			w.item()
			w.open()
			w.str("path", a.Path)
			w.str("blob_href", u.BlobHTML(r, run.SHA, a.Path))
			w.num("start_line", a.StartLine)
			w.num("end_line", a.EndLine)
			w.maybeNum("start_column", a.StartColumn)
			w.maybeNum("end_column", a.EndColumn)
			w.str("annotation_level", a.Level)
			w.maybe("title", a.Title)
			w.str("message", a.Message)
			w.maybe("raw_details", a.RawDetails)
			w.close()
		}
		w.closeArray()
	})
}

func (w *writer) maybeNum(name string, n *int64) {
	if n == nil {
		w.null(name)
		return
	}
	w.num(name, *n)
}
