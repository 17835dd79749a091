package bridge

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestPauseAfter(t *testing.T) {
	t.Parallel()
	away := errors.New("ledger unavailable")
	pause := lookEvery
	for _, want := range []time.Duration{2, 4, 8, 15, 15} {
		if pause = pauseAfter(away, pause); pause != want*time.Second {
			t.Errorf("pause of %s, want %d s", pause, want)
		}
	}
	if pause = pauseAfter(nil, pause); pause != lookEvery {
		t.Errorf("pause of %s when the ledger is back", pause)
	}
}

// While the ledger is away it is not pressed, nor the log filled, whoever wants
// something of the reconciler.
func TestLookingBacksOff(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t, dir)
		time.Sleep(5 * time.Second)
		if err := w.ledger.Close(); err != nil {
			t.Fatal(err)
		}
		for range 10 * 60 { // ten minutes
			w.bridge.wake()
			time.Sleep(time.Second)
		}
		looks := w.logs.FilterMessage("looking for due orders").Len()
		if looks < 40 || looks > 45 {
			t.Errorf("looked %d times in ten minutes", looks)
		}
	})
}
