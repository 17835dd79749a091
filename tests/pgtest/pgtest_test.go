package pgtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paybridge/paybridge/tests/leaks"
	"github.com/paybridge/paybridge/tests/pgtest"
)

func TestMain(m *testing.M) {
	leaks.Main(m, pgtest.Stop)
}

func execute(t *testing.T, dsn, statement string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func TestDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	one, other := pgtest.Database(t), pgtest.Database(t)
	for _, dsn := range []string{one, other} {
		if err := execute(t, dsn, "CREATE TABLE kept (n INT)"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServerKeepsItsDataAndPort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(*pgtest.Server) error
	}{
		{"stopped", (*pgtest.Server).Stop},
		{"killed", (*pgtest.Server).Kill},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := pgtest.Start(t)
			if err := execute(t, server.DSN(), "CREATE TABLE kept (n INT)"); err != nil {
				t.Fatal(err)
			}
			if err := c.end(server); err != nil {
				t.Fatal(err)
			}
			if err := execute(t, server.DSN(), "SELECT n FROM kept"); err == nil {
				t.Error("answers although it was ended")
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			if err := execute(t, server.DSN(), "SELECT n FROM kept"); err != nil {
				t.Error(err)
			}
		})
	}
}
