package ledger_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/paybridge/paybridge/tests/lossydisk"
	"github.com/paybridge/paybridge/tests/pgtest"
)

func TestMain(m *testing.M) {
	lossydisk.ServeIfAsked()
	if os.Getenv(childVariable) != "" {
		os.Exit(runChild())
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := pgtest.Stop(); err != nil {
			code = 1
		}
		os.Exit(code)
	}))
}
