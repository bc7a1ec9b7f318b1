package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// excluded recordings are not played, each for a reason.
var excluded = map[string]string{
	"branches--03":        "loki preview: its shape fits no column",
	"deployments-get--06": "2019, answered with members of two columns of file 02",
	"hook-deliveries--01": "hooks of apps: a route outside the table",
	"hook-deliveries--02": "hooks of apps: a route outside the table",
	"hook-deliveries--03": "hooks of apps: a route outside the table",
	"hook-deliveries--04": "hooks by an id without a repository: a route outside the table",
	"hook-deliveries--05": "hooks by an id without a repository: a route outside the table",
}

// elsewhere are the categories that other packages play: what lies on the web host is login's.
var elsewhere = []string{"oauth-token"}

// recording is one file of SLIPWAY_RECORDED.
type recording struct {
	Category, Era string
	Source        struct {
		Kind       string
		RecordedAt string `json:"recorded_at"`
	}
	Request struct {
		Method, Path string
		Headers      map[string]any
		Body         json.RawMessage
	}
	Response struct {
		Status  int
		Headers map[string]any
		Body    any
	}
	Commit *struct {
		Message       string
		Author        string
		Committer     string
		Timezone      string
		SameTime      bool     `json:"author_time_equals_committer_time"`
		ParentsByRole []string `json:"parent_roles"`
	}
	Trimmed []trim

	name string // deployments-create--01
}

// trim says what was cut out of a recording.
type trim struct {
	At   string
	Kept int `json:"kept_keys_of"`
}

// TestRecorded plays the recorded exchanges of the real server against ours, under the era of their day, and compares what
// clients could tell apart.
func TestRecorded(t *testing.T) {
	folder := os.Getenv("SLIPWAY_RECORDED")
	if folder == "" {
		fmt.Println("recorded exchanges: not run (SLIPWAY_RECORDED unset)")
		return
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", folder, err)
	}
	sort.Strings(files)
	worlds := map[slipway.Era]*world{} // they live as long as this test
	played, left := 0, 0
	whole := t
	for _, file := range files {
		rec := readRecording(t, file)
		if slices.Contains(elsewhere, rec.Category) || excluded[rec.name] != "" {
			left++
			continue
		}
		played++
		t.Run(rec.name, func(t *testing.T) {
			era := rec.era(t)
			w := worlds[era]
			if w == nil {
				w = newWorld(whole, func(o *worldOptions) { o.Era = era })
				worlds[era] = w
			}
			own := *w
			own.TB = t
			s := &stage{world: &own, rec: rec}
			s.play()
		})
	}
	t.Logf("%d recordings played, %d left to others", played, left)
}

func readRecording(t *testing.T, file string) recording {
	t.Helper()
	var rec recording
	text := check(os.ReadFile(file))(t)
	if err := json.Unmarshal(text, &rec); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	parts := strings.SplitN(filepath.Base(file), "--", 3)
	rec.name = parts[0] + "--" + parts[1]
	if rec.name == "error-preview-missing--01" {
		rec.asDeployments()
	}
	return rec
}

// asDeployments makes a recording of another preview one of the deployments', as its note says: projects are outside the table.
func (r *recording) asDeployments() {
	r.Source.RecordedAt = "2014-10-30T00:00:00"
	r.Request.Path = "/repos/x/y/deployments"
	body, _ := r.Response.Body.(map[string]any)
	message, _ := body["message"].(string)
	body["message"] = strings.Replace(message, "Projects", "Deployments", 1)
}

// firstDays are when eras began.
var firstDays = []string{
	"2013-12-04", "2014-01-09", "2014-03-03", "2014-05-19", "2014-06-11", "2014-08-15", "2014-10-22", "2014-11-25",
	"2016-04-06", "2018-10-01", "2020-06-01", "2022-01-01",
}

func (r recording) at(t testing.TB) (day string, dated bool) {
	t.Helper()
	s := r.Source.RecordedAt
	if s == "" {
		return "", false
	}
	for _, form := range []string{http.TimeFormat, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(form, s); err == nil {
			return at.Format(time.DateOnly), true
		}
	}
	t.Fatalf("%s: recorded at %q", r.name, s)
	return "", false
}

// era is the day's (decisions §8).
func (r recording) era(t testing.TB) slipway.Era {
	t.Helper()
	day, dated := r.at(t)
	if dated {
		era := slipway.E0
		for i, first := range firstDays {
			if day >= first {
				era = slipway.Era(i)
			}
		}
		return era
	}
	switch {
	case strings.HasPrefix(r.Era, "cannonball"):
		return slipway.E6
	case r.Era == "v3", strings.HasPrefix(r.Era, "ant-man"), strings.HasPrefix(r.Era, "flash"), strings.HasPrefix(r.Era, "antiope"):
		return slipway.E10
	default:
		return slipway.E11
	}
}

// header is a recorded header, its lines joined; empty when it was not recorded.
func header(h map[string]any, name string) (string, bool) {
	switch v := h[name].(type) {
	case string:
		return v, true
	case []any:
		lines := make([]string, len(v))
		for i := range v {
			lines[i], _ = v[i].(string)
		}
		return strings.Join(lines, ", "), true
	}
	return "", false
}

var previewName = regexp.MustCompile(`github\.([a-z-]+-preview)`)

// accept is the Accept header to send: the recorded one, unless the response named other previews.
func (r recording) accept() (accept string, recorded bool) {
	accept, _ = header(r.Request.Headers, "Accept")
	answered, _ := header(r.Response.Headers, "X-GitHub-Media-Type")
	var types []string
	for _, m := range previewName.FindAllStringSubmatch(answered, -1) {
		types = append(types, "application/vnd.github."+m[1]+"+json")
	}
	if want := strings.Join(types, ", "); want != "" && want != accept {
		return want, false
	}
	return accept, true
}
