package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

type dialect struct {
	goose  goose.Dialect
	folder string
}

var (
	sqliteDialect   = dialect{goose.DialectSQLite3, "migrations/sqlite"}
	postgresDialect = dialect{goose.DialectPostgres, "migrations/postgres"}
)

// migrate brings a schema up to date, one transaction a step: killed anywhere, the next start goes on where it stood. It
// refuses a schema that a newer binary made. Nodes that start together on one PostgreSQL take turns.
func migrate(ctx context.Context, pool *sql.DB, d dialect) error {
	files, err := fs.Sub(migrations, d.folder)
	if err != nil {
		return err
	}
	var options []goose.ProviderOption
	if d == postgresDialect {
		turns, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(turns))
	}
	provider, err := goose.NewProvider(d.goose, pool, files, options...)
	if err != nil {
		return err
	}
	have, known, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > known {
		return fmt.Errorf("the database has schema %d, this slipway knows schema %d: start a newer slipway", have, known)
	}
	if _, err = provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate from schema %d to %d: %w", have, known, err)
	}
	return nil
}
