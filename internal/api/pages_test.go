package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// pagesOf makes an API and a call that only know what Link headers need.
func pagesOf(query string) (*API, *call) {
	a := &API{options: Options{URLs: slipway.URLs{API: "https://x/api/v3"}}}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL.RawQuery = query
	return a, &call{request: r, row: &route{}, at: place{inside: true, rest: "deployments"}, Repo: slipway.Repository{ID: 7}}
}

func TestPageOf(t *testing.T) {
	for query, want := range map[string]deploy.Page{
		"":                              {Number: 1, Size: 30},
		"page=2&per_page=5":             {Number: 2, Size: 5},
		"per_page=100":                  {Number: 1, Size: 100},
		"per_page=101":                  {Number: 1, Size: 100},
		"per_page=0":                    {Number: 1, Size: 30},
		"per_page=-5&page=-1":           {Number: 1, Size: 30},
		"per_page=x&page=y":             {Number: 1, Size: 30},
		"page=0":                        {Number: 1, Size: 30},
		"page=1e3":                      {Number: 1, Size: 30},
		"page=99999999999999999999":     {Number: maxPage, Size: 30},
		"per_page=99999999999999999999": {Number: 1, Size: 100},
		"page=-99999999999999999999":    {Number: 1, Size: 30},
		"per_page=5&per_page=6":         {Number: 1, Size: 6},
		"per%5Fpage=7":                  {Number: 1, Size: 7},
	} {
		_, c := pagesOf(query)
		if got := c.page(); got != want {
			t.Errorf("%q: %+v, want %+v", query, got, want)
		}
	}
}

func TestPageLinks(t *testing.T) {
	const base = "https://x/api/v3/repositories/7/deployments?"
	link := func(query, rel string) string { return "<" + base + query + `>; rel="` + rel + `"` }
	for name, row := range map[string]struct {
		query string
		total int
		open  bool // nobody has counted
		want  []string
	}{
		"one page":              {"", 30, false, nil},
		"empty":                 {"", 0, false, nil},
		"first":                 {"", 31, false, []string{link("page=2", "next"), link("page=2", "last")}},
		"middle":                {"page=2", 90, false, []string{link("page=1", "prev"), link("page=3", "next"), link("page=3", "last"), link("page=1", "first")}},
		"last":                  {"page=2", 31, false, []string{link("page=1", "prev"), link("page=1", "first")}},
		"past the end":          {"page=9", 31, false, []string{link("page=2", "prev"), link("page=1", "first")}},
		"appended":              {"per_page=1", 2, false, []string{link("per_page=1&page=2", "next"), link("per_page=1&page=2", "last")}},
		"replaced in place":     {"page=1&per_page=1", 2, false, []string{link("page=2&per_page=1", "next"), link("page=2&per_page=1", "last")}},
		"others kept":           {"environment=a%2Fb&per_page=1", 2, false, []string{link("environment=a%2Fb&per_page=1&page=2", "next"), link("environment=a%2Fb&per_page=1&page=2", "last")}},
		"credentials left out":  {"access_token=slp_x&per_page=1", 2, false, []string{link("per_page=1&page=2", "next"), link("per_page=1&page=2", "last")}},
		"nobody counted":        {"per_page=1", 2, true, []string{link("per_page=1&page=2", "next")}},
		"nobody counted, last":  {"page=3&per_page=2", 6, true, []string{link("page=2&per_page=2", "prev"), link("page=1&per_page=2", "first")}},
		"nobody counted, past":  {"page=9&per_page=2", 0, true, []string{link("page=1&per_page=2", "prev"), link("page=1&per_page=2", "first")}},
		"cannot leave its link": {`ref=">,<x`, 31, false, []string{link("ref=%22%3E,%3Cx&page=2", "next"), link("ref=%22%3E,%3Cx&page=2", "last")}},
	} {
		t.Run(name, func(t *testing.T) {
			a, c := pagesOf(row.query)
			if got := a.pageLinks(c, c.page(), row.total, !row.open); got != strings.Join(row.want, ", ") {
				t.Errorf("%s", got)
			}
		})
	}
}

func TestCursor(t *testing.T) {
	for query, want := range map[string]int64{"": 0, "cursor=v1_12": 12, "cursor=": 0} {
		_, c := pagesOf(query)
		if got, err := cursorOf(c.request); got != want || err != nil {
			t.Errorf("%q: %d, %v", query, got, err)
		}
	}
	for _, query := range []string{"cursor=12", "cursor=v1_", "cursor=v1_-1", "cursor=v1_x", "cursor=v2_1", "cursor=v1_99999999999999999999"} {
		_, c := pagesOf(query)
		if _, err := cursorOf(c.request); slipway.KindOf(err) != slipway.Malformed {
			t.Errorf("%q: %v", query, err)
		}
	}
}

// FuzzPages: whatever the query, pages are within bounds, and every link is a URL that asks for a page that exists.
func FuzzPages(f *testing.F) {
	for _, q := range []string{"", "page=2&per_page=1", "page=%32", "a=1;b=2", "page=1&page=2", "%zz=1", `x=>;"`, "access_token=slp_secret&page=3", "\x00=\xff"} {
		f.Add(q, 31)
	}
	f.Fuzz(func(t *testing.T, query string, total int) {
		if total < 0 || total > 1<<40 {
			return
		}
		a, c := pagesOf(query)
		p := c.page()
		if p.Number < 1 || p.Number > maxPage || p.Size < 1 || p.Size > maxPageSize {
			t.Fatalf("%+v", p)
		}
		header := a.pageLinks(c, p, total, true)
		if header == "" {
			return
		}
		for item := range strings.SplitSeq(header, `", <`) {
			address, rel, ok := strings.Cut(strings.TrimPrefix(item, "<"), `>; rel="`)
			if !ok || strings.ContainsAny(address, "<>\" \r\n") || strings.ContainsAny(rel, "<>\r\n") {
				t.Fatalf("not a link: %q of %q", item, header)
			}
			u, err := url.Parse(address)
			if err != nil {
				t.Fatalf("%q: %v", address, err)
			}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.URL.RawQuery = u.RawQuery
			n, err := strconv.Atoi(queryValue(r, "page"))
			if err != nil || n < 1 || n > max((total+p.Size-1)/p.Size, 1) {
				t.Fatalf("page %q of %d: %q", queryValue(r, "page"), total, address)
			}
			for _, secret := range []string{"access_token", "client_secret"} {
				if queryValue(r, secret) != "" {
					t.Fatalf("a credential in %q", address)
				}
			}
		}
	})
}
