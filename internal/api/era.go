package api

import (
	"slices"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// A preview is the time in which a part of the API answered only who named its media type (contract 1.3). It only exists
// where the server is set to that time.
type preview struct {
	name  string      // what the refusal calls it
	until slipway.Era // the first era without it
	types []string    // after application/vnd.github.; one of them opens it
}

// The previews of routes that are served.
var (
	deploymentsPreview = &preview{"Deployments", slipway.E7, []string{"cannonball-preview", "preview"}}
	combinedPreview    = &preview{"Combined Status", slipway.E4, []string{"she-hulk-preview"}}
	topicsPreview      = &preview{"Repository Topics", slipway.E11, []string{"mercy-preview"}}
)

// checkPreview refuses who does not name the media type of a preview.
func (a *API) checkPreview(c *call) error {
	p := c.row.preview
	if p == nil || a.options.Era >= p.until || slices.ContainsFunc(p.types, func(t string) bool { return slices.Contains(c.accept.named, t) }) {
		return nil
	}
	return slipway.PreviewOnly(p.name)
}

// documentationOf is where a server of an era finds its documentation: GitHub's has moved twice. One of their own stays.
func documentationOf(base string, era slipway.Era) documentation {
	switch {
	case era >= slipway.E11 || base != "" && base != githubDocs:
		return documentation{base: strings.TrimSuffix(or(base, githubDocs), "/") + "/rest", page: today, limits: "/overview/rate-limits-for-the-rest-api"}
	case era >= slipway.E10:
		return documentation{base: "https://docs.github.com/rest", page: inReference, limits: "/overview/resources-in-the-rest-api#rate-limiting"}
	case era >= slipway.E7:
		return documentation{base: "https://developer.github.com/v3", page: inVersion3, limits: "/#rate-limiting"}
	default:
		return documentation{base: "http://developer.github.com/v3", page: inVersion3, limits: "/#rate-limiting"}
	}
}

// documentation is a base address, and how a row's doc is written below it.
type documentation struct {
	base   string
	page   func(page, fragment string) string
	limits string // the page about rate limits, below base
}

const githubDocs = "https://docs.github.com"

// of is the address of a row's doc. One that begins with a slash is beside the pages about REST.
func (d documentation) of(doc string) string {
	if strings.HasPrefix(doc, "/") {
		return strings.TrimSuffix(d.base, "/rest") + doc
	}
	page, fragment, _ := strings.Cut(doc, "#")
	return d.base + "/" + d.page(page, fragment)
}

func today(page, fragment string) string { return page + "#" + fragment }

// inReference is a page of 2020 and 2021: one for each category.
func inReference(page, fragment string) string {
	category, _, _ := strings.Cut(pageOfVersion3(page), "/")
	return "reference/" + category + "#" + fragment
}

// inVersion3 is a page of the years before.
func inVersion3(page, fragment string) string { return pageOfVersion3(page) + "/#" + fragment }

// pageOfVersion3 is what a page was called until 2020.
func pageOfVersion3(page string) string {
	if old, ok := pagesOfVersion3[page]; ok {
		return old
	}
	return page
}

var pagesOfVersion3 = map[string]string{
	"branches/branches":       "repos/branches",
	"commits/commits":         "repos/commits",
	"commits/statuses":        "repos/statuses",
	"deployments/deployments": "repos/deployments",
	"deployments/statuses":    "repos/deployments",
	"meta/meta":               "meta",
	"orgs/orgs":               "orgs",
	"rate-limit/rate-limit":   "rate_limit",
	"repos/repos":             "repos",
	"repos/webhooks":          "repos/hooks",
	"users/users":             "users",
}
