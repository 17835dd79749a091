package ledger_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// childVariable tells the test binary to be a child process: its value is what
// to do, the number of its first order, the kind of store and its address,
// separated by blanks.
const childVariable = "LEDGER_TEST_CHILD"

// children is what child processes do.
var children = map[string]func(ctx context.Context, l *ledger.Ledger, first int) error{
	"pay": payUntilKilled,
}

func startChild(t *testing.T, does string, first int, p place) *exec.Cmd {
	t.Helper()
	kind, address := "sqlite", ""
	switch p := p.(type) {
	case sqlitePlace:
		address = p.path
	case postgresPlace:
		kind, address = "postgres", p.dsn
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s %s", childVariable, does, first, kind, address))
	child.Stderr = os.Stderr
	return child
}

func runChild() int {
	if err := beChild(strings.SplitN(os.Getenv(childVariable), " ", 4)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func beChild(arguments []string) error {
	does, kind, address := arguments[0], arguments[2], arguments[3]
	first, err := strconv.Atoi(arguments[1])
	if err != nil {
		return err
	}
	open := ledger.OpenSQLite
	if kind == "postgres" {
		open = ledger.OpenPostgres
	}
	l, err := open(context.Background(), address)
	if err != nil {
		return err
	}
	return children[does](context.Background(), l, first)
}
