package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the server of all tests in this binary. A crash of the machine is not
// tested, so it need not wait for the disk.
var shared struct {
	sync.Mutex
	server *Server
}

// Database returns the DSN of an empty database, which is dropped when the test
// ends. Without PostgreSQL the test is skipped.
func Database(tb testing.TB) string {
	tb.Helper()
	server := existing()
	if server == "" {
		server = sharedServer(tb)
	}
	name := "paybridge_" + strings.ToLower(rand.Text())
	run(tb, server, "CREATE DATABASE "+name)
	tb.Cleanup(func() { run(tb, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return withDatabase(server, name)
}

func existing() string { return os.Getenv("PAYBRIDGE_TEST_DSN") }

func sharedServer(tb testing.TB) string {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		initdb, postgres, found := programs()
		if !found {
			missing(tb)
		}
		server, err := newServer(initdb, postgres, []string{"fsync=off", "max_connections=400"})
		if err != nil {
			tb.Fatal(err)
		}
		shared.server = server
	}
	return shared.server.DSN()
}

// Stop ends the server that the tests shared, if there was one.
func Stop() error {
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		return nil
	}
	server := shared.server
	shared.server = nil
	return server.remove()
}

func connect(ctx context.Context, tb testing.TB, dsn string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		tb.Fatalf("connecting to PostgreSQL: %v", err)
	}
	return conn
}

func run(tb testing.TB, dsn, statement string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn := connect(ctx, tb, dsn)
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		tb.Fatalf("running %s: %v", statement, err)
	}
}

// LockTable keeps everybody from a table until release is called, as a session does in
// which somebody is changing it by hand.
func LockTable(tb testing.TB, dsn, table string) (release func()) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn := connect(ctx, tb, dsn)
	if _, err := conn.Exec(ctx, `BEGIN; LOCK TABLE `+pgx.Identifier{table}.Sanitize()+` IN ACCESS EXCLUSIVE MODE`); err != nil {
		_ = conn.Close(ctx)
		tb.Fatalf("locking %s: %v", table, err)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := conn.Close(ctx); err != nil {
			tb.Errorf("unlocking %s: %v", table, err)
		}
	}
}

// withDatabase returns dsn, in either of its forms, with another database.
func withDatabase(dsn, name string) string {
	address, err := url.Parse(dsn)
	if err != nil || address.Scheme == "" {
		return fmt.Sprintf("%s dbname=%s", dsn, name)
	}
	address.Path = "/" + name
	return address.String()
}
