package outage

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestOutageIsLoggedTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.InfoLevel)
		l := New(zap.New(core), zapcore.WarnLevel, "it fails", "it works again")
		away := errors.New("away")
		for range 2 { // the second outage is logged again
			l.Report(nil)
			for range 3 {
				l.Report(away, zap.String("what", "test"))
				time.Sleep(time.Minute)
			}
			l.Report(nil)
			l.Report(nil)
			lines := logs.TakeAll()
			if len(lines) != 2 {
				t.Fatalf("%d lines: %v", len(lines), lines)
			}
			begin, end := lines[0], lines[1]
			if begin.Level != zapcore.WarnLevel || begin.Message != "it fails" ||
				begin.ContextMap()["error"] != "away" || begin.ContextMap()["what"] != "test" {
				t.Errorf("it begins with %+v", begin)
			}
			if end.Level != zapcore.InfoLevel || end.Message != "it works again" ||
				end.ContextMap()["lasted"] != 3*time.Minute || end.ContextMap()["failures"] != int64(3) {
				t.Errorf("it ends with %+v", end)
			}
		}
	})
}
