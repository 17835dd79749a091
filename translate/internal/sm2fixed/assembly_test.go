package sm2fixed

import (
	"testing"

	"github.com/paybridge/paybridge/tests/assembly"
)

func TestAssemblyKeepsSecrets(t *testing.T) {
	t.Parallel()
	assembly.KeepsSecrets(t, "kernels_amd64.s", 6)
}

func TestAssemblyIsGenerated(t *testing.T) {
	t.Parallel()
	assembly.IsGenerated(t, "sm2fixed")
}
