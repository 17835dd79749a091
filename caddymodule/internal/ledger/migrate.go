package ledger

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

const (
	versionTable = "ledger_version"
	lockTable    = "ledger_migration_lock"
)

func migrateSQLite(ctx context.Context, db *sql.DB) error {
	return migrate(ctx, db, goose.DialectSQLite3)
}

// migratePostgres lets one bridge at a time migrate. The others wait for a row of
// a table, which a lease frees should its owner die.
func migratePostgres(ctx context.Context, db *sql.DB) error {
	locker, err := lock.NewPostgresTableLocker(
		lock.WithTableName(lockTable),
		lock.WithTableLeaseDuration(30*time.Second),
		lock.WithTableHeartbeatInterval(5*time.Second),
		lock.WithTableLockTimeout(time.Second, 60),
		lock.WithTableUnlockTimeout(time.Second, 5),
	)
	if err != nil {
		return fmt.Errorf("preparing migration lock: %w", err)
	}
	return migrate(ctx, db, goose.DialectPostgres, goose.WithLocker(locker))
}

// migrate brings the schema to the version of this program. It refuses a newer
// one: what that version means by its rows is unknown here.
func migrate(ctx context.Context, db *sql.DB, dialect database.Dialect, options ...goose.ProviderOption) error {
	moving := new(bool)
	provider, err := newProvider(db, dialect, moving, options...)
	if err != nil {
		return fmt.Errorf("preparing migrations: %w", err)
	}
	have, want, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("reading schema version: %w", err)
	case have > want:
		return fmt.Errorf("%w: it has schema version %d, this program knows up to %d: run the newer version of the bridge",
			ErrNewerSchema, have, want)
	case have == want:
		return nil
	}
	*moving = dialect == goose.DialectSQLite3 && isSmall(ctx, db)
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating from schema version %d to %d: %w", have, want, err)
	}
	return nil
}

func newProvider(
	db *sql.DB, dialect database.Dialect, moving *bool, options ...goose.ProviderOption,
) (*goose.Provider, error) {
	store, err := database.NewStore(dialect, versionTable)
	if err != nil {
		return nil, err
	}
	all, err := migrations(moving)
	if err != nil {
		return nil, err
	}
	options = append(options, goose.WithStore(store), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(all...))
	return goose.NewProvider("", db, nil, options...)
}

// whereSmall ends the names of migrations that only move rows within SQLite, to save time
// from then on. Every statement runs on either form, so they are left out where they would
// take long, which a start must not, and where a page of the history is damaged. On
// PostgreSQL they are always left out.
const whereSmall = "_where_small.sql"

// migrations are the files, each executed as a whole. Both databases take many
// statements at once, so that goose need not part them, which takes more time than to
// execute them. Those that only move rows look at moving when they are due.
func migrations(moving *bool) (all []*goose.Migration, err error) {
	files, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return nil, err
		}
		statements, err := migrationFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			if strings.HasSuffix(file, whereSmall) && !*moving {
				return nil
			}
			_, err := tx.ExecContext(ctx, string(statements))
			return err
		}}, nil))
	}
	return all, nil
}

// smallHistory is how many rows take about a second to be moved.
const smallHistory = 100_000

// isSmall reports whether a file has no history yet, or a short one that can be read.
func isSmall(ctx context.Context, db *sql.DB) bool {
	var tables int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE name IN ('events', 'attempts')`).Scan(&tables)
	if err != nil || tables == 0 {
		return err == nil
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return false
	}
	rows := 0
	for _, history := range []string{ // read as they would be moved
		`SELECT count(*), max(length(detail)) FROM (SELECT detail FROM events ORDER BY order_id, mer_id, at, id LIMIT $1)`,
		`SELECT count(*), max(length(excerpt)) FROM (SELECT excerpt FROM attempts ORDER BY order_id, mer_id, n LIMIT $1)`,
	} {
		var n int
		if err := conn.QueryRowContext(ctx, history, smallHistory+1).Scan(&n, new(any)); err != nil {
			closeConn(conn) // one that has met damage meets it again everywhere
			return false
		}
		rows += n
	}
	return conn.Close() == nil && rows <= smallHistory
}
