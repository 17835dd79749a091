package bridge

import (
	"flag"
	"testing"

	"github.com/paybridge/paybridge/tests/leaks"
	"github.com/paybridge/paybridge/tests/pgtest"
)

func TestMain(m *testing.M) {
	// Each check is a life on a real ledger; the command line may ask for more.
	_ = flag.Set("rapid.checks", "60")
	leaks.Main(m, pgtest.Stop)
}
