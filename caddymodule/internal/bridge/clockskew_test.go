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
		stamp := translate.FormatWireTime(at.Add(took/2 + ahead))
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
	t.Run("what is old does not count beside what is new", func(t *testing.T) {
		t.Parallel()
		var s clockSkew
		for range skewAnswers {
			answer(&s, noon, time.Hour, 0)
		}
		if got, _ := answer(&s, noon.Add(skewAge), 0, 0); (got - time.Hour).Abs() > tick {
			t.Errorf("after %s: got %s", skewAge, got)
		}
		if got, _ := answer(&s, noon.Add(2*skewAge+time.Second), 0, 0); got.Abs() > tick {
			t.Errorf("after more than %s: got %s", skewAge, got)
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

// A bridge whose clock was wrong is sent no payments and hears no answers: the
// skew is forgotten, or it would stay out of service for ever.
func TestClockSkewIsForgotten(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		passed time.Duration
		known  bool
	}{
		"just heard":                 {0, true},
		"five minutes later":         {skewAge, true},
		"a little later":             {skewAge + time.Millisecond, false},
		"a day later":                {24 * time.Hour, false},
		"our clock was set back":     {-24 * time.Hour, false},
		"our clock stepped a little": {-time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			start := w.clock.now()
			if _, ok := w.bridge.skew.compare(translate.FormatWireTime(start.Add(time.Minute)), start, start); !ok {
				t.Fatal("the answer does not count")
			}
			w.clock.advance(tc.passed)
			if ahead, known := w.bridge.ClockSkew(); known != tc.known {
				t.Errorf("gateway is %s ahead, known %t", ahead, known)
			}
		})
	}
}
