package ledger_test

import (
	"os"
	"testing"

	"github.com/paybridge/paybridge/tests/leaks"
	"github.com/paybridge/paybridge/tests/lossydisk"
	"github.com/paybridge/paybridge/tests/pgtest"
)

func TestMain(m *testing.M) {
	lossydisk.ServeIfAsked()
	if os.Getenv(childVariable) != "" {
		os.Exit(runChild())
	}
	leaks.Main(m, pgtest.Stop)
}
