package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// poolOf is the database under a store, as one that may write.
func poolOf(d *DB) *sql.DB {
	if e, ok := d.engine.(*postgres); ok {
		return e.pool
	}
	return d.engine.(*lite).reader
}

// describe runs a query of three columns: a table, a column or an index, and what there is to say of it.
func describe(t *testing.T, d *DB, query string) map[string]string {
	t.Helper()
	rows, err := poolOf(d).QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // Err tells
	found := map[string]string{}
	for rows.Next() {
		var table, name, what string
		if err := rows.Scan(&table, &name, &what); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(table, "goose_") && !strings.HasPrefix(table, "sqlite_") {
			found[table+"."+name] = what
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// TestSchemasAreEqual: tables, columns, types, nullability; indexes with their columns, uniqueness and conditions.
func TestSchemasAreEqual(t *testing.T) {
	lite, pg := openTestSQLite(t, Config{}), openTestPostgres(t, Config{})

	types := map[string]string{
		"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea", "BOOLEAN": "boolean", "TIMESTAMP": "timestamp with time zone",
	}
	columns := describe(t, lite, `SELECT m.name, c.name, c.type || CASE WHEN c."notnull" = 0 AND c.pk = 0 THEN ' NULL' ELSE '' END
		FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`)
	for name, what := range columns {
		kind, null, _ := strings.Cut(what, " ")
		columns[name] = strings.TrimSpace(types[kind] + " " + null)
	}
	want := describe(t, pg, `SELECT table_name, column_name, data_type || CASE is_nullable WHEN 'YES' THEN ' NULL' ELSE '' END
		FROM information_schema.columns WHERE table_schema = current_schema()`)
	if diff := cmp.Diff(want, columns); diff != "" {
		t.Errorf("columns (-postgres +sqlite):\n%s", diff)
	}
	if len(want) < 100 {
		t.Errorf("only %d columns were compared", len(want))
	}

	indexes := describe(t, lite, `SELECT l.tbl_name, l.name, (SELECT group_concat(i.name, ',') FROM pragma_index_info(l.name) i) ||
		CASE WHEN x."unique" THEN ' unique' ELSE '' END || CASE WHEN x.partial THEN ' partial' ELSE '' END
		FROM sqlite_schema l JOIN pragma_index_list(l.tbl_name) x ON x.name = l.name WHERE l.type = 'index' AND l.sql IS NOT NULL`)
	wanted := describe(t, pg, `SELECT t.relname, c.relname, (SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid) ||
		CASE WHEN i.indisunique THEN ' unique' ELSE '' END || CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
		JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = current_schema() AND NOT i.indisprimary`)
	if diff := cmp.Diff(wanted, indexes); diff != "" {
		t.Errorf("indexes (-postgres +sqlite):\n%s", diff)
	}
	if len(wanted) < 20 {
		t.Errorf("only %d indexes were compared", len(wanted))
	}
	t.Logf("%d columns, %d indexes: %s", len(want), len(wanted), slices.Sorted(maps.Keys(wanted)))
}

// TestMigrationsAreForward: a newer schema is refused, and one that is up to date is opened again as it is.
func TestMigrationsAreForward(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slipway.db")
	url := testkit.Postgres(t, prepare)
	for name, c := range map[string]Config{"sqlite": {Path: path}, "postgres": {DatabaseURL: url}} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				d, err := Open(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				err = d.update(t.Context(), 0, func(t *tx) error { return t.BumpAuthVersion() })
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			d, err := Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			err = d.update(t.Context(), 0, func(t *tx) error {
				_, err := t.s.ExecContext(t.ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (4711, TRUE)")
				return err
			})
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			_, err = Open(t.Context(), c)
			if err == nil || !strings.Contains(err.Error(), "schema 4711") {
				t.Fatalf("a newer schema was opened: %v", err)
			}
		})
	}
}

// TestMigrationsTogether: nodes that start at once on one empty PostgreSQL all start.
func TestMigrationsTogether(t *testing.T) {
	url := testkit.StartPostgres(t, "fsync=off").Database(t, func(string) error { return nil })
	errs := make(chan error)
	for range 4 {
		go func() {
			d, err := Open(context.Background(), Config{DatabaseURL: url})
			if err == nil {
				err = d.Close()
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	for name, c := range map[string]Config{
		"no folder":   {Path: filepath.Join(folder, "none", "slipway.db")},
		"a folder":    {Path: folder},
		"a short key": {Path: filepath.Join(folder, "x.db"), Key: []byte("short")},
		"no URL":      {DatabaseURL: "postgres://user:canary@[::bad"},
		"no server":   {DatabaseURL: "postgres://user:canary@127.0.0.1:1/x?connect_timeout=1"},
	} {
		d, err := Open(t.Context(), c)
		if err == nil {
			t.Errorf("%s: opened", name)
			_ = d.Close()
			continue
		}
		if strings.Contains(fmt.Sprint(err), "canary") {
			t.Errorf("%s: the password is in %q", name, err)
		}
	}
}
