package bridge

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"
)

func TestPauseAfter(t *testing.T) {
	t.Parallel()
	away := errors.New("ledger unavailable")
	pause := pollEvery
	for _, want := range []time.Duration{2, 4, 8, 15, 15} {
		if pause = pauseAfter(away, pause); pause != want*time.Second {
			t.Errorf("pause of %s, want %d s", pause, want)
		}
	}
	if pause = pauseAfter(nil, pause); pause != pollEvery {
		t.Errorf("pause of %s when the ledger is back", pause)
	}
}

// While the ledger is away it is not pressed, nor the log filled, whoever wants
// something of the loops: each says once that it fails, and once that it is over.
func TestLookingBacksOff(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ledger.db")
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t, dir)
		time.Sleep(5 * time.Second)
		must(os.Rename(file, file+".aside"))
		for range 10 * 60 { // ten minutes
			w.bridge.wake()
			time.Sleep(time.Second)
		}
		must(os.Rename(file+".aside", file))
		time.Sleep(2 * time.Minute)
		for begins, ends := range map[string]string{
			"due orders cannot be claimed; trying on":                                "due orders are claimed again",
			"notifications cannot be claimed; trying on":                             "notifications are claimed again",
			"rows that were set aside are not looked at; trying on":                  "rows that were set aside are looked at again",
			"merchants that are being resumed are not wholly resumed yet; trying on": "merchants are wholly resumed",
			"no sample for the console taken; trying on":                             "samples for the console are taken again",
		} {
			begun, ended := w.logs.FilterMessage(begins).All(), w.logs.FilterMessage(ends).All()
			if len(begun) != 1 || len(ended) != 1 {
				t.Errorf("%q is logged %d times, %q %d times", begins, len(begun), ends, len(ended))
				continue
			}
			if lasted := ended[0].ContextMap()["lasted"].(time.Duration); lasted < 9*time.Minute || lasted > 11*time.Minute {
				t.Errorf("%q after %v", ends, lasted)
			}
		}
		for _, line := range w.logs.FilterMessage("due orders are claimed again").All() {
			if searches := line.ContextMap()["failures"].(int64); searches < 40 || searches > 45 {
				t.Errorf("searched %d times in ten minutes", searches)
			}
		}
		if lines := w.logs.FilterLevelExact(zapcore.WarnLevel).Len() + w.logs.FilterLevelExact(zapcore.ErrorLevel).Len(); lines != 5 {
			t.Errorf("%d lines of trouble in all: %v", lines, w.logs.All())
		}
	})
}
