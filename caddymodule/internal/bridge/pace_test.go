package bridge

import (
	"strconv"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	at := newClock().now()
	a, b := ledger.Key{OrderID: "a"}, ledger.Key{OrderID: "b"}
	for _, c := range []struct {
		key   ledger.Key
		after time.Duration
		want  bool
	}{
		{a, 0, true}, {a, 0, false}, {b, 0, true},
		{a, askEvery - 1, false}, {a, askEvery, true}, {a, askEvery + 1, false}, {b, askEvery + 1, true},
	} {
		if got := p.allow(c.key, at.Add(c.after)); got != c.want {
			t.Errorf("order %s after %s: %v", c.key.OrderID, c.after, got)
		}
	}
}

func TestPaceIsBounded(t *testing.T) {
	t.Parallel()
	var p pace
	at := newClock().now()
	for i := range 3 * paceLimit {
		p.allow(ledger.Key{OrderID: strconv.Itoa(i)}, at)
		if len(p.last) > paceLimit {
			t.Fatalf("%d orders remembered", len(p.last))
		}
	}
	if p.allow(ledger.Key{OrderID: strconv.Itoa(3*paceLimit - 1)}, at) {
		t.Fatal("the last order is forgotten")
	}
}
