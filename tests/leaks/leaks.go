// Package leaks finds goroutines that tests have left behind. A server that is told to
// stop, or a connection that is closed, takes up to a second over it on an idle machine,
// and on a busy one longer than go.uber.org/goleak waits by itself.
package leaks

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long a goroutine may take to end. Only one that never ends costs as much.
const patience = 30 * time.Second

// Find returns an error that shows the stacks of the goroutines that do not end.
func Find(options ...goleak.Option) error { return find(patience, options) }

func find(patience time.Duration, options []goleak.Option) error {
	for began := time.Now(); ; {
		err := goleak.Find(options...)
		if err == nil || time.Since(began) > patience {
			return err
		}
	}
}

// Main runs the tests of a package and ends the process, see Run.
func Main(m *testing.M, stop ...func() error) { os.Exit(Run(m, stop...)) }

// Run runs the tests of a package, then stops what they have opened, and returns the status
// to exit with. It is not 0 either when that fails or when a goroutine is left behind.
func Run(m *testing.M, stop ...func() error) int {
	code := m.Run()
	for _, f := range stop {
		if err := f(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if code != 0 {
		return code
	}
	if err := Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
