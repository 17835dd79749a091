package bridge

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/translate"
)

func TestClockSkew(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	// answer is one that the gateway's clock, so far ahead, has stamped in the
	// middle of a call.
	answer := func(s *clockSkew, at time.Time, ahead, took time.Duration) (time.Duration, bool) {
		stamp := translate.WireTime(at.Add(took/2 + ahead))
		return s.compare(stamp, at, at.Add(took))
	}
	t.Run("to about a second", func(t *testing.T) {
		t.Parallel()
		for _, ahead := range []time.Duration{0, 3 * time.Second, -90 * time.Second, 8 * time.Hour} {
			var s clockSkew
			var got time.Duration
			for i := range skewAnswers {
				got, _ = answer(&s, noon.Add(time.Duration(i)*1300*time.Millisecond), ahead, 40*time.Millisecond)
			}
			if off := (got - ahead).Abs(); off > tick/2 {
				t.Errorf("gateway is %s ahead, got %s", ahead, got)
			}
		}
	})
	t.Run("one strange answer says nothing", func(t *testing.T) {
		t.Parallel()
		var s clockSkew
		for range 3 {
			answer(&s, noon, 0, 0)
		}
		if got, _ := answer(&s, noon, -20*365*24*time.Hour, 0); got.Abs() > tick {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a clock that is set right counts soon", func(t *testing.T) {
		t.Parallel()
		var s clockSkew
		var got time.Duration
		for range skewAnswers {
			answer(&s, noon, time.Hour, 0)
		}
		for range skewAnswers/2 + 1 {
			got, _ = answer(&s, noon, 0, 0)
		}
		if got.Abs() > tick {
			t.Errorf("got %s", got)
		}
	})
	t.Run("what says nothing does not count", func(t *testing.T) {
		t.Parallel()
		var s clockSkew
		for _, stamp := range []string{"", "yesterday", "20261322120000"} {
			if _, ok := s.compare(stamp, noon, noon); ok {
				t.Errorf("%q counts", stamp)
			}
		}
		if _, ok := answer(&s, noon, 0, skewCall+time.Millisecond); ok {
			t.Error("a long call counts")
		}
		if len(s.last) != 0 {
			t.Errorf("kept %v", s.last)
		}
	})
}

// The skew of a bridge is known from its first signed answer on.
func TestBridgeKnowsClockSkew(t *testing.T) {
	t.Parallel()
	w, _ := observedWorld(t)
	if _, known := w.bridge.ClockSkew(); known {
		t.Fatal("known before any answer")
	}
	w.gateway.setScript(forged)
	w.pay(order("WxSao", 1))
	if _, known := w.bridge.ClockSkew(); known {
		t.Fatal("known from an answer that is not signed")
	}
	w.pay(order("WxSao", 2))
	// The fake gateway's clock stands at noon in Beijing, this world's in UTC.
	if ahead, known := w.bridge.ClockSkew(); !known || (ahead+8*time.Hour).Abs() > tick {
		t.Fatalf("gateway is %s ahead, known %v", ahead, known)
	}
}
