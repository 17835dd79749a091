package api

import (
	"net/http"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
)

// TestPanic: a bug in what an operator asks for is an answer that says so, and one line of
// the log, without what the bug held.
func TestPanic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	core, logs := observer.New(zap.ErrorLevel)
	w.server.log = zap.New(core)
	w.served.Doubts = func() []configcheck.Finding { panic("openid=oUpF8uMuAJO") }
	got := w.get("selfcheck")
	if got.status != http.StatusInternalServerError || !strings.Contains(string(got.body), "a bug in the bridge ended this") {
		t.Errorf("answered %d %s", got.status, got.body)
	}
	lines := logs.All()
	if len(lines) != 1 || lines[0].ContextMap()["panic"] != "string" {
		t.Errorf("logged %v", lines)
	}
}

// TestPanicSideBySide: so is one in what is done on goroutines of its own, and the others
// come to their end.
func TestPanicSideBySide(t *testing.T) {
	t.Parallel()
	const n = 9
	done := make([]bool, n)
	err := (&visit{log: zap.NewNop()}).sideBySide(n, 4, func(i int) {
		if i == 3 {
			panic("openid=oUpF8uMuAJO")
		}
		done[i] = true
	})
	if err == nil || strings.Contains(err.Error(), "oUpF8uMuAJO") {
		t.Errorf("ended with %v", err)
	}
	for i, is := range done {
		if is == (i == 3) {
			t.Errorf("%d is done: %v", i, is)
		}
	}
}
