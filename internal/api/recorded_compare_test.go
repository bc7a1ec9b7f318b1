package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// compare holds an answer against the recorded one, as decisions §8 says.
func (s *stage) compare(got *answer, accept string, named bool) {
	s.Helper()
	want := s.rec.Response
	if got.StatusCode != want.Status {
		s.Fatalf("%s %s %s\n%d, want %d\n%s", s.rec.Request.Method, s.path, s.body, got.StatusCode, want.Status, got.body)
	}
	if want.Body != nil && s.rec.name != "root--03" {
		var body any
		if err := json.Unmarshal(got.body, &body); err != nil {
			s.Fatalf("%s: %v", got.body, err)
		}
		s.compareBody(want.Body, body)
	}
	if s.rec.Source.Kind == "reported" {
		return
	}
	s.compareHeaders(got, accept, named)
}

func (s *stage) compareHeaders(got *answer, accept string, named bool) {
	s.Helper()
	recorded := s.rec.Response.Headers
	if _, ok := header(recorded, "Location"); ok && got.get("Location") == "" {
		s.Errorf("no Location")
	}
	if link, ok := header(recorded, "Link"); ok {
		for _, rel := range rels(link) {
			if !slices.Contains(rels(got.get("Link")), rel) {
				s.Errorf("Link %q has no %s", got.get("Link"), rel)
			}
		}
	}
	if day, dated := s.rec.at(s); !dated || day >= "2014-03-01" {
		if scopes, ok := header(recorded, "X-Accepted-OAuth-Scopes"); ok && got.get("X-Accepted-OAuth-Scopes") != scopes {
			s.Errorf("X-Accepted-OAuth-Scopes %q, want %q", got.get("X-Accepted-OAuth-Scopes"), scopes)
		}
	}
	if echo, ok := header(recorded, "X-GitHub-Media-Type"); ok && named && names(accept, echo) && got.get("X-GitHub-Media-Type") != echo {
		s.Errorf("X-GitHub-Media-Type %q, want %q", got.get("X-GitHub-Media-Type"), echo)
	}
}

var relForm = regexp.MustCompile(`rel="([a-z]+)"`)

func rels(link string) []string {
	var list []string
	for _, m := range relForm.FindAllStringSubmatch(link, -1) {
		list = append(list, m[1])
	}
	return list
}

// names reports whether an Accept header names every type of an echo.
func names(accept, echo string) bool {
	for _, part := range strings.Split(echo, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.HasPrefix(name, "github.") || !strings.Contains(accept, "application/vnd."+name) {
			return false
		}
	}
	return true
}

// compareBody: the bodies of deployments and their statuses have exactly the members of their day; all others have at least
// those that were recorded, of the same types. Sentences and states are equal.
func (s *stage) compareBody(want, got any) {
	s.Helper()
	if w, ok := want.(map[string]any); ok && s.exact() {
		g, _ := got.(map[string]any)
		s.compareMembers(w, g)
	}
	if list, ok := want.([]any); ok && s.exact() && len(list) > 0 {
		g, _ := got.([]any)
		if len(g) == 0 {
			s.Fatalf("an empty list")
		}
		w, _ := list[0].(map[string]any)
		first, _ := g[0].(map[string]any)
		s.compareMembers(w, first)
	}
	s.contain("", want, got)
}

// exact says whether the recording is of deployments or their statuses, under a set era or one of its media types.
func (s *stage) exact() bool {
	c := s.rec.Category
	if !strings.HasPrefix(c, "deployments-") && !strings.HasPrefix(c, "deployment-statuses-") {
		return false
	}
	accept, _ := s.rec.accept()
	return s.rec.era(s) < slipway.E11 || strings.Contains(accept, "cannonball") || strings.Contains(accept, "github.preview")
}

func (s *stage) compareMembers(want, got map[string]any) {
	s.Helper()
	w, g := slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))
	if !slices.Equal(w, g) {
		s.Errorf("members\n%v, want\n%v", g, w)
	}
}

// contain: every recorded member is there, with a value of the same type; null matches any.
func (s *stage) contain(at string, want, got any) {
	s.Helper()
	for _, cut := range s.rec.Trimmed {
		if cut.At == at && cut.Kept > 0 {
			return
		}
	}
	if want == nil || got == nil {
		return // null matches any
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			s.mismatch(at, want, got)
			return
		}
		for name, value := range w {
			has, ok := g[name]
			if !ok && !s.trimmed(at+"/"+name) {
				s.Errorf("%s/%s is missing", at, name)
				continue
			}
			s.containMember(at, name, value, has)
		}
	case []any:
		g, ok := got.([]any)
		if !ok {
			s.mismatch(at, want, got)
			return
		}
		if len(w) > 0 && len(g) > 0 {
			s.contain(at+"/0", w[0], g[0])
		}
	default:
		if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
			s.mismatch(at, want, got)
		}
	}
}

func (s *stage) trimmed(at string) bool {
	for _, cut := range s.rec.Trimmed {
		if cut.At == at {
			return true
		}
	}
	return false
}

func (s *stage) containMember(at, name string, want, got any) {
	s.Helper()
	if s.trimmed(at + "/" + name) {
		return
	}
	s.contain(at+"/"+name, want, got)
	// Errors are matched word for word, and so are states.
	failed := s.rec.Response.Status >= 400
	switch name {
	case "message":
		if at == "" || failed {
			s.same(at+"/"+name, want, got)
		}
	case "code", "field", "resource":
		if failed {
			s.same(at+"/"+name, want, got)
		}
	case "state":
		s.same(at+"/"+name, want, got)
	}
}

func (s *stage) same(at string, want, got any) {
	s.Helper()
	w, isText := want.(string)
	g, _ := got.(string)
	if isText && fullSHA.ReplaceAllString(g, "{sha}") != fullSHA.ReplaceAllString(w, "{sha}") {
		s.Errorf("%s is %q, want %q", at, got, want)
	}
}

func (s *stage) mismatch(at string, want, got any) {
	s.Helper()
	s.Errorf("%s is %v, want something like %v", at, got, want)
}
