package store

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// generated parses what sqlc wrote.
func generated(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("db/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no generated files: %v", err)
	}
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// statements are the texts of all queries by name.
func statements(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, file := range generated(t) {
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				texts[v.Names[0].Name] = text
			}
		}
	}
	if len(texts) < 50 {
		t.Fatalf("only %d statements were found", len(texts))
	}
	return texts
}

// TestStatementsPrepare: sqlc checks them against PostgreSQL's grammar only. Here both databases read all of them.
func TestStatementsPrepare(t *testing.T) {
	texts := statements(t)
	both(t, func(t *testing.T, open func(*testing.T, Config) *DB) {
		d := open(t, Config{})
		pool := poolOf(d)
		for name, text := range texts {
			if err := prepares(t, pool, text); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if prepares(t, pool, "SELECT nothing FROM nowhere") == nil {
			t.Error("anything prepares")
		}
	})
}

func prepares(t *testing.T, pool *sql.DB, text string) error {
	t.Helper()
	st, err := pool.PrepareContext(t.Context(), text)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }() // it was read, which is all
	return nil
}

// walks are the statements that go through a whole table, and why they may.
var walks = map[string]string{
	"listTokens":                  "an administrator asks for all of them",
	"listApps":                    "an administrator asks for all of them",
	"listRepositoriesWithIntents": "holds only what is under way",
	"countSHA":                    "the rows of its own subquery, at most ten thousand",
	"countDeploymentIn":           "the rows of its own values",
	"countDeploymentsOfCommit":    "the rows of its own subquery, at most ten thousand",
	"insertAccount":               "tables that refer to accounts: looked at only while a deferred violation is open, and there is none",
	"endLeases":                   "one row a hook, once at start",
	"endFolderLeases":             "holds only what is under way",
	"listFolderMoves":             "holds only what is under way",
	"listOldestAttempts":          "by id, as many as its limit",
}

// TestStatementsUseIndexes: on SQLite no statement walks through a table that grows without a reason.
func TestStatementsUseIndexes(t *testing.T) {
	pool := poolOf(openTestSQLite(t, Config{}))
	for name, text := range statements(t) {
		for _, step := range plan(t, pool, text) {
			whole := strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, " INDEX ") && !strings.HasPrefix(step, "SCAN json_each") &&
				!strings.HasPrefix(step, "SCAN CONSTANT")
			if whole && walks[name] == "" {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// TestListsWalkTheirIndex: a page of a list is read from the index that its leading filter has, already in order.
func TestListsWalkTheirIndex(t *testing.T) {
	pool := poolOf(openTestSQLite(t, Config{}))
	texts := statements(t)
	sorted := []string{
		"listDeploymentsOfSHAPrefix", "listLatestCommitStatuses", "listLatestStatusesOfCommits", // few rows, of one sha
		"listNewestDeploymentStatuses", "listOldestDeploymentStatuses", // a few rows of each deployment
	}
	for query, index := range map[string]string{
		"listDeployments": "deployments_repository", "listDeploymentsAscending": "deployments_repository",
		"listDeploymentsOfSHA": "deployments_sha", "listDeploymentsOfSHAPrefix": "deployments_sha",
		"listDeploymentsOfRef": "deployments_ref", "listDeploymentsOfRefAscending": "deployments_ref",
		"listDeploymentsOfTask": "deployments_task", "listDeploymentsOfTaskAscending": "deployments_task",
		"listDeploymentsOfEnvironment": "deployments_environment", "listDeploymentsOfEnvironmentAscending": "deployments_environment",
		"listLiveBefore": "deployments_live", "listDeploymentStatuses": "deployment_statuses_deployment",
		"getLatestDeploymentStatus": "deployment_statuses_deployment", "listStamped": "events_position",
		"listDeploymentsUp": "deployments_repository", "listDeploymentsDown": "deployments_repository",
		"listDeploymentsOfSHAUp": "deployments_sha", "listDeploymentsOfSHADown": "deployments_sha",
		"listDeploymentsOfEnvironmentUp": "deployments_environment", "listDeploymentsOfEnvironmentDown": "deployments_environment",
		"listLatestCompletedDeployments": "deployments_environment",
		"listDeploymentStatusesUp":       "deployment_statuses_deployment", "listDeploymentStatusesDown": "deployment_statuses_deployment",
		"listNewestDeploymentStatuses": "deployment_statuses_deployment", "listOldestDeploymentStatuses": "deployment_statuses_deployment",
		"countStatusesOfDeployments": "deployment_statuses_deployment", "listLatestStatusesOfCommits": "commit_statuses_sha",
		"listEnvironmentsUp": "environments_name", "listEnvironmentsDown": "environments_name",
		"listFeed": "events_feed", "listFeedOf": "events_actor", "listPublicRepositories": "repositories_pushed",
		"countCommitStatusesOfContext": "commit_statuses_sha", "listLatestCommitStatuses": "commit_statuses_sha",
	} {
		plan := strings.Join(plan(t, pool, texts[query]), "; ")
		sorts := strings.Contains(plan, "TEMP B-TREE") && !slices.Contains(sorted, query)
		if !strings.Contains(plan, "INDEX "+index+" ") || sorts {
			t.Errorf("%s: %s", query, plan)
		}
	}
}

// plan is how SQLite goes about a statement.
func plan(t *testing.T, pool *sql.DB, text string) (steps []string) {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, strings.Count(text, "$"))...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer func() { _ = rows.Close() }() // Err tells
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// TestNamesDoNotShadow: of a query named like its parameter sqlc makes a method that runs the parameter as SQL.
func TestNamesDoNotShadow(t *testing.T) {
	queries := statements(t)
	for _, file := range generated(t) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, field := range f.Type.Params.List {
				for _, name := range field.Names {
					if _, taken := queries[name.Name]; taken {
						t.Errorf("the parameter %s of %s has the name of a query", name.Name, f.Name.Name)
					}
				}
			}
		}
	}
}

// TestGenerated: db/ is what its inputs say. The checksum stands in for running sqlc, which takes minutes to build.
func TestGenerated(t *testing.T) {
	hash := sha256.New()
	inputs := []string{"sqlc.yaml"}
	for _, pattern := range []string{"migrations/postgres/*.sql", "queries/*.sql"} {
		names, err := filepath.Glob(pattern) // sorted, as the shell does in the C locale
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, names...)
	}
	for _, name := range inputs {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		hash.Write(text)
	}
	kept, err := os.ReadFile("db/inputs.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", hash.Sum(nil)); !strings.HasPrefix(string(kept), got) {
		t.Errorf("queries or migrations have changed (%s): run make generate", got)
	}
}
