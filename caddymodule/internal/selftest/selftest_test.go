package selftest

import (
	"crypto/fips140"
	"strings"
	"testing"
)

// What is missing in other environments works in this one. In a process that
// forbids it, the whole program says so: TestFIPSOnlyIsRefused.
func TestRun(t *testing.T) {
	t.Parallel()
	if err := Run(); err != nil {
		t.Error(err)
	}
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	if fips140.Enforced() {
		t.Skip("there is one advice then")
	}
	for godebug, want := range map[string]string{
		"":           "try another machine",
		"rsa1024min": `GODEBUG is "rsa1024min": start without it`,
	} {
		if got := advice(godebug); !strings.Contains(got, want) {
			t.Errorf("advice for %q is %q, want %q", godebug, got, want)
		}
	}
}
