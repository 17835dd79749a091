package graceful

import (
	"os"
	"strings"
)

// PlainTCP has the process open plain TCP sockets from now on, unless its environment speaks
// of multipath TCP, which Go would use by itself where the kernel has it: connections cannot
// be steered to one of several sockets of that.
func PlainTCP() {
	const name = "GODEBUG" // which Go looks at again when it is set
	if settings := os.Getenv(name); !strings.Contains(settings, "multipathtcp=") {
		_ = os.Setenv(name, strings.TrimPrefix(settings+",multipathtcp=0", ","))
	}
}
