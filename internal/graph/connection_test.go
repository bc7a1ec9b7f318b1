package graph_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pages follows a connection from one of its ends and gives what lies at a field of each node, page by page.
func (w *world) pages(who, connection, arguments, field string, backwards bool) (all [][]string) {
	w.Helper()
	bound := ""
	for range 50 {
		query := fmt.Sprintf(`{ repository(owner: "acme", name: "open") { c: %s(%s%s) { totalCount nodes { %s } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
			connection, arguments, bound, field)
		a := w.must("reader", query)
		var page []string
		for _, node := range a.at("repository.c.nodes").([]any) {
			page = append(page, fmt.Sprint(node.(map[string]any)[field]))
		}
		all = append(all, page)
		more, cursor, argument := a.at("repository.c.pageInfo.hasNextPage"), a.at("repository.c.pageInfo.endCursor"), ", after: "
		if backwards {
			more, cursor, argument = a.at("repository.c.pageInfo.hasPreviousPage"), a.at("repository.c.pageInfo.startCursor"), ", before: "
		}
		if more != true {
			return all
		}
		bound = argument + strconv.Quote(cursor.(string))
	}
	w.Fatal("the pages do not end")
	return nil
}

func TestDeploymentPages(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for i, environment := range []string{"qa", "production", "QA", "qa", "dev", "Production", "qa"} {
		id := w.deployed("open", environment, fmt.Sprint(i))[0]
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	w.deployed("web", "qa", "0") // another repository's
	pick := func(indexes ...int) (list []string) {
		for _, i := range indexes {
			list = append(list, ids[i])
		}
		return list
	}
	const newest = `orderBy: {field: CREATED_AT, direction: DESC}`
	for _, test := range []struct {
		arguments string
		backwards bool
		want      [][]string
	}{
		{"first: 3", false, [][]string{pick(0, 1, 2), pick(3, 4, 5), pick(6)}},
		{"last: 3", true, [][]string{pick(4, 5, 6), pick(1, 2, 3), pick(0)}},
		{"first: 3, " + newest, false, [][]string{pick(6, 5, 4), pick(3, 2, 1), pick(0)}},
		{"last: 3, " + newest, true, [][]string{pick(2, 1, 0), pick(5, 4, 3), pick(6)}},
		{"first: 100", false, [][]string{ids}},
		{"first: 7", false, [][]string{ids}},
		{`first: 3, environments: ["QA"]`, false, [][]string{pick(0, 2, 3), pick(6)}},
		{`first: 2, environments: ["production", "PRODUCTION", "dev", "none"], ` + newest, false, [][]string{pick(5, 4), pick(1)}},
		{`last: 2, environments: ["production", "dev"]`, true, [][]string{pick(4, 5), pick(1)}},
		{`first: 2, environments: []`, false, [][]string{nil}},
	} {
		got := w.pages("reader", "deployments", test.arguments, "databaseId", test.backwards)
		if !slices.EqualFunc(got, test.want, slices.Equal) {
			t.Errorf("%s: %v, want %v", test.arguments, got, test.want)
		}
	}
	a := w.must("reader", `{ repository(owner: "acme", name: "open") { all: deployments { totalCount } qa: deployments(environments: ["qa", "QA"]) { totalCount }
		two: deployments(environments: ["qa", "dev"]) { totalCount } none: deployments(environments: []) { totalCount } zero: deployments(first: 0) { nodes { id } pageInfo { hasNextPage endCursor } }
		defaultBranchRef { target { ... on Commit { deployments(first: 2, environments: ["dev", "production"]) { totalCount nodes { databaseId } } } } } } }`)
	for path, want := range map[string]any{
		"all.totalCount": 7.0, "qa.totalCount": 4.0, "two.totalCount": 5.0, "none.totalCount": 0.0, "zero.pageInfo.hasNextPage": true,
		"zero.pageInfo.endCursor": nil, "defaultBranchRef.target.deployments.totalCount": 3.0,
	} {
		if got := a.at("repository." + path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if got := fmt.Sprint(a.at("repository.defaultBranchRef.target.deployments.nodes.0.databaseId")); got != ids[1] {
		t.Errorf("first deployment of the commit: %s, want %s", got, ids[1])
	}
}

// TestCursorsOutliveTheirElements: a page goes on where it stopped, whatever was added or removed meanwhile.
func TestCursorsOutliveTheirElements(t *testing.T) {
	w := newWorld(t)
	ids := w.deployed("open", "qa", "1", "2", "3", "4")
	a := w.must("reader", `{ repository(owner: "acme", name: "open") { deployments(first: 2) { pageInfo { endCursor } } } }`)
	cursor := a.str("repository.deployments.pageInfo.endCursor")
	w.rest("writer", "DELETE", fmt.Sprintf("/repos/acme/open/deployments/%d", ids[1]), "")
	w.rest("writer", "DELETE", fmt.Sprintf("/repos/acme/open/deployments/%d", ids[0]), "")
	a = w.must("reader", `query($c: String) { repository(owner: "acme", name: "open") { deployments(first: 9, after: $c) { nodes { databaseId } } } }`, vars{"c": cursor})
	if got := fmt.Sprint(a.at("repository.deployments.nodes")); got != fmt.Sprintf("[map[databaseId:%d] map[databaseId:%d]]", ids[2], ids[3]) {
		t.Errorf("went on with %s", got)
	}
}

func TestStatusPages(t *testing.T) {
	w := newWorld(t)
	ids := w.deployed("open", "qa", "1", "2")
	for _, id := range ids {
		for i := range 4 {
			w.report("open", id, fmt.Sprintf(`{"state":"in_progress","description":"%d"}`, i))
		}
	}
	a := w.must("reader", `{ repository(owner: "acme", name: "open") { deployments(first: 2) { nodes {
		newest: statuses(first: 2) { totalCount nodes { description } pageInfo { hasNextPage hasPreviousPage endCursor } }
		oldest: statuses(last: 1) { nodes { description } pageInfo { hasNextPage hasPreviousPage startCursor } } } } } }`)
	for i := range ids {
		at := fmt.Sprintf("repository.deployments.nodes.%d.", i)
		if got := fmt.Sprint(a.at(at+"newest.nodes"), a.at(at+"oldest.nodes")); got != "[map[description:3] map[description:2]] [map[description:0]]" {
			t.Errorf("deployment %d: %s", i, got)
		}
		if a.at(at+"newest.totalCount") != 4.0 || a.at(at+"newest.pageInfo.hasNextPage") != true || a.at(at+"oldest.pageInfo.hasPreviousPage") != true || a.at(at+"oldest.pageInfo.hasNextPage") != false {
			t.Errorf("%s", a.text)
		}
	}
	c := a.str("repository.deployments.nodes.1.newest.pageInfo.endCursor")
	a = w.must("reader", `query($c: String) { repository(owner: "acme", name: "open") { deployments(last: 1) { nodes { statuses(first: 1, after: $c) { nodes { description } pageInfo { hasNextPage hasPreviousPage } } } } } }`, vars{"c": c})
	if got := a.str("repository.deployments.nodes.0.statuses.nodes.0.description"); got != "1" {
		t.Errorf("after the second newest: %s", a.text)
	}
}

func TestEnvironmentAndRefPages(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"qa", "Production", "dev/eu", "zed", "Émile"} {
		w.deployed("open", name, "0")
	}
	for _, test := range []struct {
		connection, arguments string
		backwards             bool
		want                  string
	}{
		{"environments", "first: 2", false, "[[dev/eu Production] [qa zed] [Émile]]"},
		{"environments", "first: 4, orderBy: {field: NAME, direction: DESC}", false, "[[Émile zed qa Production] [dev/eu]]"},
		{"environments", "last: 2", true, "[[zed Émile] [Production qa] [dev/eu]]"},
		{"environments", `first: 2, names: ["QA", "none", "production", "zed"]`, false, "[[Production qa] [zed]]"},
		{"environments", "first: 2, pinnedEnvironmentFilter: ONLY", false, "[[]]"},
		{"refs", `refPrefix: "refs/heads/", first: 3`, false, "[[clash feature/x main] [topic]]"},
		{"refs", `refPrefix: "refs/heads/", last: 3`, true, "[[feature/x main topic] [clash]]"},
		{"refs", `refPrefix: "refs/heads", first: 9, direction: DESC`, false, "[[topic main feature/x clash]]"},
		{"refs", `refPrefix: "refs/heads/", first: 2, orderBy: {field: ALPHABETICAL, direction: DESC}`, false, "[[topic main] [feature/x clash]]"},
		{"refs", `refPrefix: "refs/heads/", first: 9, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}`, false, "[[clash topic feature/x main]]"},
		{"refs", `refPrefix: "refs/tags/", first: 1`, false, "[[v1] [v1.0]]"},
		{"refs", `refPrefix: "refs/heads/", first: 9, query: "A"`, false, "[[clash feature/x main]]"},
		{"refs", `refPrefix: "refs/none/", first: 9`, false, "[[]]"},
	} {
		got := fmt.Sprint(w.pages("reader", test.connection, test.arguments, "name", test.backwards))
		if got != test.want {
			t.Errorf("%s(%s): %s, want %s", test.connection, test.arguments, got, test.want)
		}
	}
}

func TestBadPages(t *testing.T) {
	w := newWorld(t)
	const repository = `{ repository(owner: "acme", name: "open") { %s } }`
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, test := range []struct{ field, kind, message string }{
		{`deployments { nodes { id } }`, "MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value to properly paginate the `deployments` connection."},
		{`x: deployments { pageInfo { endCursor } }`, "MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value to properly paginate the `deployments` connection."},
		{`deployments(first: null) { edges { cursor } }`, "MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value to properly paginate the `deployments` connection."},
		{`refs(refPrefix: "refs/heads/") { nodes { id } }`, "MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value to properly paginate the `refs` connection."},
		{`deployments(first: 101) { nodes { id } }`, "EXCESSIVE_PAGINATION", "Requesting 101 records on the `deployments` connection exceeds the `first` limit of 100 records."},
		{`environments(last: 2000000000) { nodes { id } }`, "EXCESSIVE_PAGINATION", "Requesting 2000000000 records on the `environments` connection exceeds the `last` limit of 100 records."},
		{`deployments(first: -1) { nodes { id } }`, "UNPROCESSABLE", "`first` on the `deployments` connection cannot be less than zero."},
		{`deployments(first: 1, last: 1) { nodes { id } }`, "UNPROCESSABLE", "Passing both `first` and `last` to paginate the `deployments` connection is not supported."},
		{`deployments(first: 1, after: "") { nodes { id } }`, "INVALID_CURSOR_ARGUMENTS", "`` does not appear to be a valid cursor."},
		{`deployments(first: 1, before: "` + encoded("cursor:v1:x") + `") { nodes { id } }`, "INVALID_CURSOR_ARGUMENTS", "`" + encoded("cursor:v1:x") + "` does not appear to be a valid cursor."},
		{`deployments(first: 1, after: "` + encoded("cursor:v1:-1") + `") { nodes { id } }`, "INVALID_CURSOR_ARGUMENTS", "`" + encoded("cursor:v1:-1") + "` does not appear to be a valid cursor."},
		{`environments(first: 1, after: "%%%") { nodes { id } }`, "INVALID_CURSOR_ARGUMENTS", "`%%%` does not appear to be a valid cursor."},
		{`deployments(first: 1, environments: [` + strings.Repeat(`"a",`, 101) + `]) { nodes { id } }`, "ARGUMENT_LIMIT", "You may not provide more than 100 `environments`."},
		{`object { id }`, "UNPROCESSABLE", "You must provide an `expression` or an `oid`."},
		{`object(oid: "main") { id }`, "UNPROCESSABLE", "An oid must be 40 hexadecimal digits."},
	} {
		a := w.ask("reader", strings.Replace(repository, "%s", test.field, 1))
		name, _, _ := strings.Cut(strings.FieldsFunc(test.field, func(r rune) bool { return r == '(' || r == ' ' })[0], ":")
		a.failed(test.kind, "repository."+name, test.message)
	}
}
