package leaks

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestGoroutineThatEndsLate: what is on its way out when the tests end is no leak.
func TestGoroutineThatEndsLate(t *testing.T) { // not parallel: counts goroutines
	before := goleak.IgnoreCurrent()
	go time.Sleep(2 * time.Second)
	if err := Find(before); err != nil {
		t.Error(err)
	}
}

// TestGoroutineThatNeverEnds: what is left behind is shown by its stack.
func TestGoroutineThatNeverEnds(t *testing.T) { // not parallel: counts goroutines
	before := []goleak.Option{goleak.IgnoreCurrent()}
	end := make(chan struct{})
	defer close(end)
	go func() { <-end }()
	if err := find(time.Second, before); err == nil || !strings.Contains(err.Error(), "TestGoroutineThatNeverEnds") {
		t.Errorf("found %v", err)
	}
}
