package guard

import (
	"testing"

	"github.com/paybridge/paybridge/tests/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }
