package wire

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-deploy/slipway"
)

// recording is one exchange with GitHub, as the folder of SLIPWAY_RECORDED keeps them.
type recording struct {
	file     string
	Category string `json:"category"`
	Source   struct {
		RecordedAt string `json:"recorded_at"`
	} `json:"source"`
	Request struct {
		Headers map[string]any  `json:"headers"`
		Body    json.RawMessage `json:"body"`
	} `json:"request"`
	Response struct {
		Status  int             `json:"status"`
		Headers map[string]any  `json:"headers"`
		Body    json.RawMessage `json:"body"`
	} `json:"response"`
	Trimmed []struct {
		At string `json:"at"`
	} `json:"trimmed"`
}

// notOurs are recordings whose bodies fit no column of contract file 02, a reason each.
var notOurs = map[string]string{
	"deployments-get--06--v3--200.json": "a plain request answered with ant-man's members but without performed_via_github_app",
	"branches--03--v3--200.json":        "the loki preview's protection object",
}

// TestRecorded compares what this package renders with what GitHub answered: under the era of the recording, deployments
// and their statuses have exactly the recorded members, everything else at least those, and values are of the same type.
func TestRecorded(t *testing.T) {
	compared := 0
	for _, r := range recordings(t) {
		theirs := r.bodies(t)
		ours, exact := r.ours()
		if ours == nil || len(theirs) == 0 || notOurs[r.file] != "" {
			continue
		}
		compared++
		t.Run(r.file, func(t *testing.T) {
			for _, their := range theirs {
				r.compare(t, "", their, object(t, ours), exact)
			}
		})
	}
	t.Logf("compared with %d recordings", compared)
	if compared < 60 {
		t.Errorf("only %d recordings were compared: the folder is not what it was", compared)
	}
}

// TestRecordedRequests reads every recorded request body that one of the decoders is for. GitHub accepted them.
func TestRecordedRequests(t *testing.T) {
	read := 0
	for _, r := range recordings(t) {
		if len(r.Request.Body) == 0 || string(r.Request.Body) == "null" || r.Response.Status >= 300 {
			continue
		}
		var err error
		switch body := r.Request.Body; r.Category {
		case "deployments-create":
			_, err = DecodeDeployment(body, r.shape())
		case "deployment-statuses-create":
			_, err = DecodeDeploymentStatus(body, r.shape())
		case "statuses-create":
			_, err = DecodeCommitStatus(body)
		case "environments-put":
			_, err = DecodeEnvironment(body)
		case "hooks-create", "hooks-edit":
			_, err = DecodeHook(body)
		case "merges":
			_, _, _, err = DecodeMerge(body)
		default:
			continue
		}
		read++
		if err != nil {
			t.Errorf("%s: %v", r.file, err)
		}
	}
	t.Logf("read %d requests", read)
}

// recordings reads the folder, or says that there is none and ends the test.
func recordings(t *testing.T) []recording {
	t.Helper()
	folder := os.Getenv("SLIPWAY_RECORDED")
	set := folder != ""
	if !set {
		folder = filepath.Join("..", "shared", "contract", "recorded")
	}
	if !filepath.IsAbs(folder) {
		folder = filepath.Join("..", "..", folder) // from the root of the module
	}
	if _, err := os.Stat(folder); err != nil && !set {
		t.Skip("recorded exchanges: not run (SLIPWAY_RECORDED unset)")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s (%v)", folder, err)
	}
	list := make([]recording, 0, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r := recording{file: filepath.Base(file)}
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		list = append(list, r)
	}
	return list
}

// bodies are the objects that were answered: one, or those of a list.
func (r recording) bodies(t *testing.T) []map[string]any {
	t.Helper()
	if r.Response.Status >= 300 {
		return nil
	}
	switch body := r.Response.Body; {
	case strings.HasPrefix(string(body), "{"):
		return []map[string]any{object(t, body)}
	case strings.HasPrefix(string(body), "["):
		var list []map[string]any
		if err := json.Unmarshal(body, &list); err != nil {
			t.Fatalf("%s: %v", r.file, err)
		}
		return list
	default:
		return nil
	}
}

// ours is a body of the recording's kind, nil where this package has none, and whether its members must be the same.
func (r recording) ours() (body JSON, exact bool) {
	s := r.shape()
	full := RepositoryView{Full: true, Authenticated: true, Role: slipway.RoleAdmin, MasterBranch: s.Era == slipway.E0}
	switch r.Category {
	case "deployments-create", "deployments-get", "deployments-list":
		return FromDeployment(release, web, testURLs, s), true
	case "deployment-statuses-create", "deployment-statuses-get", "deployment-statuses-list":
		return FromDeploymentStatus(report, release, web, testURLs, s), true
	case "statuses-create", "statuses-list":
		return FromCommitStatus(check, web, testURLs, s), false
	case "statuses-combined":
		return FromCombined(Combined{SHA: tip, State: "failure", Total: 1, Statuses: []slipway.CommitStatus{check}}, web, testURLs, s), true
	case "hooks-create", "hooks-edit", "hooks-get", "hooks-list":
		return FromHook(receiver, web, testURLs), false
	case "hook-deliveries":
		return FromDeliveryDetail(attempt), false
	case "environments-get", "environments-put":
		return FromEnvironment(guarded, web, testURLs, Today), false
	case "environments-list":
		return FromEnvironments(1, []slipway.Environment{guarded}, web, testURLs, Today), true
	case "merges":
		return FromCommit(slipway.Commit{SHA: tip, Tree: tree, Parents: change.Parents}, &octocat, &octocat, web, testURLs, Today), false
	case "commits-get":
		return FromCommit(change, &octocat, &octocat, web, testURLs, Today), false
	case "compare":
		return FromComparison(slipway.Comparison{Base: signed, Head: change, MergeBase: signed, Commits: []slipway.Commit{change}, Files: change.Files}, "a", "b", byAddress, web, testURLs, Today), true
	case "branches":
		return FromBranch(slipway.Branch{Name: "main", SHA: tip}, change, &octocat, &octocat, web, testURLs, Today), false
	case "repos-get":
		return FromRepository(web, full, testURLs, Today), false
	case "root":
		return Root(testURLs), false
	case "meta":
		return Meta(MetaView{Hooks: []string{"192.0.2.1/32"}}), false
	case "rate-limit":
		return RateLimit(Rate{Limit: 1, Reset: then}), false
	case "user":
		return FromUser(octocat, UserView{Private: true}, testURLs, Today), false
	case "users-get":
		return FromUser(octocat, UserView{}, testURLs, Today), false
	default:
		return nil, false
	}
}

// shape is the one the recording was made in: the era of its date, the media types it names.
func (r recording) shape() Shape {
	accepted := text(r.Request.Headers["Accept"]) + "," + text(r.Response.Headers["X-GitHub-Media-Type"])
	var previews []string
	for _, name := range []string{"cannonball-preview", "ant-man-preview", "flash-preview", "she-hulk-preview"} {
		answered := text(r.Response.Headers["X-GitHub-Media-Type"])
		if strings.Contains(answered, name) || answered == "" && strings.Contains(accepted, name) {
			previews = append(previews, name)
		}
	}
	return NewShape(r.era(accepted), previews...)
}

// began says when each era began.
var began = map[slipway.Era]string{
	slipway.E1: "2014-01-09", slipway.E2: "2014-03-03", slipway.E3: "2014-05-19", slipway.E4: "2014-06-11",
	slipway.E5: "2014-08-15", slipway.E6: "2014-10-22", slipway.E7: "2014-11-25", slipway.E8: "2016-04-06",
	slipway.E9: "2018-10-01", slipway.E10: "2020-06-01", slipway.E11: "2022-11-28",
}

func (r recording) era(accepted string) slipway.Era {
	day := r.Source.RecordedAt
	if at, err := http.ParseTime(day); err == nil {
		day = at.Format(time.DateOnly)
	}
	if day == "" {
		switch {
		case strings.Contains(accepted, "cannonball"):
			return slipway.E6
		case strings.Contains(accepted, "ant-man"), strings.Contains(accepted, "flash"), strings.Contains(accepted, "github.v3+"):
			return slipway.E10
		default:
			return slipway.E11
		}
	}
	era := slipway.E0
	for e, first := range began {
		if day >= first {
			era = max(era, e)
		}
	}
	return era
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = text(v[i])
		}
		return strings.Join(parts, ",")
	default:
		return ""
	}
}

// compare holds one recorded object against ours. Of objects inside, and of the first ones of lists, at least the recorded
// members have to be there, down to what was trimmed or is what somebody sent.
func (r recording) compare(t *testing.T, path string, theirs, ours map[string]any, exact bool) {
	t.Helper()
	if exact {
		for name := range ours {
			if _, ok := theirs[name]; !ok {
				t.Errorf("%s/%s was not there in that era", path, name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		inner := path + "/" + name
		mine, ok := ours[name]
		switch {
		case r.skips(inner, name):
		case !ok:
			t.Errorf("%s is missing", inner)
		default:
			r.compareValue(t, inner, theirs[name], mine)
		}
	}
}

func (r recording) compareValue(t *testing.T, path string, theirs, mine any) {
	t.Helper()
	if a, b := kind(theirs), kind(mine); a != b && a != "null" && b != "null" {
		t.Errorf("%s is %s, was %s", path, b, a)
		return
	}
	switch theirs := theirs.(type) {
	case map[string]any:
		if mine, ok := mine.(map[string]any); ok {
			r.compare(t, path, theirs, mine, false)
		}
	case []any:
		if mine, ok := mine.([]any); ok && len(theirs) > 0 && len(mine) > 0 {
			r.compareValue(t, path+"/0", theirs[0], mine[0])
		}
	}
}

// sent are the members that hold what somebody sent, or that not every element or server has.
var sent = []string{"payload", "config", "headers", "protection_rules", "patch", "ssh_key_fingerprints"}

func (r recording) skips(path, name string) bool {
	if slices.Contains(sent, name) {
		return true
	}
	for _, cut := range r.Trimmed {
		if cut.At == path {
			return true
		}
	}
	return false
}

func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	default:
		return "object"
	}
}
