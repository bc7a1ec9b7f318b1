package api

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

const coverageFile = "../../docs/coverage.md"

// TestCoverage makes docs/coverage.md of the endpoint table: what serves each row, and which tests exercise it. A row without
// either fails, and so does a file that says otherwise; -update writes it.
func TestCoverage(t *testing.T) {
	c := coverage{t: t, played: exchangesByRow(t), clients: clientsByOperation(t)}
	var b strings.Builder
	b.WriteString(coverageHead)
	for line := range strings.SplitSeq(string(check(os.ReadFile("testdata/endpoints.txt"))(t)), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		if len(f) != 3 {
			t.Fatalf("testdata/endpoints.txt: not three columns: %s", line)
		}
		c.rows++
		if fmt.Sprint(c.rows) != f[0] {
			t.Fatalf("testdata/endpoints.txt: %s is row %d", f[0], c.rows)
		}
		for i, by := range strings.Split(f[2], ", ") {
			number, what := f[0], f[1]
			if i > 0 {
				number, what = "", ""
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", number, what, c.cells(f[0], by))
		}
	}
	if c.rows != 78 {
		t.Errorf("the endpoint table has %d rows, want 78", c.rows)
	}
	if *update {
		if err := os.WriteFile(coverageFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept := string(check(os.ReadFile(coverageFile))(t)); kept != b.String() {
		t.Error("docs/coverage.md is stale: go test ./internal/api -run TestCoverage -update")
	}
}

const coverageHead = `# Coverage

What serves each row of the endpoint table, and what exercises it. Made by ` + "`go test ./internal/api -run TestCoverage -update`" + `
from ` + "`internal/api/testdata/endpoints.txt`" + `, the table of routes, the golden exchanges and ` + "`conformance/exercised.txt`" + `; a row without a
handler or without a test fails it. Exchanges are below ` + "`internal/api/testdata/exchanges`" + `, clients are suites of
[conformance](../conformance/README.md).

| # | what | where | handler | tests | clients |
|---|---|---|---|---|---|
`

type coverage struct {
	t       *testing.T
	rows    int
	played  map[string][]string // exchanges by row of the table of routes
	clients map[string]string   // suites by operation of docs/openapi.yaml
}

// cells are the last columns of a row: of a route, or of what the table names itself. Two rows wait for environments' rules to
// hold deployments.
func (c *coverage) cells(number, by string) string {
	if by == "not yet" {
		if number != "27" && number != "29" {
			c.t.Errorf("row %s is served by nothing", number)
		}
		return "not yet | – | – | –"
	}
	if words := strings.Fields(by); len(words) == 3 {
		return c.elsewhere(words[0], words[1], words[2])
	}
	for _, row := range routes() {
		name := row.method + " " + row.pattern
		if name != by {
			continue
		}
		stories := c.played[name]
		if len(stories) == 0 {
			c.t.Errorf("row %s: %s has no exchange", number, name)
			return ""
		}
		tests := "`" + stories[0] + "`"
		if len(stories) > 1 {
			tests += fmt.Sprintf(" and %d more", len(stories)-1)
		}
		path, _ := openAPIPath(row.pattern)
		handler := runtime.FuncForPC(reflect.ValueOf(row.do).Pointer()).Name()
		handler = handler[strings.LastIndex(handler, "/")+1:]
		return fmt.Sprintf("%s | `%s` | %s | %s", row.method+" "+path, handler, tests, or(c.clients[row.method+" "+path], "–"))
	}
	c.t.Errorf("row %s: no route is %s", number, by)
	return ""
}

// elsewhere is a row that another package serves: its function and its test have to be there.
func (c *coverage) elsewhere(dir, function, test string) string {
	own, tests := functions(c.t, "../../"+dir)
	if !slices.Contains(own, function) {
		c.t.Errorf("%s has no function %s", dir, function)
	}
	if !slices.Contains(tests, test) {
		c.t.Errorf("%s has no test %s", dir, test)
	}
	return fmt.Sprintf("%s | `%s` | `%s` | –", dir, function, test)
}

// functions are the names of what a folder's files and test files declare.
func functions(t *testing.T, dir string) (own, tests []string) {
	t.Helper()
	files := check(filepath.Glob(dir + "/*.go"))(t)
	for _, name := range files {
		file := check(parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution))(t)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			switch {
			case !ok:
			case strings.HasSuffix(name, "_test.go"):
				tests = append(tests, f.Name.Name)
			default:
				own = append(own, f.Name.Name)
			}
		}
	}
	return own, tests
}

// exchangesByRow lists the golden exchanges of each row, as story/file.
func exchangesByRow(t *testing.T) map[string][]string {
	t.Helper()
	rt := tableRouter()
	played := map[string][]string{}
	for _, file := range check(filepath.Glob("testdata/exchanges/*/*.txt"))(t) {
		archive := check(txtar.ParseFile(file))(t)
		method, path, _, _ := parseRequest(string(archive.Files[0].Data))
		path, _, _ = strings.Cut(strings.TrimPrefix(path, "/api/v3"), "?")
		var v values
		if row, _, ok := rt.find(method, path, &v); ok {
			name := row.method + " " + row.pattern
			played[name] = append(played[name], strings.TrimPrefix(strings.TrimSuffix(file, ".txt"), "testdata/exchanges/"))
		}
	}
	return played
}

// clientsByOperation reads what a whole run of the conformance suites wrote down.
func clientsByOperation(t *testing.T) map[string]string {
	t.Helper()
	clients := map[string]string{}
	for line := range strings.SplitSeq(string(check(os.ReadFile("../../conformance/exercised.txt"))(t)), "\n") {
		if operation, suites, ok := strings.Cut(line, ": "); ok && line[0] != '#' {
			clients[operation] = suites
		}
	}
	return clients
}
