package slipway_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/slipway-deploy/slipway"

// anything marks packages that may import all of ours.
var anything = []string{"*"}

// mayImport says which of our packages each package's own files (tests apart) may import, "." being the root. A package
// that is not here fails the test: its place in the house is decided by writing a row (docs/architecture.md).
var mayImport = map[string][]string{
	".":                        {},
	"internal/deploy":          {"."},
	"internal/wire":            {"."},
	"internal/hook":            {".", "internal/wire"},
	"internal/git":             {".", "internal/deploy"}, // for the types of the port it satisfies
	"internal/store":           {".", "internal/deploy", "internal/hook", "internal/store/db"},
	"internal/store/db":        {},
	"internal/api":             {".", "internal/deploy", "internal/wire"},
	"internal/graph":           {".", "internal/deploy", "internal/graph/exec", "internal/graph/object"},
	"internal/graph/exec":      {"internal/graph/object"}, // generated
	"internal/graph/object":    {".", "internal/deploy"},
	"internal/githttp":         {".", "internal/deploy", "internal/git"},
	"internal/login":           {".", "internal/deploy", "internal/wire"},
	"internal/client":          {".", "internal/wire"},
	"internal/cli":             {".", "internal/client"},
	"docs":                     {},
	"cmd/slipway":              anything,
	"internal/store/storetest": anything,
	"internal/testkit":         anything,
}

// testOnly are packages that only tests, and each other, may import.
var testOnly = []string{"internal/store/storetest", "internal/testkit"}

// graphPackages are one edge: what gqlgen generates lies in a package of its own, and what it calls in another.
var graphPackages = []string{"internal/graph", "internal/graph/exec", "internal/graph/object"}

// owners says which packages may import a library: one, unless the reason stands beside it. Standard packages are free
// unless they are here.
var owners = map[string][]string{
	"code.dny.dev/ssrf":                  {"internal/hook"},
	"github.com/golang-jwt/jwt/v5":       {"internal/deploy"}, // apps sign who they are
	"github.com/99designs/gqlgen":        graphPackages,
	"github.com/vektah/gqlparser/v2":     graphPackages,
	"github.com/google/uuid":             {"internal/hook"},   // GUIDs are given where deliveries are made
	"github.com/hashicorp/golang-lru/v2": {"internal/deploy"}, // who may do what, remembered within bounds
	"github.com/jackc/pgx/v5":            {"internal/store"},
	"github.com/klauspost/compress":      {"internal/api"},
	"github.com/lmittmann/tint":          {"cmd/slipway"},
	"github.com/pressly/goose/v3":        {"internal/store"},
	"github.com/prometheus":              {"cmd/slipway"},
	"github.com/spf13/cobra":             {"cmd/slipway", "internal/cli"}, // commands of both kinds; ADR 9
	"go.yaml.in/yaml/v3":                 {"cmd/slipway"},
	// Waiting for several things at once is nobody's own.
	"golang.org/x/crypto": {"internal/deploy"},                              // argon2id
	"golang.org/x/term":   {"cmd/slipway"},                                  // passwords without echo
	"golang.org/x/sync":   {"internal/git", "internal/hook", "cmd/slipway"}, // groups and bounds of goroutines; ADR 8
	"golang.org/x/sys":    {"internal/git", "cmd/slipway"},                  // folders that change places; the folder lock, descriptors; ADR 8
	"golang.org/x/text":   {"."},                                            // the one fold of names
	"golang.org/x/time":   {"internal/api"},
	"modernc.org/sqlite":  {"internal/store"},

	"database/sql": {"internal/store", "internal/store/db"}, // the only SQL
}

// forbidden are standard packages that would let a mechanism into a place of rules.
var forbidden = map[string][]string{
	".":               {"context", "os", "io/fs", "log", "net/http", "crypto/rand", "math/rand"},
	"internal/deploy": {"net/http", "os", "os/exec"},
	"internal/wire":   {"context", "net/http", "os"},
}

// clock are the functions of package time that look at a clock: the root is told the time.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

// TestImports is the house's plan, executable. It reads the files themselves: what "go list" said would be kept in the test
// cache when a file changes.
func TestImports(t *testing.T) {
	for _, v := range violations(t, os.DirFS(".")) {
		t.Error(v)
	}
}

func TestImportRulesBite(t *testing.T) {
	for _, test := range []struct{ file, source, want string }{
		{"internal/deploy/x.go", `import _ "` + module + `/internal/store"`, "may not import internal/store"},
		{"internal/deploy/x.go", `import _ "` + module + `/internal/hook"`, "may not import internal/hook"},
		{"internal/deploy/x.go", `import _ "net/http"`, "may not import net/http"},
		{"internal/git/x.go", `import _ "` + module + `/internal/store"`, "may not import internal/store"},
		{"internal/api/x.go", `import _ "` + module + `/internal/git"`, "may not import internal/git"},
		{"internal/api/x.go", `import _ "database/sql"`, "belongs to"},
		{"internal/api/x.go", `import _ "modernc.org/sqlite"`, "belongs to"},
		{"internal/api/x.go", `import _ "example.com/new"`, "has no owner"},
		{"internal/hook/x.go", `import _ "` + module + `/internal/testkit"`, "is for tests"},
		{"cmd/slipway/x.go", `import _ "` + module + `/internal/store/storetest"`, "is for tests"},
		{"internal/util/x.go", ``, "has no row"},
		{"x.go", `import _ "context"`, "may not import context"},
		{"x.go", `import _ "` + module + `/internal/wire"`, "may not import internal/wire"},
		{"x.go", `import clock "time"; var now = clock.Now()`, "looks at a clock"},

		{"internal/hook/x.go", `import _ "` + module + `/internal/wire"`, ""},
		{"internal/hook/x_test.go", `import _ "` + module + `/internal/testkit"`, ""},
		{"internal/store/storetest/x.go", `import _ "` + module + `/internal/testkit"`, ""},
		{"cmd/slipway/x.go", `import _ "` + module + `/internal/git"`, ""},
		{"internal/wire/testdata/x.go", `import _ "example.com/new"`, ""},
		{"x.go", `import "time"; var a time.Time`, ""},
		{"x.go", `import _ "log/slog"`, ""},
	} {
		got := violations(t, fstest.MapFS{test.file: {Data: []byte("package x\n" + test.source)}})
		switch {
		case test.want == "" && len(got) > 0:
			t.Errorf("%s with %q: %v, want nothing", test.file, test.source, got)
		case test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)):
			t.Errorf("%s with %q: %v, want one saying %q", test.file, test.source, got, test.want)
		}
	}
}

// violations lists what the files below a folder import and should not.
func violations(t *testing.T, tree fs.FS) (found []string) {
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && skipped(tree, name):
			return fs.SkipDir
		case entry.IsDir(), !strings.HasSuffix(name, ".go"), strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if pinsModules(source) {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, v := range violationsOf(path.Dir(name), file) {
			found = append(found, name+": "+v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// skipped reports whether a folder holds no package of this module.
func skipped(tree fs.FS, dir string) bool {
	base := path.Base(dir)
	if dir != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata") {
		return true
	}
	_, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return dir != "." && err == nil
}

// pinsModules reports whether a file is in no build and only keeps modules in go.mod.
func pinsModules(source []byte) bool { return strings.HasPrefix(string(source), "//go:build deps\n") }

func violationsOf(dir string, file *ast.File) []string {
	if mayImport[dir] == nil {
		return []string{"package " + dir + " has no row in the table"}
	}
	var found []string
	for _, spec := range file.Imports {
		if v := violation(dir, strings.Trim(spec.Path.Value, `"`)); v != "" {
			found = append(found, v)
		}
	}
	if dir == "." {
		found = append(found, clockReads(file)...)
	}
	return found
}

// violation says why a package may not import a path; empty when it may.
func violation(dir, imported string) string {
	if ours, ok := strings.CutPrefix(imported, module); ok {
		return ourViolation(dir, path.Join(".", strings.TrimPrefix(ours, "/")))
	}
	if slices.Contains(forbidden[dir], imported) {
		return dir + " may not import " + imported
	}
	for library, packages := range owners {
		if imported == library || strings.HasPrefix(imported, library+"/") {
			if !slices.Contains(packages, dir) && !slices.Contains(testOnly, dir) {
				return fmt.Sprintf("%s belongs to %s", library, strings.Join(packages, ", "))
			}
			return ""
		}
	}
	if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") && !slices.Contains(testOnly, dir) {
		return imported + " has no owner in the table"
	}
	return ""
}

func ourViolation(dir, imported string) string {
	allowed := mayImport[dir]
	switch {
	case slices.Contains(testOnly, imported) && !slices.Contains(testOnly, dir):
		return imported + " is for tests"
	case !slices.Contains(allowed, "*") && !slices.Contains(allowed, imported):
		return dir + " may not import " + imported
	}
	return ""
}

// clockReads lists the uses of package time that look at a clock.
func clockReads(file *ast.File) (found []string) {
	local := ""
	for _, spec := range file.Imports {
		if spec.Path.Value == `"time"` {
			local = "time"
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && local != "" && x.Name == local && slices.Contains(clock, sel.Sel.Name) {
				found = append(found, "time."+sel.Sel.Name+" looks at a clock")
			}
		}
		return true
	})
	return found
}
