package bridge

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/paybridge/paybridge/tests/pgtest"
)

func TestMain(m *testing.M) {
	// Each check is a life on a real ledger; the command line may ask for more.
	_ = flag.Set("rapid.checks", "60")
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := pgtest.Stop(); err != nil {
			code = 1
		}
		os.Exit(code)
	}))
}
