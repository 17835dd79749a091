package reloadlog

import (
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// configured is the logger of a loaded configuration and what it has logged.
func configured(level zapcore.Level) (*zap.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(level)
	// Caddy's loggers are tees, which cannot be compared.
	return zap.New(zapcore.NewTee(core, zapcore.NewNopCore())), logs
}

func TestFollowsTheNewestConfiguration(t *testing.T) {
	t.Parallel()
	var o Output
	log := o.Logger("paybridge").With(zap.String("bound", "yes"))
	log.Error("before any configuration") // lost, and nothing breaks

	oldLog, inOld := configured(zap.InfoLevel)
	newLog, inNew := configured(zap.ErrorLevel)
	o.Attach(oldLog)
	log.Info("one")
	o.Attach(newLog)
	log.Info("too low for the new one")
	log.Named("notify").Error("two", zap.Int("n", 2))
	o.Detach(oldLog)
	log.Error("three")
	o.Detach(newLog)
	log.Error("four")

	wantMessages(t, inOld, "one")
	wantMessages(t, inNew, "two", "three", "four")
	two := inNew.All()[0]
	if two.LoggerName != "paybridge.notify" || two.ContextMap()["bound"] != "yes" || two.ContextMap()["n"] != int64(2) {
		t.Errorf("entry %+v with %v", two.Entry, two.ContextMap())
	}
}

// A configuration that fails to start goes, and the old one is logged to again.
func TestGoesBack(t *testing.T) {
	t.Parallel()
	var o Output
	oldLog, inOld := configured(zap.InfoLevel)
	newLog, inNew := configured(zap.InfoLevel)
	o.Attach(oldLog)
	o.Attach(newLog)
	o.Detach(newLog)
	o.Logger("paybridge").Info("still here")
	wantMessages(t, inOld, "still here")
	wantMessages(t, inNew)
}

func wantMessages(t *testing.T, logs *observer.ObservedLogs, want ...string) {
	t.Helper()
	var got []string
	for _, entry := range logs.All() {
		got = append(got, entry.Message)
	}
	if len(got) != len(want) {
		t.Fatalf("logged %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("logged %q, want %q", got, want)
		}
	}
}
