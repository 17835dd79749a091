package crash

import (
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// TestGuardTellsOnce: one line with the guilty stack and nothing of the value.
func TestGuardTellsOnce(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.DebugLevel)
	Guard(zap.New(core), "testing", func() { guilty("130000000000000001") })
	lines := logs.All()
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	fields := lines[0].ContextMap()
	stack, _ := fields["stack"].(string)
	if lines[0].Message != "panic while testing" || fields["panic"] != "string" || !strings.Contains(stack, "crash.guilty") {
		t.Errorf("logged %q, %v", lines[0].Message, fields)
	}
}

func guilty(code string) { panic(code) }

func TestLogReturnsAnError(t *testing.T) {
	t.Parallel()
	err := func() (err error) {
		defer func() { err = Log(zap.NewNop(), "testing", recover()) }()
		return fill(nil)
	}()
	if !errors.Is(err, ErrLogged) || !strings.Contains(err.Error(), "assignment to entry in nil map") {
		t.Errorf("%v", err)
	}
}

// A panic that was logged where it happened, and is raised again for those who
// wait, is one line.
func TestLogTellsOnce(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.DebugLevel)
	first := Log(zap.New(core), "testing", "a bug")
	if again := Log(zap.New(core), "waiting", first); again != first || logs.Len() != 1 { //nolint:errorlint // the very same
		t.Errorf("%v, %d lines", again, logs.Len())
	}
}

func fill(m map[string]int) error {
	m["a"] = 1
	return nil
}
