package slipway

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// CheckRun is one run of a check of a commit, reported by an app (contract 5.4). It counts in the gate like a commit status
// whose context is its name.
type CheckRun struct {
	ID           int64
	SuiteID      int64
	RepositoryID int64
	SHA          SHA
	Name         string
	AppID        int64
	App          *App   // nil: it is gone
	ExternalID   string // may be empty
	DetailsURL   string // may be empty
	Status       string // queued, in_progress or completed
	Conclusion   string // empty until completed
	StartedAt    time.Time
	CompletedAt  *time.Time // nil until completed
	Output       CheckOutput
	UpdatedAt    time.Time
}

// CheckOutput is what a check run has to say.
type CheckOutput struct {
	Title, Summary, Text *string
	Annotations          int // how many there are
}

// Annotation is what a check run has to say about some lines of a file.
type Annotation struct {
	Path                   string
	StartLine, EndLine     int64
	StartColumn, EndColumn *int64
	Level                  string // notice, warning or failure
	Message                string
	Title, RawDetails      *string
}

// The statuses of a check run.
const (
	CheckQueued     = "queued"
	CheckInProgress = "in_progress"
	CheckCompleted  = "completed"
)

var (
	checkStatuses    = []string{CheckQueued, CheckInProgress, CheckCompleted}
	checkConclusions = []string{"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}
	annotationLevels = []string{"notice", "warning", "failure"}
)

// State is what the run counts as in the gate: its conclusion when it has one, else pending (contract 3.7).
func (r CheckRun) State() string {
	if r.Status == CheckCompleted && r.Conclusion != "" {
		return r.Conclusion
	}
	return StatePending
}

// CheckRunRequest is what a client asks of POST check-runs, and of PATCH, where everything may be left out.
type CheckRunRequest struct {
	Name                   *string
	HeadSHA                string // of POST
	Status, Conclusion     *string
	DetailsURL, ExternalID *string
	StartedAt, CompletedAt *time.Time
	Output                 *CheckOutputRequest
	Actions                []CheckAction
}

// CheckOutputRequest is the output of a request. Its annotations are added to those that the run has.
type CheckOutputRequest struct {
	Title, Summary, Text *string
	Annotations          []Annotation
}

// CheckAction is a button that GitHub would show. Nothing shows it here, so nothing keeps it.
type CheckAction struct{ Label, Description, Identifier string }

// Check says what is wrong with the request (contract 5.4): Invalid, a sentence without fields, in the words of GitHub's schema.
func (r CheckRunRequest) Check() error {
	var w wrongs
	if r.Name != nil {
		w.name(*r.Name)
	}
	if r.Status != nil {
		w.oneOf(*r.Status, checkStatuses)
	}
	if r.Conclusion != nil {
		w.oneOf(*r.Conclusion, checkConclusions)
	} else if r.Status != nil && *r.Status == CheckCompleted {
		w.say("No subschema in \"anyOf\" matched.\n\"conclusion\" wasn't supplied.\ncompleted is not a member of [\"queued\", \"in_progress\"].")
	} else if r.CompletedAt != nil {
		w.say(`"conclusion" wasn't supplied.`)
	}
	if r.ExternalID != nil {
		w.characters(*r.ExternalID, MaxCheckText)
	}
	if r.DetailsURL != nil && *r.DetailsURL != "" && (len(*r.DetailsURL) > MaxURL || !IsWebURL(*r.DetailsURL)) {
		w.say("details_url must use http(s) scheme")
	}
	if r.Output != nil {
		w.output(*r.Output)
	}
	w.items(len(r.Actions), MaxCheckActions)
	for _, a := range r.Actions {
		w.characters(a.Label, 20)
		w.characters(a.Description, 40)
		w.characters(a.Identifier, 20)
	}
	return w.err()
}

// With is the run as a request leaves it at a time. A conclusion completes the run, whatever its status says; a run that
// begins again has none.
func (r CheckRun) With(in CheckRunRequest, now time.Time) CheckRun {
	set(&r.DetailsURL, in.DetailsURL)
	set(&r.ExternalID, in.ExternalID)
	set(&r.StartedAt, in.StartedAt)
	if in.Name != nil {
		r.Name = strings.TrimSpace(*in.Name)
	}
	switch {
	case in.Conclusion != nil:
		if r.Status != CheckCompleted || r.CompletedAt == nil {
			r.CompletedAt = &now
		}
		r.Status, r.Conclusion = CheckCompleted, *in.Conclusion
		if in.CompletedAt != nil {
			r.CompletedAt = in.CompletedAt
		}
	case in.Status != nil:
		r.Status, r.Conclusion, r.CompletedAt = *in.Status, "", nil
	}
	if in.Output != nil {
		r.Output = r.Output.with(*in.Output)
	}
	r.UpdatedAt = now
	return r
}

func (o CheckOutput) with(in CheckOutputRequest) CheckOutput {
	if in.Title != nil {
		o.Title = in.Title
	}
	if in.Summary != nil {
		o.Summary = in.Summary
	}
	if in.Text != nil {
		o.Text = in.Text
	}
	o.Annotations += len(in.Annotations)
	return o
}

func set[T any](member, value *T) {
	if value != nil {
		*member = *value
	}
}

// OthersCheckRun refuses to change a check run of another app. GitHub's sentence names the app that asks.
func OthersCheckRun(appID int64) *Error {
	return Fail(Forbidden, "Invalid app_id `"+number(appID)+"` - check run can only be modified by the GitHub App that created it.")
}

// wrongs collects sentences of GitHub's schemas about a request.
type wrongs struct{ sentences []string }

func (w *wrongs) say(sentence string) { w.sentences = append(w.sentences, sentence) }

func (w *wrongs) err() error {
	if len(w.sentences) == 0 {
		return nil
	}
	return InvalidRequest(strings.Join(w.sentences[:min(len(w.sentences), mostSentences)], "\n"))
}

// mostSentences bounds what a refusal says.
const mostSentences = 10

func (w *wrongs) name(name string) {
	switch {
	case strings.TrimSpace(name) == "":
		w.say(`"name" wasn't supplied.`)
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		w.say("name must not contain control characters")
	default:
		w.characters(strings.TrimSpace(name), MaxName)
	}
}

func (w *wrongs) oneOf(value string, known []string) {
	if !slices.Contains(known, value) {
		w.say(clip(value) + ` is not a member of ["` + strings.Join(known, `", "`) + `"].`)
	}
}

func (w *wrongs) characters(text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		w.say("Only " + number(int64(most)) + " characters are allowed; " + number(int64(n)) + " were supplied.")
	}
}

func (w *wrongs) maybe(text *string, most int) {
	if text != nil {
		w.characters(*text, most)
	}
}

func (w *wrongs) items(n, most int) {
	if n > most {
		w.say("No more than " + number(int64(most)) + " items are allowed; " + number(int64(n)) + " were supplied.")
	}
}

func (w *wrongs) output(o CheckOutputRequest) {
	w.maybe(o.Title, MaxCheckText)
	w.maybe(o.Summary, MaxCheckText)
	w.maybe(o.Text, MaxCheckText)
	w.items(len(o.Annotations), MaxAnnotations)
	for _, a := range o.Annotations {
		w.oneOf(a.Level, annotationLevels)
		w.characters(a.Path, MaxURL)
		w.maybe(a.Title, MaxName)
		w.bytes("message", a.Message)
		if a.RawDetails != nil {
			w.bytes("raw_details", *a.RawDetails)
		}
		if a.EndLine < a.StartLine {
			w.say("end_line must not be before start_line")
		}
	}
}

func (w *wrongs) bytes(field, text string) {
	if len(text) > MaxAnnotation {
		w.say(tooLong(field, MaxAnnotation, "bytes"))
	}
}
